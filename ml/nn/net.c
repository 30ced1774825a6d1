/* What a network is; what it does is in net_work.c. */
#include "ml/nn/net.h"

#include "base/parallel.h"
#include "base/random.h"

#include <math.h>
#include <stdlib.h>

void net_free(struct net *n) {
    if (n) {
        free(n->layers);
        free(n->values);
        free(n->tensors);
        free(n->parameters);
        free(n);
    }
}

size_t net_value_size(const struct net *n, int value) {
    const struct net_value *v = &n->values[value];
    return v->height * v->width * v->channels;
}

static void fill_normal(float *values, size_t count, float deviation, struct random *r) {
    for (size_t i = 0; i < count; i++) {
        values[i] = deviation * random_normal(r);
    }
}

static void fill_uniform(float *values, size_t count, float most, struct random *r) {
    for (size_t i = 0; i < count; i++) {
        values[i] = random_uniform(r, -most, most);
    }
}

struct initialising {
    struct net *net;
    uint64_t seed;
};

static void initialise_some(void *user, size_t begin, size_t end) {
    const struct initialising *all = user;
    struct net *n = all->net;
    for (size_t i = begin; i < end; i++) {
        const struct net_layer *l = &n->layers[i];
        struct random r = random_stream(all->seed, 0x1417U, i);
        if (l->kind == NET_CONV) {
            const struct conv *c = &l->conv;
            size_t fan = c->kernel * c->kernel * (c->depthwise ? 1 : c->channels);
            fill_normal(n->parameters + l->weights, conv_weights(c), sqrtf(2 / (float)fan), &r);
            for (size_t k = 0; k < c->filters; k++) {
                n->parameters[l->scale + k] = 1;
                n->parameters[l->bias + k] = 0;
                n->state[l->mean + k] = 0;
                n->state[l->variance + k] = 1;
            }
        } else if (l->kind == NET_LINEAR) {
            size_t inputs = net_value_size(n, l->from), outputs = net_value_size(n, l->to);
            float most = 1 / sqrtf((float)inputs);
            fill_uniform(n->parameters + l->weights, inputs * outputs, most, &r);
            fill_uniform(n->parameters + l->bias, outputs, most, &r);
        }
    }
}

void net_initialise(struct net *n, uint64_t seed) {
    parallel_for(n->layer_count, 1, initialise_some, &(struct initialising){n, seed});
}
