/* Eigenvectors of symmetric matrices (LAPACK), with signs fixed so that they are the same on every run. */
#ifndef ML_NN_EIGEN_H
#define ML_NN_EIGEN_H

#include "base/err.h"
#include "ml/pace.h"

#include <stddef.h>

/* The `count` leading eigenpairs of the symmetric a (n, n, row-major; only read): values in falling order, vectors
 * (count, n) row by row, of unit length, the component of greatest size positive. Small matrices are solved whole
 * (ssyevd); of large ones only the leading space is found, by subspace iteration from a seeded start (Halko, Martinsson
 * and Tropp 2011, algorithm 4.4), which is quicker and can be stopped. ERR_MODEL where LAPACK gives up (a NaN). */
enum err_code eigen_leading(size_t n, const float *a, size_t count, float *values, float *vectors, struct pace *pace,
                            struct err *e);

#endif
