/* The form of a query's text, as far as the short cut of shortcut.h has to know it. What is not recognised is nothing:
 * the query is then left to the store. */
#ifndef LANG_EXEC_SHAPE_H
#define LANG_EXEC_SHAPE_H

#include "base/arena.h"
#include "lang/syntax/ast.h"

#include <stdbool.h>

/* SELECT <columns> FROM <table> [[AS] alias] [WHERE …], one row of the result for each row of the table. */
struct inner_shape {
    struct span table; /* as written */
    const char *name;  /* of the table */
    bool aliased;
    bool filtered; /* there is a WHERE */
};
bool shape_inner(struct arena *a, const char *code, const struct query *q, struct inner_shape *out);

/* Whether the column of that name in the result is the table's own: the name stands in the list by itself, or there is
 * a *. */
bool shape_keeps_column(struct arena *a, const char *code, const struct query *q, const char *name);

/* SELECT <columns> FROM ( <nested> ) [[AS] alias] [WHERE …] ORDER BY <score> DESC … LIMIT n [OFFSET m] */
struct outer_shape {
    const char *score; /* the name of the column it is ordered by */
    unsigned long long limit, offset;
    bool filtered;
};
bool shape_outer(struct arena *a, const char *code, const struct query *q, struct outer_shape *out);

/* Whether WITH stands anywhere in the query's own text: a name in it may then not be a table's. */
bool shape_has_with(struct arena *a, const char *code, const struct query *q);

#endif
