/* Whatever is sent, no three seconds hold more than a server lets through; and a little text never waits. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "kernel/protocol/throttle.h"

#include <stdlib.h>

enum { MESSAGES = 2000 };

static const double window = 3, limit = 3e6; /* jupyter_server's: 1 MB/s over 3 s */

static void test_no_window_holds_too_much(void **state) {
    (void)state;
    static double at[MESSAGES];
    static size_t bytes[MESSAGES];
    struct throttle p = {0};
    double now = 1000;
    srand(1);
    for (int i = 0; i < MESSAGES; i++) {
        bytes[i] = (size_t)(rand() % 100000);
        at[i] = now;
        now += throttle_spend(&p, bytes[i], now) + (i % 100 == 0 ? 1 : 0);
    }
    for (int first = 0; first < MESSAGES; first++) {
        double sum = 0;
        for (int i = first; i < MESSAGES && at[i] < at[first] + window; i++) {
            sum += (double)bytes[i];
        }
        assert_true(sum < limit);
    }
}

static void test_little_text_does_not_wait(void **state) {
    (void)state;
    struct throttle p = {0};
    for (int i = 0; i < 15; i++) {
        assert_true(throttle_spend(&p, 65000, 5) <= 0);
    }
    assert_true(throttle_spend(&p, 65000, 5) > 0);
    assert_true(throttle_spend(&p, 65000, 5 + THROTTLE_BURST / THROTTLE_RATE + 1) <= 0);
}

static void test_it_is_not_slower_than_it_must(void **state) {
    (void)state;
    struct throttle p = {0};
    double now = 0;
    for (int i = 0; i < 100; i++) {
        now += throttle_spend(&p, 100000, now);
    }
    assert_true(now > (1e7 - THROTTLE_BURST) / THROTTLE_RATE - 0.01 &&
                now < (1e7 - THROTTLE_BURST) / THROTTLE_RATE + 0.01);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_window_holds_too_much),
        cmocka_unit_test(test_little_text_does_not_wait),
        cmocka_unit_test(test_it_is_not_slower_than_it_must),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
