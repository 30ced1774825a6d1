/* Shifts: where the picture goes, what is left behind it, how far at most. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "ml/image/shift.h"

/* A white picture with one black mark in its middle: the mark tells where it went, the black edge what it left. */
static void test_moves_and_leaves_black(void **state) {
    (void)state;
    enum { N = 32 };
    static struct canvas from, to;
    int moved[2] = {0};
    for (uint64_t draw = 0; draw < 40; draw++) {
        struct random r = random_stream(1, draw, 0);
        double mass = 0, x_sum = 0, y_sum = 0;
        from.size = N;
        from.channels = 3;
        for (int i = 0; i < 3 * N * N; i++) {
            from.values[i] = i % (N * N) == 16 * N + 16 ? .5F : 1;
        }
        shift_view(&from, &to, &r);
        assert_int_equal(to.size, N);
        assert_int_equal(to.channels, 3);
        for (int y = 8; y < 24; y++) {
            for (int x = 8; x < 24; x++) {
                double mark = 1 - (double)to.values[y * N + x];
                mass += mark;
                x_sum += mark * x;
                y_sum += mark * y;
            }
        }
        double right = x_sum / mass - 16, down = y_sum / mass - 16;
        assert_true(mass > .49 && mass < .51); /* all of the mark, spread over up to four pixels */
        assert_true(right >= -3.21 && right <= 3.21 && down >= -3.21 && down <= 3.21);
        if (right > 1) {
            assert_true(to.values[16 * N] == 0 && to.values[16 * N + N - 1] == 1);
        } else if (right < -1) {
            assert_true(to.values[16 * N] == 1 && to.values[16 * N + N - 1] == 0);
        }
        moved[0] += right > 1 || right < -1;
        moved[1] += down > 1 || down < -1;
        assert_memory_equal(to.values, to.values + N * N, N * N * sizeof(float));
    }
    assert_true(moved[0] > 20 && moved[1] > 20);
}

static void test_one_pixel(void **state) {
    (void)state;
    static struct canvas from = {.size = 1, .channels = 1, .values = {.5F}}, to;
    struct random r = random_stream(1, 2, 3);
    shift_view(&from, &to, &r);
    assert_true(to.values[0] >= 0 && to.values[0] <= .5F);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_moves_and_leaves_black), cmocka_unit_test(test_one_pixel)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
