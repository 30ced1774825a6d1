/* Tables made from queries: what is shared by CREATE TABLE … AS and CONVERT, whose columns keep the types that SQLite
 * itself would make numbers of (BOOLEAN, VECTOR, DATE, …). */
#include "lang/exec/exec_int.h"
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
    const char *declared = store_column_declared(q, index);
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

/* Reads on while the words are those; the token after them is in *t. */
static bool word(struct lexer *x, struct token *t, const char *text) {
    struct err ignored = ERR_INIT;
    return lexer_is(x->code, t, text) && lexer_next(x, t, &ignored) == ERR_OK;
}

/* CREATE [TEMP] TABLE [IF NOT EXISTS] [schema.]name AS query: where its parts are in the SQL. */
struct create_as {
    size_t as_at, query_at;
    struct span name;
    bool temporary, optional, qualified;
};

static bool read_create_as(const char *sql, size_t len, struct create_as *out) {
    struct lexer x = {.code = sql, .end = len};
    struct err ignored = ERR_INIT;
    struct token t;
    *out = (struct create_as){.as_at = 0};
    if (lexer_next(&x, &t, &ignored) != ERR_OK || !word(&x, &t, "create")) {
        return false;
    }
    out->temporary = word(&x, &t, "temp") || word(&x, &t, "temporary");
    if (!word(&x, &t, "table")) {
        return false;
    }
    out->optional = word(&x, &t, "if") && word(&x, &t, "not") && word(&x, &t, "exists");
    out->name = t.span;
    while (t.kind == TOKEN_WORD || t.kind == TOKEN_QUOTED) {
        out->name.len = t.span.at + t.span.len - out->name.at;
        if (lexer_next(&x, &t, &ignored) != ERR_OK || t.kind != TOKEN_SIGN || t.sign != '.' ||
            lexer_next(&x, &t, &ignored) != ERR_OK) {
            break;
        }
        out->qualified = true;
    }
    out->as_at = t.span.at;
    out->query_at = t.span.at + t.span.len;
    return lexer_is(sql, &t, "as");
}

static const char *schema(const struct create_as *made) {
    return made->qualified ? "" : made->temporary ? "temp." : "main.";
}

/* IF NOT EXISTS: whether there is one, so that nothing is to be done. */
static bool table_there(struct context *c, const struct create_as *made, const char *sql) {
    struct err ignored = ERR_INIT;
    struct store_query *q = NULL;
    const char *look =
        arena_printf(c->arena, "SELECT 1 FROM %s%.*s", schema(made), (int)made->name.len, sql + made->name.at);
    bool there = look && store_prepare(c->store, look, strlen(look), &q, &ignored) == ERR_OK;
    store_finish(q);
    return there;
}

/* The SQL of both steps, from the columns that the query has. */
static enum err_code write_steps(struct context *c, const struct create_as *made, const char *sql, size_t len,
                                 struct buf *create, struct buf *insert, struct err *e) {
    struct store_query *q = NULL;
    if (store_prepare(c->store, sql + made->query_at, len - made->query_at, &q, e) != ERR_OK) {
        return e->code;
    }
    const char *const *names = exec_column_names(c, q);
    buf_add(create, sql, made->as_at);
    for (size_t i = 0; names && i < store_column_count(q); i++) {
        buf_str(create, i ? ", " : "(");
        exec_add_column(create, q, i, names[i]);
    }
    buf_char(create, ')');
    buf_printf(insert, "INSERT INTO %s%.*s ",
               made->qualified   ? ""
               : made->temporary ? "temp."
                                 : "main.",
               (int)made->name.len, sql + made->name.at);
    buf_add(insert, sql + made->query_at, len - made->query_at);
    store_finish(q);
    return names && buf_ok(create) && buf_ok(insert) ? ERR_OK : err_nomem(e);
}

static enum err_code run_steps(struct context *c, const struct buf *create, struct relation *insert, struct span span,
                               struct err *e) {
    struct store_query *q = NULL;
    bool row = true;
    if (store_begin(c->store, e) != ERR_OK) {
        return e->code;
    }
    if (store_run(c->store, create->data, e) == ERR_OK && relation_prepare(c, insert, span, &q, e) == ERR_OK) {
        while (row && store_step(q, &row, e) == ERR_OK) {
        }
    }
    store_finish(q);
    if (e->code == ERR_OK) {
        return store_commit(c->store, e);
    }
    store_rollback(c->store);
    e->has_span = 0; /* a place in our SQL means nothing to the cell */
    return e->code;
}

enum err_code exec_create_as(struct context *c, struct relation *r, struct span span, bool *done, struct err *e) {
    struct create_as made;
    struct store_query *q = NULL;
    *done = false;
    if (!read_create_as(buf_text(&r->sql), r->sql.len, &made) ||
        (made.optional && table_there(c, &made, r->sql.data))) {
        return ERR_OK;
    }
    /* As it stands first, for what is wrong with it, and where. */
    if (relation_describe(c, r, span, &q, e) != ERR_OK) {
        return e->code;
    }
    store_finish(q);
    struct buf create = BUF_INIT;
    struct relation insert = {.parameters = r->parameters, .parameter_count = r->parameter_count};
    if (write_steps(c, &made, r->sql.data, r->sql.len, &create, &insert.sql, e) == ERR_OK) {
        *done = run_steps(c, &create, &insert, span, e) == ERR_OK;
    }
    buf_release(&create);
    buf_release(&insert.sql);
    return context_at(e, span);
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
