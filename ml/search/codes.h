/* Vectors in a byte a number, for a first look that reads a quarter of the memory, and how wrong that look can be.
 *
 * A row of unit length is u = scale * code + rest, codes in -127..127, and the length of the rest is kept. A query of
 * unit length is v = scale * (127 * high + low) + rest, both halves in -63..63, so that its rest is next to nothing. By
 * Cauchy and Schwarz, |u.v - what the codes give| <= |rest of u| + (1 + |rest of u|) * |rest of v|: an answer that the
 * bound excludes is excluded, and nothing else is. */
#ifndef ML_SEARCH_CODES_H
#define ML_SEARCH_CODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longer vectors could overflow the 32 bits that sums have. */
#define CODES_MOST_DIMENSION ((size_t)1024)

struct codes {
    size_t rows, dimension, stride; /* stride: bytes of a row, dimension rounded up to 64 */
    unsigned char *bytes;           /* (rows, stride): code + 128; aligned to 64 */
    float *scales, *errors;         /* (rows); errors: length of the rest, rounded up; infinity: not to be coded */
};

/* Code rows x of squares (rows): the dot products with themselves. On all cores. False: no memory. */
bool codes_make(struct codes *out, const float *x, const float *squares, size_t rows, size_t dimension);
void codes_release(struct codes *c);

struct codes_query {
    _Alignas(64) signed char high[CODES_MOST_DIMENSION], low[CODES_MOST_DIMENSION];
    float scale, error; /* error: length of the rest, rounded up */
    int32_t offset;     /* what the 128 that codes are moved by adds to every sum */
};
void codes_query_make(struct codes_query *out, const float *query, size_t dimension);

/* upper (count): the greatest that the cosine of row first + i and the query can be; *constant and *factor give the
 * least: upper - 2 * (errors[row] * factor + constant). */
void codes_bounds(const struct codes *c, const struct codes_query *q, size_t first, size_t count, float *upper);
void codes_spread(const struct codes *c, const struct codes_query *q, float *factor, float *constant);

/* The ways to the integer sums, for testing each against the others: out[i] = sum of (127 * high + low) * bytes of row
 * i. The last one is usable everywhere; NULL past the end. */
struct codes_path {
    const char *name;
    bool (*usable)(void);
    void (*sums)(const unsigned char *bytes, size_t stride, size_t count, const signed char *high,
                 const signed char *low, int32_t *out);
};
const struct codes_path *codes_path(size_t i);

#endif
