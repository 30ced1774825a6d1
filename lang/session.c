/* One notebook's session: parses a cell and runs its statements in turn over the workspace's store. */
#include "lang/session.h"

#include "base/file.h"
#include "lang/data/workspace.h"
#include "lang/exec/context.h"
#include "lang/exec/expand.h"
#include "lang/exec/functions.h"
#include "lang/exec/matrix.h"
#include "lang/exec/statements.h"
#include "lang/exec/help.h"
#include "lang/exec/models.h"
#include "lang/exec/names.h"
#include "lang/exec/notebook.h"
#include "lang/store/history.h"
#include "lang/sql/sql.h"
#include "lang/store/store.h"
#include "lang/syntax/completeness.h"
#include "lang/syntax/completion.h"
#include "lang/syntax/parser.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define LONG_CELL \
    ((size_t)256 << 10) /* after which the memory that it took, hundreds of times its length, is given back */

struct session {
    struct workspace workspace;
    struct store *store; /* opened by the first statement */
    struct notebook notebook;
    struct history *history; /* made by the first that needs it */
    struct functions *functions;
    struct matrices *matrices;
    struct stop *stop;
    int temporaries;
    struct buf stale_models;
};

enum err_code session_open(const struct session_config *config, struct session **out, struct err *e) {
    struct session *s = calloc(1, sizeof *s);
    if (!s) {
        return err_nomem(e);
    }
    s->stop = config->stop;
    if (workspace_init(&s->workspace, config->workspace, e) != ERR_OK) {
        free(s);
        return e->code;
    }
    notebook_init(&s->notebook, &s->workspace);
    *out = s;
    return ERR_OK;
}

void session_close(struct session *s) {
    if (s) {
        notebook_release(&s->notebook);
        history_free(s->history);
        store_close(s->store);
        buf_release(&s->stale_models);
        functions_free(s->functions);
        matrices_free(s->matrices);
        workspace_release(&s->workspace);
        free(s);
    }
}

static enum err_code need_store(struct session *s, struct arena *a, struct err *e) {
    if (s->store) {
        return ERR_OK;
    }
    const char *path = workspace_private(&s->workspace, a, "store.db", e);
    struct store *store = NULL;
    if (!path || store_open(path, s->stop, &store, e) != ERR_OK) {
        return e->code;
    }
    if (functions_register(store, &s->functions, e) != ERR_OK || sql_register(store, e) != ERR_OK ||
        !(s->matrices = matrices_new())) {
        store_close(store);
        functions_free(s->functions);
        s->functions = NULL;
        return err_nomem(e);
    }
    s->store = store;
    return ERR_OK;
}

/* For completion and help a store that is there is opened, but none is made. */
static struct store *store_if_there(struct session *s, struct arena *a) {
    struct err ignored = ERR_INIT;
    const char *mark = workspace_resolve(&s->workspace, a, ".thanosql/store.db");
    if (!s->store && mark && file_exists(mark)) {
        need_store(s, a, &ignored);
    }
    return s->store;
}

/* Whether the name is a variable's, or will be when the cell comes to it. */
static bool is_variable(const struct session *s, const struct statement *first, const struct statement *at) {
    const char *name = at->name.text;
    bool found = strcmp(name, "_") == 0 || variables_find(&s->notebook.variables, name, strlen(name));
    for (const struct statement *before = first; before != at && !found; before = before->next) {
        found = before->into.text && strcmp(before->into.text, name) == 0;
    }
    return found;
}

/* Names that stand for nothing fail before any statement runs, as all syntax does. */
static enum err_code check_names(struct session *s, struct context *c, const struct statement *first, struct err *e) {
    for (const struct statement *at = first; at && e->code == ERR_OK; at = at->next) {
        bool table = false;
        struct err ignored = ERR_INIT;
        if (at->kind != STATEMENT_NAME || is_variable(s, first, at)) {
            continue;
        }
        if (s->store && store_has_table(s->store, at->name.text, &table, &ignored) == ERR_OK && table) {
            err_set(e, ERR_SYNTAX, "%s is a table, not a statement", at->name.text);
            err_hint(e, "SELECT * FROM %s shows it, and %s? tells of it", at->name.text, at->name.text);
        }
        parse_refuse_word(c->code, at->name.span, e);
        context_at(e, at->name.span);
    }
    return e->code;
}

static enum err_code run_cell(struct session *s, struct context *c, const struct statement *first, struct err *e) {
    for (const struct statement *statement = first; statement && e->code == ERR_OK; statement = statement->next) {
        if (statement->kind == STATEMENT_MAGIC) {
            store_if_there(s, c->arena); /* for help */
        } else if (need_store(s, c->arena, e) != ERR_OK) {
            return context_at(e, statement->span);
        }
        c->store = s->store;
        c->matrices = s->matrices;
        statement_run(c, statement, e);
        models_sweep(c);
        if (s->store) {
            variables_sweep(c);
        }
    }
    return e->code;
}

enum err_code session_execute(struct session *s, const char *code, size_t len, const struct sink *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    struct statement *first = NULL;
    struct expansion cell = {code, len, NULL};
    struct magic_part *parts = NULL;
    notebook_show_view(&s->notebook, out);
    if (magic_split(&arena, code, len, &parts, e) == ERR_OK) {
        expand_cell(&s->notebook.variables, &arena, code, len, parts, &cell, e);
    }
    struct context c = {.workspace = &s->workspace,
                        .out = out,
                        .stop = s->stop,
                        .arena = &arena,
                        .code = cell.text,
                        .len = cell.len,
                        .notebook = &s->notebook,
                        .temporaries = s->temporaries,
                        .stale_models = &s->stale_models};
    if (e->code == ERR_OK && parse_parts(&arena, cell.text, parts, &first, e) == ERR_OK &&
        check_names(s, &c, first, e) == ERR_OK) {
        run_cell(s, &c, first, e);
    }
    expand_explain(parts, cell.text, cell.len, e);
    expand_place(&cell, e);
    s->temporaries = c.temporaries;
    arena_release(&arena);
    if (len > LONG_CELL) {
        malloc_trim(0);
    }
    return e->code;
}

static enum err_code need_history(struct session *s, struct err *e) {
    struct arena a = ARENA_INIT;
    struct err why = ERR_INIT;
    if (!s->history) {
        const char *path = workspace_private(&s->workspace, &a, "history.db", &why);
        s->history = history_new(path ? path : ":memory:"); /* a workspace that is not ours to write to */
    }
    arena_release(&a);
    return s->history ? ERR_OK : err_nomem(e);
}

enum err_code session_history_add(struct session *s, long long line, const char *code, size_t len, struct err *e) {
    return need_history(s, e) == ERR_OK ? history_add(s->history, line, code, len, e) : e->code;
}

enum err_code session_history(struct session *s, const struct history_query *query, history_row *each, void *user,
                              struct err *e) {
    return need_history(s, e) == ERR_OK ? history_find(s->history, query, each, user, e) : e->code;
}

enum completeness session_is_complete(struct session *s, const char *code, size_t len, const char **indent) {
    (void)s;
    return syntax_completeness(code, len, indent);
}

enum err_code session_complete(struct session *s, const char *code, size_t len, size_t cursor, struct arena *a,
                               struct completion *out, struct err *e) {
    struct names names = {
        .store = store_if_there(s, a), .workspace = &s->workspace, .notebook = &s->notebook, .arena = a};
    struct vocabulary vocabulary = names_vocabulary(&names);
    return syntax_complete(code, len, cursor, &vocabulary, a, out, e);
}

enum err_code session_inspect(struct session *s, const char *code, size_t len, size_t cursor, int detail,
                              struct arena *a, struct help_page **page, struct err *e) {
    struct help_request request = {.store = store_if_there(s, a),
                                   .workspace = &s->workspace,
                                   .notebook = &s->notebook,
                                   .code = code,
                                   .len = len,
                                   .cursor = cursor,
                                   .detail = detail};
    return help_find(&request, a, page, e);
}
