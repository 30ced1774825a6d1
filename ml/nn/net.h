/* A convolutional network: its layers as rows, its parameters in one block, and the work memory of a batch, taken once.
 * Activations are (n, height, width, channels). */
#ifndef ML_NN_NET_H
#define ML_NN_NET_H

#include "base/err.h"
#include "ml/nn/conv.h"
#include "ml/nn/norm.h"
#include "ml/nn/pool.h"
#include "ml/pace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NET_NAME 48

/* What flows: value 0 is the batch of pictures. */
struct net_value {
    size_t height, width, channels;
};

/* conv: convolution, batch normalisation, shortcut, activation, in this order. */
enum net_kind { NET_CONV, NET_MAX_POOL, NET_AVERAGE_POOL, NET_LINEAR };

struct net_layer {
    enum net_kind kind;
    int from, to, shortcut; /* values; shortcut -1: none */
    struct conv conv;
    struct pool pool;
    enum activation activation;  /* linear: none or ReLU */
    size_t weights, scale, bias; /* places in the parameters; scale and bias of a convolution are the norm's */
    size_t mean, variance;       /* places in the state */
};

/* A named part of the parameters or, where `state`, of the running statistics. */
struct net_tensor {
    char name[NET_NAME];
    size_t begin, count;
    int rank;
    size_t shape[4];
    bool state;
    bool decayed; /* weights; biases and norms are left out of weight decay */
};

struct net {
    struct net_layer *layers;
    struct net_value *values;
    struct net_tensor *tensors;
    size_t layer_count, value_count, tensor_count;
    int embedding, output; /* values; the projection head lies between them */
    float epsilon, momentum;
    size_t parameter_count, state_count;
    float *parameters, *state; /* one allocation, at parameters */
};

void net_free(struct net *n); /* fine on NULL */
size_t net_value_size(const struct net *n, int value);

/* Weights: normal, variance 2 / fan-out (He et al. 2015); norms 1 and 0; linear layers uniform, 1 / sqrt(inputs). */
void net_initialise(struct net *n, uint64_t seed);

/* --- work: the memory of a batch --- */

struct net_work;

/* Bytes that net_work_new would take. */
size_t net_work_bytes(const struct net *n, size_t batch, bool training);

/* ERR_NOMEM says how many bytes were wanted. The net must outlive it. */
enum err_code net_work_new(struct net *n, size_t batch, bool training, struct net_work **out, struct err *e);
void net_work_free(struct net_work *w); /* fine on NULL */

/* Where the pictures of the next batch go: (batch, height, width, channels). */
float *net_input(struct net_work *w);

/* Run `count` pictures. In training the norms use the batch's statistics and update the running ones; else the running
 * ones are folded into the weights, which net_fold must have done since they last changed. `pace` is asked between
 * layers, since a step of a large network takes seconds (NULL: never); ERR_INTERRUPT leaves results that mean nothing.
 */
enum err_code net_forward(struct net_work *w, size_t count, struct pace *pace, struct err *e);
void net_fold(struct net_work *w);

/* A value of the last run. In inference only the embedding and the output are kept. */
const float *net_result(const struct net_work *w, int value);

/* doutput: derivative by the output, (count, outputs). Then net_gradient has one number a parameter. Training only. */
enum err_code net_backward(struct net_work *w, const float *doutput, size_t count, struct pace *pace, struct err *e);
const float *net_gradient(const struct net_work *w);

#endif
