/* The derivative of every layer against differences of its forward pass, and batch normalisation against its formula.
 * The loss is a fixed weighted sum of the layer's results; a relative error below 1e-2 of the greatest derivative. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/random.h"
#include "ml/nn/arch.h"
#include "ml/nn/linear.h"
#include "ml/nn/norm.h"
#include "ml/nn/pool.h"
#include "ml/nn/tile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST 6000
static float x[MOST], y[MOST], weighing[MOST], dy[MOST], dx[MOST], scratch[MOST];

static void fill(float *v, size_t n, uint64_t seed) {
    struct random r = random_stream(seed, n, 0);
    for (size_t i = 0; i < n; i++) {
        v[i] = random_uniform(&r, -1, 1);
    }
}

/* The slope of the weighted sum along one number. */
static double slope_of(void (*forward)(void), size_t outputs, float *at, float step) {
    double sums[2] = {0, 0};
    float keep = *at;
    for (int side = 0; side < 2; side++) {
        *at = side ? keep + step : keep - step;
        forward();
        for (size_t k = 0; k < outputs; k++) {
            sums[side] += (double)y[k] * (double)weighing[k];
        }
    }
    *at = keep;
    return (sums[1] - sums[0]) / (2 * (double)step);
}

/* forward() fills y from x and whatever else; `at` are n numbers it depends on, derivative what is claimed. A step that
 * crosses a kink of ReLU says nothing, so a smaller one may speak for it, and one number in 50 may sit on a kink. */
static void check(const char *what, void (*forward)(void), size_t outputs, float *at, const float *derivative, size_t n,
                  float step) {
    double most = 0;
    size_t wrong = 0;
    for (size_t i = 0; i < n; i++) {
        most = fmax(most, fabs((double)derivative[i]));
    }
    assert_true(most > 0);
    for (size_t i = 0; i < n; i++) {
        double slope = 0, error = INFINITY;
        for (float s = step; s > step / 20 && !(error < 1e-2 * most); s /= 4) {
            slope = slope_of(forward, outputs, &at[i], s);
            error = fabs(slope - (double)derivative[i]);
        }
        wrong += !(error < 1e-2 * most);
        if (wrong > n / 50) {
            fail_msg("%s: derivative %zu is %g, differences say %g", what, i, (double)derivative[i], slope);
        }
    }
}

/* --- batch normalisation --- */

#define ROWS 37
static size_t channels;
static float weight[64], bias[64], mean[64], variance[64], inverse[64], scale[64], shift[64], shortcut[MOST];
static enum activation activation;
static bool with_shortcut;

static void norm_forward(void) {
    norm_statistics(x, ROWS, channels, mean, variance, scratch);
    for (size_t k = 0; k < channels; k++) {
        inverse[k] = 1 / sqrtf(variance[k] + NORM_EPSILON);
        scale[k] = weight[k] * inverse[k];
        shift[k] = bias[k] - mean[k] * scale[k];
    }
    norm_apply(x, ROWS, channels, scale, shift, with_shortcut ? shortcut : NULL, activation, y);
}

static void naive_norm(void) {
    for (size_t k = 0; k < channels; k++) {
        double m = 0, v = 0;
        for (size_t r = 0; r < ROWS; r++) {
            m += (double)x[r * channels + k] / ROWS;
        }
        for (size_t r = 0; r < ROWS; r++) {
            v += pow((double)x[r * channels + k] - m, 2) / ROWS;
        }
        assert_true(fabs((double)mean[k] - m) < 1e-5 * (1 + fabs(m)));
        assert_true(fabs((double)variance[k] - v) < 1e-4 * v);
        for (size_t r = 0; r < ROWS; r++) {
            double want = ((double)x[r * channels + k] - m) / sqrt(v + 1e-5) * (double)weight[k] + (double)bias[k];
            want += with_shortcut ? (double)shortcut[r * channels + k] : 0;
            want = activation == ACTIVATION_NONE ? want : fmax(want, 0);
            want = activation == ACTIVATION_RELU6 ? fmin(want, 6) : want;
            assert_true(fabs(want - (double)y[r * channels + k]) < 1e-3);
        }
    }
}

static void test_norm(void **state) {
    (void)state;
    static const size_t widths[] = {1, 3, 4, 7, 32};
    for (size_t i = 0; i < 5 * 3 * 2; i++) {
        float dweight[64], dbias[64], dadd[MOST];
        channels = widths[i % 5];
        activation = (enum activation)(i / 5 % 3);
        with_shortcut = i / 15;
        size_t n = ROWS * channels;
        fill(x, n, i);
        fill(weight, channels, 100);
        fill(bias, channels, 101);
        fill(shortcut, n, 202);
        fill(weighing, n, 103);
        for (size_t k = 0; k < n; k++) {
            x[k] = 5 + 2 * x[k]; /* a mean that is not 0 */
            shortcut[k] *= 8;    /* some beyond 6 */
        }
        norm_forward();
        naive_norm();
        memcpy(dy, weighing, n * sizeof *dy);
        struct norm_backward b = {x,
                                  y,
                                  ROWS,
                                  channels,
                                  mean,
                                  inverse,
                                  scale,
                                  shift,
                                  activation,
                                  with_shortcut ? dadd : NULL,
                                  with_shortcut,
                                  false,
                                  dweight,
                                  dbias,
                                  dy};
        norm_backward(&b, scratch);
        check("norm, x", norm_forward, n, x, dy, n, 2e-3F);
        check("norm, weight", norm_forward, n, weight, dweight, channels, 1e-3F);
        check("norm, bias", norm_forward, n, bias, dbias, channels, 1e-3F);
        if (with_shortcut) {
            check("norm, shortcut", norm_forward, n, shortcut, dadd, n, 1e-3F);
            memcpy(dx, dadd, n * sizeof *dx);
            memcpy(dy, weighing, n * sizeof *dy);
            b.adding = true; /* the same again */
            norm_forward();
            norm_backward(&b, scratch);
            for (size_t k = 0; k < n; k++) {
                assert_true(dadd[k] == 2 * dx[k]);
            }
        }
    }
}

/* A mean far from 0, that moves besides, must not eat the variance. */
static void test_norm_cancellation(void **state) {
    (void)state;
    enum { LONG = 1000 };
    fill(x, LONG * 4, 1);
    for (size_t i = 0; i < LONG * 4; i++) {
        x[i] += 1000 + (i / 4 < 100 ? 3 : 0);
    }
    norm_statistics(x, LONG, 4, mean, variance, scratch);
    for (size_t k = 0; k < 4; k++) {
        double m = 0, v = 0;
        for (size_t r = 0; r < LONG; r++) {
            m += (double)x[r * 4 + k] / LONG;
        }
        for (size_t r = 0; r < LONG; r++) {
            v += pow((double)x[r * 4 + k] - m, 2) / LONG;
        }
        assert_true(fabs((double)mean[k] - m) < 1e-3 && fabs((double)variance[k] - v) < 1e-3 * v);
    }
}

/* --- pooling --- */

static struct pool pool;
static unsigned char taps[MOST];
#define PICTURES 3

static void max_forward(void) {
    max_pool_forward(&pool, x, PICTURES, y, taps);
}

static void average_forward(void) {
    average_pool_forward(&pool, x, PICTURES, y);
}

/* The greatest of each window, by its definition. */
static void naive_max(void) {
    for (size_t o = 0; o < PICTURES * pool.out_height * pool.out_width * pool.channels; o++) {
        size_t k = o % pool.channels, ox = o / pool.channels % pool.out_width;
        size_t oy = o / pool.channels / pool.out_width % pool.out_height;
        const float *picture =
            x + o / pool.channels / pool.out_width / pool.out_height * pool.height * pool.width * pool.channels;
        float most = -INFINITY;
        for (size_t t = 0; t < pool.kernel * pool.kernel; t++) {
            size_t row = oy * pool.stride + t / pool.kernel - pool.pad;
            size_t column = ox * pool.stride + t % pool.kernel - pool.pad; /* outside wraps to very large */
            if (row < pool.height && column < pool.width) {
                most = fmaxf(most, picture[(row * pool.width + column) * pool.channels + k]);
            }
        }
        assert_true(y[o] == most);
    }
}

static void test_pools(void **state) {
    (void)state;
    static const struct pool rows[] = {{9, 8, 5, 5, 4, 3, 2, 1}, {6, 6, 4, 3, 3, 2, 2, 0}, {7, 7, 3, 2, 2, 3, 2, 1}};
    for (size_t i = 0; i < 3; i++) {
        pool = rows[i];
        size_t in = PICTURES * pool.height * pool.width * pool.channels;
        size_t out = PICTURES * pool.out_height * pool.out_width * pool.channels;
        fill(x, in, i);
        fill(weighing, out, 9);
        if (pool.kernel * pool.stride >= pool.height / 2) {
            average_forward();
            average_pool_backward(&pool, weighing, PICTURES, false, dx);
            check("average pool", average_forward, out, x, dx, in, 1e-2F);
        }
        if (i < 2) {
            max_forward();
            naive_max();
            max_pool_backward(&pool, weighing, PICTURES, taps, false, dx);
            check("max pool", max_forward, out, x, dx, in, 1e-5F);
            max_pool_backward(&pool, weighing, PICTURES, taps, true, dx); /* adds */
            for (size_t k = 0; k < out; k++) {
                weighing[k] *= 2;
            }
            check("max pool, added", max_forward, out, x, dx, in, 1e-5F);
        }
    }
}

/* --- linear --- */

#define INPUTS 11
#define OUTPUTS 7
static float matrix[INPUTS * OUTPUTS];
static bool relu;

static void linear_run(void) {
    linear_forward(matrix, bias, x, ROWS, INPUTS, OUTPUTS, relu, y);
}

static void test_linear(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        float dmatrix[INPUTS * OUTPUTS], dbias[OUTPUTS];
        relu = i;
        fill(x, ROWS * INPUTS, 1);
        fill(matrix, INPUTS * OUTPUTS, 2);
        fill(bias, OUTPUTS, 3);
        fill(weighing, ROWS * OUTPUTS, 4);
        linear_run();
        memcpy(dy, weighing, sizeof dy);
        linear_backward(matrix, x, y, ROWS, INPUTS, OUTPUTS, relu, dy, dmatrix, dbias, dx);
        check("linear, x", linear_run, ROWS * OUTPUTS, x, dx, ROWS * INPUTS, 1e-3F);
        check("linear, weights", linear_run, ROWS * OUTPUTS, matrix, dmatrix, INPUTS * OUTPUTS, 1e-3F);
        check("linear, bias", linear_run, ROWS * OUTPUTS, bias, dbias, OUTPUTS, 1e-3F);
    }
}

/* --- convolution --- */

static struct conv conv;
static float filters[MOST], packed[4 * MOST], *room;

static void conv_run(void) {
    conv_pack_forward(&conv, filters, NULL, packed);
    conv_forward(&conv, x, PICTURES, packed, NULL, y, room);
}

static void test_convolution(void **state) {
    (void)state;
    static const struct {
        size_t size, channels, filters, kernel, stride;
    } rows[] = {{6, 2, 5, 3, 1}, {7, 3, 4, 3, 2}, {5, 6, 7, 1, 1}, {6, 4, 5, 1, 2}, {9, 1, 3, 7, 2}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        conv = conv_shape(rows[i].size, rows[i].size, rows[i].channels, rows[i].filters, rows[i].kernel, rows[i].stride,
                          rows[i].kernel / 2, false);
        size_t in = PICTURES * conv.height * conv.width * conv.channels, weights = conv_weights(&conv);
        size_t out = PICTURES * conv.out_height * conv.out_width * conv.filters;
        assert_true(in + TILE_SLACK <= MOST && out + TILE_SLACK <= MOST && conv_packed(&conv) <= 4 * MOST);
        assert_true(weights <= MOST);
        room = calloc(conv_scratch(&conv, true), sizeof *room);
        assert_non_null(room);
        fill(x, in, i);
        fill(filters, weights, 7);
        fill(weighing, out, 9);
        conv_pack_backward(&conv, filters, packed);
        conv_backward_input(&conv, weighing, PICTURES, packed, false, dx, room);
        check("convolution, x", conv_run, out, x, dx, in, 1e-2F);
        conv_backward_weights(&conv, x, weighing, PICTURES, dx, room);
        check("convolution, weights", conv_run, out, filters, dx, weights, 1e-2F);
        free(room);
    }
}

/* --- all of them, as a network runs them --- */

static struct net *net;
static struct net_work *work;
#define BATCH 4

static void net_run(void) {
    net_forward(work, BATCH, NULL, NULL);
    memcpy(y, net_result(work, net->output), BATCH * net_value_size(net, net->output) * sizeof *y);
}

/* Up to 40 weights of every convolution and dense layer. Deeper networks this narrow bend too much between two steps
 * for differences in single precision: PyTorch checks those (test_parity.c), and their shortcuts are checked above. */
static void test_network(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    assert_int_equal(arch_build(arch_find("cnn"), 2, 16, 1, 4, &net, &e), ERR_OK);
    net_initialise(net, 5);
    assert_int_equal(net_work_new(net, BATCH, true, &work, &e), ERR_OK);
    fill(net_input(work), BATCH * net_value_size(net, 0), 8);
    fill(weighing, BATCH * 4, 9);
    net_run();
    net_backward(work, weighing, BATCH, NULL, NULL);
    for (size_t k = 0; k < net->tensor_count; k++) {
        const struct net_tensor *t = &net->tensors[k];
        if (t->rank > 1) {
            memcpy(dx, net_gradient(work) + t->begin, t->count * sizeof *dx);
            check(t->name, net_run, BATCH * 4, net->parameters + t->begin, dx, t->count < 40 ? t->count : 40, 4e-4F);
        }
    }
    net_work_free(work);
    net_free(net);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_norm),   cmocka_unit_test(test_norm_cancellation), cmocka_unit_test(test_pools),
        cmocka_unit_test(test_linear), cmocka_unit_test(test_convolution),       cmocka_unit_test(test_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
