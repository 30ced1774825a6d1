/* The k rows of a matrix that are nearest to a query, exactly: every row is looked at, on all cores. Up to a million
 * rows this is a matter of milliseconds (the speed of memory), and no index can lose a row. */
#ifndef ML_SEARCH_NEAREST_H
#define ML_SEARCH_NEAREST_H

#include "base/err.h"
#include "base/stop.h"

#include <stddef.h>

struct nearest {
    size_t row;
    float score; /* dot product with the query: the cosine where both are of unit length */
};

/* The k best rows of matrix (rows, dimension) row-major, highest score first, ties in row order, into found; *count is
 * the number written, the smaller of k and rows. A score that is not a number comes last, as -infinity. `stop` may be
 * NULL; ERR_INTERRUPT and ERR_NOMEM leave *count as it was. */
enum err_code nearest_search(const float *matrix, size_t rows, size_t dimension, const float *query, size_t k,
                             struct nearest *found, size_t *count, struct stop *stop, struct err *e);

#endif
