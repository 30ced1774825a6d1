/* CSV after RFC 4180 with \n, and words as pandas writes them: True, False, numbers with the fewest digits that read
 * back the same (a numeric with a scale has its digits), nothing for NULL. An empty text is "", which tells it from
 * NULL where a reader looks at quotes; pandas, and so COPY FROM, takes both for missing. JSON has null. Vectors, and in
 * JSON arrays, are lists; bytes are \x… as in PostgreSQL. */
#include "lang/data/export.h"

#include "base/arena.h"
#include "lang/data/datafile.h"
#include "lang/sql/array.h"
#include "lang/sql/convert.h"
#include "lang/sql/jsontext.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The shortest of `least` to `most` digits that reads back the same; whole numbers keep a point, so that they stay what
 * they are. */
static void add_real(double x, bool single, struct buf *out) {
    char text[40];
    for (int digits = single ? 6 : 15; digits <= (single ? 9 : 17); digits++) {
        snprintf(text, sizeof text, "%.*g", digits, x);
        double back = strtod(text, NULL);
        if (single ? (float)back == (float)x : back == x) {
            break;
        }
    }
    buf_str(out, text);
    if (isfinite(x) && !strpbrk(text, ".e")) {
        buf_str(out, ".0");
    }
}

static void add_number(const struct value *v, struct pgtype type, struct buf *out) {
    if (pgtype_is(type, PG_NUMERIC) && type.scaled) {
        convert_print(v, type, out);
    } else if (v->type == VALUE_INTEGER) {
        buf_printf(out, "%" PRId64, v->integer);
    } else { /* SQLite's own REAL has 64 bits */
        add_real(v->real, pgtype_is(type, PG_FLOAT4) && (double)(float)v->real == v->real, out);
    }
}

static void add_vector(const struct value *v, struct buf *out) {
    buf_char(out, '[');
    for (size_t i = 0; i < v->length; i++) {
        buf_str(out, i ? ", " : "");
        if (isfinite(v->vector[i])) {
            add_real((double)v->vector[i], true, out);
        } else {
            buf_str(out, "null");
        }
    }
    buf_char(out, ']');
}

static void add_bytes(const struct value *v, struct buf *out) {
    buf_str(out, "\\x");
    for (size_t i = 0; i < v->length; i++) {
        buf_printf(out, "%02x", (unsigned char)v->text[i]);
    }
}

static bool needs_quotes(const char *text, size_t len, char delimiter) {
    for (size_t i = 0; i < len; i++) {
        if (text[i] == delimiter || text[i] == '"' || text[i] == '\n' || text[i] == '\r') {
            return true;
        }
    }
    return false;
}

static bool is_blank(const char *text, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (text[i] != ' ' && text[i] != '\t') {
            return false;
        }
    }
    return true;
}

/* `alone`: the only column, whose empty and blank fields would be taken for no row. */
static void add_field(const char *text, size_t len, char delimiter, bool alone, struct buf *out) {
    if (len > 0 && !needs_quotes(text, len, delimiter) && !(alone && is_blank(text, len))) {
        buf_utf8(out, text, len);
        return;
    }
    buf_char(out, '"');
    for (size_t at = 0; at < len;) {
        const char *quote = memchr(text + at, '"', len - at);
        size_t n = quote ? (size_t)(quote - text) - at + 1 : len - at;
        buf_utf8(out, text + at, n);
        buf_str(out, quote ? "\"" : "");
        at += n;
    }
    buf_char(out, '"');
}

/* Numbers need no quotes, since no delimiter is a part of one. */
static void csv_value(const struct value *v, struct pgtype type, char delimiter, bool alone, struct buf *out) {
    switch (v->type) {
    case VALUE_NULL:
        buf_str(out, alone ? "\"\"" : "");
        break;
    case VALUE_BOOLEAN:
        buf_str(out, v->integer ? "True" : "False");
        break;
    case VALUE_TEXT:
        add_field(v->text, v->length, delimiter, alone, out);
        break;
    case VALUE_INTEGER:
    case VALUE_REAL:
        add_number(v, type, out);
        break;
    case VALUE_BLOB:
        add_bytes(v, out);
        break;
    case VALUE_VECTOR:
        buf_char(out, '"');
        add_vector(v, out);
        buf_char(out, '"');
        break;
    }
}

static void csv_begin(const struct export_table *t, struct buf *out) {
    for (size_t i = 0; t->header && i < t->count; i++) {
        if (i > 0) {
            buf_char(out, t->delimiter);
        }
        add_field(t->names[i], strlen(t->names[i]), t->delimiter, t->count == 1, out);
    }
    buf_str(out, t->header ? "\n" : "");
}

static void csv_row(const struct export_table *t, long long number, const struct value *values, struct buf *out) {
    (void)number;
    for (size_t i = 0; i < t->count; i++) {
        if (i > 0) {
            buf_char(out, t->delimiter);
        }
        csv_value(&values[i], t->types[i], t->delimiter, t->count == 1, out);
    }
    buf_char(out, '\n');
}

static void csv_end(const struct export_table *t, long long rows, struct buf *out) {
    (void)t;
    (void)rows;
    (void)out;
}

static void json_text(const char *text, size_t len, struct buf *out) {
    struct buf valid = BUF_INIT;
    buf_utf8(&valid, text, len);
    jsontext_print_string(buf_text(&valid), valid.len, out);
    out->failed = out->failed || !buf_ok(&valid);
    buf_release(&valid);
}

/* JSON on one line: a line's end can only stand between its words. */
static void json_raw(const char *text, size_t len, struct buf *out) {
    for (size_t i = 0; i < len; i++) {
        buf_char(out, text[i] == '\n' || text[i] == '\r' ? ' ' : text[i]);
    }
}

static void json_array(const struct array *x, enum pg_base base, struct arena *a, struct buf *out);

static void json_item(const struct array_item *item, enum pg_base base, struct arena *a, struct buf *out) {
    struct array inner = {.count = 0};
    struct err ignored = ERR_INIT;
    if (item->nested && array_parse(a, item->text, item->len, &inner, &ignored) == ERR_OK) {
        json_array(&inner, base, a, out);
    } else if (!item->text) {
        buf_str(out, "null");
    } else if (base == PG_BOOL) {
        buf_str(out, item->text[0] == 't' ? "true" : "false");
    } else if (pgtype_is_number(PGTYPE(base))) {
        buf_str(out, isfinite(strtod(item->text, NULL)) ? item->text : "null");
    } else if (base == PG_JSON || base == PG_JSONB) {
        json_raw(item->text, item->len, out);
    } else {
        json_text(item->text, item->len, out);
    }
}

static void json_array(const struct array *x, enum pg_base base, struct arena *a, struct buf *out) {
    buf_char(out, '[');
    for (size_t i = 0; i < x->count; i++) {
        buf_str(out, i ? ", " : "");
        json_item(&x->items[i], base, a, out);
    }
    buf_char(out, ']');
}

/* What is declared an array, and is none, is text. */
static void json_words(const struct value *v, struct pgtype type, struct buf *out) {
    struct arena a = ARENA_INIT;
    struct array x = {.count = 0};
    struct err ignored = ERR_INIT;
    if (type.array && array_parse(&a, v->text, v->length, &x, &ignored) == ERR_OK) {
        json_array(&x, type.base, &a, out);
    } else if (pgtype_is(type, PG_JSON) || pgtype_is(type, PG_JSONB)) {
        json_raw(v->text, v->length, out);
    } else {
        json_text(v->text, v->length, out);
    }
    out->failed = out->failed || arena_failed(&a);
    arena_release(&a);
}

static void json_value(const struct value *v, struct pgtype type, struct buf *out) {
    switch (v->type) {
    case VALUE_NULL:
        buf_str(out, "null");
        break;
    case VALUE_BOOLEAN:
        buf_str(out, v->integer ? "true" : "false");
        break;
    case VALUE_INTEGER:
    case VALUE_REAL:
        if (isfinite(v->real)) { /* 0 where it is an integer */
            add_number(v, type, out);
        } else {
            buf_str(out, "null");
        }
        break;
    case VALUE_TEXT:
        json_words(v, type, out);
        break;
    case VALUE_BLOB:
        buf_str(out, "\"\\"); /* add_bytes() has one backslash, and JSON wants two */
        add_bytes(v, out);
        buf_char(out, '"');
        break;
    case VALUE_VECTOR:
        add_vector(v, out);
        break;
    }
}

static void record(const struct export_table *t, const struct value *values, struct buf *out) {
    buf_char(out, '{');
    for (size_t i = 0; i < t->count; i++) {
        buf_str(out, i ? ", " : "");
        jsontext_print_string(t->names[i], strlen(t->names[i]), out);
        buf_str(out, ": ");
        json_value(&values[i], t->types[i], out);
    }
    buf_char(out, '}');
}

static void json_begin(const struct export_table *t, struct buf *out) {
    (void)t;
    buf_char(out, '[');
}

static void json_row(const struct export_table *t, long long number, const struct value *values, struct buf *out) {
    buf_str(out, number ? ",\n " : "");
    record(t, values, out);
}

static void json_end(const struct export_table *t, long long rows, struct buf *out) {
    (void)t;
    (void)rows;
    buf_str(out, "]\n");
}

static void lines_begin(const struct export_table *t, struct buf *out) {
    (void)t;
    (void)out;
}

static void lines_row(const struct export_table *t, long long number, const struct value *values, struct buf *out) {
    (void)number;
    record(t, values, out);
    buf_char(out, '\n');
}

static const struct export_format formats[] = {
    {".csv", ',', csv_begin, csv_row, csv_end},         {".txt", ',', csv_begin, csv_row, csv_end},
    {".tsv", '\t', csv_begin, csv_row, csv_end},        {".tab", '\t', csv_begin, csv_row, csv_end},
    {".json", '\0', json_begin, json_row, json_end},    {".jsonl", '\0', lines_begin, lines_row, csv_end},
    {".ndjson", '\0', lines_begin, lines_row, csv_end},
};

const struct export_format *export_find(const char *path) {
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (datafile_ends(path, formats[i].ending)) {
            return &formats[i];
        }
    }
    return NULL;
}
