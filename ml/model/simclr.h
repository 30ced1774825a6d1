/* SimCLR training of the dense layer (Chen et al. 2020, algorithm 1): two fresh views of each picture of a batch,
 * NT-Xent (with labels SupCon: Khosla et al. 2020), Adam. The best epoch stays, which may be the start. */
#ifndef ML_MODEL_SIMCLR_H
#define ML_MODEL_SIMCLR_H

#include "ml/model/projection.h"
#include "ml/nn/dense.h"

#include <stdbool.h>

/* Looks at the layer, first at the start and then after each epoch. *better: whether it may take the place of the best
 * so far, if its score is higher. */
struct simclr_judge {
    void *user;
    enum err_code (*look)(void *user, const struct dense *layer, float *score, bool *better, struct err *e);
};

struct simclr_options {
    int epochs;
    size_t batch; /* pictures a step */
    float temperature, rate;
    uint64_t seed;
    const int *labels;    /* one a picture of the source, below 0 for none; NULL: no labels */
    const uint32_t *left; /* numbers of pictures to leave out, rising, left_count of them; NULL: none */
    size_t left_count;
    int stop_after;            /* end after so many of the epochs; 0: all */
    struct simclr_judge judge; /* .look NULL: the last epoch stays */
    float *losses;             /* (epochs): the mean of each is written here */
};

struct simclr_result {
    int epochs;         /* run */
    int best;           /* the epoch that stayed, from 1; 0: the start did */
    float start, after; /* scores of the start and of the best epoch, whether it stayed or not */
};

/* x: components of the gallery's pictures (g->count rows), for the centre. On failure the layer is undefined.
 * ERR_MODEL where the loss or a weight is no longer a number. */
enum err_code simclr_train(struct dense *layer, const struct projection *p, const struct gallery *g, const float *x,
                           const struct simclr_options *options, struct simclr_result *result, struct pace *pace,
                           struct err *e);

#endif
