/* Function calls: the row that fits, as PostgreSQL would choose it; and the few functions that are more than a row. */
#include "lang/sql/function_rows.h"
#include "lang/sql/signature.h"

#include "base/suggest.h"
#include "lang/store/store.h"

#include <string.h>

enum { MOST_ARGUMENTS = 100 };

static const char *call_name(const PgQuery__FuncCall *f) {
    return lower_string(f->funcname[f->n_funcname - 1]);
}

static void unknown_function(struct lower *l, const char *name, const struct expr *args, size_t n, long place) {
    struct buf types = BUF_INIT;
    struct suggest near;
    bool known = false;
    suggest_begin(&near, name);
    for (size_t i = 0; i < n; i++) {
        char type[64];
        buf_printf(&types, "%s%s", i ? ", " : "", pgtype_name(args[i].type, type));
    }
    for (size_t i = 0; i < function_row_count; i++) {
        known = known || strcmp(function_rows[i].name, name) == 0;
        suggest_offer(&near, function_rows[i].name);
    }
    lower_fail(l, ERR_NOT_FOUND, place, "function %s(%s) does not exist", name, buf_text(&types));
    if (!known && near.best[0]) {
        err_hint(l->e, "did you mean %s?", near.best);
    } else {
        err_hint(l->e, "No function matches the given name and argument types. You might need to add explicit type "
                       "casts.");
    }
    buf_release(&types);
}

/* PostgreSQL writes date(x), float8(x), text(x) for casts too. */
static bool is_cast(const char *name, size_t n, struct pgtype *to) {
    static const char *const names[] = {"date", "text",    "float8", "float4",  "int4",      "int8",
                                        "int2", "numeric", "bool",   "varchar", "timestamp", "timestamptz",
                                        "time", "json",    "jsonb",  "uuid",    "bpchar"};
    for (size_t i = 0; n == 1 && i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], name) == 0) {
            return pgtype_parse(name, to);
        }
    }
    return false;
}

/* Known to PostgreSQL, and in no form here. */
static bool known_refused(const char *name) {
    bool refused = false;
    for (size_t i = 0; i < function_row_count; i++) {
        if (strcmp(function_rows[i].name, name) == 0) {
            if (function_rows[i].pattern) {
                return false;
            }
            refused = true;
        }
    }
    return refused;
}

/* The functions over vectors belong to the session; a store alone has them not. */
static bool vectors_ready(struct lower *l, const char *signature, const char *pattern, size_t n) {
    char name[64];
    size_t len = strcspn(pattern, "(");
    if (signature[0] != 'V' || len == 0 || len >= sizeof name || strncmp(pattern, "length", len) == 0) {
        return true;
    }
    memcpy(name, pattern, len);
    name[len] = '\0';
    return store_has_function(l->in->store, name, (int)n);
}

/* What kind of thing a letter wants, where a quoted literal could be several. */
static char kind_of(char letter) {
    return strchr("inNfIL", letter) ? 'n' : strchr("dsz", letter) ? 'd' : letter;
}

/* A literal that two functions of the name would read as different things, and none as text. */
static bool ambiguous(const struct function_row *best, const struct expr *args, size_t n) {
    for (size_t i = 0; i < n && i < strlen(best->signature); i++) {
        char kind = kind_of(best->signature[i]);
        if (args[i].type.base != PG_UNKNOWN || args[i].null || strchr("taowEA", kind)) {
            continue;
        }
        for (size_t k = 0; k < function_row_count; k++) {
            const struct function_row *other = &function_rows[k];
            if (other->pattern && strcmp(other->name, best->name) == 0 && strlen(other->signature) == n &&
                signature_match(other->signature, args, n) >= 0 && kind_of(other->signature[i]) != kind) {
                return true;
            }
        }
    }
    return false;
}

struct expr call_named(struct lower *l, const char *name, struct expr *args, size_t n, long place) {
    const struct function_row *best = NULL;
    int least = 0;
    struct pgtype to;
    for (size_t i = 0; i < function_row_count; i++) {
        int cost = strcmp(function_rows[i].name, name) == 0 ? signature_match(function_rows[i].signature, args, n) : -1;
        if (cost >= 0 && (!best || cost < least)) {
            best = &function_rows[i];
            least = cost;
        }
    }
    if (!best && known_refused(name)) {
        lower_refuse(l, place, "the function %s", name);
        return expr_make(PGTYPE(PG_ANY), place);
    }
    if (best && (!best->pattern || !vectors_ready(l, best->signature, best->pattern, n))) {
        lower_refuse(l, place, "this form of %s", name);
        return expr_make(PGTYPE(PG_ANY), place);
    }
    if (best && ambiguous(best, args, n)) {
        char type[64];
        lower_fail(l, ERR_QUERY, place, "function %s(%s%s) is not unique", name, pgtype_name(args[0].type, type),
                   n > 1 ? ", …" : "");
        err_hint(l->e, "Could not choose a best candidate function. You might need to add explicit type casts.");
    }
    if (best) {
        struct pgtype given = n ? args[0].type : PGTYPE(PG_ANY);
        signature_apply(l, best->signature, args, n);
        struct expr out = expr_fill(l, signature_type(best->result, given, args, n), place, best->pattern, args, n);
        /* The scale of round(x, 2) is known where the 2 is. */
        const char *digits = n == 2 && strcmp(name, "round") == 0 ? rope_text(l->a, &args[1].sql) : NULL;
        if (digits && strlen(digits) == 1 && digits[0] >= '0' && digits[0] <= '9') {
            out.type.scaled = true;
            out.type.scale = digits[0] - '0';
        }
        bool whole = pgtype_is(out.type, PG_NUMERIC) && n == 1 &&
                     (strcmp(name, "round") == 0 || strcmp(name, "trunc") == 0 || strncmp(name, "ceil", 4) == 0 ||
                      strcmp(name, "floor") == 0);
        out.type.scaled = out.type.scaled || whole;
        return out;
    }
    if (is_cast(name, n, &to) && cast_possible(args[0].type, to, CAST_EXPLICIT)) {
        return cast_to(l, args[0], to, CAST_EXPLICIT);
    }
    if (store_has_function(l->in->store, name, (int)n)) {
        char *pattern = arena_printf(l->a, "%s($*)", name);
        for (size_t i = 0; i < n; i++) {
            args[i] = args[i].type.base == PG_UNKNOWN ? cast_to(l, args[i], PGTYPE(PG_TEXT), CAST_IMPLICIT) : args[i];
        }
        return expr_fill(l, PGTYPE(PG_ANY), place, pattern ? pattern : "", args, n);
    }
    unknown_function(l, name, args, n, place);
    return expr_make(PGTYPE(PG_ANY), place);
}

static struct expr time_now(struct lower *l, long place) {
    struct expr x = expr_make(PGTYPE(PG_UNKNOWN), place);
    x.literal = literal_now(l);
    return literal_convert(l, x, PGTYPE(PG_TIMESTAMPTZ));
}

/* Functions whose answer is known while the statement is lowered. False: it is none of them. */
static bool special(struct lower *l, const char *name, struct expr *args, size_t n, long place, struct expr *out) {
    static const char *const times[] = {"now", "transaction_timestamp", "statement_timestamp", "clock_timestamp"};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        if (n == 0 && strcmp(name, times[i]) == 0) {
            *out = time_now(l, place);
            return true;
        }
    }
    if (strcmp(name, "pg_typeof") == 0 && n == 1) {
        char type[64];
        *out = expr_make(PGTYPE(PG_TEXT), place);
        pgtype_name(args[0].type, type);
        rope_add_string(l->a, &out->sql, arena_strdup(l->a, type), strlen(type), place);
        return true;
    }
    if (strcmp(name, "age") == 0 && n == 1) {
        struct expr both[] = {cast_to(l, time_now(l, place), PGTYPE(PG_DATE), CAST_EXPLICIT), args[0]};
        both[0] = cast_to(l, both[0], PGTYPE(PG_TIMESTAMP), CAST_IMPLICIT);
        *out = call_named(l, "age", both, 2, place);
        return true;
    }
    return false;
}

/* make_interval(days => 3): by name, in the function's own order. */
static size_t named_arguments(struct lower *l, const PgQuery__FuncCall *f, const char *name, struct expr *args) {
    static const char *const units[] = {"years", "months", "weeks", "days", "hours", "mins", "secs"};
    size_t n = 0;
    if (strcmp(name, "make_interval") != 0) {
        for (size_t i = 0; i < f->n_args && i < MOST_ARGUMENTS; i++) {
            if (NODE_IS(f->args[i], NAMED_ARG_EXPR)) {
                lower_refuse(l, lower_place(l, f->args[i]->named_arg_expr->location), "an argument by name");
            }
            args[n++] = expr_lower(l, f->args[i]);
        }
        return n;
    }
    for (size_t i = 0; i < 7; i++) {
        args[i] = expr_make(PGTYPE(i < 6 ? PG_INT4 : PG_FLOAT8), -1);
        lower_add(l, &args[i].sql, "0");
    }
    for (size_t i = 0; i < f->n_args; i++) {
        bool named = NODE_IS(f->args[i], NAMED_ARG_EXPR);
        const char *unit = named ? f->args[i]->named_arg_expr->name : units[i < 7 ? i : 6];
        for (size_t k = 0; k < 7; k++) {
            if (strcmp(units[k], unit) == 0) {
                args[k] = expr_lower(l, named ? f->args[i]->named_arg_expr->arg : f->args[i]);
            }
        }
    }
    return 7;
}

struct expr call_lower(struct lower *l, const PgQuery__FuncCall *f) {
    const char *name = call_name(f);
    long place = lower_place(l, f->location);
    struct expr *args = arena_alloc(l->a, (f->n_args + 8) * sizeof *args), out;
    const struct expand_row *expands = expand_find(name);
    const char *schema = f->n_funcname > 1 ? lower_string(f->funcname[0]) : "pg_catalog";
    if (strcmp(schema, "pg_catalog") != 0 && strcmp(schema, "public") != 0) {
        lower_fail(l, ERR_NOT_FOUND, place, "schema \"%s\" does not exist", schema);
    }
    if (f->over || call_is_aggregate(f)) {
        return aggregate_lower(l, f, name);
    }
    if (expands) {
        return expand_in_select(l, expands, f);
    }
    if (!args || f->n_args > MOST_ARGUMENTS) {
        lower_fail(l, ERR_QUERY, place, "cannot pass more than %d arguments to a function", MOST_ARGUMENTS);
        return expr_make(PGTYPE(PG_ANY), place);
    }
    if (f->func_variadic) {
        lower_refuse(l, place, "VARIADIC");
    }
    if (f->agg_filter || f->agg_order || f->agg_distinct) {
        lower_fail(l, ERR_QUERY, place, "%s specified, but %s is not an aggregate function",
                   f->agg_filter     ? "FILTER"
                   : f->agg_distinct ? "DISTINCT"
                                     : "ORDER BY",
                   name);
    }
    size_t n = named_arguments(l, f, name, args);
    if (!special(l, name, args, n, place, &out)) {
        out = call_named(l, name, args, n, place);
    }
    out.name = name;
    return out;
}
