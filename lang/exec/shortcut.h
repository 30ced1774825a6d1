/* The best rows of a stored column from its matrix in memory. Where a search is `SELECT … FROM <table> [WHERE …]`, and
 * only its best rows are asked for, those rows are found in the matrix, and the query's table is narrowed down to them:
 *   … FROM (SELECT * FROM <table> WHERE _rowid_ IN (<the best rows>)) …
 * All else, conditions, order, columns, stays the store's business. That the answer is the same needs one thing only:
 * that as many rows pass the conditions as were asked for, and none outside could come before them. So the best rows
 * are taken with all their ties, and more of them, until enough pass; where that would be many, or the query has
 * another form, nothing is done. */
#ifndef LANG_EXEC_SHORTCUT_H
#define LANG_EXEC_SHORTCUT_H

#include "lang/exec/search.h"

/* SELECT … FROM (SEARCH …) [WHERE …] ORDER BY <score> DESC … LIMIT n [OFFSET m]: append the whole query, narrowed down
 * or not, to the empty relation. *done is false where it has another form, and then nothing was done. */
enum err_code shortcut_query(struct context *c, struct relation *r, const struct query *q, bool *done, struct err *e);

/* The same for a search with top_k. `inner` is empty afterwards if *done. */
enum err_code shortcut_top(struct context *c, const struct search *x, struct relation *inner, struct relation *r,
                           bool *done, struct err *e);

#endif
