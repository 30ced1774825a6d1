/* The pieces statements are made of: names, OPTIONS, SEARCH's inputs, values, paths, queries. Internal to the
 * parser. Every function reads from the parser's current token on, returns e->code, and on failure leaves an error
 * with the place, what was expected there, "did you mean" where a word is near, and the statement's syntax line. */
#ifndef LANG_SYNTAX_PARSE_CLAUSE_H
#define LANG_SYNTAX_PARSE_CLAUSE_H

#include "base/arena.h"
#include "base/err.h"
#include "lang/syntax/ast.h"
#include "lang/syntax/lexer.h"

#include <stdbool.h>

/* How deep parentheses, lists and statements may nest together. */
#define PARSE_DEPTH 200

/* What is known of one open parenthesis. */
struct parse_level {
    size_t opened, inner; /* where it stands, and the token after it */
    bool in_from;         /* in the list of tables after FROM */
    bool leading;         /* only parentheses stand before it in its query */
};

struct parser {
    struct arena *arena;
    const char *code;
    struct err *e;
    struct lexer lexer;  /* behind the current token */
    struct token token;  /* the current one: read, not used up */
    struct token before; /* the one used up last */
    const char *syntax;  /* syntax line of the statement being read; NULL for SQL */
    bool wants_more;     /* the failure was that the text ended too early */
    int parentheses;     /* around the statement being read: a `)` ends it */
    int depth;           /* of everything that nests */
    struct parse_level levels[PARSE_DEPTH + 1];
};

/* What a name stands for decides about its case. */
enum name_case {
    NAME_FOLDED, /* tables, models: ASCII letters become lower case, unless the name is in double quotes */
    NAME_KEPT,   /* base models */
};

/* Tokens. parse_advance() uses up the current token. */
enum err_code parse_advance(struct parser *p);
bool parse_at(const struct parser *p, enum keyword k);
bool parse_at_sign(const struct parser *p, char sign);
bool parse_at_end(const struct parser *p); /* of a statement: the text's end, `;`, or the `)` around a nested one */

/* The token after the current one; an END where there is none or it cannot be read. */
struct token parse_peek(const struct parser *p);

/* Fail at the current token: "expected <what>, found …". near: words to suggest from, ended by WORD_OTHER, or NULL. */
enum err_code parse_expected(struct parser *p, const char *what, const enum keyword *near);

/* Use up keyword k; `after` completes "expected K after …". */
enum err_code parse_keyword(struct parser *p, enum keyword k, const char *after);

/* Use up one of the words (ended by WORD_OTHER), giving it in *out. */
enum err_code parse_one_of(struct parser *p, const enum keyword *words, const char *what, enum keyword *out);

/* One step into something that nests, and out of it again. */
enum err_code parse_enter(struct parser *p);
void parse_leave(struct parser *p);

/* name = word | '"' … '"' | digits and letters ; `dotted`: parts joined by dots (schema.table). */
enum err_code parse_name(struct parser *p, const char *what, enum name_case c, bool dotted, struct name *out);

/* options = [ "OPTIONS" "(" [ opt { "," opt } [ "," ] ] ")" ] ; nothing is fine */
enum err_code parse_options(struct parser *p, struct option **out);

/* inputs = { inkey "=" ( string | vlist ) } ; SEARCH's clause, each after an optional comma */
enum err_code parse_inputs(struct parser *p, struct option **out);

/* value = string | number | "True" | "False" | "None" | vlist | bareword ; `what` says what is expected */
enum err_code parse_value(struct parser *p, const char *what, struct literal *out);

/* "FROM" path, "TO" path ; path = string */
enum err_code parse_from_path(struct parser *p, const char *after, struct literal *out);
enum err_code parse_to_path(struct parser *p, const char *after, struct literal *out);

/* The same behind another word, which is the current token. */
enum err_code parse_path(struct parser *p, struct literal *out);

/* "AS" query */
enum err_code parse_as_query(struct parser *p, const char *after, struct query *out);

/* "(" query ")", whose first parenthesis is the current token */
enum err_code parse_parenthesised_query(struct parser *p, struct query *out);

/* The query after AS: from the current token to the end of the statement, without parentheses around all of it. */
enum err_code parse_query(struct parser *p, struct query *out);

/* An SQL statement: to its end, whatever it begins with. Both lift the ThanoSQL statements in the text out of it. */
enum err_code parse_sql(struct parser *p, struct query *out);

/* parse_cell(), which also tells whether a failure was only that the text ended too early. */
enum err_code parse_typed(struct arena *a, const char *code, size_t len, struct statement **out, bool *wants_more,
                          struct err *e);

/* One ThanoSQL statement that stands inside a query, up to parse_at_end(). In parser.c. */
enum err_code parse_nested_statement(struct parser *p, struct statement **out);

#endif
