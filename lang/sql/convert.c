/* Reading and printing the values of each type. */
#include "lang/sql/convert.h"

#include "base/letter.h"
#include "base/utf8.h"
#include "lang/sql/array.h"
#include "lang/sql/datetime.h"
#include "lang/sql/jsontext.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* ---- printing */

void convert_shortest(double x, bool single, struct buf *out) {
    char digits[40];
    int precision = 0, most = single ? 9 : 17, exponent;
    if (!isfinite(x)) {
        buf_str(out, isnan(x) ? "NaN" : x > 0 ? "Infinity" : "-Infinity");
        return;
    }
    if (x == 0) {
        buf_str(out, signbit(x) ? "-0" : "0");
        return;
    }
    do {
        snprintf(digits, sizeof digits, "%.*e", precision, x);
    } while (++precision < most && (single ? strtof(digits, NULL) != (float)x : strtod(digits, NULL) != x));
    exponent = (int)strtol(strchr(digits, 'e') + 1, NULL, 10);
    int decimals = precision - 1 - exponent;
    if (exponent < -4 || exponent >= (single ? 6 : 15)) {
        buf_str(out, digits);
    } else {
        buf_printf(out, "%.*f", decimals > 0 ? decimals : 0, x);
    }
}

/* A numeric: its scale where it is known, else 15 significant digits, never an exponent. */
static void print_numeric(const struct value *v, struct pgtype type, struct buf *out) {
    char text[420];
    double x = v->type == VALUE_INTEGER ? (double)v->integer : v->real;
    if (!isfinite(x)) {
        convert_shortest(x, false, out);
        return;
    }
    if (v->type == VALUE_INTEGER && !(type.scaled && type.scale > 0)) {
        buf_printf(out, "%" PRId64, v->integer);
        return;
    }
    if (type.scaled) {
        buf_printf(out, "%.*f", type.scale > 0 ? type.scale : 0, convert_round(x, type.scale));
        return;
    }
    snprintf(text, sizeof text, "%.15g", x);
    if (strchr(text, 'e')) {
        snprintf(text, sizeof text, "%.*f", fabs(x) < 1 ? 40 : 0, x);
    }
    size_t n = strlen(text);
    while (strchr(text, '.') && n > 1 && text[n - 1] == '0') {
        text[--n] = '\0';
    }
    n -= n > 0 && text[n - 1] == '.';
    buf_add(out, text, n);
}

static void print_vector(const float *x, size_t n, struct buf *out) {
    buf_char(out, '[');
    for (size_t i = 0; i < n; i++) {
        buf_str(out, i ? "," : "");
        convert_shortest((double)x[i], true, out);
    }
    buf_char(out, ']');
}

static void print_bytes(const struct value *v, struct buf *out) {
    buf_str(out, "\\x");
    for (size_t i = 0; i < v->length; i++) {
        buf_printf(out, "%02x", (unsigned char)v->text[i]);
    }
}

void convert_print(const struct value *v, struct pgtype type, struct buf *out) {
    switch (v->type) {
    case VALUE_NULL:
        return;
    case VALUE_TEXT:
        buf_add(out, v->text, v->length);
        return;
    case VALUE_VECTOR:
        print_vector(v->vector, v->length, out);
        return;
    case VALUE_BLOB:
        if (pgtype_is(type, PG_VECTOR) && v->length % sizeof(float) == 0) {
            for (size_t i = 0; i < v->length; i += sizeof(float)) {
                float x;
                memcpy(&x, v->text + i, sizeof x);
                buf_str(out, i ? "," : "[");
                convert_shortest((double)x, true, out);
            }
            buf_str(out, v->length ? "]" : "[]");
        } else {
            print_bytes(v, out);
        }
        return;
    case VALUE_BOOLEAN:
    case VALUE_INTEGER:
        if (pgtype_is(type, PG_BOOL)) {
            buf_str(out, v->integer ? "t" : "f");
            return;
        }
        break;
    case VALUE_REAL:
        break;
    }
    if (pgtype_is(type, PG_NUMERIC)) {
        print_numeric(v, type, out);
    } else if (v->type == VALUE_REAL) {
        convert_shortest(v->real, pgtype_is(type, PG_FLOAT4), out);
    } else {
        buf_printf(out, "%" PRId64, v->integer);
    }
}

/* ---- reading */

static enum err_code bad(const struct value *text, const char *type, struct err *e) {
    return err_set(e, ERR_VALUE, "invalid input syntax for type %s: \"%.*s\"", type,
                   text->length < 200 ? (int)text->length : 200, text->text);
}

/* Without the blanks around. */
static struct value trimmed(const struct value *text) {
    struct value v = *text;
    while (v.length && letter_among(*v.text, " \t\n\r\f\v")) {
        v.text++;
        v.length--;
    }
    while (v.length && letter_among(v.text[v.length - 1], " \t\n\r\f\v")) {
        v.length--;
    }
    return v;
}

static enum err_code read_bool(const struct value *text, struct value *out, struct err *e) {
    static const struct {
        const char *word;
        size_t least;
        int value;
    } words[] = {{"true", 1, 1}, {"false", 1, 0}, {"yes", 1, 1}, {"no", 1, 0},
                 {"on", 2, 1},   {"off", 2, 0},   {"1", 1, 1},   {"0", 1, 0}};
    struct value v = trimmed(text);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (v.length >= words[i].least && v.length <= strlen(words[i].word) &&
            strncasecmp(words[i].word, v.text, v.length) == 0) {
            *out = (struct value){.type = VALUE_INTEGER, .integer = words[i].value};
            return ERR_OK;
        }
    }
    return bad(text, "boolean", e);
}

static enum err_code read_integer(const struct value *text, enum pg_base base, struct value *out, struct err *e) {
    struct value v = trimmed(text);
    const char *type = base == PG_INT2 ? "smallint" : base == PG_INT4 ? "integer" : "bigint";
    int64_t most = base == PG_INT2 ? INT16_MAX : base == PG_INT4 ? INT32_MAX : INT64_MAX;
    size_t sign = v.length && (*v.text == '-' || *v.text == '+');
    char digits[400];
    if (v.length <= sign || v.length >= sizeof digits || strspn(v.text + sign, "0123456789") < v.length - sign) {
        return bad(text, type, e);
    }
    memcpy(digits, v.text, v.length);
    digits[v.length] = '\0';
    errno = 0;
    long long x = strtoll(digits, NULL, 10);
    if (errno || x > most || x < -most - 1) {
        return err_set(e, ERR_VALUE, "value \"%s\" is out of range for type %s", digits, type);
    }
    *out = (struct value){.type = VALUE_INTEGER, .integer = x};
    return ERR_OK;
}

static enum err_code read_real(const struct value *text, struct pgtype to, struct value *out, struct err *e) {
    struct value v = trimmed(text);
    char copy[400], *end, name[64];
    pgtype_name(PGTYPE(to.base), name);
    if (v.length == 0 || v.length >= sizeof copy || memchr(v.text, 'x', v.length) || memchr(v.text, 'X', v.length)) {
        return bad(text, name, e);
    }
    memcpy(copy, v.text, v.length);
    copy[v.length] = '\0';
    double x = strtod(copy, &end);
    if (end != copy + v.length) {
        return bad(text, name, e);
    }
    if (isnan(x)) {
        return err_set(e, ERR_UNSUPPORTED, "NaN is not supported here");
    }
    bool word = strpbrk(copy, "iI") != NULL;
    if (isinf(x) && (!word || to.base == PG_NUMERIC)) {
        return err_set(e, word ? ERR_UNSUPPORTED : ERR_VALUE, "\"%s\" is out of range for type %s", copy, name);
    }
    if (to.base == PG_FLOAT4) {
        x = (double)(float)x;
    } else if (to.base == PG_NUMERIC && to.scaled) {
        x = convert_round(x, to.scale);
        if (to.precision && fabs(x) >= pow(10, to.precision - to.scale)) {
            err_set(e, ERR_VALUE, "numeric field overflow");
            return err_hint(e, "A field with precision %d, scale %d must round to an absolute value less than 10^%d.",
                            to.precision, to.scale, to.precision - to.scale);
        }
    }
    *out = (struct value){.type = VALUE_REAL, .real = x};
    return ERR_OK;
}

static enum err_code give(struct buf *m, struct value *out, struct err *e) {
    if (!buf_ok(m)) {
        return err_nomem(e);
    }
    *out = (struct value){.type = VALUE_TEXT, .text = buf_text(m), .length = m->len};
    return ERR_OK;
}

static enum err_code read_time(const struct value *text, enum pg_base base, const char *now, struct buf *m,
                               struct value *out, struct err *e) {
    int64_t t;
    bool had_time, zone = base == PG_TIMESTAMPTZ;
    struct interval span;
    char name[64];
    pgtype_name(PGTYPE(base), name);
    if (base == PG_INTERVAL) {
        if (datetime_read_interval(text->text, text->length, &span, e) == ERR_OK) {
            datetime_print_interval(&span, m);
        }
    } else if (base == PG_TIME) {
        bool current = text->length == 3 && strncasecmp(text->text, "now", 3) == 0;
        current = current || (text->text == now && strlen(now) > 11);
        const char *from = current ? now + 11 : text->text;
        if (datetime_read_clock(from, current ? strcspn(from, "+") : text->length, &t, e) == ERR_OK) {
            datetime_print_clock(t, m);
        }
    } else if (datetime_read(text->text, text->length,
                             base == PG_DATE ? "date"
                             : zone          ? "timestamp with time zone"
                                             : "timestamp",
                             now, zone, &t, &had_time, e) == ERR_OK) {
        if (base == PG_DATE) {
            datetime_print_date(t, m);
        } else {
            datetime_print(t, m);
            buf_str(m, zone ? "+00" : "");
        }
    }
    return e->code == ERR_OK ? give(m, out, e) : e->code;
}

static enum err_code read_json(const struct value *text, bool binary, struct buf *m, struct value *out, struct err *e) {
    struct arena a = ARENA_INIT;
    struct jsontext *j;
    if (jsontext_parse(&a, text->text, text->length, &j, e) == ERR_OK) {
        if (binary) {
            jsontext_normalise(j);
            jsontext_print(j, m);
            give(m, out, e);
        } else {
            *out = *text;
        }
    }
    arena_release(&a);
    return e->code;
}

static enum err_code read_uuid(const struct value *text, struct buf *m, struct value *out, struct err *e) {
    struct value v = trimmed(text);
    size_t digits = 0;
    bool ok = true;
    for (size_t i = 0; i < v.length && ok; i++) {
        char c = v.text[i] >= 'A' && v.text[i] <= 'F' ? v.text[i] | 32 : v.text[i];
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) {
            buf_str(m, digits == 8 || digits == 12 || digits == 16 || digits == 20 ? "-" : "");
            buf_char(m, c);
            digits++;
        } else {
            ok = (c == '-' && digits > 0 && digits % 4 == 0) || (c == '{' && i == 0) || (c == '}' && i + 1 == v.length);
        }
    }
    return ok && digits == 32 ? give(m, out, e) : bad(text, "uuid", e);
}

static int hex_digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* \x0aff, or text with \ooo for bytes. */
static enum err_code read_bytes(const struct value *text, struct buf *m, struct value *out, struct err *e) {
    bool hex = text->length >= 2 && text->text[0] == '\\' && text->text[1] == 'x';
    for (size_t i = hex ? 2 : 0; i < text->length; i++) {
        const char *c = text->text + i;
        size_t left = text->length - i;
        if (hex) {
            int high = hex_digit(*c), low = left > 1 ? hex_digit(c[1]) : -1;
            if (high < 0 || low < 0) {
                return err_set(e, ERR_VALUE,
                               left < 2 ? "invalid hexadecimal data: odd number of digits"
                                        : "invalid hexadecimal digit: \"%c\"",
                               high < 0 ? *c : c[1]);
            }
            buf_char(m, (char)(high << 4 | low));
            i++;
        } else if (*c != '\\') {
            buf_char(m, *c);
        } else if (left > 1 && c[1] == '\\') {
            buf_char(m, '\\');
            i++;
        } else if (left > 3 && c[1] >= '0' && c[1] <= '3' && c[2] >= '0' && c[2] <= '7' && c[3] >= '0' && c[3] <= '7') {
            buf_char(m, (char)((c[1] - '0') << 6 | (c[2] - '0') << 3 | (c[3] - '0')));
            i += 3;
        } else {
            return err_set(e, ERR_VALUE, "invalid input syntax for type bytea");
        }
    }
    if (!buf_ok(m)) {
        return err_nomem(e);
    }
    *out = (struct value){.type = VALUE_BLOB, .text = buf_text(m), .length = m->len};
    return ERR_OK;
}

static enum err_code read_vector(const struct value *text, struct pgtype to, struct buf *m, struct value *out,
                                 struct err *e) {
    struct value v = trimmed(text);
    const char *at = v.text + 1, *end = v.text + v.length;
    bool open = v.length >= 2 && (*v.text == '[' || *v.text == '{') && !memchr(v.text, '\0', v.length);
    if (!open || end[-1] != (*v.text == '[' ? ']' : '}')) {
        return bad(text, "vector", e);
    }
    char *copy = strndup(at, (size_t)(end - 1 - at)), *next, *from = copy;
    size_t count = 0;
    bool ok = copy != NULL;
    while (ok) {
        float x = strtof(from, &next);
        ok = next > from && isfinite(x);
        buf_add(m, &x, sizeof x);
        count++;
        from = next + strspn(next, " ");
        if (*from != ',') {
            break;
        }
        from++;
    }
    ok = ok && *from == '\0';
    free(copy);
    if (!ok) {
        return bad(text, "vector", e);
    }
    if (to.precision && (size_t)to.precision != count) {
        return err_set(e, ERR_VALUE, "expected %d dimensions, not %zu", to.precision, count);
    }
    if (!buf_ok(m)) {
        return err_nomem(e);
    }
    *out = (struct value){.type = VALUE_VECTOR, .vector = (const float *)(const void *)m->data, .length = count};
    return ERR_OK;
}

/* Each element is read as one of its type, and printed as that type prints it. */
static enum err_code read_array(struct arena *a, const struct value *text, struct pgtype element, const char *now,
                                struct buf *m, struct err *e) {
    struct array x;
    if (array_parse(a, text->text, text->length, &x, e) != ERR_OK) {
        return e->code;
    }
    buf_char(m, '{');
    for (size_t i = 0; i < x.count && e->code == ERR_OK; i++) {
        struct array_item *item = &x.items[i];
        struct value v = {.type = VALUE_TEXT, .text = item->text, .length = item->len}, read;
        struct buf memory = BUF_INIT, printed = BUF_INIT;
        buf_str(m, i ? "," : "");
        if (!item->text) {
            buf_str(m, "NULL");
        } else if (item->nested) {
            read_array(a, &v, element, now, m, e);
        } else if (convert_text(&v, element, now, &memory, &read, e) == ERR_OK) {
            convert_print(&read, element, &printed);
            struct array_item shown = {.text = buf_text(&printed), .len = printed.len};
            array_print_item(&shown, m);
        }
        buf_release(&memory);
        buf_release(&printed);
    }
    buf_char(m, '}');
    return e->code;
}

enum err_code convert_text(const struct value *text, struct pgtype to, const char *now, struct buf *memory,
                           struct value *out, struct err *e) {
    if (to.array) {
        struct arena a = ARENA_INIT;
        to.array = false;
        if (read_array(&a, text, to, now, memory, e) == ERR_OK) {
            give(memory, out, e);
        }
        arena_release(&a);
        return e->code;
    }
    switch (to.base) {
    case PG_BOOL:
        return read_bool(text, out, e);
    case PG_INT2:
    case PG_INT4:
    case PG_INT8:
        return read_integer(text, to.base, out, e);
    case PG_NUMERIC:
    case PG_FLOAT4:
    case PG_FLOAT8:
        return read_real(text, to, out, e);
    case PG_DATE:
    case PG_TIME:
    case PG_TIMESTAMP:
    case PG_TIMESTAMPTZ:
    case PG_INTERVAL:
        return read_time(text, to.base, now, memory, out, e);
    case PG_JSON:
    case PG_JSONB:
        return read_json(text, to.base == PG_JSONB, memory, out, e);
    case PG_UUID:
        return read_uuid(text, memory, out, e);
    case PG_BYTEA:
        return read_bytes(text, memory, out, e);
    case PG_VECTOR:
        return read_vector(text, to, memory, out, e);
    default:
        *out = *text;
        if (to.precision && utf8_count(text->text, text->length) > (size_t)to.precision) {
            out->length = utf8_offset(text->text, text->length, (size_t)to.precision);
        }
        return ERR_OK;
    }
}

void convert_now(char out[48]) {
    struct timespec t;
    struct tm tm;
    clock_gettime(CLOCK_REALTIME, &t);
    gmtime_r(&t.tv_sec, &tm);
    snprintf(out, 48, "%04u-%02u-%02u %02u:%02u:%02u.%06u+00", (unsigned)(tm.tm_year + 1900) % 10000,
             (unsigned)tm.tm_mon % 12 + 1, (unsigned)tm.tm_mday % 32, (unsigned)tm.tm_hour % 24,
             (unsigned)tm.tm_min % 60, (unsigned)tm.tm_sec % 61, (unsigned)(t.tv_nsec / 1000) % 1000000);
}
