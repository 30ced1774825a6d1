/* Subqueries within expressions: IN, ANY, ALL, EXISTS, a query as a value or as an array. */
#include "lang/sql/lower.h"

#include <string.h>

/* x op ANY (…) or ALL (…) over a query of one column, by counting: true, false and unknown among its rows. */
static struct expr quantified(struct lower *l, const char *name, struct expr left, struct query q, bool any,
                              long place) {
    const char *alias = lower_name(l, "any"), *column = lower_name(l, "c");
    struct expr right = expr_make(q.count ? q.columns[0].type : PGTYPE(PG_ANY), place);
    lower_add_name(l, &right.sql, column, ROPE_NOWHERE);
    struct expr test = operator_lower(l, name, left, right, place);
    struct expr body = expr_make(PGTYPE(PG_BOOL), place);
    lower_add(l, &body.sql,
              any ? "(SELECT CASE WHEN max(v) = 1 THEN 1 WHEN count(v) < count(*) THEN NULL ELSE 0 END "
                    "FROM (SELECT "
                  : "(SELECT CASE WHEN min(v) = 0 THEN 0 WHEN count(v) < count(*) THEN NULL ELSE 1 END "
                    "FROM (SELECT ");
    rope_join(&body.sql, test.sql);
    lower_add(l, &body.sql, " AS v FROM (SELECT 1 AS ");
    lower_add_name(l, &body.sql, column, ROPE_NOWHERE);
    lower_add(l, &body.sql, " WHERE 0 UNION ALL SELECT * FROM (");
    rope_join(&body.sql, q.sql);
    lower_add(l, &body.sql, ")) AS ");
    lower_add_name(l, &body.sql, alias, ROPE_NOWHERE);
    lower_add(l, &body.sql, "))");
    return body;
}

/* x op ANY (array) */
struct expr operator_any_array(struct lower *l, const PgQuery__AExpr *x, const char *name, bool any, long place) {
    struct expr left = expr_lower(l, x->lexpr), array = expr_lower(l, x->rexpr);
    if (array.type.base == PG_UNKNOWN) {
        struct pgtype to = left.type.base == PG_UNKNOWN ? PGTYPE(PG_TEXT) : left.type;
        to.array = true;
        array = cast_to(l, array, to, CAST_IMPLICIT);
    }
    if (!array.type.array && array.type.base != PG_ANY) {
        lower_fail(l, ERR_QUERY, place, "op ANY/ALL (array) requires array on right side");
    }
    struct sql_column column = {.name = "v", .type = array.type};
    column.type.array = false;
    struct query q = {.columns = &column, .count = 1};
    struct expr rows_of = expr_fill(
        l, column.type, place,
        arena_printf(l->a, "SELECT v1 FROM pg_expand('unnest', 2, $1, %d)", (int)column.type.base), &array, 1);
    q.sql = rows_of.sql;
    return quantified(l, name, left, q, any, place);
}

/* (a, b) IN (SELECT …), a IN (SELECT …) */
static struct expr in_query(struct lower *l, const PgQuery__SubLink *s, struct query q, long place) {
    struct expr out = expr_make(PGTYPE(PG_BOOL), place);
    bool row = NODE_IS(s->testexpr, ROW_EXPR);
    size_t n = row ? s->testexpr->row_expr->n_args : 1;
    struct pgtype *types = arena_alloc(l->a, n * sizeof *types);
    if (q.count != n || !types) {
        lower_fail(l, ERR_SYNTAX, place, "subquery has too %s columns", q.count > n ? "many" : "few");
        return out;
    }
    lower_add(l, &out.sql, row ? "((" : "(");
    for (size_t i = 0; i < n; i++) {
        struct expr left = expr_lower(l, row ? s->testexpr->row_expr->args[i] : s->testexpr);
        struct expr right = expr_make(q.columns[i].type, left.place), both[] = {left, right};
        if (left.type.base != PG_UNKNOWN && right.type.base != PG_UNKNOWN) {
            operator_lower(l, "=", left, right, place);
        }
        types[i] = expr_common_type(l, both, 2, "IN");
        types[i].precision = 0;
        types[i].scaled = false;
        lower_add(l, &out.sql, i ? ", " : "");
        rope_join(&out.sql, cast_to(l, left, types[i], CAST_IMPLICIT).sql);
    }
    lower_add(l, &out.sql, row ? ") IN (" : " IN (");
    rope_join(&out.sql, select_as(l, q, types, n).sql);
    lower_add(l, &out.sql, "))");
    return out;
}

struct expr operator_sublink(struct lower *l, const PgQuery__SubLink *s) {
    long place = lower_place(l, s->location);
    const char *name = s->n_oper_name ? lower_string(s->oper_name[s->n_oper_name - 1]) : "=";
    struct query q = select_node(l, s->subselect);
    l->subqueries++;
    struct expr out = expr_make(PGTYPE(PG_ANY), place);
    switch (s->sub_link_type) {
    case PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK:
        out.type = PGTYPE(PG_BOOL);
        lower_add(l, &out.sql, "EXISTS (");
        rope_join(&out.sql, q.sql);
        lower_add(l, &out.sql, ")");
        return out;
    case PG_QUERY__SUB_LINK_TYPE__ANY_SUBLINK:
        if (strcmp(name, "=") == 0) {
            return in_query(l, s, q, place);
        }
        return quantified(l, name, expr_lower(l, s->testexpr), q, true, place);
    case PG_QUERY__SUB_LINK_TYPE__ALL_SUBLINK:
        return quantified(l, name, expr_lower(l, s->testexpr), q, false, place);
    case PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK:
        if (q.count != 1) {
            lower_fail(l, ERR_SYNTAX, place, "subquery must return only one column");
            return out;
        }
        out.type = q.columns[0].type;
        out.name = q.columns[0].name;
        /* More than one row is an error in PostgreSQL; SQLite would take the first. */
        if (q.single) {
            lower_add(l, &out.sql, "(");
            rope_join(&out.sql, q.sql);
            lower_add(l, &out.sql, ")");
            return out;
        }
        lower_add(l, &out.sql, "(SELECT pg_only(v) FROM (SELECT NULL AS v WHERE 0 UNION ALL SELECT * FROM (");
        rope_join(&out.sql, q.sql);
        lower_add(l, &out.sql, ")))");
        return out;
    case PG_QUERY__SUB_LINK_TYPE__ARRAY_SUBLINK:
        out.type = q.count ? q.columns[0].type : out.type;
        lower_add(l, &out.sql,
                  arena_printf(l->a,
                               "(SELECT coalesce(pg_array_agg(0, '', %d, v), '{}') FROM (SELECT NULL AS v WHERE 0 "
                               "UNION ALL SELECT * FROM (",
                               (int)out.type.base));
        rope_join(&out.sql, q.sql);
        lower_add(l, &out.sql, ")))");
        out.type.array = true;
        out.name = "array";
        return out;
    default:
        lower_refuse(l, place, "this kind of subquery");
        return out;
    }
}
