/* Select lists: stars written out, and the names that PostgreSQL gives to columns without one. */
#include "lang/sql/lower.h"

#include <string.h>
#include <strings.h>

/* As FigureColname() in PostgreSQL's parse_target.c: how sure the name is, 0 for none. */
static int figure_name(const PgQuery__Node *n, const char **name) {
    switch (n ? n->node_case : PG_QUERY__NODE__NODE__NOT_SET) {
    case PG_QUERY__NODE__NODE_COLUMN_REF:
        *name = lower_string(n->column_ref->fields[n->column_ref->n_fields - 1]);
        return **name ? 2 : 0;
    case PG_QUERY__NODE__NODE_A_INDIRECTION: {
        const PgQuery__AIndirection *i = n->a_indirection;
        for (size_t k = i->n_indirection; k > 0; k--) {
            if (NODE_IS(i->indirection[k - 1], STRING)) {
                *name = lower_string(i->indirection[k - 1]);
                return 2;
            }
        }
        return figure_name(i->arg, name);
    }
    case PG_QUERY__NODE__NODE_FUNC_CALL:
        *name = lower_string(n->func_call->funcname[n->func_call->n_funcname - 1]);
        return 2;
    case PG_QUERY__NODE__NODE_A_EXPR:
        *name = "nullif";
        return n->a_expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF ? 2 : 0;
    case PG_QUERY__NODE__NODE_TYPE_CAST: {
        int sure = figure_name(n->type_cast->arg, name);
        const PgQuery__TypeName *t = n->type_cast->type_name;
        if (sure <= 1 && t->n_names) {
            *name = lower_string(t->names[t->n_names - 1]);
            return 1;
        }
        return sure;
    }
    case PG_QUERY__NODE__NODE_COLLATE_CLAUSE:
        return figure_name(n->collate_clause->arg, name);
    case PG_QUERY__NODE__NODE_SUB_LINK: {
        const PgQuery__SubLink *s = n->sub_link;
        if (s->sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK) {
            *name = "exists";
            return 2;
        }
        if (s->sub_link_type == PG_QUERY__SUB_LINK_TYPE__ARRAY_SUBLINK) {
            *name = "array";
            return 2;
        }
        const PgQuery__SelectStmt *q = NODE_IS(s->subselect, SELECT_STMT) ? s->subselect->select_stmt : NULL;
        while (q && q->op != PG_QUERY__SET_OPERATION__SETOP_NONE && q->larg) {
            q = q->larg;
        }
        if (s->sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK && q && q->n_target_list) {
            const PgQuery__ResTarget *t = q->target_list[0]->res_target;
            if (t->name && *t->name) {
                *name = t->name;
                return 2;
            }
            return figure_name(t->val, name);
        }
        return 0;
    }
    case PG_QUERY__NODE__NODE_CASE_EXPR: {
        int sure = figure_name(n->case_expr->defresult, name);
        if (sure <= 1) {
            *name = "case";
            return 1;
        }
        return sure;
    }
    case PG_QUERY__NODE__NODE_A_ARRAY_EXPR:
        *name = "array";
        return 2;
    case PG_QUERY__NODE__NODE_ROW_EXPR:
        *name = "row";
        return 2;
    case PG_QUERY__NODE__NODE_COALESCE_EXPR:
        *name = "coalesce";
        return 2;
    case PG_QUERY__NODE__NODE_MIN_MAX_EXPR:
        *name = n->min_max_expr->op == PG_QUERY__MIN_MAX_OP__IS_GREATEST ? "greatest" : "least";
        return 2;
    default:
        return 0;
    }
}

static const char *name_of(struct lower *l, const PgQuery__Node *n, const struct expr *x) {
    const char *name = NULL;
    (void)l;
    if (NODE_IS(n, SQLVALUE_FUNCTION)) {
        return x->name;
    }
    return figure_name(n, &name) > 0 && name && *name ? name : "?column?";
}

static struct target *add(struct lower *l, struct target ***tail, size_t *count) {
    static struct target nowhere;
    struct target *t = arena_alloc(l->a, sizeof *t);
    if (!t) {
        return &nowhere;
    }
    **tail = t;
    *tail = &t->next;
    (*count)++;
    return t;
}

/* * or t.* */
static void add_star(struct lower *l, const char *table, long place, struct target ***tail, size_t *count) {
    bool found = false;
    for (struct source *s = l->scope->sources; s; s = s->next) {
        if (s->hidden || (table && (!s->name || strcasecmp(s->name, table) != 0))) {
            continue;
        }
        found = true;
        for (size_t i = 0; i < s->count; i++) {
            if (!table && s->columns[i].merged) {
                continue;
            }
            struct target *t = add(l, tail, count);
            struct expr x = expr_make(s->columns[i].type, place);
            x.sql = rope_copy(l->a, &s->columns[i].sql);
            x.plain = s->columns[i].stored;
            t->value = x;
            t->name = s->columns[i].name;
            t->place = place;
            if (!l->scope->ungrouped) {
                const char *text = rope_text(l->a, &x.sql);
                bool grouped = false;
                for (size_t k = 0; text && k < l->scope->group_count; k++) {
                    grouped = grouped || strcmp(l->scope->groups[k], text) == 0;
                }
                if (!grouped) {
                    scope_column(l, s->name, s->columns[i].name, place);
                }
            }
        }
    }
    if (!found && table) {
        scope_unknown_column(l, table, "*", place);
    } else if (!found) {
        lower_fail(l, ERR_SYNTAX, place, "SELECT * with no tables specified is not valid");
    }
}

struct target *targets_lower(struct lower *l, PgQuery__Node **list, size_t n, size_t *count) {
    struct target *first = NULL, **tail = &first;
    *count = 0;
    for (size_t i = 0; i < n; i++) {
        const PgQuery__ResTarget *r = list[i]->res_target;
        const PgQuery__ColumnRef *c = NODE_IS(r->val, COLUMN_REF) ? r->val->column_ref : NULL;
        if (c && NODE_IS(c->fields[c->n_fields - 1], A_STAR)) {
            const char *table = c->n_fields > 1 ? lower_string(c->fields[c->n_fields - 2]) : NULL;
            add_star(l, table, lower_place(l, c->location), &tail, count);
            continue;
        }
        struct expr x = expr_lower(l, r->val);
        struct target *t = add(l, &tail, count);
        t->name = r->name && *r->name ? r->name : name_of(l, r->val, &x);
        t->value = x;
        t->place = x.place;
    }
    return first;
}
