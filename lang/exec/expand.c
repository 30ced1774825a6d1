/* The parts of the cell are walked in order, so a variable that the cell sets is known below that line. */
#include "lang/exec/expand.h"

#include "base/buf.h"

#include <string.h>

struct expander {
    const struct variables *known;
    struct variables own; /* set by the cell itself */
    const char *code;
    struct buf text;
    size_t copied; /* of the code */
    struct expansion_piece **tail;
    struct arena *arena;
};

static bool name_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static const struct variable *find(const struct expander *x, const char *name, size_t len) {
    const struct variable *v = variables_find(&x->own, name, len);
    return v ? v : variables_find(x->known, name, len);
}

/* $name or {name} at `at`; *len is how much of the code it is. */
static const struct variable *reference(const struct expander *x, size_t at, size_t end, size_t *len) {
    char closing = x->code[at] == '{' ? '}' : '\0';
    size_t from = at + 1, to = from;
    while (to < end && name_byte(x->code[to])) {
        to++;
    }
    bool ends = closing ? to < end && x->code[to] == closing : to == end || x->code[to] != '$'; /* $tag$ quotes */
    *len = to - at + (closing != '\0');
    return to > from && ends ? find(x, x->code + from, to - from) : NULL;
}

static void replace(struct expander *x, size_t at, size_t len, const struct variable *v) {
    const char *by = v->text ? v->text : v->name;
    struct expansion_piece *piece = arena_alloc(x->arena, sizeof *piece);
    buf_add(&x->text, x->code + x->copied, at - x->copied);
    if (piece) {
        *piece = (struct expansion_piece){x->text.len, strlen(by), at, len, NULL};
        *x->tail = piece;
        x->tail = &piece->next;
    }
    buf_str(&x->text, by);
    x->copied = at + len;
}

/* Text for one part, from what is copied so far on. Its spans move along. */
static void expand_part(struct expander *x, struct magic_part *part) {
    size_t at = part->span.at, end = at + part->span.len, used = 0;
    if (part->into.len > 0) {
        part->into.at = x->text.len + part->into.at - x->copied;
    }
    part->span.at = x->text.len + at - x->copied;
    while (part->line && !part->word && at < end) {
        bool may = x->code[at] == '$' || x->code[at] == '{';
        const struct variable *v = may ? reference(x, at, end, &used) : NULL;
        if (v) {
            replace(x, at, used, v);
        }
        at += v ? used : 1;
    }
    part->span.len = x->text.len + end - x->copied - part->span.at;
}

enum err_code expand_cell(const struct variables *v, struct arena *a, const char *code, size_t len,
                          struct magic_part *parts, struct expansion *out, struct err *e) {
    struct expansion result = {code, len, NULL};
    struct expander x = {.known = v, .code = code, .tail = &result.pieces, .arena = a};
    for (struct magic_part *part = parts; part && e->code == ERR_OK; part = part->next) {
        char *name = part->into.len > 0 ? arena_strndup(a, code + part->into.at, part->into.len) : NULL;
        expand_part(&x, part);
        if (name) {
            variables_set(&x.own, name, part->word ? part->detail : NULL, e);
        }
    }
    if (result.pieces) {
        buf_add(&x.text, code + x.copied, len - x.copied);
        result.text = arena_strndup(a, buf_text(&x.text), x.text.len);
        result.len = x.text.len;
    }
    if (!buf_ok(&x.text) || arena_failed(a)) {
        err_nomem(e);
    }
    buf_release(&x.text);
    variables_release(&x.own);
    if (e->code == ERR_OK) {
        *out = result;
    }
    return e->code;
}

void expand_explain(const struct magic_part *parts, const char *text, size_t len, struct err *e) {
    size_t at = e->at, end = at + 1;
    if (e->code != ERR_SYNTAX || !e->has_span || at >= len || text[at] != '$') {
        return;
    }
    while (end < len && name_byte(text[end])) {
        end++;
    }
    const struct magic_part *in = parts;
    while (in && !(in->span.at <= at && at < in->span.at + in->span.len)) {
        in = in->next;
    }
    int name = end - at > 60 ? 60 : (int)(end - at - 1);
    if (name > 0 && in && in->line) {
        *e = ERR_INIT;
        err_set(e, ERR_NOT_FOUND, "there is no variable %.*s", name, text + at + 1);
        err_hint(e, "%%who lists the variables; %.*s = \"…\" sets one", name, text + at + 1);
        err_at(e, at, end - at);
    } else if (name > 0) {
        e->hint[0] = '\0';
        err_hint(e, "$name stands for a variable only in a line that begins with %%thanosql");
    }
}

/* The byte of the cell; one inside a replacement is the reference's first, or, for an end, its last. */
static size_t back(const struct expansion *x, size_t at, bool is_end) {
    size_t shift = 0, back_shift = 0;
    for (const struct expansion_piece *p = x->pieces; p; p = p->next) {
        if (at <= p->at) {
            break;
        }
        if (at < p->at + p->len || (is_end && at == p->at + p->len)) {
            return is_end ? p->code_at + p->code_len : p->code_at;
        }
        shift = p->at + p->len;
        back_shift = p->code_at + p->code_len;
    }
    for (const struct expansion_piece *p = x->pieces; !is_end && p; p = p->next) {
        if (at == p->at) {
            return p->code_at;
        }
    }
    return at - shift + back_shift;
}

void expand_place(const struct expansion *x, struct err *e) {
    if (x->pieces && e->has_span) {
        size_t end = back(x, e->at + e->len, true);
        e->at = back(x, e->at, false);
        e->len = end > e->at ? end - e->at : 0;
    }
}
