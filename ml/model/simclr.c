/* An epoch goes through all pictures of the source in a new order; each step draws its views from the pictures, so no
 * view is seen twice and nothing has to be kept. */
#include "ml/model/simclr.h"

#include "base/random.h"
#include "ml/nn/loss.h"
#include "ml/nn/optimizer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define KIND_TRAINING (VIEW_DRAWN + 64) /* two draws an epoch from here on */
#define STREAM_ORDER 0x0de7U
/* Epochs without a better share of held-back views before training ends: a tenth of those that were asked for, since
 * their learning rate falls that much more slowly, but at least 20. */
#define PATIENCE_LEAST 20
#define PATIENCE_PART 10

struct training {
    struct dense *layer;
    const struct projection *projection;
    const struct gallery *gallery;
    const struct simclr_options *options;
    struct loss loss;
    struct optimizer optimizer;
    uint32_t *order;
    struct view *views;
    float *x, *h, *dh, *grad; /* of a step */
    float *losses, *scratch;  /* one an epoch; vectors of the gallery */
    unsigned char *hits;      /* of the held-back views: at the start, and now */
};

static void training_release(struct training *t) {
    loss_release(&t->loss);
    optimizer_release(&t->optimizer);
    free(t->order);
    free(t->views);
    free(t->x);
    free(t->losses);
    free(t->scratch);
    free(t->hits);
}

static enum err_code training_init(struct training *t, const struct held_back *held, struct err *e) {
    const struct dense *l = t->layer;
    size_t all = t->gallery->source->count, batch = t->options->batch, rows = 2 * batch;
    size_t weights = l->inputs * l->outputs + l->outputs, steps = (all + batch - 1) / batch;
    if (loss_init(&t->loss, rows, l->outputs, e) ||
        optimizer_init(&t->optimizer, weights, t->options->rate, steps * (size_t)t->options->epochs, e)) {
        return e->code;
    }
    t->order = malloc(all * sizeof *t->order);
    t->views = malloc(rows * sizeof *t->views);
    t->x = malloc((rows * (l->inputs + 2 * l->outputs) + weights) * sizeof *t->x);
    t->losses = malloc((size_t)t->options->epochs * sizeof *t->losses);
    t->scratch = malloc(t->gallery->count * l->outputs * sizeof *t->scratch);
    t->hits = malloc(2 * held->views + 1);
    if (!t->order || !t->views || !t->x || !t->losses || !t->scratch || !t->hits) {
        return err_nomem(e);
    }
    t->h = t->x + rows * l->inputs;
    t->dh = t->h + rows * l->outputs;
    t->grad = t->dh + rows * l->outputs;
    return ERR_OK;
}

static enum err_code train_step(struct training *t, int epoch, const uint32_t *ids, size_t count, float *value,
                                struct pace *pace, struct err *e) {
    struct dense *l = t->layer;
    for (size_t i = 0; i < 2 * count; i++) {
        t->views[i] = (struct view){ids[i / 2], KIND_TRAINING + 2 * (uint32_t)epoch + (uint32_t)(i % 2)};
    }
    if (projection_views(t->projection, t->gallery, t->views, 2 * count, t->options->seed, t->x, NULL, false, pace,
                         e)) {
        return e->code;
    }
    dense_forward(l, t->x, 2 * count, t->h);
    if (loss_ntxent(&t->loss, t->h, 2 * count, l->outputs, t->options->temperature, value, t->dh, pace, e)) {
        return e->code;
    }
    if (!isfinite(*value)) {
        err_set(e, ERR_MODEL, "the loss is no longer a number in epoch %d", epoch + 1);
        return err_hint(e, "try a smaller learning_rate (it was %g) or a higher temperature", (double)t->options->rate);
    }
    dense_backward(l, t->x, t->dh, 2 * count, t->grad);
    optimizer_update(&t->optimizer, l->weights, t->grad);
    return ERR_OK;
}

static enum err_code train_epoch(struct training *t, int epoch, float *mean, struct pace *pace, struct err *e) {
    size_t all = t->gallery->source->count, batch = t->options->batch, used = 0;
    struct random r = random_stream(t->options->seed, STREAM_ORDER, (uint64_t)epoch);
    for (size_t i = 0; i < all; i++) {
        t->order[i] = (uint32_t)i;
    }
    random_shuffle(&r, t->order, all);
    double sum = 0;
    pace->progress.epoch = epoch + 1;
    pace->progress.done = 0;
    for (size_t at = 0; at < all; at += batch) {
        size_t count = all - at < batch ? all - at : batch;
        float value;
        if (count < 2) { /* no negatives */
            break;
        }
        if (train_step(t, epoch, t->order + at, count, &value, pace, e)) {
            return e->code;
        }
        sum += (double)value * (double)count;
        used += count;
        pace->progress.done += count;
        if (pace_check(pace, e)) {
            return e->code;
        }
    }
    pace->progress.done = all;
    *mean = used ? (float)(sum / (double)used) : 0;
    return ERR_OK;
}

/* All epochs; `best` is the layer of the best share so far. A first better one must beat the start beyond chance. */
static enum err_code train_epochs(struct training *t, const float *x, const struct held_back *held, struct dense *best,
                                  struct simclr_result *result, struct pace *pace, struct err *e) {
    int last_better = 0;
    float *losses = t->losses;
    unsigned char *start = t->hits, *now = t->hits + held->views;
    if (held_back_share(held, t->layer, &result->share, start, e)) {
        return e->code;
    }
    int part = t->options->epochs / PATIENCE_PART, patience = part > PATIENCE_LEAST ? part : PATIENCE_LEAST;
    for (int epoch = 0; epoch < t->options->epochs && epoch < last_better + patience; epoch++) {
        float share;
        if (train_epoch(t, epoch, &losses[epoch], pace, e)) {
            return e->code;
        }
        dense_centre(t->layer, x, t->gallery->count, t->scratch);
        if (held_back_share(held, t->layer, &share, now, e)) {
            return e->code;
        }
        result->epochs = epoch + 1;
        result->first_loss = epoch ? result->first_loss : losses[0];
        result->last_loss = losses[epoch];
        pace->progress.loss_count = (size_t)epoch + 1;
        if (share > result->share && held_back_better(held, start, now)) {
            result->share = share;
            result->kept = true;
            last_better = epoch + 1;
            dense_copy(best, t->layer);
        }
    }
    return ERR_OK;
}

enum err_code simclr_train(struct dense *layer, const struct projection *p, const struct gallery *g, const float *x,
                           const struct held_back *held, const struct simclr_options *options,
                           struct simclr_result *result, struct pace *pace, struct err *e) {
    struct training t = {.layer = layer, .projection = p, .gallery = g, .options = options};
    struct dense best = {0};
    *result = (struct simclr_result){0};
    if (!training_init(&t, held, e) && !dense_init(&best, layer->inputs, layer->outputs, e)) {
        dense_copy(&best, layer);
        pace->progress.epoch = 1;
        pace->progress.epochs = options->epochs;
        pace->progress.losses = t.losses;
        if (!pace_stage(pace, "Training", g->source->count, e) && !train_epochs(&t, x, held, &best, result, pace, e)) {
            dense_copy(layer, &best);
        }
        pace->progress.losses = NULL;
        pace->progress.loss_count = 0;
    }
    training_release(&t);
    dense_release(&best);
    return e->code;
}
