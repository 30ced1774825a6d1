/* Complete linkage against the textbook: all clusters, the best pair of them by their least like members, again and
 * again. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/parallel.h"
#include "base/random.h"
#include "ml/search/duplicates.h"
#include "ml/search/similarity.h"

#include <math.h>
#include <stdlib.h>

enum { MOST = 120, DIMENSION = 3 };

static float least_like(const float *x, const size_t *cluster, size_t rows, size_t a, size_t b) {
    float least = 2;
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < rows; j++) {
            if (cluster[i] == a && cluster[j] == b) {
                least = fminf(least, similarity_cosine(x + i * DIMENSION, x + j * DIMENSION, DIMENSION));
            }
        }
    }
    return least;
}

static void naive(const float *x, size_t rows, float threshold, size_t *groups) {
    size_t cluster[MOST], sizes[MOST] = {0}, last = 0;
    for (size_t i = 0; i < rows; i++) {
        cluster[i] = i;
    }
    for (;;) {
        float best = -2;
        size_t first = 0, second = 0;
        for (size_t a = 0; a < rows; a++) {
            for (size_t b = a + 1; b < rows; b++) {
                float like = cluster[a] == a && cluster[b] == b ? least_like(x, cluster, rows, a, b) : -2;
                if (like >= threshold && like > best) {
                    best = like;
                    first = a;
                    second = b;
                }
            }
        }
        if (best < -1) {
            break;
        }
        for (size_t i = 0; i < rows; i++) {
            cluster[i] = cluster[i] == second ? first : cluster[i];
        }
    }
    for (size_t i = 0; i < rows; i++) {
        sizes[cluster[i]]++;
    }
    for (size_t i = 0; i < rows; i++) {
        groups[i] = sizes[cluster[i]] < 2 ? 0 : cluster[i] == i ? ++last : groups[cluster[i]];
    }
}

static void find(const float *x, size_t rows, float threshold, size_t *groups) {
    struct nearest_index *index = NULL;
    struct err e = ERR_INIT;
    assert_int_equal(nearest_index_new(x, rows, DIMENSION, false, &index, &e), ERR_OK);
    assert_int_equal(duplicates_find(index, x, rows, DIMENSION, threshold, groups, NULL, &e), ERR_OK);
    nearest_index_free(index);
}

static void test_against_textbook(void **state) {
    (void)state;
    float x[MOST * DIMENSION];
    size_t want[MOST], got[MOST];
    for (uint64_t seed = 0; seed < 12; seed++) {
        struct random r = random_stream(seed, 0, 0);
        size_t rows = seed < 3 ? seed : 20 + seed * 2;
        for (size_t i = 0; i < rows * DIMENSION; i++) {
            x[i] = seed % 2 ? random_normal(&r) : (float)random_below(&r, 3) - 1; /* the latter with ties */
        }
        for (float threshold = 0.3F; threshold < 1; threshold += 0.2F) {
            naive(x, rows, threshold, want);
            find(x, rows, threshold, got);
            for (size_t i = 0; i < rows; i++) {
                assert_int_equal(got[i], want[i]);
            }
        }
    }
}

/* Each is like the next, but the first is not like the last: a chain is no group. */
static void test_chain(void **state) {
    (void)state;
    float x[6 * DIMENSION] = {0};
    size_t groups[6];
    for (size_t i = 0; i < 6; i++) {
        x[i * DIMENSION] = cosf(0.3F * (float)i);
        x[i * DIMENSION + 1] = sinf(0.3F * (float)i);
    }
    find(x, 6, cosf(0.35F), groups);
    for (size_t i = 0; i < 6; i++) {
        for (size_t j = i + 2; j < 6; j++) {
            assert_true(groups[i] == 0 || groups[i] != groups[j]);
        }
    }
    assert_int_equal(groups[0], 1);
    assert_int_equal(groups[1], 1);
}

static void test_too_many(void **state) {
    (void)state;
    size_t rows = 2 * DUPLICATES_MOST, *groups = calloc(rows, sizeof *groups);
    float *x = calloc(rows * DIMENSION, sizeof *x);
    struct nearest_index *index = NULL;
    struct err e = ERR_INIT;
    assert_non_null(groups);
    assert_non_null(x);
    for (size_t i = 0; i < rows; i++) {
        x[i * DIMENSION] = 1;
    }
    assert_int_equal(nearest_index_new(x, rows, DIMENSION, false, &index, &e), ERR_OK);
    assert_int_equal(duplicates_find(index, x, rows, DIMENSION, 0.5F, groups, NULL, &e), ERR_VALUE);
    nearest_index_free(index);
    free(groups);
    free(x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_textbook),
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_too_many),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    parallel_shutdown();
    return failed;
}
