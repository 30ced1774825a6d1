/* What every statement is run with. Private to lang/exec and lang/session.c. */
#ifndef LANG_EXEC_CONTEXT_H
#define LANG_EXEC_CONTEXT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/stop.h"
#include "lang/data/workspace.h"
#include "lang/result.h"
#include "lang/store/store.h"
#include "lang/syntax/ast.h"

struct notebook;
struct keeps;

struct context {
    struct store *store;
    const struct workspace *workspace;
    const struct sink *out;
    struct stop *stop;
    struct arena *arena; /* dies with the cell */
    const char *code;    /* the cell's text, which spans count in */
    size_t len;
    struct notebook *notebook;
    const struct statement *running;
    struct keeps *keeps;       /* the running statement's: tables that it is to leave behind */
    struct matrices *matrices; /* columns of vectors in memory; NULL: none are kept */
    struct trace *trace;       /* EXPLAIN: what a search did, or NULL */
    int temporaries;           /* temporary tables made so far, for their names */
    struct buf *stale_models;  /* the session's: models whose files wait to be removed (lang/exec/models.h) */
};

/* Say a line on stdout, or a warning on stderr. */
void context_say(struct context *c, const char *line);
void context_warn(struct context *c, const char *format, ...) ERR_PRINTF(2, 3);

/* Add a place to the error, and pass its code on: `return context_at(e, s->name.span)`. */
enum err_code context_at(struct err *e, struct span span);

/* A hint that names another file of the folder, where the one at `path`, of which the cell says `typed`, is not there
 * and its name is nearly that. */
enum err_code context_hint_file(struct context *c, const char *path, const char *typed, struct err *e);

/* ERR_INTERRUPT if somebody asked to stop. */
enum err_code context_check(struct context *c, struct err *e);

#endif
