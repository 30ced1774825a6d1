/* Tokens in hand, names, and the errors that all of the parser reports through. */
#include "lang/syntax/parse_clause.h"

#include "base/suggest.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

enum err_code parse_advance(struct parser *p) {
    struct token next;
    if (lexer_next(&p->lexer, &next, p->e) != ERR_OK) {
        p->wants_more = p->lexer.open != LEXER_CLOSED;
        return p->e->code;
    }
    p->before = p->token;
    p->token = next;
    return ERR_OK;
}

bool parse_at(const struct parser *p, enum keyword k) {
    return p->token.kind == TOKEN_WORD && p->token.keyword == k;
}

bool parse_at_sign(const struct parser *p, char sign) {
    return p->token.kind == TOKEN_SIGN && p->token.sign == sign;
}

bool parse_at_end(const struct parser *p) {
    return p->token.kind == TOKEN_END || parse_at_sign(p, ';') || (p->parentheses > 0 && parse_at_sign(p, ')'));
}

struct token parse_peek(const struct parser *p) {
    struct lexer ahead = p->lexer;
    struct err ignored = ERR_INIT;
    struct token t = {.kind = TOKEN_END, .span = {ahead.end, 0}};
    lexer_next(&ahead, &t, &ignored);
    return t;
}

/* The current word as a string, cut to what the suggestions can use. */
static void current_word(const struct parser *p, char out[64]) {
    size_t len = p->token.kind == TOKEN_WORD ? p->token.span.len : 0;
    len = len < 63 ? len : 0;
    memcpy(out, p->code + p->token.span.at, len);
    out[len] = '\0';
}

enum err_code parse_expected(struct parser *p, const char *what, const enum keyword *near) {
    char word[64];
    struct suggest s;
    current_word(p, word);
    suggest_begin(&s, word);
    for (; near && word[0] && *near != WORD_OTHER; near++) {
        suggest_offer(&s, keyword_text(*near));
    }
    if (p->token.kind == TOKEN_END) {
        p->wants_more = true;
        err_set(p->e, ERR_SYNTAX, "expected %s, found the end", what);
    } else {
        size_t len = utf8_cut(p->code + p->token.span.at, p->token.span.len < 40 ? p->token.span.len : 40);
        const char *more = len < p->token.span.len ? "…" : "";
        const char *found = p->code + p->token.span.at;
        const char *line_end = memchr(found, '\n', len);
        if (line_end) {
            len = (size_t)(line_end - found);
            more = "…";
        }
        err_set(p->e, ERR_SYNTAX, "expected %s, found %.*s%s%s%s%s", what, (int)len, found, more,
                s.best[0] ? " (did you mean " : "", s.best, s.best[0] ? "?)" : "");
    }
    if (p->syntax) {
        err_hint(p->e, "%s", p->syntax);
    }
    /* At the end there is nothing to point at but the last word. */
    struct span at = p->token.kind == TOKEN_END && p->before.span.len > 0 ? p->before.span : p->token.span;
    return err_at(p->e, at.at, at.len);
}

enum err_code parse_keyword(struct parser *p, enum keyword k, const char *after) {
    if (parse_at(p, k)) {
        return parse_advance(p);
    }
    char what[128];
    const enum keyword near[] = {k, WORD_OTHER};
    snprintf(what, sizeof what, "%s after %s", keyword_text(k), after);
    return parse_expected(p, what, near);
}

enum err_code parse_one_of(struct parser *p, const enum keyword *words, const char *what, enum keyword *out) {
    for (const enum keyword *k = words; *k != WORD_OTHER; k++) {
        if (parse_at(p, *k)) {
            *out = *k;
            return parse_advance(p);
        }
    }
    return parse_expected(p, what, words);
}

enum err_code parse_enter(struct parser *p) {
    if (p->depth >= PARSE_DEPTH) {
        err_set(p->e, ERR_SYNTAX, "this nests deeper than %d levels", PARSE_DEPTH);
        err_hint(p->e, "keep an inner result with CREATE TABLE name AS …, and go on from that table");
        return err_at(p->e, p->token.span.at, p->token.span.len);
    }
    p->depth++;
    return ERR_OK;
}

void parse_leave(struct parser *p) {
    p->depth--;
}

static void fold(char *text) {
    for (; *text; text++) {
        if (*text >= 'A' && *text <= 'Z') {
            *text = (char)(*text | 32);
        }
    }
}

/* A token that can be (a part of) a name. Digits come first in some tables' names: 2022_sales. */
static bool names(const struct parser *p, const struct token *t) {
    if (t->kind == TOKEN_NUMBER) {
        const char *text = p->code + t->span.at;
        size_t digits = 0;
        while (digits < t->span.len && text[digits] >= '0' && text[digits] <= '9') {
            digits++;
        }
        return digits < t->span.len && text[digits] == '_' && !memchr(text, '.', t->span.len);
    }
    return t->kind == TOKEN_WORD || (t->kind == TOKEN_QUOTED && t->span.len > 2);
}

enum err_code parse_name(struct parser *p, const char *what, enum name_case c, bool dotted, struct name *out) {
    /* A clause's keyword stands where a forgotten name should: BUILD MODEL USING SimCLR. */
    struct token next = parse_peek(p);
    bool forgotten = (parse_at(p, WORD_USING) || parse_at(p, WORD_OPTIONS) || parse_at(p, WORD_AS)) &&
                     (next.kind == TOKEN_WORD || next.kind == TOKEN_QUOTED || next.sign == '(') &&
                     !(next.kind == TOKEN_WORD && (next.keyword == WORD_USING || next.keyword == WORD_AS));
    if (!names(p, &p->token) || forgotten) {
        return parse_expected(p, what, NULL);
    }
    const char *text = "";
    struct span span = p->token.span;
    for (;;) {
        char *part = lexer_text(p->arena, p->code, &p->token);
        if (part && c == NAME_FOLDED && p->token.kind != TOKEN_QUOTED) {
            fold(part);
        }
        text = part ? arena_printf(p->arena, "%s%s%s", text, *text ? "." : "", part) : NULL;
        if (!text) {
            return err_nomem(p->e);
        }
        span.len = p->token.span.at + p->token.span.len - span.at;
        if (parse_advance(p) != ERR_OK) {
            return p->e->code;
        }
        if (!dotted || !parse_at_sign(p, '.')) {
            break;
        }
        if (parse_advance(p) != ERR_OK) {
            return p->e->code;
        }
        if (!names(p, &p->token)) {
            return parse_expected(p, "a name after the dot", NULL);
        }
    }
    *out = (struct name){text, span};
    return ERR_OK;
}

enum err_code parse_as_query(struct parser *p, const char *after, struct query *out) {
    if (parse_keyword(p, WORD_AS, after) != ERR_OK) {
        return p->e->code;
    }
    return parse_query(p, out);
}
