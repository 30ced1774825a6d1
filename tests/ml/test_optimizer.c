/* Adam: the first step is the rate, the schedule is a cosine, and a bowl is walked down. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "ml/nn/optimizer.h"

#include <math.h>

static void test_first_step_is_the_rate(void **state) {
    (void)state;
    struct optimizer o;
    struct err e = ERR_INIT;
    float weights[3] = {1, 2, 3}, grad[3] = {.001F, -50, 0};
    assert_int_equal(optimizer_init(&o, 3, .1F, 100, &e), ERR_OK);
    optimizer_update(&o, weights, grad);
    assert_true(fabsf(weights[0] - .9F) < 1e-3F);
    assert_true(fabsf(weights[1] - 2.1F) < 1e-3F);
    assert_true(weights[2] == 3);
    optimizer_release(&o);
}

static void test_rate_falls_as_a_cosine(void **state) {
    (void)state;
    static const struct {
        size_t step;
        float rate;
    } rows[] = {{0, 2}, {25, 1.7071F}, {50, 1}, {75, .2929F}, {100, 0}, {1000, 0}};
    struct optimizer o;
    struct err e = ERR_INIT;
    assert_int_equal(optimizer_init(&o, 1, 2, 100, &e), ERR_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(fabsf(optimizer_rate(&o, rows[i].step) - rows[i].rate) < 1e-3F);
    }
    optimizer_release(&o);
}

static void test_finds_the_bottom(void **state) {
    (void)state;
    struct optimizer o;
    struct err e = ERR_INIT;
    float weights[2] = {5, -3}, grad[2];
    assert_int_equal(optimizer_init(&o, 2, .1F, 500, &e), ERR_OK);
    for (int i = 0; i < 500; i++) {
        grad[0] = 2 * (weights[0] - 1);
        grad[1] = 200 * (weights[1] - 2);
        optimizer_update(&o, weights, grad);
    }
    assert_true(fabsf(weights[0] - 1) < .01F && fabsf(weights[1] - 2) < .01F);
    optimizer_release(&o);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_step_is_the_rate),
        cmocka_unit_test(test_rate_falls_as_a_cosine),
        cmocka_unit_test(test_finds_the_bottom),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
