/* $name in magic lines. The parser reads the text that comes of it, and errors are told in the text that was typed. */
#ifndef LANG_EXEC_EXPAND_H
#define LANG_EXEC_EXPAND_H

#include "lang/exec/variables.h"
#include "lang/syntax/magic.h"

struct expansion {
    const char *text; /* the cell itself where nothing was replaced; else in the arena */
    size_t len;
    struct expansion_piece {
        size_t at, len;               /* what came in, in `text` */
        size_t code_at, code_len;     /* what stood there, in the cell */
        struct expansion_piece *next; /* in the order of the text */
    } * pieces;
};

/* Replace, in the statement of a magic line, $name and {name} of variables, those that the cell sets above included: a
 * text by itself, a result by its table's name. Anything else stays as it is. The parts' spans become those of the new
 * text. Fails with ERR_NOMEM only. */
enum err_code expand_cell(const struct variables *v, struct arena *a, const char *code, size_t len,
                          struct magic_part *parts, struct expansion *out, struct err *e);

/* Where a statement failed at a $name that stayed as it is: say that there is no such variable, or outside of magic
 * lines, where $name stands for one. `text` is the expanded text, and the error's place is in it. */
void expand_explain(const struct magic_part *parts, const char *text, size_t len, struct err *e);

/* A place in the expanded text becomes one in the cell. */
void expand_place(const struct expansion *x, struct err *e);

#endif
