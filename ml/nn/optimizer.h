/* Adam (Kingma and Ba 2015, algorithm 1) with a cosine-falling step (Loshchilov and Hutter 2017, equation 5). */
#ifndef ML_NN_OPTIMIZER_H
#define ML_NN_OPTIMIZER_H

#include "base/err.h"

#include <stddef.h>

struct optimizer {
    size_t count;          /* of weights */
    float *first, *second; /* running moments; one allocation, at first */
    float rate;            /* at the beginning */
    size_t step, steps;    /* taken; planned (the rate reaches 0 there) */
};

enum err_code optimizer_init(struct optimizer *o, size_t count, float rate, size_t steps, struct err *e);
void optimizer_release(struct optimizer *o);

/* weights -= rate(step) * m / (sqrt(v) + 1e-8) */
void optimizer_update(struct optimizer *o, float *weights, const float *grad);

/* The rate that step number `step` (from 0) uses. */
float optimizer_rate(const struct optimizer *o, size_t step);

#endif
