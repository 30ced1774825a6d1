/* Matching arguments with the letters of a signature. */
#include "lang/sql/signature.h"

#include <string.h>

static const struct {
    char letter;
    enum pg_base base;
} letters[] = {
    {'b', PG_BOOL},  {'I', PG_INT4},      {'L', PG_INT8},        {'N', PG_NUMERIC}, {'f', PG_FLOAT8},   {'t', PG_TEXT},
    {'d', PG_DATE},  {'s', PG_TIMESTAMP}, {'z', PG_TIMESTAMPTZ}, {'m', PG_TIME},    {'v', PG_INTERVAL}, {'j', PG_JSON},
    {'J', PG_JSONB}, {'u', PG_UUID},      {'x', PG_BYTEA},       {'V', PG_VECTOR},  {'0', PG_VOID},
};

static enum pg_base base_of(char letter) {
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++) {
        if (letters[i].letter == letter) {
            return letters[i].base;
        }
    }
    return PG_ANY;
}

int signature_cost(char letter, struct pgtype t) {
    if (letter == 'a' || letter == 'o' || letter == 'w') {
        return 4;
    }
    if (t.base == PG_ANY) {
        return 3;
    }
    if (t.base == PG_UNKNOWN) {
        return letter == 't' ? 2 : letter == 'f' ? 3 : 4;
    }
    switch (letter) {
    case 'A':
        return t.array ? 0 : -1;
    case 'E':
        return t.array ? 2 : 1;
    case 'i':
        return pgtype_is_integer(t) ? 0 : -1;
    case 'n':
        return pgtype_is_number(t) ? 1 : -1;
    case 'N':
        return pgtype_is(t, PG_NUMERIC) ? 0 : pgtype_is_integer(t) ? 2 : -1;
    case 'f': /* PostgreSQL prefers it to numeric for integers */
        return pgtype_is(t, PG_FLOAT8) ? 0 : pgtype_is(t, PG_NUMERIC) ? 3 : pgtype_is_number(t) ? 1 : -1;
    case 'k':
        return pgtype_is(t, PG_JSON) || pgtype_is(t, PG_JSONB) ? 0 : -1;
    case 't':
        return pgtype_is_text(t) ? 0 : -1;
    default:
        if (pgtype_is(t, base_of(letter))) {
            return 0;
        }
        return cast_possible(t, PGTYPE(base_of(letter)), CAST_IMPLICIT) ? 2 : -1;
    }
}

/* The letter for argument i; the last may be repeated. */
static char letter_at(const char *signature, size_t i) {
    for (const char *s = signature; *s; s++) {
        if (s[1] == '*') {
            return *s;
        }
        if (i-- == 0) {
            return *s;
        }
    }
    return '\0';
}

int signature_match(const char *signature, const struct expr *args, size_t n) {
    const char *star = strchr(signature, '*');
    size_t fixed = star ? strlen(signature) - 2 : strlen(signature);
    int total = 0;
    if (star ? n < fixed + 1 : n != fixed) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        int cost = signature_cost(letter_at(signature, i), args[i].type);
        if (cost < 0) {
            return -1;
        }
        total += cost;
    }
    return total;
}

struct pgtype signature_wider(struct pgtype a, struct pgtype b) {
    static const enum pg_base order[] = {PG_INT2, PG_INT4, PG_INT8, PG_NUMERIC, PG_FLOAT4, PG_FLOAT8};
    if (!pgtype_is_number(a)) {
        return pgtype_is_number(b) ? b : a;
    }
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        if (a.base == order[i]) {
            return b;
        }
        if (b.base == order[i]) {
            return a;
        }
    }
    return a;
}

/* Numbers together: an integer beside a real makes a double, as in PostgreSQL. */
static struct pgtype widest(struct expr *args, size_t n) {
    struct pgtype t = PGTYPE(PG_UNKNOWN);
    for (size_t i = 0; i < n; i++) {
        t = pgtype_is_number(args[i].type) ? signature_wider(t, args[i].type) : t;
    }
    for (size_t i = 0; i < n && pgtype_is(t, PG_FLOAT4); i++) {
        if (pgtype_is_number(args[i].type) && !pgtype_is(args[i].type, PG_FLOAT4)) {
            t = PGTYPE(PG_FLOAT8);
        }
    }
    return pgtype_is_number(t) ? (struct pgtype){.base = t.base} : PGTYPE(PG_FLOAT8);
}

struct pgtype signature_type(char letter, struct pgtype given, struct expr *args, size_t n) {
    struct pgtype t = given;
    switch (letter) {
    case 'i':
        return pgtype_is_integer(given) ? given : PGTYPE(PG_INT4);
    case 'n':
        return pgtype_is_number(given) ? given : widest(args, n);
    case 'k':
        return given.base == PG_UNKNOWN ? PGTYPE(PG_JSON) : given;
    case 'p':
        return widest(args, n);
    case '1':
    case '2':
        t = n >= (size_t)(letter - '0') ? args[letter - '1'].type : given;
        t = pgtype_is_text(t) ? PGTYPE(PG_TEXT) : t;
        t.precision = 0;
        return t;
    case 'T':
        return (struct pgtype){.base = PG_TEXT, .array = true};
    case 'Y':
        t = n ? args[0].type : given;
        t.array = true;
        return t;
    case 'E':
        for (size_t i = 0; i < n; i++) {
            if (args[i].type.array) {
                t = args[i].type;
                t.array = false;
                return t;
            }
        }
        return given.base == PG_UNKNOWN ? PGTYPE(PG_TEXT) : given;
    case 'e':
        t = n ? args[0].type : given;
        t.array = false;
        return t;
    case 'A':
        for (size_t i = 0; i < n; i++) {
            if (args[i].type.array) {
                return args[i].type;
            }
        }
        return (struct pgtype){.base = PG_TEXT, .array = true};
    case 'a':
    case 'o':
    case 'w':
        return given.base == PG_UNKNOWN ? PGTYPE(PG_TEXT) : given;
    default:
        return PGTYPE(base_of(letter));
    }
}

struct expr signature_printed(struct lower *l, struct expr x) {
    if (pgtype_is(x.type, PG_BOOL)) {
        return expr_fill(l, PGTYPE(PG_TEXT), x.place, "(CASE $1 WHEN 1 THEN 't' WHEN 0 THEN 'f' END)", &x, 1);
    }
    return cast_to(l, x, PGTYPE(PG_TEXT), CAST_EXPLICIT);
}

struct expr signature_json(struct lower *l, struct expr x) {
    if (x.type.base == PG_UNKNOWN) {
        x = cast_to(l, x, PGTYPE(PG_TEXT), CAST_IMPLICIT);
    }
    char *pattern = arena_printf(l->a, "pg_to_json($1, %d, %d, %d)", (int)x.type.base, (int)x.type.array,
                                 x.type.scaled ? x.type.scale : -1);
    return expr_fill(l, PGTYPE(PG_JSON), x.place, pattern ? pattern : "", &x, 1);
}

void signature_apply(struct lower *l, const char *signature, struct expr *args, size_t n) {
    struct expr given[64];
    for (size_t i = 0; i < n && i < 64; i++) {
        given[i] = args[i];
    }
    for (size_t i = 0; i < n; i++) {
        char letter = letter_at(signature, i);
        struct pgtype to = signature_type(letter, args[i].type, given, n < 64 ? n : 64);
        if (letter == 'o') {
            args[i] = signature_printed(l, args[i]);
        } else if (letter == 'w') {
            args[i] = signature_json(l, args[i]);
        } else if (!pgtype_same(to, args[i].type)) {
            args[i] = cast_to(l, args[i], to, CAST_IMPLICIT);
        }
        if (letter == 'E') { /* arrays are text, and so is what goes into them */
            args[i] = signature_printed(l, args[i]);
        }
    }
}
