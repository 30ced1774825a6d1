/* Where in the grammar a cursor stands. Internal to completion. */
#ifndef LANG_SYNTAX_COMPLETION_PLACE_H
#define LANG_SYNTAX_COMPLETION_PLACE_H

#include "base/arena.h"
#include "lang/syntax/lexer.h"

#include <stdbool.h>

/* What could come next; several may hold at once. */
enum place_wants {
    PLACE_STATEMENT = 1 << 0, /* a statement's first word */
    PLACE_QUERY = 1 << 1,     /* a query's first word, or a nested statement's */
    PLACE_MODEL = 1 << 2,
    PLACE_BASE = 1 << 3,
    PLACE_TABLE = 1 << 4,
    PLACE_DATASET = 1 << 5,
    PLACE_OPTION = 1 << 6,    /* an option's name, of `statement` */
    PLACE_VALUE = 1 << 7,     /* the value of option `key` of `statement` */
    PLACE_INPUT = 1 << 8,     /* SEARCH's input clauses */
    PLACE_COLUMN = 1 << 9,    /* of the query's tables, or of `table` alone */
    PLACE_SQL = 1 << 10,      /* SQL's words */
    PLACE_FILE = 1 << 11,     /* a path, inside quotes */
    PLACE_SETTING = 1 << 12,  /* behind thanosql. */
    PLACE_VARIABLE = 1 << 13, /* a result that was kept, where a query names its tables */
    PLACE_READY = 1 << 14,    /* a model that GET THANOSQL MODEL brings */
};

struct place {
    unsigned wants;        /* enum place_wants */
    const char *words;     /* keywords that may come, separated by blanks; "" if none */
    const char *statement; /* OPTION, VALUE: "BUILD MODEL" */
    struct span key;       /* VALUE: the option's name in the code */
    struct span table;     /* COLUMN: the name before the dot; len 0: all tables of the query */
    struct span typed;     /* what stands before the cursor and is to be replaced */
    bool in_quote;         /* typed is inside quotes */
    struct span text;      /* the statement's text, on both sides of the cursor */
    struct token *tokens;  /* of the statement before `typed`, in the arena */
    size_t count;
};

/* Find the place of byte `cursor` in [start, end) of the code, a piece of statement text. False where memory is out.
 * Nothing is wanted inside comments. */
bool place_find(struct arena *a, const char *code, size_t start, size_t end, size_t cursor, struct place *out);

#endif
