/* The dense layer that makes the vectors: h = x W + b, unit length, less the centre, unit length again. */
#ifndef ML_NN_DENSE_H
#define ML_NN_DENSE_H

#include "base/err.h"

#include <stddef.h>

struct dense {
    size_t inputs, outputs;
    float
        *weights;  /* (inputs, outputs); one allocation holds all three, so that an optimizer sees one row of numbers */
    float *bias;   /* (outputs), right behind the weights */
    float *centre; /* (outputs): mean of the unit vectors of the gallery */
};

/* All zero. */
enum err_code dense_init(struct dense *l, size_t inputs, size_t outputs, struct err *e);
void dense_release(struct dense *l);
void dense_copy(struct dense *to, const struct dense *from); /* same shape */

/* h = x W + b for rows of x. */
void dense_forward(const struct dense *l, const float *x, size_t rows, float *h);

/* Derivatives of the weights and, behind them, the bias, from those of h. */
void dense_backward(const struct dense *l, const float *x, const float *dh, size_t rows, float *grad);

/* Vectors: forward, unit length, less the centre, unit length. A vector of no length becomes zeros. */
void dense_embed(const struct dense *l, const float *x, size_t rows, float *out);

/* Set the centre to the mean unit vector of these rows; h is scratch (rows, outputs). */
void dense_centre(struct dense *l, const float *x, size_t rows, float *h);

/* Rows to unit length in place; shorter than 1e-6: zeros. */
void dense_normalise(float *rows, size_t count, size_t width);

#endif
