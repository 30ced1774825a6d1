/* The vector of a picture, with its joined features f (features less their mean, each block of unit length times its
 * weight), the basis P, the offset o, the layer W, b and the centre c:
 *
 *     h = W'(P f - o) + b,   n = h / |h|,   z = (n - c) / |n - c|,   score of two pictures = z1 . z2
 *
 * Hold z1 and the two lengths of picture 2 as they are. Then z2 is linear in f2, and so is the score:
 *
 *     z1 . z2 = f2 . g + r,   g = P'W z1 / (|h2| |n2 - c|),   r = ((b - W'o) . z1 / |h2| - c . z1) / |n2 - c|
 *
 * So the features of a cell add their part of the dot product f2 . g, exactly; the blocks' own lengths are taken as
 * they are too. Where a picture's mirror counts as the picture, f is the mean of both, and the mirror's cells are
 * counted at the place they come from. What is true of picture 2 is true of picture 1 with the names changed: two views
 * of one score, each adding up to it. */
#include "ml/model/explain.h"

#include "ml/image/colour.h"
#include "ml/image/resize.h"
#include "ml/model/encoder_parts.h"
#include "ml/nn/gemm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COARSE 4           /* cells a side of texture and colour */
#define LEAST_LENGTH 1e-6F /* as dense_embed: shorter is nothing */

enum { GRADIENT, TEXTURE, CELLS, HISTOGRAM }; /* blocks of the stem */

/* A picture on its way to its vector. */
struct seen {
    float *joined[2]; /* (stem.length): the picture, and its mirror or NULL */
    float *h;         /* (outputs) */
    float *z;         /* (outputs) */
    float length, centred_length;
};

static void seen_release(struct seen *s) {
    free(s->joined[0]);
    free(s->h);
}

static float length_of(const float *v, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += (double)v[i] * (double)v[i];
    }
    return (float)sqrt(sum);
}

static float dot(const float *a, const float *b, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += (double)a[i] * (double)b[i];
    }
    return (float)sum;
}

/* h from the features, then z as dense_embed has it, keeping the lengths. */
static enum err_code embed_features(const struct encoder *m, struct seen *s, struct err *e) {
    const struct projection *p = &m->projection;
    size_t k = (size_t)p->components, d = (size_t)p->stem.length, n = m->layer.outputs;
    float *x = calloc(k, sizeof *x), share = s->joined[1] ? .5F : 1;
    if (!x) {
        return err_nomem(e);
    }
    for (size_t i = 0; i < k; i++) {
        for (int v = 0; v < 2 && s->joined[v]; v++) {
            x[i] += share * dot(p->basis + i * d, s->joined[v], d);
        }
        x[i] -= p->offset[i];
    }
    dense_forward(&m->layer, x, 1, s->h);
    free(x);
    s->length = length_of(s->h, n);
    for (size_t i = 0; i < n; i++) {
        s->z[i] = (s->length > LEAST_LENGTH ? s->h[i] / s->length : 0) - m->layer.centre[i];
    }
    s->centred_length = length_of(s->z, n);
    dense_normalise(s->z, 1, n);
    return ERR_OK;
}

/* Read a picture, look at it and its mirror. */
static enum err_code look(const struct encoder *m, const struct ml_source *source, size_t index, struct seen *s,
                          struct image *shown, struct err *e) {
    const struct stem *stem = &m->projection.stem;
    size_t d = (size_t)stem->length, n = m->layer.outputs, area = (size_t)stem->size * (size_t)stem->size;
    unsigned char *bytes = malloc(canvas_bytes(stem->size, stem->channels));
    struct stem_scratch *scratch = malloc(sizeof *scratch);
    struct image picture = {0};
    s->joined[0] = calloc(2 * d, sizeof(float));
    s->joined[1] = s->joined[0] && stem->preset->mirror ? s->joined[0] + d : NULL;
    s->h = calloc(2 * n, sizeof(float));
    s->z = s->h ? s->h + n : NULL;
    *shown = (struct image){stem->size, stem->size, stem->channels, malloc(3 * area)};
    if (!bytes || !scratch || !s->joined[0] || !s->h || !shown->pixels) {
        err_nomem(e);
    } else if (!source->load(source->user, index, stem->size, &picture, e) &&
               !canvas_shrink(&picture, stem->size, stem->channels, bytes, e)) {
        for (uint32_t v = 0; v < 2 && s->joined[v]; v++) {
            const struct view view = {(uint32_t)index, v == 0 ? VIEW_ORIGINAL : VIEW_MIRRORED};
            stem_view(stem, &view, bytes, 0, scratch);
            if (v == 0) {
                shown->channels = scratch->view.channels;
                image_round(scratch->view.values, area, shown->channels, shown->pixels);
            }
            stem_compute(stem, scratch, s->joined[v]);
            stem_join(stem, s->joined[v]);
        }
        embed_features(m, s, e);
    }
    free(bytes);
    free(scratch);
    image_release(&picture);
    return e->code;
}

/* A value of a coarse cell, shared out among the cells it covers; `mirrored`: the cell stands on the other side. */
static void spread(struct explain_side *out, int side, int coarse, int x, int y, bool mirrored, float value) {
    int count[2] = {0, 0}, covered[2][EXPLAIN_CELLS_MOST], at[2] = {mirrored ? coarse - 1 - x : x, y};
    for (int axis = 0; axis < 2; axis++) {
        for (int i = 0; i < side; i++) {
            if (i * coarse / side == at[axis]) {
                covered[axis][count[axis]++] = i;
            }
        }
    }
    for (int i = 0; i < count[0]; i++) {
        for (int j = 0; j < count[1]; j++) {
            out->cells[covered[1][j] * side + covered[0][i]] += value / (float)(count[0] * count[1]);
        }
    }
}

/* One view's features times g, cell by cell. */
static void add_view(const struct stem *s, const float *features, const float *g, bool mirrored, float share,
                     struct explain_side *out) {
    int side = s->gradient.cells;
    const struct {
        int cells, inner, outer; /* values of cell (y, x): outer runs of `inner` values, one a run for each x */
        float *sum;
    } layouts[] = {
        [GRADIENT] = {side, 1, GRADIENT_BINS, &out->shape}, /* [y][bin][x] */
        [TEXTURE] = {COARSE, DICTIONARY_ATOMS, 1, &out->texture},
        [CELLS] = {COARSE, COLOUR_CELLS_LENGTH / (COARSE * COARSE), 1, &out->colour},
    };
    for (int b = 0; b < HISTOGRAM; b++) {
        int n = layouts[b].cells, inner = layouts[b].inner, outer = layouts[b].outer;
        for (int y = 0; s->blocks[b].length && y < n; y++) {
            for (int x = 0; x < n; x++) {
                float sum = 0;
                for (int k = 0; k < outer; k++) {
                    size_t at = (size_t)(((y * outer + k) * n + x) * inner);
                    sum += dot(features + at, g + at, (size_t)inner);
                }
                spread(out, side, n, x, y, mirrored, share * sum);
                *layouts[b].sum += share * sum;
            }
        }
        features += s->blocks[b].length;
        g += s->blocks[b].length;
    }
    out->histogram += share * dot(features, g, (size_t)s->blocks[HISTOGRAM].length);
}

/* What the features of s add to its score with the picture of vector z. */
static enum err_code take_apart(const struct encoder *m, const struct seen *s, const float *z, struct explain_side *out,
                                struct err *e) {
    const struct projection *p = &m->projection;
    const struct dense *l = &m->layer;
    size_t k = (size_t)p->components, d = (size_t)p->stem.length, n = l->outputs;
    float *g = malloc((d + k) * sizeof *g);
    if (!g) {
        return err_nomem(e);
    }
    float *u = g + d, near = s->centred_length > LEAST_LENGTH ? 1 / s->centred_length : 0;
    float scale = s->length > LEAST_LENGTH ? near / s->length : 0;
    for (size_t i = 0; i < k; i++) {
        u[i] = dot(l->weights + i * n, z, n);
    }
    gemm(1, d, k, scale, (struct gemm_matrix){u, k, false}, (struct gemm_matrix){p->basis, d, false}, 0, g, d);
    float share = s->joined[1] ? .5F : 1;
    for (int v = 0; v < 2 && s->joined[v]; v++) {
        add_view(&p->stem, s->joined[v], g, v == 1, share, out);
    }
    out->rest = (dot(l->bias, z, n) - dot(p->offset, u, k)) * scale - dot(l->centre, z, n) * near;
    free(g);
    return ERR_OK;
}

enum err_code encoder_explain(const struct encoder *m, const struct ml_source *source, size_t first, size_t second,
                              struct explanation *out, struct err *e) {
    if (m->backbone) {
        err_set(e, ERR_UNSUPPORTED, "vectors of a %s cannot be taken apart by place", m->backbone->arch->name);
        return err_hint(e, "models of the default backbone can");
    }
    struct seen a = {.h = NULL}, b = {.h = NULL};
    struct explanation x = {.side = m->projection.stem.gradient.cells, .as_seen = m->projection.stem.preset->deskew};
    if (!look(m, source, first, &a, &x.first.seen, e) && !look(m, source, second, &b, &x.second.seen, e)) {
        x.score = dot(a.z, b.z, m->layer.outputs);
        if (!take_apart(m, &a, b.z, &x.first, e)) {
            take_apart(m, &b, a.z, &x.second, e);
        }
    }
    seen_release(&a);
    seen_release(&b);
    if (e->code) {
        explanation_release(&x);
        return e->code;
    }
    *out = x;
    return ERR_OK;
}

void explanation_release(struct explanation *x) {
    image_release(&x->first.seen);
    image_release(&x->second.seen);
}
