/* The tables of types. */
#include "lang/sql/pgtype.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *name, *declared;
    enum pg_family family;
    enum value_type value;
} rows[PG_BASE_COUNT] = {
    [PG_UNKNOWN] = {"unknown", "TEXT", FAMILY_NONE, VALUE_TEXT},
    [PG_ANY] = {"any", "", FAMILY_NONE, VALUE_NULL},
    [PG_BOOL] = {"boolean", "BOOLEAN", FAMILY_BOOL, VALUE_BOOLEAN},
    [PG_INT2] = {"smallint", "SMALLINT", FAMILY_NUMBER, VALUE_INTEGER},
    [PG_INT4] = {"integer", "INT", FAMILY_NUMBER, VALUE_INTEGER},
    [PG_INT8] = {"bigint", "BIGINT", FAMILY_NUMBER, VALUE_INTEGER},
    [PG_NUMERIC] = {"numeric", "NUMERIC", FAMILY_NUMBER, VALUE_REAL},
    [PG_FLOAT4] = {"real", "REAL", FAMILY_NUMBER, VALUE_REAL},
    [PG_FLOAT8] = {"double precision", "DOUBLE PRECISION", FAMILY_NUMBER, VALUE_REAL},
    [PG_TEXT] = {"text", "TEXT", FAMILY_TEXT, VALUE_TEXT},
    [PG_VARCHAR] = {"character varying", "VARCHAR", FAMILY_TEXT, VALUE_TEXT},
    [PG_CHAR] = {"character", "CHARACTER", FAMILY_TEXT, VALUE_TEXT},
    [PG_NAME] = {"name", "NAME TEXT", FAMILY_TEXT, VALUE_TEXT},
    [PG_DATE] = {"date", "DATE", FAMILY_TIME, VALUE_TEXT},
    [PG_TIME] = {"time without time zone", "TIME", FAMILY_OTHER, VALUE_TEXT},
    [PG_TIMESTAMP] = {"timestamp without time zone", "TIMESTAMP", FAMILY_TIME, VALUE_TEXT},
    [PG_TIMESTAMPTZ] = {"timestamp with time zone", "TIMESTAMPTZ", FAMILY_TIME, VALUE_TEXT},
    [PG_INTERVAL] = {"interval", "INTERVAL TEXT", FAMILY_SPAN, VALUE_TEXT},
    [PG_JSON] = {"json", "JSON TEXT", FAMILY_OTHER, VALUE_TEXT},
    [PG_JSONB] = {"jsonb", "JSONB TEXT", FAMILY_OTHER, VALUE_TEXT},
    [PG_UUID] = {"uuid", "UUID", FAMILY_OTHER, VALUE_TEXT},
    [PG_BYTEA] = {"bytea", "BYTEA", FAMILY_OTHER, VALUE_BLOB},
    [PG_VECTOR] = {"vector", "VECTOR", FAMILY_OTHER, VALUE_VECTOR},
    [PG_VOID] = {"void", "TEXT", FAMILY_NONE, VALUE_TEXT},
};

/* Other names of types. Those that PostgreSQL does not have come from tables that were not made here. */
static const struct {
    const char *name;
    enum pg_base base;
} names[] = {
    {"bool", PG_BOOL},
    {"int2", PG_INT2},
    {"int", PG_INT4},
    {"int4", PG_INT4},
    {"int8", PG_INT8},
    {"serial", PG_INT4},
    {"serial4", PG_INT4},
    {"smallserial", PG_INT2},
    {"serial2", PG_INT2},
    {"bigserial", PG_INT8},
    {"serial8", PG_INT8},
    {"oid", PG_INT8},
    {"decimal", PG_NUMERIC},
    {"float4", PG_FLOAT4},
    {"float8", PG_FLOAT8},
    {"float", PG_FLOAT8},
    {"varchar", PG_VARCHAR},
    {"char", PG_CHAR},
    {"bpchar", PG_CHAR},
    {"time", PG_TIME},
    {"timestamp", PG_TIMESTAMP},
    {"timestamptz", PG_TIMESTAMPTZ},
    {"name text", PG_NAME},
    {"json text", PG_JSON},
    {"jsonb text", PG_JSONB},
    {"interval text", PG_INTERVAL},
    {"string", PG_TEXT},
    {"clob", PG_TEXT},
    {"blob", PG_BYTEA},
    {"datetime", PG_TIMESTAMP},
    {"tinyint", PG_INT2},
    {"num", PG_NUMERIC},
};

enum pg_family pgtype_family(struct pgtype t) {
    return t.array ? FAMILY_OTHER : rows[t.base].family;
}

bool pgtype_is_number(struct pgtype t) {
    return pgtype_family(t) == FAMILY_NUMBER;
}

bool pgtype_is_integer(struct pgtype t) {
    return !t.array && (t.base == PG_INT2 || t.base == PG_INT4 || t.base == PG_INT8);
}

bool pgtype_is_text(struct pgtype t) {
    return pgtype_family(t) == FAMILY_TEXT;
}

bool pgtype_is(struct pgtype t, enum pg_base base) {
    return t.base == base && !t.array;
}

bool pgtype_same(struct pgtype a, struct pgtype b) {
    return a.base == b.base && a.array == b.array;
}

const char *pgtype_name(struct pgtype t, char out[64]) {
    snprintf(out, 64, "%s%s", rows[t.base].name, t.array ? "[]" : "");
    return out;
}

const char *pgtype_declaration(struct pgtype t, char out[64]) {
    char length[32] = "";
    if (t.scaled && t.base == PG_NUMERIC && t.precision) {
        snprintf(length, sizeof length, "(%d,%d)", t.precision, t.scale);
    } else if (t.precision && (t.base == PG_VARCHAR || t.base == PG_CHAR || t.base == PG_VECTOR)) {
        snprintf(length, sizeof length, "(%d)", t.precision);
    }
    if (t.array) { /* TEXT, so that no affinity touches the braces */
        snprintf(out, 64, "%s%s[] TEXT", rows[t.base].name, length);
    } else {
        snprintf(out, 64, "%s%s", rows[t.base].declared, length);
    }
    return out;
}

bool pgtype_parse(const char *name, struct pgtype *out) {
    char word[64];
    size_t n = 0;
    struct pgtype t = {.base = PG_ANY};
    const char *open = strchr(name, '('), *close = open ? strchr(open, ')') : NULL;
    t.array = strstr(name, "[]") != NULL;
    for (const char *c = name; *c && n + 1 < sizeof word; c++) {
        if (open && close && c >= open && c <= close) {
            continue;
        }
        if (t.array && *c == '[') {
            break;
        }
        word[n++] = *c;
    }
    while (n > 0 && word[n - 1] == ' ') {
        n--;
    }
    word[n] = '\0';
    bool found = false;
    for (int i = PG_BOOL; i < PG_BASE_COUNT && !found; i++) {
        if (strcasecmp(word, rows[i].name) == 0 || strcasecmp(word, rows[i].declared) == 0) {
            t.base = (enum pg_base)i;
            found = true;
        }
    }
    for (size_t i = 0; i < sizeof names / sizeof *names && !found; i++) {
        if (strcasecmp(word, names[i].name) == 0) {
            t.base = names[i].base;
            found = true;
        }
    }
    if (found && open && close) {
        const char *comma = strchr(open, ',');
        t.precision = (int)strtol(open + 1, NULL, 10);
        t.scaled = t.base == PG_NUMERIC;
        t.scale = comma && comma < close ? (int)strtol(comma + 1, NULL, 10) : 0;
    }
    if (found) {
        *out = t;
    }
    return found;
}

bool pgtype_noted(const char *view, size_t n, struct pgtype *out) {
    const char *at = strstr(view, "/*types:"), *end = at ? strstr(at, "*/") : NULL;
    char word[64];
    at = at ? at + 8 : NULL;
    while (at && n-- > 0) {
        at = memchr(at, ';', (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
    if (!at || !end) {
        return false;
    }
    size_t len = strcspn(at, ";*");
    if (len >= sizeof word) {
        return false;
    }
    memcpy(word, at, len);
    word[len] = '\0';
    return pgtype_parse(word, out);
}

bool pgtype_of_declaration(const char *declared, bool key, struct pgtype *out) {
    if (!pgtype_parse(declared, out)) {
        return false;
    }
    if (!key && !out->array && strcasecmp(declared, "INTEGER") == 0) {
        out->base = PG_INT8;
    }
    return true;
}

enum value_type pgtype_value(struct pgtype t) {
    return t.array ? VALUE_TEXT : rows[t.base].value;
}

struct pgtype pgtype_of_value(enum value_type v) {
    static const enum pg_base bases[] = {
        [VALUE_NULL] = PG_ANY,  [VALUE_BOOLEAN] = PG_BOOL, [VALUE_INTEGER] = PG_INT8,  [VALUE_REAL] = PG_FLOAT8,
        [VALUE_TEXT] = PG_TEXT, [VALUE_BLOB] = PG_BYTEA,   [VALUE_VECTOR] = PG_VECTOR,
    };
    return PGTYPE(bases[v]);
}
