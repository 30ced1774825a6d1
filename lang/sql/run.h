/* The functions that lowered statements call while they run: rows, and what their bodies share. */
#ifndef LANG_SQL_RUN_H
#define LANG_SQL_RUN_H

#include "base/buf.h"
#include "base/err.h"
#include "base/stop.h"
#include "lang/store/store.h"
#include "lang/value.h"

/* Write *out, which is NULL before; its text may lie in `m`, which is empty before. */
typedef enum err_code (*run_function)(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e);

struct run_row {
    const char *name;
    int arguments; /* -1: any number */
    bool nulls;    /* looks at NULLs itself; else one NULL makes the answer NULL */
    run_function f;
};

struct run_aggregate_row {
    const char *name;
    int arguments;
    /* As store_collector; `m` as above. */
    enum err_code (*f)(const struct value *rows, size_t count, size_t n, struct buf *m, struct value *out,
                       struct err *e);
};

extern const struct run_row run_text_rows[], run_like_rows[], run_regex_rows[], run_number_rows[], run_time_rows[],
    run_field_rows[], run_format_rows[], run_format_number_rows[], run_json_rows[], run_json_make_rows[],
    run_array_rows[], run_cast_rows[];
extern const struct run_aggregate_row run_aggregate_rows[];
extern const struct store_table run_expand_table;

/* What regexp_matches() and regexp_split_to_table() return, row by row. `letters`, its options, may be NULL. */
enum err_code run_regex_matches(const struct value *text, const struct value *pattern, const struct value *letters,
                                void (*each)(void *user, const char *text, size_t len), void *user, struct err *e);
enum err_code run_regex_pieces(const struct value *text, const struct value *pattern,
                               void (*each)(void *user, const char *text, size_t len), void *user, struct err *e);

/* What stops the statement that this thread runs; for functions whose time one value can make long. */
struct stop *run_stop(void);
bool run_stopped(struct err *e); /* with ERR_INTERRUPT */

enum err_code run_set_text(struct buf *m, struct value *out, struct err *e);
enum err_code run_set_integer(int64_t v, struct value *out);
enum err_code run_set_real(double v, struct value *out);
double run_number(const struct value *v);
long long run_integer(const struct value *v);

#endif
