/* What is asked for is checked here, then trained (training.c); embedding runs the same parts forward. */
#include "ml/model/encoder.h"

#include "base/clock.h"
#include "ml/model/modelfile.h"
#include "ml/model/training.h"
#include "ml/model/weights.h"
#include "ml/recipe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EPOCHS_MOST 100000

const struct encoder_options encoder_defaults = {.max_epochs = 5,
                                                 .batch_size = 256,
                                                 .temperature = .2F,
                                                 .learning_rate = 0,
                                                 .seed = 0,
                                                 .augment = "auto",
                                                 .switches = PRESET_UNSET};

void encoder_free(struct encoder *m) {
    if (m) {
        backbone_free(m->backbone);
        projection_release(&m->projection);
        dense_release(&m->layer);
        free(m);
    }
}

int encoder_dimension(const struct encoder *m) {
    return (m->backbone ? m->backbone->kept : 0) + (encoder_is_fixed(m) ? (int)m->layer.outputs : 0);
}

bool encoder_is_network(const struct encoder *m) {
    return m->backbone != NULL;
}

static enum err_code check_options(const struct encoder_options *o, const struct ml_source *source, struct err *e) {
    int least = o->backbone.weights ? 0 : 1; /* weights from elsewhere may be used as they are */
    if (o->max_epochs < least || o->max_epochs > EPOCHS_MOST) {
        return err_set(e, ERR_VALUE, "max_epochs is %d; it must be %d to %d", o->max_epochs, least, EPOCHS_MOST);
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

static enum err_code train(struct training *t, const struct ml_source *source, const struct ml_watch *watch,
                           struct encoder_report *report, struct err *e) {
    double start = clock_now();
    pace_init(&t->pace, watch);
    training_run(t, source, e);
    training_release(t);
    t->report.images = source->count;
    t->report.seconds = clock_now() - start;
    if (!e->code && report) {
        *report = t->report;
    }
    return e->code;
}

/* Figures that tell of the fixed features alone, where they are a part. */
static void forget_part(struct encoder_report *r) {
    r->rank = r->view_pixels = r->view_stem = r->view_closed = r->view_epochs = r->view_model = NAN;
    r->first_pixels = r->first_stem = r->first_closed = r->first_model = NAN;
    r->sample = 0;
}

/* Both parts from the same pictures. The network comes last: what it has when it is told to stop may be kept. The
 * report is of the labels' use by the fixed features, and of the network's epochs where it has any. */
static enum err_code train_joined(struct training *t, const struct ml_source *source, const struct ml_watch *watch,
                                  struct encoder_report *report, struct err *e) {
    const struct encoder_options *all = t->options;
    struct encoder_options network = *all, fixed = *all;
    struct encoder_report r = {0}, own = {0};
    int size = all->embedding_size;
    if (size == 1) {
        return err_set(e, ERR_VALUE, "embedding_size is 1; joined features need at least 2, one of each part");
    }
    network.embedding_size = size ? (size + 1) / 2 : RECIPE_JOINED_SIZE;
    fixed.embedding_size = size / 2;
    fixed.image_size = 0;
    fixed.max_epochs = all->max_epochs ? all->max_epochs : encoder_defaults.max_epochs;
    t->options = &fixed;
    if (!train(t, source, watch, &own, e) && !backbone_train(&network, source, watch, &t->m->backbone, &r, e)) {
        t->m->joined = t->m->preset.joined;
        own.seconds += r.seconds;
        r.seconds = own.seconds;
        r = all->max_epochs ? r : own;
        forget_part(&r);
        r.labelled = own.labelled;
        r.classes = own.classes;
        r.judges = own.judges;
        r.chosen = own.chosen;
        r.trouble = own.trouble;
        r.score_free = own.score_free;
        r.score_lda = own.score_lda;
        r.score_supcon = own.score_supcon;
        if (report) {
            *report = r;
        }
    }
    t->options = all;
    return e->code;
}

/* Stripes from black to yellow over blue, upright or lying. */
static enum err_code load_trial(void *user, size_t index, int want, struct image *out, struct err *e) {
    int side = want > 0 ? want : 1;
    unsigned char *p = malloc((size_t)side * (size_t)side * 3);
    (void)user;
    if (!p) {
        return err_nomem(e);
    }
    for (int i = 0; i < side * side; i++) {
        p[3 * i] = p[3 * i + 1] = (unsigned char)((index ? i % side : i / side) * 255 / side);
        p[3 * i + 2] = 64;
    }
    *out = (struct image){side, side, 3, p};
    return ERR_OK;
}

/* Weights may be numbers one by one and overflow together. */
static enum err_code try_encoder(const struct encoder *m, const char *path, struct err *e) {
    const struct ml_source source = {.count = 2, .load = load_trial};
    size_t values = 2 * (size_t)encoder_dimension(m);
    float *v = malloc(values * sizeof *v);
    if (!v) {
        return err_nomem(e);
    }
    encoder_embed(m, &source, 0, 2, v, NULL, NULL, e);
    bool finite = true, differ = false;
    for (size_t i = 0; !e->code && i < values; i++) {
        finite = finite && isfinite(v[i]);
        differ = differ || v[i] != v[i % (values / 2)];
    }
    if (!finite || !differ) {
        err_set(e, ERR_MODEL, "'%.200s': with these weights pictures have no vectors, or all the same", path);
    }
    free(v);
    return e->code;
}

enum err_code encoder_from_weights(const char *path, int size, struct encoder **out, struct err *e) {
    struct weights w;
    struct encoder *m = NULL;
    bool own = !weights_open(path, &w, e) && modelfile_note(w.file, "encoder.format");
    weights_close(&w);
    if (own && size) {
        return err_set(e, ERR_VALUE, "image_size is %d, but '%.200s' is a whole model and has its size", size, path);
    }
    if (own) {
        encoder_load(path, &m, e);
    } else if (!e->code && !(m = calloc(1, sizeof *m))) {
        err_nomem(e);
    } else if (!e->code) {
        weights_backbone(path, NULL, preset_find("photo"), size, &m->backbone, e);
    }
    if (e->code || try_encoder(m, path, e)) {
        encoder_free(m);
        return e->code;
    }
    *out = m;
    return ERR_OK;
}

enum err_code encoder_train(const struct encoder_options *options, const struct ml_source *source,
                            const struct ml_watch *watch, struct encoder **out, struct encoder_report *report,
                            struct err *e) {
    if (check_options(options, source, e)) {
        return e->code;
    }
    struct training t = {.options = options, .m = calloc(1, sizeof *t.m)};
    if (!t.m) {
        return err_nomem(e);
    }
    if (options->backbone.name && options->backbone.joined) {
        train_joined(&t, source, watch, report, e);
    } else if (options->backbone.name) {
        backbone_train(options, source, watch, &t.m->backbone, report, e);
    } else {
        train(&t, source, watch, report, e);
    }
    if (e->code) {
        encoder_free(t.m);
        return e->code;
    }
    *out = t.m;
    return ERR_OK;
}

enum err_code encoder_tune(struct encoder *m, const struct encoder_options *options, const struct ml_source *source,
                           const struct ml_watch *watch, struct encoder_report *report, struct err *e) {
    struct training t = {.options = options, .m = m, .tuning = true};
    if (check_options(options, source, e)) {
        return e->code;
    }
    if (!encoder_is_fixed(m)) {
        return backbone_tune(m->backbone, options, source, watch, report, e);
    }
    if (options->backbone.begins) {
        options->backbone.begins(options->backbone.user, &(struct encoder_report){0});
    }
    if (!train(&t, source, watch, report, e) && m->backbone && report) {
        forget_part(report);
    }
    return e->code;
}

#define EMBED_CHUNK 1024 /* pictures between two products */

/* Vectors of the fixed features, (count, layer.outputs). */
static enum err_code embed_chunk(const struct encoder *m, const struct gallery *g, const uint32_t *ids, size_t count,
                                 float *x, float *out, unsigned char *failed, struct pace *pace, struct err *e) {
    if (projection_pictures(&m->projection, g, ids, count, x, failed, !m->backbone, pace, e)) {
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

static enum err_code embed_fixed(const struct encoder *m, const struct ml_source *source, size_t begin, size_t end,
                                 float *out, unsigned char *failed, struct pace *pace, struct err *e) {
    const struct stem *s = &m->projection.stem;
    const struct gallery g = {.source = source, .size = s->size, .channels = s->channels};
    uint32_t ids[EMBED_CHUNK];
    float *x = malloc(EMBED_CHUNK * (size_t)m->projection.components * sizeof *x);
    if (!x) {
        return err_nomem(e);
    }
    for (size_t at = begin; at < end && !e->code; at += EMBED_CHUNK) {
        size_t n = end - at < EMBED_CHUNK ? end - at : EMBED_CHUNK, row = at - begin;
        for (size_t i = 0; i < n; i++) {
            ids[i] = (uint32_t)(at + i);
        }
        embed_chunk(m, &g, ids, n, x, out + row * m->layer.outputs, failed ? failed + row : NULL, pace, e);
    }
    free(x);
    return e->code;
}

/* Side by side, of length 1 together. */
static void join_vectors(const struct encoder *m, const float *network, const float *fixed, size_t count, float *out) {
    size_t kept = (size_t)m->backbone->kept, more = m->layer.outputs;
    for (size_t i = 0; i < count; i++) {
        float *row = out + i * (kept + more);
        memcpy(row, network + i * kept, kept * sizeof *row);
        for (size_t k = 0; k < more; k++) {
            row[kept + k] = m->joined * fixed[i * more + k];
        }
    }
    dense_normalise(out, count, kept + more);
}

/* The network counts as the work; the fixed features beside it are soon done. */
static enum err_code embed_joined(const struct encoder *m, const struct ml_source *source, size_t begin, size_t end,
                                  float *out, unsigned char *failed, const struct ml_watch *watch, struct err *e) {
    size_t count = end - begin, kept = (size_t)m->backbone->kept;
    float *network = malloc((count * (kept + m->layer.outputs) + 1) * sizeof *network), *fixed = network + count * kept;
    struct pace pace;
    if (!network) {
        return err_nomem(e);
    }
    pace_init(&pace, watch);
    if (!backbone_embed(m->backbone, source, begin, end, network, failed, watch, e) &&
        !embed_fixed(m, source, begin, end, fixed, failed, &pace, e)) {
        join_vectors(m, network, fixed, count, out);
    }
    free(network);
    return e->code;
}

enum err_code encoder_embed(const struct encoder *m, const struct ml_source *source, size_t begin, size_t end,
                            float *out, unsigned char *failed, const struct ml_watch *watch, struct err *e) {
    struct pace pace;
    if (begin > end || end > source->count || end >= UINT32_MAX) {
        return err_set(e, ERR_VALUE, "pictures %zu to %zu were asked for, of %zu", begin, end, source->count);
    }
    if (m->backbone && m->joined > 0) {
        return embed_joined(m, source, begin, end, out, failed, watch, e);
    }
    if (m->backbone) {
        return backbone_embed(m->backbone, source, begin, end, out, failed, watch, e);
    }
    pace_init(&pace, watch);
    if (failed) {
        memset(failed, 0, end - begin);
    }
    return pace_stage(&pace, "Embedding", end - begin, e) ? e->code
                                                          : embed_fixed(m, source, begin, end, out, failed, &pace, e);
}
