/* Dot products and nearest vectors. */
#ifndef ML_SEARCH_SIMILARITY_H
#define ML_SEARCH_SIMILARITY_H

#include <stddef.h>

/* Sum of a[i] * b[i], in float32 lanes; the widest SIMD of the machine, chosen at run time. */
float similarity_dot(const float *a, const float *b, size_t n);

/* Cosine in [-1, 1]; 0 if either has no length. */
float similarity_cosine(const float *a, const float *b, size_t n);

#endif
