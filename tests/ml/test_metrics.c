/* Retrieval metrics: small cases worked out by hand, a twin that ranks by counting, and thread independence. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/parallel.h"
#include "base/random.h"
#include "ml/search/metrics.h"
#include "ml/search/similarity.h"

#include <math.h>
#include <string.h>

static struct metrics measured(const float *vectors, const int *labels, size_t rows, size_t dimension) {
    struct metrics m = {.queries = 12345};
    struct err e = ERR_INIT;
    assert_int_equal(metrics_leave_one_out(vectors, labels, rows, dimension, &m, NULL, &e), ERR_OK);
    return m;
}

static void assert_near(double got, double want) {
    if (!(fabs(got - want) < 1e-9)) {
        fail_msg("%.12g, not %.12g", got, want);
    }
}

static void test_by_hand(void **state) {
    (void)state;
    /* Two tight pairs: everybody's nearest is of the same label, and there is nothing else to find. */
    const float pairs[] = {1, 0, 1, 0.1F, 0, 1, 0.1F, 1};
    const int two[] = {4, 4, 9, 9};
    struct metrics m = measured(pairs, two, 4, 2);
    assert_int_equal(m.queries, 4);
    assert_near(m.precision[0], 1);
    assert_near(m.precision[1], 1.0 / 3); /* one hit among three */
    assert_near(m.precision[2], 1.0 / 3); /* only three others */
    assert_near(m.mean_average_precision, 1);
    /* Labels crossed: the only relevant one comes second or third. */
    const int crossed[] = {4, 9, 4, 9};
    m = measured(pairs, crossed, 4, 2);
    assert_near(m.precision[0], 0);
    assert_near(m.precision[1], 1.0 / 3);
    /* Rankings of 0: 1 3 2 -> relevant 2 third; 1: 0 3 2 -> 3 second; 2: 3 1 0 -> third; 3: 2 1 0 -> second. */
    assert_near(m.mean_average_precision, (1.0 / 3 + 1.0 / 2 + 1.0 / 3 + 1.0 / 2) / 4);
    /* Nobody has a companion; nobody at all; one alone. */
    const int alone[] = {1, 2, 3, 4};
    m = measured(pairs, alone, 4, 2);
    assert_int_equal(m.queries, 0);
    assert_near(m.mean_average_precision, 0);
    assert_int_equal(measured(pairs, alone, 0, 2).queries, 0);
    assert_int_equal(measured(pairs, alone, 1, 2).queries, 0);
    /* One without companion is no query, but stands in the way of the others. */
    const float line[] = {3, 2, 1};
    const int gap[] = {7, 8, 7};
    m = measured(line, gap, 3, 1);
    assert_int_equal(m.queries, 2);
    assert_near(m.precision[0], 0.5);
    /* 0: 9.. 1 (6), 2 (3) -> rank 2; 2: 0 (3) -> rank 1. */
    assert_near(measured(line, (const int[]){7, 8, 7}, 3, 1).mean_average_precision, (1.0 / 2 + 1) / 2);
}

/* Rank by counting who is better, cut and add by the definitions. */
static struct metrics twin(const float *v, const int *labels, size_t n, size_t d) {
    struct metrics m = {0};
    static const size_t cuts[METRICS_CUTS] = {1, 3, 10};
    for (size_t q = 0; q < n; q++) {
        size_t relevant = 0;
        double average = 0, precision[METRICS_CUTS] = {0};
        for (size_t i = 0; i < n; i++) {
            if (i == q || labels[i] != labels[q]) {
                continue;
            }
            float score = similarity_dot(v + q * d, v + i * d, d);
            size_t rank = 1, hits = 1;
            for (size_t j = 0; j < n; j++) {
                float other = similarity_dot(v + q * d, v + j * d, d);
                if (j != q && j != i && (other > score || (other == score && j < i))) {
                    rank++;
                    hits += labels[j] == labels[q];
                }
            }
            relevant++;
            average += (double)hits / (double)rank;
            for (size_t c = 0; c < METRICS_CUTS; c++) {
                size_t cut = cuts[c] < n - 1 ? cuts[c] : n - 1;
                precision[c] += rank <= cut ? 1.0 / (double)cut : 0;
            }
        }
        if (relevant) {
            m.queries++;
            m.mean_average_precision += average / (double)relevant;
            for (size_t c = 0; c < METRICS_CUTS; c++) {
                m.precision[c] += precision[c];
            }
        }
    }
    for (size_t c = 0; c < METRICS_CUTS && m.queries; c++) {
        m.precision[c] /= (double)m.queries;
    }
    m.mean_average_precision /= m.queries ? (double)m.queries : 1;
    return m;
}

static void test_against_twin(void **state) {
    (void)state;
    enum { MOST = 150, WIDTH = 4 };
    float v[MOST * WIDTH];
    int labels[MOST];
    for (uint64_t seed = 0; seed < 12; seed++) {
        struct random r = random_stream(seed, 0, 0);
        size_t n = seed == 11 ? MOST : 2 + random_below(&r, MOST - 2);
        for (size_t i = 0; i < n; i++) {
            labels[i] = (int)random_below(&r, 6) - 3;
            for (size_t k = 0; k < WIDTH; k++) { /* even seeds: many ties */
                v[i * WIDTH + k] = seed % 2 ? random_normal(&r) : (float)random_below(&r, 3) - 1;
            }
        }
        struct metrics want = twin(v, labels, n, WIDTH), got = measured(v, labels, n, WIDTH);
        assert_int_equal(got.queries, want.queries);
        assert_near(got.mean_average_precision, want.mean_average_precision);
        for (size_t c = 0; c < METRICS_CUTS; c++) {
            assert_near(got.precision[c], want.precision[c]);
        }
        parallel_set_threads(1);
        struct metrics alone = measured(v, labels, n, WIDTH);
        parallel_set_threads(0);
        assert_memory_equal(&alone, &got, sizeof got);
    }
}

static void test_stop_and_limits(void **state) {
    (void)state;
    float v[4] = {1, 2, 3, 4};
    int labels[4] = {0};
    struct stop stop = {0};
    struct metrics m = {.queries = 77};
    struct err e = ERR_INIT;
    stop_request(&stop);
    assert_int_equal(metrics_leave_one_out(v, labels, 4, 1, &m, &stop, &e), ERR_INTERRUPT);
    assert_int_equal(m.queries, 77);
    e = ERR_INIT;
    assert_int_equal(metrics_leave_one_out(v, labels, (size_t)1 << 32, 1, &m, NULL, &e), ERR_VALUE);
    v[1] = NAN; /* ranks last, breaks nothing */
    assert_int_equal(measured(v, labels, 4, 1).queries, 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_against_twin),
        cmocka_unit_test(test_stop_and_limits),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    parallel_shutdown();
    return failed;
}
