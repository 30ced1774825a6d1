/* Casts: which are possible and when (PostgreSQL's pg_cast), and how each is written. */
#include "lang/sql/lower.h"

#include "base/suggest.h"

#include <stdio.h>
#include <string.h>

/* One row a pair that PostgreSQL has a cast for, beyond those within a family and to and from text. */
static const struct {
    enum pg_base from, to;
    enum cast_kind kind; /* possible from this kind on */
    const char *pattern; /* NULL: pg_cast() by the text of the value */
} rows[] = {
    {PG_BOOL, PG_INT4, CAST_EXPLICIT, "$1"},
    {PG_INT4, PG_BOOL, CAST_EXPLICIT, "($1 <> 0)"},
    {PG_DATE, PG_TIMESTAMP, CAST_IMPLICIT, "($1 || ' 00:00:00')"},
    {PG_DATE, PG_TIMESTAMPTZ, CAST_IMPLICIT, "($1 || ' 00:00:00+00')"},
    {PG_TIMESTAMP, PG_TIMESTAMPTZ, CAST_IMPLICIT, "($1 || '+00')"},
    {PG_TIMESTAMP, PG_DATE, CAST_ASSIGNMENT, "substr($1, 1, 10)"},
    {PG_TIMESTAMPTZ, PG_DATE, CAST_ASSIGNMENT, "substr($1, 1, 10)"},
    {PG_TIMESTAMPTZ, PG_TIMESTAMP, CAST_ASSIGNMENT, "replace($1, '+00', '')"},
    {PG_TIMESTAMP, PG_TIME, CAST_ASSIGNMENT, "substr($1, 12)"},
    {PG_TIMESTAMPTZ, PG_TIME, CAST_ASSIGNMENT, "replace(substr($1, 12), '+00', '')"},
    {PG_TIME, PG_INTERVAL, CAST_IMPLICIT, NULL},
    {PG_INTERVAL, PG_TIME, CAST_ASSIGNMENT, "pg_interval_time($1)"},
    {PG_JSON, PG_JSONB, CAST_ASSIGNMENT, NULL},
    {PG_JSONB, PG_JSON, CAST_ASSIGNMENT, "$1"},
    {PG_JSONB, PG_BOOL, CAST_EXPLICIT, "pg_json_scalar($1, 'boolean')"},
    {PG_JSONB, PG_INT2, CAST_EXPLICIT, "pg_to_int(pg_json_scalar($1, 'smallint'), 2, 1)"},
    {PG_JSONB, PG_INT4, CAST_EXPLICIT, "pg_to_int(pg_json_scalar($1, 'integer'), 4, 1)"},
    {PG_JSONB, PG_INT8, CAST_EXPLICIT, "pg_to_int(pg_json_scalar($1, 'bigint'), 8, 1)"},
    {PG_JSONB, PG_NUMERIC, CAST_EXPLICIT, "pg_json_scalar($1, 'numeric')"},
    {PG_JSONB, PG_FLOAT4, CAST_EXPLICIT, "pg_json_scalar($1, 'real')"},
    {PG_JSONB, PG_FLOAT8, CAST_EXPLICIT, "CAST(pg_json_scalar($1, 'double precision') AS REAL)"},
};

/* Casts between numbers: those to the right are implicit. */
static int rank(struct pgtype t) {
    static const enum pg_base order[] = {PG_INT2, PG_INT4, PG_INT8, PG_NUMERIC, PG_FLOAT4, PG_FLOAT8};
    for (int i = 0; i < 6; i++) {
        if (order[i] == t.base) {
            return i;
        }
    }
    return -1;
}

static const char *row_pattern(struct pgtype from, struct pgtype to, enum cast_kind kind, bool *found) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (pgtype_is(from, rows[i].from) && pgtype_is(to, rows[i].to) && kind >= rows[i].kind) {
            *found = true;
            return rows[i].pattern;
        }
    }
    *found = false;
    return NULL;
}

bool cast_possible(struct pgtype from, struct pgtype to, enum cast_kind kind) {
    bool found;
    if (pgtype_same(from, to) || from.base == PG_ANY || to.base == PG_ANY || from.base == PG_UNKNOWN) {
        return true;
    }
    if (from.array && to.array) {
        from.array = to.array = false;
        return cast_possible(from, to, kind);
    }
    if (pgtype_is_text(from)) {
        return pgtype_is_text(to) || kind == CAST_EXPLICIT;
    }
    if (pgtype_is_text(to)) {
        return kind >= CAST_ASSIGNMENT;
    }
    if (pgtype_is_number(from) && pgtype_is_number(to)) {
        return rank(from) < rank(to) || kind >= CAST_ASSIGNMENT;
    }
    if (from.array && pgtype_is(to, PG_VECTOR)) {
        return kind >= CAST_ASSIGNMENT;
    }
    if (pgtype_is(from, PG_VECTOR) && to.array) {
        return to.base == PG_FLOAT4;
    }
    row_pattern(from, to, kind, &found);
    return found;
}

/* One call that is told the whole target type. */
static struct expr by_text(struct lower *l, struct expr x, struct pgtype to) {
    char *pattern = arena_printf(l->a, "pg_cast($1, %d, %d, %d, %d)", (int)to.base, (int)to.array, to.precision,
                                 to.scaled ? to.scale : -1);
    return expr_fill(l, to, x.place, pattern ? pattern : "", &x, 1);
}

static struct expr to_number(struct lower *l, struct expr x, struct pgtype to) {
    const char *pattern = "$1";
    if (pgtype_is_integer(to)) {
        bool fits = pgtype_is_integer(x.type) && rank(x.type) <= rank(to) && (x.plain || x.constant);
        fits = fits || (pgtype_is_integer(x.type) && rank(x.type) < rank(to));
        bool half_even = pgtype_is(x.type, PG_FLOAT4) || pgtype_is(x.type, PG_FLOAT8);
        int bytes = to.base == PG_INT2 ? 2 : to.base == PG_INT4 ? 4 : 8;
        pattern = fits ? "$1" : arena_printf(l->a, "pg_to_int($1, %d, %d)", bytes, !half_even);
    } else if (to.base == PG_NUMERIC) {
        if (to.scaled) {
            pattern = arena_printf(l->a, "pg_numeric($1, %d, %d)", to.precision, to.scale);
        } else {
            pattern = pgtype_is_integer(x.type) || x.type.base == PG_NUMERIC ? "$1" : "pg_dec($1)";
            to.scaled = pgtype_is_integer(x.type) || (x.type.base == PG_NUMERIC && x.type.scaled);
            to.scale = pgtype_is_integer(x.type) ? 0 : x.type.scale;
        }
    } else if (to.base == PG_FLOAT4) {
        pattern = "pg_float4($1)";
    } else if (x.type.base != PG_FLOAT8 && x.type.base != PG_FLOAT4) {
        pattern = "CAST($1 AS REAL)";
    }
    struct expr out = expr_fill(l, to, x.place, pattern ? pattern : "$1", &x, 1);
    out.constant = x.constant && pgtype_is_number(to) && !pgtype_is_integer(to);
    return out;
}

static struct expr to_text(struct lower *l, struct expr x) {
    const char *pattern = "$1";
    if (pgtype_is(x.type, PG_BOOL)) {
        pattern = "(CASE $1 WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)";
    } else if (pgtype_is_integer(x.type)) {
        pattern = "CAST($1 AS TEXT)";
    } else if (pgtype_value(x.type) != VALUE_TEXT) {
        pattern = arena_printf(l->a, "pg_print($1, %d, %d)", (int)x.type.base, x.type.scaled ? x.type.scale : -1);
    }
    return expr_fill(l, PGTYPE(PG_TEXT), x.place, pattern ? pattern : "$1", &x, 1);
}

/* varchar(n) and char(n): cut by an explicit cast, an error in an assignment. */
static struct expr fit_length(struct lower *l, struct expr x, struct pgtype to, enum cast_kind kind) {
    bool known = pgtype_same(x.type, to) && x.type.precision == to.precision && x.plain;
    if (pgtype_is(x.type, PG_CHAR) && to.base != PG_CHAR) { /* its blanks mean nothing */
        x = expr_fill(l, x.type, x.place, "rtrim($1, ' ')", &x, 1);
    }
    if (to.precision == 0 || known) {
        x.type = to;
        return x;
    }
    char *pattern = arena_printf(l->a, "pg_fit($1, %d, %d, %d)", to.precision, (int)(to.base == PG_CHAR),
                                 (int)(kind == CAST_EXPLICIT));
    return expr_fill(l, to, x.place, pattern ? pattern : "", &x, 1);
}

static struct expr between_arrays(struct lower *l, struct expr x, struct pgtype to) {
    char *pattern = arena_printf(l->a, "pg_array_cast($1, %d, %d, %d, %d)", (int)x.type.base, (int)to.base,
                                 to.precision, to.scaled ? to.scale : -1);
    bool text = pgtype_is_text((struct pgtype){.base = to.base}) && to.precision == 0;
    return expr_fill(l, to, x.place, text && x.type.base != PG_BOOL ? "$1" : pattern ? pattern : "", &x, 1);
}

static struct expr convert(struct lower *l, struct expr x, struct pgtype to, enum cast_kind kind) {
    bool found;
    const char *pattern = row_pattern(x.type, to, kind, &found);
    if (x.type.base == PG_ANY) {
        return by_text(l, x, to);
    }
    if (x.type.array && to.array) {
        return between_arrays(l, x, to);
    }
    if (pgtype_is_text(to)) {
        return fit_length(l, pgtype_is_text(x.type) ? x : to_text(l, x), to, kind);
    }
    if (pgtype_is_number(x.type) && pgtype_is_number(to)) {
        return to_number(l, x, to);
    }
    if (pgtype_is(x.type, PG_VECTOR) && to.array) {
        return expr_fill(l, to, x.place, "pg_vector_array($1)", &x, 1);
    }
    if (found && pattern) {
        return expr_fill(l, to, x.place, pattern, &x, 1);
    }
    return by_text(l, x, to);
}

/* '2024-05-06 07:08:09.5'::timestamp(0) */
static struct expr time_precision(struct lower *l, struct expr x, struct pgtype to) {
    char *pattern = arena_printf(l->a, "pg_time_round($1, %d)", to.precision);
    return expr_fill(l, to, x.place, pattern ? pattern : "", &x, 1);
}

struct expr cast_to(struct lower *l, struct expr x, struct pgtype to, enum cast_kind kind) {
    char from_name[64], to_name[64];
    const char *name = x.name;
    struct expr out;
    bool timed = to.scaled && (pgtype_family(to) == FAMILY_TIME || to.base == PG_TIME) && to.base != PG_DATE;
    if (to.base == PG_ANY) {
        return x;
    }
    if (x.type.base == PG_UNKNOWN && (x.literal || x.null)) {
        bool cut = to.precision && pgtype_is_text(to);
        out = literal_convert(l, x, cut ? PGTYPE(PG_TEXT) : to);
        out = cut ? fit_length(l, out, to, kind) : out;
    } else if (!cast_possible(x.type, to, kind)) {
        lower_fail(l, ERR_QUERY, x.place, "cannot cast type %s to %s", pgtype_name(x.type, from_name),
                   pgtype_name(to, to_name));
        return expr_make(to, x.place);
    } else {
        bool same = pgtype_same(x.type, to);
        bool sized = (to.scaled && to.base == PG_NUMERIC) || (to.precision && pgtype_is_text(to));
        if (x.type.base == PG_UNKNOWN) {
            x.type = PGTYPE(PG_TEXT);
        }
        if (same && !sized) {
            to = to.base == PG_NUMERIC || to.precision ? x.type : to;
            out = x;
            out.type = to;
        } else {
            out = convert(l, x, to, kind);
        }
    }
    if (timed) {
        out = time_precision(l, out, to);
    }
    out.name = name;
    return out;
}

static const char *const not_here[] = {
    "money",     "inet",      "cidr",     "macaddr", "point",     "line",      "lseg",     "box",
    "path",      "polygon",   "circle",   "xml",     "tsvector",  "tsquery",   "bit",      "varbit",
    "int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange", "timetz",   "hstore",
    "regclass",  "regtype",   "regproc",  "pg_lsn",  "halfvec",   "sparsevec", "jsonpath", "macaddr8",
};

struct pgtype cast_type_name(struct lower *l, const PgQuery__TypeName *t) {
    const char *name = t->n_names ? lower_string(t->names[t->n_names - 1]) : "";
    long place = lower_place(l, t->location);
    struct pgtype type = PGTYPE(PG_ANY);
    for (size_t i = 0; i < sizeof not_here / sizeof *not_here; i++) {
        if (strcmp(name, not_here[i]) == 0) {
            lower_refuse(l, place, "the type %s", name);
            return type;
        }
    }
    if (!pgtype_parse(name, &type)) {
        lower_fail(l, ERR_NOT_FOUND, place, "type \"%s\" does not exist", name);
        struct suggest near;
        suggest_begin(&near, name);
        for (int i = PG_BOOL; i < PG_BASE_COUNT; i++) {
            char known[64];
            suggest_offer(&near, pgtype_name(PGTYPE((enum pg_base)i), known));
        }
        if (near.best[0]) {
            err_hint(l->e, "did you mean %s?", near.best);
        }
        return PGTYPE(PG_ANY);
    }
    type.array = t->n_array_bounds > 0;
    int numbers[2] = {0, 0};
    for (size_t i = 0; i < t->n_typmods && i < 2; i++) {
        const PgQuery__Node *n = t->typmods[i];
        numbers[i] =
            NODE_IS(n, A_CONST) && n->a_const->val_case == PG_QUERY__A__CONST__VAL_IVAL ? n->a_const->ival->ival : 0;
    }
    if (type.base == PG_INTERVAL && t->n_typmods > 0) {
        lower_refuse(l, place, "an interval with fields (write the unit inside the quotes: interval '3 days')");
    }
    if ((type.base == PG_VARCHAR || type.base == PG_CHAR) && t->n_typmods > 0 && numbers[0] < 1) {
        lower_fail(l, ERR_VALUE, place, "length for type %s must be at least 1",
                   type.base == PG_CHAR ? "char" : "varchar");
    }
    type.precision = numbers[0];
    type.scale = numbers[1];
    type.scaled = t->n_typmods > 0 && type.base != PG_VARCHAR && type.base != PG_CHAR && type.base != PG_VECTOR;
    if (type.base == PG_CHAR && t->n_typmods == 0 && strcmp(name, "char") == 0) {
        type.precision = 1;
    }
    if (type.base == PG_FLOAT8 || type.base == PG_FLOAT4 || pgtype_is_integer(type)) {
        type.precision = type.scale = 0;
        type.scaled = false;
    }
    return type;
}
