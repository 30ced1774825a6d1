/* The inner loop of convolution: a block of up to 14 x 32 results held in registers, summed over runs of a strided
 * matrix times a row-major one. What im2col would copy and GEMM would pack is read where it lies (Georganas et al.
 * 2018, "Anatomy of high-performance deep learning convolutions", in plain form). */
#ifndef ML_NN_TILE_H
#define ML_NN_TILE_H

#include <stdbool.h>
#include <stddef.h>

#define TILE_ROWS 14    /* at most */
#define TILE_COLUMNS 32 /* at most */
#define TILE_SLACK 32   /* floats that must be readable behind the last row of b */

/* Where a run begins, in floats from a and from b. */
struct tile_run {
    size_t a, b;
};

/* c[r * c_row + k] = sum over runs and over i < inner of
 *     a[run.a + r * a_row + i * a_step] * b[run.b + i * b_step + k]     for r < rows, k < columns
 * then, where asked for: + add[r * c_row + k] + bias[k], and held between low and high. Whole vectors of b and bias are
 * read whatever `columns` is; c is written for `columns` only. */
struct tile {
    const float *a;
    size_t a_row, a_step;
    const float *b;
    size_t b_step;
    const struct tile_run *runs;
    size_t run_count, inner;
    float *c;
    size_t c_row;
    const float *add;  /* or NULL: laid out as c, may be c itself */
    const float *bias; /* or NULL: one a column, read as whole vectors */
    bool clamped;
    float low, high; /* where clamped */
};

/* rows <= TILE_ROWS, columns <= TILE_COLUMNS. */
void tile_multiply(const struct tile *t, size_t rows, size_t columns);

/* The ways to do it, widest first; NULL past the end. For tests; tile_multiply takes the first that is usable. */
struct tile_path {
    const char *name;
    bool (*usable)(void);
    void (*multiply)(const struct tile *t, size_t rows, size_t columns);
};
const struct tile_path *tile_path(size_t i);

#endif
