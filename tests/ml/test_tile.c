/* Every path against the sum written out, for every number of rows and awkward columns. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/random.h"
#include "ml/nn/tile.h"

#include <math.h>
#include <string.h>

#define A 2048
#define B 4096
#define STRIDE 37
static float a[A], b[B], c[TILE_ROWS * STRIDE + 64], before[TILE_ROWS * STRIDE + 64], bias[TILE_COLUMNS];

static void fill(float *v, size_t n, uint64_t seed) {
    struct random r = random_stream(seed, n, 0);
    for (size_t i = 0; i < n; i++) {
        v[i] = random_uniform(&r, -1, 1);
    }
}

static double naive(const struct tile *t, size_t r, size_t k) {
    double sum = 0;
    for (size_t run = 0; run < t->run_count; run++) {
        for (size_t i = 0; i < t->inner; i++) {
            sum += (double)t->a[t->runs[run].a + r * t->a_row + i * t->a_step] *
                   (double)t->b[t->runs[run].b + i * t->b_step + k];
        }
    }
    sum += t->add ? (double)before[r * t->c_row + k] : 0;
    sum += t->bias ? (double)t->bias[k] : 0;
    return t->clamped ? fmin(fmax(sum, (double)t->low), (double)t->high) : sum;
}

static void check(const struct tile_path *path, struct tile t, size_t rows, size_t columns) {
    fill(c, sizeof c / sizeof *c, 5);
    memcpy(before, c, sizeof c);
    t.c = c;
    t.add = t.add ? c : NULL;
    path->multiply(&t, rows, columns);
    for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
        size_t r = i / STRIDE, k = i % STRIDE;
        if (r < rows && k < columns) {
            assert_true(fabs((double)c[i] - naive(&t, r, k)) < 1e-4);
        } else {
            assert_true(c[i] == before[i]); /* nothing else is written */
        }
    }
}

static void test_paths(void **state) {
    static const struct tile_run runs[] = {{0, 0}, {40, 640}, {7, 1280}};
    static const size_t columns[] = {1, 3, 8, 9, 16, 17, 24, 31, 32};
    (void)state;
    fill(a, A, 1);
    fill(b, B, 2);
    fill(bias, TILE_COLUMNS, 3);
    for (size_t p = 0; tile_path(p); p++) {
        if (!tile_path(p)->usable()) {
            print_message("skipped: %s is not on this machine\n", tile_path(p)->name);
            continue;
        }
        for (size_t rows = 1; rows <= TILE_ROWS; rows++) {
            for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
                struct tile t = {.a = a,
                                 .a_row = 21,
                                 .a_step = 1,
                                 .b = b,
                                 .b_step = 32,
                                 .runs = runs,
                                 .run_count = 3,
                                 .inner = 20,
                                 .c_row = STRIDE};
                check(tile_path(p), t, rows, columns[i]);
                t.a_step = 3;
                t.add = c;
                check(tile_path(p), t, rows, columns[i]);
                t.bias = bias;
                t.clamped = true;
                t.low = 0;
                t.high = 1;
                check(tile_path(p), t, rows, columns[i]);
            }
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_paths)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
