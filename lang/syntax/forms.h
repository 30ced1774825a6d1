/* The statements of the language, one row each: how they are read, what they are called, and what help and completion
 * say of them. What runs them is in lang/exec/statements.c. */
#ifndef LANG_SYNTAX_FORMS_H
#define LANG_SYNTAX_FORMS_H

#include "base/err.h"
#include "lang/syntax/ast.h"
#include "lang/syntax/keywords.h"

#include <stdbool.h>
#include <stddef.h>

struct parser;

struct form {
    enum keyword first, second; /* the words it begins with; WORD_OTHER: the first is enough */
    enum statement_kind kind;
    enum err_code (*parse)(struct parser *, struct statement *);
    bool (*fits)(const struct parser *); /* a further condition, or NULL */
    const char *words;                   /* its name: "BUILD MODEL" */
    const char *syntax;                  /* the line that errors and help show */
    /* What follows the first word, for completion: KEYWORDS (A|B: one of them), and in small letters what kind of name
     * stands there; `?` at the end: may be left out. NULL: SQL, as far as completion is concerned. */
    const char *items;
    const char *about, *example;
};

/* Row `index`, or NULL past the end. */
const struct form *form_at(size_t index);

/* The first row of that kind; NULL for SQL, a magic line, a variable's name. */
const struct form *form_of(enum statement_kind kind);

/* The row for the two words that a statement begins with; where only the first is known (`second` WORD_OTHER), the one
 * that needs no second comes first. NULL: none begins so. */
const struct form *form_begun(enum keyword first, enum keyword second);

#endif
