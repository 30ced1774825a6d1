/* Products by gemm, rows by plain loops spread over the cores. */
#include "ml/nn/dense.h"

#include "base/parallel.h"
#include "ml/nn/gemm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_LENGTH 1e-6F
#define PIECE 64

enum err_code dense_init(struct dense *l, size_t inputs, size_t outputs, struct err *e) {
    float *all = calloc(inputs * outputs + 2 * outputs + 1, sizeof *all);
    *l = (struct dense){inputs, outputs, all, NULL, NULL};
    if (!all) {
        return err_nomem(e);
    }
    l->bias = all + inputs * outputs;
    l->centre = l->bias + outputs;
    return ERR_OK;
}

void dense_release(struct dense *l) {
    free(l->weights);
    *l = (struct dense){0};
}

void dense_copy(struct dense *to, const struct dense *from) {
    memcpy(to->weights, from->weights, (from->inputs * from->outputs + 2 * from->outputs) * sizeof(float));
}

static void repeat_bias(const struct dense *l, size_t rows, float *h) {
    for (size_t r = 0; r < rows; r++) {
        memcpy(h + r * l->outputs, l->bias, l->outputs * sizeof *h);
    }
}

void dense_forward(const struct dense *l, const float *x, size_t rows, float *h) {
    repeat_bias(l, rows, h);
    gemm(rows, l->outputs, l->inputs, 1, (struct gemm_matrix){x, l->inputs, false},
         (struct gemm_matrix){l->weights, l->outputs, false}, 1, h, l->outputs);
}

void dense_backward(const struct dense *l, const float *x, const float *dh, size_t rows, float *grad) {
    gemm(l->inputs, l->outputs, rows, 1, (struct gemm_matrix){x, l->inputs, true},
         (struct gemm_matrix){dh, l->outputs, false}, 0, grad, l->outputs);
    float *bias = grad + l->inputs * l->outputs;
    memset(bias, 0, l->outputs * sizeof *bias);
    for (size_t r = 0; r < rows; r++) {
        for (size_t k = 0; k < l->outputs; k++) {
            bias[k] += dh[r * l->outputs + k];
        }
    }
}

void dense_normalise(float *rows, size_t count, size_t width) {
    for (size_t r = 0; r < count; r++) {
        float *row = rows + r * width, square = 0;
        for (size_t k = 0; k < width; k++) {
            square += row[k] * row[k];
        }
        float length = sqrtf(square), scale = length > LEAST_LENGTH ? 1 / length : 0;
        for (size_t k = 0; k < width; k++) {
            row[k] *= scale;
        }
    }
}

struct finishing {
    const struct dense *layer;
    float *out;
};

static void finish_rows(void *user, size_t begin, size_t end) {
    const struct finishing *f = user;
    size_t width = f->layer->outputs;
    dense_normalise(f->out + begin * width, end - begin, width);
    for (size_t r = begin; r < end; r++) {
        for (size_t k = 0; k < width; k++) {
            f->out[r * width + k] -= f->layer->centre[k];
        }
    }
    dense_normalise(f->out + begin * width, end - begin, width);
}

void dense_embed(const struct dense *l, const float *x, size_t rows, float *out) {
    repeat_bias(l, rows, out);
    gemm_alike(rows, l->outputs, l->inputs, 1, x, l->inputs, (struct gemm_matrix){l->weights, l->outputs, false}, 1,
               out, l->outputs);
    struct finishing f = {l, out};
    parallel_for(rows, PIECE, finish_rows, &f);
}

void dense_centre(struct dense *l, const float *x, size_t rows, float *h) {
    dense_forward(l, x, rows, h);
    dense_normalise(h, rows, l->outputs);
    for (size_t k = 0; k < l->outputs; k++) {
        double sum = 0;
        for (size_t r = 0; r < rows; r++) {
            sum += h[r * l->outputs + k];
        }
        l->centre[k] = rows ? (float)(sum / (double)rows) : 0;
    }
}
