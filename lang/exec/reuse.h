/* Vectors that need not be made again. When CONVERT writes a table, it notes for each picture what its vector was made
 * from: the file's size and times, the model's bytes, and a hash of the vector. When the table is converted again, a
 * row whose file and model are still those, and whose vector is still in the table as it was, takes the vector over. */
#ifndef LANG_EXEC_REUSE_H
#define LANG_EXEC_REUSE_H

#include "lang/exec/context.h"
#include "lang/exec/relation.h"

#include <stdint.h>

struct reuse {
    struct context *context;
    const char *table, *column; /* where the vectors go, and stood before */
    size_t dimension;
    char model[129];          /* digest of the model's file */
    const char *notes;        /* temporary table for the new notes */
    struct store_query *find; /* NULL: there is nothing to be taken over */
    struct store_query *write;
    size_t reused;
};

/* The state of a picture's file; known is false where it cannot be relied on (not there, or changed just now). */
struct file_state {
    bool known;
    int64_t size, modified, changed; /* nanoseconds */
};
struct file_state reuse_file(const char *path);

/* Begin for a CONVERT into `table`. The notes' table belongs to `r`. */
enum err_code reuse_begin(struct reuse *x, struct context *c, struct relation *r, const char *table, const char *column,
                          const char *model_file, size_t dimension, struct err *e);
void reuse_end(struct reuse *x);

/* Take the vector of picture `path`, whose file is in that state, over into out; *found tells whether it could be. */
enum err_code reuse_find(struct reuse *x, const struct value *path, const struct file_state *file, float *out,
                         bool *found, struct err *e);

/* Note row number `row` of the new table. */
enum err_code reuse_note(struct reuse *x, const struct value *path, const struct file_state *file, int64_t row,
                         const float *vector, struct err *e);

/* Append SQL that keeps the notes in place of the table's old ones, for the transaction that replaces the table. */
void reuse_add_sql(const struct reuse *x, struct buf *sql);

#endif
