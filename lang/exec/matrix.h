/* Stored columns of vectors, kept in memory for searching: read once, used until the store changes (by anyone's hand),
 * the least recently used dropped where memory is short. The limit is $THANOSQL_VECTOR_MEMORY in MiB, by default a
 * quarter of the machine's; a column that is larger is not kept, and searches read it from the store each time. */
#ifndef LANG_EXEC_MATRIX_H
#define LANG_EXEC_MATRIX_H

#include "base/stop.h"
#include "lang/store/store.h"
#include "ml/search/nearest.h"

#include <stdint.h>

struct matrices;
struct matrices *matrices_new(void); /* NULL: no memory */
void matrices_free(struct matrices *m);

/* One column. Rows in the order of their rowids, which is the order of a scan. */
struct matrix {
    size_t rows, dimension;
    const int64_t *rowids; /* (rows) */
    const struct nearest_index *index;
    const int64_t *nulls; /* rowids without a vector */
    size_t null_count;
    bool indexed; /* the table has indexes, so a scan may come in another order */
};

/* The matrix of a column, until the next call. *out is NULL where there is none to be had: not an ordinary table, not
 * vectors of `dimension` only, too large. Call in a snapshot, or it may be out of date at once. */
enum err_code matrices_find(struct matrices *m, struct store *s, const char *table, const char *column,
                            size_t dimension, struct stop *stop, const struct matrix **out, struct err *e);

#endif
