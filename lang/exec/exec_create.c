/* Tables made from queries: their names, and their columns, which keep the types that the query's own tables declare.
 */
#include "lang/exec/exec_int.h"
#include "lang/exec/keeps.h"
#include "lang/exec/result_table.h"
#include "lang/syntax/lexer.h"

#include <string.h>
#include <strings.h>

/* Whether one of the first `count` columns' names, or any column's own name past the first, is this. */
static bool name_taken(const struct store_query *q, const char *const *names, size_t count, const char *name) {
    bool taken = false;
    for (size_t i = 0; i < store_column_count(q) && !taken; i++) {
        taken = strcasecmp(i < count ? names[i] : store_column(q, i).name, name) == 0;
    }
    return taken;
}

const char *const *exec_column_names(struct context *c, const struct store_query *q) {
    size_t count = store_column_count(q);
    const char **names = arena_alloc(c->arena, (count + 1) * sizeof *names);
    for (size_t i = 0; names && i < count; i++) {
        const char *own = store_column(q, i).name;
        bool again = false;
        for (size_t k = 0; k < i; k++) {
            again = again || strcasecmp(names[k], own) == 0;
        }
        names[i] = arena_strdup(c->arena, own);
        for (size_t n = 1; again && names[i] && name_taken(q, names, i, names[i]); n++) {
            names[i] = arena_printf(c->arena, "%s.%zu", own, n);
        }
        if (!names[i]) {
            return NULL;
        }
    }
    return names;
}

void exec_add_column(struct buf *sql, const struct store_query *q, size_t index, const char *name) {
    const char *declared = store_column(q, index).declared;
    store_add_identifier(sql, name);
    if (declared) {
        buf_printf(sql, " %s", declared);
    }
}

enum err_code exec_check_table_name(const struct option_table *table, const struct option *given, const char **name,
                                    struct err *e) {
    static const char *const ours[] = {"main.", "public."};
    const struct option *o = table ? options_find(table, given, "table_name") : NULL;
    for (size_t i = 0; *name && i < sizeof ours / sizeof *ours; i++) {
        if (strncasecmp(*name, ours[i], strlen(ours[i])) == 0) {
            *name += strlen(ours[i]);
            break;
        }
    }
    if (*name && (strncasecmp(*name, "thanosql_", 9) == 0 || strncasecmp(*name, "sqlite_", 7) == 0)) {
        err_set(e, ERR_VALUE, "table names that begin with thanosql_ or sqlite_ are reserved");
    } else if (*name && (strchr(*name, '.') || !**name)) {
        err_set(e, ERR_VALUE, "'%.100s' cannot be a table's name: there is one schema, main", *name);
        err_hint(e, "use a name without a dot");
    }
    return o ? context_at(e, o->value.span) : e->code;
}

enum err_code exec_check_target(struct context *c, const char *name, struct span at, struct err *e) {
    bool view = false, hidden = false;
    if (store_has_view(c->store, name, &view, e) != ERR_OK ||
        store_has_temporary(c->store, name, &hidden, e) != ERR_OK) {
        return e->code;
    }
    if (view) {
        err_set(e, ERR_EXISTS, "'%s' is a view, and a table of that name cannot be made", name);
        err_hint(e, "choose another name, or DROP VIEW %s first", name);
        return context_at(e, at);
    }
    if (hidden) {
        context_warn(c, "Warning: a temporary table named %s hides this one; main.%s is the table that is written",
                     name, name);
    }
    return ERR_OK;
}

enum err_code exec_check_new_table(struct context *c, const struct option_table *table, const struct option *given,
                                   const char **name, struct err *e) {
    const struct option *o = options_find(table, given, "table_name");
    return exec_check_table_name(table, given, name, e) == ERR_OK && *name
               ? exec_check_target(c, *name, o->value.span, e)
               : e->code;
}

/* The definitions of the columns of our temporary table `from`, in the arena. */
static const char *define_columns(struct context *c, const char *from, struct err *e) {
    struct store_query *q = NULL;
    struct buf sql = BUF_INIT;
    char *all = arena_printf(c->arena, "SELECT * FROM %s", from);
    if (all && store_prepare(c->store, all, strlen(all), &q, e) == ERR_OK) {
        for (size_t i = 0; i < store_column_count(q); i++) {
            buf_str(&sql, i ? ", " : "");
            exec_add_column(&sql, q, i, store_column(q, i).name);
        }
    }
    store_finish(q);
    const char *copy = buf_ok(&sql) ? arena_strdup(c->arena, buf_text(&sql)) : NULL;
    buf_release(&sql);
    if (!copy) {
        err_nomem(e);
    }
    return e->code == ERR_OK ? copy : NULL;
}

enum err_code exec_keep_rows(struct context *c, struct relation *made, const char *name, struct span at,
                             struct relation *r, struct err *e) {
    struct store_query *q = NULL;
    const char *table = relation_new_table(c, keeps_tables(c), e);
    if (table && relation_prepare(c, made, at, &q, e) == ERR_OK) {
        result_table_fill(c, q, table + strlen("temp."), e);
    }
    store_finish(q);
    struct kept what = {.name = name, .from = table};
    if (e->code == ERR_OK && (what.definitions = define_columns(c, table, e)) && keeps_add(c, &what, e) == ERR_OK) {
        buf_printf(&r->sql, "SELECT * FROM %s", table);
    }
    return context_at(e, at);
}

/* Reads on while the words are those; the token after them is in *t. */
static bool word(struct lexer *x, struct token *t, const char *text) {
    struct err ignored = ERR_INIT;
    return lexer_is(x->code, t, text) && lexer_next(x, t, &ignored) == ERR_OK;
}

enum err_code exec_refuse_view(struct context *c, const struct statement *s, struct err *e) {
    struct lexer x = {.code = c->code, .at = s->span.at, .end = s->span.at + s->span.len};
    struct err ignored = ERR_INIT;
    struct token t;
    if (!s->query.nested || lexer_next(&x, &t, &ignored) != ERR_OK || !word(&x, &t, "create")) {
        return ERR_OK;
    }
    while (word(&x, &t, "or") || word(&x, &t, "replace") || word(&x, &t, "temp") || word(&x, &t, "temporary")) {
    }
    if (lexer_is(c->code, &t, "view") || lexer_is(c->code, &t, "trigger")) {
        err_set(e, ERR_UNSUPPORTED, "a %s cannot hold a ThanoSQL statement",
                lexer_is(c->code, &t, "view") ? "view" : "trigger");
        err_hint(e, "keep its rows with CREATE TABLE name AS …");
        return context_at(e, s->query.nested->span);
    }
    return ERR_OK;
}
