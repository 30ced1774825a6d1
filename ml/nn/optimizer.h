/* Optimizers as rows, with a warm-up and a cosine-falling step (Loshchilov and Hutter 2017, equation 5). */
#ifndef ML_NN_OPTIMIZER_H
#define ML_NN_OPTIMIZER_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Weights that belong together; the rest of a network's parameters, biases and norms, is left out of weight decay and
 * of LARS's scaling (SimCLR, appendix B). */
struct optimizer_part {
    size_t begin, count;
    bool decayed;
};

struct optimizer;
struct optimizer_rule {
    const char *name;
    int moments; /* running numbers kept for each weight */
    void (*update)(struct optimizer *o, const struct optimizer_part *part, float rate, float *weights,
                   const float *grad);
};

/* "adam" (Kingma and Ba 2015, algorithm 1), "sgd" (with momentum, as PyTorch has it), "lars" (You et al. 2017;
 * momentum, trust .001). NULL past the end. */
const struct optimizer_rule *optimizer_rule_at(size_t i);
const struct optimizer_rule *optimizer_rule_find(const char *name);

struct optimizer_settings {
    const struct optimizer_rule *rule;
    float rate; /* at its peak */
    float decay, momentum;
    size_t warm_up, steps; /* the rate rises for warm_up steps and reaches 0 at `steps` */
};

struct optimizer {
    size_t count;          /* of weights */
    float *first, *second; /* running moments; one allocation, at first */
    float rate;            /* at its peak */
    size_t step, steps;    /* taken; planned */
    struct optimizer_settings settings;
};

/* Adam without decay or warm-up. */
enum err_code optimizer_init(struct optimizer *o, size_t count, float rate, size_t steps, struct err *e);
enum err_code optimizer_init_rule(struct optimizer *o, size_t count, const struct optimizer_settings *settings,
                                  struct err *e);
void optimizer_release(struct optimizer *o);

/* One step of the whole row of weights, as one part; or of its parts. */
void optimizer_update(struct optimizer *o, float *weights, const float *grad);
void optimizer_update_parts(struct optimizer *o, const struct optimizer_part *parts, size_t count, float *weights,
                            const float *grad);

/* The rate that step number `step` (from 0) uses. */
float optimizer_rate(const struct optimizer *o, size_t step);

#endif
