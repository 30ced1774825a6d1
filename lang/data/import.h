/* A table filled from a file, whatever kind of file: its making, or the check that a file fits one that is there; its
 * rows; the progress. Readers go over their file twice: first to see what the columns hold, then to hand on the rows.
 */
#ifndef LANG_DATA_IMPORT_H
#define LANG_DATA_IMPORT_H

#include "base/err.h"
#include "base/stop.h"
#include "lang/result.h"
#include "lang/store/store.h"

#include <stdbool.h>

/* Where rows go. The caller holds a transaction, which it rolls back on failure. */
struct import_target {
    struct store *store;
    const char *table;
    bool append; /* the table is there, and has columns of the same names, in any order; else it is made */
    struct stop *stop;
    const struct sink *out; /* progress; NULL: nobody listens */
};

struct import {
    const struct import_target *to;
    const char *unit;
    double began, told;     /* times */
    size_t count;           /* columns */
    enum value_type *types; /* that values must have: those given, or what the table wants */
    struct store_query *insert;
};

void import_init(struct import *i, const struct import_target *to, const char *unit);
void import_release(struct import *i);

/* The columns, in the order in which rows will come. ERR_VALUE where a table to be appended to has others. */
enum err_code import_begin(struct import *i, const char *const *names, const enum value_type *types, size_t count,
                           struct err *e);

/* Insert a row of `count` values. */
enum err_code import_row(struct import *i, const struct value *values, struct err *e);

/* Put a place before the message of a failure that a row brought: "file.csv, line 3: …". */
enum err_code import_place(struct err *e, const char *format, ...) ERR_PRINTF(2, 3);

/* For messages about values that do not fit a table that is appended to: "a number", and the way out. */
const char *import_type_word(enum value_type type);
void import_hint_misfit(struct err *e);

/* Warn of bytes behind a gzip file's data (datafile_has_rest()). */
void import_warn_rest(const struct import *i, const char *path);

/* One progress line for both passes, and none for what is done at once. `ends`: all is done. */
void import_tell(struct import *i, double done, double total, bool ends);

#endif
