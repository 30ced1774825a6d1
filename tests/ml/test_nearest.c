/* Exact top-k against sorting everything. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/parallel.h"
#include "base/random.h"
#include "ml/search/nearest.h"
#include "ml/search/similarity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int best_first(const void *a, const void *b) {
    const struct nearest *x = a, *y = b;
    if (x->score != y->score) {
        return x->score < y->score ? 1 : -1;
    }
    return (x->row > y->row) - (x->row < y->row);
}

/* Few distinct values, so that there are many ties. */
static float *matrix_of(size_t rows, size_t dimension, uint64_t seed) {
    float *m = malloc((rows * dimension + 1) * sizeof *m);
    struct random r = random_stream(seed, 0, 0);
    assert_non_null(m);
    for (size_t i = 0; i < rows * dimension; i++) {
        m[i] = (float)random_below(&r, 3) - 1;
    }
    return m;
}

static void check(size_t rows, size_t dimension, size_t k) {
    float *m = matrix_of(rows, dimension, rows), *query = matrix_of(1, dimension, 99);
    size_t most = rows > k ? rows : k, count = 12345;
    struct nearest *want = malloc((rows + 1) * sizeof *want), *got = calloc(most + 1, sizeof *got);
    struct err e = ERR_INIT;
    assert_non_null(want);
    assert_non_null(got);
    for (size_t i = 0; i < rows; i++) {
        want[i] = (struct nearest){i, similarity_dot(m + i * dimension, query, dimension)};
    }
    qsort(want, rows, sizeof *want, best_first);
    assert_int_equal(nearest_search(m, rows, dimension, query, k, got, &count, NULL, &e), ERR_OK);
    assert_int_equal(count, k < rows ? k : rows);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(got[i].row, want[i].row);
        assert_true(got[i].score == want[i].score);
    }
    free(m);
    free(query);
    free(want);
    free(got);
}

static void test_against_sorting(void **state) {
    (void)state;
    static const size_t rows[] = {0, 1, 2, 3, 7, 100, 1000, 70001}, ks[] = {0, 1, 2, 3, 10, 100, 5000};
    for (int threads = 1; threads <= 4; threads += 3) {
        parallel_set_threads(threads);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            for (size_t j = 0; j < sizeof ks / sizeof *ks; j++) {
                check(rows[i], 5, ks[j]);
            }
        }
    }
    parallel_set_threads(0);
    check(530000, 3, 300000); /* all of it, over several blocks */
    check(50, 0, 10);         /* vectors of no length: all tie */
    check(300, 257, 7);
}

static void test_not_numbers(void **state) {
    (void)state;
    const float m[] = {NAN, 1, -5, INFINITY, NAN, -INFINITY}, one = 1;
    static const size_t want[] = {3, 1, 2, 0, 4, 5};
    struct nearest found[6];
    size_t count = 0;
    struct err e = ERR_INIT;
    assert_int_equal(nearest_search(m, 6, 1, &one, 6, found, &count, NULL, &e), ERR_OK);
    assert_int_equal(count, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(found[i].row, want[i]);
    }
    assert_int_equal(nearest_search(m, 6, 1, &one, 2, found, &count, NULL, &e), ERR_OK);
    assert_int_equal(found[1].row, 1);
}

static void test_stop(void **state) {
    (void)state;
    float m[10] = {0};
    struct stop stop = {0};
    struct nearest found[3];
    size_t count = 77;
    struct err e = ERR_INIT;
    stop_request(&stop);
    assert_int_equal(nearest_search(m, 10, 1, m, 3, found, &count, &stop, &e), ERR_INTERRUPT);
    assert_int_equal(count, 77);
}

static void test_speed(void **state) {
    (void)state;
    size_t rows = 200000, dimension = 128, count = 0;
    float *m = matrix_of(rows, dimension, 5);
    struct nearest found[10];
    double best = 1e9;
    for (int i = 0; i < 5; i++) {
        struct err e = ERR_INIT;
        double began = clock_now();
        assert_int_equal(nearest_search(m, rows, dimension, m, 10, found, &count, NULL, &e), ERR_OK);
        best = fmin(best, clock_now() - began);
    }
    print_message("%zu x %zu: %.2f ms, %.1f GB/s\n", rows, dimension, best * 1e3,
                  (double)(rows * dimension * 4) / best / 1e9);
    assert_int_equal(found[0].row, 0);
    assert_true(best < 1);
    free(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_sorting),
        cmocka_unit_test(test_not_numbers),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_speed),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    parallel_shutdown();
    return failed;
}
