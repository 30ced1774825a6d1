/* A dense layer of a network: y = activation(x W' + b), with W (outputs, inputs) as PyTorch has it, by gemm.
 * (dense.h is the layer of the default encoder, which makes unit vectors.) */
#ifndef ML_NN_LINEAR_H
#define ML_NN_LINEAR_H

#include <stdbool.h>
#include <stddef.h>

/* x (rows, inputs), y (rows, outputs). relu: negative results become 0. */
void linear_forward(const float *weights, const float *bias, const float *x, size_t rows, size_t inputs, size_t outputs,
                    bool relu, float *y);

/* dy (rows, outputs) in; where relu, it is masked in place by y > 0. dweights and dbias are set, dx too (NULL: not
 * wanted). */
void linear_backward(const float *weights, const float *x, const float *y, size_t rows, size_t inputs, size_t outputs,
                     bool relu, float *dy, float *dweights, float *dbias, float *dx);

#endif
