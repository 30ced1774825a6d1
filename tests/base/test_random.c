/* Streams: the same for the same names, apart for others, within their bounds, and evenly spread. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/random.h"

#include <math.h>
#include <stdlib.h>

static void a_stream_belongs_to_its_names(void **state) {
    (void)state;
    struct random a = random_stream(1, 2, 3), same = random_stream(1, 2, 3);
    struct random others[] = {random_stream(2, 2, 3), random_stream(1, 3, 3), random_stream(1, 2, 4),
                              random_stream(1, 3, 2)};
    for (int i = 0; i < 100; i++) {
        uint64_t x = random_u64(&a);
        assert_true(x == random_u64(&same));
        for (size_t k = 0; k < 4; k++) {
            assert_false(x == random_u64(&others[k]));
        }
    }
}

static void below_is_even(void **state) {
    (void)state;
    struct random r = random_stream(7, 0, 0);
    int counts[6] = {0};
    for (int i = 0; i < 60000; i++) {
        uint32_t x = random_below(&r, 6);
        assert_true(x < 6);
        counts[x]++;
    }
    for (int i = 0; i < 6; i++) { /* five deviations of a binomial */
        assert_true(abs(counts[i] - 10000) < 5 * 92);
    }
    assert_int_equal(random_below(&r, 0), 0);
    assert_int_equal(random_below(&r, 1), 0);
}

static void uniform_and_normal(void **state) {
    (void)state;
    struct random r = random_stream(8, 0, 0);
    double sum = 0, normal = 0, square = 0;
    for (int i = 0; i < 100000; i++) {
        float u = random_uniform(&r, -1, 3), n = random_normal(&r);
        assert_true(u >= -1 && u < 3);
        sum += (double)u;
        normal += (double)n;
        square += (double)n * (double)n;
    }
    assert_true(fabs(sum / 100000 - 1) < .02);
    assert_true(fabs(normal / 100000) < .02);
    assert_true(fabs(square / 100000 - 1) < .03);
}

static void shuffle_keeps_every_item(void **state) {
    (void)state;
    struct random r = random_stream(9, 0, 0);
    uint32_t items[1000];
    unsigned char seen[1000] = {0};
    size_t moved = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        items[i] = i;
    }
    random_shuffle(&r, items, 1000);
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(seen[items[i]]++, 0);
        moved += items[i] != i;
    }
    assert_true(moved > 980);
    random_shuffle(&r, items, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_belongs_to_its_names),
        cmocka_unit_test(below_is_even),
        cmocka_unit_test(uniform_and_normal),
        cmocka_unit_test(shuffle_keeps_every_item),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
