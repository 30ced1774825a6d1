/* NT-Xent: value against the formula written out, gradient against differences. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/parallel.h"
#include "base/random.h"
#include "ml/nn/loss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define D 5

static double cosine(const float *a, const float *b) {
    double dot = 0, aa = 0, bb = 0;
    for (int k = 0; k < D; k++) {
        dot += (double)a[k] * b[k];
        aa += (double)a[k] * a[k];
        bb += (double)b[k] * b[k];
    }
    return dot / sqrt(aa * bb);
}

/* Equation 1 of the paper, word for word. */
static double naive(const float *h, size_t rows, double temperature) {
    double sum = 0;
    for (size_t i = 0; i < rows; i++) {
        double below = 0;
        for (size_t k = 0; k < rows; k++) {
            below += k == i ? 0 : exp(cosine(h + i * D, h + k * D) / temperature);
        }
        sum -= log(exp(cosine(h + i * D, h + (i ^ 1) * D) / temperature) / below);
    }
    return sum / (double)rows;
}

static void fill(float *h, size_t n) {
    struct random r = random_stream(3, n, 0);
    for (size_t i = 0; i < n; i++) {
        h[i] = random_normal(&r);
    }
}

static void check(size_t rows, float temperature) {
    struct loss l;
    struct err e = ERR_INIT;
    struct pace pace;
    float *h = malloc(rows * D * sizeof *h), *grad = malloc(rows * D * sizeof *grad), value;
    pace_init(&pace, NULL);
    fill(h, rows * D);
    assert_int_equal(loss_init(&l, rows, D, &e), ERR_OK);
    assert_int_equal(loss_ntxent(&l, h, rows, D, temperature, &value, grad, &pace, &e), ERR_OK);
    assert_true(fabs(value - naive(h, rows, temperature)) < 1e-4);
    for (size_t i = 0; i<rows * D; i += rows> 20 ? 97 : 1) {
        float keep = h[i], step = 1e-2F;
        h[i] = keep + step;
        double up = naive(h, rows, temperature);
        h[i] = keep - step;
        double down = naive(h, rows, temperature);
        h[i] = keep;
        double want = (up - down) / (2 * (double)step);
        assert_true(fabs(want - grad[i]) < 2e-4 + .02 * fabs(want));
    }
    loss_release(&l);
    free(h);
    free(grad);
}

static void test_formula_and_gradient(void **state) {
    (void)state;
    static const struct {
        size_t rows;
        float temperature;
    } rows[] = {{4, .5F}, {8, .2F}, {16, .1F}, {16, 1}, {300, .2F}, {512, .5F}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check(rows[i].rows, rows[i].temperature);
    }
}

static void test_edges(void **state) {
    (void)state;
    struct loss l;
    struct err e = ERR_INIT;
    struct pace pace;
    float h[8 * D] = {0}, grad[8 * D], value = 1;
    pace_init(&pace, NULL);
    assert_int_equal(loss_init(&l, 8, D, &e), ERR_OK);
    assert_int_equal(loss_ntxent(&l, h, 2, D, .2F, &value, grad, &pace, &e), ERR_OK); /* no negatives */
    assert_true(value == 0 && grad[0] == 0);
    assert_int_equal(loss_ntxent(&l, h, 8, D, .2F, &value, grad, &pace, &e), ERR_OK); /* no directions */
    assert_true(fabsf(value - logf(7)) < 1e-5F);
    for (int i = 0; i < 8 * D; i++) {
        assert_true(grad[i] == 0);
    }
    h[3] = NAN;
    assert_int_equal(loss_ntxent(&l, h, 8, D, .2F, &value, grad, &pace, &e), ERR_OK);
    assert_false(isfinite(value)); /* shown, not hidden */
    loss_release(&l);
}

static void test_same_bytes_on_any_threads(void **state) {
    (void)state;
    enum { ROWS = 600 };
    struct err e = ERR_INIT;
    struct pace pace;
    static float h[ROWS * D], grad[2][ROWS * D];
    float value[2];
    pace_init(&pace, NULL);
    fill(h, ROWS * D);
    for (int i = 0; i < 2; i++) {
        struct loss l;
        parallel_set_threads(i ? 8 : 1);
        assert_int_equal(loss_init(&l, ROWS, D, &e), ERR_OK);
        assert_int_equal(loss_ntxent(&l, h, ROWS, D, .2F, &value[i], grad[i], &pace, &e), ERR_OK);
        loss_release(&l);
    }
    parallel_set_threads(0);
    assert_memory_equal(grad[0], grad[1], sizeof grad[0]);
    assert_true(value[0] == value[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formula_and_gradient),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_same_bytes_on_any_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
