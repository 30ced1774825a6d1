/* OPTIONS (key = value, …), SEARCH's inputs, paths, and the values in them. Strings here know backslash escapes, which
 * SQL's do not; so the lexer is told before it reads the first token of a clause. */
#include "lang/syntax/parse_clause.h"

#include "base/suggest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static enum err_code literal(struct parser *p, const char *what, struct literal *out);

static enum err_code string_literal(struct parser *p, struct literal *out) {
    char *text = lexer_text(p->arena, p->code, &p->token);
    if (!text) {
        return err_nomem(p->e);
    }
    *out = (struct literal){.kind = LITERAL_STRING, .span = p->token.span, .text = text};
    return parse_advance(p);
}

/* number = [ "-" | "+" ] digits… ; what begins with a digit and is no number is a word (2022_sales). */
static enum err_code number_literal(struct parser *p, struct literal *out) {
    struct span span = p->token.span;
    bool is_signed = p->token.kind == TOKEN_SIGN;
    if (is_signed && parse_advance(p) != ERR_OK) {
        return p->e->code;
    }
    if (p->token.kind != TOKEN_NUMBER) {
        return parse_expected(p, "a number after the sign", NULL);
    }
    span.len = p->token.span.at + p->token.span.len - span.at;
    char *text = arena_strndup(p->arena, p->code + p->token.span.at, p->token.span.len);
    char *written = is_signed && text ? arena_printf(p->arena, "%c%s", p->code[span.at], text) : text;
    if (!written) {
        return err_nomem(p->e);
    }
    char *end;
    double number = strtod(written, &end);
    bool whole = *end == '\0' && strcspn(text, "xX") == strlen(text);
    if (whole && !isfinite(number)) {
        err_set(p->e, ERR_SYNTAX, "the number %.40s is too large", written);
        return err_at(p->e, span.at, span.len);
    }
    if (!whole && is_signed) {
        return parse_expected(p, "a number after the sign", NULL);
    }
    *out = (struct literal){.kind = whole ? LITERAL_NUMBER : LITERAL_WORD, .span = span, .text = written};
    out->number = whole ? number : 0;
    return parse_advance(p);
}

static bool ends_list(const struct parser *p) {
    return parse_at_sign(p, ']');
}

/* vlist = "[" [ value { "," value } [ "," ] ] "]" ; */
static enum err_code list_literal(struct parser *p, struct literal *out) {
    struct literal list = {.kind = LITERAL_LIST, .span = p->token.span}, **tail = &list.items;
    if (parse_enter(p) != ERR_OK || parse_advance(p) != ERR_OK) {
        return p->e->code;
    }
    while (!ends_list(p)) {
        struct literal *item = arena_alloc(p->arena, sizeof *item);
        if (!item) {
            return err_nomem(p->e);
        }
        if (literal(p, "a value or ] in the list", item) != ERR_OK) {
            return p->e->code;
        }
        *tail = item;
        tail = &item->next;
        list.count++;
        if (!parse_at_sign(p, ',') && !ends_list(p)) {
            return parse_expected(p, "a comma or ] in the list", NULL);
        }
        if (parse_at_sign(p, ',') && parse_advance(p) != ERR_OK) {
            return p->e->code;
        }
    }
    list.span.len = p->token.span.at + 1 - list.span.at;
    parse_leave(p);
    *out = list;
    return parse_advance(p);
}

static bool adjoins(const struct parser *p) {
    return p->token.span.at == p->before.span.at + p->before.span.len;
}

/* True, False, None (null), or a bare word: letters, digits and dots in one run. */
static enum err_code word_literal(struct parser *p, struct literal *out) {
    struct span span = p->token.span;
    bool is_true = lexer_is(p->code, &p->token, "true"), is_false = lexer_is(p->code, &p->token, "false");
    bool none = lexer_is(p->code, &p->token, "none") || lexer_is(p->code, &p->token, "null");
    do {
        span.len = p->token.span.at + p->token.span.len - span.at;
        if (parse_advance(p) != ERR_OK) {
            return p->e->code;
        }
    } while (adjoins(p) && (parse_at_sign(p, '.') || p->token.kind == TOKEN_WORD || p->token.kind == TOKEN_NUMBER));
    struct literal l = {.span = span};
    if (!none) {
        l.kind = is_true || is_false ? LITERAL_BOOL : LITERAL_WORD;
        l.number = is_true;
        l.text = arena_strndup(p->arena, p->code + span.at, span.len);
        if (!l.text) {
            return err_nomem(p->e);
        }
    }
    *out = l;
    return ERR_OK;
}

/* value = string | number | "True" | "False" | "None" | vlist | bareword ; */
static enum err_code literal(struct parser *p, const char *what, struct literal *out) {
    if (p->token.kind == TOKEN_STRING || p->token.kind == TOKEN_QUOTED) {
        return string_literal(p, out);
    }
    if (p->token.kind == TOKEN_NUMBER || parse_at_sign(p, '-') || parse_at_sign(p, '+')) {
        return number_literal(p, out);
    }
    if (parse_at_sign(p, '[')) {
        return list_literal(p, out);
    }
    if (p->token.kind == TOKEN_WORD) {
        return word_literal(p, out);
    }
    return parse_expected(p, what, NULL);
}

/* key "=" value ; the current token is the key, a word */
static enum err_code key_and_value(struct parser *p, struct option *out) {
    char what[120];
    struct name key;
    out->key_span = p->token.span;
    if (parse_name(p, "an option's name", NAME_FOLDED, false, &key) != ERR_OK) {
        return p->e->code;
    }
    out->key = key.text;
    if (!parse_at_sign(p, '=')) {
        snprintf(what, sizeof what, "= after %.60s", key.text);
        return parse_expected(p, what, NULL);
    }
    snprintf(what, sizeof what, "a value for %.60s", key.text);
    return parse_advance(p) == ERR_OK ? literal(p, what, &out->value) : p->e->code;
}

static enum err_code missing_comma(struct parser *p) {
    struct span at = p->token.span;
    if (p->token.kind == TOKEN_WORD && parse_peek(p).sign == '=') {
        err_set(p->e, ERR_SYNTAX, "a comma is missing between the options, before %.*s", at.len < 60 ? (int)at.len : 60,
                p->code + at.at);
        err_hint(p->e, "write OPTIONS (name=value, name=value)");
        return err_at(p->e, at.at, at.len);
    }
    return parse_expected(p, "a comma or ) after the option", NULL);
}

enum err_code parse_options(struct parser *p, struct option **out) {
    struct option *first = NULL, **tail = &first;
    if (!parse_at(p, WORD_OPTIONS)) {
        return ERR_OK;
    }
    p->lexer.backslashes = true;
    if (parse_advance(p) != ERR_OK) {
        return p->e->code;
    }
    if (!parse_at_sign(p, '(')) {
        return parse_expected(p, "( after OPTIONS", NULL);
    }
    if (parse_advance(p) != ERR_OK) {
        return p->e->code;
    }
    while (!parse_at_sign(p, ')')) {
        struct option *o = arena_alloc(p->arena, sizeof *o);
        if (!o) {
            return err_nomem(p->e);
        }
        if (p->token.kind != TOKEN_WORD) {
            return parse_expected(p, first ? "an option's name or ) in OPTIONS" : "an option's name in OPTIONS", NULL);
        }
        if (key_and_value(p, o) != ERR_OK) {
            return p->e->code;
        }
        *tail = o;
        tail = &o->next;
        if (!parse_at_sign(p, ',') && !parse_at_sign(p, ')')) {
            return missing_comma(p);
        }
        if (parse_at_sign(p, ',') && parse_advance(p) != ERR_OK) {
            return p->e->code;
        }
    }
    p->lexer.backslashes = false;
    *out = first;
    return parse_advance(p);
}

static bool known_input(const struct parser *p, char near[128]) {
    static const char *const keys[] = {"image", "images", "text", "texts", "audio", "audios", "video", "videos"};
    char word[64];
    size_t len = p->token.span.len < sizeof word ? p->token.span.len : 0;
    memcpy(word, p->code + p->token.span.at, len);
    word[len] = '\0';
    struct suggest s;
    suggest_begin(&s, word);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strcasecmp(word, keys[i]) == 0) {
            return true;
        }
        suggest_offer(&s, keys[i]);
    }
    memcpy(near, s.best, 128);
    return false;
}

static enum err_code input(struct parser *p, struct option *out) {
    char near[128] = "";
    if (!known_input(p, near)) {
        err_set(p->e, ERR_SYNTAX, "SEARCH knows no input %.*s%s%s%s",
                p->token.span.len < 60 ? (int)p->token.span.len : 60, p->code + p->token.span.at,
                near[0] ? "; did you mean " : "", near, near[0] ? "?" : "");
        err_hint(p->e, "inputs are image, text, audio and video (or images, …): images='path/of/a.jpg'");
        return err_at(p->e, p->token.span.at, p->token.span.len);
    }
    if (key_and_value(p, out) != ERR_OK) {
        return p->e->code;
    }
    bool fits = out->value.kind == LITERAL_STRING || out->value.kind == LITERAL_LIST;
    for (const struct literal *item = out->value.items; item; item = item->next) {
        fits = fits && item->kind == LITERAL_STRING;
    }
    if (!fits || (out->value.kind == LITERAL_LIST && out->value.count == 0)) {
        err_set(p->e, ERR_SYNTAX, "%s wants a text in quotes, or a list of them", out->key);
        err_hint(p->e, "write %s='…' or %s=['…', '…']", out->key, out->key);
        return err_at(p->e, out->value.span.at, out->value.span.len);
    }
    return ERR_OK;
}

enum err_code parse_inputs(struct parser *p, struct option **out) {
    struct option *first = NULL, **tail = &first;
    while (p->token.kind == TOKEN_WORD && parse_peek(p).sign == '=') {
        struct option *o = arena_alloc(p->arena, sizeof *o);
        if (!o) {
            return err_nomem(p->e);
        }
        p->lexer.backslashes = true;
        if (input(p, o) != ERR_OK || (parse_at_sign(p, ',') && parse_advance(p) != ERR_OK)) {
            return p->e->code;
        }
        *tail = o;
        tail = &o->next;
    }
    p->lexer.backslashes = false;
    *out = first;
    return ERR_OK;
}

enum err_code parse_value(struct parser *p, const char *what, struct literal *out) {
    return literal(p, what, out);
}

enum err_code parse_path(struct parser *p, struct literal *out) {
    char what[60];
    snprintf(what, sizeof what, "a path in quotes after %s", keyword_text(p->token.keyword));
    p->lexer.backslashes = true;
    if (parse_advance(p) != ERR_OK) {
        return p->e->code;
    }
    p->lexer.backslashes = false;
    if (p->token.kind != TOKEN_STRING && p->token.kind != TOKEN_QUOTED) {
        return parse_expected(p, what, NULL);
    }
    return string_literal(p, out);
}

static enum err_code path_after(struct parser *p, enum keyword k, const char *after, struct literal *out) {
    return parse_at(p, k) ? parse_path(p, out) : parse_keyword(p, k, after);
}

enum err_code parse_from_path(struct parser *p, const char *after, struct literal *out) {
    return path_after(p, WORD_FROM, after, out);
}

enum err_code parse_to_path(struct parser *p, const char *after, struct literal *out) {
    return path_after(p, WORD_TO, after, out);
}
