/* Batch normalisation (Ioffe and Szegedy 2015) with what follows it in one pass: a shortcut that is added, and ReLU or
 * ReLU6. Rows are pixels, columns channels. Statistics over all rows; sums by parts of fixed size, in double precision
 * between them, so that the result does not depend on the number of threads. */
#ifndef ML_NN_NORM_H
#define ML_NN_NORM_H

#include <stdbool.h>
#include <stddef.h>

#define NORM_LANES 16
#define NORM_EPSILON 1e-5F

/* Floats of scratch. */
size_t norm_scratch(size_t channels);

/* What follows the normalised value. */
enum activation { ACTIVATION_NONE, ACTIVATION_RELU, ACTIVATION_RELU6 };

/* Mean and variance (divided by rows) of each column. */
void norm_statistics(const float *x, size_t rows, size_t channels, float *mean, float *variance, float *scratch);

/* y = activation(x * scale + shift + add); add may be NULL, y may be x. */
void norm_apply(const float *x, size_t rows, size_t channels, const float *scale, const float *shift, const float *add,
                enum activation activation, float *y);

/* The way back through both. */
struct norm_backward {
    const float *x, *y; /* what norm_apply got and gave; y is read only where a shortcut was added */
    size_t rows, channels;
    const float *mean, *inverse; /* of the batch; 1 / sqrt(variance + epsilon) */
    const float *scale, *shift;  /* as norm_apply had them */
    enum activation activation;
    float *dadd; /* derivative by the shortcut, or NULL; += where `adding` */
    bool shortcut, adding;
    float *dweight, *dbias; /* set */
    float *dy;              /* in: derivative by y; out: derivative by x */
};
void norm_backward(const struct norm_backward *b, float *scratch);

#endif
