/* Everything about a backbone's training but the steps: pictures, preset, weights to start from, scale, centre. */
#include "ml/model/net_training.h"

#include "base/clock.h"
#include "ml/model/choice.h"
#include "ml/model/weights.h"
#include "ml/model/whitening.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum err_code choose_pictures(struct net_training *t, struct err *e) {
    const struct encoder_options *o = t->options;
    if (t->tuning) { /* as they were */
        snprintf(t->report.preset, sizeof t->report.preset, "%s", t->b->preset.name);
        snprintf(t->report.reason, sizeof t->report.reason, "that of the model");
        return ERR_OK;
    }
    const struct arch *arch = arch_find(o->backbone.name);
    struct choice c;
    if (!arch) {
        return err_set(e, ERR_VALUE, "there is no backbone '%.60s'", o->backbone.name);
    }
    if (choice_make(&t->gallery, o->augment, &o->switches, &c, &t->pace, e)) {
        return e->code;
    }
    snprintf(t->report.preset, sizeof t->report.preset, "%s", c.preset.name);
    snprintf(t->report.reason, sizeof t->report.reason, "%s", c.reason);
    int width = o->backbone.width ? o->backbone.width : arch->width;
    if (o->backbone.weights) {
        return weights_backbone(o->backbone.weights, arch, &c.preset, o->image_size, &t->b, e);
    }
    if (!arch->trainable) {
        err_set(e, ERR_VALUE, "%s is not trained here: it needs weights from elsewhere", arch->name);
        return err_hint(e, "OPTIONS (pretrained=True) or pretrained='file'");
    }
    return backbone_new(arch, &c.preset, width, o->image_size ? o->image_size : c.size, c.channels, &t->b, e);
}

static enum err_code check_trainable(const struct net_training *t, struct err *e) {
    const struct encoder_options *o = t->options;
    const struct backbone *b = t->b;
    if (!b->arch->trainable || b->size > CANVAS_MOST) {
        err_set(e, ERR_VALUE,
                "%s at %d pixels is used as it is, not trained: training takes pictures of up to %d pixels",
                b->arch->name, b->size, CANVAS_MOST);
        return err_hint(e, "max_epochs=0 uses the network as it is");
    }
    if (!b->preset.augmented) {
        err_set(e, ERR_VALUE, "preset %s has no views, and %s learns from nothing else", b->preset.name, b->arch->name);
        return err_hint(e, "choose another augment");
    }
    if (o->backbone.optimizer && !optimizer_rule_find(o->backbone.optimizer)) {
        err_set(e, ERR_VALUE, "there is no optimizer '%.60s'", o->backbone.optimizer);
        return err_hint(e, "choose adam, sgd or lars");
    }
    return ERR_OK;
}

/* Mean and deviation of each channel of the waiting pictures. */
static void measure_channels(struct net_training *t) {
    struct backbone *b = t->b;
    size_t values = canvas_bytes(b->size, b->channels), channels = (size_t)b->channels, count = t->gallery.count;
    double sums[3] = {0}, squares[3] = {0}, n = (double)(count * values / channels);
    struct canvas c;
    for (size_t i = 0; i < count; i++) {
        canvas_fill(&c, t->gallery.bytes + i * values, b->size, b->channels, b->preset.deskew);
        for (size_t k = 0; k < values; k++) {
            double v = (double)c.values[k];
            sums[k / (values / channels)] += v;
            squares[k / (values / channels)] += v * v;
        }
    }
    for (size_t k = 0; k < channels; k++) {
        b->mean[k] = (float)(sums[k] / n);
        b->deviation[k] = fmaxf((float)sqrt(fmax(squares[k] / n - pow(sums[k] / n, 2), 0)), .01F);
    }
}

/* The components to keep, of the gallery's finished vectors. */
static enum err_code find_basis(struct net_training *t, float *rows, struct err *e) {
    struct backbone *b = t->b;
    size_t count = t->gallery.count, width = (size_t)backbone_dimension(b), found = 0;
    size_t wanted = (size_t)(t->tuning && b->basis ? b->kept : t->options->embedding_size);
    free(b->basis);
    b->basis = NULL;
    b->kept = (int)width;
    if (!wanted || wanted >= width) {
        return ERR_OK;
    }
    float *mean = malloc(width * sizeof *mean);
    b->basis = malloc(wanted * width * sizeof *b->basis);
    if (!mean || !b->basis) {
        err_nomem(e);
    } else if (!whitening_axes(rows, count, width, wanted, b->basis, mean, &found, &t->pace, e)) {
        b->kept = (int)found;
    }
    free(mean);
    return e->code;
}

/* What makes vectors of what the network gives for the gallery: its mean unit vector, and the components. */
static enum err_code find_centre(struct net_training *t, struct err *e) {
    struct backbone *b = t->b;
    size_t count = t->gallery.count, width = (size_t)backbone_dimension(b);
    struct net_work *work = NULL;
    float *rows = malloc(count * width * sizeof *rows);
    if (!rows) {
        return err_nomem(e);
    }
    if (!net_work_new(b->net, BACKBONE_CHUNK, false, &work, e)) {
        net_fold(work);
        if (!backbone_run(b, work, &t->gallery, t->gallery.ids, count, rows, NULL, false, &t->pace, e)) {
            backbone_finish(rows, count, width, NULL);
            for (size_t k = 0; k < width; k++) {
                double sum = 0;
                for (size_t i = 0; i < count; i++) {
                    sum += (double)rows[i * width + k];
                }
                b->centre[k] = (float)(sum / (double)count);
            }
            backbone_finish(rows, count, width, b->centre);
            find_basis(t, rows, e);
        }
    }
    net_work_free(work);
    free(rows);
    return e->code;
}

/* Ends a stage of the report and begins the next. */
static void take_time(double *began, double *seconds) {
    double now = clock_now();
    *seconds = now - *began;
    *began = now;
}

static enum err_code train_all(struct net_training *t, struct err *e) {
    const struct encoder_options *o = t->options;
    double began = clock_now();
    if (gallery_init(&t->gallery, t->source, o->seed, e) || pace_stage(&t->pace, "Reading", t->gallery.count, e) ||
        choose_pictures(t, e)) {
        return e->code;
    }
    t->batch = (size_t)o->batch_size < t->source->count ? (size_t)o->batch_size : t->source->count;
    if (o->max_epochs > 0 && check_trainable(t, e)) {
        return e->code;
    }
    if (gallery_read(&t->gallery, t->b->size, t->b->channels, &t->pace, e)) {
        return e->code;
    }
    take_time(&began, &t->report.reading);
    if (!o->backbone.weights && !t->tuning) {
        measure_channels(t);
    }
    if (o->max_epochs > 0 && net_training_prepare(t, e)) {
        return e->code;
    }
    take_time(&began, &t->report.preparing);
    if ((o->max_epochs > 0 && net_training_run(t, e)) || find_centre(t, e)) {
        return e->code;
    }
    take_time(&began, &t->report.training);
    return ERR_OK;
}

static enum err_code train_backbone(struct net_training *t, const struct ml_watch *watch, struct encoder_report *report,
                                    struct err *e) {
    double start = clock_now();
    bool learns = t->options->labels && t->options->max_epochs > 0;
    const char *trouble = t->options->labels && !learns ? "weights that are used as they are learn nothing" : NULL;
    t->report = (struct encoder_report){.chosen = learns ? "SupCon" : "label-free",
                                        .trouble = trouble,
                                        .rank = NAN,
                                        .view_pixels = NAN,
                                        .view_stem = NAN,
                                        .view_closed = NAN,
                                        .view_epochs = NAN,
                                        .view_model = NAN,
                                        .score_free = NAN,
                                        .score_lda = NAN,
                                        .score_supcon = NAN,
                                        .first_pixels = NAN,
                                        .first_stem = NAN,
                                        .first_closed = NAN,
                                        .first_model = NAN};
    pace_init(&t->pace, watch);
    train_all(t, e);
    net_training_release(t);
    t->report.images = t->source->count;
    t->report.seconds = clock_now() - start;
    if (!e->code && report) {
        *report = t->report;
    }
    return e->code;
}

enum err_code backbone_train(const struct encoder_options *options, const struct ml_source *source,
                             const struct ml_watch *watch, struct backbone **out, struct encoder_report *report,
                             struct err *e) {
    struct net_training t = {.options = options, .source = source};
    if (train_backbone(&t, watch, report, e)) {
        backbone_free(t.b);
        return e->code;
    }
    *out = t.b;
    return ERR_OK;
}

enum err_code backbone_tune(struct backbone *b, const struct encoder_options *options, const struct ml_source *source,
                            const struct ml_watch *watch, struct encoder_report *report, struct err *e) {
    struct net_training t = {.options = options, .source = source, .b = b, .tuning = true};
    return train_backbone(&t, watch, report, e);
}
