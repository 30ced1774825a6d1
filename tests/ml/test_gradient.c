/* Oriented gradients: against the formula written out pixel by pixel, and what an edge of known direction gives. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/random.h"
#include "ml/image/gradient.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static float pixel(const float *p, int n, int x, int y) {
    x = x < 0 ? 0 : x >= n ? n - 1 : x;
    y = y < 0 ? 0 : y >= n ? n - 1 : y;
    return p[y * n + x];
}

static void naive(const struct canvas *c, int cells, int blurred, double *out) {
    int n = c->size;
    float *p = malloc(sizeof(float) * (size_t)n * (size_t)n);
    const float kernel[3] = {.27F, .46F, .27F};
    for (int i = 0; i < n * n; i++) {
        p[i] = blurred ? 0 : c->values[i];
        for (int k = 0; blurred && k < 9; k++) {
            p[i] += kernel[k % 3] * kernel[k / 3] * pixel(c->values, n, i % n + k % 3 - 1, i / n + k / 3 - 1);
        }
    }
    memset(out, 0, sizeof(double) * (size_t)(cells * cells * 12));
    double cell = (double)n / cells, s = .55 * cell;
    for (int i = 0; i < n * n; i++) {
        int x = i % n, y = i / n;
        double dx = pixel(p, n, x + 1, y) - pixel(p, n, x - 1, y), dy = pixel(p, n, x, y + 1) - pixel(p, n, x, y - 1);
        double angle = atan2(dy, dx),
               bins = (angle < 0 ? angle + 2 * 3.141592653589793 : angle) * 6 / 3.141592653589793;
        int bin = (int)bins;
        for (int k = 0; k < cells * cells; k++) {
            double ox = (k % cells + .5) * cell - .5 - x, oy = (k / cells + .5) * cell - .5 - y;
            double w = exp(-(ox * ox + oy * oy) / (2 * s * s)) * hypot(dx, dy);
            out[(k / cells * 12 + bin % 12) * cells + k % cells] += w * (1 - (bins - bin));
            out[(k / cells * 12 + (bin + 1) % 12) * cells + k % cells] += w * (bins - bin);
        }
    }
    free(p);
}

static void test_like_naive(void **state) {
    (void)state;
    static const struct {
        int size, cells, blurred;
    } rows[] = {{28, 7, 1}, {32, 8, 0}, {64, 8, 1}, {8, 1, 1}, {1, 1, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gradient g;
        struct canvas c = {.size = rows[i].size, .channels = 1};
        struct random r = random_stream(2, i, 0);
        float out[768];
        double want[768];
        for (int k = 0; k < c.size * c.size; k++) {
            c.values[k] = random_uniform(&r, 0, 1);
        }
        gradient_init(&g, c.size, rows[i].cells, rows[i].blurred);
        assert_int_equal(gradient_length(&g), rows[i].cells * rows[i].cells * 12);
        gradient_compute(&g, &c, out);
        naive(&c, rows[i].cells, rows[i].blurred, want);
        for (int k = 0; k < gradient_length(&g); k++) {
            assert_true(fabs(sqrt(want[k]) - out[k]) < 2e-3 * (1 + sqrt(want[k])));
        }
    }
}

static void test_direction_of_an_edge(void **state) {
    (void)state;
    static const struct { int dx, dy, bin; } rows[] = {{1, 0, 0}, {0, 1, 3}, {-1, 0, 6}, {0, -1, 9}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gradient g;
        struct canvas c = {.size = 28, .channels = 1};
        float out[588], all = 0, bin = 0;
        for (int k = 0; k < 784; k++) {
            c.values[k] = .5F + .01F * (float)(rows[i].dx * (k % 28) + rows[i].dy * (k / 28));
        }
        gradient_init(&g, 28, 7, false);
        gradient_compute(&g, &c, out);
        for (int k = 0; k < 588; k++) {
            all += out[k];
            bin += k / 7 % 12 == rows[i].bin ? out[k] : 0;
        }
        assert_true(all > 1 && bin > .9F * all);
    }
}

static void test_even_picture_has_none(void **state) {
    (void)state;
    struct gradient g;
    struct canvas c = {.size = 28, .channels = 1};
    float out[588];
    for (int k = 0; k < 784; k++) {
        c.values[k] = .7F;
    }
    gradient_init(&g, 28, 7, true);
    gradient_compute(&g, &c, out);
    for (int k = 0; k < 588; k++) {
        assert_true(out[k] == 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_like_naive),
        cmocka_unit_test(test_direction_of_an_edge),
        cmocka_unit_test(test_even_picture_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
