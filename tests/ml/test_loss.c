/* NT-Xent and SupCon: value against the formulas written out, gradient against differences. */
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

/* Equation 1 of SimCLR's paper, word for word. */
static double naive_ntxent(const float *h, const int *labels, size_t rows, double temperature) {
    double sum = 0;
    (void)labels;
    for (size_t i = 0; i < rows; i++) {
        double below = 0;
        for (size_t k = 0; k < rows; k++) {
            below += k == i ? 0 : exp(cosine(h + i * D, h + k * D) / temperature);
        }
        sum -= log(exp(cosine(h + i * D, h + (i ^ 1) * D) / temperature) / below);
    }
    return sum / (double)rows;
}

/* Equation 2 of SupCon's paper; without a label, the other view is the one positive. */
static double naive_supcon(const float *h, const int *labels, size_t rows, double temperature) {
    double sum = 0;
    for (size_t i = 0; i < rows; i++) {
        double below = 0, logs = 0;
        int positives = 0;
        for (size_t a = 0; a < rows; a++) {
            below += a == i ? 0 : exp(cosine(h + i * D, h + a * D) / temperature);
        }
        for (size_t p = 0; p < rows; p++) {
            int label = labels[i / 2];
            if (p != i && (label < 0 ? p / 2 == i / 2 : labels[p / 2] == label)) {
                logs += log(exp(cosine(h + i * D, h + p * D) / temperature) / below);
                positives++;
            }
        }
        sum -= logs / positives;
    }
    return sum / (double)rows;
}

/* Equation 6 of DCL's paper with weights of 1: NT-Xent whose sum leaves the positive out. */
static double naive_decoupled(const float *h, const int *labels, size_t rows, double temperature) {
    double sum = 0;
    (void)labels;
    for (size_t i = 0; i < rows; i++) {
        double below = 0;
        for (size_t k = 0; k < rows; k++) {
            below += k == i || k == (i ^ 1) ? 0 : exp(cosine(h + i * D, h + k * D) / temperature);
        }
        sum += log(below) - cosine(h + i * D, h + (i ^ 1) * D) / temperature;
    }
    return sum / (double)rows;
}

static void fill(float *h, size_t n) {
    struct random r = random_stream(3, n, 0);
    for (size_t i = 0; i < n; i++) {
        h[i] = random_normal(&r);
    }
}

/* Classes of 0: no labels; DECOUPLED: none, and DCL; else so many classes, every fifth picture without. */
#define DECOUPLED (-1)
static void check(size_t rows, float temperature, int classes) {
    double (*naive)(const float *, const int *, size_t, double) = classes == DECOUPLED ? naive_decoupled
                                                                  : classes            ? naive_supcon
                                                                                       : naive_ntxent;
    int labels[256];
    for (int i = 0; i < 256; i++) {
        labels[i] = i % 5 == 4 ? -1 : i * i % 7 % (classes > 0 ? classes : 1);
    }
    struct loss l;
    struct err e = ERR_INIT;
    struct pace pace;
    float *h = malloc(rows * D * sizeof *h), *grad = malloc(rows * D * sizeof *grad), value;
    pace_init(&pace, NULL);
    fill(h, rows * D);
    assert_int_equal(loss_init(&l, rows, D, &e), ERR_OK);
    l.decoupled = classes == DECOUPLED;
    assert_int_equal(loss_supcon(&l, h, classes > 0 ? labels : NULL, rows, D, temperature, &value, grad, &pace, &e),
                     ERR_OK);
    assert_true(fabs(value - naive(h, labels, rows, temperature)) < 1e-4);
    for (size_t i = 0; i<rows * D; i += rows> 20 ? 97 : 1) {
        float keep = h[i], step = 1e-2F;
        h[i] = keep + step;
        double up = naive(h, labels, rows, temperature);
        h[i] = keep - step;
        double down = naive(h, labels, rows, temperature);
        h[i] = keep;
        double want = (up - down) / (2 * (double)step);
        assert_true(fabs(want - grad[i]) < 2e-4 + .01 * fabs(want));
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
        int classes;
    } rows[] = {{4, .5F, 0},   {8, .2F, 0},   {16, .1F, 0},        {16, 1, 0},           {300, .2F, 0},
                {512, .5F, 0}, {4, .5F, 1},   {8, .2F, 2},         {16, .1F, 3},         {40, .5F, 3},
                {40, 1, 1},    {300, .2F, 3}, {4, .5F, DECOUPLED}, {16, .1F, DECOUPLED}, {300, .2F, DECOUPLED}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check(rows[i].rows, rows[i].temperature, rows[i].classes);
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
    int none[4] = {-1, -1, -1, -1};
    float with[8 * D], without[8 * D], same;
    fill(h, 8 * D); /* without labels it is NT-Xent, to the bit */
    assert_int_equal(loss_ntxent(&l, h, 8, D, .2F, &value, without, &pace, &e), ERR_OK);
    assert_int_equal(loss_supcon(&l, h, none, 8, D, .2F, &same, with, &pace, &e), ERR_OK);
    assert_true(value == same);
    assert_memory_equal(with, without, sizeof with);
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
