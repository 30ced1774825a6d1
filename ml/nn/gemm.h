/* Matrix products in float32, row-major: the one user of BLAS (OpenBLAS, held to one thread a call).
 *
 * The rows of the result are cut into blocks of fixed size, spread over the cores by parallel_for; a block is one BLAS
 * call, the same on any number of threads, so the bytes of the result are the same too. */
#ifndef ML_NN_GEMM_H
#define ML_NN_GEMM_H

#include <stdbool.h>
#include <stddef.h>

/* A matrix of floats somewhere in memory: row r begins at values + r * stride. `turned` reads it transposed. */
struct gemm_matrix {
    const float *values;
    size_t stride;
    bool turned;
};

/* c = alpha * op(a) op(b) + beta * c, with op(a) (rows, inner), op(b) (inner, columns), c (rows, columns). With
 * beta 0, c need not be initialised. Any size may be 0. Sizes stay below 2^31 each. */
void gemm(size_t rows, size_t columns, size_t inner, float alpha, struct gemm_matrix a, struct gemm_matrix b,
          float beta, float *c, size_t c_stride);

/* The same with a as it is (not turned), and a row of c has the same bytes whatever rows are beside it and however
 * many. For what is computed now in a batch and now alone. Slower, since b is read for a few rows at a time. */
void gemm_alike(size_t rows, size_t columns, size_t inner, float alpha, const float *a, size_t a_stride,
                struct gemm_matrix b, float beta, float *c, size_t c_stride);

/* Make sure that OpenBLAS runs each call in the calling thread. gemm() does it itself; LAPACK callers must ask. */
void gemm_prepare(void);

/* OpenBLAS 0.3.21 and older take a processor newer than themselves for one of 2004, at a third of its speed. The name
 * to put into $OPENBLAS_CORETYPE (which is only read when the program starts) to mend that, or NULL where all is well.
 */
const char *gemm_better_core(void);

#endif
