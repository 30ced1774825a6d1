/* Eigenpairs of matrices whose spectrum is known, small (solved whole) and large (leading space only). */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/random.h"
#include "ml/nn/eigen.h"
#include "ml/nn/gemm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* a = sum over i of value(i) q_i q_i' with q the Householder reflection of a random vector, so value(i) = .97^i. */
static float *make(size_t n) {
    float *a = malloc(n * n * sizeof *a), *q = malloc(n * n * sizeof *q), *scaled = malloc(n * n * sizeof *scaled);
    float *v = malloc(n * sizeof *v), square = 0;
    struct random r = random_stream(5, n, 0);
    for (size_t i = 0; i < n; i++) {
        v[i] = random_normal(&r);
        square += v[i] * v[i];
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++) {
            q[i * n + k] = (i == k) - 2 * v[i] * v[k] / square;
            scaled[i * n + k] = q[i * n + k] * powf(.97F, (float)i);
        }
    }
    gemm(n, n, n, 1, (struct gemm_matrix){q, n, true}, (struct gemm_matrix){scaled, n, false}, 0, a, n);
    free(q);
    free(scaled);
    free(v);
    return a;
}

static void check_pairs(size_t n, size_t count) {
    float *a = make(n), *values = malloc(count * sizeof *values), *vectors = malloc(count * n * sizeof *vectors);
    float *again = malloc(count * n * sizeof *again);
    struct err e = ERR_INIT;
    struct pace pace;
    pace_init(&pace, NULL);
    assert_int_equal(eigen_leading(n, a, count, values, vectors, &pace, &e), ERR_OK);
    for (size_t i = 0; i < count; i++) {
        const float *v = vectors + i * n;
        float square = 0, greatest = 0;
        assert_true(fabsf(values[i] - powf(.97F, (float)i)) < 1e-3F);
        for (size_t row = 0; row < n; row++) {
            double sum = 0;
            for (size_t k = 0; k < n; k++) {
                sum += (double)a[row * n + k] * v[k];
            }
            assert_true(fabs(sum - (double)values[i] * v[row]) < 1e-3);
            square += v[row] * v[row];
            greatest = fabsf(v[row]) > fabsf(greatest) ? v[row] : greatest;
        }
        assert_true(fabsf(square - 1) < 1e-3F);
        assert_true(greatest > 0);
    }
    assert_int_equal(eigen_leading(n, a, count, values, again, &pace, &e), ERR_OK);
    assert_memory_equal(vectors, again, count * n * sizeof *again);
    free(a);
    free(values);
    free(vectors);
    free(again);
}

static void test_pairs(void **state) {
    (void)state;
    static const size_t sizes[][2] = {{1, 1}, {2, 2}, {40, 40}, {100, 7}, {700, 50}, {650, 620}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        check_pairs(sizes[i][0], sizes[i][1]);
    }
}

static void test_not_a_number(void **state) {
    (void)state;
    float a[4] = {1, NAN, NAN, 1}, values[2], vectors[4];
    struct err e = ERR_INIT;
    struct pace pace;
    pace_init(&pace, NULL);
    assert_int_equal(eigen_leading(2, a, 2, values, vectors, &pace, &e), ERR_MODEL);
    assert_true(e.message[0]);
}

static void test_zero(void **state) {
    (void)state;
    float a[9] = {0}, values[3], vectors[9];
    struct err e = ERR_INIT;
    struct pace pace;
    pace_init(&pace, NULL);
    assert_int_equal(eigen_leading(3, a, 3, values, vectors, &pace, &e), ERR_OK);
    for (int i = 0; i < 9; i++) {
        assert_true(isfinite(vectors[i]));
    }
    assert_true(values[0] == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_not_a_number),
        cmocka_unit_test(test_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
