/* Pooling of (n, height, width, channels). */
#ifndef ML_NN_POOL_H
#define ML_NN_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct pool {
    size_t height, width, channels, out_height, out_width;
    size_t kernel, stride, pad; /* of max_pool */
};

/* The greatest of each window; what lies outside of the picture does not count. `taps` (as y) remembers which: the
 * first in reading order. */
void max_pool_forward(const struct pool *p, const float *x, size_t n, float *y, unsigned char *taps);
void max_pool_backward(const struct pool *p, const float *dy, size_t n, const unsigned char *taps, bool add, float *dx);

/* Means of out_height x out_width cells; cell i spans floor(i size / cells) to ceil((i + 1) size / cells), as PyTorch's
 * adaptive average pooling has it. */
void average_pool_forward(const struct pool *p, const float *x, size_t n, float *y);
void average_pool_backward(const struct pool *p, const float *dy, size_t n, bool add, float *dx);

#endif
