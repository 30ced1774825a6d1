/* Read, choose a preset, learn the stem's means, principal components, view whitening; then labels or SimCLR: at each
 * step what the next one needs and no more. */
#include "ml/model/training.h"

#include "base/clock.h"
#include "ml/model/choice.h"
#include "ml/model/simclr.h"
#include "ml/model/whitening.h"
#include "ml/nn/cost.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH_MOST 4096 /* pictures a step; memory for larger ones buys nothing at these sizes */

/* The side asked for, or 0 with *e set. */
static int chosen_size(const struct preset *preset, int asked, struct err *e) {
    if (asked == preset->size || (preset->texture && asked == 2 * preset->size)) {
        return asked;
    }
    if (preset->texture) {
        err_set(e, ERR_VALUE, "image_size is %d, but preset %s looks at pictures of %d or %d pixels a side", asked,
                preset->name, preset->size, 2 * preset->size);
    } else {
        err_set(e, ERR_VALUE, "image_size is %d, but preset %s looks at pictures of %d pixels a side", asked,
                preset->name, preset->size);
    }
    return 0;
}

/* The preset, asked for or chosen, and the shape of the canvas. */
static enum err_code prepare_stem(struct training *t, struct err *e) {
    struct choice c;
    if (choice_make(&t->gallery, t->options->augment, &t->options->switches, &c, &t->pace, e)) {
        return e->code;
    }
    t->m->preset = c.preset;
    snprintf(t->report.preset, sizeof t->report.preset, "%s", c.preset.name);
    snprintf(t->report.reason, sizeof t->report.reason, "%s", c.reason);
    if (t->options->image_size && (c.size = chosen_size(&c.preset, t->options->image_size, e)) == 0) {
        return e->code;
    }
    return stem_init(&t->m->projection.stem, &t->m->preset, c.size, c.channels, e);
}

/* The stem's mean from raw features (count, length), and the features joined. */
static void join_features(struct stem *s, float *features, size_t count) {
    size_t width = (size_t)s->length;
    for (size_t k = 0; k < width; k++) {
        double sum = 0;
        for (size_t r = 0; r < count; r++) {
            sum += features[r * width + k];
        }
        s->mean[k] = (float)(sum / (double)count);
    }
    for (size_t r = 0; r < count; r++) {
        stem_join(s, features + r * width);
    }
}

static enum err_code learn_components(struct training *t, struct err *e) {
    struct projection *p = &t->m->projection;
    struct stem *s = &p->stem;
    const struct gallery *g = &t->gallery;
    size_t count = g->count;
    float *features = malloc(count * (size_t)s->length * sizeof *features);
    struct view *views = malloc(count * sizeof *views);
    if (!features || !views) {
        err_nomem(e);
    } else if (!s->preset->texture || !dictionary_fit(&s->dictionary, g, t->options->seed, &t->pace, e)) {
        for (size_t i = 0; i < count; i++) {
            views[i] = (struct view){g->ids[i], VIEW_ORIGINAL};
        }
        if (!stem_views(s, views, g->bytes, count, 0, false, features, &t->pace, e)) {
            join_features(s, features, count);
            whitening_components(p, features, count, &t->pace, e);
        }
    }
    free(features);
    free(views);
    return e->code;
}

/* Where the gallery's pictures are, and how their views scatter. */
static enum err_code learn_scatter(struct training *t, struct err *e) {
    const struct projection *p = &t->m->projection;
    size_t k = (size_t)p->components, count = t->gallery.count;
    bool views = p->stem.preset->augmented && !(t->tuning && !t->labels.count);
    t->x = malloc(count * k * sizeof *t->x);
    t->scatter = views ? malloc(k * k * sizeof *t->scatter) : NULL;
    if (!t->x || (views && !t->scatter)) {
        return err_nomem(e);
    }
    if (!projection_pictures(p, &t->gallery, t->gallery.ids, count, t->x, NULL, false, &t->pace, e) && views) {
        whitening_scatter(p, &t->gallery, t->options->seed, t->scatter, &t->pace, e);
    }
    return e->code;
}

/* The layer in closed form. */
static enum err_code learn_layer(struct training *t, struct err *e) {
    const struct projection *p = &t->m->projection;
    size_t k = (size_t)p->components;
    size_t wanted = (size_t)(t->options->embedding_size ? t->options->embedding_size : p->stem.preset->embedding_size);
    if (!dense_init(&t->m->layer, k, wanted < k ? wanted : k, e)) {
        whitening_layer(&t->m->layer, t->scatter, t->x, t->gallery.count, &t->pace, e);
    }
    return e->code;
}

size_t training_batch(const struct training *t) {
    size_t most = t->gallery.source->count < BATCH_MOST ? t->gallery.source->count : BATCH_MOST;
    return (size_t)t->options->batch_size < most ? (size_t)t->options->batch_size : most;
}

float training_rate(const struct training *t, float at_64) {
    float asked = t->options->learning_rate;
    return asked > 0 ? asked : at_64 * sqrtf((float)training_batch(t) / 64); /* grows with the root of the batch */
}

/* SimCLR from there. Without augmentation the two views of a picture are one: nothing to learn from. */
static enum err_code learn_epochs(struct training *t, struct err *e) {
    const struct encoder_options *o = t->options;
    struct simclr_result result;
    if (!t->m->projection.stem.preset->augmented) {
        return ERR_OK;
    }
    float *losses = malloc((size_t)o->max_epochs * sizeof *losses);
    if (!losses) {
        return err_nomem(e);
    }
    struct simclr_options simclr = {.epochs = o->max_epochs,
                                    .batch = training_batch(t),
                                    .temperature = o->temperature,
                                    .rate = training_rate(t, RECIPE_RATE_SIMCLR),
                                    .seed = o->seed,
                                    .judge = {&t->held, held_back_look},
                                    .losses = losses};
    if (!simclr_train(&t->m->layer, &t->m->projection, &t->gallery, t->x, &simclr, &result, &t->pace, e)) {
        appraisal_losses(&t->report, losses, result.epochs);
        t->report.view_epochs = result.after;
        t->report.kept_training = result.best > 0;
    }
    free(losses);
    return e->code;
}

/* Labels of no use are told and forgotten. */
static enum err_code read_labels(struct training *t, struct err *e) {
    if (t->options->labels && !labels_init(&t->labels, &t->gallery, t->options->labels, t->options->seed, e)) {
        t->report.labelled = t->labels.labelled;
        t->report.classes = t->labels.class_count;
        t->report.trouble = t->labels.trouble;
        if (t->labels.trouble) {
            labels_release(&t->labels);
        }
    }
    return e->code;
}

/* Ends a stage of the report and begins the next. */
static void take_time(struct training *t, double *seconds) {
    double now = clock_now();
    *seconds = now - t->stage_began;
    t->stage_began = now;
}

static enum err_code prepare(struct training *t, const struct ml_source *source, struct err *e) {
    struct stem *s = &t->m->projection.stem;
    if (gallery_init(&t->gallery, source, t->options->seed, e) || read_labels(t, e) ||
        pace_stage(&t->pace, "Reading", t->gallery.count, e) || (!t->tuning && prepare_stem(t, e)) ||
        gallery_read(&t->gallery, s->size, s->channels, &t->pace, e)) {
        return e->code;
    }
    if (t->tuning) {
        snprintf(t->report.preset, sizeof t->report.preset, "%s", s->preset->name);
        snprintf(t->report.reason, sizeof t->report.reason, "that of the model it starts from");
    }
    take_time(t, &t->report.reading);
    if (pace_stage(&t->pace, "Preparing", t->gallery.count, e) || (!t->tuning && learn_components(t, e)) ||
        learn_scatter(t, e) || (!t->tuning && learn_layer(t, e)) ||
        dense_init(&t->start, t->m->layer.inputs, t->m->layer.outputs, e)) {
        return e->code;
    }
    dense_copy(&t->start, &t->m->layer);
    appraisal_before(t, e);
    take_time(t, &t->report.preparing);
    return e->code;
}

/* What the smallest network would take in place of all this. */
static double network_seconds(const struct training *t) {
    const struct stem *s = &t->m->projection.stem;
    struct err ignored = ERR_INIT;
    struct net *net = NULL;
    double views = 2.0 * (double)t->gallery.source->count * ENCODER_NETWORK_EPOCHS, seconds = 0;
    if (!arch_build(arch_find("cnn"), 0, s->size, s->channels, 0, &net, &ignored)) {
        seconds = cost_seconds(net, views);
    }
    net_free(net);
    return seconds;
}

enum err_code training_run(struct training *t, const struct ml_source *source, struct err *e) {
    t->stage_began = clock_now();
    t->report = (struct encoder_report){.view_epochs = NAN,
                                        .chosen = "label-free",
                                        .score_free = NAN,
                                        .score_lda = NAN,
                                        .score_supcon = NAN,
                                        .first_pixels = NAN,
                                        .first_stem = NAN,
                                        .first_closed = NAN,
                                        .first_model = NAN};
    if (prepare(t, source, e) || (t->labels.count ? supervised_learn(t, e) : learn_epochs(t, e)) ||
        appraisal_after(t, e)) {
        return e->code;
    }
    take_time(t, &t->report.training);
    t->report.network = t->tuning || !t->m->preset.augmented ? 0 : network_seconds(t);
    return ERR_OK;
}

void training_release(struct training *t) {
    gallery_release(&t->gallery);
    held_back_release(&t->held);
    labels_release(&t->labels);
    dense_release(&t->start);
    free(t->x);
    free(t->scatter);
}
