/* A temporary table with the columns of a result: their names, made unique, and types. */
#ifndef LANG_EXEC_RESULT_TABLE_H
#define LANG_EXEC_RESULT_TABLE_H

#include "lang/exec/context.h"

/* Make table `name`, and the query that adds a row to it. `first` is a row of values, which tells how long vectors are;
 * NULL where there is none. */
enum err_code result_table_make(struct context *c, const char *name, const struct column *columns, size_t count,
                                const struct value *first, struct store_query **insert, struct err *e);

enum err_code result_table_add(struct store_query *insert, const struct value *values, size_t count, struct err *e);

/* Make table `name` of all rows of the query. */
enum err_code result_table_fill(struct context *c, struct store_query *q, const char *name, struct err *e);

/* DROP TABLE IF EXISTS temp.name, and whatever may fail about it is passed over. */
void result_table_drop(struct context *c, const char *name);

#endif
