/* Training of a network by SimCLR, once pictures, preset and backbone are there: for backbone_train.c. */
#ifndef ML_MODEL_NET_TRAINING_H
#define ML_MODEL_NET_TRAINING_H

#include "base/digest.h"
#include "ml/model/backbone.h"
#include "ml/nn/loss.h"
#include "ml/nn/optimizer.h"

#define CHECKPOINT_ID 17 /* digits that tell trainings apart, and their NUL */

struct net_training {
    const struct encoder_options *options;
    const struct ml_source *source;
    struct backbone *b;
    struct gallery gallery;
    struct encoder_report report;
    struct pace pace;
    size_t batch;
    bool tuning; /* from the backbone that is there */
    /* while epochs run */
    struct net *net; /* with the head */
    struct net_work *work, *embedding;
    struct optimizer optimizer;
    struct optimizer_part *parts;
    size_t part_count;
    struct loss loss;
    uint32_t *order;
    int *labels;              /* of a batch, where there are any */
    unsigned char *bytes;     /* of a batch */
    float *derivative, *best; /* by the head's output; the parameters of the best epoch, and its state */
    float *held, *seen;       /* vectors of held-back pictures and of their views */
    float *losses;
    double started;
    size_t numbers;    /* parameters and state of the network */
    int epoch, better; /* epochs that are over; those at the end of the best one */
    bool cut;          /* the last epoch, by the time limit */
    struct {
        char of[DIGEST_HEX], start[DIGEST_HEX]; /* pictures and options; the weights it begins with */
    } identity;
    char other[CHECKPOINT_ID]; /* of the training whose checkpoint is in the way, or empty */
    double kept_at, keeping;   /* when the last checkpoint was written, and seconds that it took */
};

void net_training_release(struct net_training *t);

/* The network with its head, and everything that a step needs. ERR_VALUE where it does not fit into memory. */
enum err_code net_training_prepare(struct net_training *t, struct err *e);

/* Epochs; t->b then has the weights of the best one. An interrupt is no failure where the best epoch is to be kept and
 * there is one. */
enum err_code net_training_run(struct net_training *t, struct err *e);

#endif
