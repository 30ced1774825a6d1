/* A signature counts once, among as many as are kept, and what is kept stays bounded. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "kernel/transport/replay.h"

#include <stdio.h>
#include <string.h>

/* Sixty-four digits, as random in their first sixteen as an HMAC's. */
static bool is_new(struct replay *r, uint64_t i) {
    char text[65];
    uint64_t mixed = (i + 1) * UINT64_C(0x9E3779B97F4A7C15);
    snprintf(text, sizeof text, "%016llx%048d", (unsigned long long)mixed, 0);
    return replay_is_new(r, (struct slice){text, 64});
}

static void test_once(void **state) {
    (void)state;
    struct replay r = {.count = 0};
    assert_true(is_new(&r, 1));
    assert_true(is_new(&r, 2));
    assert_false(is_new(&r, 1));
    assert_false(is_new(&r, 2));
    replay_release(&r);
    assert_true(is_new(&r, 1));
    replay_release(&r);
}

static void test_without_a_signature(void **state) {
    (void)state;
    struct replay r = {.count = 0};
    for (int i = 0; i < 3; i++) {
        assert_true(replay_is_new(&r, (struct slice){"", 0}));
    }
    assert_null(r.young);
}

/* The last REPLAY_KEPT are always known, however many came; twice as many are never held. */
static void test_many(void **state) {
    (void)state;
    struct replay r = {.count = 0};
    const uint64_t all = 5 * REPLAY_KEPT + 100;
    for (uint64_t i = 0; i < all; i++) {
        assert_true(is_new(&r, i));
        assert_true(r.count <= REPLAY_KEPT);
        if (i % 777 == 0) {
            assert_false(is_new(&r, i - (i < REPLAY_KEPT ? i : REPLAY_KEPT - 1)));
        }
    }
    assert_true(is_new(&r, 0)); /* long forgotten */
    replay_release(&r);
}

static void test_zero(void **state) {
    (void)state;
    struct replay r = {.count = 0};
    const struct slice zeros = {"00000000000000000000000000000000", 32};
    assert_true(replay_is_new(&r, zeros));
    assert_false(replay_is_new(&r, zeros));
    replay_release(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_once),
        cmocka_unit_test(test_without_a_signature),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
