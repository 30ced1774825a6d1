/* INSERT, UPDATE, DELETE. What is stored is converted to the column's type first, as PostgreSQL's assignment casts do,
 * so that SQLite's affinities never decide. */
#include "lang/sql/lower.h"

#include <string.h>
#include <strings.h>

static struct source_column *column_of(struct lower *l, struct source *t, const char *table, const char *name,
                                       long place) {
    for (size_t i = 0; i < t->count; i++) {
        if (strcasecmp(t->columns[i].name, name) == 0) {
            return &t->columns[i];
        }
    }
    lower_fail(l, ERR_NOT_FOUND, place, "column \"%s\" of relation \"%s\" does not exist", name, table);
    return NULL;
}

/* An assignment's type error has words of its own. */
static struct expr assign(struct lower *l, struct expr x, const struct source_column *c) {
    char from[64], to[64];
    if (x.type.base != PG_UNKNOWN && !cast_possible(x.type, c->type, CAST_ASSIGNMENT)) {
        lower_fail(l, ERR_QUERY, x.place, "column \"%s\" is of type %s but expression is of type %s", c->name,
                   pgtype_name(c->type, to), pgtype_name(x.type, from));
        err_hint(l->e, "You will need to rewrite or cast the expression.");
        return x;
    }
    return cast_to(l, x, c->type, CAST_ASSIGNMENT);
}

static void add_table_name(struct lower *l, const PgQuery__RangeVar *v, struct rope *r) {
    lower_add(l, r, scope_schema(l, v));
    lower_add_name(l, r, v->relname, lower_place(l, v->location));
}

/* RETURNING sees the changed table alone, its columns by their bare names. */
static void returning(struct lower *l, struct source *t, PgQuery__Node **list, size_t n, struct rope *r) {
    struct target *first;
    size_t count, i = 0;
    if (n == 0) {
        return;
    }
    for (size_t k = 0; k < t->count; k++) {
        t->columns[k].sql = ROPE_INIT;
        lower_add_name(l, &t->columns[k].sql, t->columns[k].name, ROPE_NOWHERE);
    }
    struct scope *scope = l->scope;
    struct source *rest = t->next;
    t->next = NULL;
    scope->sources = t;
    first = targets_lower(l, list, n, &count);
    t->next = rest;
    struct sql_column *columns = arena_alloc(l->a, (count + 1) * sizeof *columns);
    lower_add(l, r, " RETURNING ");
    for (struct target *x = first; x && columns; x = x->next, i++) {
        columns[i] = (struct sql_column){.name = x->name, .type = x->value.type, .computed = !x->value.plain};
        lower_add(l, r, i ? ", " : "");
        rope_join(r, x->value.sql);
        lower_add(l, r, " AS ");
        lower_add_name(l, r, x->name, ROPE_NOWHERE);
    }
    l->out->columns = columns;
    l->out->count = columns ? count : 0;
}

/* ---- INSERT */

static bool is_default(const PgQuery__Node *n) {
    return NODE_IS(n, SET_TO_DEFAULT);
}

/* VALUES: columns that are DEFAULT in every row are left out, since SQLite has no such word. */
static void insert_values(struct lower *l, const PgQuery__SelectStmt *s, struct source_column **into, size_t *count,
                          struct rope *r) {
    size_t rows = s->n_values_lists, kept = 0;
    bool *skip = arena_alloc(l->a, (*count + 1) * sizeof *skip);
    size_t width = s->values_lists[0]->list->n_items;
    if (width > *count) {
        lower_fail(l, ERR_SYNTAX, lower_place(l, expr_place(s->values_lists[0]->list->items[*count])),
                   "INSERT has more expressions than target columns");
        return;
    }
    for (size_t i = 0; skip && i < width; i++) {
        size_t defaults = 0;
        for (size_t k = 0; k < rows; k++) {
            const PgQuery__List *list = s->values_lists[k]->list;
            defaults += i < list->n_items && is_default(list->items[i]);
        }
        skip[i] = defaults == rows;
        if (defaults > 0 && defaults < rows) {
            lower_refuse(l, -1, "DEFAULT in some rows of VALUES and not in others");
        }
    }
    lower_add(l, r, "VALUES ");
    for (size_t k = 0; k < rows && skip; k++) {
        const PgQuery__List *list = s->values_lists[k]->list;
        if (list->n_items != width) {
            lower_fail(l, ERR_SYNTAX, -1, "VALUES lists must all be the same length");
            return;
        }
        lower_add(l, r, k ? ", (" : "(");
        size_t n = 0;
        for (size_t i = 0; i < width; i++) {
            if (!skip[i]) {
                lower_add(l, r, n++ ? ", " : "");
                rope_join(r, assign(l, expr_lower(l, list->items[i]), into[i]).sql);
            }
        }
        lower_add(l, r, n == 0 ? "NULL)" : ")");
    }
    for (size_t i = 0; i < width && skip; i++) {
        if (!skip[i]) {
            into[kept++] = into[i];
        }
    }
    *count = kept;
}

static void insert_select(struct lower *l, const PgQuery__InsertStmt *s, struct source_column **into, size_t *count,
                          struct rope *r) {
    struct query q = select_node(l, s->select_stmt);
    bool same = !s->on_conflict_clause;
    if (q.count > *count) {
        lower_fail(l, ERR_SYNTAX, -1, "INSERT has more expressions than target columns");
        return;
    }
    *count = q.count;
    for (size_t i = 0; i < q.count; i++) {
        struct pgtype to = into[i]->type;
        q.columns[i].unknown = q.columns[i].unknown && !pgtype_is_text(to);
        same = same && pgtype_same(q.columns[i].type, to) && !to.scaled && !to.precision;
    }
    if (same) {
        rope_join(r, q.sql);
        return;
    }
    bool unique = true;
    for (size_t i = 0; i < q.count; i++) {
        for (size_t k = 0; k < i; k++) {
            unique = unique && strcasecmp(q.columns[i].name, q.columns[k].name) != 0;
        }
    }
    lower_add(l, r, "SELECT ");
    for (size_t i = 0; i < q.count; i++) {
        struct expr x = expr_make(q.columns[i].type, -1);
        lower_add(l, &x.sql, "q.");
        if (unique) {
            lower_add_name(l, &x.sql, q.columns[i].name, ROPE_NOWHERE);
        } else {
            lower_add(l, &x.sql, arena_printf(l->a, "c%zu", i + 1));
        }
        lower_add(l, r, i ? ", " : "");
        rope_join(r,
                  q.columns[i].unknown ? cast_to(l, x, into[i]->type, CAST_EXPLICIT).sql : assign(l, x, into[i]).sql);
    }
    lower_add(l, r, " FROM (");
    for (size_t i = 0; !unique && i < q.count; i++) {
        lower_add(l, r, arena_printf(l->a, "%sNULL AS c%zu", i ? ", " : "SELECT ", i + 1));
    }
    lower_add(l, r, unique ? "" : " WHERE 0 UNION ALL SELECT * FROM (");
    rope_join(r, q.sql);
    lower_add(l, r, unique ? ") AS q WHERE 1" : ")) AS q WHERE 1");
}

static void assignments(struct lower *l, struct source *t, const char *table, PgQuery__Node **list, size_t n,
                        struct rope *r) {
    for (size_t i = 0; i < n; i++) {
        const PgQuery__ResTarget *a = list[i]->res_target;
        long place = lower_place(l, a->location);
        struct source_column *c = column_of(l, t, table, a->name, place);
        const PgQuery__Node *value = a->val;
        if (NODE_IS(value, MULTI_ASSIGN_REF)) {
            const PgQuery__MultiAssignRef *m = value->multi_assign_ref;
            const PgQuery__Node *row = m->source;
            if (!NODE_IS(row, ROW_EXPR) || (size_t)m->colno > row->row_expr->n_args) {
                lower_refuse(l, place, "SET (a, b) = (SELECT …)");
                return;
            }
            value = row->row_expr->args[m->colno - 1];
        }
        if (is_default(value)) {
            lower_refuse(l, place, "SET … = DEFAULT");
        }
        if (!c) {
            return;
        }
        lower_add(l, r, i ? ", " : " SET ");
        lower_add_name(l, r, c->name, place);
        lower_add(l, r, " = ");
        rope_join(r, assign(l, expr_lower(l, value), c).sql);
    }
    l->scope->ungrouped = NULL;
}

static void on_conflict(struct lower *l, const PgQuery__OnConflictClause *o, struct source *t, const char *table,
                        struct rope *r) {
    lower_add(l, r, " ON CONFLICT");
    if (o->infer) {
        const PgQuery__InferClause *f = o->infer;
        if (f->conname && *f->conname) {
            lower_refuse(l, lower_place(l, f->location), "ON CONFLICT ON CONSTRAINT (name the columns instead)");
        }
        for (size_t i = 0; i < f->n_index_elems; i++) {
            const PgQuery__IndexElem *x = f->index_elems[i]->index_elem;
            lower_add(l, r, i ? ", " : " (");
            if (x->expr) {
                rope_join(r, expr_lower(l, x->expr).sql);
            } else {
                struct source_column *c = column_of(l, t, table, x->name, lower_place(l, f->location));
                lower_add_name(l, r, c ? c->name : x->name, ROPE_NOWHERE);
            }
        }
        lower_add(l, r, ")");
        if (f->where_clause) {
            lower_add(l, r, " WHERE ");
            rope_join(r, expr_bool(l, f->where_clause, "WHERE").sql);
        }
    }
    if (o->action == PG_QUERY__ON_CONFLICT_ACTION__ONCONFLICT_NOTHING) {
        lower_add(l, r, " DO NOTHING");
        return;
    }
    struct source *excluded = scope_add(l, "excluded", t->count);
    for (size_t i = 0; i < excluded->count; i++) {
        excluded->columns[i] = t->columns[i];
        excluded->columns[i].merged = true; /* only by its qualified name */
        excluded->columns[i].sql = ROPE_INIT;
        lower_add(l, &excluded->columns[i].sql, "excluded.");
        lower_add_name(l, &excluded->columns[i].sql, t->columns[i].name, ROPE_NOWHERE);
    }
    lower_add(l, r, " DO UPDATE");
    assignments(l, t, table, o->target_list, o->n_target_list, r);
    if (o->where_clause) {
        lower_add(l, r, " WHERE ");
        rope_join(r, expr_bool(l, o->where_clause, "WHERE").sql);
    }
    excluded->hidden = true;
}

void dml_insert(struct lower *l, const PgQuery__InsertStmt *s) {
    struct scope scope = {.sources = NULL};
    struct rope r = ROPE_INIT, values = ROPE_INIT;
    const char *alias = s->relation->alias ? s->relation->alias->aliasname : s->relation->relname;
    scope_enter(l, &scope);
    if (s->with_clause) {
        r = with_lower(l, s->with_clause);
    }
    struct source *t = scope_stored(l, s->relation, alias, false);
    size_t count = s->n_cols ? s->n_cols : t->count;
    struct source_column **into = arena_alloc(l->a, (count + 1) * sizeof *into);
    for (size_t i = 0; into && i < count; i++) {
        const PgQuery__ResTarget *c = s->n_cols ? s->cols[i]->res_target : NULL;
        into[i] = c ? column_of(l, t, s->relation->relname, c->name, lower_place(l, c->location)) : &t->columns[i];
        for (size_t k = 0; k < i; k++) {
            if (into[k] && into[k] == into[i]) {
                lower_fail(l, ERR_EXISTS, lower_place(l, c->location), "column \"%s\" specified more than once",
                           c->name);
            }
        }
    }
    if (!into || lower_failed(l)) {
        scope_leave(l);
        return;
    }
    const PgQuery__SelectStmt *select = NODE_IS(s->select_stmt, SELECT_STMT) ? s->select_stmt->select_stmt : NULL;
    if (!select) {
        count = 0;
    } else if (select->n_values_lists && !select->n_sort_clause && !select->limit_count && !select->with_clause) {
        insert_values(l, select, into, &count, &values);
    } else {
        insert_select(l, s, into, &count, &values);
    }
    lower_add(l, &r, "INSERT INTO ");
    add_table_name(l, s->relation, &r);
    lower_add(l, &r, " AS ");
    lower_add_name(l, &r, alias, ROPE_NOWHERE);
    if (count == 0) {
        lower_add(l, &r, " DEFAULT VALUES");
    } else {
        for (size_t i = 0; i < count; i++) {
            lower_add(l, &r, i ? ", " : " (");
            lower_add_name(l, &r, into[i]->name, ROPE_NOWHERE);
        }
        lower_add(l, &r, ") ");
        rope_join(&r, values);
    }
    *l->scope->tail = t;
    l->scope->tail = &t->next;
    if (s->on_conflict_clause) {
        on_conflict(l, s->on_conflict_clause, t, s->relation->relname, &r);
    }
    returning(l, t, s->returning_list, s->n_returning_list, &r);
    scope_leave(l);
    lower_step(l)->sql = r;
}

/* ---- UPDATE and DELETE */

void dml_update(struct lower *l, const PgQuery__UpdateStmt *s) {
    struct scope scope = {.sources = NULL};
    struct rope r = ROPE_INIT, from = ROPE_INIT;
    const char *alias = s->relation->alias ? s->relation->alias->aliasname : s->relation->relname;
    scope_enter(l, &scope);
    if (s->with_clause) {
        r = with_lower(l, s->with_clause);
    }
    struct source *t = scope_stored(l, s->relation, alias, true);
    from_lower(l, s->from_clause, s->n_from_clause, &from);
    lower_add(l, &r, "UPDATE ");
    add_table_name(l, s->relation, &r);
    lower_add(l, &r, " AS ");
    lower_add_name(l, &r, alias, ROPE_NOWHERE);
    scope.clause = "UPDATE";
    int subqueries = l->subqueries;
    assignments(l, t, s->relation->relname, s->target_list, s->n_target_list, &r);
    if (!from.first && l->subqueries > subqueries) {
        /* A subquery must see the table as it was. With a FROM, SQLite computes all rows before it changes one. */
        lower_add(l, &from, "(SELECT 1)");
    }
    if (from.first) {
        lower_add(l, &r, " FROM ");
        rope_join(&r, from);
    }
    if (s->where_clause) {
        scope.clause = "WHERE";
        lower_add(l, &r, " WHERE ");
        rope_join(&r, expr_bool(l, s->where_clause, "WHERE").sql);
    }
    scope.clause = "RETURNING";
    returning(l, t, s->returning_list, s->n_returning_list, &r);
    scope_leave(l);
    lower_step(l)->sql = r;
}

void dml_delete(struct lower *l, const PgQuery__DeleteStmt *s) {
    struct scope scope = {.sources = NULL};
    struct rope r = ROPE_INIT, from = ROPE_INIT, where = ROPE_INIT;
    const char *alias = s->relation->alias ? s->relation->alias->aliasname : s->relation->relname;
    scope_enter(l, &scope);
    if (s->with_clause) {
        r = with_lower(l, s->with_clause);
    }
    struct source *t = scope_stored(l, s->relation, alias, true);
    from_lower(l, s->using_clause, s->n_using_clause, &from);
    if (s->where_clause) {
        scope.clause = "WHERE";
        lower_add(l, &where, " WHERE ");
        rope_join(&where, expr_bool(l, s->where_clause, "WHERE").sql);
    }
    lower_add(l, &r, "DELETE FROM ");
    add_table_name(l, s->relation, &r);
    lower_add(l, &r, " AS ");
    lower_add_name(l, &r, alias, ROPE_NOWHERE);
    if (s->n_using_clause) { /* the rows that a join with the other tables finds */
        lower_add(l, &r, " WHERE rowid IN (SELECT ");
        lower_add_name(l, &r, alias, ROPE_NOWHERE);
        lower_add(l, &r, ".rowid FROM ");
        add_table_name(l, s->relation, &r);
        lower_add(l, &r, " AS ");
        lower_add_name(l, &r, alias, ROPE_NOWHERE);
        lower_add(l, &r, ", ");
        rope_join(&r, from);
        rope_join(&r, where);
        lower_add(l, &r, ")");
    } else {
        rope_join(&r, where);
    }
    scope.clause = "RETURNING";
    returning(l, t, s->returning_list, s->n_returning_list, &r);
    scope_leave(l);
    lower_step(l)->sql = r;
}
