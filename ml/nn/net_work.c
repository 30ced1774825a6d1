/* Memory is planned by adding up: the same function counts bytes and hands out places. In training every activation
 * stays until the way back; in inference, and for derivatives, what is dead makes room. */
#include "ml/nn/net.h"

#include "ml/nn/linear.h"
#include "ml/nn/place.h"
#include "ml/nn/tile.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Places in the memory, in floats, of what a layer needs. */
struct room {
    size_t raw;                         /* training: what the convolution gave, before the norm */
    size_t taps;                        /* training: of max pooling, in bytes from this float on */
    size_t packed, bias;                /* inference: folded weights */
    size_t mean, inverse, scale, shift; /* training: of the batch */
};

#define LINE 64

struct net_work {
    struct net *net;
    size_t batch;
    bool training;
    struct room *rooms;
    size_t *activations, *gradients;  /* place of each value */
    bool *written;                    /* on the way back: whether a value's derivative holds something */
    size_t scratch, packed, gradient; /* places shared by all layers; the parameters' derivatives */
    size_t total;
    void *block;
    float *memory; /* in the block, at a line of the cache */
};

static size_t rounded(size_t floats) {
    return (floats + 15) / 16 * 16;
}

static size_t take(struct net_work *w, size_t floats) {
    size_t at = w->total;
    w->total += rounded(floats);
    return at;
}

/* Steps at which each value is alive: forward, layer i runs at step i + 1; backward, the other way round. */
static void live_forward(const struct net *n, size_t batch, struct place *places) {
    for (size_t v = 0; v < n->value_count; v++) {
        places[v] = (struct place){.size = rounded(net_value_size(n, (int)v) * batch + TILE_SLACK)};
    }
    for (size_t i = 0; i < n->layer_count; i++) {
        const struct net_layer *l = &n->layers[i];
        places[l->to].first = places[l->to].last = i + 1;
        places[l->from].last = i + 1;
        if (l->shortcut >= 0) {
            places[l->shortcut].last = i + 1;
        }
    }
    places[n->embedding].last = places[n->output].last = n->layer_count + 1;
}

static void live_backward(const struct net *n, size_t batch, struct place *places) {
    for (size_t v = 0; v < n->value_count; v++) {
        places[v] =
            (struct place){.size = v ? rounded(net_value_size(n, (int)v) * batch + TILE_SLACK) : 0, .first = SIZE_MAX};
    }
    places[n->output].first = 0;
    for (size_t i = 0; i < n->layer_count; i++) {
        const struct net_layer *l = &n->layers[n->layer_count - 1 - i];
        places[l->to].last = i + 1;
        places[l->from].first = places[l->from].first < i + 1 ? places[l->from].first : i + 1;
        if (l->shortcut >= 0) {
            places[l->shortcut].first = places[l->shortcut].first < i + 1 ? places[l->shortcut].first : i + 1;
        }
    }
}

static void plan_layer(struct net_work *w, size_t i, size_t *scratch, size_t *packed) {
    const struct net_layer *l = &w->net->layers[i];
    struct room *r = &w->rooms[i];
    if (l->kind == NET_MAX_POOL) {
        r->taps = take(w, (net_value_size(w->net, l->to) * w->batch + 3) / 4);
    }
    if (l->kind != NET_CONV) {
        return;
    }
    size_t wide = l->conv.filters + TILE_SLACK, own = conv_scratch(&l->conv, w->training);
    size_t norm = w->training ? norm_scratch(l->conv.filters) : 0, pack = conv_packed(&l->conv);
    *scratch = own > *scratch ? own : *scratch;
    *scratch = norm > *scratch ? norm : *scratch;
    *packed = pack > *packed ? pack : *packed;
    r->shift = take(w, wide);
    r->scale = take(w, wide);
    if (w->training) {
        r->raw = take(w, net_value_size(w->net, l->to) * w->batch + TILE_SLACK);
        r->mean = take(w, wide);
        r->inverse = take(w, wide);
    } else {
        r->packed = take(w, pack);
    }
}

static enum err_code plan(struct net_work *w, struct err *e) {
    const struct net *n = w->net;
    size_t scratch = 0, packed = 0;
    struct place *places = calloc(n->value_count, sizeof *places);
    w->rooms = calloc(n->layer_count, sizeof *w->rooms);
    w->activations = calloc(2 * n->value_count, sizeof *w->activations);
    w->written = calloc(n->value_count, sizeof *w->written);
    if (!places || !w->rooms || !w->activations || !w->written) {
        free(places);
        return err_nomem(e);
    }
    w->gradients = w->activations + n->value_count;
    for (size_t i = 0; i < n->layer_count; i++) {
        plan_layer(w, i, &scratch, &packed);
    }
    w->scratch = take(w, scratch);
    live_forward(n, w->batch, places);
    size_t begin = w->training ? 0 : take(w, place_all(places, n->value_count));
    for (size_t v = 0; v < n->value_count; v++) {
        w->activations[v] = w->training ? take(w, places[v].size) : begin + places[v].begin;
    }
    if (w->training) {
        w->packed = take(w, packed);
        w->gradient = take(w, n->parameter_count);
        live_backward(n, w->batch, places);
        begin = take(w, place_all(places, n->value_count));
        for (size_t v = 0; v < n->value_count; v++) {
            w->gradients[v] = begin + places[v].begin;
        }
    }
    free(places);
    return ERR_OK;
}

void net_work_free(struct net_work *w) {
    if (w) {
        free(w->rooms);
        free(w->activations);
        free(w->written);
        free(w->block);
        free(w);
    }
}

size_t net_work_bytes(const struct net *n, size_t batch, bool training) {
    struct net_work w = {.net = (struct net *)n, .batch = batch, .training = training};
    struct err e = ERR_INIT;
    size_t bytes = plan(&w, &e) ? SIZE_MAX : w.total * sizeof(float);
    free(w.rooms);
    free(w.activations);
    free(w.written);
    return bytes;
}

enum err_code net_work_new(struct net *n, size_t batch, bool training, struct net_work **out, struct err *e) {
    struct net_work *w = calloc(1, sizeof *w);
    if (!w) {
        return err_nomem(e);
    }
    *w = (struct net_work){.net = n, .batch = batch, .training = training};
    if (!plan(w, e)) {
        w->block = calloc(w->total * sizeof(float) + LINE, 1); /* zeros that cost nothing until they are used */
        if (w->block) {
            w->memory = (float *)(((uintptr_t)w->block + LINE - 1) / LINE * LINE);
            *out = w;
            return ERR_OK;
        }
        err_set(e, ERR_NOMEM, "a batch of %zu pictures needs %zu MiB, and they cannot be had", batch,
                w->total * sizeof(float) >> 20);
    }
    net_work_free(w);
    return e->code;
}

static float *value_of(const struct net_work *w, int value) {
    return w->memory + w->activations[value];
}

float *net_input(struct net_work *w) {
    return value_of(w, 0);
}

const float *net_result(const struct net_work *w, int value) {
    return value_of(w, value);
}

const float *net_gradient(const struct net_work *w) {
    return w->memory + w->gradient;
}

void net_fold(struct net_work *w) {
    const struct net *n = w->net;
    for (size_t i = 0; i < n->layer_count; i++) {
        const struct net_layer *l = &n->layers[i];
        if (l->kind != NET_CONV) {
            continue;
        }
        float *scale = w->memory + w->rooms[i].scale, *shift = w->memory + w->rooms[i].shift;
        for (size_t k = 0; k < l->conv.filters; k++) {
            scale[k] = n->parameters[l->scale + k] / sqrtf(n->state[l->variance + k] + n->epsilon);
            shift[k] = n->parameters[l->bias + k] - n->state[l->mean + k] * scale[k];
        }
        conv_pack_forward(&l->conv, n->parameters + l->weights, scale, w->memory + w->rooms[i].packed);
    }
}

/* The norm of a batch: statistics, running ones, and y from what the convolution gave. */
static void norm_layer(struct net_work *w, size_t i, size_t count, const float *add, float *y) {
    struct net *n = w->net;
    const struct net_layer *l = &n->layers[i];
    const struct room *r = &w->rooms[i];
    size_t rows = count * l->conv.out_height * l->conv.out_width, channels = l->conv.filters;
    float *mean = w->memory + r->mean, *inverse = w->memory + r->inverse, *scale = w->memory + r->scale,
          *shift = w->memory + r->shift, *raw = w->memory + r->raw;
    norm_statistics(raw, rows, channels, mean, inverse, w->memory + w->scratch);
    float unbiased = rows > 1 ? (float)rows / (float)(rows - 1) : 1;
    for (size_t k = 0; k < channels; k++) {
        float variance = inverse[k];
        float *running = &n->state[l->mean + k], *running_variance = &n->state[l->variance + k];
        *running += n->momentum * (mean[k] - *running);
        *running_variance += n->momentum * (variance * unbiased - *running_variance);
        inverse[k] = 1 / sqrtf(variance + n->epsilon);
        scale[k] = n->parameters[l->scale + k] * inverse[k];
        shift[k] = n->parameters[l->bias + k] - mean[k] * scale[k];
    }
    norm_apply(raw, rows, channels, scale, shift, add, l->activation, y);
}

static void conv_layer(struct net_work *w, size_t i, size_t count) {
    const struct net_layer *l = &w->net->layers[i];
    const float *x = value_of(w, l->from), *add = l->shortcut >= 0 ? value_of(w, l->shortcut) : NULL;
    float *scratch = w->memory + w->scratch;
    if (w->training) {
        float *packed = w->memory + w->packed, *raw = w->memory + w->rooms[i].raw;
        conv_pack_forward(&l->conv, w->net->parameters + l->weights, NULL, packed);
        conv_forward(&l->conv, x, count, packed, NULL, raw, scratch);
        norm_layer(w, i, count, add, value_of(w, l->to));
        return;
    }
    struct conv_finish finish = {.add = add,
                                 .bias = w->memory + w->rooms[i].shift,
                                 .clamped = l->activation != ACTIVATION_NONE,
                                 .high = l->activation == ACTIVATION_RELU6 ? 6 : INFINITY};
    conv_forward(&l->conv, x, count, w->memory + w->rooms[i].packed, &finish, value_of(w, l->to), scratch);
}

static void run_layer(struct net_work *w, size_t i, size_t count) {
    const struct net *n = w->net;
    const struct net_layer *l = &n->layers[i];
    const float *x = value_of(w, l->from);
    float *y = value_of(w, l->to);
    switch (l->kind) {
    case NET_CONV:
        conv_layer(w, i, count);
        break;
    case NET_MAX_POOL:
        max_pool_forward(&l->pool, x, count, y, (unsigned char *)(w->memory + w->rooms[i].taps));
        break;
    case NET_AVERAGE_POOL:
        average_pool_forward(&l->pool, x, count, y);
        break;
    case NET_LINEAR:
        linear_forward(n->parameters + l->weights, n->parameters + l->bias, x, count, net_value_size(n, l->from),
                       net_value_size(n, l->to), l->activation == ACTIVATION_RELU, y);
        break;
    }
}

enum err_code net_forward(struct net_work *w, size_t count, struct pace *pace, struct err *e) {
    for (size_t i = 0; i < w->net->layer_count; i++) {
        if (pace && pace_check(pace, e)) {
            return e->code;
        }
        run_layer(w, i, count);
    }
    return ERR_OK;
}

/* Whether the derivative by a value is to be added to what is there; from now on it is. */
static bool mark(struct net_work *w, int value) {
    bool before = w->written[value];
    w->written[value] = true;
    return before;
}

static void conv_layer_back(struct net_work *w, size_t i, size_t count) {
    const struct net *n = w->net;
    const struct net_layer *l = &n->layers[i];
    const struct room *r = &w->rooms[i];
    float *dy = w->memory + w->gradients[l->to], *gradient = w->memory + w->gradient, *scratch = w->memory + w->scratch,
          *packed = w->memory + w->packed;
    struct norm_backward b = {.x = w->memory + r->raw,
                              .y = value_of(w, l->to),
                              .rows = count * l->conv.out_height * l->conv.out_width,
                              .channels = l->conv.filters,
                              .mean = w->memory + r->mean,
                              .inverse = w->memory + r->inverse,
                              .scale = w->memory + r->scale,
                              .shift = w->memory + r->shift,
                              .activation = l->activation,
                              .shortcut = l->shortcut >= 0,
                              .dweight = gradient + l->scale,
                              .dbias = gradient + l->bias,
                              .dy = dy};
    if (l->shortcut > 0) {
        b.dadd = w->memory + w->gradients[l->shortcut];
        b.adding = mark(w, l->shortcut);
    }
    norm_backward(&b, scratch);
    conv_backward_weights(&l->conv, value_of(w, l->from), dy, count, gradient + l->weights, scratch);
    if (l->from > 0) {
        conv_pack_backward(&l->conv, n->parameters + l->weights, packed);
        conv_backward_input(&l->conv, dy, count, packed, mark(w, l->from), w->memory + w->gradients[l->from], scratch);
    }
}

static void linear_layer_back(struct net_work *w, size_t i, size_t count) {
    const struct net *n = w->net;
    const struct net_layer *l = &n->layers[i];
    float *gradient = w->memory + w->gradient;
    mark(w, l->from);
    linear_backward(n->parameters + l->weights, value_of(w, l->from), value_of(w, l->to), count,
                    net_value_size(n, l->from), net_value_size(n, l->to), l->activation == ACTIVATION_RELU,
                    w->memory + w->gradients[l->to], gradient + l->weights, gradient + l->bias,
                    w->memory + w->gradients[l->from]);
}

static void layer_back(struct net_work *w, size_t i, size_t count) {
    const struct net_layer *l = &w->net->layers[i];
    const float *dy = w->memory + w->gradients[l->to];
    float *dx = w->memory + w->gradients[l->from];
    switch (l->kind) {
    case NET_CONV:
        conv_layer_back(w, i, count);
        break;
    case NET_MAX_POOL:
        max_pool_backward(&l->pool, dy, count, (const unsigned char *)(w->memory + w->rooms[i].taps), mark(w, l->from),
                          dx);
        break;
    case NET_AVERAGE_POOL:
        average_pool_backward(&l->pool, dy, count, mark(w, l->from), dx);
        break;
    case NET_LINEAR:
        linear_layer_back(w, i, count);
        break;
    }
}

enum err_code net_backward(struct net_work *w, const float *doutput, size_t count, struct pace *pace, struct err *e) {
    const struct net *n = w->net;
    memset(w->written, 0, n->value_count * sizeof *w->written);
    memcpy(w->memory + w->gradients[n->output], doutput, count * net_value_size(n, n->output) * sizeof *doutput);
    for (size_t i = n->layer_count; i-- > 0;) {
        if (pace && pace_check(pace, e)) {
            return e->code;
        }
        layer_back(w, i, count);
    }
    return ERR_OK;
}
