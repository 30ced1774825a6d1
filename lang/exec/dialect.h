/* What the hosted service of a time did where a statement's text does not tell: SET thanosql.dialect = 'D4'. The names
 * D0 to D5 are those of the language notes; a version (1.0.4) names the same. */
#ifndef LANG_EXEC_DIALECT_H
#define LANG_EXEC_DIALECT_H

#include <stdbool.h>

/* BY_TEXT: the statement's text decides, as well as it can. */
enum dialect_answer { DIALECT_BY_TEXT, DIALECT_NO, DIALECT_YES };

struct dialect {
    const char *name, *version; /* version "": that of the row before, between two */
    /* CONVERT and SEARCH name their columns after the model, else convert_result and search_result. Those that do are
     * the first dialects, which also called what LIST THANOSQL MODEL lists otherwise. */
    enum dialect_answer model_columns;
    enum dialect_answer announces;  /* "Building model..." and "Searching..." */
    enum dialect_answer best_first; /* SEARCH: the best 1,000 rows in their order, else all in the query's */
    const char *folder_column;      /* of paths, in CREATE TABLE … USING */
};

/* 'auto', then every name and every version; NULL at the end. */
extern const char *const dialect_choices[];

struct context;
const struct dialect *dialect_now(const struct context *c);

/* The answer, or what the text says where the dialect leaves it open. */
bool dialect_says(enum dialect_answer answer, bool by_text);

#endif
