/* Aggregates and window functions: a row each, with DISTINCT, ORDER BY, FILTER, WITHIN GROUP and OVER around it. */
#include "lang/sql/function_rows.h"
#include "lang/sql/signature.h"

#include <stdio.h>
#include <string.h>

enum aggregate_kind { PLAIN, COLLECTS, WINDOW, ORDERED_SET };

/* The pattern is the aggregate's own call; `around` what stands about it and its OVER (@ is the call). What COLLECTS
 * keeps its rows: it takes DISTINCT and ORDER BY itself, as first arguments. */
static const struct aggregate_row {
    const char *name, *signature;
    char result;
    enum aggregate_kind kind;
    const char *pattern, *around;
} rows[] = {
    {"count", "", 'L', PLAIN, "count(*)", NULL},
    {"count", "a", 'L', PLAIN, "count($1)", NULL},
    {"sum", "i", 'L', PLAIN, "sum($1)", NULL},
    {"sum", "N", 'N', PLAIN, "sum($1)", "pg_dec(@)"},
    {"sum", "f", 'f', PLAIN, "sum($1)", NULL},
    {"sum", "v", 'v', PLAIN, "pg_interval_sum($1)", NULL},
    {"avg", "i", 'N', PLAIN, "avg($1)", "pg_dec(@)"},
    {"avg", "N", 'N', PLAIN, "avg($1)", "pg_dec(@)"},
    {"avg", "f", 'f', PLAIN, "avg($1)", NULL},
    {"avg", "v", 'v', PLAIN, "pg_interval_avg($1)", NULL},
    {"sum", "V", 'V', PLAIN, "vector_sum($1)", NULL},
    {"avg", "V", 'V', PLAIN, "vector_avg($1)", NULL},
    {"vector_sum", "V", 'V', PLAIN, "vector_sum($1)", NULL},
    {"vector_avg", "V", 'V', PLAIN, "vector_avg($1)", NULL},
    {"min", "a", '1', PLAIN, "min($1)", NULL},
    {"max", "a", '1', PLAIN, "max($1)", NULL},
    {"any_value", "a", '1', PLAIN, "max($1)", NULL},
    {"bool_and", "b", 'b', PLAIN, "min($1)", NULL},
    {"every", "b", 'b', PLAIN, "min($1)", NULL},
    {"bool_or", "b", 'b', PLAIN, "max($1)", NULL},
    {"bit_and", "i", '1', PLAIN, "pg_bit_and($1)", NULL},
    {"bit_or", "i", '1', PLAIN, "pg_bit_or($1)", NULL},
    {"bit_xor", "i", '1', PLAIN, "pg_bit_xor($1)", NULL},
    {"stddev", "i", 'N', PLAIN, "pg_stddev_samp($1)", "pg_dec(@)"},
    {"stddev", "N", 'N', PLAIN, "pg_stddev_samp($1)", "pg_dec(@)"},
    {"stddev", "f", 'f', PLAIN, "pg_stddev_samp($1)", NULL},
    {"stddev_samp", "i", 'N', PLAIN, "pg_stddev_samp($1)", "pg_dec(@)"},
    {"stddev_samp", "N", 'N', PLAIN, "pg_stddev_samp($1)", "pg_dec(@)"},
    {"stddev_samp", "f", 'f', PLAIN, "pg_stddev_samp($1)", NULL},
    {"stddev_pop", "i", 'N', PLAIN, "pg_stddev_pop($1)", "pg_dec(@)"},
    {"stddev_pop", "N", 'N', PLAIN, "pg_stddev_pop($1)", "pg_dec(@)"},
    {"stddev_pop", "f", 'f', PLAIN, "pg_stddev_pop($1)", NULL},
    {"variance", "i", 'N', PLAIN, "pg_var_samp($1)", "pg_dec(@)"},
    {"variance", "N", 'N', PLAIN, "pg_var_samp($1)", "pg_dec(@)"},
    {"variance", "f", 'f', PLAIN, "pg_var_samp($1)", NULL},
    {"var_samp", "i", 'N', PLAIN, "pg_var_samp($1)", "pg_dec(@)"},
    {"var_samp", "N", 'N', PLAIN, "pg_var_samp($1)", "pg_dec(@)"},
    {"var_samp", "f", 'f', PLAIN, "pg_var_samp($1)", NULL},
    {"var_pop", "i", 'N', PLAIN, "pg_var_pop($1)", "pg_dec(@)"},
    {"var_pop", "N", 'N', PLAIN, "pg_var_pop($1)", "pg_dec(@)"},
    {"var_pop", "f", 'f', PLAIN, "pg_var_pop($1)", NULL},
    {"corr", "ff", 'f', PLAIN, "pg_corr($1, $2)", NULL},
    {"covar_pop", "ff", 'f', PLAIN, "pg_covar_pop($1, $2)", NULL},
    {"covar_samp", "ff", 'f', PLAIN, "pg_covar_samp($1, $2)", NULL},
    {"regr_slope", "ff", 'f', PLAIN, "pg_regr_slope($1, $2)", NULL},
    {"regr_intercept", "ff", 'f', PLAIN, "pg_regr_intercept($1, $2)", NULL},
    {"regr_r2", "ff", 'f', PLAIN, "pg_regr_r2($1, $2)", NULL},
    {"regr_count", "ff", 'L', PLAIN, "pg_regr_count($1, $2)", NULL},
    {"string_agg", "tt", 't', COLLECTS, "pg_string_agg", NULL},
    {"array_agg", "a", 'Y', COLLECTS, "pg_array_agg", NULL},
    {"json_agg", "w", 'j', COLLECTS, "pg_json_agg", NULL},
    {"jsonb_agg", "w", 'J', COLLECTS, "pg_json_agg", "pg_jsonb(@)"},
    {"json_object_agg", "tw", 'j', COLLECTS, "pg_json_object_agg", NULL},
    {"jsonb_object_agg", "tw", 'J', COLLECTS, "pg_json_object_agg", "pg_jsonb(@)"},
    {"percentile_cont", "ff", 'f', ORDERED_SET, "pg_percentile_cont($1, $2)", NULL},
    {"percentile_disc", "fa", '2', ORDERED_SET, "pg_percentile_disc($1, $2)", NULL},
    {"mode", "a", '1', ORDERED_SET, "pg_mode($1)", NULL},
    {"row_number", "", 'L', WINDOW, "row_number()", NULL},
    {"rank", "", 'L', WINDOW, "rank()", NULL},
    {"dense_rank", "", 'L', WINDOW, "dense_rank()", NULL},
    {"percent_rank", "", 'f', WINDOW, "percent_rank()", NULL},
    {"cume_dist", "", 'f', WINDOW, "cume_dist()", NULL},
    {"ntile", "i", 'I', WINDOW, "ntile($1)", NULL},
    {"lag", "a", '1', WINDOW, "lag($1)", NULL},
    {"lag", "ai", '1', WINDOW, "lag($1, $2)", NULL},
    {"lag", "aia", '1', WINDOW, "lag($1, $2, $3)", NULL},
    {"lead", "a", '1', WINDOW, "lead($1)", NULL},
    {"lead", "ai", '1', WINDOW, "lead($1, $2)", NULL},
    {"lead", "aia", '1', WINDOW, "lead($1, $2, $3)", NULL},
    {"first_value", "a", '1', WINDOW, "first_value($1)", NULL},
    {"last_value", "a", '1', WINDOW, "last_value($1)", NULL},
    {"nth_value", "ai", '1', WINDOW, "nth_value($1, $2)", NULL},
};

bool call_is_aggregate(const PgQuery__FuncCall *f) {
    const char *name = lower_string(f->funcname[f->n_funcname - 1]);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static const struct aggregate_row *find(const char *name, const struct expr *args, size_t n) {
    const struct aggregate_row *best = NULL;
    int least = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int cost = strcmp(rows[i].name, name) == 0 ? signature_match(rows[i].signature, args, n) : -1;
        if (cost >= 0 && (!best || cost < least)) {
            best = &rows[i];
            least = cost;
        }
    }
    return best;
}

/* DISTINCT and ORDER BY of what collects: two arguments before, the keys behind. "ad" is ascending, nulls last; then
 * descending, nulls first; capitals are the other way about with nulls. */
static void add_order(struct lower *l, const PgQuery__FuncCall *f, struct rope *call, struct rope *keys) {
    char spec[33] = "";
    size_t n = 0;
    for (size_t i = 0; i < f->n_agg_order && n < sizeof spec - 1; i++) {
        const PgQuery__SortBy *s = f->agg_order[i]->sort_by;
        bool down = s->sortby_dir == PG_QUERY__SORT_BY_DIR__SORTBY_DESC;
        bool first = s->sortby_nulls == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_FIRST;
        bool last = s->sortby_nulls == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_LAST;
        struct expr key = expr_lower(l, s->node);
        if (pgtype_is(key.type, PG_INTERVAL)) {
            key = expr_fill(l, key.type, key.place, "pg_interval_key($1)", &key, 1);
        }
        spec[n++] = (char)(down ? (last ? 'D' : 'd') : (first ? 'A' : 'a'));
        lower_add(l, keys, ", ");
        rope_join(keys, key.sql);
    }
    lower_add(l, call, arena_printf(l->a, "(%d, '%s', ", f->agg_distinct ? 1 : 0, spec));
}

static struct rope collecting_call(struct lower *l, const PgQuery__FuncCall *f, const struct aggregate_row *row,
                                   struct expr *args, size_t n, struct pgtype given) {
    struct rope call = ROPE_INIT, keys = ROPE_INIT;
    lower_add(l, &call, row->pattern);
    add_order(l, f, &call, &keys);
    if (strcmp(row->name, "array_agg") == 0) {
        lower_add(l, &call, arena_printf(l->a, "%d, ", given.array ? (int)PG_VOID : (int)given.base));
    }
    for (size_t i = 0; i < n; i++) {
        lower_add(l, &call, i ? ", " : "");
        rope_join(&call, args[i].sql);
    }
    rope_join(&call, keys);
    lower_add(l, &call, ")");
    return call;
}

/* min and max of what text order does not fit. */
static void check_arguments(struct lower *l, const struct aggregate_row *row, struct pgtype t, long place) {
    char name[64];
    bool extreme = strcmp(row->name, "min") == 0 || strcmp(row->name, "max") == 0;
    if (extreme &&
        (t.base == PG_BOOL || t.base == PG_JSON || t.base == PG_JSONB || t.base == PG_UUID || t.base == PG_VECTOR) &&
        !t.array) {
        lower_fail(l, ERR_NOT_FOUND, place, "function %s(%s) does not exist", row->name, pgtype_name(t, name));
    }
    if (extreme && (pgtype_is(t, PG_INTERVAL) || t.array)) {
        lower_refuse(l, place, "%s of %s", row->name, pgtype_name(t, name));
    }
}

static struct rope frame_clause(struct lower *l, const PgQuery__WindowDef *w);

struct rope sort_list(struct lower *l, PgQuery__Node **list, size_t n,
                      struct expr (*lower_one)(struct lower *, const PgQuery__Node *)) {
    struct rope r = ROPE_INIT;
    for (size_t i = 0; i < n; i++) {
        const PgQuery__SortBy *s = list[i]->sort_by;
        bool down = s->sortby_dir == PG_QUERY__SORT_BY_DIR__SORTBY_DESC;
        bool first = s->sortby_nulls == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_FIRST ||
                     (down && s->sortby_nulls != PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_LAST);
        struct expr x = lower_one(l, s->node);
        char name[64];
        if (s->sortby_dir == PG_QUERY__SORT_BY_DIR__SORTBY_USING) {
            lower_refuse(l, x.place, "ORDER BY … USING");
        }
        if (pgtype_is(x.type, PG_JSON)) {
            lower_fail(l, ERR_NOT_FOUND, x.place, "could not identify an ordering operator for type json");
        }
        if (pgtype_is(x.type, PG_JSONB)) {
            lower_refuse(l, x.place, "the order of %s values", pgtype_name(x.type, name));
        }
        const char *key = pgtype_is(x.type, PG_INTERVAL) ? "pg_interval_key($1)"
                          : x.type.array                 ? "pg_array_key($1)"
                          : pgtype_is(x.type, PG_VECTOR) ? "pg_vector_key($1)"
                                                         : "$1";
        lower_add(l, &r, i ? ", " : "");
        rope_join(&r, expr_fill(l, x.type, x.place, key, &x, 1).sql);
        lower_add(l, &r, down ? " DESC" : "");
        lower_add(l, &r,
                  first == down ? (down ? " NULLS FIRST" : " NULLS LAST")
                  : first       ? " NULLS FIRST"
                                : " NULLS LAST");
    }
    return r;
}

/* ( [PARTITION BY …] [ORDER BY …] [frame] ), a named window written out. */
struct rope window_over(struct lower *l, const PgQuery__WindowDef *w, bool definition) {
    struct rope r = ROPE_INIT;
    const PgQuery__WindowDef *base = NULL;
    const char *refers = w->refname && *w->refname ? w->refname : !definition && w->name && *w->name ? w->name : NULL;
    struct scope *s = l->scope;
    for (size_t i = 0; refers && i < s->window_count; i++) {
        if (strcmp(s->windows[i]->window_def->name, refers) == 0) {
            base = s->windows[i]->window_def;
        }
    }
    if (refers && !base) {
        lower_fail(l, ERR_NOT_FOUND, lower_place(l, w->location), "window \"%s\" does not exist", refers);
    }
    if (base && w->name && *w->name && !definition) {
        return window_over(l, base, true);
    }
    const PgQuery__WindowDef *partition = base && !w->n_partition_clause ? base : w;
    const PgQuery__WindowDef *order = base && !w->n_order_clause ? base : w;
    lower_add(l, &r, "(");
    for (size_t i = 0; i < partition->n_partition_clause; i++) {
        lower_add(l, &r, i ? ", " : "PARTITION BY ");
        rope_join(&r, expr_lower(l, partition->partition_clause[i]).sql);
    }
    if (order->n_order_clause) {
        lower_add(l, &r, partition->n_partition_clause ? " ORDER BY " : "ORDER BY ");
        rope_join(&r, sort_list(l, order->order_clause, order->n_order_clause, expr_lower));
    }
    rope_join(&r, frame_clause(l, w));
    lower_add(l, &r, ")");
    return r;
}

/* PostgreSQL's bits of a frame, from nodes/parsenodes.h. */
static struct rope frame_clause(struct lower *l, const PgQuery__WindowDef *w) {
    enum { NONDEFAULT = 1, RANGE = 2, ROWS = 4, GROUPS = 8 };
    static const struct {
        int start, end;
        const char *words;
        bool offset;
    } bounds[] = {
        {0x20, 0x40, "UNBOUNDED PRECEDING", false}, {0x80, 0x100, "UNBOUNDED FOLLOWING", false},
        {0x200, 0x400, "CURRENT ROW", false},       {0x800, 0x1000, " PRECEDING", true},
        {0x2000, 0x4000, " FOLLOWING", true},
    };
    static const struct {
        int bit;
        const char *words;
    } excludes[] = {{0x8000, " EXCLUDE CURRENT ROW"}, {0x10000, " EXCLUDE GROUP"}, {0x20000, " EXCLUDE TIES"}};
    struct rope r = ROPE_INIT;
    int o = w->frame_options;
    if (!(o & NONDEFAULT)) {
        return r;
    }
    lower_add(l, &r, o & ROWS ? " ROWS BETWEEN " : o & GROUPS ? " GROUPS BETWEEN " : " RANGE BETWEEN ");
    for (int side = 0; side < 2; side++) {
        const PgQuery__Node *offset = side ? w->end_offset : w->start_offset;
        for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
            if (o & (side ? bounds[i].end : bounds[i].start)) {
                if (bounds[i].offset) {
                    struct expr x = expr_lower(l, offset);
                    if (!pgtype_is_number(x.type)) {
                        lower_refuse(l, x.place, "a RANGE frame of times");
                    }
                    rope_join(&r, x.sql);
                }
                lower_add(l, &r, bounds[i].words);
            }
        }
        lower_add(l, &r, side ? "" : " AND ");
    }
    for (size_t i = 0; i < sizeof excludes / sizeof *excludes; i++) {
        lower_add(l, &r, o & excludes[i].bit ? excludes[i].words : "");
    }
    return r;
}

static void check_place_of(struct lower *l, const PgQuery__FuncCall *f, const struct aggregate_row *row, long place) {
    struct scope *s = l->scope;
    bool aggregate = !f->over;
    if (row->kind == WINDOW && aggregate) {
        lower_fail(l, ERR_QUERY, place, "window function %s requires an OVER clause", row->name);
    }
    if (aggregate && s && s->in_aggregate > 0) {
        lower_fail(l, ERR_QUERY, place, "aggregate function calls cannot be nested");
    }
    if (s && s->clause) {
        lower_fail(l, ERR_QUERY, place, "%s functions are not allowed in %s", aggregate ? "aggregate" : "window",
                   s->clause);
    }
    if (row->kind == ORDERED_SET && !f->agg_within_group) {
        lower_fail(l, ERR_QUERY, place, "WITHIN GROUP is required for ordered-set aggregate %s", row->name);
    }
    if (f->over && f->agg_distinct) {
        lower_fail(l, ERR_UNSUPPORTED, place, "DISTINCT is not implemented for window functions");
    }
}

static struct rope plain_call(struct lower *l, const PgQuery__FuncCall *f, const struct aggregate_row *row,
                              struct expr *args, size_t n, long place) {
    struct rope call = ROPE_INIT;
    if (f->agg_distinct && n > 0) {
        struct rope distinct = ROPE_INIT;
        lower_add(l, &distinct, "DISTINCT ");
        rope_join(&distinct, args[0].sql);
        args[0].sql = distinct;
        if (n > 1) {
            lower_refuse(l, place, "DISTINCT in %s", row->name);
        }
    }
    call = expr_fill(l, PGTYPE(PG_ANY), place, row->pattern, args, n).sql;
    return call;
}

struct expr aggregate_lower(struct lower *l, const PgQuery__FuncCall *f, const char *name) {
    long place = lower_place(l, f->location);
    size_t within = f->agg_within_group ? f->n_agg_order : 0, n = f->n_args + within;
    struct expr *args = arena_alloc(l->a, (n ? n : 1) * sizeof *args);
    struct scope *s = l->scope;
    struct scope alone = {.sources = NULL};
    if (!args) {
        return expr_make(PGTYPE(PG_ANY), place);
    }
    if (!s) {
        scope_enter(l, &alone);
        s = &alone;
    }
    bool aggregate = !f->over;
    if (aggregate && s->in_aggregate > 0) {
        lower_fail(l, ERR_QUERY, place, "aggregate function calls cannot be nested");
    }
    s->in_aggregate += aggregate;
    for (size_t i = 0; i < n; i++) {
        args[i] = expr_lower(l, i < f->n_args ? f->args[i] : f->agg_order[i - f->n_args]->sort_by->node);
    }
    const struct aggregate_row *row = find(name, args, f->agg_star ? 0 : n);
    if (!row) {
        s->in_aggregate -= aggregate;
        return call_named(l, name, args, n, place);
    }
    bool sums = strcmp(row->name, "sum") == 0 || strcmp(row->name, "avg") == 0;
    if (sums && args[0].type.base == PG_UNKNOWN) {
        lower_fail(l, ERR_QUERY, place, "function %s(unknown) is not unique", row->name);
    }
    s->in_aggregate -= aggregate;
    check_place_of(l, f, row, place);
    s->in_aggregate += aggregate;
    struct pgtype given = n ? args[0].type : PGTYPE(PG_ANY);
    check_arguments(l, row, given, place);
    signature_apply(l, row->signature, args, n);
    given = n && given.base == PG_UNKNOWN ? args[0].type : given;
    if (within == 1 && f->agg_order[0]->sort_by->sortby_dir == PG_QUERY__SORT_BY_DIR__SORTBY_DESC) {
        lower_refuse(l, place, "WITHIN GROUP (ORDER BY … DESC)");
    }
    if (strncmp(row->name, "lag", 3) == 0 && n == 3) {
        args[2] = cast_to(l, args[2], given, CAST_IMPLICIT);
    }
    struct rope call =
        row->kind == COLLECTS ? collecting_call(l, f, row, args, n, given) : plain_call(l, f, row, args, n, place);
    if (f->agg_filter) {
        lower_add(l, &call, " FILTER (WHERE ");
        rope_join(&call, expr_bool(l, f->agg_filter, "FILTER").sql);
        lower_add(l, &call, ")");
    }
    s->in_aggregate -= aggregate;
    s->has_aggregate = s->has_aggregate || aggregate;
    s->has_window = s->has_window || !aggregate;
    if (f->over) {
        lower_add(l, &call, " OVER ");
        rope_join(&call, window_over(l, f->over, false));
    }
    struct expr out = expr_make(signature_type(row->result, given, args, n), place);
    out.name = name;
    const char *at = row->around ? strchr(row->around, '@') : NULL;
    if (at) {
        rope_add(l->a, &out.sql, arena_strndup(l->a, row->around, (size_t)(at - row->around)), place);
        rope_join(&out.sql, call);
        lower_add(l, &out.sql, at + 1);
    } else {
        out.sql = call;
    }
    if (strcmp(row->name, "sum") == 0 && pgtype_is(given, PG_NUMERIC)) {
        out.type.scaled = given.scaled;
        out.type.scale = given.scale;
    }
    if (s == &alone) {
        scope_leave(l);
    }
    return out;
}

const char *aggregate_name_at(size_t index, const char **signature) {
    if (index >= sizeof rows / sizeof *rows) {
        return NULL;
    }
    *signature = rows[index].signature;
    return rows[index].name;
}
