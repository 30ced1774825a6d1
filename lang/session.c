/* One notebook's session: parses a cell and runs its statements in turn over the workspace's store. */
#include "lang/session.h"

#include "base/file.h"
#include "lang/data/workspace.h"
#include "lang/exec/context.h"
#include "lang/exec/functions.h"
#include "lang/exec/matrix.h"
#include "lang/exec/statements.h"
#include "lang/exec/help.h"
#include "lang/exec/names.h"
#include "lang/sql/sql.h"
#include "lang/store/store.h"
#include "lang/syntax/completeness.h"
#include "lang/syntax/completion.h"
#include "lang/syntax/parser.h"

#include <stdlib.h>
#include <string.h>

struct session {
    struct workspace workspace;
    struct store *store; /* opened by the first statement */
    struct functions *functions;
    struct matrices *matrices;
    struct stop *stop;
    int temporaries;
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
    *out = s;
    return ERR_OK;
}

void session_close(struct session *s) {
    if (s) {
        store_close(s->store);
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

enum err_code session_execute(struct session *s, const char *code, size_t len, const struct sink *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    struct statement *first = NULL;
    parse_cell(&arena, code, len, &first, e);
    struct context c = {.workspace = &s->workspace,
                        .out = out,
                        .stop = s->stop,
                        .arena = &arena,
                        .code = code,
                        .len = len,
                        .temporaries = s->temporaries};
    for (const struct statement *statement = first; statement && e->code == ERR_OK; statement = statement->next) {
        if (statement->kind != STATEMENT_MAGIC && need_store(s, &arena, e) != ERR_OK) {
            context_at(e, statement->span);
            break;
        }
        c.store = s->store;
        c.matrices = s->matrices;
        statement_run(&c, statement, e);
    }
    s->temporaries = c.temporaries;
    arena_release(&arena);
    return e->code;
}

enum completeness session_is_complete(struct session *s, const char *code, size_t len, const char **indent) {
    (void)s;
    return syntax_completeness(code, len, indent);
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

enum err_code session_complete(struct session *s, const char *code, size_t len, size_t cursor, struct arena *a,
                               struct completion *out, struct err *e) {
    struct names names = {.store = store_if_there(s, a), .workspace = &s->workspace, .arena = a};
    struct vocabulary vocabulary = names_vocabulary(&names);
    return syntax_complete(code, len, cursor, &vocabulary, a, out, e);
}

enum err_code session_inspect(struct session *s, const char *code, size_t len, size_t cursor, int detail,
                              struct arena *a, const char **plain, const char **html, struct err *e) {
    struct help_request request = {
        .store = store_if_there(s, a), .code = code, .len = len, .cursor = cursor, .detail = detail};
    return help_find(&request, a, plain, html, e);
}
