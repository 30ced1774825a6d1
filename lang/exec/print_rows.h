/* The rows of a PRINT: the path of each picture, and in words what stands under it. */
#ifndef LANG_EXEC_PRINT_ROWS_H
#define LANG_EXEC_PRINT_ROWS_H

#include "lang/exec/option_rows.h"
#include "lang/exec/relation.h"

struct print_rows {
    struct store_query *query;
    size_t read; /* rows so far */
    int image;
    size_t captions[64]; /* columns: first the scores, then those asked for */
    size_t scores, caption_count;
};

struct print_row {
    const char *path;    /* absolute */
    size_t number;       /* from 1 */
    const char *caption; /* "3 · 0.9123", then a line "label: 8" for each column */
};

/* The query is prepared and its columns found: OPTIONS are checked even where there are no rows. */
enum err_code print_rows_open(struct context *c, const struct statement *s, const struct print_settings *set,
                              struct relation *r, struct print_rows *rows, struct err *e);

/* The next row, its texts in the arena. ERR_VALUE where the path is no text. */
enum err_code print_rows_next(struct context *c, struct print_rows *rows, struct arena *a, struct print_row *out,
                              bool *more, struct err *e);

#endif
