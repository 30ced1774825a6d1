/* Architectures as rows. */
#ifndef ML_NN_ARCH_H
#define ML_NN_ARCH_H

#include "ml/nn/net.h"

struct arch {
    const char *name;
    int width, width_least, width_most; /* channels of the first stage: by default, and what may be asked for */
    int size_least;                     /* pixels a side */
    bool trainable;                     /* depth-wise networks only embed */
    const char *about;
    void (*build)(void *builder, const struct arch *a);
    int blocks[4]; /* residual blocks of each stage */
    int expansion; /* 1 basic blocks, 4 bottlenecks */
};

/* Row i, or NULL past the end. */
const struct arch *arch_at(size_t i);
const struct arch *arch_find(const char *name); /* NULL: there is none */

/* The network for pictures of size x size pixels. width 0: the row's. head > 0: a projection head of two dense layers
 * behind the embedding, to that many numbers (SimCLR section 2.1). Parameters are 0. ERR_VALUE for a width or size out
 * of bounds. ResNets take pictures under 64 pixels with the CIFAR stem: 3x3, no stride, no pooling. */
enum err_code arch_build(const struct arch *a, int width, int size, int channels, int head, struct net **out,
                         struct err *e);

#endif
