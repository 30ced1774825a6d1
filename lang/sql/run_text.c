/* Text. Positions count characters; letters beyond ASCII have upper and lower case too. */
#include "lang/sql/run.h"

#include "base/digest.h"
#include "base/letter.h"
#include "base/utf8.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static void add_point(struct buf *m, uint32_t point) {
    char bytes[8];
    buf_add(m, bytes, utf8_encode(point, bytes));
}

static uint32_t change_case(uint32_t point, bool upper) {
    return upper ? letter_upper(point) : letter_lower(point);
}

static bool is_word(uint32_t point) {
    return point >= 128 || isalnum((int)point);
}

enum { STEPS_BETWEEN_CHECKS = 1 << 16 };

enum letters { LOWER, UPPER, INITIAL };

static enum err_code fold(const struct value *a, enum letters how, struct buf *m, struct value *out, struct err *e) {
    bool inside = false;
    for (size_t i = 0; i < a->length;) {
        uint32_t point;
        i += utf8_next(a->text + i, a->length - i, &point);
        add_point(m, change_case(point, how == UPPER || (how == INITIAL && !inside)));
        inside = is_word(point);
    }
    return run_set_text(m, out, e);
}

static enum err_code lower(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    return fold(a, LOWER, m, out, e);
}

static enum err_code upper(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    return fold(a, UPPER, m, out, e);
}

static enum err_code initcap(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    return fold(a, INITIAL, m, out, e);
}

static enum err_code cut(const struct value *v, long long from, long long to, struct value *out) {
    long long count = (long long)utf8_count(v->text, v->length);
    from = from < 0 ? 0 : from > count ? count : from;
    to = to > count ? count : to < from ? from : to;
    size_t a = utf8_offset(v->text, v->length, (size_t)from), b = utf8_offset(v->text, v->length, (size_t)to);
    *out = (struct value){.type = VALUE_TEXT, .text = v->text + a, .length = b - a};
    return ERR_OK;
}

/* Positions before the first count, as in the standard: substr('abc', -1, 3) is 'a'. */
static enum err_code substr(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    long long start = a[1].integer - 1;
    (void)m;
    if (n == 3 && a[2].integer < 0) {
        return err_set(e, ERR_VALUE, "negative substring length not allowed");
    }
    return cut(&a[0], start, n == 3 ? start + a[2].integer : INT32_MAX, out);
}

static enum err_code left(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    long long k = a[1].integer;
    (void)n;
    (void)m;
    (void)e;
    return cut(&a[0], 0, k >= 0 ? k : (long long)utf8_count(a[0].text, a[0].length) + k, out);
}

static enum err_code right(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    long long k = a[1].integer, count = (long long)utf8_count(a[0].text, a[0].length);
    (void)n;
    (void)m;
    (void)e;
    return cut(&a[0], k >= 0 ? count - k : -k, count, out);
}

static enum err_code overlay(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    long long start = a[2].integer - 1, len = n == 4 ? a[3].integer : (long long)utf8_count(a[1].text, a[1].length);
    struct value before, after;
    if (start < 0) {
        return err_set(e, ERR_VALUE, "negative substring length not allowed");
    }
    cut(&a[0], 0, start, &before);
    cut(&a[0], start + len, INT32_MAX, &after);
    buf_add(m, before.text, before.length);
    buf_add(m, a[1].text, a[1].length);
    buf_add(m, after.text, after.length);
    return run_set_text(m, out, e);
}

#define LONGEST (64 << 20)
#define MOST_BYTES ((size_t)128 << 20) /* of a value, as in the store */

/* pg_pad(text, length, fill, on the right) */
static enum err_code pad(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    long long count = (long long)utf8_count(a[0].text, a[0].length), want = a[1].integer;
    long long fills = (long long)utf8_count(a[2].text, a[2].length);
    (void)n;
    if (want > LONGEST) {
        return err_set(e, ERR_VALUE, "requested length too large");
    }
    if (want <= count || fills == 0) {
        return cut(&a[0], 0, want < count ? want : count, out);
    }
    if (a[3].integer) {
        buf_add(m, a[0].text, a[0].length);
    }
    for (long long i = 0; i < want - count; i += fills) {
        struct value part;
        cut(&a[2], 0, want - count - i, &part);
        buf_add(m, part.text, part.length);
    }
    if (!a[3].integer) {
        buf_add(m, a[0].text, a[0].length);
    }
    return run_set_text(m, out, e);
}

static enum err_code repeat(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    if (a[1].integer > 0 && a[0].length > 0 && a[1].integer > (long long)(LONGEST / a[0].length)) {
        return err_set(e, ERR_VALUE, "requested length too large");
    }
    for (long long i = 0; a[0].length > 0 && i < a[1].integer; i++) {
        buf_add(m, a[0].text, a[0].length);
    }
    return run_set_text(m, out, e);
}

static enum err_code reverse(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    for (size_t end = a->length; end > 0;) {
        size_t start = end - 1;
        while (start > 0 && ((unsigned char)a->text[start] & 0xc0) == 0x80) {
            start--;
        }
        buf_add(m, a->text + start, end - start);
        end = start;
    }
    return run_set_text(m, out, e);
}

static enum err_code split_part(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    long long want = a[2].integer, parts = 1;
    const char *at = a[0].text, *end = at + a[0].length, *hit;
    (void)n;
    (void)m;
    if (want == 0) {
        return err_set(e, ERR_VALUE, "field position must not be zero");
    }
    for (const char *p = at; a[1].length && (hit = memmem(p, (size_t)(end - p), a[1].text, a[1].length));
         p = hit + a[1].length) {
        parts++;
    }
    want = want < 0 ? parts + want + 1 : want;
    if (want < 1 || want > parts) {
        at = end;
    }
    while (want > 1 && at < end && (hit = memmem(at, (size_t)(end - at), a[1].text, a[1].length))) {
        at = hit + a[1].length;
        want--;
    }
    hit = a[1].length ? memmem(at, (size_t)(end - at), a[1].text, a[1].length) : NULL;
    *out = (struct value){.type = VALUE_TEXT, .text = at, .length = (size_t)((hit ? hit : end) - at)};
    return ERR_OK;
}

/* replace(text, what, by) */
static enum err_code replace(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    const char *at = a[0].text, *end = at + a[0].length, *hit;
    (void)n;
    m->max = MOST_BYTES;
    while (a[1].length && (hit = memmem(at, (size_t)(end - at), a[1].text, a[1].length)) && buf_ok(m)) {
        buf_add(m, at, (size_t)(hit - at));
        buf_add(m, a[2].text, a[2].length);
        at = hit + a[1].length;
    }
    buf_add(m, at, (size_t)(end - at));
    if (!buf_ok(m)) {
        return err_set(e, ERR_VALUE, "requested length too large");
    }
    return run_set_text(m, out, e);
}

static enum err_code position(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    const char *hit = memmem(a[0].text, a[0].length, a[1].text, a[1].length);
    (void)n;
    (void)m;
    (void)e;
    return run_set_integer(hit ? (int64_t)utf8_count(a[0].text, (size_t)(hit - a[0].text)) + 1 : 0, out);
}

/* trim(text, characters, at the left, at the right) */
static enum err_code trim(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    size_t from = 0, to = a[0].length;
    (void)n;
    (void)m;
    for (bool more = true; more && from < to && !run_stopped(e);) {
        uint32_t point;
        size_t len = utf8_next(a[0].text + from, to - from, &point);
        more = a[2].integer && memmem(a[1].text, a[1].length, a[0].text + from, len);
        from += more ? len : 0;
    }
    for (bool more = true; more && from < to && !run_stopped(e);) {
        size_t start = to - 1;
        while (start > from && ((unsigned char)a[0].text[start] & 0xc0) == 0x80) {
            start--;
        }
        more = a[3].integer && memmem(a[1].text, a[1].length, a[0].text + start, to - start);
        to = more ? start : to;
    }
    *out = (struct value){.type = VALUE_TEXT, .text = a[0].text + from, .length = to - from};
    return e->code;
}

static enum err_code concat(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    for (size_t i = 0; i < n; i++) {
        buf_add(m, a[i].text, a[i].type == VALUE_TEXT ? a[i].length : 0);
    }
    return run_set_text(m, out, e);
}

static enum err_code concat_ws(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    bool any = false;
    if (a[0].type == VALUE_NULL) {
        return ERR_OK;
    }
    for (size_t i = 1; i < n; i++) {
        if (a[i].type == VALUE_TEXT) {
            buf_add(m, a[0].text, any ? a[0].length : 0);
            buf_add(m, a[i].text, a[i].length);
            any = true;
        }
    }
    return run_set_text(m, out, e);
}

static void quote(struct buf *m, const struct value *v, char with) {
    buf_char(m, with);
    for (size_t i = 0; i < v->length; i++) {
        if (v->text[i] == with) {
            buf_char(m, with);
        }
        buf_char(m, v->text[i]);
    }
    buf_char(m, with);
}

static bool plain_name(const struct value *v) {
    bool plain = v->length > 0 && !isdigit((unsigned char)v->text[0]);
    for (size_t i = 0; i < v->length; i++) {
        char c = v->text[i];
        plain = plain && (c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
    }
    return plain;
}

static void add_name(struct buf *m, const struct value *v) {
    if (plain_name(v)) {
        buf_add(m, v->text, v->length);
    } else {
        quote(m, v, '"');
    }
}

static enum err_code quote_ident(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    add_name(m, a);
    return run_set_text(m, out, e);
}

/* format('%s %I %L %%', …), with positions (%2$s) and widths (%-10s) */
static enum err_code format(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    size_t next = 1;
    if (a[0].type == VALUE_NULL) {
        return ERR_OK;
    }
    for (size_t i = 0; i < a[0].length; i++) {
        struct buf piece = BUF_INIT;
        int width = 0, number = 0;
        bool flush_left = false;
        if (a[0].text[i] != '%') {
            buf_char(m, a[0].text[i]);
            continue;
        }
        if (++i < a[0].length && a[0].text[i] == '%') {
            buf_char(m, '%');
            continue;
        }
        while (i < a[0].length &&
               (a[0].text[i] == '-' || isdigit((unsigned char)a[0].text[i]) || a[0].text[i] == '$')) {
            char c = a[0].text[i++];
            if (c == '$') {
                number = width;
                width = 0;
            } else if (c == '-') {
                flush_left = true;
            } else if (width < 100000) {
                width = width * 10 + (c - '0');
            }
        }
        char kind = i < a[0].length ? a[0].text[i] : '\0';
        size_t at = number ? (size_t)number : next++;
        if (!strchr("sIL", kind) || !kind) {
            return err_set(e, ERR_VALUE, "unrecognized format() type specifier \"%c\"", kind ? kind : ' ');
        }
        if (at >= n) {
            return err_set(e, ERR_VALUE, "too few arguments for format()");
        }
        next = number ? at + 1 : next;
        if (a[at].type == VALUE_NULL) {
            buf_str(&piece, kind == 'L' ? "NULL" : "");
        } else if (kind == 'I') {
            add_name(&piece, &a[at]);
        } else if (kind == 'L') {
            quote(&piece, &a[at], '\'');
        } else {
            buf_add(&piece, a[at].text, a[at].length);
        }
        int missing = width - (int)utf8_count(buf_text(&piece), piece.len);
        buf_printf(m, "%*s", flush_left || missing < 0 ? 0 : missing, "");
        buf_add(m, buf_text(&piece), piece.len);
        buf_printf(m, "%*s", flush_left && missing > 0 ? missing : 0, "");
        buf_release(&piece);
    }
    return run_set_text(m, out, e);
}

static enum err_code ascii(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    uint32_t point = 0;
    (void)n;
    (void)m;
    (void)e;
    if (a->length) {
        utf8_next(a->text, a->length, &point);
    }
    return run_set_integer(point, out);
}

static enum err_code chr(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    if (a->integer <= 0 || a->integer > 0x10ffff) {
        return err_set(e, ERR_VALUE,
                       a->integer == 0 ? "null character not permitted"
                                       : "requested character not valid for encoding: %lld",
                       (long long)a->integer);
    }
    add_point(m, (uint32_t)a->integer);
    return run_set_text(m, out, e);
}

static enum err_code md5(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    char hex[DIGEST_HEX];
    (void)n;
    if (digest_md5(a->text, a->length, hex, e) != ERR_OK) {
        return e->code;
    }
    buf_str(m, hex);
    return run_set_text(m, out, e);
}

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static enum err_code encode(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    const unsigned char *b = (const unsigned char *)a[0].text;
    (void)n;
    if (strcasecmp(a[1].text, "hex") == 0) {
        for (size_t i = 0; i < a[0].length; i++) {
            buf_printf(m, "%02x", b[i]);
        }
    } else if (strcasecmp(a[1].text, "base64") == 0) {
        for (size_t i = 0; i < a[0].length; i += 3) {
            size_t left_over = a[0].length - i;
            unsigned v =
                (unsigned)b[i] << 16 | (left_over > 1 ? (unsigned)b[i + 1] << 8 : 0) | (left_over > 2 ? b[i + 2] : 0);
            buf_str(m, i && i % 57 == 0 ? "\n" : "");
            buf_char(m, base64[v >> 18 & 63]);
            buf_char(m, base64[v >> 12 & 63]);
            buf_char(m, left_over > 1 ? base64[v >> 6 & 63] : '=');
            buf_char(m, left_over > 2 ? base64[v & 63] : '=');
        }
    } else {
        return err_set(e, strcasecmp(a[1].text, "escape") == 0 ? ERR_UNSUPPORTED : ERR_VALUE,
                       "unrecognized encoding: \"%s\"", a[1].text);
    }
    return run_set_text(m, out, e);
}

static enum err_code decode(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    bool hex = strcasecmp(a[1].text, "hex") == 0;
    unsigned v = 0, bits = 0;
    (void)n;
    if (!hex && strcasecmp(a[1].text, "base64") != 0) {
        return err_set(e, ERR_VALUE, "unrecognized encoding: \"%s\"", a[1].text);
    }
    for (size_t i = 0; i < a[0].length; i++) {
        char c = a[0].text[i];
        const char *at = hex ? strchr("0123456789abcdef", tolower((unsigned char)c)) : strchr(base64, c);
        if (c == '=' || c == '\n' || c == ' ') {
            continue;
        }
        if (!at || !c) {
            return err_set(e, ERR_VALUE,
                           hex ? "invalid hexadecimal digit: \"%c\""
                               : "invalid symbol \"%c\" found while decoding base64 sequence",
                           c);
        }
        v = v << (hex ? 4 : 6) | (unsigned)(hex ? at - strchr("0123456789abcdef", '0') : at - base64);
        if (hex) {
            v = (v & ~15u) | (unsigned)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
        }
        bits += hex ? 4 : 6;
        if (bits >= 8) {
            bits -= 8;
            buf_char(m, (char)(v >> bits & 255));
        }
    }
    if (!buf_ok(m)) {
        return err_nomem(e);
    }
    *out = (struct value){.type = VALUE_BLOB, .text = buf_text(m), .length = m->len};
    return ERR_OK;
}

/* The work is the product of both lengths. */
static enum err_code translate(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    size_t steps = 0;
    (void)n;
    for (size_t i = 0; i < a[0].length && e->code == ERR_OK;) {
        uint32_t point, other;
        size_t start = i, at = 0;
        bool found = false;
        i += utf8_next(a[0].text + i, a[0].length - i, &point);
        for (size_t k = 0; k < a[1].length && !found && e->code == ERR_OK; at += !found) {
            k += utf8_next(a[1].text + k, a[1].length - k, &other);
            found = other == point;
            if (++steps % STEPS_BETWEEN_CHECKS == 0) {
                run_stopped(e);
            }
        }
        size_t to = found ? utf8_offset(a[2].text, a[2].length, at) : 0;
        if (!found) {
            buf_add(m, a[0].text + start, i - start);
        } else if (to < a[2].length) {
            buf_add(m, a[2].text + to, utf8_next(a[2].text + to, a[2].length - to, &other));
        }
    }
    return e->code == ERR_OK ? run_set_text(m, out, e) : e->code;
}

/* pg_fit(text, length, pad, cut): varchar(n) and char(n) */
static enum err_code fit(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    long long count = (long long)utf8_count(a[0].text, a[0].length), want = a[1].integer;
    (void)n;
    if (count > want && !a[3].integer) {
        size_t at = utf8_offset(a[0].text, a[0].length, (size_t)want);
        if (strspn(a[0].text + at, " ") < a[0].length - at) {
            return err_set(e, ERR_VALUE, "value too long for type character%s(%lld)", a[2].integer ? "" : " varying",
                           want);
        }
    }
    if (count >= want) {
        return cut(&a[0], 0, want, out);
    }
    buf_add(m, a[0].text, a[0].length);
    buf_printf(m, "%*s", a[2].integer ? (int)(want - count) : 0, "");
    return run_set_text(m, out, e);
}

const struct run_row run_text_rows[] = {
    {"pg_lower", 1, false, lower},
    {"pg_upper", 1, false, upper},
    {"pg_initcap", 1, false, initcap},
    {"pg_substr", 2, false, substr},
    {"pg_substr", 3, false, substr},
    {"pg_left", 2, false, left},
    {"pg_right", 2, false, right},
    {"pg_overlay", 3, false, overlay},
    {"pg_overlay", 4, false, overlay},
    {"pg_pad", 4, false, pad},
    {"pg_repeat", 2, false, repeat},
    {"pg_reverse", 1, false, reverse},
    {"pg_split_part", 3, false, split_part},
    {"pg_replace", 3, false, replace},
    {"pg_position", 2, false, position},
    {"pg_trim", 4, false, trim},
    {"pg_concat", -1, true, concat},
    {"pg_concat_ws", -1, true, concat_ws},
    {"pg_quote_ident", 1, false, quote_ident},
    {"pg_format", -1, true, format},
    {"pg_ascii", 1, false, ascii},
    {"pg_chr", 1, false, chr},
    {"pg_md5", 1, false, md5},
    {"pg_encode", 2, false, encode},
    {"pg_decode", 2, false, decode},
    {"pg_translate", 3, false, translate},
    {"pg_fit", 4, false, fit},
    {NULL, 0, false, NULL},
};
