/* An epoch goes through all pictures in a new order; a step draws two views of each picture of its batch, and all cores
 * work on each part of the step in turn (drawing, network, loss), which keeps them as busy as a queue between them
 * would and needs no second batch in memory. */
#include "ml/model/net_training.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/parallel.h"
#include "ml/model/checkpoint.h"
#include "ml/model/held_back.h"
#include "ml/model/training.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEAD 128    /* numbers behind the projection head (SimCLR, section 3) */
#define DECAY 1e-6F /* the paper's */
#define MOMENTUM .9F
#define STREAM_ORDER 0x0de8U
#define STREAM_VIEW 0x71e3U
#define STREAM_HELD 0x4e1dU
#define PICTURES_HELD 500
#define PATIENCE_LEAST 20 /* epochs without a better share of held-back views: a tenth of all, but at least so many */

void net_training_release(struct net_training *t) {
    net_work_free(t->work);
    net_work_free(t->embedding);
    net_free(t->net);
    optimizer_release(&t->optimizer);
    loss_release(&t->loss);
    gallery_release(&t->gallery);
    free(t->parts);
    free(t->order);
    free(t->labels);
    free(t->bytes);
    free(t->derivative);
    free(t->best);
    free(t->held);
    free(t->losses);
}

/* --- before the first step --- */

static size_t held_count(const struct net_training *t) {
    return t->gallery.count < PICTURES_HELD ? t->gallery.count : PICTURES_HELD;
}

static size_t memory_left(void) {
    struct buf text = BUF_INIT;
    struct err ignored = ERR_INIT;
    size_t bytes = (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
    if (!file_read("/proc/meminfo", 65536, &text, &ignored)) {
        const char *line = strstr(buf_text(&text), "MemAvailable:");
        bytes = line ? (size_t)strtoull(line + strlen("MemAvailable:"), NULL, 10) << 10 : bytes;
    }
    buf_release(&text);
    return bytes / 10 * 9;
}

/* Bytes of training with this batch, gallery apart. */
static size_t memory_for(const struct net_training *t, const struct net *net, size_t batch) {
    size_t rows = 2 * batch, loss = rows * (2 * HEAD + 2 + 256) + rows * HEAD;
    size_t moments = 3 * net->parameter_count + net->state_count;
    return net_work_bytes(net, rows, true) + net_work_bytes(t->b->net, BACKBONE_CHUNK, false) +
           (loss + moments) * sizeof(float) + batch * canvas_bytes(t->b->size, t->b->channels) +
           (t->options->backbone.checkpoint ? 2 * checkpoint_bytes(net, optimizer_rule_at(0)) : 0); /* as it is built */
}

static enum err_code check_memory(const struct net_training *t, const struct net *net, struct err *e) {
    size_t most = t->options->backbone.memory ? t->options->backbone.memory : memory_left();
    size_t wanted = memory_for(t, net, t->batch);
    if (wanted <= most) {
        return ERR_OK;
    }
    size_t fits = 0, fails = t->batch;
    while (fails - fits > 1) {
        size_t middle = (fits + fails) / 2;
        if (memory_for(t, net, middle) <= most) {
            fits = middle;
        } else {
            fails = middle;
        }
    }
    err_set(
        e, ERR_VALUE,
        "batch_size is %zu: training %s of width %d on so many pictures of %d pixels needs %zu MiB, and %zu are left",
        t->batch, t->b->arch->name, t->b->width, t->b->size, wanted >> 20, most >> 20);
    return fits >= 2 ? err_hint(e, "the largest batch_size that fits is %zu", fits)
                     : err_hint(e, "not even two pictures fit: a smaller width needs less");
}

/* Where nobody asks: at 64 pictures a step, and how it grows with them. LARS as in the paper, .3 * batch / 256. */
static const struct {
    const char *rule;
    float rate, power;
} rates[] = {{"adam", 1e-3F, .5F}, {"sgd", .03F, 1}, {"lars", .075F, 1}};

static enum err_code prepare_optimizer(struct net_training *t, struct err *e) {
    const struct encoder_options *o = t->options;
    const char *name = o->backbone.optimizer ? o->backbone.optimizer : "adam";
    size_t steps = (t->source->count + t->batch - 1) / t->batch * (size_t)o->max_epochs;
    struct optimizer_settings s = {.rule = optimizer_rule_find(name),
                                   .rate = o->learning_rate,
                                   .decay = DECAY,
                                   .momentum = MOMENTUM,
                                   .warm_up = steps / 10,
                                   .steps = steps};
    for (size_t i = 0; s.rate <= 0 && i < sizeof rates / sizeof *rates; i++) {
        if (!strcmp(rates[i].rule, name)) {
            s.rate = rates[i].rate * powf((float)t->batch / 64, rates[i].power);
        }
    }
    t->parts = calloc(t->net->tensor_count, sizeof *t->parts);
    if (!t->parts) {
        return err_nomem(e);
    }
    for (size_t i = 0; i < t->net->tensor_count; i++) {
        const struct net_tensor *n = &t->net->tensors[i];
        if (!n->state) {
            t->parts[t->part_count++] = (struct optimizer_part){n->begin, n->count, n->decayed};
        }
    }
    return optimizer_init_rule(&t->optimizer, t->net->parameter_count, &s, e);
}

enum err_code net_training_prepare(struct net_training *t, struct err *e) {
    struct backbone *b = t->b;
    const struct encoder_options *o = t->options;
    size_t rows = 2 * t->batch, held = held_count(t), width = (size_t)backbone_dimension(b);
    if (arch_build(b->arch, b->width, b->size, b->channels, HEAD, &t->net, e) || check_memory(t, t->net, e)) {
        return e->code;
    }
    net_initialise(t->net, o->seed);
    if (o->backbone.weights || t->tuning) {
        memcpy(t->net->parameters, b->net->parameters, b->net->parameter_count * sizeof(float));
        memcpy(t->net->state, b->net->state, b->net->state_count * sizeof(float));
    }
    if (net_work_new(t->net, rows, true, &t->work, e) ||
        net_work_new(b->net, BACKBONE_CHUNK, false, &t->embedding, e) || loss_init(&t->loss, rows, HEAD, e) ||
        prepare_optimizer(t, e)) {
        return e->code;
    }
    t->loss.decoupled = o->backbone.loss && !strcmp(o->backbone.loss, "dcl");
    t->labels = malloc(t->batch * sizeof *t->labels);
    t->order = malloc(t->source->count * sizeof *t->order);
    t->bytes = malloc((t->batch > BACKBONE_CHUNK ? t->batch : BACKBONE_CHUNK) * canvas_bytes(b->size, b->channels));
    t->derivative = malloc(rows * HEAD * sizeof *t->derivative);
    t->numbers = t->net->parameter_count + t->net->state_count;
    t->best = malloc(t->numbers * sizeof *t->best);
    t->held = malloc(3 * held * width * sizeof *t->held);
    t->losses = calloc((size_t)o->max_epochs, sizeof *t->losses);
    if (!t->labels || !t->order || !t->bytes || !t->derivative || !t->best || !t->held || !t->losses) {
        return err_nomem(e);
    }
    t->seen = t->held + held * width;
    return ERR_OK;
}

/* --- steps --- */

struct drawing {
    const struct net_training *t;
    const uint32_t *ids;
    const unsigned char *bytes;
    uint64_t stream;
    float *out;
};

/* View i is of picture i / 2. */
static void draw_some(void *user, size_t begin, size_t end) {
    const struct drawing *d = user;
    const struct backbone *b = d->t->b;
    size_t values = canvas_bytes(b->size, b->channels);
    for (size_t i = begin; i < end; i++) {
        struct random r = random_stream(d->t->options->seed ^ d->stream, d->ids[i / 2], i % 2);
        backbone_see(b, d->bytes + i / 2 * values, &r, d->out + i * values);
    }
}

/* Into the input of `work`. */
static enum err_code draw_views(struct net_training *t, const uint32_t *ids, size_t count, uint64_t stream,
                                struct net_work *work, struct err *e) {
    struct drawing d = {t, ids, t->bytes, stream, net_input(work)};
    if (!gallery_fetch(&t->gallery, ids, count, t->bytes, NULL, false, &t->pace, e)) {
        parallel_for(2 * count, 4, draw_some, &d);
    }
    return e->code;
}

static enum err_code train_step(struct net_training *t, int epoch, const uint32_t *ids, size_t count, float *value,
                                struct err *e) {
    uint64_t stream = ((uint64_t)epoch << 16 | STREAM_VIEW) << 16;
    if (draw_views(t, ids, count, stream, t->work, e)) {
        return e->code;
    }
    for (size_t i = 0; t->options->labels && i < count; i++) {
        t->labels[i] = t->options->labels[ids[i]];
    }
    if (net_forward(t->work, 2 * count, &t->pace, e)) {
        return e->code;
    }
    const float *z = net_result(t->work, t->net->output);
    const int *labels = t->options->labels ? t->labels : NULL;
    if (pace_check(&t->pace, e) ||
        loss_supcon(&t->loss, z, labels, 2 * count, HEAD, t->options->temperature, value, t->derivative, &t->pace, e)) {
        return e->code;
    }
    if (!isfinite(*value)) {
        err_set(e, ERR_MODEL, "the loss is no longer a number in epoch %d", epoch + 1);
        return err_hint(e, "try a smaller learning_rate (it was %g) or a higher temperature",
                        (double)t->optimizer.rate);
    }
    if (net_backward(t->work, t->derivative, 2 * count, &t->pace, e)) {
        return e->code;
    }
    optimizer_update_parts(&t->optimizer, t->parts, t->part_count, t->net->parameters, net_gradient(t->work));
    return ERR_OK;
}

static bool out_of_time(const struct net_training *t) {
    double limit = t->options->backbone.time_limit;
    return limit > 0 && clock_now() - t->started >= limit;
}

static enum err_code train_epoch(struct net_training *t, float *mean, struct err *e) {
    size_t all = t->source->count, used = 0;
    int epoch = t->epoch;
    struct random r = random_stream(t->options->seed, STREAM_ORDER, (uint64_t)epoch);
    double sum = 0;
    for (size_t i = 0; i < all; i++) {
        t->order[i] = (uint32_t)i;
    }
    random_shuffle(&r, t->order, all);
    t->pace.progress.epoch = epoch + 1;
    t->pace.progress.done = 0;
    for (size_t at = 0; at < all; at += t->batch) {
        size_t count = all - at < t->batch ? all - at : t->batch;
        float value;
        t->cut = used && out_of_time(t);
        if (t->cut || count < 2 || (count < t->batch / 2 && used)) { /* too few negatives, and norms of too few */
            break;
        }
        if (train_step(t, epoch, t->order + at, count, &value, e)) {
            return e->code;
        }
        sum += (double)value * (double)count;
        used += count;
        t->pace.progress.done += count;
        if (pace_check(&t->pace, e)) {
            return e->code;
        }
    }
    t->pace.progress.done = all;
    *mean = used ? (float)(sum / (double)used) : 0;
    return ERR_OK;
}

/* --- what an epoch is worth --- */

/* The trained parameters without the head, which come first, to where embedding reads them. */
static void hand_over(struct net_training *t) {
    struct net *to = t->b->net;
    memcpy(to->parameters, t->net->parameters, to->parameter_count * sizeof(float));
    memcpy(to->state, t->net->state, to->state_count * sizeof(float));
    net_fold(t->embedding);
}

/* Vectors of the held-back pictures and of views of them that no training sees, and the share that finds its own. */
static enum err_code judge(struct net_training *t, float *share, struct err *e) {
    size_t n = held_count(t), width = (size_t)backbone_dimension(t->b);
    uint32_t ids[PICTURES_HELD];
    for (size_t i = 0; i < n; i++) {
        ids[i] = t->gallery.ids[i * t->gallery.count / n];
    }
    hand_over(t);
    if (backbone_run(t->b, t->embedding, &t->gallery, ids, n, t->held, NULL, false, &t->pace, e)) {
        return e->code;
    }
    size_t step = BACKBONE_CHUNK / 2 < t->batch ? BACKBONE_CHUNK / 2 : t->batch;
    for (size_t at = 0; at < n; at += step) {
        size_t count = n - at < step ? n - at : step;
        if (draw_views(t, ids + at, count, (uint64_t)STREAM_HELD << 40, t->embedding, e) ||
            net_forward(t->embedding, 2 * count, &t->pace, e)) {
            return e->code;
        }
        memcpy(t->seen + 2 * at * width, net_result(t->embedding, t->b->net->embedding),
               2 * count * width * sizeof *t->seen);
    }
    float *centre = t->b->centre;
    backbone_finish(t->held, n, width, NULL);
    for (size_t k = 0; k < width; k++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++) {
            sum += (double)t->held[i * width + k];
        }
        centre[k] = (float)(sum / (double)n);
    }
    backbone_finish(t->held, n, width, centre);
    backbone_finish(t->seen, 2 * n, width, centre);
    return held_back_find(t->held, n, t->seen, 2 * n, width, share, NULL, e);
}

/* Of equals the later: it has seen more. With labels the last: a view is then to find its class, and that it finds its
 * own picture less often is no loss. */
static void keep_best(struct net_training *t, float share) {
    struct encoder_report *r = &t->report;
    if (share >= r->view_model || t->epoch == 1 || t->options->labels) {
        r->view_model = r->view_epochs = share;
        r->kept_training = true;
        t->better = t->epoch;
        memcpy(t->best, t->net->parameters, t->numbers * sizeof *t->best);
    }
}

/* Where training begins: from a checkpoint, or before the first epoch. */
static enum err_code begin(struct net_training *t, struct err *e) {
    const struct backbone_options *o = &t->options->backbone;
    bool resumed = false;
    size_t n = BACKBONE_CHUNK / 2 < t->batch ? BACKBONE_CHUNK / 2 : t->batch;
    n = n < t->gallery.count ? n : t->gallery.count;
    if (o->checkpoint) {
        if (draw_views(t, t->gallery.ids, n, (uint64_t)STREAM_HELD << 40, t->work, e) ||
            checkpoint_identify(t, net_input(t->work), 2 * n * net_value_size(t->net, 0), e)) {
            return e->code;
        }
        resumed = checkpoint_resume(t);
    }
    if (o->begins) {
        o->begins(o->user, &t->report);
    }
    if (resumed) {
        appraisal_losses(&t->report, t->losses, t->epoch);
        t->pace.progress.loss_count = (size_t)t->epoch;
    } else if (!judge(t, &t->report.view_model, e)) {
        t->report.view_closed = t->report.view_model;
    }
    return e->code;
}

static enum err_code train_epochs(struct net_training *t, struct err *e) {
    struct encoder_report *r = &t->report;
    int all = t->options->max_epochs, patience = all / 10 > PATIENCE_LEAST ? all / 10 : PATIENCE_LEAST;
    if (begin(t, e)) {
        return e->code;
    }
    while (t->epoch < all && t->epoch < t->better + patience && !(t->epoch > 0 && out_of_time(t))) {
        float share;
        if (train_epoch(t, &t->losses[t->epoch], e) || judge(t, &share, e)) {
            return e->code;
        }
        t->epoch++;
        appraisal_losses(r, t->losses, t->epoch);
        t->pace.progress.loss_count = (size_t)t->epoch;
        keep_best(t, share);
        if (!t->cut && t->epoch < all) {
            checkpoint_keep(t);
        }
    }
    r->interrupted = t->epoch < all && out_of_time(t);
    r->patience = t->epoch < all && !r->interrupted ? patience : 0;
    return ERR_OK;
}

enum err_code net_training_run(struct net_training *t, struct err *e) {
    struct err why = ERR_INIT;
    struct pace *pace = &t->pace;
    t->started = clock_now();
    pace->progress.epoch = 1;
    pace->progress.epochs = t->options->max_epochs;
    pace->progress.losses = t->losses;
    if (!pace_stage(pace, "Training", t->source->count, &why)) {
        train_epochs(t, &why);
    }
    pace->progress.losses = NULL;
    pace->progress.loss_count = 0;
    if (why.code == ERR_INTERRUPT && t->options->backbone.keep && t->report.kept_training) {
        t->report.interrupted = true;
        pace->watch = NULL; /* it would only say stop again */
    } else if (why.code) {
        *e = why;
        return e->code;
    }
    if (t->report.kept_training) {
        memcpy(t->net->parameters, t->best, t->numbers * sizeof *t->best);
    }
    hand_over(t);
    return ERR_OK;
}
