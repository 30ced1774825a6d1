/* Three products; the rest is small. */
#include "ml/nn/linear.h"

#include "ml/nn/gemm.h"

#include <string.h>

void linear_forward(const float *weights, const float *bias, const float *x, size_t rows, size_t inputs, size_t outputs,
                    bool relu, float *y) {
    for (size_t r = 0; r < rows; r++) {
        memcpy(y + r * outputs, bias, outputs * sizeof *y);
    }
    gemm(rows, outputs, inputs, 1, (struct gemm_matrix){x, inputs, false}, (struct gemm_matrix){weights, inputs, true},
         1, y, outputs);
    for (size_t i = 0; relu && i < rows * outputs; i++) {
        y[i] = y[i] < 0 ? 0 : y[i];
    }
}

void linear_backward(const float *weights, const float *x, const float *y, size_t rows, size_t inputs, size_t outputs,
                     bool relu, float *dy, float *dweights, float *dbias, float *dx) {
    memset(dbias, 0, outputs * sizeof *dbias);
    for (size_t r = 0; r < rows; r++) {
        for (size_t k = 0; k < outputs; k++) {
            float *d = dy + r * outputs + k;
            *d = relu && !(y[r * outputs + k] > 0) ? 0 : *d;
            dbias[k] += *d;
        }
    }
    gemm(outputs, inputs, rows, 1, (struct gemm_matrix){dy, outputs, true}, (struct gemm_matrix){x, inputs, false}, 0,
         dweights, inputs);
    if (dx) {
        gemm(rows, inputs, outputs, 1, (struct gemm_matrix){dy, outputs, false},
             (struct gemm_matrix){weights, inputs, false}, 0, dx, inputs);
    }
}
