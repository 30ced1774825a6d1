/* Names: which column of which table is meant, and what was perhaps meant where there is none. */
#include "lang/sql/lower.h"

#include "base/suggest.h"
#include "lang/store/store.h"

#include <string.h>
#include <strings.h>

void scope_enter(struct lower *l, struct scope *s) {
    s->tail = &s->sources;
    s->outer = l->scope;
    l->scope = s;
}

void scope_leave(struct lower *l) {
    l->scope = l->scope->outer;
}

struct source *scope_add(struct lower *l, const char *name, size_t count) {
    static struct source nothing;
    struct source *s = arena_alloc(l->a, sizeof *s);
    struct source_column *columns = arena_alloc(l->a, (count ? count : 1) * sizeof *columns);
    if (!s || !columns) {
        return &nothing;
    }
    s->name = name && strncmp(name, CHECK_ALIAS, strlen(CHECK_ALIAS)) != 0 ? name : NULL;
    s->columns = columns;
    s->count = count;
    *l->scope->tail = s;
    l->scope->tail = &s->next;
    return s;
}

struct source *scope_find_source(struct lower *l, const char *name, bool outer) {
    for (struct scope *s = l->scope; s; s = outer ? s->outer : NULL) {
        for (struct source *t = s->sources; t; t = t->next) {
            if (!t->hidden && t->name && strcasecmp(t->name, name) == 0) {
                return t;
            }
        }
    }
    return NULL;
}

struct cte *scope_find_cte(struct lower *l, const char *name) {
    for (struct scope *s = l->scope; s; s = s->outer) {
        for (struct cte *c = s->ctes; c; c = c->next) {
            if (strcasecmp(c->name, name) == 0) {
                return c;
            }
        }
    }
    return NULL;
}

static struct expr column_expr(struct lower *l, const struct source_column *c, long place) {
    struct expr x = expr_make(c->type, place);
    x.sql = rope_copy(l->a, &c->sql);
    for (struct rope_piece *p = x.sql.first; p; p = p->next) {
        p->place = place;
    }
    x.name = c->name;
    x.plain = c->stored;
    return x;
}

/* What of one scope is meant by the name; *count counts how many fit. */
static const struct source_column *find_in(const struct scope *s, const char *table, const char *column, int *count,
                                           const struct source **from) {
    const struct source_column *found = NULL;
    *count = 0;
    for (const struct source *t = s->sources; t; t = t->next) {
        if (t->hidden || (table && (!t->name || strcasecmp(t->name, table) != 0))) {
            continue;
        }
        for (size_t i = 0; i < t->count; i++) {
            if ((table || !t->columns[i].merged) && strcasecmp(t->columns[i].name, column) == 0) {
                /* Two names that differ in case alone: the one that is written so. */
                bool same = found && strcmp(found->name, column) == 0 && strcmp(t->columns[i].name, column) != 0;
                bool better = found && strcmp(found->name, column) != 0 && strcmp(t->columns[i].name, column) == 0;
                *count += !same && !better;
                if (!same) {
                    found = &t->columns[i];
                    *from = t;
                }
            }
        }
    }
    return found;
}

/* PostgreSQL lets a grouped primary key stand for the whole row. */
static bool key_grouped(struct lower *l, const struct scope *s, const struct source *from) {
    for (size_t i = 0; from->key && i < from->count; i++) {
        if (strcasecmp(from->columns[i].name, from->key) == 0) {
            const char *text = rope_text(l->a, &from->columns[i].sql);
            for (size_t k = 0; text && k < s->group_count; k++) {
                if (strcmp(s->groups[k], text) == 0) {
                    return true;
                }
            }
        }
    }
    return false;
}

struct expr scope_column(struct lower *l, const char *table, const char *column, long place) {
    for (struct scope *s = l->scope; s; s = s->outer) {
        int count;
        const struct source *from = NULL;
        const struct source_column *c = find_in(s, table, column, &count, &from);
        if (count > 1) {
            lower_fail(l, ERR_QUERY, place, "column reference \"%s\" is ambiguous", column);
        }
        if (c) {
            if (s == l->scope && s->in_aggregate == 0 && !s->ungrouped && !key_grouped(l, s, from)) {
                s->ungrouped = from->name ? arena_printf(l->a, "%s.%s", from->name, c->name) : c->name;
                s->ungrouped_place = place;
            }
            l->outward = l->outward || s != l->scope;
            return column_expr(l, c, place);
        }
    }
    scope_unknown_column(l, table, column, place);
    return expr_make(PGTYPE(PG_ANY), place);
}

static void offer_stored(void *user, const char *name) {
    suggest_offer(user, name);
}

/* The score of a SEARCH by the model's name, <model>_<base>_similarity1. */
static bool is_score(const char *column) {
    size_t len = strlen(column), digits = len;
    while (digits > 0 && strchr("0123456789", column[digits - 1])) {
        digits--;
    }
    return digits < len && digits > 11 && strncasecmp(column + digits - 11, "_similarity", 11) == 0;
}

void scope_unknown_column(struct lower *l, const char *table, const char *column, long place) {
    struct suggest near;
    bool hidden = false, known = !table, scored = false;
    suggest_begin(&near, column);
    for (struct scope *s = l->scope; s; s = s->outer) {
        for (struct source *t = s->sources; t; t = t->next) {
            bool named = table && t->name && strcasecmp(t->name, table) == 0;
            hidden = hidden || (named && t->hidden);
            known = known || named;
            for (size_t i = 0; i < t->count && (!table || named); i++) {
                suggest_offer(&near, t->columns[i].name);
                scored = scored || strcasecmp(t->columns[i].name, "search_result") == 0;
            }
        }
    }
    if (hidden) {
        lower_fail(l, ERR_NOT_FOUND, place, "invalid reference to FROM-clause entry for table \"%s\"", table);
        err_hint(l->e, "a subquery sees the tables to its left only after the word LATERAL");
        return;
    }
    if (!known) {
        suggest_begin(&near, table);
        for (struct scope *s = l->scope; s; s = s->outer) {
            for (struct source *t = s->sources; t; t = t->next) {
                suggest_offer(&near, t->name ? t->name : "");
            }
        }
        lower_fail(l, ERR_NOT_FOUND, place, "missing FROM-clause entry for table \"%s\"", table);
    } else if (table) {
        lower_fail(l, ERR_NOT_FOUND, place, "column %s.%s does not exist", table, column);
    } else {
        lower_fail(l, ERR_NOT_FOUND, place, "column \"%s\" does not exist", column);
    }
    if (known && scored && is_score(column)) {
        err_hint(l->e, "the score of this SEARCH is called search_result, as with OPTIONS (emb_col=…)");
    } else if (near.best[0]) {
        err_hint(l->e, "did you mean '%s'?", near.best);
    } else if (known && place >= 0 && l->in->code[place] == '"') {
        err_hint(l->e, "text is written in single quotes: 'so'; a name in double quotes is a column");
    }
}

/* ---- tables of the store */

struct table_columns {
    struct lower *l;
    struct table_column {
        const char *name;
        struct pgtype type;
        bool key;
        struct table_column *next;
    } * first, **tail;
    size_t count, keys;
    bool unknown; /* the type of some */
};

static void note_column(void *user, const struct column *c) {
    struct table_columns *t = user;
    struct table_column *n = arena_alloc(t->l->a, sizeof *n);
    if (!n) {
        return;
    }
    n->name = arena_strdup(t->l->a, c->name);
    if (!c->declared || !pgtype_of_declaration(c->declared, c->key, &n->type)) {
        n->type = pgtype_of_value(c->type);
        t->unknown = true;
    }
    n->key = c->key;
    t->keys += c->key;
    t->count++;
    *t->tail = n;
    t->tail = &n->next;
}

static void unknown_table(struct lower *l, const PgQuery__RangeVar *v) {
    struct suggest near;
    struct err ignored = ERR_INIT;
    suggest_begin(&near, v->relname);
    store_each_table(l->in->store, offer_stored, &near, &ignored);
    lower_fail(l, ERR_NOT_FOUND, lower_place(l, v->location), "relation \"%s%s%s\" does not exist",
               v->schemaname ? v->schemaname : "", *v->schemaname ? "." : "", v->relname);
    if (near.best[0]) {
        err_hint(l->e, "did you mean '%s'?", near.best);
    } else {
        err_hint(l->e, "COPY table_name FROM 'file.csv' makes a table");
    }
}

/* Schemas, and where they are in the store. */
const char *scope_schema(struct lower *l, const PgQuery__RangeVar *v) {
    const char *schema = v->schemaname ? v->schemaname : "";
    if (!*schema || strcmp(schema, "public") == 0) {
        return "";
    }
    if (strcmp(schema, "pg_temp") == 0 || strcmp(schema, "temp") == 0) {
        return "temp.";
    }
    if (strcmp(schema, "main") != 0) {
        lower_fail(l, ERR_NOT_FOUND, lower_place(l, v->location), "relation \"%s.%s\" does not exist", schema,
                   v->relname);
        err_hint(l->e, "a workspace has the schemas public, pg_temp, information_schema and pg_catalog");
    }
    return "";
}

/* Columns of a view come without a type where they are expressions. */
static void view_types(struct lower *l, const char *name, struct table_columns *t) {
    struct buf sql = BUF_INIT;
    struct err ignored = ERR_INIT;
    size_t i = 0;
    store_definition(l->in->store, name, &sql, &ignored);
    for (struct table_column *c = t->first; c; c = c->next) {
        pgtype_noted(buf_text(&sql), i++, &c->type);
    }
    buf_release(&sql);
}

struct source *scope_stored(struct lower *l, const PgQuery__RangeVar *v, const char *alias, bool add) {
    struct table_columns t = {.l = l};
    struct err ignored = ERR_INIT;
    t.tail = &t.first;
    scope_schema(l, v);
    store_each_column(l->in->store, v->relname, note_column, &t, &ignored);
    if (t.count == 0) {
        unknown_table(l, v);
    }
    if (t.unknown) {
        view_types(l, v->relname, &t);
    }
    struct source **tail = l->scope->tail;
    struct source *s = scope_add(l, alias, t.count);
    size_t i = 0;
    for (struct table_column *c = t.first; c; c = c->next, i++) {
        struct source_column *to = &s->columns[i];
        to->name = c->name;
        to->type = c->type;
        to->stored = true;
        lower_add_name(l, &to->sql, alias, ROPE_NOWHERE);
        lower_add(l, &to->sql, ".");
        lower_add_name(l, &to->sql, c->name, ROPE_NOWHERE);
        s->key = c->key && t.keys == 1 ? c->name : s->key;
    }
    if (!add) {
        *tail = NULL;
        l->scope->tail = tail;
    }
    return s;
}
