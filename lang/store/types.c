/* Type names and quoted identifiers: tables of words, no database in sight. */
#include "lang/store/types.h"

#include "base/buf.h"
#include "lang/store/store.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *word; /* the first word of a declaration */
    enum value_type type;
} words[] = {
    {"boolean", VALUE_BOOLEAN},   {"bool", VALUE_BOOLEAN},      {"vector", VALUE_VECTOR},    {"integer", VALUE_INTEGER},
    {"int", VALUE_INTEGER},       {"bigint", VALUE_INTEGER},    {"smallint", VALUE_INTEGER}, {"tinyint", VALUE_INTEGER},
    {"mediumint", VALUE_INTEGER}, {"int2", VALUE_INTEGER},      {"int4", VALUE_INTEGER},     {"int8", VALUE_INTEGER},
    {"serial", VALUE_INTEGER},    {"bigserial", VALUE_INTEGER}, {"real", VALUE_REAL},        {"double", VALUE_REAL},
    {"float", VALUE_REAL},        {"float4", VALUE_REAL},       {"float8", VALUE_REAL},      {"numeric", VALUE_REAL},
    {"decimal", VALUE_REAL},      {"num", VALUE_REAL},          {"text", VALUE_TEXT},        {"varchar", VALUE_TEXT},
    {"char", VALUE_TEXT},         {"character", VALUE_TEXT},    {"nvarchar", VALUE_TEXT},    {"nchar", VALUE_TEXT},
    {"clob", VALUE_TEXT},         {"string", VALUE_TEXT},       {"uuid", VALUE_TEXT},        {"date", VALUE_TEXT},
    {"time", VALUE_TEXT},         {"timestamp", VALUE_TEXT},    {"timestamptz", VALUE_TEXT}, {"datetime", VALUE_TEXT},
    {"json", VALUE_TEXT},         {"jsonb", VALUE_TEXT},        {"bytea", VALUE_BLOB},       {"blob", VALUE_BLOB},
};

enum value_type types_of_declaration(const char *declared) {
    if (!declared) {
        return VALUE_NULL;
    }
    size_t len = strcspn(declared, " (\t\n");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i].word) == len && strncasecmp(words[i].word, declared, len) == 0) {
            return words[i].type;
        }
    }
    return VALUE_NULL;
}

void store_type_name(enum value_type type, size_t length, char out[32]) {
    static const char *const names[] = {
        [VALUE_NULL] = "TEXT",       [VALUE_BOOLEAN] = "BOOLEAN",
        [VALUE_INTEGER] = "INTEGER", [VALUE_REAL] = "DOUBLE PRECISION",
        [VALUE_TEXT] = "TEXT",       [VALUE_BLOB] = "BYTEA",
    };
    if (type == VALUE_VECTOR) {
        snprintf(out, 32, "VECTOR(%zu)", length);
    } else {
        snprintf(out, 32, "%s", names[type]);
    }
}

void store_add_identifier(struct buf *sql, const char *name) {
    buf_char(sql, '"');
    for (const char *c = name; *c; c++) {
        if (*c == '"') {
            buf_char(sql, '"');
        }
        buf_char(sql, *c);
    }
    buf_char(sql, '"');
}
