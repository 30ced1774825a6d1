/* `_`: the table that was shown last. Its rows are copied as they pass by, up to a size; they become a temporary table
 * only when a statement speaks of it. */
#ifndef LANG_EXEC_LAST_RESULT_H
#define LANG_EXEC_LAST_RESULT_H

#include "base/arena.h"
#include "base/err.h"
#include "lang/value.h"

#include <stdbool.h>

enum { LAST_RESULT_ROWS = 10000, LAST_RESULT_BYTES = 4 << 20 }; /* kept at most */

struct context;
struct span;

struct last_result {
    struct rows_held {
        struct arena memory;
        struct column *columns;
        size_t column_count, row_count, bytes;
        struct held_row {
            struct held_row *next;
            struct value values[];
        } * first, **tail;
        bool too_large; /* so there are no rows */
    } shown, coming;    /* that of the last whole table; that of the one being shown */
    bool any;           /* whether there was one */
    bool has_table;     /* there is a temporary table "_", of `shown` or of an earlier one */
    bool current;       /* it is of `shown` */
};

void last_result_release(struct last_result *l);

/* The rows of a table as it is shown. Memory that is out makes it too large. */
void last_result_begin(struct last_result *l, const struct column *columns, size_t count);
void last_result_add(struct last_result *l, const struct value *values);
void last_result_end(struct last_result *l);

/* Make the table where the statement's text says `_`. ERR_NOT_FOUND where there is no result, or it was too large. */
enum err_code last_result_need(struct context *c, struct span statement, struct err *e);

#endif
