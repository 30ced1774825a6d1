/* The notebook's variables. A text, which $name in a magic line stands for; or a result, which is a temporary table of
 * that name and so gone with the session. */
#ifndef LANG_EXEC_VARIABLES_H
#define LANG_EXEC_VARIABLES_H

#include "base/arena.h"
#include "base/err.h"
#include "lang/exec/last_result.h"

#include <stdbool.h>
#include <stddef.h>

struct context;
struct statement;

struct variable {
    char *name;
    char *text; /* NULL: a table */
    struct variable *next;
};

struct variables {
    struct variable *first;
    struct last_result last; /* `_` */
};

void variables_release(struct variables *v);

/* The variable, in the case it was given in; NULL: none. */
const struct variable *variables_find(const struct variables *v, const char *name, size_t len);

/* Set or replace; text NULL: there is a table of that name. */
enum err_code variables_set(struct variables *v, const char *name, const char *text, struct err *e);

/* Run the statement and keep its rows as the table s->into. Nothing is shown. ERR_SYNTAX where it returns no table,
 * ERR_EXISTS where the store has a table of that name, which the variable would hide. */
enum err_code variables_keep(struct context *c, const struct statement *s, struct err *e);

/* Show one: a text as text, a result as a table. */
enum err_code variables_show(struct context *c, const struct statement *s, struct err *e);

/* Forget results whose table is gone, and drop those whose name a table of the store has taken since. */
void variables_sweep(struct context *c);

#endif
