/* Dot products: every path of this machine against a sum in double, all lengths, any alignment. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/random.h"
#include "ml/search/similarity.h"
#include "ml/search/similarity_paths.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double naive(const float *a, const float *b, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += (double)a[i] * b[i];
    }
    return sum;
}

/* Copies of exactly n values at an odd multiple of four bytes, so that the sanitizer sees a load too many. */
static float *exact(const float *from, size_t n, void **memory) {
    *memory = malloc((n + 1) * sizeof *from);
    assert_non_null(*memory);
    float *at = (float *)*memory + 1;
    memcpy(at, from, n * sizeof *from);
    return at;
}

static void test_paths(void **state) {
    (void)state;
    float a[1100], b[1100];
    struct random r = random_stream(1, 2, 3);
    for (size_t i = 0; i < 1100; i++) {
        a[i] = random_normal(&r);
        b[i] = random_normal(&r);
    }
    size_t usable = 0;
    const struct similarity_path *p = NULL;
    for (size_t i = 0; (p = similarity_path(i)); i++) {
        if (!p->usable()) {
            continue;
        }
        usable++;
        print_message("%s\n", p->name);
        for (size_t n = 0; n <= 1100; n += n < 140 ? 1 : 97) {
            void *ma = NULL, *mb = NULL;
            float *ca = exact(a, n, &ma), *cb = exact(b, n, &mb);
            double want = naive(ca, cb, n), got = p->dot(ca, cb, n);
            if (fabs(want - got) > 1e-5 * (1 + (double)n / 16)) {
                fail_msg("%s, length %zu: %.9g, not %.9g", p->name, n, got, want);
            }
            free(ma);
            free(mb);
        }
    }
    assert_true(usable >= 1);
    assert_true(fabs(naive(a, b, 999) - similarity_dot(a, b, 999)) < 1e-3);
}

/* A run over rows gives what one row after the other gives, but for the order of the sums. */
static void test_runs(void **state) {
    (void)state;
    enum { ROWS = 7, MOST = 70 };
    float rows[ROWS * MOST], query[MOST], got[ROWS + 1];
    struct random r = random_stream(4, 0, 0);
    const struct similarity_path *p = NULL;
    for (size_t i = 0; i < ROWS * MOST; i++) {
        rows[i] = random_normal(&r);
        query[i % MOST] = random_normal(&r);
    }
    for (size_t i = 0; (p = similarity_path(i)); i++) {
        for (size_t n = 0; p->usable() && n <= MOST; n++) {
            for (size_t count = 0; count <= ROWS; count++) {
                void *memory = NULL;
                float *copy = exact(rows, count * n, &memory);
                got[count] = 77;
                p->dots(copy, count, query, n, got);
                for (size_t row = 0; row < count; row++) {
                    assert_true(fabs(got[row] - naive(copy + row * n, query, n)) < 1e-4);
                }
                assert_true(got[count] == 77);
                free(memory);
            }
        }
    }
}

/* Each place counts once: units find dropped or doubled lanes that random sums might hide. */
static void test_each_place(void **state) {
    (void)state;
    float a[140], b[140];
    const struct similarity_path *p = NULL;
    for (size_t i = 0; i < 140; i++) {
        b[i] = (float)(i + 1);
    }
    for (size_t i = 0; (p = similarity_path(i)); i++) {
        for (size_t n = 1; p->usable() && n <= 140; n++) {
            for (size_t at = 0; at < n; at++) {
                memset(a, 0, sizeof a);
                a[at] = 1;
                assert_true(p->dot(a, b, n) == (float)(at + 1));
            }
        }
    }
}

static void test_cosine(void **state) {
    (void)state;
    static const struct {
        float a[3], b[3], want;
    } rows[] = {
        {{1, 0, 0}, {1, 0, 0}, 1},           {{1, 0, 0}, {-2, 0, 0}, -1},
        {{1, 0, 0}, {0, 5, 0}, 0},           {{1, 1, 0}, {1, 0, 0}, 0.70710678F},
        {{0, 0, 0}, {1, 2, 3}, 0},           {{0, 0, 0}, {0, 0, 0}, 0},
        {{1e-30F, 0, 0}, {1e-30F, 0, 0}, 1}, {{1e30F, 1e30F, 0}, {1e30F, 0, 0}, 0.70710678F},
        {{3, 3, 3}, {7, 7, 7}, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        float got = similarity_cosine(rows[i].a, rows[i].b, 3);
        assert_true(fabsf(got - rows[i].want) < 1e-6F);
        assert_true(got >= -1 && got <= 1);
    }
    assert_true(similarity_cosine(rows[0].a, rows[0].b, 0) == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_runs),
        cmocka_unit_test(test_each_place),
        cmocka_unit_test(test_cosine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
