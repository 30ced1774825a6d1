/* Telling Python and shell lines from statements by their first line. What begins with a word of the language is
 * Python only where no statement could go on so: `word = …`, `print(…)`. */
#include "lang/syntax/python.h"

#include "base/suggest.h"
#include "lang/syntax/foreign.h"
#include "lang/syntax/lexer.h"

#include <string.h>

struct line {
    const char *code;
    struct span span;
    struct token tokens[3]; /* the first three; END past the last */
    char last;              /* the last character that is not blank */
};

/* The first line that is neither blank nor a comment. */
static struct line first_line(const char *code, size_t at, size_t end) {
    struct line l = {.code = code};
    struct lexer x = {.code = code, .at = at, .end = end};
    struct err ignored = ERR_INIT;
    if (lexer_next(&x, &l.tokens[0], &ignored) != ERR_OK || l.tokens[0].kind == TOKEN_END) {
        l.span = (struct span){at, 0};
        return l;
    }
    size_t start = l.tokens[0].span.at;
    const char *newline = memchr(code + start, '\n', end - start);
    size_t stop = newline ? (size_t)(newline - code) : end;
    x.end = stop > x.at ? stop : x.at;
    for (size_t i = 1; i < 3; i++) {
        if (lexer_next(&x, &l.tokens[i], &ignored) != ERR_OK) {
            /* An open quote: enough to know that something other than the line's end follows. */
            l.tokens[i] = (struct token){.kind = TOKEN_STRING, .span = {ignored.at, 0}};
            break;
        }
    }
    while (stop > start + 1 && (code[stop - 1] == ' ' || code[stop - 1] == '\t' || code[stop - 1] == '\r')) {
        stop--;
    }
    l.span = (struct span){start, stop - start};
    l.last = code[stop - 1];
    return l;
}

static bool sign(const struct token *t, char c) {
    return t->kind == TOKEN_SIGN && t->sign == c;
}

/* Lower case, as Python wants it. */
static bool spelt(const struct line *l, const char *word) {
    const struct token *t = &l->tokens[0];
    return t->kind == TOKEN_WORD && t->span.len == strlen(word) && memcmp(l->code + t->span.at, word, t->span.len) == 0;
}

static bool begins_with_python_word(const struct line *l) {
    /* Words that open a block, and so end their line with a colon; and words that stand before anything. */
    static const char *const blocks[] = {"def", "class",  "for",  "while", "if",     "elif",
                                         "try", "except", "with", "else",  "finally"};
    static const char *const words[] = {"import", "assert", "del",   "raise", "global", "nonlocal", "lambda",
                                        "pass",   "await",  "async", "yield", "return", "break",    "continue"};
    bool colon = memchr(l->code + l->span.at, ':', l->span.len) != NULL;
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        /* WITH begins SQL too, which may well have a :: in it. */
        if (spelt(l, blocks[i]) && (l->last == ':' || i < 2 || (colon && !spelt(l, "with")))) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (spelt(l, words[i])) {
            return true;
        }
    }
    return spelt(l, "from") && memmem(l->code + l->span.at, l->span.len, " import", 7);
}

static bool near_statement(const struct line *l) {
    char word[32];
    const struct token *t = &l->tokens[0];
    if (t->span.len >= sizeof word) {
        return false;
    }
    memcpy(word, l->code + t->span.at, t->span.len);
    word[t->span.len] = '\0';
    struct suggest near;
    suggest_begin(&near, word);
    for (int k = WORD_OTHER + 1; k < WORD_COUNT; k++) {
        if (keyword_is((enum keyword)k, KEYWORD_THANOSQL | KEYWORD_SQL)) {
            suggest_offer(&near, keyword_text((enum keyword)k));
        }
    }
    return near.best[0] != '\0';
}

static bool looks_like_python(const struct line *l) {
    const struct token *first = &l->tokens[0], *second = &l->tokens[1], *third = &l->tokens[2];
    bool adjoins = second->span.at == first->span.at + first->span.len;
    if (sign(first, '@') ||
        (first->kind == TOKEN_QUOTED && l->span.len >= 3 && memcmp(l->code + l->span.at, "\"\"\"", 3) == 0)) {
        return true;
    }
    if (first->kind != TOKEN_WORD) {
        return sign(first, '[') || sign(first, '{');
    }
    if (begins_with_python_word(l) || sign(second, '=')) {
        return true;
    }
    if (sign(third, '=') && second->kind == TOKEN_SIGN && strchr("+-*/|&", second->sign)) {
        return true;
    }
    /* f(…): ThanoSQL's words never stand before a parenthesis, SQL's do, and a misspelt one is no function. */
    if (sign(second, '(') && adjoins) {
        bool sql = keyword_is(first->keyword, KEYWORD_SQL), own = keyword_is(first->keyword, KEYWORD_THANOSQL);
        return own ? !sql : !sql && !near_statement(l);
    }
    bool joined = adjoins && (sign(second, '.') || sign(second, '[') || sign(second, ':'));
    return first->keyword == WORD_OTHER && (joined || (sign(second, ',') && third->kind == TOKEN_WORD));
}

enum err_code python_refuse(const char *code, size_t at, size_t end, struct err *e) {
    struct line l = first_line(code, at, end);
    const struct token *t = &l.tokens[0];
    if (sign(t, '!')) {
        err_set(e, ERR_UNSUPPORTED, "This kernel runs ThanoSQL and SQL, not shell commands");
        size_t from = t->span.at + 1;
        while (from < end && (code[from] == ' ' || code[from] == '\t' || code[from] == '!')) {
            from++;
        }
        size_t to = from;
        while (to < end && (unsigned char)code[to] > ' ') {
            to++;
        }
        const char *advice = foreign_advice(code + from, to - from);
        err_hint(e, "%s", advice ? advice : "use a terminal, or a Python notebook, for !commands");
        return err_at(e, l.span.at, l.span.len);
    }
    if (lexer_is(code, t, "API_TOKEN") && (sign(&l.tokens[1], '=') || sign(&l.tokens[1], ':'))) {
        err_set(e, ERR_SYNTAX, "API_TOKEN stands on a line of its own magic");
        err_hint(e, "write %%thanosql API_TOKEN=…, or leave it out: no token is needed here");
        return err_at(e, t->span.at, t->span.len);
    }
    if (looks_like_python(&l)) {
        err_set(e, ERR_UNSUPPORTED, "This kernel runs ThanoSQL and SQL; this looks like Python");
        err_hint(e, "use a Python notebook for it; here a cell is a statement such as SELECT * FROM table");
        struct span at_name = sign(&l.tokens[1], '=') ? t->span : l.span; /* what is assigned may be a secret */
        return err_at(e, at_name.at, at_name.len);
    }
    return ERR_OK;
}
