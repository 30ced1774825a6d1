/* Dot products and nearest vectors. */
#ifndef ML_SEARCH_SIMILARITY_H
#define ML_SEARCH_SIMILARITY_H

#include <stdbool.h>
#include <stddef.h>

/* Sum of a[i] * b[i], in float32 lanes; the widest SIMD of the machine, chosen at run time. */
float similarity_dot(const float *a, const float *b, size_t n);

/* out[i] = row i of rows (count, n) times query, a run through memory. The sums may be in another order. */
void similarity_dots(const float *rows, size_t count, const float *query, size_t n, float *out);

/* Cosine in [-1, 1]; 0 if either has no length. */
float similarity_cosine(const float *a, const float *b, size_t n);

/* The same to the bit, where the dot products of a and of b with themselves are known already. */
float similarity_cosine_of(const float *a, const float *b, size_t n, float aa, float bb);

/* Whether a dot product with itself is far enough from float's limits for float arithmetic to do. */
bool similarity_regular(float square);

#endif
