/* How well vectors retrieve: each is a query against all the others, and those of its own label are what should come
 * first (leave-one-out). Precision at k and mean average precision as in Manning, Raghavan and Schuetze 2008,
 * section 8.4.
 */
#ifndef ML_SEARCH_METRICS_H
#define ML_SEARCH_METRICS_H

#include "base/err.h"
#include "base/stop.h"

#include <stddef.h>

#define METRICS_CUTS 3 /* precision at 1, 3 and 10 */

struct metrics {
    size_t queries; /* that have another vector of their label; the others are no queries */
    double
        precision[METRICS_CUTS]; /* means over the queries: share of the first k (or all, where fewer) of its label */
    double mean_average_precision;
};

/* vectors (rows, dimension) of unit length, or any for which the dot product ranks; labels (rows). Equal scores rank in
 * row order. All zero without queries. Memory is 512 bytes a row (8 for each of the 64 queries in work). `stop` may be
 * NULL. ERR_VALUE beyond 2^31 rows. */
enum err_code metrics_leave_one_out(const float *vectors, const int *labels, size_t rows, size_t dimension,
                                    struct metrics *out, struct stop *stop, struct err *e);

#endif
