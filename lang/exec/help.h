/* Help for a name: a statement, an option, a setting, a table, a model, a function, a data set, a variable. */
#ifndef LANG_EXEC_HELP_H
#define LANG_EXEC_HELP_H

#include "base/arena.h"
#include "base/err.h"
#include "lang/data/workspace.h"
#include "lang/exec/notebook.h"
#include "lang/result.h"
#include "lang/store/store.h"

struct help_request {
    struct store *store; /* NULL: there is none yet */
    const struct workspace *workspace;
    const struct notebook *notebook;
    const char *code;
    size_t len, cursor; /* bytes */
    int detail;         /* 1: with an example */
};

/* The page, in the arena; NULL where nothing is known of the name. Fails with ERR_NOMEM only. */
enum err_code help_find(const struct help_request *request, struct arena *a, struct help_page **page, struct err *e);

/* NAME?: s->name is what help is wanted for, "" for all. ERR_NOT_FOUND where nothing is known of it. */
struct context;
struct statement;
enum err_code help_show(struct context *c, const struct statement *s, struct err *e);

#endif
