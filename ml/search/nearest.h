/* The k rows of a matrix that are most like a query, exactly: every row is looked at, on all cores. Up to some millions
 * of rows this is a matter of milliseconds (the speed of memory), and no index can lose a row.
 *
 * A score is similarity_cosine(row, query), to the bit, whatever way was taken. The ways differ in the first look at
 * all rows: bytes (codes.h), floats, or a matrix product for many queries; each has a bound for how far it can be from
 * the score, and all rows that the bound does not exclude are scored exactly. Where that would be too many rows, every
 * one is scored exactly. */
#ifndef ML_SEARCH_NEAREST_H
#define ML_SEARCH_NEAREST_H

#include "base/err.h"
#include "base/stop.h"
#include "ml/search/candidates.h"

#include <stdbool.h>
#include <stddef.h>

struct nearest_index;

/* Over vectors (rows, dimension) row-major, which stay the caller's and must outlive the index. `codes` makes the bytes
 * too (where the dimension allows), a quarter of the vectors' memory. ERR_NOMEM. */
enum err_code nearest_index_new(const float *vectors, size_t rows, size_t dimension, bool codes,
                                struct nearest_index **out, struct err *e);
void nearest_index_free(struct nearest_index *x); /* NULL is fine */
size_t nearest_index_bytes(const struct nearest_index *x);

enum nearest_look { NEAREST_CHOOSE, NEAREST_BYTES, NEAREST_FLOATS, NEAREST_EXACT };

struct nearest_request {
    const float *queries; /* (count, dimension) */
    size_t count, k;
    float at_least;               /* rows that score less are not found; -INFINITY: all may be */
    const unsigned char *allowed; /* bit row % 8 of byte row / 8: rows that may be found; NULL: all */
    const size_t *but;            /* (count): a row that is not found for each query, SIZE_MAX: none; or NULL */
    bool ties;                    /* also all that tie with the k-th */
    enum nearest_look look;       /* NEAREST_CHOOSE; the others are for tests and measurements */
};

struct nearest_list {
    struct nearest *found;  /* highest score first, ties in row order */
    size_t count;           /* the smaller of k and the rows that may be found; more with `ties` */
    enum nearest_look look; /* the way it went */
    size_t scored;          /* rows scored exactly */
};

/* One list a query into lists (count), to be released by nearest_release(). `stop` may be NULL; ERR_INTERRUPT and
 * ERR_NOMEM leave nothing to release. */
enum err_code nearest_search(const struct nearest_index *x, const struct nearest_request *r, struct nearest_list *lists,
                             struct stop *stop, struct err *e);
void nearest_release(struct nearest_list *lists, size_t count);

#endif
