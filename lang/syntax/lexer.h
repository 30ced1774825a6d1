/* From bytes to tokens with their places. The caller asks for one token at a time, so that the same text can be
 * read with or without backslash escapes: in OPTIONS and paths '\'' is a quote, in SQL '\' is a whole string.
 *
 * Words are ASCII letters, digits, `_`, `$` and everything beyond ASCII; the Unicode spaces that come with pasted
 * text are blanks. Comments: `-- …`, nested slash-star, and `# …`, except `#>` and `#-`, PostgreSQL's operators
 * (at the beginning of a line `#-` is a comment). Strings: '…' and "…" with the quote doubled inside, E'…' and
 * $tag$…$tag$ (PostgreSQL, Lexical Structure). Numbers: 12, 1.5, .5, 1e-4; a sign is a token of its own. */
#ifndef LANG_SYNTAX_LEXER_H
#define LANG_SYNTAX_LEXER_H

#include "base/arena.h"
#include "base/err.h"
#include "lang/syntax/ast.h"
#include "lang/syntax/keywords.h"

#include <stdbool.h>

enum token_kind {
    TOKEN_END,    /* of the text; empty span */
    TOKEN_WORD,   /* keyword says whether it is one */
    TOKEN_STRING, /* '…', E'…', $tag$…$tag$ */
    TOKEN_QUOTED, /* "…": a string in OPTIONS and paths, a name in SQL */
    TOKEN_NUMBER,
    TOKEN_SIGN, /* any other character */
};

struct token {
    enum token_kind kind;
    struct span span;
    enum keyword keyword; /* WORD */
    char sign;            /* SIGN */
    bool escapes;         /* STRING, QUOTED: backslashes escape inside */
};

enum lexer_open {
    LEXER_CLOSED,
    LEXER_OPEN_STRING,
    LEXER_OPEN_QUOTED,
    LEXER_OPEN_DOLLAR,
    LEXER_OPEN_COMMENT,
    LEXER_OPEN_LINE, /* a line comment that the text ends in: no failure */
};

struct lexer {
    const char *code;
    size_t at, end;       /* what is left to read: [at, end) */
    bool backslashes;     /* '…' and "…" know backslash escapes */
    enum lexer_open open; /* what had no end; after a failure the error's place is its start */
};

/* Read the next token. ERR_SYNTAX for a quote or comment without an end (at its start), and for bytes that can
 * begin no token: curly quotes, control characters, invalid UTF-8. Needs no memory. */
enum err_code lexer_next(struct lexer *x, struct token *out, struct err *e);

/* The text of a token, in the arena: strings without their quotes and with escapes undone (a doubled quote, and
 * with `escapes` \', \" for the quote that is used, and \\; any other backslash stays), others as written. */
char *lexer_text(struct arena *a, const char *code, const struct token *t);

/* Whether the token is this word, in any case. */
bool lexer_is(const char *code, const struct token *t, const char *word);

#endif
