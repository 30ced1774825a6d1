/* Convolution against its definition written out in double precision: forward, and both derivatives. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/random.h"
#include "ml/nn/conv.h"
#include "ml/nn/tile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static float *numbers(size_t n, uint64_t seed) {
    float *v = malloc((n + TILE_SLACK) * sizeof *v);
    struct random r = random_stream(seed, n, 0);
    assert_non_null(v);
    for (size_t i = 0; i < n + TILE_SLACK; i++) {
        v[i] = random_uniform(&r, -1, 1);
    }
    return v;
}

/* Every product of the definition: y[o] += x[i] * w[j], told to `each`. */
static void walk(const struct conv *c, size_t n, void (*each)(void *user, size_t o, size_t i, size_t j), void *user) {
    size_t wide = c->depthwise ? 1 : c->channels;
    for (size_t picture = 0; picture < n; picture++) {
        for (size_t o = 0; o < c->out_height * c->out_width * c->filters; o++) {
            size_t k = o % c->filters, ox = o / c->filters % c->out_width, oy = o / c->filters / c->out_width;
            for (size_t j = 0; j < wide * c->kernel * c->kernel; j++) {
                size_t channel = c->depthwise ? k : j / (c->kernel * c->kernel);
                long y = (long)(oy * c->stride + j / c->kernel % c->kernel) - (long)c->pad;
                long x = (long)(ox * c->stride + j % c->kernel) - (long)c->pad;
                if (y < 0 || x < 0 || y >= (long)c->height || x >= (long)c->width) {
                    continue;
                }
                each(user, picture * c->out_height * c->out_width * c->filters + o,
                     ((picture * c->height + (size_t)y) * c->width + (size_t)x) * c->channels + channel,
                     k * wide * c->kernel * c->kernel + j);
            }
        }
    }
}

struct naive {
    const float *x, *w, *dy;
    double *y, *dx, *dw;
};

static void multiply(void *user, size_t o, size_t i, size_t j) {
    struct naive *t = user;
    t->y[o] += (double)t->x[i] * (double)t->w[j];
    t->dx[i] += (double)t->dy[o] * (double)t->w[j];
    t->dw[j] += (double)t->dy[o] * (double)t->x[i];
}

static void compare(const char *what, const struct conv *c, const double *want, const float *got, size_t n) {
    double most = 0, worst = 0;
    for (size_t i = 0; i < n; i++) {
        most = fmax(most, fabs(want[i]));
        worst = fmax(worst, fabs(want[i] - (double)got[i]));
    }
    if (!(worst <= 1e-5 * most)) {
        fail_msg("%s of %zux%zux%zu -> %zu, kernel %zu, stride %zu is off by %g of %g", what, c->height, c->width,
                 c->channels, c->filters, c->kernel, c->stride, worst, most);
    }
}

static void check(struct conv c, size_t n) {
    size_t in = n * c.height * c.width * c.channels, out = n * c.out_height * c.out_width * c.filters;
    size_t weights = conv_weights(&c);
    float *x = numbers(in, 1), *w = numbers(weights, 2), *dy = numbers(out, 3);
    float *packed = numbers(conv_packed(&c), 4), *scratch = numbers(conv_scratch(&c, true), 5), *y = numbers(out, 6);
    float *dx = numbers(in, 7), *dw = numbers(weights, 8);
    struct naive t = {
        x, w, dy, calloc(out, sizeof(double)), calloc(in, sizeof(double)), calloc(weights, sizeof(double))};
    walk(&c, n, multiply, &t);
    conv_pack_forward(&c, w, NULL, packed);
    conv_forward(&c, x, n, packed, NULL, y, scratch);
    compare("y", &c, t.y, y, out);
    if (!c.depthwise) {
        conv_pack_backward(&c, w, packed);
        conv_backward_input(&c, dy, n, packed, false, dx, scratch);
        compare("dx", &c, t.dx, dx, in);
        conv_backward_input(&c, dy, n, packed, true, dx, scratch); /* adds the same again */
        for (size_t i = 0; i < in; i++) {
            t.dx[i] *= 2;
        }
        compare("dx, added,", &c, t.dx, dx, in);
        conv_backward_weights(&c, x, dy, n, dw, scratch);
        compare("dw", &c, t.dw, dw, weights);
    }
    free(x);
    free(w);
    free(dy);
    free(packed);
    free(scratch);
    free(y);
    free(dx);
    free(dw);
    free(t.y);
    free(t.dx);
    free(t.dw);
}

static void test_shapes(void **state) {
    (void)state;
    static const struct {
        size_t size, channels, filters, kernel, stride, n;
    } rows[] = {{28, 1, 32, 3, 1, 2},  {14, 3, 5, 3, 1, 3},  {9, 7, 33, 3, 2, 5},   {8, 64, 40, 3, 1, 17},
                {4, 256, 16, 3, 1, 3}, {5, 6, 512, 3, 2, 2}, {4, 16, 256, 3, 1, 2}, {32, 3, 8, 7, 2, 2},
                {7, 5, 6, 5, 1, 2},    {9, 5, 6, 5, 2, 4},   {10, 24, 48, 1, 1, 4}, {9, 24, 48, 1, 2, 4},
                {8, 20, 20, 1, 2, 3},  {1, 3, 4, 3, 1, 2},   {2, 3, 4, 3, 2, 20},   {6, 300, 31, 1, 1, 1},
                {64, 20, 4, 3, 1, 1},  {3, 2, 2, 1, 3, 2},   {7, 3, 4, 3, 3, 2}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t size = rows[i].size;
        check(conv_shape(size, size, rows[i].channels, rows[i].filters, rows[i].kernel, rows[i].stride,
                         rows[i].kernel / 2, false),
              rows[i].n);
        check(conv_shape(size + 3, size, rows[i].channels, rows[i].filters, rows[i].kernel, rows[i].stride,
                         rows[i].kernel / 2, false),
              1);
        check(conv_shape(size, size, rows[i].channels, rows[i].channels, rows[i].kernel, rows[i].stride,
                         rows[i].kernel / 2, true),
              rows[i].n);
    }
}

/* TensorFlow's "same" padding: nothing above and left, one below and right. */
static void test_uneven_padding(void **state) {
    (void)state;
    for (int depthwise = 0; depthwise < 2; depthwise++) {
        struct conv c = conv_shape(8, 8, 6, 6, 3, 2, 0, depthwise);
        c.out_height = c.out_width = 4;
        check(c, 3);
    }
}

static void test_finish(void **state) {
    (void)state;
    for (int depthwise = 0; depthwise < 2; depthwise++) {
        struct conv c = conv_shape(6, 6, 20, 20, 3, 1, 1, depthwise);
        float *x = numbers(6 * 6 * 20, 1), *w = numbers(conv_weights(&c), 2), *packed = numbers(conv_packed(&c), 3);
        float *scratch = numbers(conv_scratch(&c, false), 4), *y = numbers(6 * 6 * 20, 5), *z = numbers(6 * 6 * 20, 6);
        float *add = numbers(6 * 6 * 20, 7), *bias = numbers(20, 8), *scale = numbers(20, 9);
        struct conv_finish finish = {.add = add, .bias = bias, .clamped = true, .low = 0, .high = 1};
        conv_pack_forward(&c, w, NULL, packed);
        conv_forward(&c, x, 1, packed, NULL, y, scratch);
        conv_pack_forward(&c, w, scale, packed);
        conv_forward(&c, x, 1, packed, &finish, z, scratch);
        for (size_t i = 0; i < 6 * 6 * 20; i++) {
            float v = y[i] * scale[i % 20] + add[i] + bias[i % 20];
            assert_true(fabsf(z[i] - fminf(fmaxf(v, 0), 1)) < 1e-4F);
        }
        float *all[] = {x, w, packed, scratch, y, z, add, bias, scale};
        for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
            free(all[i]);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_uneven_padding),
        cmocka_unit_test(test_finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
