/* The layer from labels, on points whose answer is known. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/random.h"
#include "ml/model/discriminant.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 600, K = 8, OUT = 4, CLASSES = 3 };

/* Components 0 and 1 vary most and mean nothing; 2 and 3 tell the classes, 4 to 7 are noise. Every fourth row has no
 * label. */
static void make_points(float *x, int *classes) {
    struct random r = random_stream(21, 0, 0);
    for (int i = 0; i < N; i++) {
        int c = i % CLASSES;
        classes[i] = i % 4 == 3 ? -1 : c;
        for (int k = 0; k < K; k++) {
            x[i * K + k] = random_normal(&r) * (k < 2 ? 5 : k < 4 ? .5F : 1);
        }
        x[i * K + 2] += c == 0 ? 2 : c == 1 ? -1 : -1;
        x[i * K + 3] += c == 0 ? 0 : c == 1 ? 1.7F : -1.7F;
    }
}

/* Square of the weights that a component has. */
static double weight_of(const struct dense *l, int component) {
    double sum = 0;
    for (size_t k = 0; k < l->outputs; k++) {
        sum += pow((double)l->weights[(size_t)component * l->outputs + k], 2);
    }
    return sum;
}

static double same_class_first(const struct dense *l, const float *x) {
    static float v[N * OUT];
    size_t hits = 0;
    dense_embed(l, x, N, v);
    for (int i = 0; i < N; i++) {
        int best = -1;
        double best_dot = -2;
        for (int j = 0; j < N; j++) {
            double dot = 0;
            for (int k = 0; k < OUT; k++) {
                dot += (double)v[i * OUT + k] * v[j * OUT + k];
            }
            if (j != i && dot > best_dot) {
                best_dot = dot;
                best = j;
            }
        }
        hits += best % CLASSES == i % CLASSES;
    }
    return (double)hits / N;
}

static void test_turns_to_what_tells_classes(void **state) {
    (void)state;
    static float x[N * K], scatter[K * K];
    static int classes[N];
    struct dense layer;
    struct err e = ERR_INIT;
    struct pace pace;
    pace_init(&pace, NULL);
    make_points(x, classes);
    for (int k = 0; k < K; k++) {
        scatter[k * K + k] = 1;
    }
    for (int with_views = 0; with_views < 2; with_views++) {
        assert_int_equal(dense_init(&layer, K, OUT, &e), ERR_OK);
        assert_int_equal(discriminant_layer(&layer, with_views ? scatter : NULL, x, classes, N, CLASSES, &pace, &e),
                         ERR_OK);
        double told = weight_of(&layer, 2) + weight_of(&layer, 3);
        for (int k = 0; k < K; k++) {
            assert_true(k == 2 || k == 3 || weight_of(&layer, k) < .2 * told);
        }
        assert_true(same_class_first(&layer, x) > .95);
        dense_release(&layer);
    }
}

/* Few labels: the scatter of the views decides what is noise within a class. */
static void test_few_labels_trust_the_views(void **state) {
    (void)state;
    static float x[N * K], scatter[K * K];
    static int classes[N];
    struct dense with, without;
    struct err e = ERR_INIT;
    struct pace pace;
    pace_init(&pace, NULL);
    make_points(x, classes);
    for (int i = 0; i < N; i++) {
        classes[i] = i < 7 ? classes[i] : -1;
        for (int k = 4; k < K; k++) {
            x[i * K + k] *= 4;
        }
    }
    for (int k = 0; k < K; k++) {
        scatter[k * K + k] = k < 2 ? 25 : k < 4 ? .25F : 16;
    }
    assert_int_equal(dense_init(&with, K, OUT, &e), ERR_OK);
    assert_int_equal(dense_init(&without, K, OUT, &e), ERR_OK);
    assert_int_equal(discriminant_layer(&with, scatter, x, classes, N, CLASSES, &pace, &e), ERR_OK);
    assert_int_equal(discriminant_layer(&without, NULL, x, classes, N, CLASSES, &pace, &e), ERR_OK);
    double views = same_class_first(&with, x), none = same_class_first(&without, x);
    print_message("%.3f with views, %.3f without\n", views, none);
    assert_true(views > none + .03);
    dense_release(&with);
    dense_release(&without);
}

static void test_edges(void **state) {
    (void)state;
    static float x[N * K];
    static int classes[N];
    struct dense layer;
    struct err e = ERR_INIT;
    struct pace pace;
    pace_init(&pace, NULL);
    assert_int_equal(dense_init(&layer, K, OUT, &e), ERR_OK);
    for (int i = 0; i < N; i++) {
        classes[i] = i % 2;
    }
    /* All rows equal: nothing to tell apart, but numbers. More classes than components, each of one row. */
    assert_int_equal(discriminant_layer(&layer, NULL, x, classes, N, 2, &pace, &e), ERR_OK);
    make_points(x, classes);
    for (int i = 0; i < N; i++) {
        classes[i] = i;
    }
    assert_int_equal(discriminant_layer(&layer, NULL, x, classes, N, N, &pace, &e), ERR_OK);
    for (size_t i = 0; i < K * OUT; i++) {
        assert_true(isfinite(layer.weights[i]));
    }
    assert_int_equal(discriminant_layer(&layer, NULL, x, classes, N, 1, &pace, &e), ERR_VALUE);
    dense_release(&layer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_turns_to_what_tells_classes),
        cmocka_unit_test(test_few_labels_trust_the_views),
        cmocka_unit_test(test_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
