/* SQL of the cell: statements of ours that stand in it are lowered first, each apart, so that its columns are known;
 * then the SQL around them is rewritten, and theirs put in its place. */
#include "lang/exec/relation.h"
#include "lang/exec/shortcut.h"
#include "lang/exec/statements.h"

#include <string.h>

/* What the columns of a nested statement hold, from the store that prepares it. */
static enum err_code describe(struct context *c, struct relation *inner, const struct nested *n, struct sql_nested *out,
                              struct err *e) {
    struct store_query *q = NULL;
    if (relation_describe(c, inner, n->span, &q, e) != ERR_OK) {
        return e->code;
    }
    size_t count = store_column_count(q);
    struct sql_column *columns = arena_alloc(c->arena, (count ? count : 1) * sizeof *columns);
    for (size_t i = 0; i < count && columns; i++) {
        struct column column = store_column(q, i);
        columns[i].name = arena_strdup(c->arena, column.name);
        if (!column.declared || !pgtype_of_declaration(column.declared, false, &columns[i].type)) {
            columns[i].type = pgtype_of_value(column.type);
        }
    }
    *out = (struct sql_nested){.at = n->span.at, .len = n->span.len, .columns = columns, .count = count};
    store_finish(q);
    return columns && !arena_failed(c->arena) ? ERR_OK : err_nomem(e);
}

enum err_code relation_lower(struct context *c, const struct relation *r, const struct query *q,
                             const struct relation_given *given, struct relation_sql *out, struct err *e) {
    size_t count = 0, i = 0;
    for (const struct nested *n = q->nested; n; n = n->next) {
        count++;
    }
    struct sql_nested *nested = arena_alloc(c->arena, (count + 1) * sizeof *nested);
    *out = (struct relation_sql){.nested = arena_alloc(c->arena, (count + 1) * sizeof *out->nested)};
    if (!nested || !out->nested) {
        return err_nomem(e);
    }
    for (const struct nested *n = q->nested; n && e->code == ERR_OK; n = n->next, i++) {
        bool built = given && given->nested;
        out->nested[i] = built ? *given->nested : relation_inside(i ? &out->nested[i - 1] : r);
        out->count++;
        if (built) {
            *given->nested = RELATION_INIT;
        } else {
            statement_lower(c, n->statement, &out->nested[i], e);
        }
        if (e->code == ERR_OK) {
            describe(c, &out->nested[i], n, &nested[i], e);
        }
    }
    struct sql_input in = {.store = c->store,
                           .arena = c->arena,
                           .code = c->code,
                           .at = q->span.at,
                           .len = q->span.len,
                           .nested = nested,
                           .nested_count = count,
                           .narrow_at = given ? given->narrow_at : 0,
                           .narrow = given ? given->narrow : NULL};
    if (e->code != ERR_OK || sql_lower(&in, &out->out, e) != ERR_OK) {
        return context_at(e, q->span);
    }
    if (out->out.warning) {
        context_warn(c, "%s", out->out.warning);
    }
    return ERR_OK;
}

void relation_sql_release(struct context *c, struct relation_sql *sql) {
    for (size_t i = 0; i < sql->count; i++) {
        relation_release(c, &sql->nested[i]);
    }
    sql->count = 0;
}

enum err_code relation_add_step(struct context *c, struct relation *r, struct relation_sql *sql,
                                const struct sql_step *step, struct err *e) {
    for (const struct rope_piece *p = step->sql.first; p && e->code == ERR_OK; p = p->next) {
        if (p->nested > 0) {
            relation_add_copy(c, r, &sql->nested[p->nested - 1], e);
        } else {
            relation_add_text(c, r, p->text, p->len, p->place, e);
        }
    }
    if (e->code == ERR_OK && sql->out.count > 0 && !step->next) {
        relation_add_types(c, r, sql->out.columns, sql->out.count, e);
    }
    return e->code == ERR_OK && !buf_ok(&r->sql) ? err_nomem(e) : e->code;
}

enum err_code relation_add_given(struct context *c, struct relation *r, const struct query *q,
                                 const struct relation_given *given, struct err *e) {
    struct relation_sql sql;
    if (relation_lower(c, r, q, given, &sql, e) == ERR_OK) {
        if (sql.out.query) {
            relation_add_step(c, r, &sql, sql.out.steps, e);
        } else {
            err_set(e, ERR_VALUE, "a query that returns rows is needed here");
            context_at(e, q->span);
        }
    }
    relation_sql_release(c, &sql);
    return e->code;
}

enum err_code relation_add_query(struct context *c, struct relation *r, const struct query *q, struct err *e) {
    bool done = false;
    if (shortcut_query(c, r, q, &done, e) != ERR_OK || done) {
        return e->code == ERR_OK && !buf_ok(&r->sql) ? err_nomem(e) : e->code;
    }
    return relation_add_given(c, r, q, NULL, e);
}
