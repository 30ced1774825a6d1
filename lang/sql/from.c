/* FROM: stored tables, statements of ours, subqueries, functions and joins become sources of columns. */
#include "lang/sql/lower.h"

#include <string.h>
#include <strings.h>

/* Columns of a subquery or CTE; in SQL they are sql_name.c1, … (by position) or by their own names. */
static struct source *add_columns(struct lower *l, const char *name, const struct sql_column *columns, size_t count,
                                  const char *sql_name, bool by_position, const PgQuery__Alias *alias) {
    struct source *s = scope_add(l, name, count);
    if (alias && alias->n_colnames > count) {
        lower_fail(l, ERR_QUERY, -1, "table \"%s\" has %zu columns available but %zu columns specified",
                   alias->aliasname, count, alias->n_colnames);
    }
    for (size_t i = 0; i < s->count; i++) {
        struct source_column *c = &s->columns[i];
        bool renamed = alias && i < alias->n_colnames;
        c->name = renamed ? lower_string(alias->colnames[i]) : columns[i].name;
        c->type = columns[i].type;
        c->stored = !columns[i].computed;
        lower_add_name(l, &c->sql, sql_name, ROPE_NOWHERE);
        lower_add(l, &c->sql, ".");
        if (by_position) {
            lower_add(l, &c->sql, arena_printf(l->a, "c%zu", i + 1));
        } else {
            lower_add_name(l, &c->sql, columns[i].name, ROPE_NOWHERE);
        }
    }
    return s;
}

static bool unique_names(const struct sql_column *columns, size_t count) {
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcasecmp(columns[i].name, columns[k].name) == 0) {
                return false;
            }
        }
    }
    return true;
}

/* SQL for a table expression whose column names may repeat: then they are renamed by position. */
static bool add_table(struct lower *l, struct rope sql, const struct sql_column *columns, size_t count,
                      const char *sql_name, struct rope *r) {
    bool unique = count < 200 && unique_names(columns, count);
    if (!unique) {
        lower_add(l, r, "(SELECT ");
        for (size_t i = 0; i < count; i++) {
            lower_add(l, r, arena_printf(l->a, "%sNULL AS c%zu", i ? ", " : "", i + 1));
        }
        lower_add(l, r, " WHERE 0 UNION ALL SELECT * FROM ");
    }
    lower_add(l, r, "(");
    rope_join(r, sql);
    lower_add(l, r, unique ? ") AS " : ")) AS ");
    lower_add_name(l, r, sql_name, ROPE_NOWHERE);
    return !unique;
}

static void check_name(struct lower *l, const char *name, long place) {
    for (struct source *s = l->scope->sources; name && s; s = s->next) {
        if (s->name && strcasecmp(s->name, name) == 0) {
            lower_fail(l, ERR_EXISTS, place, "table name \"%s\" specified more than once", name);
        }
    }
}

static const struct sql_nested *nested_at(struct lower *l, long place, int *number) {
    const struct sql_input *in = l->in;
    for (size_t i = 0; i < in->nested_count; i++) {
        if (place >= (long)in->nested[i].at && place < (long)(in->nested[i].at + in->nested[i].len)) {
            *number = (int)i + 1;
            return &in->nested[i];
        }
    }
    return NULL;
}

static void range_var(struct lower *l, const PgQuery__RangeVar *v, struct rope *r) {
    long place = lower_place(l, v->location);
    const char *alias = v->alias ? v->alias->aliasname : v->relname, *sql_name = lower_name(l, "t");
    struct cte *cte = !v->schemaname || !*v->schemaname ? scope_find_cte(l, v->relname) : NULL;
    const struct sql_column *columns;
    size_t count;
    int number;
    const struct sql_nested *nested = nested_at(l, place, &number);
    if (nested) {
        struct rope sql = ROPE_INIT;
        rope_add_nested(l->a, &sql, number, place);
        bool renamed = add_table(l, sql, nested->columns, nested->count, sql_name, r);
        add_columns(l, NULL, nested->columns, nested->count, sql_name, renamed, NULL);
        return;
    }
    check_name(l, alias, place);
    if (cte) {
        lower_add_name(l, r, cte->sql_name, place);
        lower_add(l, r, " AS ");
        lower_add_name(l, r, sql_name, ROPE_NOWHERE);
        add_columns(l, alias, cte->columns, cte->count, sql_name, true, v->alias);
        return;
    }
    const char *view = catalogue_view(v->schemaname, v->relname, &columns, &count);
    if (view) {
        struct rope sql = ROPE_INIT;
        lower_add(l, &sql, view);
        add_table(l, sql, columns, count, sql_name, r);
        add_columns(l, alias, columns, count, sql_name, false, v->alias);
        return;
    }
    struct source *s = scope_stored(l, v, alias, true);
    for (size_t i = 0; v->alias && i < v->alias->n_colnames && i < s->count; i++) {
        s->columns[i].name = lower_string(v->alias->colnames[i]);
    }
    if (l->in->narrow && place == (long)l->in->narrow_at) {
        lower_add(l, r, l->in->narrow);
    } else {
        lower_add(l, r, scope_schema(l, v));
        lower_add_name(l, r, v->relname, place);
    }
    lower_add(l, r, " AS ");
    lower_add_name(l, r, alias, ROPE_NOWHERE);
}

/* Hide or show all tables of the scope for a while. */
static bool *set_hidden(struct lower *l, bool hidden) {
    size_t n = 0;
    for (struct source *s = l->scope->sources; s; s = s->next) {
        n++;
    }
    bool *before = arena_alloc(l->a, (n + 1) * sizeof *before);
    n = 0;
    for (struct source *s = l->scope->sources; s && before; s = s->next) {
        before[n++] = s->hidden;
        s->hidden = hidden;
    }
    return before;
}

static void restore_hidden(struct lower *l, const bool *before, const struct source *until) {
    size_t n = 0;
    for (struct source *s = l->scope->sources; s && s != until && before; s = s->next) {
        s->hidden = before[n++];
    }
}

/* A subquery that looks to its left: SQLite has none, but its rows can be collected for each row there, and read
 * again by a table function. */
static bool *lateral(struct lower *l, struct query q, const char *sql_name, struct rope *r) {
    if (q.count > 16) {
        lower_refuse(l, -1, "LATERAL with more than 16 columns");
    }
    lower_add(l, r, "pg_expand('lateral', 1, (SELECT pg_collect(");
    for (size_t i = 0; i < q.count; i++) {
        lower_add(l, r, arena_printf(l->a, "%sc%zu", i ? ", " : "", i + 1));
    }
    lower_add(l, r, ") FROM (SELECT ");
    for (size_t i = 0; i < q.count; i++) {
        lower_add(l, r, arena_printf(l->a, "%sNULL AS c%zu", i ? ", " : "", i + 1));
    }
    lower_add(l, r, " WHERE 0 UNION ALL SELECT * FROM (");
    rope_join(r, q.sql);
    lower_add(l, r, ")))) AS ");
    lower_add(l, r, sql_name);
    return NULL;
}

static void range_subselect(struct lower *l, const PgQuery__RangeSubselect *s, struct rope *r) {
    const char *alias = s->alias ? s->alias->aliasname : NULL, *sql_name = lower_name(l, "q");
    bool *before = set_hidden(l, !s->lateral);
    struct query q = select_node(l, s->subquery);
    restore_hidden(l, before, NULL);
    if (alias && strncmp(alias, CHECK_ALIAS, strlen(CHECK_ALIAS)) == 0) {
        alias = NULL;
    }
    check_name(l, alias, -1);
    if (s->lateral) {
        lateral(l, q, sql_name, r);
        struct source *t = add_columns(l, alias, q.columns, q.count, sql_name, true, s->alias);
        for (size_t i = 0; i < t->count; i++) {
            t->columns[i].sql = ROPE_INIT;
            lower_add(l, &t->columns[i].sql, arena_printf(l->a, "%s.v%zu", sql_name, i + 1));
        }
        return;
    }
    bool renamed = add_table(l, q.sql, q.columns, q.count, sql_name, r);
    add_columns(l, alias, q.columns, q.count, sql_name, renamed, s->alias);
}

static void from_item(struct lower *l, const PgQuery__Node *n, struct rope *r);

/* ---- joins */

struct sides {
    struct source *left, *right, *end; /* the first of each; end: behind the right */
};

static struct source_column *side_column(struct source *from, const struct source *until, const char *name,
                                         int *count) {
    struct source_column *found = NULL;
    *count = 0;
    for (struct source *s = from; s && s != until; s = s->next) {
        for (size_t i = 0; i < s->count; i++) {
            if (!s->columns[i].merged && strcasecmp(s->columns[i].name, name) == 0) {
                found = &s->columns[i];
                (*count)++;
            }
        }
    }
    return found;
}

/* One column that both sides share: the condition, and the column that stands for both from now on. */
static void merge_column(struct lower *l, const PgQuery__JoinExpr *j, const struct sides *x, const char *name,
                         struct source *merged, size_t index, struct rope *on) {
    int lefts, rights;
    struct source_column *a = side_column(x->left, x->right, name, &lefts);
    struct source_column *b = side_column(x->right, NULL, name, &rights);
    if (lefts != 1 || rights != 1) {
        bool missing = lefts == 0 || rights == 0;
        lower_fail(l, missing ? ERR_NOT_FOUND : ERR_QUERY, -1,
                   missing ? "column \"%s\" specified in USING clause does not exist in %s table"
                           : "common column name \"%s\" appears more than once in %s table",
                   name, lefts != 1 ? "left" : "right");
        return;
    }
    struct expr both[2] = {expr_make(a->type, -1), expr_make(b->type, -1)};
    both[0].sql = rope_copy(l->a, &a->sql);
    both[1].sql = rope_copy(l->a, &b->sql);
    struct expr test = operator_lower(l, "=", both[0], both[1], -1);
    both[0].sql = rope_copy(l->a, &a->sql);
    both[1].sql = rope_copy(l->a, &b->sql);
    lower_add(l, on, index ? " AND " : " ON ");
    rope_join(on, test.sql);
    bool full = j->jointype == PG_QUERY__JOIN_TYPE__JOIN_FULL, right = j->jointype == PG_QUERY__JOIN_TYPE__JOIN_RIGHT;
    merged->columns[index].name = a->name;
    merged->columns[index].type = a->type;
    merged->columns[index].stored = a->stored;
    merged->columns[index].sql = expr_fill(l, a->type, -1,
                                           full    ? "coalesce($1, $2)"
                                           : right ? "$2"
                                                   : "$1",
                                           both, 2)
                                     .sql;
    a->merged = b->merged = true;
}

/* The merged columns come before both sides in SELECT *. */
static struct source *insert_merged(struct lower *l, struct source **before, size_t count) {
    struct source **tail = l->scope->tail;
    struct source *m = scope_add(l, NULL, count);
    if (*tail == m) {
        *tail = NULL;
        l->scope->tail = tail;
        m->next = *before;
        *before = m;
    }
    return m;
}

static void join_using(struct lower *l, const PgQuery__JoinExpr *j, struct source **first, struct sides *x,
                       struct rope *on) {
    size_t count = j->n_using_clause;
    const char **names = arena_alloc(l->a, 256 * sizeof *names);
    if (!names) {
        return;
    }
    for (size_t i = 0; i < j->n_using_clause && i < 256; i++) {
        names[i] = lower_string(j->using_clause[i]);
    }
    if (j->is_natural) {
        count = 0;
        for (struct source *s = x->left; s && s != x->right; s = s->next) {
            for (size_t i = 0; i < s->count && count < 256; i++) {
                int there;
                if (!s->columns[i].merged && side_column(x->right, NULL, s->columns[i].name, &there)) {
                    names[count++] = s->columns[i].name;
                }
            }
        }
    }
    if (count == 0) {
        lower_add(l, on, " ON 1");
        return;
    }
    struct source *m = insert_merged(l, first, count);
    for (size_t i = 0; i < count && m->count == count; i++) {
        m->columns[i].name = names[i];
        merge_column(l, j, x, names[i], m, i, on);
    }
}

static void join_expr(struct lower *l, const PgQuery__JoinExpr *j, struct rope *r) {
    static const char *const words[] = {
        [PG_QUERY__JOIN_TYPE__JOIN_INNER] = " JOIN ",
        [PG_QUERY__JOIN_TYPE__JOIN_LEFT] = " LEFT JOIN ",
        [PG_QUERY__JOIN_TYPE__JOIN_FULL] = " FULL JOIN ",
        [PG_QUERY__JOIN_TYPE__JOIN_RIGHT] = " RIGHT JOIN ",
    };
    struct source **first = l->scope->tail;
    struct sides x;
    struct rope on = ROPE_INIT;
    if (j->alias) {
        lower_refuse(l, -1, "an alias for a whole join");
    }
    from_item(l, j->larg, r);
    struct source **second = l->scope->tail;
    x.left = *first;
    lower_add(l, r, words[j->jointype]);
    bool nested = NODE_IS(j->rarg, JOIN_EXPR);
    lower_add(l, r, nested ? "(" : "");
    from_item(l, j->rarg, r);
    lower_add(l, r, nested ? ")" : "");
    x.right = *second;
    if (j->n_using_clause || j->is_natural) {
        join_using(l, j, first, &x, &on);
    } else if (j->quals) {
        l->scope->clause = "JOIN conditions";
        lower_add(l, &on, " ON ");
        rope_join(&on, expr_bool(l, j->quals, "JOIN/ON").sql);
        l->scope->clause = NULL;
    }
    rope_join(r, on);
}

static void from_item(struct lower *l, const PgQuery__Node *n, struct rope *r) {
    if (!lower_enter(l)) {
        return;
    }
    switch (n->node_case) {
    case PG_QUERY__NODE__NODE_RANGE_VAR:
        range_var(l, n->range_var, r);
        break;
    case PG_QUERY__NODE__NODE_RANGE_SUBSELECT:
        range_subselect(l, n->range_subselect, r);
        break;
    case PG_QUERY__NODE__NODE_RANGE_FUNCTION: {
        bool *before = set_hidden(l, false);
        struct source **tail = l->scope->tail;
        l->scope->clause = "functions in FROM";
        expand_in_from(l, n->range_function, r);
        l->scope->clause = NULL;
        restore_hidden(l, before, *tail);
        break;
    }
    case PG_QUERY__NODE__NODE_JOIN_EXPR:
        join_expr(l, n->join_expr, r);
        break;
    default:
        lower_refuse(l, -1, "this kind of table (TABLESAMPLE, XMLTABLE)");
    }
    lower_leave(l);
}

void from_lower(struct lower *l, PgQuery__Node **items, size_t n, struct rope *r) {
    for (size_t i = 0; i < n; i++) {
        struct source **tail = l->scope->tail;
        bool *before = set_hidden(l, true);
        lower_add(l, r, i ? ", " : "");
        if (i && NODE_IS(items[i], JOIN_EXPR)) {
            lower_add(l, r, "(");
        }
        from_item(l, items[i], r);
        if (i && NODE_IS(items[i], JOIN_EXPR)) {
            lower_add(l, r, ")");
        }
        restore_hidden(l, before, *tail);
    }
    l->scope->ungrouped = NULL;
}
