/* The layer around statements: a cell is magic lines and pieces of statement text.
 *
 *   %load_ext thanosql        %reload_ext …; thanosql_magic and thanosql.magic are the same
 *   %thanosql API_TOKEN=…     the token itself goes nowhere: not into a part, not into an error
 *   %thanosql ws://…          an address
 *   %thanosql STATEMENT       the rest of the line; %psql likewise
 *   %%thanosql …              the rest of the line and all lines below; %%psql likewise
 *   name = %thanosql …        the same, and the result is kept as a variable
 *   name = 'text'             a variable; also "…", three quotes around several lines, and a number
 *   name?  ?name  %name?      help
 *   %lsmagic, %who            what magics there are, what variables
 *   exit, quit                the end of a console; as a call, too
 *   anything else             statement text, as after %%thanosql
 *
 * A magic line is one that begins with % where no string, comment or parenthesis is open. */
#ifndef LANG_SYNTAX_MAGIC_H
#define LANG_SYNTAX_MAGIC_H

#include "base/arena.h"
#include "base/err.h"
#include "lang/syntax/ast.h"

#include <stdbool.h>

struct magic_part {
    const char *word;   /* as in STATEMENT_MAGIC; NULL: statement text */
    bool line;          /* text that ends with its line: %thanosql STATEMENT */
    struct span span;   /* the text, or the whole magic line */
    const char *detail; /* of magic: the extension, the address without secrets, a variable's text, what help is
                           wanted for ("" for all); else NULL */
    struct span into;   /* the variable that is set; len 0: none */
    struct magic_part *next;
};

/* Split a cell. Parts come in order; all in the arena. ERR_SYNTAX for a magic that is not known or misused (with
 * the near ones), ERR_UNSUPPORTED for shell lines, other magics and Python. A quote without an end is left to the
 * parser. */
enum err_code magic_split(struct arena *a, const char *code, size_t len, struct magic_part **out, struct err *e);

#endif
