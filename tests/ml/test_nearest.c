/* Exact top-k, by every way there is, against sorting everything by the score itself. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/parallel.h"
#include "base/random.h"
#include "ml/search/codes.h"
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

enum kind { COARSE, SMOOTH, CLOSE, KINDS }; /* many ties; all different; hardly different */

static float *matrix_of(size_t rows, size_t dimension, enum kind kind, uint64_t seed) {
    float *m = malloc((rows * dimension + 1) * sizeof *m);
    struct random r = random_stream(seed, 0, 0);
    assert_non_null(m);
    for (size_t i = 0; i < rows * dimension; i++) {
        m[i] = kind == COARSE ? (float)random_below(&r, 3) - 1 : random_normal(&r);
        m[i] = kind == CLOSE ? (float)(i % dimension) + 1e-6F * m[i] : m[i];
    }
    return m;
}

static bool allows(const struct nearest_request *r, size_t query, size_t row) {
    return (!r->allowed || r->allowed[row / 8] >> row % 8 & 1) && (!r->but || r->but[query] != row);
}

static void check_list(const float *m, size_t rows, size_t dimension, const struct nearest_request *r, size_t query,
                       const struct nearest_list *got) {
    struct nearest *want = malloc((rows + 1) * sizeof *want);
    size_t n = 0;
    assert_non_null(want);
    for (size_t i = 0; i < rows; i++) {
        float score = similarity_cosine(m + i * dimension, r->queries + query * dimension, dimension);
        if (allows(r, query, i) && score >= r->at_least) {
            want[n++] = (struct nearest){i, score};
        }
    }
    qsort(want, n, sizeof *want, best_first);
    size_t end = r->k < n ? r->k : n;
    while (r->ties && end > 0 && end < n && want[end].score == want[end - 1].score) {
        end++;
    }
    assert_int_equal(got->count, end);
    for (size_t i = 0; i < end; i++) {
        assert_int_equal(got->found[i].row, want[i].row);
        assert_true(got->found[i].score == want[i].score);
    }
    free(want);
}

static void check(const float *m, size_t rows, size_t dimension, struct nearest_request r) {
    struct nearest_index *x = NULL;
    struct err e = ERR_INIT;
    struct nearest_list lists[64];
    assert_int_equal(nearest_index_new(m, rows, dimension, true, &x, &e), ERR_OK);
    for (r.look = NEAREST_CHOOSE; r.look <= NEAREST_EXACT; r.look++) {
        assert_int_equal(nearest_search(x, &r, lists, NULL, &e), ERR_OK);
        for (size_t q = 0; q < r.count; q++) {
            check_list(m, rows, dimension, &r, q, &lists[q]);
        }
        nearest_release(lists, r.count);
    }
    nearest_index_free(x);
}

static void check_all(size_t rows, size_t dimension, enum kind kind, size_t queries) {
    static const size_t ks[] = {0, 1, 2, 10, 100, 5000};
    float *m = matrix_of(rows, dimension, kind, rows + kind);
    float *q = matrix_of(queries, dimension, kind, 99);
    unsigned char *allowed = calloc(rows / 8 + 1, 1);
    size_t but[64];
    struct random r = random_stream(7, 0, 0);
    assert_non_null(allowed);
    for (size_t i = 0; i < rows; i++) {
        allowed[i / 8] |= (unsigned char)((random_below(&r, 10) == 0) << i % 8);
    }
    for (size_t i = 0; i < queries; i++) {
        but[i] = rows ? random_below(&r, (uint32_t)rows) : SIZE_MAX;
    }
    for (size_t i = 0; i < sizeof ks / sizeof *ks; i++) {
        struct nearest_request plain = {.queries = q, .count = queries, .k = ks[i], .at_least = -INFINITY};
        struct nearest_request chosen = plain;
        check(m, rows, dimension, plain);
        chosen.allowed = allowed;
        chosen.but = but;
        chosen.ties = true;
        chosen.at_least = 0.1F;
        check(m, rows, dimension, chosen);
    }
    free(m);
    free(q);
    free(allowed);
}

static void test_against_sorting(void **state) {
    (void)state;
    static const size_t rows[] = {0, 1, 2, 7, 100, 1000}, dimensions[] = {1, 3, 65, 128};
    for (int threads = 1; threads <= 4; threads += 3) {
        parallel_set_threads(threads);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            for (size_t d = 0; d < sizeof dimensions / sizeof *dimensions; d++) {
                for (enum kind kind = COARSE; kind < KINDS; kind++) {
                    check_all(rows[i], dimensions[d], kind, 3);
                }
            }
        }
    }
    parallel_set_threads(0);
    for (enum kind kind = COARSE; kind < KINDS; kind++) {
        check_all(20001, 64, kind, 1);
    }
    check_all(300000, 3, COARSE, 1); /* several blocks, and a crowd of ties */
    check_all(30, 1500, SMOOTH, 2);  /* too long for bytes */
}

static void test_many_queries(void **state) {
    (void)state;
    check_all(2500, 40, SMOOTH, 64);
    check_all(2500, 5, COARSE, 64);
    check_all(2500, 16, CLOSE, 6);
}

/* Rows and queries that float arithmetic is not up to. */
static void test_odd_numbers(void **state) {
    (void)state;
    enum { ROWS = 40, DIMENSION = 4 };
    static const float odd[] = {NAN, INFINITY, -INFINITY, 0, 1e-30F, 1e30F, -1e38F};
    float *m = matrix_of(ROWS, DIMENSION, SMOOTH, 3);
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        m[4 * i * DIMENSION] = m[(4 * i + 1) * DIMENSION + 1] = odd[i];
        for (size_t k = 0; k < DIMENSION; k++) {
            m[(4 * i + 2) * DIMENSION + k] = odd[i];
        }
    }
    for (size_t i = 0; i < ROWS; i++) {
        check(m, ROWS, DIMENSION,
              (struct nearest_request){.queries = m + i * DIMENSION, .count = 1, .k = 7, .at_least = -INFINITY});
    }
    check(m, ROWS, DIMENSION, (struct nearest_request){.queries = m, .count = ROWS, .k = 9, .at_least = -INFINITY});
    free(m);
}

/* The bound of the bytes holds for every row, and is not so wide that it says nothing. */
static void test_bytes_bound(void **state) {
    (void)state;
    enum { ROWS = 3000 };
    static const size_t dimensions[] = {1, 2, 64, 100, 128, 1024};
    for (size_t d = 0; d < sizeof dimensions / sizeof *dimensions; d++) {
        size_t n = dimensions[d];
        float *m = matrix_of(ROWS, n, SMOOTH, n), squares[ROWS], upper[ROWS], factor, constant, widest = 0;
        struct codes c;
        struct codes_query q;
        for (size_t i = 0; i < ROWS; i++) {
            squares[i] = similarity_dot(m + i * n, m + i * n, n);
        }
        assert_true(codes_make(&c, m, squares, ROWS, n));
        codes_query_make(&q, m, n);
        codes_bounds(&c, &q, 0, ROWS, upper);
        codes_spread(&c, &q, &factor, &constant);
        for (size_t i = 0; i < ROWS; i++) {
            float score = similarity_cosine(m + i * n, m, n), width = 2 * (c.errors[i] * factor + constant);
            assert_true(score <= upper[i] && score >= upper[i] - width);
            widest = fmaxf(widest, width);
        }
        assert_true(widest < 0.05F);
        free(m);
        codes_release(&c);
    }
}

static void test_bytes_paths(void **state) {
    (void)state;
    enum { STRIDE = 1024, ROWS = 7 };
    static _Alignas(64) unsigned char bytes[ROWS * STRIDE];
    static _Alignas(64) signed char high[STRIDE], low[STRIDE];
    int32_t want[ROWS], got[ROWS];
    struct random r = random_stream(5, 0, 0);
    for (int extreme = 0; extreme < 2; extreme++) {
        for (size_t i = 0; i < sizeof bytes; i++) {
            bytes[i] = extreme ? 255 : (unsigned char)(1 + random_below(&r, 255));
        }
        for (size_t i = 0; i < STRIDE; i++) {
            high[i] = extreme ? -63 : (signed char)((int)random_below(&r, 127) - 63);
            low[i] = extreme ? -63 : (signed char)((int)random_below(&r, 127) - 63);
        }
        for (size_t row = 0; row < ROWS; row++) {
            int64_t sum = 0;
            for (size_t k = 0; k < STRIDE; k++) {
                sum += (int64_t)bytes[row * STRIDE + k] * (127 * high[k] + low[k]);
            }
            want[row] = (int32_t)sum;
            assert_true(want[row] == sum);
        }
        for (size_t p = 0; codes_path(p); p++) {
            if (codes_path(p)->usable()) {
                codes_path(p)->sums(bytes, STRIDE, ROWS, high, low, got);
                assert_memory_equal(got, want, sizeof want);
            }
        }
    }
}

static void test_stop(void **state) {
    (void)state;
    float m[10] = {0};
    struct stop stop = {0};
    struct nearest_index *x = NULL;
    struct err e = ERR_INIT;
    struct nearest_list lists[10];
    assert_int_equal(nearest_index_new(m, 10, 1, true, &x, &e), ERR_OK);
    stop_request(&stop);
    for (size_t queries = 1; queries <= 10; queries += 9) {
        struct nearest_request r = {.queries = m, .count = queries, .k = 3, .at_least = -INFINITY};
        e = ERR_INIT;
        assert_int_equal(nearest_search(x, &r, lists, &stop, &e), ERR_INTERRUPT);
    }
    nearest_index_free(x);
}

/* Not a crowd: the bytes exclude almost all of random vectors. */
static void test_bytes_suffice(void **state) {
    (void)state;
    size_t rows = 200000, dimension = 128;
    float *m = matrix_of(rows, dimension, SMOOTH, 5);
    struct nearest_index *x = NULL;
    struct nearest_list list;
    struct nearest_request r = {.queries = m, .count = 1, .k = 10, .at_least = -INFINITY};
    struct err e = ERR_INIT;
    assert_int_equal(nearest_index_new(m, rows, dimension, true, &x, &e), ERR_OK);
    assert_int_equal(nearest_search(x, &r, &list, NULL, &e), ERR_OK);
    assert_int_equal(list.look, NEAREST_BYTES);
    assert_int_equal(list.found[0].row, 0);
    assert_true(list.scored < 500);
    nearest_release(&list, 1);
    nearest_index_free(x);
    free(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_sorting), cmocka_unit_test(test_many_queries), cmocka_unit_test(test_odd_numbers),
        cmocka_unit_test(test_bytes_bound),     cmocka_unit_test(test_bytes_paths),  cmocka_unit_test(test_stop),
        cmocka_unit_test(test_bytes_suffice),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    parallel_shutdown();
    return failed;
}
