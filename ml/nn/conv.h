/* Convolution of pictures whose channels lie together: x (n, height, width, channels), y (n, out_height, out_width,
 * filters). Channels last make a picture a matrix of pixels, so that the inner loop (tile.h) reads x where it lies;
 * only a border of zeros is put around it, in a copy of a few pictures at a time. Weights are (filters, channels,
 * kernel, kernel) row-major, as PyTorch has them, and are packed for the inner loop once a step.
 *
 * A batch is cut into CONV_LANES parts whatever the number of threads; each part has its own scratch and its own sum of
 * the weights' derivatives, and the sums are added in order: the same bytes on any number of threads. */
#ifndef ML_NN_CONV_H
#define ML_NN_CONV_H

#include <stdbool.h>
#include <stddef.h>

#define CONV_LANES 16
#define CONV_KERNEL_MOST 7

struct conv {
    size_t height, width, channels, out_height, out_width, filters;
    size_t kernel, stride, pad; /* pad: zeros above and to the left; below and right as many as out_* needs */
    bool depthwise;             /* filter k sees channel k alone; weights (filters, 1, kernel, kernel) */
};

/* Sizes by PyTorch's rule: out = (in + 2 pad - kernel) / stride + 1. */
struct conv conv_shape(size_t height, size_t width, size_t channels, size_t filters, size_t kernel, size_t stride,
                       size_t pad, bool depthwise);

size_t conv_weights(const struct conv *c);                /* numbers */
size_t conv_packed(const struct conv *c);                 /* floats, for forward or for input */
size_t conv_scratch(const struct conv *c, bool training); /* floats, of all lanes */

/* scale (filters) multiplies each filter, or is NULL. */
void conv_pack_forward(const struct conv *c, const float *weights, const float *scale, float *packed);
void conv_pack_backward(const struct conv *c, const float *weights, float *packed);

/* What happens to a sum before it is written: + add (as y, may be y itself) + bias (filters, readable for TILE_SLACK
 * more), held between low and high. */
struct conv_finish {
    const float *add, *bias;
    bool clamped;
    float low, high;
};

/* finish may be NULL. */
void conv_forward(const struct conv *c, const float *x, size_t n, const float *packed, const struct conv_finish *finish,
                  float *y, float *scratch);

/* Derivative by x from that by y; added to what dx holds where `add`. Not for depth-wise convolution. */
void conv_backward_input(const struct conv *c, const float *dy, size_t n, const float *packed, bool add, float *dx,
                         float *scratch);

/* Derivative by the weights, set. dy must be readable for TILE_SLACK floats behind its end. Not for depth-wise. */
void conv_backward_weights(const struct conv *c, const float *x, const float *dy, size_t n, float *dweights,
                           float *scratch);

#endif
