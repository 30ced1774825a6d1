/* Diffusion against the same system written out as a full matrix and solved by elimination. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/parallel.h"
#include "base/random.h"
#include "ml/search/diffusion.h"
#include "ml/search/similarity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 80, DIMENSION = 4, NEIGHBORS = 5 };

static float cosine(const float *x, size_t i, size_t j) {
    return similarity_cosine(x + i * DIMENSION, x + j * DIMENSION, DIMENSION);
}

/* Whether fewer than NEIGHBORS others are nearer to i than j is. */
static bool near_to(const float *x, size_t rows, size_t i, size_t j) {
    size_t nearer = 0;
    for (size_t k = 0; k < rows; k++) {
        float other = cosine(x, i, k), own = cosine(x, i, j);
        nearer += k != i && k != j && (other > own || (other == own && k < j));
    }
    return i != j && nearer < NEIGHBORS;
}

static double cube(float c) {
    return c > 0 ? (double)c * c * c : 0;
}

static void eliminate(double a[MOST][MOST], double *y, size_t n) {
    for (size_t i = 0; i < n; i++) { /* positive definite: no pivots */
        for (size_t j = i + 1; j < n; j++) {
            double factor = a[j][i] / a[i][i];
            for (size_t k = i; k < n; k++) {
                a[j][k] -= factor * a[i][k];
            }
            y[j] -= factor * y[i];
        }
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t k = i + 1; k < n; k++) {
            y[i] -= a[i][k] * y[k];
        }
        y[i] /= a[i][i];
    }
}

static void naive(const float *x, size_t rows, const float *query, float *scores) {
    static double w[MOST][MOST], a[MOST][MOST];
    double degrees[MOST] = {0}, y[MOST], largest = 0;
    for (size_t i = 0; i < rows; i++) {
        size_t nearer = 0;
        float own = similarity_cosine(x + i * DIMENSION, query, DIMENSION);
        for (size_t j = 0; j < rows; j++) {
            float other = similarity_cosine(x + j * DIMENSION, query, DIMENSION);
            w[i][j] = near_to(x, rows, i, j) && near_to(x, rows, j, i) ? cube(cosine(x, i, j)) : 0;
            degrees[i] += w[i][j];
            nearer += other > own || (other == own && j < i);
        }
        y[i] = nearer < NEIGHBORS ? cube(own) : 0;
    }
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < rows; j++) {
            a[i][j] = (i == j) - (w[i][j] > 0 ? 0.99 * w[i][j] / sqrt(degrees[i] * degrees[j]) : 0);
        }
    }
    eliminate(a, y, rows);
    for (size_t i = 0; i < rows; i++) {
        largest = fmax(largest, y[i]);
    }
    for (size_t i = 0; i < rows; i++) {
        scores[i] = y[i] > 1e-9 * largest ? (float)(y[i] / largest)
                                          : similarity_cosine(x + i * DIMENSION, query, DIMENSION) - 1;
    }
}

static void find(const float *x, size_t rows, const float *query, float *scores) {
    struct nearest_index *index = NULL;
    struct err e = ERR_INIT;
    assert_int_equal(nearest_index_new(x, rows, DIMENSION, false, &index, &e), ERR_OK);
    assert_int_equal(diffusion_scores(index, x, rows, DIMENSION, query, scores, NULL, &e), ERR_OK);
    nearest_index_free(index);
}

static void test_against_elimination(void **state) {
    (void)state;
    static const size_t rows[] = {0, 1, 2, 3, 7, 30, MOST};
    float x[MOST * DIMENSION], query[DIMENSION], want[MOST], got[MOST];
    struct random r = random_stream(3, 0, 0);
    for (size_t t = 0; t < 3 * sizeof rows / sizeof *rows; t++) {
        size_t n = rows[t / 3];
        for (size_t i = 0; i < MOST * DIMENSION; i++) {
            x[i] = random_normal(&r);
            query[i % DIMENSION] = random_normal(&r);
        }
        naive(x, n, query, want);
        find(x, n, query, got);
        for (size_t i = 0; i < n; i++) {
            assert_true(fabs(got[i] - want[i]) < 1e-4);
        }
    }
}

/* Two arcs; the far end of the query's own arc ranks before the near end of the other one. */
static void test_follows_the_arc(void **state) {
    (void)state;
    enum { ARC = 30 };
    float x[2 * ARC * DIMENSION] = {0}, scores[2 * ARC];
    for (size_t i = 0; i < ARC; i++) {
        float turn = 0.05F * (float)i;
        float *one = x + i * DIMENSION, *other = x + (ARC + i) * DIMENSION;
        one[0] = cosf(turn);
        one[1] = sinf(turn);
        other[0] = cosf(0.6F + turn) * 0.8F;
        other[2] = sinf(0.6F + turn) * 0.8F;
        other[3] = 0.6F;
    }
    find(x, 2 * ARC, x, scores);
    assert_true(similarity_cosine(x, x + (ARC - 1) * DIMENSION, DIMENSION) <
                similarity_cosine(x, x + ARC * DIMENSION, DIMENSION));
    assert_true(scores[ARC - 1] > scores[ARC]);
}

static void test_threads(void **state) {
    (void)state;
    float x[MOST * DIMENSION], one[MOST], four[MOST];
    struct random r = random_stream(5, 0, 0);
    for (size_t i = 0; i < MOST * DIMENSION; i++) {
        x[i] = random_normal(&r);
    }
    parallel_set_threads(1);
    find(x, MOST, x, one);
    parallel_set_threads(4);
    find(x, MOST, x, four);
    parallel_set_threads(0);
    assert_memory_equal(one, four, sizeof one);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_elimination),
        cmocka_unit_test(test_follows_the_arc),
        cmocka_unit_test(test_threads),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    parallel_shutdown();
    return failed;
}
