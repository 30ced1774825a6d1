/* An epoch goes through the pictures of the source in a new order; each step draws its views from the pictures, so no
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
    size_t count; /* pictures that an epoch goes through */
    struct view *views;
    int *labels;              /* of a step's pictures */
    float *x, *h, *dh, *grad; /* of a step */
    float *scratch;           /* vectors of the gallery */
};

static void training_release(struct training *t) {
    loss_release(&t->loss);
    optimizer_release(&t->optimizer);
    free(t->order);
    free(t->views);
    free(t->x);
    free(t->labels);
    free(t->scratch);
}

static enum err_code training_init(struct training *t, struct err *e) {
    const struct dense *l = t->layer;
    size_t all = t->gallery->source->count, batch = t->options->batch, rows = 2 * batch;
    t->count = all - t->options->left_count;
    size_t weights = l->inputs * l->outputs + l->outputs, steps = (t->count + batch - 1) / batch;
    if (loss_init(&t->loss, rows, l->outputs, e) ||
        optimizer_init(&t->optimizer, weights, t->options->rate, steps * (size_t)t->options->epochs, e)) {
        return e->code;
    }
    t->order = malloc(all * sizeof *t->order);
    t->views = malloc(rows * sizeof *t->views);
    t->x = malloc((rows * (l->inputs + 2 * l->outputs) + weights) * sizeof *t->x);
    t->labels = malloc(batch * sizeof *t->labels);
    t->scratch = malloc(t->gallery->count * l->outputs * sizeof *t->scratch);
    if (!t->order || !t->views || !t->x || !t->labels || !t->scratch) {
        return err_nomem(e);
    }
    t->h = t->x + rows * l->inputs;
    t->dh = t->h + rows * l->outputs;
    t->grad = t->dh + rows * l->outputs;
    return ERR_OK;
}

static enum err_code no_number(const struct training *t, const char *what, int epoch, struct err *e) {
    err_set(e, ERR_MODEL, "%s is no longer a number in epoch %d", what, epoch + 1);
    return err_hint(e, "try a smaller learning_rate (it was %g) or a higher temperature", (double)t->options->rate);
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
    for (size_t i = 0; i < count; i++) {
        t->labels[i] = t->options->labels ? t->options->labels[ids[i]] : -1;
    }
    dense_forward(l, t->x, 2 * count, t->h);
    if (loss_supcon(&t->loss, t->h, t->labels, 2 * count, l->outputs, t->options->temperature, value, t->dh, pace, e)) {
        return e->code;
    }
    if (!isfinite(*value)) {
        return no_number(t, "the loss", epoch, e);
    }
    dense_backward(l, t->x, t->dh, 2 * count, t->grad);
    optimizer_update(&t->optimizer, l->weights, t->grad);
    return ERR_OK;
}

/* The pictures in their order, without those left out, then shuffled. */
static void order_pictures(struct training *t, int epoch) {
    const struct simclr_options *o = t->options;
    struct random r = random_stream(o->seed, STREAM_ORDER, (uint64_t)epoch);
    size_t n = 0, skipped = 0;
    for (size_t i = 0; i < t->gallery->source->count; i++) {
        if (skipped < o->left_count && o->left[skipped] == i) {
            skipped++;
        } else {
            t->order[n++] = (uint32_t)i;
        }
    }
    random_shuffle(&r, t->order, n);
}

static enum err_code train_epoch(struct training *t, int epoch, float *mean, struct pace *pace, struct err *e) {
    size_t all = t->count, batch = t->options->batch, used = 0;
    order_pictures(t, epoch);
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

static bool is_finite(const struct dense *l) {
    bool finite = true;
    for (size_t i = 0; i < l->inputs * l->outputs + 2 * l->outputs; i++) {
        finite = finite && isfinite(l->weights[i]);
    }
    return finite;
}

/* Look at the layer after an epoch; `best` keeps a better one. */
static enum err_code judge_epoch(struct training *t, int epoch, struct dense *best, struct simclr_result *result,
                                 struct err *e) {
    const struct simclr_judge *judge = &t->options->judge;
    float score = 0;
    bool better = true;
    if (judge->look && judge->look(judge->user, t->layer, &score, &better, e)) {
        return e->code;
    }
    if (!result->best && (epoch == 0 || score > result->after)) {
        result->after = score;
    }
    if (!judge->look || (better && score > (result->best ? result->after : result->start))) {
        result->after = score;
        result->best = epoch + 1;
        dense_copy(best, t->layer);
    }
    return ERR_OK;
}

static enum err_code train_epochs(struct training *t, const float *x, struct dense *best, struct simclr_result *result,
                                  struct pace *pace, struct err *e) {
    const struct simclr_options *o = t->options;
    int end = o->stop_after ? o->stop_after : o->epochs;
    int part = o->epochs / PATIENCE_PART, patience = part > PATIENCE_LEAST ? part : PATIENCE_LEAST;
    bool better;
    if (o->judge.look && o->judge.look(o->judge.user, t->layer, &result->start, &better, e)) {
        return e->code;
    }
    for (int epoch = 0; epoch < end && epoch < result->best + patience; epoch++) {
        if (train_epoch(t, epoch, &o->losses[epoch], pace, e)) {
            return e->code;
        }
        dense_centre(t->layer, x, t->gallery->count, t->scratch);
        if (!is_finite(t->layer)) {
            return no_number(t, "a weight", epoch, e);
        }
        result->epochs = epoch + 1;
        pace->progress.loss_count = (size_t)epoch + 1;
        if (judge_epoch(t, epoch, best, result, e)) {
            return e->code;
        }
    }
    return ERR_OK;
}

enum err_code simclr_train(struct dense *layer, const struct projection *p, const struct gallery *g, const float *x,
                           const struct simclr_options *options, struct simclr_result *result, struct pace *pace,
                           struct err *e) {
    struct training t = {.layer = layer, .projection = p, .gallery = g, .options = options};
    struct dense best = {0};
    *result = (struct simclr_result){0};
    if (!training_init(&t, e) && !dense_init(&best, layer->inputs, layer->outputs, e)) {
        dense_copy(&best, layer);
        pace->progress.epoch = 1;
        pace->progress.epochs = options->epochs;
        pace->progress.losses = options->losses;
        if (!pace_stage(pace, "Training", t.count, e) && !train_epochs(&t, x, &best, result, pace, e)) {
            dense_copy(layer, &best);
        }
        pace->progress.losses = NULL;
        pace->progress.loss_count = 0;
    }
    training_release(&t);
    dense_release(&best);
    return e->code;
}
