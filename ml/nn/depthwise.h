/* Depth-wise convolution, forward: each channel by itself, channels side by side in a vector. Used through conv.h. */
#ifndef ML_NN_DEPTHWISE_H
#define ML_NN_DEPTHWISE_H

#include "ml/nn/conv.h"

/* packed (taps, filters). */
void depthwise_pack(const struct conv *c, const float *weights, const float *scale, float *packed);

void depthwise_forward(const struct conv *c, const float *x, size_t n, const float *packed,
                       const struct conv_finish *finish, float *y);

#endif
