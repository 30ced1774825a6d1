/* Lines that a notebook knows and SQL does not: variables, questions and exit. */
#ifndef LANG_SYNTAX_NOTEBOOK_LINE_H
#define LANG_SYNTAX_NOTEBOOK_LINE_H

#include "base/arena.h"
#include "lang/syntax/ast.h"

#include <stdbool.h>

struct notebook_line {
    enum notebook_line_kind {
        LINE_STATEMENT, /* none of these */
        LINE_ASSIGNED,  /* name = %…; the magic begins at `end` */
        LINE_TEXT,      /* name = 'text', "text", three quotes around lines, or a number; `text` is in the arena */
        LINE_HELP,      /* name?, ?name, %name?; `text` is the name, "" for a ? alone */
        LINE_EXIT,      /* exit or quit, as a word or a call; a ; may follow */
    } kind;
    struct span name; /* of the variable */
    const char *text;
    size_t end; /* where reading goes on */
};

/* Look at the line whose first character that is no blank is code[at]. Where memory is out the line is a statement. */
struct notebook_line notebook_line_read(struct arena *a, const char *code, size_t at, size_t len);

#endif
