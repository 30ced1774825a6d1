/* Products against a naive twin, in every turn and at sizes around the block; the same bytes on any threads. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/parallel.h"
#include "base/random.h"
#include "ml/nn/gemm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct shape {
    size_t rows, columns, inner;
    float alpha, beta;
} shapes[] = {{1, 1, 1, 1, 0},      {3, 5, 7, 2, 0},     {128, 64, 33, 1, 1}, {129, 17, 200, .5F, .25F},
              {400, 100, 36, 1, 0}, {5, 300, 0, 1, .5F}, {0, 4, 4, 1, 0}};

static void fill(float *values, size_t n, uint64_t stream) {
    struct random r = random_stream(1, stream, 0);
    for (size_t i = 0; i < n; i++) {
        values[i] = random_normal(&r);
    }
}

static float at(struct gemm_matrix m, size_t row, size_t column) {
    return m.turned ? m.values[column * m.stride + row] : m.values[row * m.stride + column];
}

static void check_shape(const struct shape *s, bool turn_a, bool turn_b) {
    size_t a_stride = (turn_a ? s->rows : s->inner) + 2, b_stride = (turn_b ? s->inner : s->columns) + 1;
    size_t a_size = (turn_a ? s->inner : s->rows) * a_stride + 1,
           b_size = (turn_b ? s->columns : s->inner) * b_stride + 1;
    size_t c_stride = s->columns + 3, c_size = s->rows * c_stride + 1;
    float *a = malloc(a_size * sizeof *a), *b = malloc(b_size * sizeof *b);
    float *c = malloc(c_size * sizeof *c), *old = malloc(c_size * sizeof *old);
    fill(a, a_size, 1);
    fill(b, b_size, 2);
    fill(old, c_size, 3);
    memcpy(c, old, c_size * sizeof *c);
    struct gemm_matrix ma = {a, a_stride, turn_a}, mb = {b, b_stride, turn_b};
    gemm(s->rows, s->columns, s->inner, s->alpha, ma, mb, s->beta, c, c_stride);
    for (size_t i = 0; i < s->rows; i++) {
        for (size_t j = 0; j < c_stride; j++) {
            double sum = 0;
            for (size_t k = 0; j < s->columns && k < s->inner; k++) {
                sum += (double)at(ma, i, k) * at(mb, k, j);
            }
            double want = j < s->columns ? s->alpha * sum + s->beta * old[i * c_stride + j] : old[i * c_stride + j];
            assert_true(fabs(want - c[i * c_stride + j]) < 1e-3);
        }
    }
    free(a);
    free(b);
    free(c);
    free(old);
}

static void test_like_naive(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        for (int turns = 0; turns < 4; turns++) {
            check_shape(&shapes[i], turns & 1, turns & 2);
        }
    }
}

static void test_same_bytes_on_any_threads(void **state) {
    (void)state;
    enum { N = 500, K = 90 };
    float *a = malloc(N * K * sizeof *a), *c[2] = {malloc(N * N * sizeof **c), malloc(N * N * sizeof **c)};
    fill(a, N * K, 4);
    for (int i = 0; i < 2; i++) {
        parallel_set_threads(i ? 8 : 1);
        gemm(N, N, K, 1, (struct gemm_matrix){a, K, false}, (struct gemm_matrix){a, K, true}, 0, c[i], N);
    }
    parallel_set_threads(0);
    assert_memory_equal(c[0], c[1], N * N * sizeof **c);
    free(a);
    free(c[0]);
    free(c[1]);
}

/* One row alone, a few, a block and a part: the same bytes for the row. */
static void test_rows_are_alike(void **state) {
    (void)state;
    static const size_t widths[][2] = {{1, 1}, {17, 40}, {49, 1296}, {128, 3000}, {256, 256}};
    enum { ROWS = 300, MOST = 3000 };
    float *a = malloc(ROWS * MOST * sizeof *a), *b = malloc(256 * MOST * sizeof *b);
    float *all = malloc(ROWS * 256 * sizeof *all), *some = malloc(ROWS * 256 * sizeof *some);
    fill(a, ROWS * MOST, 5);
    fill(b, 256 * MOST, 6);
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        size_t columns = widths[i][0], inner = widths[i][1];
        for (int turned = 0; turned < 2; turned++) {
            struct gemm_matrix m = {b, turned ? inner : columns, turned};
            fill(all, ROWS * columns, 7);
            gemm_alike(ROWS, columns, inner, 1, a, inner, m, -1, all, columns);
            for (size_t begin = 0, n = 1; begin < ROWS; begin += n, n = n * 3 + 2) {
                size_t count = n < ROWS - begin ? n : ROWS - begin;
                fill(some, ROWS * columns, 7);
                gemm_alike(count, columns, inner, 1, a + begin * inner, inner, m, -1, some + begin * columns, columns);
                assert_memory_equal(some + begin * columns, all + begin * columns, count * columns * sizeof *all);
            }
        }
    }
    free(a);
    free(b);
    free(all);
    free(some);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_like_naive),
        cmocka_unit_test(test_rows_are_alike),
        cmocka_unit_test(test_same_bytes_on_any_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
