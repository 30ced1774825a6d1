/* OPTIONS as rows: each option of each statement is one row of option_rows.c. One routine does defaults, types,
 * bounds, duplicates and unknown names; completion and help read the same rows. */
#ifndef LANG_EXEC_OPTIONS_H
#define LANG_EXEC_OPTIONS_H

#include "lang/exec/context.h"

#include <stdbool.h>
#include <stddef.h>

enum option_type {
    OPTION_BOOL,    /* bool: True, False, 1, 0, on, off */
    OPTION_INTEGER, /* long long within low..high */
    OPTION_REAL,    /* double within low..high */
    OPTION_TEXT,    /* const char *, in the arena */
    OPTION_NAME,    /* the same, folded to lower case: a table or column */
    OPTION_CHOICE,  /* const char *, one of `choices`, in any case */
    OPTION_TEXTS,   /* struct literal: a string or a list of strings */
    OPTION_SWITCH,  /* double: True is 1, False 0; where high > low also a number within them */
    OPTION_SOURCE,  /* const char *: NULL for False, \"\" for True, else a text */
    OPTION_NUMBERS, /* struct literal: a number or a list of numbers */
    OPTION_INPUT,   /* struct literal: strings, numbers, or lists of them; the statement checks */
};

struct option_row {
    const char *name;
    enum option_type type;
    size_t offset; /* into the statement's settings struct */
    double low, high;
    const char *const *choices; /* ended by NULL */
    const char *by_default;     /* as text, for help */
    const char *about;
    const char *alias_of; /* another spelling of that option */
};

struct option_table {
    enum statement_kind kind;
    const char *of; /* the base model or function that the rows are for, or NULL: any */
    const struct option_row *rows;
    size_t count;
};

/* Put the options given into *settings (which the caller has filled with defaults, which None leaves). An unknown
 * option is a warning with the near name; a bad value, and one option given twice (in two spellings: with two values),
 * is ERR_OPTION with the place. */
enum err_code options_apply(struct context *c, const struct option_table *table, const struct option *given,
                            void *settings, struct err *e);

/* Whether the option stands in the list, under any spelling. */
const struct option *options_find(const struct option_table *table, const struct option *given, const char *name);

/* The tables of all statements, for completion and help: NULL past the end. */
const struct option_table *options_table_at(size_t index);

#endif
