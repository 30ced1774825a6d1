/* A parsed cell. Everything is in the arena the parser was given; spans are bytes of the cell's text. */
#ifndef LANG_SYNTAX_AST_H
#define LANG_SYNTAX_AST_H

#include <stdbool.h>
#include <stddef.h>

struct span {
    size_t at, len;
};

enum statement_kind {
    STATEMENT_SQL,
    STATEMENT_MAGIC,        /* word: as in struct magic_part; name: its detail; into: the variable of "variable" */
    STATEMENT_BUILD_MODEL,  /* name, base, options, query */
    STATEMENT_FIT_MODEL,    /* name, base, options, query */
    STATEMENT_UPLOAD_MODEL, /* name, options, source */
    STATEMENT_DELETE_MODEL, /* name */
    STATEMENT_PREDICT,      /* base, options, query */
    STATEMENT_EVALUATE,     /* base, options, query */
    STATEMENT_TRANSFORM,    /* base, query */
    STATEMENT_CONVERT,      /* base, options, query */
    STATEMENT_SEARCH,       /* word, inputs, base, options, query */
    STATEMENT_GENERATE,     /* base, options, query */
    STATEMENT_FUNCTION,     /* name "compute.similarity", options, query or source */
    STATEMENT_PRINT,        /* word, options, query */
    STATEMENT_COPY,         /* word: "from" or "to"; name or (to) query, options, source */
    STATEMENT_COPY_MODEL,   /* name, options, source: the file to write */
    STATEMENT_LIST,         /* word: "model", "table", "thanosql model", "thanosql dataset", "thanosql tutorial" */
    STATEMENT_GET,          /* word: "model" or "dataset", name, options, alias */
    STATEMENT_CREATE_USING, /* CREATE TABLE name USING base options FROM source */
    STATEMENT_EXPLAIN,      /* query, with a SEARCH in it */
    STATEMENT_SET,  /* word: "set" or "reset"; name: the setting, absent for RESET thanosql; source: the value */
    STATEMENT_SHOW, /* name: the setting, absent for all */
    STATEMENT_NAME, /* name: a variable of the notebook, shown */
};

enum literal_kind { LITERAL_NONE, LITERAL_STRING, LITERAL_NUMBER, LITERAL_BOOL, LITERAL_WORD, LITERAL_LIST };

struct literal {
    enum literal_kind kind;
    struct span span;
    const char *text;      /* STRING: unquoted; NUMBER, BOOL, WORD: as written. NUL-terminated. NULL for LIST, NONE */
    double number;         /* NUMBER; BOOL: 0 or 1 */
    struct literal *items; /* LIST: first of a chain */
    size_t count;          /* LIST */
    struct literal *next;  /* in a list */
};

/* key = value; keys are lower case. Also SEARCH's input clauses (images='…'). */
struct option {
    const char *key;
    struct span key_span;
    struct literal value;
    struct option *next;
};

/* A name as it works in the engine (lower case unless it is a base model), and where it stands. */
struct name {
    const char *text; /* NULL if absent */
    struct span span;
};

/* A ThanoSQL statement that stands in parentheses as a table. `span` is what is inside the parentheses. */
struct nested {
    struct span span;
    bool aliased; /* a name follows the closing parenthesis */
    struct statement *statement;
    struct nested *next;
};

/* SQL text with nested statements lifted out of it, or, where `statement` is set, one ThanoSQL statement alone
 * (AS SEARCH …). Outer parentheses are not part of the span. */
struct query {
    struct span span; /* len 0: there is none */
    struct nested *nested;
};

struct statement {
    enum statement_kind kind;
    struct span span, verb; /* all of it; the words that say what it is: PREDICT, SEARCH TEXT */
    const char *word;
    struct name name, base, alias;
    struct name into; /* name = %thanosql …: the variable that keeps the result */
    struct option *options, *inputs;
    struct literal source; /* kind LITERAL_NONE if absent */
    struct query query;    /* for STATEMENT_SQL the whole statement */
    struct statement *next;
};

#endif
