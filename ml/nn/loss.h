/* NT-Xent, the normalised temperature-scaled cross entropy of SimCLR (Chen et al. 2020, equation 1), and what it
 * becomes with labels: the supervised contrastive loss (Khosla et al. 2020, equation 2). */
#ifndef ML_NN_LOSS_H
#define ML_NN_LOSS_H

#include "base/err.h"
#include "ml/pace.h"

#include <stdbool.h>
#include <stddef.h>

/* Scratch for a batch of rows, taken once. */
struct loss {
    size_t rows, dimension; /* room */
    float *memory;
    bool
        decoupled; /* the other view stands outside of the softmax (DCL: Yeh et al. 2022, equation 6); false at first */
};

enum err_code loss_init(struct loss *l, size_t rows, size_t dimension, struct err *e);
void loss_release(struct loss *l);

/* h (rows, dimension): rows 2i and 2i + 1 are two views of one picture, not yet of unit length. *value is the mean loss
 * over the rows; grad (same shape) its derivative by h, or NULL. The similarity matrix is never whole in memory: 256
 * of its rows at a time. Fewer than 4 rows have no negatives: loss and gradient are 0. */
enum err_code loss_ntxent(struct loss *l, const float *h, size_t rows, size_t dimension, float temperature,
                          float *value, float *grad, struct pace *pace, struct err *e);

/* The same where rows 2i and 2i + 1 are of class labels[i]: all other rows of a class are a row's positives, each with
 * an equal part of the target. A label below 0 is none: the other view alone is positive. With no labels at all, or
 * labels of NULL, it is NT-Xent. */
enum err_code loss_supcon(struct loss *l, const float *h, const int *labels, size_t rows, size_t dimension,
                          float temperature, float *value, float *grad, struct pace *pace, struct err *e);

#endif
