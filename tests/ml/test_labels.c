/* Labels of the gallery: who teaches and who judges, what teaches nothing, and the judges' score against a plain twin.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "ml/model/labels.h"

#include "base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A gallery of numbers alone. */
static struct gallery numbers(uint32_t *ids, size_t count, uint32_t step) {
    for (size_t i = 0; i < count; i++) {
        ids[i] = (uint32_t)i * step;
    }
    return (struct gallery){.count = count, .ids = ids};
}

static void test_a_fifth_of_each_class_judges(void **state) {
    (void)state;
    enum { N = 400, STEP = 3 };
    uint32_t ids[N];
    int source[N * STEP];
    struct gallery g = numbers(ids, N, STEP);
    struct labels l, again, other;
    struct err e = ERR_INIT;
    memset(source, 99, sizeof source); /* rows that are not in the gallery must not be looked at */
    for (int i = 0; i < N; i++) {
        source[i * STEP] = i < 200 ? 70 : i < 300 ? 5 : i < 306 ? 8 : i < 308 ? 2 : i < 309 ? 900 : -1;
    }
    assert_int_equal(labels_init(&l, &g, source, 1, &e), ERR_OK);
    assert_int_equal(l.class_count, 5);
    assert_int_equal(l.labelled, 309);
    assert_int_equal(l.judge_count, 40 + 20 + 1 + 1);
    assert_null(l.trouble);
    size_t judges[5] = {0};
    for (size_t i = 0, at = 0; i < N; i++) {
        bool judge = at < l.judge_count && l.judges[at] == i;
        at += judge;
        assert_int_equal(l.taught[i], judge ? -1 : l.classes[i]);
        assert_int_equal(l.classes[i] < 0, source[i * STEP] < 0);
        if (judge) {
            judges[l.classes[i]]++;
        }
    }
    for (size_t i = 1; i < 309; i++) { /* equal labels, equal classes */
        assert_int_equal(l.classes[i] == l.classes[i - 1], source[i * STEP] == source[(i - 1) * STEP]);
    }
    assert_int_equal(judges[l.classes[0]], 40);
    assert_int_equal(judges[l.classes[306]], 1);
    assert_int_equal(judges[l.classes[308]], 0);
    assert_int_equal(labels_init(&again, &g, source, 1, &e), ERR_OK);
    assert_memory_equal(again.judges, l.judges, l.judge_count * sizeof *l.judges);
    assert_int_equal(labels_init(&other, &g, source, 2, &e), ERR_OK);
    assert_memory_not_equal(other.judges, l.judges, l.judge_count * sizeof *l.judges);
    labels_release(&l);
    labels_release(&again);
    labels_release(&other);
}

static void test_labels_that_teach_nothing(void **state) {
    (void)state;
    static const struct {
        int labels[4];
        const char *trouble;
    } rows[] = {{{-1, -1, -1, -1}, "no picture has a label"},
                {{3, 3, 3, 3}, "all labels are the same"},
                {{3, -1, -1, 3}, "all labels are the same"},
                {{0, 1, 2, 3}, "no two pictures have the same label"},
                {{0, 0, 1, -1}, NULL}};
    uint32_t ids[4];
    struct gallery g = numbers(ids, 4, 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct labels l;
        struct err e = ERR_INIT;
        assert_int_equal(labels_init(&l, &g, rows[i].labels, 0, &e), ERR_OK);
        if (rows[i].trouble) {
            assert_non_null(l.trouble);
            assert_non_null(strstr(l.trouble, rows[i].trouble));
        } else {
            assert_null(l.trouble);
        }
        labels_release(&l);
    }
}

static double dot(const float *a, const float *b, size_t width) {
    double sum = 0;
    for (size_t k = 0; k < width; k++) {
        sum += (double)a[k] * b[k];
    }
    return sum;
}

/* For each picture of the judge's class: which part of those at least as near are of the class too. */
static double plain_score(const struct labels *l, const float *vectors, size_t width) {
    double sum = 0;
    for (size_t j = 0; j < l->judge_count; j++) {
        const float *judge = vectors + l->judges[j] * width;
        int wanted = l->classes[l->judges[j]];
        double precision = 0, there = 0;
        for (size_t i = 0; i < l->count; i++) {
            double own = dot(judge, vectors + i * width, width), near = 0, hits = 0;
            for (size_t o = 0; o < l->count; o++) {
                bool ahead = l->taught[o] >= 0 && dot(judge, vectors + o * width, width) >= own;
                near += ahead;
                hits += ahead && l->taught[o] == wanted;
            }
            if (l->taught[i] == wanted) {
                precision += hits / near;
                there++;
            }
        }
        sum += precision / there;
    }
    return sum / (double)l->judge_count;
}

static void test_score(void **state) {
    (void)state;
    enum { N = 300, WIDTH = 6 };
    static float vectors[N * WIDTH];
    uint32_t ids[N];
    int source[N];
    struct gallery g = numbers(ids, N, 1);
    struct labels l;
    struct err e = ERR_INIT;
    struct random r = random_stream(4, 4, 4);
    float score, each[N];
    for (int i = 0; i < N; i++) {
        source[i] = i % 50 == 0 ? -1 : i < 4 ? 9 : i % 4;
        float square = 0;
        for (int k = 0; k < WIDTH; k++) {
            vectors[i * WIDTH + k] = random_normal(&r) + (k == source[i] ? 1.5F : 0);
            square += vectors[i * WIDTH + k] * vectors[i * WIDTH + k];
        }
        for (int k = 0; k < WIDTH; k++) {
            vectors[i * WIDTH + k] /= sqrtf(square);
        }
    }
    assert_int_equal(labels_init(&l, &g, source, 3, &e), ERR_OK);
    assert_int_equal(labels_score(&l, vectors, WIDTH, &score, each, &e), ERR_OK);
    assert_true(fabs((double)score - plain_score(&l, vectors, WIDTH)) < 1e-6);
    assert_true(score > .3F && score < .9F);
    for (int i = 0; i < N * WIDTH; i++) {
        vectors[i] = NAN; /* finds nothing, instead of everything */
    }
    assert_int_equal(labels_score(&l, vectors, WIDTH, &score, each, &e), ERR_OK);
    assert_true(score < .2F);
    labels_release(&l);
}

static void test_better_is_beyond_chance(void **state) {
    (void)state;
    struct labels l = {.judge_count = 100};
    float before[100], after[100];
    for (int i = 0; i < 100; i++) {
        before[i] = .5F;
        after[i] = i % 2 ? .7F : .4F; /* up by .05, with a standard error of .015 */
    }
    assert_true(labels_better(&l, before, after));
    assert_false(labels_better(&l, after, before));
    assert_false(labels_better(&l, before, before));
    for (int i = 0; i < 100; i++) {
        after[i] = i % 2 ? .7F : .32F; /* up by .01, of .019 */
    }
    assert_false(labels_better(&l, before, after));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_fifth_of_each_class_judges),
        cmocka_unit_test(test_labels_that_teach_nothing),
        cmocka_unit_test(test_score),
        cmocka_unit_test(test_better_is_beyond_chance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
