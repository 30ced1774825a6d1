/* Principal components and view whitening on points whose answer is known. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/random.h"
#include "ml/model/whitening.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Few points in many dimensions take the Gram matrix, many take the covariance: distances between points survive both,
 * since all that varies is kept. */
static void test_components_keep_distances(void **state) {
    (void)state;
    static const size_t rows[][2] = {{2, 9}, {20, 300}, {300, 20}, {100, 100}, {40, 1000}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t n = rows[i][0], width = rows[i][1];
        float *x = malloc(n * width * sizeof *x), *keep = malloc(n * width * sizeof *x);
        struct projection p = {.stem.length = (int)width};
        struct err e = ERR_INIT;
        struct pace pace;
        struct random r = random_stream(8, i, 0);
        pace_init(&pace, NULL);
        for (size_t k = 0; k < n * width; k++) {
            keep[k] = x[k] = random_normal(&r) + 3;
        }
        assert_int_equal(whitening_components(&p, x, n, &pace, &e), ERR_OK);
        assert_int_equal(p.components, n - 1 < width ? n - 1 : width);
        for (size_t other = 1; other < n; other++) {
            double near = 0, far = 0;
            for (size_t k = 0; k < width; k++) {
                far += pow((double)keep[k] - keep[other * width + k], 2);
            }
            for (int c = 0; c < p.components; c++) {
                double difference = 0;
                for (size_t k = 0; k < width; k++) {
                    difference += p.basis[(size_t)c * width + k] * ((double)keep[k] - keep[other * width + k]);
                }
                near += difference * difference;
            }
            assert_true(fabs(near / far - 1) < 1e-3);
        }
        projection_release(&p);
        free(x);
        free(keep);
    }
}

/* Direction 0 varies most but only follows the views; direction 1 is what tells pictures apart. Whitening turns to it.
 */
static void test_layer_turns_from_the_views(void **state) {
    (void)state;
    enum { N = 200, K = 6 };
    static float x[N * K], scatter[K * K];
    struct random r = random_stream(9, 9, 9);
    struct dense layer;
    struct err e = ERR_INIT;
    struct pace pace;
    pace_init(&pace, NULL);
    for (int i = 0; i < N * K; i++) {
        x[i] = random_normal(&r) * (i % K == 0 ? 3 : i % K == 1 ? 1 : .1F);
    }
    for (int k = 0; k < K; k++) {
        scatter[k * K + k] = k == 0 ? 9 : .01F;
    }
    assert_int_equal(dense_init(&layer, K, 2, &e), ERR_OK);
    assert_int_equal(whitening_layer(&layer, scatter, x, N, &pace, &e), ERR_OK);
    assert_true(fabsf(layer.weights[2]) > 5 * fabsf(layer.weights[0])); /* row 1 against row 0, first output */
    float out[N * 2], length = 0;
    dense_forward(&layer, x, N, out);
    for (int i = 0; i < N; i++) {
        length += hypotf(out[2 * i], out[2 * i + 1]) / N;
    }
    assert_true(fabsf(length - 1) < 1e-3F);
    dense_release(&layer);
}

static void test_nothing_varies(void **state) {
    (void)state;
    float x[5 * 8];
    struct projection p = {.stem.length = 8};
    struct err e = ERR_INIT;
    struct pace pace;
    struct dense layer;
    pace_init(&pace, NULL);
    for (int i = 0; i < 40; i++) {
        x[i] = .1F;
    }
    assert_int_equal(whitening_components(&p, x, 5, &pace, &e), ERR_OK);
    assert_int_equal(p.components, 1);
    float zeros[5] = {0}, scatter = 0, out[5];
    assert_int_equal(dense_init(&layer, 1, 1, &e), ERR_OK);
    assert_int_equal(whitening_layer(&layer, &scatter, zeros, 5, &pace, &e), ERR_OK);
    dense_embed(&layer, zeros, 5, out);
    for (int i = 0; i < 5; i++) {
        assert_true(out[i] == 0);
    }
    dense_release(&layer);
    projection_release(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_components_keep_distances),
        cmocka_unit_test(test_layer_turns_from_the_views),
        cmocka_unit_test(test_nothing_varies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
