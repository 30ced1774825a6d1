/* The lexer: one loop over blanks and comments, then one reader for each kind of token. No recursion, no memory;
 * nested comments are counted. */
#include "lang/syntax/lexer.h"

#include "base/utf8.h"

#include <string.h>
#include <strings.h>

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool begins_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool in_word(char c) {
    return begins_word(c) || is_digit(c) || c == '$';
}

static char peek(const struct lexer *x, size_t ahead) {
    return x->end - x->at > ahead ? x->code[x->at + ahead] : '\0';
}

/* The length of the blank at `at`, 0 if there is none. */
static size_t blank_length(const struct lexer *x, size_t at) {
    static const struct {
        uint32_t first, last;
    } spaces[] = {{0x00a0, 0x00a0}, {0x1680, 0x1680}, {0x2000, 0x200b}, {0x2028, 0x2029},
                  {0x202f, 0x202f}, {0x205f, 0x2060}, {0x3000, 0x3000}, {0xfeff, 0xfeff}};
    unsigned char c = (unsigned char)x->code[at];
    if (c < 0x80) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }
    uint32_t point;
    size_t len = utf8_next(x->code + at, x->end - at, &point);
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
        if (point >= spaces[i].first && point <= spaces[i].last) {
            return len;
        }
    }
    return 0;
}

static bool line_begins_here(const struct lexer *x) {
    size_t at = x->at;
    while (at > 0 && (x->code[at - 1] == ' ' || x->code[at - 1] == '\t')) {
        at--;
    }
    return at == 0 || x->code[at - 1] == '\n';
}

static bool line_comment(const struct lexer *x) {
    char first = peek(x, 0), second = peek(x, 1);
    if (first == '#') {
        return second != '>' && (second != '-' || line_begins_here(x));
    }
    return first == '-' && second == '-';
}

static enum err_code no_end(struct lexer *x, enum lexer_open open, size_t at, const char *what, struct err *e) {
    x->open = open;
    x->at = x->end;
    err_set(e, ERR_SYNTAX, "%s", what);
    return err_at(e, at, x->end - at);
}

static enum err_code skip_block_comment(struct lexer *x, struct err *e) {
    size_t start = x->at, depth = 0;
    do {
        char c = peek(x, 0), d = peek(x, 1);
        if (c == '/' && d == '*') {
            depth++;
            x->at += 2;
        } else if (c == '*' && d == '/') {
            depth--;
            x->at += 2;
        } else if (x->at >= x->end) {
            no_end(x, LEXER_OPEN_COMMENT, start, "this comment has no end", e);
            return err_hint(e, "close it with */ (comments nest)");
        } else {
            x->at++;
        }
    } while (depth > 0);
    return ERR_OK;
}

static enum err_code skip_blanks(struct lexer *x, struct err *e) {
    while (x->at < x->end) {
        size_t blank = blank_length(x, x->at);
        if (blank > 0) {
            x->at += blank;
        } else if (line_comment(x)) {
            const char *line_end = memchr(x->code + x->at, '\n', x->end - x->at);
            x->at = line_end ? (size_t)(line_end - x->code) : x->end;
            x->open = line_end ? LEXER_CLOSED : LEXER_OPEN_LINE;
        } else if (peek(x, 0) == '/' && peek(x, 1) == '*') {
            if (skip_block_comment(x, e) != ERR_OK) {
                return e->code;
            }
        } else {
            break;
        }
    }
    return ERR_OK;
}

static enum err_code read_quote(struct lexer *x, struct token *t, struct err *e) {
    size_t start = x->at;
    x->at += peek(x, 0) == 'E' || peek(x, 0) == 'e';
    char quote = x->code[x->at++];
    while (x->at < x->end) {
        char c = x->code[x->at++];
        if (c == '\\' && t->escapes && x->at < x->end) {
            x->at++;
        } else if (c == quote && peek(x, 0) == quote) {
            x->at++;
        } else if (c == quote) {
            t->kind = quote == '"' ? TOKEN_QUOTED : TOKEN_STRING;
            return ERR_OK;
        }
    }
    bool is_double = quote == '"';
    no_end(x, is_double ? LEXER_OPEN_QUOTED : LEXER_OPEN_STRING, start,
           is_double ? "this \" has no closing \"" : "this ' has no closing '", e);
    return err_hint(e, "a quote inside a text is written twice: %s", is_double ? "\"\"" : "''");
}

/* The length of $tag$ at the cursor, 0 if it is none. */
static size_t dollar_tag(const struct lexer *x) {
    size_t n = 1;
    if (peek(x, 0) != '$' || is_digit(peek(x, 1))) {
        return 0;
    }
    while (begins_word(peek(x, n)) || is_digit(peek(x, n))) {
        n++;
    }
    return peek(x, n) == '$' ? n + 1 : 0;
}

static enum err_code read_dollar(struct lexer *x, size_t tag, struct token *t, struct err *e) {
    size_t start = x->at;
    const char *opening = x->code + start;
    const char *closing = memmem(opening + tag, x->end - start - tag, opening, tag);
    if (!closing) {
        no_end(x, LEXER_OPEN_DOLLAR, start, "this $ quote has no end", e);
        return err_hint(e, "close it with %.*s", tag < 60 ? (int)tag : 60, opening);
    }
    t->kind = TOKEN_STRING;
    x->at = (size_t)(closing - x->code) + tag;
    return ERR_OK;
}

/* Digits with whatever is joined to them: a name that begins with a digit is one token too. */
static void read_number(struct lexer *x, struct token *t) {
    t->kind = TOKEN_NUMBER;
    while (in_word(peek(x, 0)) || peek(x, 0) == '.') {
        char c = peek(x, 0), next = peek(x, 1);
        bool exponent = (c == 'e' || c == 'E') && (next == '-' || next == '+') && is_digit(peek(x, 2));
        x->at += exponent ? 3 : 1;
    }
}

static enum err_code read_word(struct lexer *x, struct token *t, struct err *e) {
    size_t start = x->at;
    t->kind = TOKEN_WORD;
    while (in_word(peek(x, 0)) && blank_length(x, x->at) == 0) {
        uint32_t point;
        size_t len = utf8_next(x->code + x->at, x->end - x->at, &point);
        bool curly = point == 0x2018 || point == 0x2019 || point == 0x201c || point == 0x201d;
        if (!curly && point != 0xfffd) {
            x->at += len;
        } else if (x->at > start) {
            break;
        } else if (curly) {
            err_set(e, ERR_SYNTAX, "a curly quote begins no text");
            err_hint(e, "use the straight ' or \" (curly ones come from copied pages)");
            return err_at(e, x->at, len);
        } else {
            err_set(e, ERR_SYNTAX, "this character is not valid text (UTF-8)");
            return err_at(e, x->at, len);
        }
    }
    t->keyword = keyword_find(x->code + start, x->at - start);
    return ERR_OK;
}

static enum err_code read_sign(struct lexer *x, struct token *t, struct err *e) {
    unsigned char c = (unsigned char)x->code[x->at];
    if (c < ' ' || c == 0x7f) {
        err_set(e, ERR_SYNTAX, "a control character (code %d) stands here", c);
        err_hint(e, "delete it");
        return err_at(e, x->at, 1);
    }
    t->kind = TOKEN_SIGN;
    t->sign = (char)c;
    x->at++;
    return ERR_OK;
}

enum err_code lexer_next(struct lexer *x, struct token *out, struct err *e) {
    struct token t = {.kind = TOKEN_END, .escapes = x->backslashes};
    x->open = LEXER_CLOSED;
    if (skip_blanks(x, e) != ERR_OK) {
        return e->code;
    }
    t.span.at = x->at;
    char c = peek(x, 0);
    size_t tag = dollar_tag(x);
    enum err_code code = ERR_OK;
    if (x->at >= x->end) {
        t.kind = TOKEN_END;
    } else if (c == '\'' || c == '"') {
        code = read_quote(x, &t, e);
    } else if ((c == 'E' || c == 'e') && peek(x, 1) == '\'') {
        t.escapes = true;
        code = read_quote(x, &t, e);
    } else if (tag > 0) {
        t.escapes = false;
        code = read_dollar(x, tag, &t, e);
    } else if (is_digit(c) || (c == '.' && is_digit(peek(x, 1)))) {
        read_number(x, &t);
    } else if (begins_word(c)) {
        code = read_word(x, &t, e);
    } else {
        code = read_sign(x, &t, e);
    }
    t.span.len = x->at - t.span.at;
    if (code == ERR_OK) {
        *out = t;
    }
    return code;
}

static char *unquote(struct arena *a, const char *text, size_t len, bool escapes) {
    char *out = arena_alloc(a, len + 1);
    size_t n = 0;
    char quote = text[0];
    for (size_t i = 1; out && i + 1 < len; i++) {
        char c = text[i], next = text[i + 1];
        bool pair =
            i + 2 < len && ((c == quote && next == quote) || (escapes && c == '\\' && (next == quote || next == '\\')));
        i += pair;
        out[n++] = text[i];
    }
    return out;
}

char *lexer_text(struct arena *a, const char *code, const struct token *t) {
    const char *text = code + t->span.at;
    size_t len = t->span.len;
    if (t->kind != TOKEN_STRING && t->kind != TOKEN_QUOTED) {
        return arena_strndup(a, text, len);
    }
    if (text[0] == '$') {
        size_t tag = (size_t)((const char *)memchr(text + 1, '$', len - 1) - text) + 1;
        return arena_strndup(a, text + tag, len - 2 * tag);
    }
    bool prefixed = text[0] == 'E' || text[0] == 'e';
    return unquote(a, text + prefixed, len - prefixed, t->escapes);
}

bool lexer_is(const char *code, const struct token *t, const char *word) {
    return t->kind == TOKEN_WORD && strlen(word) == t->span.len &&
           strncasecmp(code + t->span.at, word, t->span.len) == 0;
}
