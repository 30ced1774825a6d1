/* The statement table and its dispatch. A statement is an effect (run) or a relation (lower), never both. */
#include "lang/exec/statements.h"

#include "base/buf.h"
#include "lang/exec/exec_int.h"
#include "lang/exec/keeps.h"
#include "lang/exec/notebook.h"
#include "lang/exec/shortcut.h"
#include "lang/syntax/forms.h"
#include "lang/syntax/lexer.h"

#include <string.h>

/* What comes near to telling classes. */
#define NEAREST_LABEL \
    "after CONVERT, FUNCTION compute.similarity gives each picture the label of the nearest in another table"

struct statement_row {
    enum statement_kind kind;
    enum err_code (*run)(struct context *, const struct statement *, struct err *);
    enum err_code (*lower)(struct context *, const struct statement *, struct relation *, struct err *);
};

/* Statements that the grammar has and this table has not are not built yet. */
static const struct statement_row rows[] = {
    {STATEMENT_SQL, run_sql, NULL},
    {STATEMENT_MAGIC, run_magic, NULL},
    {STATEMENT_NAME, variables_show, NULL},
    {STATEMENT_GET, run_get, NULL},
    {STATEMENT_COPY, run_copy, NULL},
    {STATEMENT_COPY_MODEL, run_copy_model, NULL},
    {STATEMENT_BUILD_MODEL, run_build, NULL},
    {STATEMENT_FIT_MODEL, run_fit, NULL},
    {STATEMENT_UPLOAD_MODEL, run_upload, NULL},
    {STATEMENT_DELETE_MODEL, run_delete_model, NULL},
    {STATEMENT_CREATE_USING, run_create_using, NULL},
    {STATEMENT_CONVERT, NULL, lower_convert},
    {STATEMENT_SEARCH, NULL, lower_search},
    {STATEMENT_FUNCTION, NULL, lower_function},
    {STATEMENT_LIST, NULL, lower_list},
    {STATEMENT_PRINT, run_print, NULL},
    {STATEMENT_EXPLAIN, run_explain, NULL},
    {STATEMENT_SET, run_set, NULL},
    {STATEMENT_SHOW, NULL, lower_show},
};

static const struct statement_row *find_row(enum statement_kind kind) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].kind == kind) {
            return &rows[i];
        }
    }
    return NULL;
}

bool statement_is_built(enum statement_kind kind) {
    return find_row(kind) != NULL;
}

static const char *words_of(enum statement_kind kind) {
    const struct form *f = form_of(kind);
    return f ? f->words : kind == STATEMENT_SQL ? "SQL" : kind == STATEMENT_MAGIC ? "a magic" : "a variable";
}

enum err_code statement_not_built(const struct context *c, const struct statement *s, const char *instead,
                                  struct err *e) {
    struct buf built = BUF_INIT;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct form *f = form_of(rows[i].kind);
        if (f) {
            buf_printf(&built, ", %s", f->words);
        }
    }
    err_set(e, ERR_UNSUPPORTED, "%.*s is understood, but not built yet", (int)s->verb.len, c->code + s->verb.at);
    if (instead) {
        err_hint(e, "%s", instead);
    } else {
        err_hint(e, "built are SQL%s", buf_text(&built));
    }
    buf_release(&built);
    return context_at(e, s->verb);
}

enum err_code statement_lower(struct context *c, const struct statement *s, struct relation *r, struct err *e) {
    const struct statement_row *row = find_row(s->kind);
    if (!row) {
        bool classes = s->kind == STATEMENT_PREDICT || s->kind == STATEMENT_EVALUATE;
        return statement_not_built(c, s, classes ? NEAREST_LABEL : NULL, e);
    }
    if (!row->lower) {
        err_set(e, ERR_SYNTAX, "%s returns no table, so it cannot stand inside a query", words_of(s->kind));
        return context_at(e, s->span);
    }
    if (row->lower(c, s, r, e) != ERR_OK) {
        return context_at(e, s->span);
    }
    return buf_ok(&r->sql) ? ERR_OK : err_nomem(e);
}

/* name = %thanosql …; only what returns a table can be kept. */
static enum err_code keep_result(struct context *c, const struct statement_row *row, const struct statement *s,
                                 struct err *e) {
    bool table = s->kind == STATEMENT_SQL || (row && row->lower);
    if (!table && row && row->run) {
        err_set(e, ERR_SYNTAX, "%s returns no table to be kept as %s", words_of(s->kind), s->into.text);
        err_hint(e, "run it without the name");
        return context_at(e, s->into.span);
    }
    if (variables_keep(c, s, e) != ERR_OK) {
        context_at(e, s->span);
    }
    return e->code;
}

static enum err_code run_one(struct context *c, const struct statement_row *row, const struct statement *s,
                             struct err *e) {
    if (s->into.text && s->kind != STATEMENT_MAGIC) {
        return keep_result(c, row, s, e);
    }
    if (row && row->run) {
        row->run(c, s, e);
        return e->code == ERR_OK ? ERR_OK : context_at(e, s->span);
    }
    struct relation r = RELATION_INIT;
    if (statement_lower(c, s, &r, e) == ERR_OK) {
        statement_show(c, &r, s->span, e);
    }
    relation_release(c, &r);
    return e->code;
}

/* EXPLAIN, ours or SQL's. */
static bool only_explains(const struct context *c, const struct statement *s) {
    struct lexer x = {.code = c->code, .at = s->span.at, .end = s->span.at + s->span.len};
    struct err ignored = ERR_INIT;
    struct token t;
    return lexer_next(&x, &t, &ignored) == ERR_OK && t.kind == TOKEN_WORD && t.keyword == WORD_EXPLAIN;
}

enum err_code statement_run(struct context *c, const struct statement *s, struct err *e) {
    struct keeps keeps;
    c->running = s;
    if (context_check(c, e) != ERR_OK) {
        return e->code;
    }
    if (s->kind != STATEMENT_MAGIC && last_result_need(c, s->span, e) != ERR_OK) {
        return e->code;
    }
    keeps_init(&keeps);
    c->keeps = &keeps;
    run_one(c, find_row(s->kind), s, e);
    bool failed = e->code != ERR_OK;
    if (keeps_finish(c, !only_explains(c, s), e) != ERR_OK && !failed) {
        context_at(e, s->span);
    }
    c->keeps = NULL;
    return e->code;
}

static enum err_code show_rows(struct context *c, struct store_query *q, struct err *e) {
    size_t count = store_column_count(q);
    struct column *columns = arena_alloc(c->arena, count * sizeof *columns);
    struct value *values = arena_alloc(c->arena, count * sizeof *values);
    bool row = false;
    if (!columns || !values) {
        return err_nomem(e);
    }
    /* The first step comes before the table: a query that fails at once then leaves no empty table behind. */
    if (store_step(q, &row, e) != ERR_OK) {
        return e->code;
    }
    for (size_t i = 0; i < count; i++) {
        columns[i] = store_column(q, i);
    }
    struct last_result *last = &c->notebook->variables.last;
    last_result_begin(last, columns, count);
    c->out->table_begin(c->out->user, columns, count);
    while (row && context_check(c, e) == ERR_OK) {
        for (size_t i = 0; i < count; i++) {
            values[i] = store_value(q, i);
        }
        last_result_add(last, values);
        c->out->table_row(c->out->user, values);
        store_step(q, &row, e);
        row = row && e->code == ERR_OK;
    }
    if (e->code == ERR_OK) {
        last_result_end(last);
        c->out->table_end(c->out->user);
    }
    return e->code;
}

enum err_code statement_show(struct context *c, struct relation *r, struct span span, struct err *e) {
    struct store_query *q = NULL;
    if (relation_prepare(c, r, span, &q, e) != ERR_OK) {
        return e->code;
    }
    if (store_column_count(q) > 0) {
        show_rows(c, q, e);
    } else {
        bool row = true;
        while (row && store_step(q, &row, e) == ERR_OK) {
        }
    }
    bool silent = store_column_count(q) == 0;
    store_finish(q);
    if (e->code != ERR_OK) {
        return context_at(e, span);
    }
    if (silent) {
        context_say(c, "Success");
    }
    return ERR_OK;
}

/* Statements that stand for one, all or none of them. */
static enum err_code run_steps(struct context *c, struct relation_sql *sql, struct span span, struct err *e) {
    if (store_begin(c->store, e) != ERR_OK) {
        return e->code;
    }
    for (const struct sql_step *step = sql->out.steps; step && e->code == ERR_OK; step = step->next) {
        struct relation r = RELATION_INIT;
        struct store_query *q = NULL;
        bool row = true;
        if (relation_add_step(c, &r, sql, step, e) == ERR_OK && relation_prepare(c, &r, span, &q, e) == ERR_OK) {
            while (row && store_step(q, &row, e) == ERR_OK) {
            }
        }
        store_finish(q);
        relation_release(c, &r);
    }
    if (e->code != ERR_OK) {
        store_rollback(c->store);
        return context_at(e, span);
    }
    return store_commit(c->store, e);
}

enum err_code run_sql(struct context *c, const struct statement *s, struct err *e) {
    struct relation r = RELATION_INIT;
    struct relation_sql sql;
    bool done = false;
    if (exec_refuse_view(c, s, e) != ERR_OK) {
        return e->code;
    }
    if (shortcut_query(c, &r, &s->query, &done, e) != ERR_OK || done) {
        if (e->code == ERR_OK) {
            statement_show(c, &r, s->query.span, e);
        }
        relation_release(c, &r);
        return e->code;
    }
    if (relation_lower(c, &r, &s->query, NULL, &sql, e) == ERR_OK) {
        const struct sql_step *first = sql.out.steps;
        if (first && !first->next) {
            if (relation_add_step(c, &r, &sql, first, e) == ERR_OK) {
                statement_show(c, &r, s->query.span, e);
            }
        } else if (!first || run_steps(c, &sql, s->query.span, e) == ERR_OK) {
            context_say(c, "Success");
        }
    }
    relation_release(c, &r);
    relation_sql_release(c, &sql);
    return e->code;
}
