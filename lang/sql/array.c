/* Arrays of one dimension hold elements; of more, arrays. */
#include "lang/sql/array.h"

#include "base/letter.h"

#include <string.h>
#include <strings.h>

enum {
    DEEPEST = 6, /* as PostgreSQL's MAXDIM */
    MOST_ITEMS = 1 << 22,
};

struct reader {
    struct arena *a;
    const char *at, *end;
};

static void skip_blanks(struct reader *r) {
    while (r->at < r->end && letter_among(*r->at, " \t\n\r")) {
        r->at++;
    }
}

/* The end of the nested array that begins here, or NULL. */
static const char *nested_end(const struct reader *r) {
    int depth = 0;
    bool quoted = false;
    for (const char *c = r->at; c < r->end; c++) {
        if (*c == '\\' && c + 1 < r->end) {
            c++;
        } else if (*c == '"') {
            quoted = !quoted;
        } else if (!quoted && (*c == '{' || *c == '}')) {
            depth += *c == '{' ? 1 : -1;
            if (depth >= DEEPEST) { /* it stands within another */
                return NULL;
            }
            if (depth == 0) {
                return c + 1;
            }
        }
    }
    return NULL;
}

/* Where the element's text ends: behind a closing quote, or at a comma or brace. */
static const char *item_end(const struct reader *r) {
    bool quoted = *r->at == '"';
    const char *c = r->at + quoted;
    while (c < r->end && (quoted ? *c != '"' : *c != ',' && *c != '}')) {
        c += *c == '\\' && c + 1 < r->end ? 2 : 1;
    }
    return c < r->end ? c : r->end;
}

/* An element up to the comma or brace behind it. */
static bool read_item(struct reader *r, struct array_item *out) {
    *out = (struct array_item){.text = NULL};
    if (*r->at == '{') {
        const char *end = nested_end(r);
        out->text = r->at;
        out->len = end ? (size_t)(end - r->at) : 0;
        out->nested = true;
        r->at = end;
        return end != NULL;
    }
    const char *end = item_end(r);
    char *text = arena_alloc(r->a, (size_t)(end - r->at) + 1);
    size_t n = 0, kept = 0;
    bool quoted = *r->at == '"';
    if (!text) {
        return false;
    }
    for (r->at += quoted; r->at < end; r->at++) {
        if (!quoted && (*r->at == '{' || *r->at == '"')) {
            return false;
        }
        bool escaped = *r->at == '\\' && r->at + 1 < r->end;
        r->at += escaped;
        text[n++] = *r->at;
        kept = quoted || escaped || !letter_among(*r->at, " \t\n\r") ? n : kept;
    }
    if (quoted && r->at++ >= r->end) {
        return false;
    }
    bool null = !quoted && kept == 4 && strncasecmp(text, "null", 4) == 0;
    text[kept] = '\0';
    out->text = null ? NULL : text;
    out->len = kept;
    return quoted || kept > 0;
}

static bool read_items(struct reader *r, struct array *out) {
    size_t cap = 0;
    skip_blanks(r);
    if (r->at < r->end && *r->at == '}') {
        r->at++;
        return true;
    }
    for (;;) {
        if (out->count == cap) {
            struct array_item *more = arena_alloc(r->a, (cap = cap ? 2 * cap : 8) * sizeof *more);
            if (!more) {
                return false;
            }
            if (out->count) {
                memcpy(more, out->items, out->count * sizeof *more);
            }
            out->items = more;
        }
        skip_blanks(r);
        if (out->count == MOST_ITEMS || r->at >= r->end || !read_item(r, &out->items[out->count])) {
            return false;
        }
        out->count++;
        skip_blanks(r);
        if (r->at >= r->end || !letter_among(*r->at, ",}")) {
            return false;
        }
        if (*r->at++ == '}') {
            return true;
        }
    }
}

enum err_code array_parse(struct arena *a, const char *text, size_t len, struct array *out, struct err *e) {
    struct reader r = {a, text, text + len};
    struct array x = {.count = 0};
    skip_blanks(&r);
    bool ok = r.at < r.end && *r.at++ == '{' && read_items(&r, &x);
    if (ok) {
        skip_blanks(&r);
    }
    if (arena_failed(a)) {
        return err_nomem(e);
    }
    if (x.count == MOST_ITEMS) {
        return err_set(e, ERR_VALUE, "array size exceeds the maximum allowed (%d)", MOST_ITEMS);
    }
    if (!ok || r.at != r.end) {
        return err_set(e, ERR_VALUE, "malformed array literal: \"%.*s\"", len < 200 ? (int)len : 200, text);
    }
    *out = x;
    return ERR_OK;
}

void array_print_item(const struct array_item *item, struct buf *out) {
    if (!item->text) {
        buf_str(out, "NULL");
        return;
    }
    bool quote = item->len == 0 || (item->len == 4 && strncasecmp(item->text, "null", 4) == 0);
    for (size_t i = 0; i < item->len && !quote && !item->nested; i++) {
        quote = strchr("{},\"\\ \t\n\r\v\f", item->text[i]) != NULL;
    }
    if (item->nested || !quote) {
        buf_add(out, item->text, item->len);
        return;
    }
    buf_char(out, '"');
    for (size_t i = 0; i < item->len; i++) {
        if (item->text[i] == '"' || item->text[i] == '\\') {
            buf_char(out, '\\');
        }
        buf_char(out, item->text[i]);
    }
    buf_char(out, '"');
}

void array_print(const struct array *x, struct buf *out) {
    buf_char(out, '{');
    for (size_t i = 0; i < x->count; i++) {
        buf_str(out, i ? "," : "");
        array_print_item(&x->items[i], out);
    }
    buf_char(out, '}');
}
