/* A patch loses its mean and its contrast, is whitened (ZCA) and brought to unit length; its response to an atom is how
 * far their cosine exceeds .2. Whitening and atoms are one product: w = p Z, w . a = p (Z a). */
#include "ml/model/dictionary.h"

#include "base/parallel.h"
#include "base/random.h"
#include "ml/nn/eigen.h"
#include "ml/nn/gemm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE 6
#define STEP 2
#define GRID 15
#define CELLS 4
#define STREAM_PATCHES 0x9a7c4U
#define STREAM_ATOMS 0xa70b5U

/* 6 x 6 pixels at (x, y), which may lie outside by some pixels: the edge goes on. Returns the variance. */
static float cut_patch(const struct canvas *grey, int x, int y, float *patch) {
    int n = grey->size;
    float sum = 0, square = 0;
    for (int j = 0; j < SIDE; j++) {
        int row = y + j < 0 ? 0 : y + j >= n ? n - 1 : y + j;
        for (int i = 0; i < SIDE; i++) {
            int column = x + i < 0 ? 0 : x + i >= n ? n - 1 : x + i;
            patch[j * SIDE + i] = grey->values[row * n + column];
            sum += patch[j * SIDE + i];
        }
    }
    float mean = sum / DICTIONARY_PATCH;
    for (int k = 0; k < DICTIONARY_PATCH; k++) {
        patch[k] -= mean;
        square += patch[k] * patch[k];
    }
    float variance = square / DICTIONARY_PATCH, scale = 1 / sqrtf(variance + RECIPE_CONTRAST_FLOOR);
    for (int k = 0; k < DICTIONARY_PATCH; k++) {
        patch[k] *= scale;
    }
    return variance;
}

void dictionary_finish(struct dictionary *d) {
    size_t p = DICTIONARY_PATCH, width = p + DICTIONARY_ATOMS;
    for (size_t i = 0; i < p; i++) {
        memcpy(d->joint + i * width, d->whitening + i * p, p * sizeof(float));
    }
    gemm(p, DICTIONARY_ATOMS, p, 1, (struct gemm_matrix){d->whitening, p, false},
         (struct gemm_matrix){d->atoms, p, true}, 0, d->joint + p, width);
}

/* Sums over the grid with the weights of a cell along one axis, [cell][position], each cell's summing to 1. */
static void pool_weights(float weights[CELLS][GRID]) {
    float cell = (float)GRID / CELLS, deviation = RECIPE_CELL_WIDTH * cell;
    for (int i = 0; i < CELLS; i++) {
        float sum = 0;
        for (int x = 0; x < GRID; x++) {
            float at = ((float)i + .5F) * cell - .5F - (float)x;
            sum += weights[i][x] = expf(-at * at / (2 * deviation * deviation));
        }
        for (int x = 0; x < GRID; x++) {
            weights[i][x] /= sum;
        }
    }
}

static void pool(const float *products, float *out) {
    size_t width = DICTIONARY_PATCH + DICTIONARY_ATOMS;
    float weights[CELLS][GRID];
    pool_weights(weights);
    memset(out, 0, DICTIONARY_LENGTH * sizeof *out);
    for (int y = 0; y < GRID; y++) {
        float row[CELLS][DICTIONARY_ATOMS] = {{0}};
        for (int x = 0; x < GRID; x++) {
            const float *restrict response = products + (size_t)(y * GRID + x) * width + DICTIONARY_PATCH;
            for (int i = 0; i < CELLS; i++) {
                float *restrict sums = row[i], weight = weights[i][x];
                for (int k = 0; k < DICTIONARY_ATOMS; k++) {
                    sums[k] += weight * response[k];
                }
            }
        }
        for (int j = 0; j < CELLS; j++) {
            const float *restrict from = &row[0][0];
            float *restrict cells = out + j * CELLS * DICTIONARY_ATOMS, weight = weights[j][y];
            for (int k = 0; k < CELLS * DICTIONARY_ATOMS; k++) {
                cells[k] += weight * from[k];
            }
        }
    }
    for (int k = 0; k < DICTIONARY_LENGTH; k++) {
        out[k] = sqrtf(out[k]);
    }
}

void dictionary_compute(const struct dictionary *d, const struct canvas *grey, struct dictionary_scratch *scratch,
                        float *out) {
    size_t p = DICTIONARY_PATCH, width = p + DICTIONARY_ATOMS;
    for (int i = 0; i < DICTIONARY_POSITIONS; i++) {
        float *patch = scratch->patches + (size_t)i * p;
        cut_patch(grey, i % GRID * STEP - 1, i / GRID * STEP - 1, patch);
        for (size_t k = 0; k < p; k++) {
            patch[k] -= d->mean[k];
        }
    }
    gemm(DICTIONARY_POSITIONS, width, p, 1, (struct gemm_matrix){scratch->patches, p, false},
         (struct gemm_matrix){d->joint, width, false}, 0, scratch->products, width);
    for (size_t i = 0; i < DICTIONARY_POSITIONS; i++) {
        float *row = scratch->products + i * width, square = 0;
        for (size_t k = 0; k < p; k++) {
            square += row[k] * row[k];
        }
        float scale = square > 1e-12F ? 1 / sqrtf(square) : 0;
        for (size_t k = p; k < width; k++) {
            float excess = row[k] * scale - RECIPE_RESPONSE_LEAST;
            row[k] = excess > 0 ? excess : 0;
        }
    }
    pool(scratch->products, out);
}

/* Patches to learn from, (count, 36). Returns how many. */
static size_t draw_patches(const struct gallery *g, uint64_t seed, float *patches, struct canvas *canvas,
                           struct canvas *other) {
    size_t p = DICTIONARY_PATCH, flat = 0, kept = 0;
    struct random r = random_stream(seed, STREAM_PATCHES, 0);
    float *variances = patches + RECIPE_PATCHES * p;
    for (size_t i = 0; i < RECIPE_PATCHES; i++) {
        size_t picture = random_below(&r, (uint32_t)g->count);
        if (i % 4 == 0) { /* four patches of each picture drawn */
            canvas_fill(other, g->bytes + picture * canvas_bytes(g->size, g->channels), g->size, g->channels, false);
            canvas_grey(other, canvas);
            if (g->size > DICTIONARY_SIZE) {
                canvas_halve(canvas, other);
                canvas_grey(other, canvas);
            }
        }
        int room = DICTIONARY_SIZE - SIDE + 1;
        int x = (int)random_below(&r, (uint32_t)room), y = (int)random_below(&r, (uint32_t)room);
        variances[i] = cut_patch(canvas, x, y, patches + i * p);
        flat += variances[i] < RECIPE_CONTRAST_FLOOR;
    }
    if ((float)flat <= RECIPE_FLAT_SHARE * RECIPE_PATCHES || flat + DICTIONARY_ATOMS > RECIPE_PATCHES) {
        return RECIPE_PATCHES;
    }
    for (size_t i = 0; i < RECIPE_PATCHES; i++) {
        if (variances[i] >= RECIPE_CONTRAST_FLOOR) {
            memmove(patches + kept++ * p, patches + i * p, p * sizeof *patches);
        }
    }
    return kept;
}

/* Mean and ZCA whitening of the patches. They lose their mean in place. */
static enum err_code fit_whitening(struct dictionary *d, float *patches, size_t count, struct pace *pace,
                                   struct err *e) {
    size_t p = DICTIONARY_PATCH;
    float covariance[DICTIONARY_PATCH * DICTIONARY_PATCH], vectors[DICTIONARY_PATCH * DICTIONARY_PATCH];
    float values[DICTIONARY_PATCH], scaled[DICTIONARY_PATCH * DICTIONARY_PATCH];
    double sum[DICTIONARY_PATCH] = {0};
    for (size_t i = 0; i < count * p; i++) {
        sum[i % p] += patches[i];
    }
    for (size_t k = 0; k < p; k++) {
        d->mean[k] = (float)(sum[k] / (double)count);
    }
    for (size_t i = 0; i < count * p; i++) {
        patches[i] -= d->mean[i % p];
    }
    gemm(p, p, count, 1 / (float)count, (struct gemm_matrix){patches, p, true}, (struct gemm_matrix){patches, p, false},
         0, covariance, p);
    if (eigen_leading(p, covariance, p, values, vectors, pace, e)) {
        return e->code;
    }
    for (size_t i = 0; i < p; i++) {
        float scale = 1 / sqrtf((values[i] > 0 ? values[i] : 0) + RECIPE_PATCH_FLOOR);
        for (size_t k = 0; k < p; k++) {
            scaled[i * p + k] = vectors[i * p + k] * scale;
        }
    }
    gemm(p, p, p, 1, (struct gemm_matrix){vectors, p, true}, (struct gemm_matrix){scaled, p, false}, 0, d->whitening,
         p);
    return ERR_OK;
}

static void unit_rows(float *rows, size_t count, size_t p) {
    for (size_t i = 0; i < count; i++) {
        float square = 0;
        for (size_t k = 0; k < p; k++) {
            square += rows[i * p + k] * rows[i * p + k];
        }
        float scale = square > 1e-12F ? 1 / sqrtf(square) : 0;
        for (size_t k = 0; k < p; k++) {
            rows[i * p + k] *= scale;
        }
    }
}

struct assigning {
    const float *cosines;
    uint32_t *nearest;
};

static void assign_some(void *user, size_t begin, size_t end) {
    const struct assigning *a = user;
    for (size_t i = begin; i < end; i++) {
        const float *row = a->cosines + i * DICTIONARY_ATOMS;
        uint32_t best = 0;
        for (uint32_t k = 1; k < DICTIONARY_ATOMS; k++) {
            best = row[k] > row[best] ? k : best;
        }
        a->nearest[i] = best;
    }
}

/* k-means by cosine of unit rows; an atom that nothing is nearest to stays where it is. */
static enum err_code fit_atoms(struct dictionary *d, const float *units, size_t count, uint64_t seed, float *cosines,
                               uint32_t *nearest, struct pace *pace, struct err *e) {
    size_t p = DICTIONARY_PATCH;
    struct random r = random_stream(seed, STREAM_ATOMS, 0);
    for (size_t k = 0; k < DICTIONARY_ATOMS; k++) {
        memcpy(d->atoms + k * p, units + random_below(&r, (uint32_t)count) * p, p * sizeof *units);
    }
    for (int round = 0; round < RECIPE_PATCH_ROUNDS; round++) {
        gemm(count, DICTIONARY_ATOMS, p, 1, (struct gemm_matrix){units, p, false},
             (struct gemm_matrix){d->atoms, p, true}, 0, cosines, DICTIONARY_ATOMS);
        struct assigning a = {cosines, nearest};
        parallel_for(count, 512, assign_some, &a);
        float sums[DICTIONARY_ATOMS * DICTIONARY_PATCH] = {0};
        size_t members[DICTIONARY_ATOMS] = {0};
        for (size_t i = 0; i < count; i++) {
            members[nearest[i]]++;
            for (size_t k = 0; k < p; k++) {
                sums[nearest[i] * p + k] += units[i * p + k];
            }
        }
        for (size_t k = 0; k < DICTIONARY_ATOMS; k++) {
            if (members[k]) {
                memcpy(d->atoms + k * p, sums + k * p, p * sizeof *sums);
            }
        }
        unit_rows(d->atoms, DICTIONARY_ATOMS, p);
        if (pace_check(pace, e)) {
            return e->code;
        }
    }
    return ERR_OK;
}

enum err_code dictionary_fit(struct dictionary *d, const struct gallery *g, uint64_t seed, struct pace *pace,
                             struct err *e) {
    size_t p = DICTIONARY_PATCH, most = RECIPE_PATCHES;
    struct canvas *canvases = malloc(2 * sizeof *canvases);
    float *patches = malloc(most * (2 * p + DICTIONARY_ATOMS + 1) * sizeof *patches);
    uint32_t *nearest = malloc(most * sizeof *nearest);
    if (!canvases || !patches || !nearest) {
        err_nomem(e);
    } else {
        float *units = patches + most * (p + 1), *cosines = units + most * p;
        size_t count = draw_patches(g, seed, patches, canvases, canvases + 1);
        if (!pace_check(pace, e) && !fit_whitening(d, patches, count, pace, e)) {
            gemm(count, p, p, 1, (struct gemm_matrix){patches, p, false}, (struct gemm_matrix){d->whitening, p, false},
                 0, units, p);
            unit_rows(units, count, p);
            if (!fit_atoms(d, units, count, seed, cosines, nearest, pace, e)) {
                dictionary_finish(d);
            }
        }
    }
    free(canvases);
    free(patches);
    free(nearest);
    return e->code;
}
