/* Expressions: one function for each kind of node of PostgreSQL's tree; operators and functions have files of their
 * own. Every expression comes out with the type that PostgreSQL would give it. */
#include "lang/sql/lower.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct expr expr_make(struct pgtype t, long place) {
    return (struct expr){.type = t, .place = place};
}

struct expr expr_fill(struct lower *l, struct pgtype t, long place, const char *pattern, struct expr *args, size_t n) {
    struct expr out = expr_make(t, place);
    struct rope *ropes = arena_alloc(l->a, (n ? n : 1) * sizeof *ropes);
    for (size_t i = 0; ropes && i < n; i++) {
        ropes[i] = args[i].sql;
    }
    if (ropes) {
        rope_fill(l->a, &out.sql, pattern, ropes, n, place);
    }
    return out;
}

long expr_place(const PgQuery__Node *n) {
    switch (n ? n->node_case : PG_QUERY__NODE__NODE__NOT_SET) {
    case PG_QUERY__NODE__NODE_A_CONST:
        return n->a_const->location;
    case PG_QUERY__NODE__NODE_COLUMN_REF:
        return n->column_ref->location;
    case PG_QUERY__NODE__NODE_FUNC_CALL:
        return n->func_call->location;
    case PG_QUERY__NODE__NODE_TYPE_CAST:
        return n->type_cast->location >= 0 ? n->type_cast->location : n->type_cast->type_name->location;
    case PG_QUERY__NODE__NODE_A_EXPR:
        return n->a_expr->location;
    case PG_QUERY__NODE__NODE_BOOL_EXPR:
        return n->bool_expr->location;
    case PG_QUERY__NODE__NODE_SUB_LINK:
        return n->sub_link->location;
    case PG_QUERY__NODE__NODE_CASE_EXPR:
        return n->case_expr->location;
    case PG_QUERY__NODE__NODE_COALESCE_EXPR:
        return n->coalesce_expr->location;
    case PG_QUERY__NODE__NODE_MIN_MAX_EXPR:
        return n->min_max_expr->location;
    case PG_QUERY__NODE__NODE_NULL_TEST:
        return n->null_test->location;
    case PG_QUERY__NODE__NODE_BOOLEAN_TEST:
        return n->boolean_test->location;
    case PG_QUERY__NODE__NODE_ROW_EXPR:
        return n->row_expr->location;
    case PG_QUERY__NODE__NODE_A_ARRAY_EXPR:
        return n->a_array_expr->location;
    case PG_QUERY__NODE__NODE_RANGE_VAR:
        return n->range_var->location;
    default:
        return -1;
    }
}

static struct expr column_ref(struct lower *l, const PgQuery__ColumnRef *c) {
    long place = lower_place(l, c->location);
    const PgQuery__Node *last = c->fields[c->n_fields - 1];
    if (NODE_IS(last, A_STAR)) {
        lower_fail(l, ERR_QUERY, place, "a * cannot stand for one value here");
        return expr_make(PGTYPE(PG_ANY), place);
    }
    const char *name = lower_string(last);
    const char *table = c->n_fields > 1 ? lower_string(c->fields[c->n_fields - 2]) : NULL;
    /* A table's name alone is its whole row, unless a column is called so. */
    if (!table && scope_find_source(l, name, true)) {
        bool column = false;
        for (struct scope *s = l->scope; s && !column; s = s->outer) {
            for (struct source *t = s->sources; t && !column; t = t->next) {
                for (size_t i = 0; i < t->count; i++) {
                    column = column || strcasecmp(t->columns[i].name, name) == 0;
                }
            }
        }
        struct source *row = scope_find_source(l, name, true);
        if (!column && row->count == 1) { /* a function's table: its one column is the row */
            return scope_column(l, name, row->columns[0].name, place);
        }
        if (!column) {
            lower_refuse(l, place, "a whole row (%s) as one value", name);
            return expr_make(PGTYPE(PG_ANY), place);
        }
    }
    return scope_column(l, table, name, place);
}

struct expr expr_bool(struct lower *l, const PgQuery__Node *n, const char *clause) {
    struct expr x = expr_lower(l, n);
    char name[64];
    if (pgtype_is(x.type, PG_UNKNOWN)) {
        return literal_convert(l, x, PGTYPE(PG_BOOL));
    }
    if (!pgtype_is(x.type, PG_BOOL) && !pgtype_is(x.type, PG_ANY)) {
        lower_fail(l, ERR_QUERY, x.place, "argument of %s must be type boolean, not type %s", clause,
                   pgtype_name(x.type, name));
    }
    return x;
}

static struct expr bool_expr(struct lower *l, const PgQuery__BoolExpr *b) {
    static const struct {
        const char *joint, *clause;
    } words[] = {[PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR] = {" AND ", "AND"},
                 [PG_QUERY__BOOL_EXPR_TYPE__OR_EXPR] = {" OR ", "OR"},
                 [PG_QUERY__BOOL_EXPR_TYPE__NOT_EXPR] = {"", "NOT"}};
    struct expr out = expr_make(PGTYPE(PG_BOOL), lower_place(l, b->location));
    lower_add(l, &out.sql, b->boolop == PG_QUERY__BOOL_EXPR_TYPE__NOT_EXPR ? "(NOT " : "(");
    for (size_t i = 0; i < b->n_args; i++) {
        lower_add(l, &out.sql, i ? words[b->boolop].joint : "");
        rope_join(&out.sql, expr_bool(l, b->args[i], words[b->boolop].clause).sql);
    }
    lower_add(l, &out.sql, ")");
    return out;
}

static struct expr null_test(struct lower *l, const PgQuery__NullTest *t) {
    struct expr x = expr_lower(l, t->arg);
    bool is_null = t->nulltesttype == PG_QUERY__NULL_TEST_TYPE__IS_NULL;
    return expr_fill(l, PGTYPE(PG_BOOL), lower_place(l, t->location), is_null ? "($1 IS NULL)" : "($1 IS NOT NULL)", &x,
                     1);
}

static struct expr boolean_test(struct lower *l, const PgQuery__BooleanTest *t) {
    static const char *const patterns[] = {
        [PG_QUERY__BOOL_TEST_TYPE__IS_TRUE] = "($1 IS TRUE)",
        [PG_QUERY__BOOL_TEST_TYPE__IS_NOT_TRUE] = "($1 IS NOT TRUE)",
        [PG_QUERY__BOOL_TEST_TYPE__IS_FALSE] = "($1 IS FALSE)",
        [PG_QUERY__BOOL_TEST_TYPE__IS_NOT_FALSE] = "($1 IS NOT FALSE)",
        [PG_QUERY__BOOL_TEST_TYPE__IS_UNKNOWN] = "($1 IS NULL)",
        [PG_QUERY__BOOL_TEST_TYPE__IS_NOT_UNKNOWN] = "($1 IS NOT NULL)",
    };
    struct expr x = expr_bool(l, t->arg, "IS TRUE");
    return expr_fill(l, PGTYPE(PG_BOOL), lower_place(l, t->location), patterns[t->booltesttype], &x, 1);
}

/* The type that CASE, COALESCE, UNION, VALUES, … give values of several types. */
static struct pgtype common_of_two(struct pgtype a, struct pgtype b) {
    if (a.base == PG_UNKNOWN || a.base == PG_ANY) {
        return a.base == PG_ANY && b.base == PG_UNKNOWN ? a : b;
    }
    if (b.base == PG_UNKNOWN || b.base == PG_ANY || !cast_possible(b, a, CAST_IMPLICIT)) {
        return cast_possible(a, b, CAST_IMPLICIT) && b.base != PG_UNKNOWN && b.base != PG_ANY ? b : a;
    }
    if (pgtype_same(a, b)) {
        if (a.precision != b.precision || a.scale != b.scale || a.scaled != b.scaled) {
            a.precision = 0;
            a.scaled = a.scaled && b.scaled;
            a.scale = a.scale > b.scale ? a.scale : b.scale;
        }
        return a;
    }
    return a;
}

struct pgtype expr_common_type(struct lower *l, struct expr *args, size_t n, const char *what) {
    struct pgtype t = PGTYPE(PG_UNKNOWN);
    char first[64], second[64];
    for (size_t i = 0; i < n; i++) {
        t = common_of_two(t, args[i].type);
    }
    if (t.base == PG_UNKNOWN) {
        t = PGTYPE(PG_TEXT);
    }
    for (size_t i = 0; i < n; i++) {
        bool open = args[i].type.base == PG_UNKNOWN || args[i].type.base == PG_ANY;
        if (!open && t.base != PG_ANY && !cast_possible(args[i].type, t, CAST_IMPLICIT)) {
            lower_fail(l, ERR_QUERY, args[i].place, "%s types %s and %s cannot be matched", what, pgtype_name(t, first),
                       pgtype_name(args[i].type, second));
        }
    }
    return t;
}

static struct expr case_expr(struct lower *l, const PgQuery__CaseExpr *c) {
    size_t n = c->n_args + 1;
    struct expr *results = arena_alloc(l->a, n * sizeof *results);
    struct rope *conditions = arena_alloc(l->a, n * sizeof *conditions);
    struct expr out = expr_make(PGTYPE(PG_ANY), lower_place(l, c->location));
    if (!results || !conditions) {
        return out;
    }
    for (size_t i = 0; i < c->n_args; i++) {
        const PgQuery__CaseWhen *w = c->args[i]->case_when;
        if (c->arg) {
            struct expr value = expr_lower(l, c->arg), other = expr_lower(l, w->expr);
            conditions[i] = operator_lower(l, "=", value, other, lower_place(l, w->location)).sql;
        } else {
            conditions[i] = expr_bool(l, w->expr, "CASE/WHEN").sql;
        }
        results[i] = expr_lower(l, w->result);
    }
    if (c->defresult) {
        results[n - 1] = expr_lower(l, c->defresult);
    } else {
        results[n - 1] = expr_make(PGTYPE(PG_UNKNOWN), out.place);
        results[n - 1].null = true;
        lower_add(l, &results[n - 1].sql, "NULL");
    }
    out.type = expr_common_type(l, results, n, "CASE");
    lower_add(l, &out.sql, "CASE");
    for (size_t i = 0; i < n; i++) {
        lower_add(l, &out.sql, i + 1 < n ? " WHEN " : " ELSE ");
        if (i + 1 < n) {
            rope_join(&out.sql, conditions[i]);
            lower_add(l, &out.sql, " THEN ");
        }
        rope_join(&out.sql, cast_to(l, results[i], out.type, CAST_IMPLICIT).sql);
    }
    lower_add(l, &out.sql, " END");
    return out;
}

/* Lower a list and bring it to one type. */
static struct expr *common_list(struct lower *l, PgQuery__Node **list, size_t n, const char *what,
                                struct pgtype *type) {
    struct expr *args = arena_alloc(l->a, (n ? n : 1) * sizeof *args);
    for (size_t i = 0; args && i < n; i++) {
        args[i] = expr_lower(l, list[i]);
    }
    if (args) {
        *type = expr_common_type(l, args, n, what);
        for (size_t i = 0; i < n; i++) {
            args[i] = cast_to(l, args[i], *type, CAST_IMPLICIT);
        }
    }
    return args;
}

static struct expr coalesce(struct lower *l, const PgQuery__CoalesceExpr *c) {
    struct pgtype type = PGTYPE(PG_ANY);
    struct expr *args = common_list(l, c->args, c->n_args, "COALESCE", &type);
    return expr_fill(l, type, lower_place(l, c->location), c->n_args == 1 ? "($1)" : "coalesce($*)", args,
                     args ? c->n_args : 0);
}

static struct expr min_max(struct lower *l, const PgQuery__MinMaxExpr *m) {
    struct pgtype type = PGTYPE(PG_ANY);
    bool greatest = m->op == PG_QUERY__MIN_MAX_OP__IS_GREATEST;
    struct expr *args = common_list(l, m->args, m->n_args, greatest ? "GREATEST" : "LEAST", &type);
    if (pgtype_is(type, PG_INTERVAL) || type.array) {
        lower_refuse(l, lower_place(l, m->location), "GREATEST or LEAST of intervals or arrays");
    }
    return expr_fill(l, type, lower_place(l, m->location), greatest ? "pg_greatest($*)" : "pg_least($*)", args,
                     args ? m->n_args : 0);
}

static struct expr value_function(struct lower *l, const PgQuery__SQLValueFunction *f) {
    static const struct {
        PgQuery__SQLValueFunctionOp op;
        const char *name;
        enum pg_base base;
        const char *text; /* NULL: the time */
    } functions[] = {
        {PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_DATE, "current_date", PG_DATE, NULL},
        {PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP, "current_timestamp", PG_TIMESTAMPTZ, NULL},
        {PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP_N, "current_timestamp", PG_TIMESTAMPTZ, NULL},
        {PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIMESTAMP, "localtimestamp", PG_TIMESTAMP, NULL},
        {PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIMESTAMP_N, "localtimestamp", PG_TIMESTAMP, NULL},
        {PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIME, "localtime", PG_TIME, NULL},
        {PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_USER, "current_user", PG_NAME, "thanosql"},
        {PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_USER, "user", PG_NAME, "thanosql"},
        {PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_SESSION_USER, "session_user", PG_NAME, "thanosql"},
        {PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_ROLE, "current_role", PG_NAME, "thanosql"},
        {PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_CATALOG, "current_catalog", PG_NAME, "thanosql"},
        {PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_SCHEMA, "current_schema", PG_NAME, "public"},
    };
    long place = lower_place(l, f->location);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (functions[i].op == f->op) {
            struct expr x = expr_make(PGTYPE(PG_UNKNOWN), place);
            x.literal = functions[i].text ? functions[i].text : literal_now(l);
            x = literal_convert(l, x, PGTYPE(functions[i].base));
            x.name = functions[i].name;
            return x;
        }
    }
    lower_refuse(l, place, "current_time, which has a time zone but no day,");
    return expr_make(PGTYPE(PG_ANY), place);
}

static struct expr array_expr(struct lower *l, const PgQuery__AArrayExpr *x) {
    struct pgtype type = PGTYPE(PG_ANY);
    long place = lower_place(l, x->location);
    if (x->n_elements == 0) {
        lower_fail(l, ERR_QUERY, place, "cannot determine type of empty array");
        err_hint(l->e, "Explicitly cast to the desired type, for example ARRAY[]::integer[].");
    }
    struct expr *args = common_list(l, x->elements, x->n_elements, "ARRAY", &type);
    struct pgtype element = type;
    if (!args) {
        return expr_make(type, place);
    }
    type.array = true;
    struct expr out = expr_make(type, place);
    out.name = "array";
    /* A function takes few arguments, so a long list is built a hundred at a time. */
    for (size_t i = 0; i < x->n_elements; i += 100) {
        size_t n = x->n_elements - i < 100 ? x->n_elements - i : 100;
        char *pattern = arena_printf(l->a, "pg_array(%d, $*)", element.array ? (int)PG_VOID : (int)element.base);
        struct expr part = expr_fill(l, type, place, pattern ? pattern : "", args + i, n);
        struct expr both[] = {out, part};
        out.sql = i ? expr_fill(l, type, place, "pg_array_cat($1, $2)", both, 2).sql : part.sql;
    }
    if (element.array) {
        out.type = element;
    }
    return out;
}

static struct expr subscript(struct lower *l, struct expr x, const PgQuery__AIndices *at) {
    struct expr args[3] = {x};
    size_t n = 1;
    struct pgtype type = x.type;
    const PgQuery__Node *ends[] = {at->lidx, at->uidx};
    if (pgtype_is(x.type, PG_JSONB) && !at->is_slice) {
        return operator_lower(l, "->", x, expr_lower(l, at->uidx), x.place);
    }
    if (!x.type.array && x.type.base != PG_ANY) {
        char name[64];
        lower_fail(l, ERR_QUERY, x.place, "cannot subscript type %s because it does not support subscripting",
                   pgtype_name(x.type, name));
    }
    for (int i = 0; i < 2; i++) {
        if (ends[i]) {
            args[n++] = cast_to(l, expr_lower(l, ends[i]), PGTYPE(PG_INT4), CAST_ASSIGNMENT);
        } else if (at->is_slice) {
            args[n] = expr_make(PGTYPE(PG_INT4), x.place);
            lower_add(l, &args[n++].sql, "NULL");
        }
    }
    type.array = at->is_slice != 0;
    struct expr out =
        expr_fill(l, type, x.place, at->is_slice ? "pg_array_slice($1, $2, $3)" : "pg_array_get($1, $2)", args, n);
    if (!at->is_slice && pgtype_value(type) != VALUE_TEXT && type.base != PG_ANY) {
        struct expr text = out;
        text.type = PGTYPE(PG_TEXT);
        out = cast_to(l, text, type, CAST_EXPLICIT);
    }
    out.name = x.name;
    return out;
}

static struct expr indirection(struct lower *l, const PgQuery__AIndirection *i) {
    struct expr x = expr_lower(l, i->arg);
    for (size_t k = 0; k < i->n_indirection; k++) {
        if (!NODE_IS(i->indirection[k], A_INDICES)) {
            lower_refuse(l, x.place, "a field of a row value");
            return x;
        }
        x = subscript(l, x, i->indirection[k]->a_indices);
    }
    return x;
}

static struct expr row_expr(struct lower *l, const PgQuery__RowExpr *r) {
    lower_refuse(l, lower_place(l, r->location), "a row (a, b) as one value");
    return expr_make(PGTYPE(PG_ANY), lower_place(l, r->location));
}

static struct expr collate(struct lower *l, const PgQuery__CollateClause *c) {
    struct expr x = expr_lower(l, c->arg);
    const char *name = lower_string(c->collname[c->n_collname - 1]);
    char type[64];
    if (x.type.base != PG_UNKNOWN && x.type.base != PG_ANY && !pgtype_is_text(x.type)) {
        lower_fail(l, ERR_QUERY, lower_place(l, c->location), "collations are not supported by type %s",
                   pgtype_name(x.type, type));
    }
    if (!strpbrk(name, "_-") && strcmp(name, "C") != 0 && strcmp(name, "POSIX") != 0 && strcmp(name, "default") != 0) {
        lower_fail(l, ERR_NOT_FOUND, lower_place(l, c->location),
                   "collation \"%s\" for encoding \"UTF8\" does not exist", name);
    }
    if (strcmp(name, "C") != 0 && strcmp(name, "POSIX") != 0 && strcmp(name, "default") != 0 &&
        strcmp(name, "ucs_basic") != 0) {
        lower_refuse(l, lower_place(l, c->location), "the collation \"%s\" (text is ordered by code points)", name);
    }
    return x;
}

static struct expr lower_node(struct lower *l, const PgQuery__Node *n) {
    switch (n->node_case) {
    case PG_QUERY__NODE__NODE_A_CONST:
        return literal_lower(l, n->a_const);
    case PG_QUERY__NODE__NODE_COLUMN_REF:
        return column_ref(l, n->column_ref);
    case PG_QUERY__NODE__NODE_A_EXPR:
        return operator_node(l, n->a_expr);
    case PG_QUERY__NODE__NODE_BOOL_EXPR:
        return bool_expr(l, n->bool_expr);
    case PG_QUERY__NODE__NODE_FUNC_CALL:
        return call_lower(l, n->func_call);
    case PG_QUERY__NODE__NODE_TYPE_CAST: {
        const PgQuery__TypeCast *c = n->type_cast;
        struct expr x = NODE_IS(c->arg, A_ARRAY_EXPR) && c->arg->a_array_expr->n_elements == 0
                            ? (struct expr){.type = PGTYPE(PG_UNKNOWN), .literal = "{}"}
                            : expr_lower(l, c->arg);
        x.place = x.place >= 0 ? x.place : lower_place(l, expr_place(n));
        return cast_to(l, x, cast_type_name(l, c->type_name), CAST_EXPLICIT);
    }
    case PG_QUERY__NODE__NODE_NULL_TEST:
        return null_test(l, n->null_test);
    case PG_QUERY__NODE__NODE_BOOLEAN_TEST:
        return boolean_test(l, n->boolean_test);
    case PG_QUERY__NODE__NODE_CASE_EXPR:
        return case_expr(l, n->case_expr);
    case PG_QUERY__NODE__NODE_COALESCE_EXPR:
        return coalesce(l, n->coalesce_expr);
    case PG_QUERY__NODE__NODE_MIN_MAX_EXPR:
        return min_max(l, n->min_max_expr);
    case PG_QUERY__NODE__NODE_SUB_LINK:
        return operator_sublink(l, n->sub_link);
    case PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION:
        return value_function(l, n->sqlvalue_function);
    case PG_QUERY__NODE__NODE_A_ARRAY_EXPR:
        return array_expr(l, n->a_array_expr);
    case PG_QUERY__NODE__NODE_A_INDIRECTION:
        return indirection(l, n->a_indirection);
    case PG_QUERY__NODE__NODE_ROW_EXPR:
        return row_expr(l, n->row_expr);
    case PG_QUERY__NODE__NODE_COLLATE_CLAUSE:
        return collate(l, n->collate_clause);
    case PG_QUERY__NODE__NODE_PARAM_REF:
        lower_fail(l, ERR_NOT_FOUND, lower_place(l, n->param_ref->location), "there is no parameter $%d",
                   (int)n->param_ref->number);
        return expr_make(PGTYPE(PG_ANY), lower_place(l, n->param_ref->location));
    case PG_QUERY__NODE__NODE_SET_TO_DEFAULT:
        lower_fail(l, ERR_SYNTAX, lower_place(l, n->set_to_default->location),
                   "DEFAULT is not allowed in this context");
        return expr_make(PGTYPE(PG_ANY), -1);
    default:
        lower_refuse(l, lower_place(l, expr_place(n)), "this kind of expression");
        return expr_make(PGTYPE(PG_ANY), -1);
    }
}

/* A column outside of aggregates is fine where the expression around it is one that the query groups by. */
static void check_grouped(struct lower *l, const struct expr *x, const char *before, long before_place) {
    struct scope *s = l->scope;
    if (s && s->ungrouped && !before && s->group_count > 0) {
        const char *text = rope_text(l->a, &x->sql);
        for (size_t i = 0; text && i < s->group_count; i++) {
            if (strcmp(s->groups[i], text) == 0) {
                s->ungrouped = before;
                s->ungrouped_place = before_place;
                return;
            }
        }
    }
}

struct expr expr_lower(struct lower *l, const PgQuery__Node *n) {
    const char *before = l->scope ? l->scope->ungrouped : NULL;
    long before_place = l->scope ? l->scope->ungrouped_place : -1;
    if (!n || !lower_enter(l)) {
        return expr_make(PGTYPE(PG_ANY), -1);
    }
    struct expr x = lower_node(l, n);
    check_grouped(l, &x, before, before_place);
    lower_leave(l);
    return x;
}
