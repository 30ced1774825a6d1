/* Functions that return rows. In the select list they are expanded in step, as PostgreSQL does; in FROM they are
 * tables. Both are the store's table function pg_expand(name, n, arguments, name, n, arguments, …), whose cursors
 * advance together: its columns are ordinality, v1, v2, …. */
#include "lang/sql/signature.h"

#include <stdio.h>
#include <string.h>

struct expand_row {
    const char *name, *signature;
    const char *results;    /* a letter a column, as in signature.h */
    const char *columns[2]; /* names in FROM; NULL: the function's */
    const char *calls;      /* the cursor that does it */
};

static const struct expand_row rows[] = {
    {"generate_series", "ii", "p", {NULL}, "series"},
    {"generate_series", "iii", "p", {NULL}, "series"},
    {"generate_series", "NN", "N", {NULL}, "series"},
    {"generate_series", "NNN", "N", {NULL}, "series"},
    {"generate_series", "zzv", "z", {NULL}, "time_series"},
    {"generate_series", "ssv", "s", {NULL}, "time_series"},
    {"generate_subscripts", "Ai", "I", {NULL}, "subscripts"},
    {"unnest", "A", "e", {NULL}, "unnest"},
    {"json_array_elements", "j", "j", {"value"}, "json_elements"},
    {"jsonb_array_elements", "J", "J", {"value"}, "json_elements"},
    {"json_array_elements_text", "j", "t", {"value"}, "json_elements_text"},
    {"jsonb_array_elements_text", "J", "t", {"value"}, "json_elements_text"},
    {"json_object_keys", "j", "t", {NULL}, "json_keys"},
    {"jsonb_object_keys", "J", "t", {NULL}, "json_keys"},
    {"json_each", "j", "tj", {"key", "value"}, "json_each"},
    {"jsonb_each", "J", "tJ", {"key", "value"}, "json_each"},
    {"json_each_text", "j", "tt", {"key", "value"}, "json_each_text"},
    {"jsonb_each_text", "J", "tt", {"key", "value"}, "json_each_text"},
    {"regexp_split_to_table", "tt", "t", {NULL}, "regex_split"},
    {"regexp_matches", "tt", "T", {NULL}, "regex_matches"},
    {"regexp_matches", "ttt", "T", {NULL}, "regex_matches"},
    {"string_to_table", "tt", "t", {NULL}, "string_split"},
};

const struct expand_row *expand_find(const char *name) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

/* The arguments of pg_expand for one call, and the types of its columns. */
static const struct expand_row *lower_call(struct lower *l, const PgQuery__FuncCall *f, struct rope *r,
                                           struct pgtype types[2]) {
    const char *name = lower_string(f->funcname[f->n_funcname - 1]);
    long place = lower_place(l, f->location);
    const struct expand_row *best = NULL;
    struct expr args[4] = {{.place = place}};
    int least = 0;
    size_t n = f->n_args < 4 ? f->n_args : 4;
    for (size_t i = 0; i < n; i++) {
        args[i] = expr_lower(l, f->args[i]);
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int cost = strcmp(rows[i].name, name) == 0 ? signature_match(rows[i].signature, args, f->n_args) : -1;
        if (cost >= 0 && (!best || cost < least)) {
            best = &rows[i];
            least = cost;
        }
    }
    if (best && n > 1 && args[0].type.base == PG_UNKNOWN && args[1].type.base == PG_UNKNOWN &&
        strcmp(name, "generate_series") == 0) {
        lower_fail(l, ERR_QUERY, place, "function generate_series(unknown, unknown) is not unique");
    }
    if (!best) {
        call_named(l, name, args, n, place); /* says what is wrong */
        return NULL;
    }
    struct pgtype given = args[0].type;
    signature_apply(l, best->signature, args, n);
    for (size_t i = 0; best->results[i]; i++) {
        types[i] = signature_type(best->results[i], given, args, n);
    }
    bool typed = best->results[0] == 'e';
    rope_add(l->a, r, arena_printf(l->a, "'%s', %zu", best->calls, n + typed), place);
    for (size_t i = 0; i < n; i++) {
        lower_add(l, r, ", ");
        rope_join(r, args[i].sql);
    }
    if (typed) {
        lower_add(l, r, arena_printf(l->a, ", %d", (int)types[0].base));
    }
    return best;
}

struct expr expand_in_select(struct lower *l, const struct expand_row *row, const PgQuery__FuncCall *f) {
    struct scope *s = l->scope;
    long place = lower_place(l, f->location);
    struct pgtype types[2] = {PGTYPE(PG_ANY), PGTYPE(PG_ANY)};
    struct rope arguments = ROPE_INIT;
    int column = 1;
    if (!s || !s->may_expand || s->clause) {
        lower_fail(l, ERR_UNSUPPORTED, place, "set-returning functions are not allowed in %s",
                   s && s->clause ? s->clause : "this place");
        return expr_make(PGTYPE(PG_ANY), place);
    }
    bool aggregates = s->has_aggregate;
    s->has_aggregate = false;
    s->may_expand = false;
    row = lower_call(l, f, &arguments, types);
    s->may_expand = true;
    if (s->has_aggregate) {
        lower_refuse(l, place, "a set-returning function over an aggregate (put the aggregate in a subquery)");
    }
    s->has_aggregate = aggregates;
    if (row && row->results[1]) {
        lower_refuse(l, place, "%s in the select list (put it in FROM)", row->name);
    }
    const char *text = rope_text(l->a, &arguments);
    struct expansion **e = &s->expansion_list;
    for (; text && *e && strcmp((*e)->text, text) != 0; e = &(*e)->next) {
        column++;
    }
    if (text && !*e && (*e = arena_alloc(l->a, sizeof **e))) {
        (*e)->text = text;
        lower_add(l, &s->expansions, s->expansion_count++ ? ", " : "");
        rope_join(&s->expansions, arguments);
        s->expansion_alias = s->expansion_alias ? s->expansion_alias : lower_name(l, "rows");
    }
    if (column > 8) {
        lower_refuse(l, place, "more than eight set-returning functions in one select list");
    }
    struct expr out = expr_make(types[0], place);
    rope_add(l->a, &out.sql, arena_printf(l->a, "%s.v%d", s->expansion_alias, column), place);
    out.name = row ? row->name : NULL;
    if (s->ungrouped == NULL && s->grouped) {
        s->ungrouped = out.name; /* fine where it is grouped by */
        s->ungrouped_place = place;
    }
    return out;
}

static const char *alias_column(const PgQuery__Alias *a, size_t i) {
    return a && i < a->n_colnames ? lower_string(a->colnames[i]) : NULL;
}

struct source *expand_in_from(struct lower *l, const PgQuery__RangeFunction *f, struct rope *from) {
    const PgQuery__Node *first = f->n_functions ? f->functions[0]->list->items[0] : NULL;
    struct pgtype types[2] = {PGTYPE(PG_ANY), PGTYPE(PG_ANY)};
    struct rope arguments = ROPE_INIT;
    if (!NODE_IS(first, FUNC_CALL) || f->is_rowsfrom || f->n_coldeflist) {
        lower_refuse(l, lower_place(l, expr_place(first)), "this kind of function in FROM");
        return scope_add(l, "nothing", 0);
    }
    const PgQuery__FuncCall *call = first->func_call;
    const char *name = lower_string(call->funcname[call->n_funcname - 1]);
    long place = lower_place(l, call->location);
    const char *alias = f->alias ? f->alias->aliasname : name, *sql_name = lower_name(l, "f");
    const struct expand_row *row = expand_find(name) ? lower_call(l, call, &arguments, types) : NULL;
    struct expr scalar = {.place = place};
    if (!expand_find(name)) { /* one row of one value */
        scalar = call_lower(l, call);
        types[0] = scalar.type;
        lower_add(l, &arguments, "'one', 1, ");
        rope_join(&arguments, scalar.sql);
    }
    size_t width = row && row->results[1] ? 2 : 1, count = width + (f->ordinality != 0);
    struct source *s = scope_add(l, alias, count);
    for (size_t i = 0; i < count && s->count == count; i++) {
        const char *given = alias_column(f->alias, i);
        const char *own = i < width ? (row ? row->columns[i] : NULL) : "ordinality";
        /* The one column of a function is called like its table. */
        const char *otherwise = own && (width > 1 || i == width || !f->alias) ? own : own ? own : alias;
        if (own && width == 1 && i == 0 && f->alias) {
            otherwise = strcmp(own, "value") == 0 ? "value" : alias;
        }
        s->columns[i].name = given ? given : otherwise;
        s->columns[i].type = i < width ? types[i] : PGTYPE(PG_INT8);
        lower_add(l, &s->columns[i].sql,
                  i < width ? arena_printf(l->a, "%s.v%zu", sql_name, i + 1)
                            : arena_printf(l->a, "%s.ordinality", sql_name));
    }
    lower_add(l, from, "pg_expand(");
    rope_join(from, arguments);
    lower_add(l, from, ") AS ");
    lower_add(l, from, sql_name);
    return s;
}
