/* Ropes: a linked list of borrowed text. */
#include "lang/sql/rope.h"

#include <string.h>

static struct rope_piece *add_piece(struct arena *a, struct rope *r) {
    struct rope_piece *p = arena_alloc(a, sizeof *p);
    if (p) {
        p->place = ROPE_NOWHERE;
        rope_join(r, (struct rope){p, p});
    }
    return p;
}

static void add_len(struct arena *a, struct rope *r, const char *text, size_t len, long place) {
    struct rope_piece *p = text && len > 0 ? add_piece(a, r) : NULL;
    if (p) {
        p->text = text;
        p->len = len;
        p->place = place;
    }
}

void rope_add(struct arena *a, struct rope *r, const char *text, long place) {
    add_len(a, r, text, text ? strlen(text) : 0, place);
}

/* Text between quotes, with the quotes inside doubled. */
static void add_quoted(struct arena *a, struct rope *r, const char *text, size_t len, char quote, long place) {
    char *out = arena_alloc(a, 2 * len + 3);
    size_t n = 0;
    if (!out) {
        return;
    }
    out[n++] = quote;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == quote) {
            out[n++] = quote;
        }
        out[n++] = text[i];
    }
    out[n++] = quote;
    add_len(a, r, out, n, place);
}

void rope_add_identifier(struct arena *a, struct rope *r, const char *name, long place) {
    add_quoted(a, r, name, strlen(name), '"', place);
}

void rope_add_string(struct arena *a, struct rope *r, const char *text, size_t len, long place) {
    add_quoted(a, r, text, len, '\'', place);
}

void rope_add_nested(struct arena *a, struct rope *r, int number, long place) {
    struct rope_piece *p = add_piece(a, r);
    if (p) {
        p->nested = number;
        p->place = place;
    }
}

void rope_join(struct rope *r, struct rope more) {
    if (!more.first) {
        return;
    }
    if (r->last) {
        r->last->next = more.first;
    } else {
        r->first = more.first;
    }
    r->last = more.last;
}

struct rope rope_copy(struct arena *a, const struct rope *from) {
    struct rope out = ROPE_INIT;
    for (const struct rope_piece *p = from->first; p; p = p->next) {
        struct rope_piece *copy = add_piece(a, &out);
        if (!copy) {
            break;
        }
        copy->text = p->text;
        copy->len = p->len;
        copy->place = p->place;
        copy->nested = p->nested;
    }
    return out;
}

void rope_fill(struct arena *a, struct rope *r, const char *pattern, const struct rope *ropes, size_t count,
               long place) {
    const char *from = pattern, *at;
    while ((at = strchr(from, '$'))) {
        add_len(a, r, from, (size_t)(at - from), place);
        if (at[1] == '*') {
            for (size_t i = 0; i < count; i++) {
                rope_add(a, r, i ? ", " : "", ROPE_NOWHERE);
                rope_join(r, rope_copy(a, &ropes[i]));
            }
        } else if (at[1] >= '1' && at[1] <= '9' && (size_t)(at[1] - '1') < count) {
            rope_join(r, rope_copy(a, &ropes[at[1] - '1']));
        }
        from = at + 2;
    }
    rope_add(a, r, from, place);
}

const char *rope_text(struct arena *a, const struct rope *r) {
    size_t len = 0;
    for (const struct rope_piece *p = r->first; p; p = p->next) {
        len += p->len;
    }
    char *out = arena_alloc(a, len + 1), *to = out;
    for (const struct rope_piece *p = r->first; out && p; p = p->next) {
        if (p->len) {
            memcpy(to, p->text, p->len);
            to += p->len;
        }
    }
    return out;
}
