/* PostgreSQL's own parser over one statement of the cell. */
#ifndef LANG_SQL_CHECK_H
#define LANG_SQL_CHECK_H

#include "base/arena.h"
#include "base/err.h"
#include "lang/sql/tree.h"

/* The text that was parsed: the user's, with every nested statement of ours replaced by TABLE n of the same length, and
 * with the aliases that PostgreSQL 15 asks of a derived table (16 does not) put in. */
struct check_text {
    const char *text;
    size_t len;
    size_t at; /* where the statement begins in the cell */
    struct check_insert {
        size_t at, len;
        struct check_insert *next; /* earlier ones first */
    } * inserts;
};

/* The prefix of aliases that were put in: such a table has no name that a query could use. */
#define CHECK_ALIAS "?u"

/* In place: comments and unusual blanks become spaces, since PostgreSQL knows no comment that begins with #. */
void check_blank_comments(char *text, size_t len);

/* Parse. The tree is in the arena. ERR_SYNTAX with PostgreSQL's words and place, places in the cell. */
enum err_code check_parse(struct arena *a, struct check_text *t, PgQuery__Node **out, struct err *e);

/* The place in the cell of a location in the tree; below 0: none. */
long check_place(const struct check_text *t, long location);

#endif
