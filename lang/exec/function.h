/* One FUNCTION on its way: what exec_function.c and function_labels.c share. */
#ifndef LANG_EXEC_FUNCTION_H
#define LANG_EXEC_FUNCTION_H

#include "lang/exec/option_rows.h"
#include "lang/exec/relation.h"

enum { FUNCTION_NEEDS = 4 };

struct function_call {
    const struct statement *statement;
    const struct function_row *row;
    struct function_settings set;
};

struct function_row {
    const char *name;
    const struct option_table *options;
    const char *needed[FUNCTION_NEEDS + 1]; /* options that must be given; NULL at the end */
    const char *result;                     /* the usual name of the result's column */
    /* Append a SELECT over `inner`, which is the query's rows. NULL: not built. */
    enum err_code (*lower)(struct context *, const struct function_call *, struct relation *inner, struct relation *,
                           struct err *);
};

const struct option *function_option(const struct function_call *f, const char *name);

/* The column that the option names; ERR_NOT_FOUND at the option. */
enum err_code function_column(const struct function_call *f, const struct store_query *q, const char *option,
                              const char *name, int *column, struct err *e);

/* compute.similarity */
enum err_code function_labels(struct context *c, const struct function_call *f, struct relation *inner,
                              struct relation *r, struct err *e);

#endif
