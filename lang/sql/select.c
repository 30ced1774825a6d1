/* SELECT: its clauses in PostgreSQL's order of meaning, its shapes that SQLite does not have (DISTINCT ON) put in ones
 * that it has. */
#include "lang/sql/lower.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct query select_node(struct lower *l, const PgQuery__Node *n) {
    if (!NODE_IS(n, SELECT_STMT)) {
        lower_refuse(l, -1, "a statement that changes data inside a query");
        return (struct query){.count = 0};
    }
    return select_lower(l, n->select_stmt);
}

static const PgQuery__ResTarget *star_free_target(const PgQuery__SelectStmt *s, size_t index) {
    for (size_t i = 0; i <= index && i < s->n_target_list; i++) {
        const PgQuery__ResTarget *r = s->target_list[i]->res_target;
        const PgQuery__ColumnRef *c = NODE_IS(r->val, COLUMN_REF) ? r->val->column_ref : NULL;
        if (c && NODE_IS(c->fields[c->n_fields - 1], A_STAR)) {
            return NULL;
        }
        if (i == index) {
            return r;
        }
    }
    return NULL;
}

static bool is_input_column(struct lower *l, const char *name) {
    for (struct source *t = l->scope->sources; t; t = t->next) {
        for (size_t i = 0; i < t->count; i++) {
            if (strcasecmp(t->columns[i].name, name) == 0) {
                return true;
            }
        }
    }
    return false;
}

static const char *single_name(const PgQuery__Node *n) {
    return NODE_IS(n, COLUMN_REF) && n->column_ref->n_fields == 1 ? lower_string(n->column_ref->fields[0]) : NULL;
}

static bool ordinal(const PgQuery__Node *n, long *value) {
    if (NODE_IS(n, A_CONST) && !n->a_const->isnull && n->a_const->val_case == PG_QUERY__A__CONST__VAL_IVAL) {
        *value = n->a_const->ival->ival;
        return true;
    }
    return false;
}

/* What GROUP BY n or GROUP BY alias stands for: a column of the tables comes first, then one of the list. */
static const PgQuery__Node *group_item(struct lower *l, const PgQuery__SelectStmt *s, const PgQuery__Node *n) {
    long k;
    const char *name = single_name(n);
    if (ordinal(n, &k)) {
        long place = lower_place(l, n->a_const->location);
        if (k < 1 || (size_t)k > s->n_target_list) {
            lower_fail(l, ERR_QUERY, place, "GROUP BY position %ld is not in select list", k);
            return NULL;
        }
        const PgQuery__ResTarget *r = star_free_target(s, (size_t)k - 1);
        if (!r) {
            lower_refuse(l, place, "GROUP BY with a number behind a *");
        }
        return r ? r->val : NULL;
    }
    if (name && !is_input_column(l, name)) {
        for (size_t i = 0; i < s->n_target_list; i++) {
            const PgQuery__ResTarget *r = s->target_list[i]->res_target;
            if (r->name && strcasecmp(r->name, name) == 0) {
                return r->val;
            }
        }
    }
    return n;
}

static struct rope group_by(struct lower *l, const PgQuery__SelectStmt *s) {
    struct rope r = ROPE_INIT;
    struct scope *scope = l->scope;
    scope->groups = arena_alloc(l->a, (s->n_group_clause + 1) * sizeof *scope->groups);
    scope->clause = "GROUP BY";
    for (size_t i = 0; scope->groups && i < s->n_group_clause; i++) {
        if (NODE_IS(s->group_clause[i], GROUPING_SET)) {
            lower_refuse(l, lower_place(l, s->group_clause[i]->grouping_set->location),
                         "ROLLUP, CUBE or GROUPING SETS");
            break;
        }
        const PgQuery__Node *n = group_item(l, s, s->group_clause[i]);
        scope->may_expand = true;
        scope->clause = n && NODE_IS(n, FUNC_CALL) && n != s->group_clause[i] ? NULL : "GROUP BY";
        struct expr x = n ? expr_lower(l, n) : expr_make(PGTYPE(PG_ANY), -1);
        if (scope->has_aggregate) {
            lower_fail(l, ERR_QUERY, x.place, "aggregate functions are not allowed in GROUP BY");
        }
        if (x.type.base == PG_JSON && !x.type.array) {
            lower_fail(l, ERR_NOT_FOUND, x.place, "could not identify an equality operator for type json");
        }
        const char *text = rope_text(l->a, &x.sql);
        scope->groups[scope->group_count++] = text ? text : "";
        lower_add(l, &r, i ? ", " : " GROUP BY ");
        /* A bare number would be a position to SQLite. */
        bool constant = !NODE_IS(n, COLUMN_REF);
        lower_add(l, &r, constant ? "(" : "");
        rope_join(&r, x.sql);
        lower_add(l, &r, constant ? ")" : "");
    }
    scope->clause = NULL;
    scope->ungrouped = NULL;
    return r;
}

/* An item of ORDER BY: a position or a name of the list, else an expression over the tables. */
static struct expr order_item(struct lower *l, const PgQuery__Node *n) {
    struct scope *s = l->scope;
    const char *name = single_name(n);
    long k, number = 0;
    struct target *found = NULL;
    if (ordinal(n, &k)) {
        struct target *t = s->targets;
        for (number = 1; t && number < k; number++) {
            t = t->next;
        }
        if (!t || k < 1) {
            lower_fail(l, ERR_QUERY, lower_place(l, n->a_const->location),
                       "ORDER BY position %ld is not in select list", k);
            return expr_make(PGTYPE(PG_ANY), -1);
        }
        found = t;
    }
    long at = 1;
    for (struct target *t = s->targets; t && name; t = t->next, at++) {
        if (strcasecmp(t->name, name) == 0) {
            const char *before = found ? rope_text(l->a, &found->value.sql) : NULL,
                       *now = rope_text(l->a, &t->value.sql);
            if (before && now && strcmp(before, now) != 0) {
                lower_fail(l, ERR_QUERY, lower_place(l, expr_place(n)), "ORDER BY \"%s\" is ambiguous", name);
            }
            number = found ? number : at;
            found = t;
        }
    }
    if (!found) {
        struct expr x = expr_lower(l, n);
        const char *text = rope_text(l->a, &x.sql);
        at = 1;
        for (struct target *t = s->targets; t && text; t = t->next, at++) {
            const char *other = rope_text(l->a, &t->value.sql);
            if (other && strcmp(other, text) == 0) {
                x.literal = arena_printf(l->a, "%ld", at); /* for DISTINCT: it is in the list */
            }
        }
        return x;
    }
    struct expr x = found->value;
    x.literal = arena_printf(l->a, "%ld", number);
    bool keyed = pgtype_is(x.type, PG_INTERVAL) || pgtype_is(x.type, PG_VECTOR) || x.type.array; /* see sort_list() */
    if (!keyed && x.literal) {
        x.sql = ROPE_INIT;
        rope_add(l->a, &x.sql, x.literal, x.place);
    } else {
        x.sql = rope_copy(l->a, &x.sql);
    }
    return x;
}

/* The same as an expression, for where a position means nothing. */
static struct expr order_value(struct lower *l, const PgQuery__Node *n) {
    struct expr x = order_item(l, n);
    long k = x.literal ? strtol(x.literal, NULL, 10) : 0, at = 1;
    for (struct target *t = l->scope->targets; t && k; t = t->next, at++) {
        if (at == k) {
            x.sql = rope_copy(l->a, &t->value.sql);
        }
    }
    return x;
}

static void check_distinct_order(struct lower *l, const PgQuery__SelectStmt *s) {
    for (size_t i = 0; i < s->n_sort_clause; i++) {
        struct expr x = order_item(l, s->sort_clause[i]->sort_by->node);
        if (!x.literal) {
            lower_fail(l, ERR_QUERY, x.place, "for SELECT DISTINCT, ORDER BY expressions must appear in select list");
        }
    }
}

static void limit_part(struct lower *l, const PgQuery__Node *n, const char *what, const char *none, struct rope *r) {
    struct expr x = expr_lower(l, n);
    long k;
    if (ordinal(n, &k)) {
        if (k < 0) {
            lower_fail(l, ERR_VALUE, x.place, "%s must not be negative", what);
        }
        rope_join(r, x.sql);
        return;
    }
    if (NODE_IS(n, A_EXPR) && !n->a_expr->lexpr && ordinal(n->a_expr->rexpr, &k)) {
        lower_fail(l, ERR_VALUE, x.place, "%s must not be negative", what);
    }
    x = cast_to(l, x, PGTYPE(PG_INT8), CAST_ASSIGNMENT);
    lower_add(l, r, "coalesce(");
    rope_join(r, x.sql);
    lower_add(l, r, none);
}

void select_limit(struct lower *l, const PgQuery__SelectStmt *s, struct rope *r) {
    struct scope *scope = l->scope;
    l->scope = NULL; /* LIMIT sees no columns */
    if (s->limit_option == PG_QUERY__LIMIT_OPTION__LIMIT_OPTION_WITH_TIES) {
        lower_refuse(l, lower_place(l, expr_place(s->limit_count)), "FETCH … WITH TIES");
    }
    if (s->limit_count || s->limit_offset) {
        lower_add(l, r, " LIMIT ");
        if (s->limit_count) {
            limit_part(l, s->limit_count, "LIMIT", ", -1)", r);
        } else {
            lower_add(l, r, "-1");
        }
    }
    if (s->limit_offset) {
        lower_add(l, r, " OFFSET ");
        limit_part(l, s->limit_offset, "OFFSET", ", 0)", r);
    }
    l->scope = scope;
}

static struct query describe(struct lower *l, struct target *targets, size_t count) {
    struct query q = {.count = count};
    q.columns = arena_alloc(l->a, (count ? count : 1) * sizeof *q.columns);
    size_t i = 0;
    for (struct target *t = targets; t && q.columns; t = t->next, i++) {
        struct pgtype type = t->value.type.base == PG_UNKNOWN ? PGTYPE(PG_TEXT) : t->value.type;
        bool unknown = t->value.type.base == PG_UNKNOWN;
        q.columns[i] = (struct sql_column){t->name, type, !t->value.plain, unknown};
    }
    return q;
}

static void add_targets(struct lower *l, struct target *targets, const char *prefix, struct rope *r) {
    int i = 0;
    for (struct target *t = targets; t; t = t->next, i++) {
        lower_add(l, r, i ? ", " : "");
        rope_join(r, rope_copy(l->a, &t->value.sql));
        lower_add(l, r, " AS ");
        if (prefix) {
            lower_add(l, r, arena_printf(l->a, "%s%d", prefix, i + 1));
        } else {
            lower_add_name(l, r, t->name, ROPE_NOWHERE);
        }
    }
    lower_add(l, r, targets ? "" : "NULL");
}

/* The targets c1, c2, … of a query inside, called `outer`, under their names; and that query's beginning. */
static void add_numbered(struct lower *l, struct target *targets, const char *outer, struct rope *r) {
    int i = 0;
    lower_add(l, r, "SELECT ");
    for (struct target *t = targets; t; t = t->next, i++) {
        lower_add(l, r, arena_printf(l->a, "%s%s.c%d AS ", i ? ", " : "", outer, i + 1));
        lower_add_name(l, r, t->name, ROPE_NOWHERE);
    }
    lower_add(l, r, " FROM (SELECT ");
    add_targets(l, targets, "c", r);
}

/* DISTINCT ON: rows numbered within their key, the first of each kept, in the order asked for. */
static struct rope distinct_on(struct lower *l, const PgQuery__SelectStmt *s, struct target *targets,
                               struct rope body) {
    struct rope r = ROPE_INIT, keys = ROPE_INIT;
    const char *outer = lower_name(l, "d");
    add_numbered(l, targets, outer, &r);
    lower_add(l, &r, ", row_number() OVER (PARTITION BY ");
    for (size_t k = 0; k < s->n_distinct_clause; k++) {
        struct expr x = order_value(l, s->distinct_clause[k]);
        const char *text = rope_text(l->a, &x.sql);
        /* The first keys of the order must be these. */
        bool found = s->n_sort_clause == 0;
        for (size_t j = 0; j < s->n_sort_clause && j < s->n_distinct_clause; j++) {
            struct expr o = order_value(l, s->sort_clause[j]->sort_by->node);
            const char *other = rope_text(l->a, &o.sql);
            found = found || (text && other && strcmp(text, other) == 0);
        }
        if (!found) {
            lower_fail(l, ERR_QUERY, x.place, "SELECT DISTINCT ON expressions must match initial ORDER BY expressions");
        }
        lower_add(l, &r, k ? ", " : "");
        rope_join(&r, x.sql);
    }
    if (s->n_sort_clause) {
        lower_add(l, &r, " ORDER BY ");
        rope_join(&r, sort_list(l, s->sort_clause, s->n_sort_clause, order_value));
    }
    lower_add(l, &r, ") AS _n, row_number() OVER (ORDER BY ");
    if (s->n_sort_clause) {
        keys = sort_list(l, s->sort_clause, s->n_sort_clause, order_value);
    }
    for (size_t k = 0; !s->n_sort_clause && k < s->n_distinct_clause; k++) {
        lower_add(l, &keys, k ? ", " : "");
        rope_join(&keys, order_value(l, s->distinct_clause[k]).sql);
    }
    rope_join(&r, keys);
    lower_add(l, &r, ") AS _o");
    rope_join(&r, body);
    lower_add(l, &r, arena_printf(l->a, ") AS %s WHERE %s._n = 1 ORDER BY %s._o", outer, outer, outer));
    return r;
}

/* SQLite does not see the tables of a query around in ORDER BY, but in that of a window: rows are numbered by it. */
static struct rope order_numbered(struct lower *l, struct target *targets, struct rope body, struct rope keys) {
    struct rope r = ROPE_INIT;
    const char *outer = lower_name(l, "d");
    add_numbered(l, targets, outer, &r);
    lower_add(l, &r, ", row_number() OVER (ORDER BY ");
    rope_join(&r, keys);
    lower_add(l, &r, ") AS _o");
    rope_join(&r, body);
    lower_add(l, &r, arena_printf(l->a, ") AS %s ORDER BY %s._o", outer, outer));
    return r;
}

static void check_groups(struct lower *l, const PgQuery__SelectStmt *s) {
    struct scope *scope = l->scope;
    bool grouped = s->n_group_clause > 0 || scope->has_aggregate || s->having_clause;
    if (grouped && scope->ungrouped) {
        lower_fail(l, ERR_QUERY, scope->ungrouped_place,
                   "column \"%s\" must appear in the GROUP BY clause or be used in an aggregate function",
                   scope->ungrouped);
    }
}

/* FROM, WHERE and GROUP BY, once the list has said what it expands. */
static struct rope body_of(struct lower *l, struct rope from, struct rope where, struct rope groups,
                           struct rope having) {
    struct rope r = ROPE_INIT;
    struct scope *s = l->scope;
    lower_add(l, &r, from.first || s->expansion_count ? " FROM " : "");
    rope_join(&r, from);
    if (s->expansion_count) {
        lower_add(l, &r, from.first ? ", pg_expand(" : "pg_expand(");
        rope_join(&r, s->expansions);
        lower_add(l, &r, arena_printf(l->a, ") AS %s", s->expansion_alias));
    }
    rope_join(&r, where);
    rope_join(&r, groups);
    rope_join(&r, having);
    return r;
}

static struct query plain_select(struct lower *l, const PgQuery__SelectStmt *s) {
    struct scope *scope = l->scope;
    struct rope from = ROPE_INIT, where = ROPE_INIT, having = ROPE_INIT, r = ROPE_INIT;
    size_t count = 0;
    bool on = s->n_distinct_clause > 0 && s->distinct_clause[0]->node_case != PG_QUERY__NODE__NODE__NOT_SET;
    from_lower(l, s->from_clause, s->n_from_clause, &from);
    if (s->where_clause) {
        scope->clause = "WHERE";
        lower_add(l, &where, " WHERE ");
        rope_join(&where, expr_bool(l, s->where_clause, "WHERE").sql);
        scope->clause = NULL;
    }
    scope->windows = s->window_clause;
    scope->window_count = s->n_window_clause;
    scope->grouped = s->n_group_clause > 0 || s->having_clause;
    struct rope groups = group_by(l, s);
    scope->may_expand = true;
    struct target *targets = targets_lower(l, s->target_list, s->n_target_list, &count);
    if (s->having_clause) {
        scope->may_expand = false;
        lower_add(l, &having, s->n_group_clause ? " HAVING " : " HAVING ");
        rope_join(&having, expr_bool(l, s->having_clause, "HAVING").sql);
        scope->may_expand = true;
    }
    scope->targets = targets;
    struct query q = describe(l, targets, count);
    struct rope order = ROPE_INIT;
    bool outward = l->outward;
    l->outward = false;
    if (s->n_sort_clause && !on) {
        order = sort_list(l, s->sort_clause, s->n_sort_clause, order_item);
    }
    bool numbered = l->outward && s->n_distinct_clause == 0;
    l->outward = l->outward || outward;
    if (s->n_distinct_clause && !on) {
        check_distinct_order(l, s);
    }
    check_groups(l, s);
    if (scope->expansion_count && scope->has_aggregate && !s->n_group_clause) {
        lower_refuse(l, -1, "a set-returning function beside an aggregate");
    }
    struct rope body = body_of(l, from, where, groups, having);
    if (on) {
        q.sql = distinct_on(l, s, targets, body);
    } else if (numbered) {
        q.sql = order_numbered(l, targets, body, sort_list(l, s->sort_clause, s->n_sort_clause, order_value));
    } else {
        lower_add(l, &r, s->n_distinct_clause ? "SELECT DISTINCT " : "SELECT ");
        add_targets(l, targets, NULL, &r);
        rope_join(&r, body);
        lower_add(l, &r, order.first ? " ORDER BY " : "");
        rope_join(&r, order);
        q.sql = r;
    }
    q.single = (scope->has_aggregate && !s->n_group_clause) || (s->n_from_clause == 0 && !scope->expansion_count);
    return q;
}

struct query select_lower(struct lower *l, const PgQuery__SelectStmt *s) {
    struct scope scope = {.sources = NULL};
    struct query q = {.count = 0};
    struct rope r = ROPE_INIT;
    long limit;
    if (!lower_enter(l)) {
        return q;
    }
    scope_enter(l, &scope);
    if (s->with_clause) {
        r = with_lower(l, s->with_clause);
    }
    if (s->n_values_lists) {
        q = select_values(l, s);
    } else if (s->op != PG_QUERY__SET_OPERATION__SETOP_NONE &&
               s->op != PG_QUERY__SET_OPERATION__SET_OPERATION_UNDEFINED) {
        q = select_setop(l, s);
    } else {
        q = plain_select(l, s);
    }
    rope_join(&r, q.sql);
    select_limit(l, s, &r);
    q.sql = r;
    q.single = q.single || (ordinal(s->limit_count, &limit) && limit <= 1);
    scope_leave(l);
    lower_leave(l);
    return q;
}
