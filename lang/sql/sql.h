/* PostgreSQL's SQL for a store that speaks SQLite's. A statement is parsed by PostgreSQL's parser, its types are worked
 * out as PostgreSQL would, and it is written again in SQLite's words; what has no such words is refused by name
 * (ERR_UNSUPPORTED). Each piece of the new text knows the place in the cell that it comes from. */
#ifndef LANG_SQL_SQL_H
#define LANG_SQL_SQL_H

#include "base/arena.h"
#include "base/err.h"
#include "lang/sql/pgtype.h"
#include "lang/sql/rope.h"

struct store;

struct sql_column {
    const char *name;
    struct pgtype type;
    bool computed; /* not a column as it is stored: an integer may have outgrown its type */
    bool unknown;  /* a quoted literal or NULL, which a UNION or INSERT may give another type than text */
};

/* A statement of ours that stands as a table in the text, already lowered. Piece.nested counts them from 1. */
struct sql_nested {
    size_t at, len; /* what it takes of the cell */
    const struct sql_column *columns;
    size_t count;
};

struct sql_input {
    struct store *store;
    struct arena *arena;
    const char *code; /* the cell */
    size_t at, len;   /* the statement in it */
    const struct sql_nested *nested;
    size_t nested_count;
    size_t narrow_at; /* where `narrow` is set: the name of a table in the cell, and the SQL that stands for it */
    const char *narrow;
};

/* One statement for the store, or several to be run in turn, as one. */
struct sql_step {
    struct rope sql;
    struct sql_step *next;
};

struct sql_output {
    struct sql_step *steps;
    const struct sql_column *columns; /* of the last step, where it returns rows */
    size_t count;
    bool query;          /* a SELECT, which may stand inside another statement */
    bool control;        /* BEGIN, COMMIT, …: not to be wrapped in a transaction */
    const char *warning; /* to be said, or NULL */
};

enum err_code sql_lower(const struct sql_input *in, struct sql_output *out, struct err *e);

/* Register the functions that lowered statements call. */
enum err_code sql_register(struct store *s, struct err *e);

#endif
