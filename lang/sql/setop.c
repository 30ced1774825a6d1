/* UNION, INTERSECT, EXCEPT, VALUES, and WITH. SQLite takes compounds from left to right without parentheses. */
#include "lang/sql/lower.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* SELECT c1, c2, … of a query, its columns renamed by position. */
static void add_renamed(struct lower *l, struct rope sql, size_t count, struct rope *r) {
    lower_add(l, r, "(SELECT ");
    for (size_t i = 0; i < count; i++) {
        lower_add(l, r, arena_printf(l->a, "%sNULL AS c%zu", i ? ", " : "", i + 1));
    }
    lower_add(l, r, " WHERE 0 UNION ALL SELECT * FROM (");
    rope_join(r, sql);
    lower_add(l, r, "))");
}

struct query select_as(struct lower *l, struct query q, const struct pgtype *types, size_t count) {
    bool same = true;
    struct rope r = ROPE_INIT;
    struct sql_column *columns = arena_alloc(l->a, (count ? count : 1) * sizeof *columns);
    for (size_t i = 0; i < count && i < q.count; i++) {
        bool numbers =
            pgtype_is_integer(q.columns[i].type) && (pgtype_is_integer(types[i]) || types[i].base == PG_NUMERIC);
        bool texts = pgtype_is_text(q.columns[i].type) && pgtype_is_text(types[i]) && !types[i].precision;
        same = same && (types[i].base == PG_ANY || pgtype_same(types[i], q.columns[i].type) || numbers || texts);
    }
    for (size_t i = 0; columns && i < count && i < q.count; i++) {
        columns[i] = q.columns[i];
        columns[i].type = types[i];
    }
    if (same || !columns || q.count != count) {
        q.columns = columns ? columns : q.columns;
        return q;
    }
    lower_add(l, &r, "SELECT ");
    for (size_t i = 0; i < count; i++) {
        struct expr x = expr_make(q.columns[i].type, -1);
        rope_add(l->a, &x.sql, arena_printf(l->a, "c%zu", i + 1), ROPE_NOWHERE);
        lower_add(l, &r, i ? ", " : "");
        rope_join(&r, cast_to(l, x, types[i], q.columns[i].unknown ? CAST_EXPLICIT : CAST_IMPLICIT).sql);
        lower_add(l, &r, " AS ");
        lower_add_name(l, &r, q.columns[i].name, ROPE_NOWHERE);
    }
    lower_add(l, &r, " FROM ");
    add_renamed(l, q.sql, count, &r);
    q.sql = r;
    q.columns = columns;
    return q;
}

static bool is_bare(const PgQuery__SelectStmt *s, bool left) {
    bool compound = s->op != PG_QUERY__SET_OPERATION__SETOP_NONE;
    return !s->n_sort_clause && !s->limit_count && !s->limit_offset && !s->with_clause && (!compound || left) &&
           !(s->n_distinct_clause && s->distinct_clause[0]->node_case != PG_QUERY__NODE__NODE__NOT_SET);
}

static void add_operand(struct lower *l, struct query q, bool bare, struct rope *r) {
    lower_add(l, r, bare ? "" : "SELECT * FROM (");
    rope_join(r, q.sql);
    lower_add(l, r, bare ? "" : ")");
}

static struct expr setop_order(struct lower *l, const PgQuery__Node *n) {
    struct target *t = l->scope->targets;
    const char *name =
        NODE_IS(n, COLUMN_REF) && n->column_ref->n_fields == 1 ? lower_string(n->column_ref->fields[0]) : NULL;
    long number = 0, at = 1;
    if (NODE_IS(n, A_CONST) && n->a_const->val_case == PG_QUERY__A__CONST__VAL_IVAL) {
        number = n->a_const->ival->ival;
    }
    for (; t; t = t->next, at++) {
        if (at == number || (name && strcasecmp(t->name, name) == 0)) {
            struct expr x = expr_make(t->value.type, lower_place(l, expr_place(n)));
            if (pgtype_is(x.type, PG_INTERVAL) || x.type.array) {
                lower_refuse(l, x.place, "the order of a UNION by intervals or arrays");
            }
            rope_add(l->a, &x.sql, arena_printf(l->a, "%ld", at), x.place);
            return x;
        }
    }
    if (number) {
        lower_fail(l, ERR_QUERY, lower_place(l, expr_place(n)), "ORDER BY position %ld is not in select list", number);
    } else if (name) {
        scope_unknown_column(l, NULL, name, lower_place(l, expr_place(n)));
    } else {
        lower_fail(l, ERR_UNSUPPORTED, lower_place(l, expr_place(n)), "invalid UNION/INTERSECT/EXCEPT ORDER BY clause");
        err_hint(l->e, "Only result column names can be used, not expressions or functions.");
    }
    return expr_make(PGTYPE(PG_ANY), -1);
}

/* INTERSECT ALL and EXCEPT ALL: the nth of a kind meets the nth of that kind. */
static struct rope numbered(struct lower *l, struct query q) {
    struct rope r = ROPE_INIT;
    lower_add(l, &r, "SELECT *, row_number() OVER (PARTITION BY ");
    for (size_t i = 0; i < q.count; i++) {
        lower_add(l, &r, arena_printf(l->a, "%sc%zu", i ? ", " : "", i + 1));
    }
    lower_add(l, &r, ") FROM ");
    add_renamed(l, q.sql, q.count, &r);
    return r;
}

static struct rope all_of(struct lower *l, struct query a, struct query b, const char *word) {
    struct rope r = ROPE_INIT;
    lower_add(l, &r, "SELECT ");
    for (size_t i = 0; i < a.count; i++) {
        lower_add(l, &r, arena_printf(l->a, "%sc%zu AS ", i ? ", " : "", i + 1));
        lower_add_name(l, &r, a.columns[i].name, ROPE_NOWHERE);
    }
    lower_add(l, &r, " FROM (");
    rope_join(&r, numbered(l, a));
    lower_add(l, &r, word);
    rope_join(&r, numbered(l, b));
    lower_add(l, &r, ")");
    return r;
}

struct query select_setop(struct lower *l, const PgQuery__SelectStmt *s) {
    static const char *const words[][2] = {
        [PG_QUERY__SET_OPERATION__SETOP_UNION] = {" UNION ", "UNION"},
        [PG_QUERY__SET_OPERATION__SETOP_INTERSECT] = {" INTERSECT ", "INTERSECT"},
        [PG_QUERY__SET_OPERATION__SETOP_EXCEPT] = {" EXCEPT ", "EXCEPT"},
    };
    struct query a = select_lower(l, s->larg), b = select_lower(l, s->rarg);
    struct rope r = ROPE_INIT;
    struct pgtype *types = arena_alloc(l->a, (a.count ? a.count : 1) * sizeof *types);
    const char *name = words[s->op][1];
    if (a.count != b.count || !types) {
        lower_fail(l, ERR_SYNTAX, -1, "each %s query must have the same number of columns", name);
        return a;
    }
    struct target *targets = NULL, **tail = &targets;
    for (size_t i = 0; i < a.count; i++) {
        struct expr both[2] = {expr_make(a.columns[i].unknown ? PGTYPE(PG_UNKNOWN) : a.columns[i].type, -1),
                               expr_make(b.columns[i].unknown ? PGTYPE(PG_UNKNOWN) : b.columns[i].type, -1)};
        types[i] = expr_common_type(l, both, 2, name);
        struct target *t = arena_alloc(l->a, sizeof *t);
        if (t) {
            t->name = a.columns[i].name;
            t->value.type = types[i];
            *tail = t;
            tail = &t->next;
        }
    }
    struct rope a_sql = a.sql, b_sql = b.sql;
    a = select_as(l, a, types, a.count);
    b = select_as(l, b, types, b.count);
    bool a_bare = is_bare(s->larg, true) || a.sql.first != a_sql.first;
    bool b_bare = is_bare(s->rarg, false) || b.sql.first != b_sql.first;
    if (s->all && s->op != PG_QUERY__SET_OPERATION__SETOP_UNION) {
        r = all_of(l, a, b, words[s->op][0]);
    } else {
        add_operand(l, a, a_bare, &r);
        lower_add(l, &r, s->all ? " UNION ALL " : words[s->op][0]);
        add_operand(l, b, b_bare, &r);
    }
    l->scope->targets = targets;
    if (s->n_sort_clause) {
        lower_add(l, &r, " ORDER BY ");
        rope_join(&r, sort_list(l, s->sort_clause, s->n_sort_clause, setop_order));
    }
    for (size_t i = 0; i < a.count; i++) {
        a.columns[i].computed = true;
        a.columns[i].unknown = false;
    }
    return (struct query){.sql = r, .columns = a.columns, .count = a.count};
}

struct query select_values(struct lower *l, const PgQuery__SelectStmt *s) {
    size_t rows = s->n_values_lists, width = rows ? s->values_lists[0]->list->n_items : 0;
    struct query q = {.count = width};
    struct expr *cells = arena_alloc(l->a, (rows * width + 1) * sizeof *cells);
    struct expr *column = arena_alloc(l->a, (rows + 1) * sizeof *column);
    q.columns = arena_alloc(l->a, (width + 1) * sizeof *q.columns);
    if (!cells || !column || !q.columns) {
        return q;
    }
    for (size_t r = 0; r < rows; r++) {
        const PgQuery__List *list = s->values_lists[r]->list;
        if (list->n_items != width) {
            lower_fail(l, ERR_SYNTAX, lower_place(l, list->n_items ? expr_place(list->items[0]) : -1),
                       "VALUES lists must all be the same length");
            return q;
        }
        for (size_t i = 0; i < width; i++) {
            cells[r * width + i] = expr_lower(l, list->items[i]);
        }
    }
    struct target *targets = NULL, **tail = &targets;
    for (size_t i = 0; i < width; i++) {
        for (size_t r = 0; r < rows; r++) {
            column[r] = cells[r * width + i];
        }
        struct pgtype type = expr_common_type(l, column, rows, "VALUES");
        for (size_t r = 0; r < rows; r++) {
            cells[r * width + i] = cast_to(l, column[r], type, CAST_IMPLICIT);
        }
        q.columns[i] =
            (struct sql_column){.name = arena_printf(l->a, "column%zu", i + 1), .type = type, .computed = true};
        struct target *t = arena_alloc(l->a, sizeof *t);
        if (t) {
            t->name = q.columns[i].name;
            t->value.type = type;
            *tail = t;
            tail = &t->next;
        }
    }
    for (size_t r = 0; r < rows; r++) {
        lower_add(l, &q.sql, r ? ", (" : "VALUES (");
        for (size_t i = 0; i < width; i++) {
            lower_add(l, &q.sql, i ? ", " : "");
            rope_join(&q.sql, cells[r * width + i].sql);
        }
        lower_add(l, &q.sql, ")");
    }
    if (s->n_sort_clause || s->limit_count || s->limit_offset) {
        struct rope wrapped = ROPE_INIT;
        lower_add(l, &wrapped, "SELECT * FROM (");
        rope_join(&wrapped, q.sql);
        lower_add(l, &wrapped, ")");
        q.sql = wrapped;
    }
    l->scope->targets = targets;
    if (s->n_sort_clause) {
        lower_add(l, &q.sql, " ORDER BY ");
        rope_join(&q.sql, sort_list(l, s->sort_clause, s->n_sort_clause, setop_order));
    }
    return q;
}

/* ---- WITH */

static struct cte *add_cte(struct lower *l, const PgQuery__CommonTableExpr *c, const struct query *q) {
    struct cte *cte = arena_alloc(l->a, sizeof *cte);
    struct sql_column *columns = arena_alloc(l->a, (q->count ? q->count : 1) * sizeof *columns);
    if (!cte || !columns) {
        return NULL;
    }
    for (size_t i = 0; i < q->count; i++) {
        columns[i] = q->columns[i];
        columns[i].name = i < c->n_aliascolnames ? lower_string(c->aliascolnames[i]) : q->columns[i].name;
    }
    *cte = (struct cte){c->ctename, c->ctename, columns, q->count, l->scope->ctes};
    l->scope->ctes = cte;
    return cte;
}

static struct query recursive_query(struct lower *l, const PgQuery__CommonTableExpr *c, const PgQuery__SelectStmt *s) {
    struct query a = select_lower(l, s->larg);
    struct pgtype *types = arena_alloc(l->a, (a.count ? a.count : 1) * sizeof *types);
    struct rope r = ROPE_INIT;
    for (size_t i = 0; types && i < a.count; i++) {
        types[i] = a.columns[i].type;
        a.columns[i].computed = true;
    }
    add_cte(l, c, &a);
    struct query b = select_lower(l, s->rarg);
    for (size_t i = 0; types && i < a.count && i < b.count; i++) {
        char first[64], second[64];
        if (!cast_possible(b.columns[i].type, types[i], CAST_IMPLICIT)) {
            lower_fail(l, ERR_QUERY, -1,
                       "recursive query \"%s\" column %zu has type %s in non-recursive term but type %s overall",
                       c->ctename, i + 1, pgtype_name(types[i], first), pgtype_name(b.columns[i].type, second));
        }
    }
    add_operand(l, a, is_bare(s->larg, true), &r);
    lower_add(l, &r, s->all ? " UNION ALL " : " UNION ");
    rope_join(&r, b.sql);
    if (s->n_sort_clause) {
        lower_refuse(l, -1, "ORDER BY in a recursive query");
    }
    select_limit(l, s, &r);
    a.sql = r;
    return a;
}

struct rope with_lower(struct lower *l, const PgQuery__WithClause *w) {
    struct rope r = ROPE_INIT;
    for (size_t i = 0; i < w->n_ctes; i++) {
        const PgQuery__CommonTableExpr *c = w->ctes[i]->common_table_expr;
        const PgQuery__SelectStmt *s = NODE_IS(c->ctequery, SELECT_STMT) ? c->ctequery->select_stmt : NULL;
        bool recursive = w->recursive && s && s->op == PG_QUERY__SET_OPERATION__SETOP_UNION;
        struct query q;
        if (c->search_clause || c->cycle_clause) {
            lower_refuse(l, lower_place(l, c->location), "SEARCH or CYCLE in WITH");
        }
        for (struct cte *before = l->scope->ctes; before; before = before->next) {
            if (strcmp(before->name, c->ctename) == 0) {
                lower_fail(l, ERR_EXISTS, lower_place(l, c->location),
                           "WITH query name \"%s\" specified more than once", c->ctename);
            }
        }
        if (recursive) {
            q = recursive_query(l, c, s);
        } else {
            q = select_node(l, c->ctequery);
            add_cte(l, c, &q);
        }
        if (c->n_aliascolnames > q.count) {
            lower_fail(l, ERR_QUERY, lower_place(l, c->location),
                       "WITH query \"%s\" has %zu columns available but %zu columns specified", c->ctename, q.count,
                       c->n_aliascolnames);
        }
        lower_add(l, &r, i ? ", " : "WITH RECURSIVE ");
        lower_add_name(l, &r, c->ctename, lower_place(l, c->location));
        lower_add(l, &r, "(");
        for (size_t k = 0; k < q.count; k++) {
            lower_add(l, &r, arena_printf(l->a, "%sc%zu", k ? ", " : "", k + 1));
        }
        lower_add(l, &r,
                  c->ctematerialized == PG_QUERY__CTEMATERIALIZE__CTEMaterializeAlways  ? ") AS MATERIALIZED ("
                  : c->ctematerialized == PG_QUERY__CTEMATERIALIZE__CTEMaterializeNever ? ") AS NOT MATERIALIZED ("
                                                                                        : ") AS (");
        rope_join(&r, q.sql);
        lower_add(l, &r, ")");
    }
    lower_add(l, &r, " ");
    return r;
}
