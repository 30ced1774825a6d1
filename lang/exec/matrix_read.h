/* A stored column of vectors read into memory, by several connections at once where it is long. */
#ifndef LANG_EXEC_MATRIX_READ_H
#define LANG_EXEC_MATRIX_READ_H

#include "lang/store/store.h"

#include <stdint.h>

/* Zero-initialised; the caller frees the arrays. */
struct matrix_rows {
    float *vectors;          /* (room, dimension), `rows` of them read */
    int64_t *rowids, *nulls; /* (room), (null_room) */
    size_t rows, room, null_count, null_room, dimension;
};

struct matrix_span {
    int64_t first, last; /* rowids */
    size_t room;         /* that there may be rows for */
    bool split;          /* long enough for several to read it */
};

/* How much there is to be read. More rows than `most`: room is more, too. */
enum err_code matrix_measure(struct store *s, const char *table, size_t dimension, size_t most, struct matrix_span *out,
                             struct err *e);

/* Read an ordinary table's column in the order of its rowids, in a snapshot, which may be begun anew: `span` is then
 * measured again. *fits is false where something in it is no vector of the dimension, or there are more rows than
 * `most`. */
enum err_code matrix_read(struct store *s, const char *table, const char *column, size_t most, struct matrix_span *span,
                          struct matrix_rows *out, bool *fits, struct err *e);

#endif
