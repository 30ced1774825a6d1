/* Token by token, as the parser has read it; whatever lies between tokens is blank. */
#include "lang/exec/sql_text.h"

#include "lang/syntax/lexer.h"

#include <string.h>

static void add_blank(struct buf *sql, const char *text, size_t len) {
    for (size_t i = 0; i < len; i++) {
        buf_char(sql, text[i] == '\n' ? '\n' : ' ');
    }
}

/* The length of the parameter that begins with this sign, 0 if none does. `before` is the character before it. */
static size_t parameter_length(const struct lexer *x, const struct token *t, char before) {
    struct lexer ahead = *x;
    struct err ignored = ERR_INIT;
    struct token next = {.kind = TOKEN_END};
    if (t->kind != TOKEN_SIGN || !strchr("?$:@", t->sign) || (t->sign == ':' && before == ':')) {
        return 0;
    }
    bool follows = lexer_next(&ahead, &next, &ignored) == ERR_OK && next.span.at == t->span.at + 1 &&
                   (next.kind == TOKEN_WORD || (next.kind == TOKEN_NUMBER && t->sign != ':'));
    return follows ? 1 + next.span.len : t->sign == '?';
}

enum err_code sql_text_add(struct buf *sql, const char *code, size_t at, size_t len, struct err *e) {
    struct lexer x = {.code = code, .at = at, .end = at + len};
    struct err ignored = ERR_INIT;
    struct token t;
    size_t done = at;
    while (lexer_next(&x, &t, &ignored) == ERR_OK && t.kind != TOKEN_END) {
        size_t parameter = parameter_length(&x, &t, t.span.at > at ? code[t.span.at - 1] : ' ');
        if (parameter > 0) {
            err_set(e, ERR_QUERY, "no value is ever given for the parameter %.*s", parameter < 60 ? (int)parameter : 60,
                    code + t.span.at);
            err_hint(e, "write the value itself");
            return err_at(e, t.span.at, parameter);
        }
        add_blank(sql, code + done, t.span.at - done);
        buf_add(sql, code + t.span.at, t.span.len);
        done = t.span.at + t.span.len;
    }
    if (ignored.code == ERR_OK) {
        add_blank(sql, code + done, at + len - done);
    } else {
        buf_add(sql, code + done, at + len - done); /* the parser let it pass: the store's words for it, then */
    }
    return ERR_OK;
}
