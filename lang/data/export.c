/* CSV after RFC 4180 with \n, and words as pandas writes them: True, False, numbers with the fewest digits that read
 * back the same, nothing for NULL. An empty text is "", which tells it from NULL where a reader looks at quotes;
 * pandas, and so COPY FROM, takes both for missing. JSON has null. Vectors are lists of numbers; bytes are \x… as in
 * PostgreSQL. */
#include "lang/data/export.h"

#include "lang/data/datafile.h"
#include "lang/sql/jsontext.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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
static void csv_value(const struct value *v, char delimiter, bool alone, struct buf *out) {
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
        buf_printf(out, "%" PRId64, v->integer);
        break;
    case VALUE_REAL:
        add_real(v->real, false, out);
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
        csv_value(&values[i], t->delimiter, t->count == 1, out);
    }
    buf_char(out, '\n');
}

static void csv_end(const struct export_table *t, long long rows, struct buf *out) {
    (void)t;
    (void)rows;
    (void)out;
}

static bool holds_json(const struct column *column) {
    return column->declared && strncasecmp(column->declared, "json", 4) == 0 && !strstr(column->declared, "[]");
}

static void json_text(const struct value *v, struct buf *out) {
    struct buf valid = BUF_INIT;
    buf_utf8(&valid, v->text, v->length);
    jsontext_print_string(buf_text(&valid), valid.len, out);
    out->failed = out->failed || !buf_ok(&valid);
    buf_release(&valid);
}

static void json_value(const struct value *v, const struct column *column, struct buf *out) {
    switch (v->type) {
    case VALUE_NULL:
        buf_str(out, "null");
        break;
    case VALUE_BOOLEAN:
        buf_str(out, v->integer ? "true" : "false");
        break;
    case VALUE_INTEGER:
        buf_printf(out, "%" PRId64, v->integer);
        break;
    case VALUE_REAL:
        if (isfinite(v->real)) {
            add_real(v->real, false, out);
        } else {
            buf_str(out, "null");
        }
        break;
    case VALUE_TEXT:
        if (holds_json(column)) { /* on one line: a line's end can only stand between its words */
            for (size_t i = 0; i < v->length; i++) {
                buf_char(out, v->text[i] == '\n' || v->text[i] == '\r' ? ' ' : v->text[i]);
            }
        } else {
            json_text(v, out);
        }
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
        json_value(&values[i], &t->columns[i], out);
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
