/* What each stage is worth, on the same pictures: pixels, stem, start and the encoder as it is. */
#include "ml/model/pixels.h"
#include "ml/model/training.h"
#include "ml/nn/eigen.h"
#include "ml/nn/gemm.h"
#include "ml/search/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE_MOST 1000 /* labelled pictures of the leave-one-out: all pairs of them */

void appraisal_losses(struct encoder_report *r, const float *losses, int epochs) {
    r->epochs = epochs;
    r->first_loss = losses[0];
    r->last_loss = losses[epochs - 1];
    r->loss_stride = ((size_t)epochs + ENCODER_LOSSES - 1) / ENCODER_LOSSES;
    r->loss_count = 0;
    for (size_t at = 0; at < (size_t)epochs; at += r->loss_stride) {
        r->losses[r->loss_count++] = losses[at];
    }
}

/* Labelled pictures spread over the gallery. */
struct sample {
    size_t count;
    size_t *rows; /* of the gallery */
    int *classes;
    float *vectors; /* room for rows of any kind */
};

static enum err_code sample_init(struct sample *s, const struct training *t, struct err *e) {
    const struct labels *l = &t->labels;
    size_t area = (size_t)t->gallery.size * (size_t)t->gallery.size, k = (size_t)t->m->projection.components;
    size_t room = area > k ? area : k, seen = 0;
    *s = (struct sample){.count = l->labelled < SAMPLE_MOST ? l->labelled : SAMPLE_MOST};
    s->rows = malloc((s->count + 1) * sizeof *s->rows);
    s->classes = malloc((s->count + 1) * sizeof *s->classes);
    s->vectors = malloc((s->count * room + 1) * sizeof *s->vectors);
    if (!s->rows || !s->classes || !s->vectors) {
        return err_nomem(e);
    }
    for (size_t i = 0, have = 0; i < l->count && have < s->count; i++) {
        if (l->classes[i] >= 0 && seen++ == have * l->labelled / s->count) {
            s->rows[have] = i;
            s->classes[have++] = l->classes[i];
        }
    }
    return ERR_OK;
}

static void sample_release(struct sample *s) {
    free(s->rows);
    free(s->classes);
    free(s->vectors);
}

static enum err_code sample_score(const struct sample *s, size_t width, float *first, struct err *e) {
    struct metrics m;
    if (!metrics_leave_one_out(s->vectors, s->classes, s->count, width, &m, NULL, e)) {
        *first = (float)m.precision[0];
    }
    return e->code;
}

/* Of a layer, or (NULL) of the components as they are. */
static enum err_code sample_layer(struct sample *s, const struct training *t, const struct dense *layer, float *first,
                                  struct err *e) {
    size_t k = (size_t)t->m->projection.components;
    float *x = malloc((s->count * k + 1) * sizeof *x);
    if (!x) {
        return err_nomem(e);
    }
    for (size_t i = 0; i < s->count; i++) {
        memcpy(x + i * k, t->x + s->rows[i] * k, k * sizeof *x);
    }
    if (layer) {
        dense_embed(layer, x, s->count, s->vectors);
    } else {
        dense_normalise(x, s->count, k);
        memcpy(s->vectors, x, s->count * k * sizeof *x);
    }
    free(x);
    return sample_score(s, layer ? layer->outputs : k, first, e);
}

static enum err_code sample_pixels(struct sample *s, struct training *t, float *first, struct err *e) {
    size_t area = (size_t)t->gallery.size * (size_t)t->gallery.size;
    struct view *views = malloc((s->count + 1) * sizeof *views);
    if (!views) {
        return err_nomem(e);
    }
    for (size_t i = 0; i < s->count; i++) {
        views[i] = (struct view){t->gallery.ids[s->rows[i]], VIEW_ORIGINAL};
    }
    if (!pixels_views(&t->m->projection, &t->gallery, views, s->count, 0, s->vectors, &t->pace, e)) {
        pixels_centre(s->vectors, s->count, s->count, area);
        sample_score(s, area, first, e);
    }
    free(views);
    return e->code;
}

enum err_code appraisal_before(struct training *t, struct err *e) {
    const struct projection *p = &t->m->projection;
    struct encoder_report *r = &t->report;
    uint64_t seed = t->options->seed;
    if (held_back_init(&t->held, p, &t->gallery, seed, &t->pace, e) ||
        held_back_pixels(p, &t->gallery, seed, &r->view_pixels, &t->pace, e) ||
        held_back_share(&t->held, NULL, &r->view_stem, NULL, e) ||
        held_back_share(&t->held, &t->start, &r->view_closed, NULL, e)) {
        return e->code;
    }
    return ERR_OK;
}

/* RankMe: the exponential of the entropy of the singular values' shares. */
static enum err_code effective_rank(struct training *t, struct err *e) {
    const struct dense *layer = &t->m->layer;
    size_t d = layer->outputs, n = t->gallery.count;
    float *memory = malloc((n * d + 2 * d * d + d) * sizeof *memory);
    if (!memory) {
        return err_nomem(e);
    }
    float *spread = memory + n * d, *directions = spread + d * d, *values = directions + d * d;
    double sum = 0, entropy = 0;
    dense_embed(layer, t->x, n, memory);
    gemm(d, d, n, 1, (struct gemm_matrix){memory, d, true}, (struct gemm_matrix){memory, d, false}, 0, spread, d);
    if (!eigen_leading(d, spread, d, values, directions, &t->pace, e)) {
        for (size_t i = 0; i < d; i++) {
            values[i] = values[i] > 0 ? sqrtf(values[i]) : 0;
            sum += values[i];
        }
        for (size_t i = 0; i < d && sum > 0; i++) {
            double share = values[i] / sum;
            entropy -= share > 0 ? share * log(share) : 0;
        }
        t->report.rank = sum > 0 ? (float)exp(entropy) : 0;
    }
    free(memory);
    return e->code;
}

enum err_code appraisal_after(struct training *t, struct err *e) {
    struct encoder_report *r = &t->report;
    struct sample s = {0};
    if (effective_rank(t, e) || held_back_share(&t->held, &t->m->layer, &r->view_model, NULL, e) || !t->labels.count) {
        return e->code;
    }
    if (!sample_init(&s, t, e) && !sample_pixels(&s, t, &r->first_pixels, e) &&
        !sample_layer(&s, t, NULL, &r->first_stem, e) && !sample_layer(&s, t, &t->start, &r->first_closed, e)) {
        sample_layer(&s, t, &t->m->layer, &r->first_model, e);
        r->sample = s.count;
    }
    sample_release(&s);
    return e->code;
}
