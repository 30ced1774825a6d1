/* The functions of PostgreSQL that are known here. */
#ifndef LANG_SQL_FUNCTION_ROWS_H
#define LANG_SQL_FUNCTION_ROWS_H

#include <stddef.h>

/* Letters as in signature.h; the pattern as in rope_fill(), or NULL: it is refused by name. */
struct function_row {
    const char *name, *signature;
    char result;
    const char *pattern;
};

extern const struct function_row function_rows[];
extern const size_t function_row_count;

/* Aggregates and window functions, which have rows of their own (aggregate.c): the name of each way to call one, and
 * the letters of its arguments. NULL past the last. */
const char *aggregate_name_at(size_t index, const char **signature);

#endif
