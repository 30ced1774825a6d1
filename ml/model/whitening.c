/* Everything is an eigenproblem of a small symmetric matrix that was summed up over the gallery in chunks. */
#include "ml/model/whitening.h"

#include "ml/nn/eigen.h"
#include "ml/nn/gemm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_WORK ((size_t)1 << 29) /* multiplications between two looks at the watch: some 20 ms */
#define LEAST_VARIANCE 1e-6F         /* of a component, as part of the first's: below it is rounding */
#define CHUNK_PICTURES 64            /* of the scatter */
#define VIEWS_MOST (WHITENING_DRAWS + 3)

/* Rows of a sum between two looks at the watch, where each costs `work`: a multiple of 128, which gemm shares out. */
static size_t chunk_rows(size_t work) {
    size_t rows = CHUNK_WORK / (work + 1) / 128 * 128;
    return rows < 128 ? 128 : rows;
}

/* rows' rows / count, (width, width). */
static enum err_code covariance(const float *rows, size_t count, size_t width, float *out, struct pace *pace,
                                struct err *e) {
    size_t chunk = chunk_rows(width * width);
    memset(out, 0, width * width * sizeof *out);
    for (size_t at = 0; at < count; at += chunk) {
        size_t n = count - at < chunk ? count - at : chunk;
        const float *some = rows + at * width;
        gemm(width, width, n, 1 / (float)count, (struct gemm_matrix){some, width, true},
             (struct gemm_matrix){some, width, false}, 1, out, width);
        if (pace_check(pace, e)) {
            return e->code;
        }
    }
    return ERR_OK;
}

/* rows rows' / count, (count, count). */
static enum err_code gram(const float *rows, size_t count, size_t width, float *out, struct pace *pace, struct err *e) {
    struct gemm_matrix turned = {rows, width, true};
    size_t chunk = chunk_rows(width * count);
    for (size_t at = 0; at < count; at += chunk) {
        size_t n = count - at < chunk ? count - at : chunk;
        gemm(n, count, width, 1 / (float)count, (struct gemm_matrix){rows + at * width, width, false}, turned, 0,
             out + at * count, count);
        if (pace_check(pace, e)) {
            return e->code;
        }
    }
    return ERR_OK;
}

static void centre_once(float *rows, size_t count, size_t width, float *sum, float *mean) {
    memset(sum, 0, width * sizeof *sum);
    for (size_t r = 0; r < count; r++) {
        for (size_t k = 0; k < width; k++) {
            sum[k] += rows[r * width + k];
        }
    }
    for (size_t k = 0; k < width; k++) {
        sum[k] /= (float)(count ? count : 1);
        mean[k] += sum[k];
    }
    for (size_t r = 0; r < count; r++) {
        for (size_t k = 0; k < width; k++) {
            rows[r * width + k] -= sum[k];
        }
    }
}

/* Subtract the mean of the rows, told in `mean`. Twice, so that the rounding of the first sum goes too: rows that are
 * all equal become zeros. `sum` is scratch. */
static void centre_rows(float *rows, size_t count, size_t width, float *sum, float *mean) {
    memset(mean, 0, width * sizeof *mean);
    centre_once(rows, count, width, sum, mean);
    centre_once(rows, count, width, sum, mean);
}

/* From eigenvectors of the Gram matrix (components, count) to directions of the features. */
static void turn_gram(const float *vectors, const float *values, size_t components, const float *rows, size_t count,
                      size_t width, float *basis) {
    gemm(components, width, count, 1, (struct gemm_matrix){vectors, count, false},
         (struct gemm_matrix){rows, width, false}, 0, basis, width);
    for (size_t i = 0; i < components; i++) {
        float variance = values[i] * (float)count, scale = variance > 0 ? 1 / sqrtf(variance) : 0;
        for (size_t k = 0; k < width; k++) {
            basis[i * width + k] *= scale;
        }
    }
}

/* Components that carry something. */
static size_t count_components(const float *values, size_t most) {
    size_t n = 1;
    while (n < most && values[0] > 1e-12F && values[n] > LEAST_VARIANCE * values[0]) {
        n++;
    }
    return n;
}

enum err_code whitening_axes(float *rows, size_t count, size_t width, size_t most, float *basis, float *mean,
                             size_t *found, struct pace *pace, struct err *e) {
    size_t n = count < width ? count : width;
    most = most < n ? most : n;
    most = count > 1 && most > count - 1 ? count - 1 : most;
    float *matrix = malloc((n * n + most * n + most + width) * sizeof *matrix);
    if (!matrix) {
        return err_nomem(e);
    }
    float *vectors = matrix + n * n, *values = vectors + most * n;
    bool small = count < width;
    centre_rows(rows, count, width, values + most, mean);
    enum err_code code =
        small ? gram(rows, count, width, matrix, pace, e) : covariance(rows, count, width, matrix, pace, e);
    if (!code && !eigen_leading(n, matrix, most, values, vectors, pace, e)) {
        *found = count_components(values, most);
        if (small) {
            turn_gram(vectors, values, *found, rows, count, width, basis);
        } else {
            memcpy(basis, vectors, *found * width * sizeof *vectors);
        }
    }
    free(matrix);
    return e->code;
}

enum err_code whitening_components(struct projection *p, float *features, size_t count, struct pace *pace,
                                   struct err *e) {
    size_t width = (size_t)p->stem.length, most = PROJECTION_COMPONENTS < count ? PROJECTION_COMPONENTS : count, k = 0;
    float *mean = malloc(width * sizeof *mean);
    p->basis = calloc(most * width, sizeof *p->basis);
    p->offset = calloc(most, sizeof *p->offset);
    if (!mean || !p->basis || !p->offset) {
        err_nomem(e);
    } else if (!whitening_axes(features, count, width, most, p->basis, mean, &k, pace, e)) {
        p->components = (int)k;
        gemm(k, 1, width, 1, (struct gemm_matrix){p->basis, width, false}, (struct gemm_matrix){mean, 1, false}, 0,
             p->offset, 1);
    }
    free(mean);
    return e->code;
}

/* Rows of a picture's views less their mean. */
static void centre_views(float *rows, size_t pictures, size_t views, size_t width) {
    for (size_t i = 0; i < pictures; i++) {
        float *own = rows + i * views * width;
        for (size_t k = 0; k < width; k++) {
            float mean = 0;
            for (size_t v = 0; v < views; v++) {
                mean += own[v * width + k];
            }
            mean /= (float)views;
            for (size_t v = 0; v < views; v++) {
                own[v * width + k] -= mean;
            }
        }
    }
}

/* The views that a preset whitens by: original, mirror where it is the same picture, draws, and for pictures that fill
 * their frame one shift. Returns how many. */
static size_t list_kinds(const struct preset *preset, uint32_t kinds[VIEWS_MOST]) {
    size_t n = 0;
    kinds[n++] = VIEW_ORIGINAL;
    if (preset->mirror) {
        kinds[n++] = VIEW_MIRRORED;
    }
    for (uint32_t i = 0; i < WHITENING_DRAWS; i++) {
        kinds[n++] = VIEW_DRAWN + i;
    }
    if (preset->clamped) {
        kinds[n++] = VIEW_SHIFTED;
    }
    return n;
}

enum err_code whitening_scatter(const struct projection *p, const struct gallery *g, uint64_t seed, float *scatter,
                                struct pace *pace, struct err *e) {
    uint32_t kinds[VIEWS_MOST];
    struct view list[CHUNK_PICTURES * VIEWS_MOST];
    size_t width = (size_t)p->components, views = list_kinds(p->stem.preset, kinds);
    float *rows = malloc(CHUNK_PICTURES * views * width * sizeof *rows);
    if (!rows) {
        return err_nomem(e);
    }
    memset(scatter, 0, width * width * sizeof *scatter);
    float share = 1 / ((float)g->count * (float)(views - 1));
    for (size_t at = 0; !e->code && at < g->count; at += CHUNK_PICTURES) {
        size_t n = g->count - at < CHUNK_PICTURES ? g->count - at : CHUNK_PICTURES, all = n * views;
        for (size_t i = 0; i < all; i++) {
            list[i] = (struct view){g->ids[at + i / views], kinds[i % views]};
        }
        if (projection_views(p, g, list, all, seed, rows, NULL, false, pace, e)) {
            break;
        }
        centre_views(rows, n, views, width);
        gemm(width, width, all, share, (struct gemm_matrix){rows, width, true},
             (struct gemm_matrix){rows, width, false}, 1, scatter, width);
        pace->progress.done += n;
        pace_check(pace, e);
    }
    free(rows);
    return e->code;
}

enum err_code whitening_matrix(const float *scatter, size_t width, float *out, struct pace *pace, struct err *e) {
    float *vectors = malloc((width * width + width) * sizeof *vectors), mean = 0;
    if (!vectors) {
        return err_nomem(e);
    }
    float *values = vectors + width * width;
    if (!eigen_leading(width, scatter, width, values, vectors, pace, e)) {
        for (size_t i = 0; i < width; i++) {
            values[i] = values[i] > 0 ? values[i] : 0;
            mean += values[i] / (float)width;
        }
        for (size_t i = 0; i < width; i++) {
            float value = values[i] + RECIPE_SCATTER_FLOOR * mean, scale = value > 1e-12F ? 1 / sqrtf(value) : 1;
            for (size_t k = 0; k < width; k++) {
                out[k * width + i] = vectors[i * width + k] * scale;
            }
        }
    }
    free(vectors);
    return e->code;
}

enum err_code whitening_vectors(const float *whitener, const float *x, size_t count, size_t width, float *z,
                                struct err *e) {
    float *mean = malloc(2 * width * sizeof *mean);
    if (!mean) {
        return err_nomem(e);
    }
    gemm(count, width, width, 1, (struct gemm_matrix){x, width, false}, (struct gemm_matrix){whitener, width, false}, 0,
         z, width);
    dense_normalise(z, count, width);
    centre_rows(z, count, width, mean + width, mean);
    free(mean);
    return ERR_OK;
}

/* No views: the components are the axes already; their fourth roots of variance soften the first ones. */
static void half_whiten(struct dense *layer, const float *x, size_t count) {
    for (size_t i = 0; i < layer->outputs; i++) {
        double square = 0;
        for (size_t r = 0; r < count; r++) {
            square += (double)x[r * layer->inputs + i] * x[r * layer->inputs + i];
        }
        float variance = (float)(square / (double)(count ? count : 1));
        layer->weights[i * layer->outputs + i] = variance > 1e-12F ? 1 / sqrtf(sqrtf(variance)) : 1;
    }
}

/* Bring the outputs to a mean length of 1, which the rate of the training that may follow is made for. */
static void scale_layer(struct dense *layer, const float *x, size_t count, float *h) {
    double sum = 0;
    dense_forward(layer, x, count, h);
    for (size_t r = 0; r < count; r++) {
        double square = 0;
        for (size_t k = 0; k < layer->outputs; k++) {
            square += (double)h[r * layer->outputs + k] * h[r * layer->outputs + k];
        }
        sum += sqrt(square);
    }
    float scale = sum > 1e-6 ? (float)((double)count / sum) : 1;
    for (size_t i = 0; i < layer->inputs * layer->outputs; i++) {
        layer->weights[i] *= scale;
    }
}

/* Scratch: z (count, outputs). */
static void finish_layer(struct dense *layer, const float *x, size_t count, float *z) {
    scale_layer(layer, x, count, z);
    dense_centre(layer, x, count, z);
}

enum err_code whitening_turn(struct dense *layer, const float *whitener, const float *x, size_t count,
                             struct pace *pace, struct err *e) {
    size_t width = layer->inputs, kept = layer->outputs;
    float *memory = malloc((2 * width * width + width + count * width) * sizeof *memory);
    if (!memory) {
        return err_nomem(e);
    }
    float *vectors = memory, *spread = vectors + width * width, *values = spread + width * width, *z = values + width;
    if (!whitening_vectors(whitener, x, count, width, z, e) && !covariance(z, count, width, spread, pace, e) &&
        !eigen_leading(width, spread, kept, values, vectors, pace, e)) {
        memset(layer->bias, 0, kept * sizeof *layer->bias);
        gemm(width, kept, width, 1, (struct gemm_matrix){whitener, width, false},
             (struct gemm_matrix){vectors, width, true}, 0, layer->weights, kept);
        finish_layer(layer, x, count, z);
    }
    free(memory);
    return e->code;
}

enum err_code whitening_layer(struct dense *layer, const float *scatter, const float *x, size_t count,
                              struct pace *pace, struct err *e) {
    size_t width = layer->inputs, need = scatter ? width * width : count * layer->outputs;
    float *memory = malloc((need + 1) * sizeof *memory);
    if (!memory) {
        return err_nomem(e);
    }
    if (!scatter) {
        half_whiten(layer, x, count);
        finish_layer(layer, x, count, memory);
    } else if (!whitening_matrix(scatter, width, memory, pace, e)) {
        whitening_turn(layer, memory, x, count, pace, e);
    }
    free(memory);
    return e->code;
}
