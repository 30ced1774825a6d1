/* z = h / |h|; s = z z' / temperature; for each row, softmax over all others, target the positives, in equal parts: the
 * other view and, with labels, the rows of the same class. With P the softmax minus the target, dL/dz = (P + P') z /
 * (rows * temperature), and dL/dh = (dz - (dz . z) z) / |h|. */
#include "ml/nn/loss.h"

#include "base/parallel.h"
#include "ml/nn/gemm.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 256          /* rows of the similarity matrix in memory */
#define LEAST_LENGTH 1e-8F /* a shorter row has no direction: no loss flows through it */

enum err_code loss_init(struct loss *l, size_t rows, size_t dimension, struct err *e) {
    size_t block = rows < BLOCK ? rows : BLOCK;
    *l = (struct loss){.rows = rows, .dimension = dimension};
    l->memory = malloc((2 * rows * dimension + 2 * rows + block * rows) * sizeof(float));
    return l->memory ? ERR_OK : err_nomem(e);
}

void loss_release(struct loss *l) {
    free(l->memory);
    *l = (struct loss){0};
}

struct step {
    const float *h;
    const int *labels;                 /* one a picture, or NULL */
    float *z, *dz, *length, *each, *s; /* unit rows, their gradient, |h|, loss of a row, a block of similarities */
    float *grad;
    size_t rows, dimension, first; /* first row of the block */
    float temperature;
    bool decoupled;
};

static void normalise_rows(void *user, size_t begin, size_t end) {
    const struct step *t = user;
    for (size_t r = begin; r < end; r++) {
        const float *h = t->h + r * t->dimension;
        float *z = t->z + r * t->dimension, sum = 0;
        for (size_t k = 0; k < t->dimension; k++) {
            sum += h[k] * h[k];
        }
        t->length[r] = sqrtf(sum);
        float scale = t->length[r] > LEAST_LENGTH || isnan(sum) ? 1 / t->length[r] : 0;
        for (size_t k = 0; k < t->dimension; k++) {
            z[k] = h[k] * scale;
        }
    }
}

static bool is_positive(const struct step *t, size_t row, size_t other) {
    if (row / 2 == other / 2) {
        return row != other;
    }
    return t->labels && t->labels[row / 2] >= 0 && t->labels[row / 2] == t->labels[other / 2];
}

/* Similarities of a row become softmax minus target. */
static void softmax_rows(void *user, size_t begin, size_t end) {
    const struct step *t = user;
    for (size_t i = begin; i < end; i++) {
        float *s = t->s + i * t->rows, sum = 0, greatest = -INFINITY;
        size_t self = t->first + i, positives = 0;
        double target = 0;
        s[self] = -INFINITY;
        for (size_t k = 0; k < t->rows; k++) {
            bool positive = is_positive(t, self, k);
            target += positive ? s[k] : 0;
            positives += positive;
            if (t->decoupled && k == (self ^ 1)) {
                s[k] = -INFINITY;
            }
            greatest = s[k] > greatest ? s[k] : greatest;
        }
        for (size_t k = 0; k < t->rows; k++) {
            s[k] = expf(s[k] - greatest);
            sum += s[k];
        }
        t->each[self] = logf(sum) + greatest - (float)(target / (double)positives);
        for (size_t k = 0; k < t->rows; k++) {
            s[k] = s[k] / sum - (is_positive(t, self, k) ? 1 / (float)positives : 0);
        }
    }
}

static void gradient_rows(void *user, size_t begin, size_t end) {
    const struct step *t = user;
    for (size_t r = begin; r < end; r++) {
        const float *z = t->z + r * t->dimension, *dz = t->dz + r * t->dimension;
        float *grad = t->grad + r * t->dimension, along = 0;
        for (size_t k = 0; k < t->dimension; k++) {
            along += dz[k] * z[k];
        }
        float scale = t->length[r] > LEAST_LENGTH ? 1 / t->length[r] : 0;
        for (size_t k = 0; k < t->dimension; k++) {
            grad[k] = (dz[k] - along * z[k]) * scale;
        }
    }
}

static enum err_code run_blocks(struct step *t, struct pace *pace, struct err *e) {
    size_t d = t->dimension, n = t->rows;
    struct gemm_matrix z = {t->z, d, false}, z_turned = {t->z, d, true};
    float share = 1 / (t->temperature * (float)n);
    for (t->first = 0; t->first < n; t->first += BLOCK) {
        size_t count = n - t->first < BLOCK ? n - t->first : BLOCK;
        struct gemm_matrix some = {t->z + t->first * d, d, false};
        gemm(count, n, d, 1 / t->temperature, some, z_turned, 0, t->s, n);
        parallel_for(count, 16, softmax_rows, t);
        if (t->grad) {
            gemm(count, d, n, share, (struct gemm_matrix){t->s, n, false}, z, 1, t->dz + t->first * d, d);
            gemm(n, d, count, share, (struct gemm_matrix){t->s, n, true}, some, 1, t->dz, d);
        }
        if (pace_check(pace, e)) {
            return e->code;
        }
    }
    return ERR_OK;
}

enum err_code loss_ntxent(struct loss *l, const float *h, size_t rows, size_t dimension, float temperature,
                          float *value, float *grad, struct pace *pace, struct err *e) {
    return loss_supcon(l, h, NULL, rows, dimension, temperature, value, grad, pace, e);
}

enum err_code loss_supcon(struct loss *l, const float *h, const int *labels, size_t rows, size_t dimension,
                          float temperature, float *value, float *grad, struct pace *pace, struct err *e) {
    size_t all = l->rows * l->dimension;
    float *rest = l->memory + 2 * all;
    struct step t = {.h = h,
                     .labels = labels,
                     .z = l->memory,
                     .dz = l->memory + all,
                     .length = rest,
                     .each = rest + l->rows,
                     .s = rest + 2 * l->rows,
                     .grad = grad,
                     .rows = rows,
                     .dimension = dimension,
                     .temperature = temperature,
                     .decoupled = l->decoupled};
    *value = 0;
    if (grad) {
        memset(grad, 0, rows * dimension * sizeof *grad);
    }
    if (rows < 4) {
        return ERR_OK;
    }
    memset(t.dz, 0, rows * dimension * sizeof *t.dz);
    parallel_for(rows, 64, normalise_rows, &t);
    if (run_blocks(&t, pace, e)) {
        return e->code;
    }
    if (grad) {
        parallel_for(rows, 64, gradient_rows, &t);
    }
    double sum = 0;
    for (size_t r = 0; r < rows; r++) {
        sum += t.each[r];
    }
    *value = (float)(sum / (double)rows);
    return ERR_OK;
}
