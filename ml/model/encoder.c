/* Training in its order: read, choose a preset, learn the stem's means, principal components, view whitening, SimCLR;
 * at each step what the next one needs and no more. Embedding runs the same parts forward. */
#include "ml/model/encoder.h"

#include "base/clock.h"
#include "ml/model/choice.h"
#include "ml/model/encoder_parts.h"
#include "ml/model/simclr.h"
#include "ml/model/whitening.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EPOCHS_MOST 100000
#define BATCH_MOST 4096  /* pictures a step; memory for larger ones buys nothing at these sizes */
#define RATE_AT_64 2e-4F /* Adam, for 64 pictures a step; grows with the root of the batch */

const struct encoder_options encoder_defaults = {.max_epochs = 5,
                                                 .batch_size = 256,
                                                 .temperature = .2F,
                                                 .learning_rate = 0,
                                                 .seed = 0,
                                                 .augment = "auto",
                                                 .switches = PRESET_UNSET};

void encoder_free(struct encoder *m) {
    if (m) {
        projection_release(&m->projection);
        dense_release(&m->layer);
        free(m);
    }
}

int encoder_dimension(const struct encoder *m) {
    return (int)m->layer.outputs;
}

static enum err_code check_options(const struct encoder_options *o, const struct ml_source *source, struct err *e) {
    if (o->max_epochs < 1 || o->max_epochs > EPOCHS_MOST) {
        return err_set(e, ERR_VALUE, "max_epochs is %d; it must be 1 to %d", o->max_epochs, EPOCHS_MOST);
    }
    if (o->batch_size < 2) {
        return err_set(e, ERR_VALUE,
                       "batch_size is %d; it must be at least 2, since a picture is compared with the "
                       "others of its batch",
                       o->batch_size);
    }
    if (!(o->temperature >= .001F && o->temperature <= 1000)) {
        return err_set(e, ERR_VALUE, "temperature is %g; it must be .001 to 1000", (double)o->temperature);
    }
    if (!(o->learning_rate >= 0) || isinf(o->learning_rate)) {
        return err_set(e, ERR_VALUE, "learning_rate is %g; it must be a number, 0 or more", (double)o->learning_rate);
    }
    if (o->embedding_size < 0 || o->embedding_size > PROJECTION_COMPONENTS) {
        return err_set(e, ERR_VALUE, "embedding_size is %d; it must be 1 to %d, or 0 for the default",
                       o->embedding_size, PROJECTION_COMPONENTS);
    }
    if (source->count < 2) {
        return err_set(e, ERR_VALUE, "an encoder needs at least 2 pictures to learn from, got %zu", source->count);
    }
    return ERR_OK;
}

/* Everything that training holds beside the encoder itself. */
struct training {
    const struct encoder_options *options;
    struct encoder *m;
    struct gallery gallery;
    struct held_back held;
    float *x; /* components of the gallery's pictures */
    struct encoder_report report;
    struct pace pace;
};

/* The preset, asked for or chosen, and the shape of the canvas. */
static enum err_code prepare_stem(struct training *t, struct err *e) {
    struct choice c;
    if (choice_make(&t->gallery, t->options->augment, &t->options->switches, &c, &t->pace, e)) {
        return e->code;
    }
    t->m->preset = c.preset;
    snprintf(t->report.preset, sizeof t->report.preset, "%s", c.preset.name);
    snprintf(t->report.reason, sizeof t->report.reason, "%s", c.reason);
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

/* The layer in closed form. */
static enum err_code learn_layer(struct training *t, struct err *e) {
    struct projection *p = &t->m->projection;
    size_t k = (size_t)p->components, count = t->gallery.count;
    int wanted = t->options->embedding_size ? t->options->embedding_size : p->stem.preset->embedding_size;
    float *scatter = malloc(k * k * sizeof *scatter);
    t->x = malloc(count * k * sizeof *t->x);
    if (!scatter || !t->x) {
        free(scatter);
        return err_nomem(e);
    }
    bool views = p->stem.preset->augmented;
    if (!projection_pictures(p, &t->gallery, t->gallery.ids, count, t->x, NULL, false, &t->pace, e) &&
        !(views && whitening_scatter(p, &t->gallery, t->options->seed, scatter, &t->pace, e)) &&
        !dense_init(&t->m->layer, k, (size_t)wanted < k ? (size_t)wanted : k, e)) {
        whitening_layer(&t->m->layer, views ? scatter : NULL, t->x, count, &t->pace, e);
    }
    free(scatter);
    return e->code;
}

/* SimCLR from there, and what held-back views say about each stage. */
static enum err_code learn_epochs(struct training *t, struct err *e) {
    const struct encoder_options *o = t->options;
    const struct projection *p = &t->m->projection;
    struct encoder_report *r = &t->report;
    struct simclr_result result;
    size_t most = t->gallery.source->count < BATCH_MOST ? t->gallery.source->count : BATCH_MOST;
    size_t batch = (size_t)o->batch_size < most ? (size_t)o->batch_size : most;
    struct simclr_options simclr = {o->max_epochs, batch, o->temperature, o->learning_rate, o->seed};
    if (simclr.rate <= 0) {
        simclr.rate = RATE_AT_64 * sqrtf((float)batch / 64);
    }
    if (held_back_init(&t->held, p, &t->gallery, o->seed, &t->pace, e) ||
        held_back_pixels(p, &t->gallery, o->seed, &r->view_pixels, &t->pace, e) ||
        held_back_share(&t->held, NULL, &r->view_stem, NULL, e) ||
        held_back_share(&t->held, &t->m->layer, &r->view_model, NULL, e)) {
        return e->code;
    }
    if (!p->stem.preset->augmented) {
        return ERR_OK; /* without augmentation the two views of a picture are one: nothing to learn from */
    }
    if (!simclr_train(&t->m->layer, p, &t->gallery, t->x, &t->held, &simclr, &result, &t->pace, e)) {
        r->epochs = result.epochs;
        r->first_loss = result.first_loss;
        r->last_loss = result.last_loss;
        r->view_model = result.share;
        r->kept_training = result.kept;
    }
    return e->code;
}

static enum err_code learn_all(struct training *t, const struct ml_source *source, struct err *e) {
    const struct stem *s = &t->m->projection.stem;
    if (gallery_init(&t->gallery, source, t->options->seed, e) ||
        pace_stage(&t->pace, "Reading", t->gallery.count, e) || prepare_stem(t, e) ||
        gallery_read(&t->gallery, s->size, s->channels, &t->pace, e) ||
        pace_stage(&t->pace, "Preparing", t->gallery.count, e) || learn_components(t, e) || learn_layer(t, e)) {
        return e->code;
    }
    return learn_epochs(t, e);
}

enum err_code encoder_train(const struct encoder_options *options, const struct ml_source *source,
                            const struct ml_watch *watch, struct encoder **out, struct encoder_report *report,
                            struct err *e) {
    double start = clock_now();
    if (check_options(options, source, e)) {
        return e->code;
    }
    struct training t = {.options = options, .m = calloc(1, sizeof *t.m)};
    if (!t.m) {
        return err_nomem(e);
    }
    pace_init(&t.pace, watch);
    learn_all(&t, source, e);
    gallery_release(&t.gallery);
    held_back_release(&t.held);
    free(t.x);
    if (e->code) {
        encoder_free(t.m);
        return e->code;
    }
    t.report.images = source->count;
    t.report.seconds = clock_now() - start;
    *out = t.m;
    if (report) {
        *report = t.report;
    }
    return ERR_OK;
}

#define EMBED_CHUNK 1024 /* pictures between two products */

static enum err_code embed_chunk(const struct encoder *m, const struct gallery *g, size_t begin, size_t count,
                                 uint32_t *ids, float *x, float *out, unsigned char *failed, struct pace *pace,
                                 struct err *e) {
    for (size_t i = 0; i < count; i++) {
        ids[i] = (uint32_t)(begin + i);
    }
    if (projection_pictures(&m->projection, g, ids, count, x, failed, true, pace, e)) {
        return e->code;
    }
    dense_embed(&m->layer, x, count, out);
    for (size_t i = 0; failed && i < count; i++) {
        if (failed[i]) {
            memset(out + i * m->layer.outputs, 0, m->layer.outputs * sizeof *out);
        }
    }
    return ERR_OK;
}

enum err_code encoder_embed(const struct encoder *m, const struct ml_source *source, size_t begin, size_t end,
                            float *out, unsigned char *failed, const struct ml_watch *watch, struct err *e) {
    const struct stem *s = &m->projection.stem;
    struct gallery g = {.source = source, .size = s->size, .channels = s->channels};
    struct pace pace;
    if (begin > end || end > source->count || end >= UINT32_MAX) {
        return err_set(e, ERR_VALUE, "pictures %zu to %zu were asked for, of %zu", begin, end, source->count);
    }
    pace_init(&pace, watch);
    uint32_t *ids = malloc(EMBED_CHUNK * sizeof *ids);
    float *x = malloc(EMBED_CHUNK * (size_t)m->projection.components * sizeof *x);
    if (failed) {
        memset(failed, 0, end - begin);
    }
    if (!ids || !x) {
        err_nomem(e);
    } else if (!pace_stage(&pace, "Embedding", end - begin, e)) {
        for (size_t at = begin; at < end && !e->code; at += EMBED_CHUNK) {
            size_t n = end - at < EMBED_CHUNK ? end - at : EMBED_CHUNK, row = at - begin;
            embed_chunk(m, &g, at, n, ids, x, out + row * m->layer.outputs, failed ? failed + row : NULL, &pace, e);
        }
    }
    free(ids);
    free(x);
    return e->code;
}
