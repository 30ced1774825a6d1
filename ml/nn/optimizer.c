/* Plain loops, spread over the cores where a network is large. */
#include "ml/nn/optimizer.h"

#include "base/parallel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BETA_FIRST 0.9 /* the paper's defaults */
#define BETA_SECOND 0.999
#define EPSILON 1e-8F
#define TRUST .001F
#define PIECE 16384

struct updating {
    struct optimizer *o;
    const struct optimizer_part *part;
    float *weights, rate;
    const float *grad;
    float first_part, second_part; /* Adam: what the moments are short of */
    float decay;
};

static void adam_piece(void *user, size_t begin, size_t end) {
    const struct updating *u = user;
    float *first = u->o->first + u->part->begin, *second = u->o->second + u->part->begin;
    float *weights = u->weights + u->part->begin, b1 = (float)BETA_FIRST, b2 = (float)BETA_SECOND;
    const float *grad = u->grad + u->part->begin;
    for (size_t i = begin; i < end; i++) {
        float g = grad[i] + u->decay * weights[i];
        first[i] = b1 * first[i] + (1 - b1) * g;
        second[i] = b2 * second[i] + (1 - b2) * g * g;
        weights[i] -= u->rate * (first[i] / u->first_part) / (sqrtf(second[i] / u->second_part) + EPSILON);
    }
}

static void adam_update(struct optimizer *o, const struct optimizer_part *part, float rate, float *weights,
                        const float *grad) {
    struct updating u = {.o = o,
                         .part = part,
                         .weights = weights,
                         .rate = rate,
                         .grad = grad,
                         .first_part = (float)(1 - pow(BETA_FIRST, (double)o->step)),
                         .second_part = (float)(1 - pow(BETA_SECOND, (double)o->step)),
                         .decay = part->decayed ? o->settings.decay : 0};
    parallel_for(part->count, PIECE, adam_piece, &u);
}

static void sgd_piece(void *user, size_t begin, size_t end) {
    const struct updating *u = user;
    float *velocity = u->o->first + u->part->begin, *weights = u->weights + u->part->begin;
    const float *grad = u->grad + u->part->begin;
    for (size_t i = begin; i < end; i++) {
        velocity[i] = u->o->settings.momentum * velocity[i] + grad[i] + u->decay * weights[i];
        weights[i] -= u->rate * velocity[i];
    }
}

static void sgd_update(struct optimizer *o, const struct optimizer_part *part, float rate, float *weights,
                       const float *grad) {
    struct updating u = {.o = o, .part = part, .weights = weights, .rate = rate, .grad = grad};
    u.decay = part->decayed ? o->settings.decay : 0;
    parallel_for(part->count, PIECE, sgd_piece, &u);
}

static double length_of(const float *values, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (double)values[i] * (double)values[i];
    }
    return sqrt(sum);
}

/* The velocity holds rate times trust times gradient, as in the authors' and SimCLR's code. */
static void lars_update(struct optimizer *o, const struct optimizer_part *part, float rate, float *weights,
                        const float *grad) {
    float *velocity = o->first + part->begin, *w = weights + part->begin;
    const float *g = grad + part->begin;
    float trust = 1, decay = part->decayed ? o->settings.decay : 0;
    if (part->decayed) {
        double weight = length_of(w, part->count), all = 0;
        for (size_t i = 0; i < part->count; i++) {
            double v = (double)(g[i] + decay * w[i]);
            all += v * v;
        }
        trust = weight > 0 && all > 0 ? (float)((double)TRUST * weight / sqrt(all)) : 1;
    }
    for (size_t i = 0; i < part->count; i++) {
        velocity[i] = o->settings.momentum * velocity[i] + rate * trust * (g[i] + decay * w[i]);
        w[i] -= velocity[i];
    }
}

static const struct optimizer_rule rules[] = {
    {"adam", 2, adam_update},
    {"sgd", 1, sgd_update},
    {"lars", 1, lars_update},
};

const struct optimizer_rule *optimizer_rule_at(size_t i) {
    return i < sizeof rules / sizeof *rules ? &rules[i] : NULL;
}

const struct optimizer_rule *optimizer_rule_find(const char *name) {
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (strcmp(rules[i].name, name) == 0) {
            return &rules[i];
        }
    }
    return NULL;
}

enum err_code optimizer_init_rule(struct optimizer *o, size_t count, const struct optimizer_settings *settings,
                                  struct err *e) {
    float *moments = calloc((size_t)settings->rule->moments * count + 1, sizeof *moments);
    *o = (struct optimizer){.count = count,
                            .first = moments,
                            .second = moments && settings->rule->moments > 1 ? moments + count : NULL,
                            .rate = settings->rate,
                            .steps = settings->steps ? settings->steps : 1,
                            .settings = *settings};
    return moments ? ERR_OK : err_nomem(e);
}

enum err_code optimizer_init(struct optimizer *o, size_t count, float rate, size_t steps, struct err *e) {
    struct optimizer_settings settings = {.rule = &rules[0], .rate = rate, .steps = steps};
    return optimizer_init_rule(o, count, &settings, e);
}

void optimizer_release(struct optimizer *o) {
    free(o->first);
    *o = (struct optimizer){0};
}

float optimizer_rate(const struct optimizer *o, size_t step) {
    size_t warm = o->settings.warm_up < o->steps ? o->settings.warm_up : 0;
    if (step < warm) {
        return o->rate * (float)(step + 1) / (float)(warm + 1);
    }
    double part = step < o->steps ? (double)(step - warm) / (double)(o->steps - warm) : 1;
    return (float)(o->rate * 0.5 * (1 + cos(3.14159265358979323846 * part)));
}

void optimizer_update_parts(struct optimizer *o, const struct optimizer_part *parts, size_t count, float *weights,
                            const float *grad) {
    float rate = optimizer_rate(o, o->step);
    o->step++;
    for (size_t i = 0; i < count; i++) {
        o->settings.rule->update(o, &parts[i], rate, weights, grad);
    }
}

void optimizer_update(struct optimizer *o, float *weights, const float *grad) {
    struct optimizer_part all = {0, o->count, true};
    optimizer_update_parts(o, &all, 1, weights, grad);
}
