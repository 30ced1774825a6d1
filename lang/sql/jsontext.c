/* A recursive parser (RFC 8259) and a printer. */
#include "lang/sql/jsontext.h"

#include "base/letter.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DEEPEST = 500, /* words in read_value() say both */
    MOST_VALUES = 1 << 21,
    MOST_EXPONENT = 2000,
    MOST_DIGITS = 1000, /* of a number with an exponent */
};

const char *const jsontext_kind_names[] = {"null", "boolean", "boolean", "number", "string", "array", "object"};

struct reader {
    struct arena *a;
    const char *at, *end;
    int depth;
    size_t values;
    const char *limit; /* what there is too much of, or NULL */
};

static void skip_blanks(struct reader *r) {
    while (r->at < r->end && letter_among(*r->at, " \t\n\r")) {
        r->at++;
    }
}

static bool accept(struct reader *r, char c) {
    if (r->at < r->end && *r->at == c) {
        r->at++;
        return true;
    }
    return false;
}

static bool read_hex(struct reader *r, uint32_t *out) {
    *out = 0;
    for (int i = 0; i < 4; i++, r->at++) {
        const char *digits = "0123456789abcdef";
        const char *at =
            r->at < r->end && *r->at ? strchr(digits, *r->at >= 'A' && *r->at <= 'F' ? *r->at | 32 : *r->at) : NULL;
        if (!at) {
            return false;
        }
        *out = *out << 4 | (uint32_t)(at - digits);
    }
    return true;
}

/* The bytes behind a backslash. */
static bool read_escape(struct reader *r, char *out, size_t *n) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    uint32_t point, low;
    if (r->at >= r->end) {
        return false;
    }
    char c = *r->at++;
    const char *at = c ? strchr(from, c) : NULL;
    if (at) {
        out[(*n)++] = to[at - from];
        return true;
    }
    if (c != 'u' || !read_hex(r, &point) || point == 0) {
        return false;
    }
    if (point >= 0xd800 && point < 0xdc00) {
        if (!accept(r, '\\') || !accept(r, 'u') || !read_hex(r, &low) || low < 0xdc00 || low > 0xdfff) {
            return false;
        }
        point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
    } else if (point >= 0xdc00 && point < 0xe000) {
        return false;
    }
    *n += utf8_encode(point, out + *n);
    return true;
}

static bool read_string(struct reader *r, const char **text, size_t *len) {
    const char *start = r->at;
    size_t n = 0, most = 0;
    if (!accept(r, '"')) {
        return false;
    }
    const char *close = r->at;
    while (close < r->end && *close != '"') {
        close += *close == '\\' ? 2 : 1;
    }
    if (close >= r->end) {
        return false;
    }
    most = (size_t)(close - start) + 4;
    char *out = arena_alloc(r->a, most);
    while (out && r->at < close) {
        unsigned char c = (unsigned char)*r->at++;
        if (c < 32) {
            return false;
        }
        if (c != '\\') {
            out[n++] = (char)c;
        } else if (!read_escape(r, out, &n)) {
            return false;
        }
    }
    *text = out;
    *len = n;
    return out && accept(r, '"');
}

static bool read_digits(struct reader *r) {
    const char *start = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9') {
        r->at++;
    }
    return r->at > start;
}

static bool read_number(struct reader *r) {
    accept(r, '-');
    if (!accept(r, '0') && !read_digits(r)) {
        return false;
    }
    if (accept(r, '.') && !read_digits(r)) {
        return false;
    }
    if (accept(r, 'e') || accept(r, 'E')) {
        (void)(accept(r, '+') || accept(r, '-'));
        return read_digits(r);
    }
    return true;
}

static bool read_word(struct reader *r, const char *word) {
    size_t len = strlen(word);
    bool same = (size_t)(r->end - r->at) >= len && memcmp(r->at, word, len) == 0;
    r->at += same ? len : 0;
    return same;
}

static struct jsontext *read_value(struct reader *r);

static bool read_members(struct reader *r, struct jsontext *j, char close) {
    struct jsontext **tail = &j->first;
    skip_blanks(r);
    if (accept(r, close)) {
        return true;
    }
    do {
        const char *key = NULL;
        size_t key_len = 0;
        skip_blanks(r);
        if (close == '}') {
            if (!read_string(r, &key, &key_len)) {
                return false;
            }
            skip_blanks(r);
            if (!accept(r, ':')) {
                return false;
            }
        }
        struct jsontext *member = read_value(r);
        if (!member) {
            return false;
        }
        member->key = key;
        member->key_len = key_len;
        *tail = member;
        tail = &member->next;
        j->count++;
        skip_blanks(r);
    } while (accept(r, ','));
    return accept(r, close);
}

static struct jsontext *read_value(struct reader *r) {
    struct jsontext *j = arena_alloc(r->a, sizeof *j);
    bool ok = false;
    skip_blanks(r);
    r->limit = r->depth >= DEEPEST         ? "more than 500 levels"
               : ++r->values > MOST_VALUES ? "more than 2097152 values"
                                           : NULL;
    if (!j || r->at >= r->end || r->limit) {
        return NULL;
    }
    r->depth++;
    j->raw = r->at;
    switch (*r->at) {
    case '{':
    case '[':
        j->kind = *r->at == '{' ? JSON_OBJECT : JSON_ARRAY;
        r->at++;
        ok = read_members(r, j, j->kind == JSON_OBJECT ? '}' : ']');
        break;
    case '"':
        j->kind = JSON_STRING;
        ok = read_string(r, &j->text, &j->len);
        break;
    case 't':
        j->kind = JSON_TRUE;
        ok = read_word(r, "true");
        break;
    case 'f':
        j->kind = JSON_FALSE;
        ok = read_word(r, "false");
        break;
    case 'n':
        j->kind = JSON_NULL;
        ok = read_word(r, "null");
        break;
    default:
        j->kind = JSON_NUMBER;
        ok = read_number(r);
    }
    r->depth--;
    j->raw_len = ok ? (size_t)(r->at - j->raw) : 0;
    if (j->kind != JSON_STRING) {
        j->text = j->raw;
        j->len = j->raw_len;
    }
    return ok ? j : NULL;
}

/* The text as a whole, or NULL; r->at is where it went wrong. */
static struct jsontext *read_all(struct reader *r) {
    struct jsontext *j = read_value(r);
    skip_blanks(r);
    return r->at == r->end && !arena_failed(r->a) ? j : NULL;
}

struct jsontext *jsontext_read(struct arena *a, const char *text, size_t len, size_t *wrong, const char **limit) {
    struct reader r = {.a = a, .at = text, .end = text + len};
    struct jsontext *j = read_all(&r);
    *limit = r.limit;
    *wrong = (size_t)(r.at - text);
    return j;
}

enum err_code jsontext_parse(struct arena *a, const char *text, size_t len, struct jsontext **out, struct err *e) {
    struct reader r = {.a = a, .at = text, .end = text + len};
    struct jsontext *j = read_all(&r);
    if (arena_failed(a)) {
        return err_nomem(e);
    }
    if (r.limit) {
        return err_set(e, ERR_VALUE, "a JSON text of %s is not supported here", r.limit);
    }
    if (!j) {
        err_set(e, ERR_VALUE, "invalid input syntax for type json");
        return r.at < r.end
                   ? err_hint(e, "the text goes wrong at: %.*s", r.end - r.at < 40 ? (int)(r.end - r.at) : 40, r.at)
                   : err_hint(e, "the text ends too early");
    }
    *out = j;
    return ERR_OK;
}

static int compare_keys(const void *x, const void *y) {
    const struct jsontext *a = *(struct jsontext *const *)x, *b = *(struct jsontext *const *)y;
    if (a->key_len != b->key_len) {
        return a->key_len < b->key_len ? -1 : 1;
    }
    int order = memcmp(a->key, b->key, a->key_len);
    return order ? order : a->raw < b->raw ? -1 : a->raw > b->raw;
}

static void sort_members(struct jsontext *j) {
    struct jsontext **list = malloc(j->count * sizeof *list);
    size_t n = 0, kept = 0;
    if (!list) {
        return;
    }
    for (struct jsontext *m = j->first; m; m = m->next) {
        list[n++] = m;
    }
    qsort(list, n, sizeof *list, compare_keys);
    for (size_t i = 0; i < n; i++) {
        bool last = i + 1 == n || list[i]->key_len != list[i + 1]->key_len ||
                    memcmp(list[i]->key, list[i + 1]->key, list[i]->key_len) != 0;
        if (last) {
            list[kept++] = list[i];
        }
    }
    j->count = kept;
    j->first = kept ? list[0] : NULL;
    for (size_t i = 0; i < kept; i++) {
        list[i]->next = i + 1 < kept ? list[i + 1] : NULL;
    }
    free(list);
}

void jsontext_normalise(struct jsontext *j) {
    for (struct jsontext *m = j->first; m; m = m->next) {
        jsontext_normalise(m);
    }
    if (j->kind == JSON_OBJECT && j->count > 0) {
        sort_members(j);
    }
}

void jsontext_print_string(const char *text, size_t len, struct buf *out) {
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
    buf_char(out, '"');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        const char *at = c ? strchr(from, c) : NULL;
        if (at) {
            buf_char(out, '\\');
            buf_char(out, to[at - from]);
        } else if (c < 32) {
            buf_printf(out, "\\u%04x", c);
        } else {
            buf_char(out, (char)c);
        }
    }
    buf_char(out, '"');
}

/* Numbers lose their exponent, as numerics do: the point moves, and digits stay. */
static void print_number(const struct jsontext *j, struct buf *out) {
    const char *at = j->text, *end = at + j->len, *e = at;
    while (e < end && *e != 'e' && *e != 'E') {
        e++;
    }
    long exponent = e < end ? strtol(e + 1, NULL, 10) : 0;
    if (e == end || exponent > MOST_EXPONENT || exponent < -MOST_EXPONENT) {
        buf_add(out, at, j->len);
        return;
    }
    char digits[MOST_DIGITS];
    long count = 0, point = 0; /* digits, and how many stand before the point */
    bool fraction = false;
    bool negative = *at == '-', zero = true;
    for (at += negative; at < e && count < MOST_DIGITS; at++) {
        fraction = fraction || *at == '.';
        if (*at != '.') {
            zero = zero && *at == '0';
            digits[count++] = *at;
            point += !fraction;
        }
    }
    point += exponent;
    if (zero) { /* only the digits behind the point stay */
        point = point < count ? point : count;
    }
    long first = 0;
    while (point - first > 1 && first + 1 < count && digits[first] == '0') {
        first++;
    }
    buf_str(out, negative && !zero ? "-" : "");
    buf_str(out, point <= 0 ? "0" : "");
    for (long i = point < 0 ? point : first; i < count || i < point; i++) {
        buf_str(out, i == point ? "." : "");
        buf_char(out, i >= 0 && i < count ? digits[i] : '0');
    }
}

void jsontext_print(const struct jsontext *j, struct buf *out) {
    bool object = j->kind == JSON_OBJECT;
    if (j->kind == JSON_STRING) {
        jsontext_print_string(j->text, j->len, out);
    } else if (j->kind == JSON_NUMBER) {
        print_number(j, out);
    } else if (!object && j->kind != JSON_ARRAY) {
        buf_add(out, j->raw, j->raw_len);
    } else {
        buf_char(out, object ? '{' : '[');
        for (const struct jsontext *m = j->first; m; m = m->next) {
            if (object) {
                jsontext_print_string(m->key, m->key_len, out);
                buf_str(out, ": ");
            }
            jsontext_print(m, out);
            buf_str(out, m->next ? ", " : "");
        }
        buf_char(out, object ? '}' : ']');
    }
}

struct jsontext *jsontext_member(const struct jsontext *j, const char *key, size_t len) {
    struct jsontext *found = NULL;
    for (struct jsontext *m = j->kind == JSON_OBJECT ? j->first : NULL; m; m = m->next) {
        if (m->key_len == len && memcmp(m->key, key, len) == 0) {
            found = m;
        }
    }
    return found;
}

struct jsontext *jsontext_element(const struct jsontext *j, long long index) {
    if (j->kind != JSON_ARRAY) {
        return NULL;
    }
    index += index < 0 ? (long long)j->count : 0;
    struct jsontext *m = index < 0 ? NULL : j->first;
    for (; m && index > 0; index--) {
        m = m->next;
    }
    return m;
}

bool jsontext_equal(const struct jsontext *a, const struct jsontext *b) {
    if (a->kind != b->kind || a->count != b->count) {
        return false;
    }
    if (a->kind == JSON_NUMBER) {
        return strtod(a->text, NULL) == strtod(b->text, NULL);
    }
    if (a->kind == JSON_STRING && (a->len != b->len || memcmp(a->text, b->text, a->len) != 0)) {
        return false;
    }
    for (const struct jsontext *x = a->first, *y = b->first; x && y; x = x->next, y = y->next) {
        bool same_key = x->key_len == y->key_len && (!x->key_len || memcmp(x->key, y->key, x->key_len) == 0);
        if (!same_key || !jsontext_equal(x, y)) {
            return false;
        }
    }
    return true;
}
