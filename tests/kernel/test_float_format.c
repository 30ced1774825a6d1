/* Numbers as pandas and Python print them; whole frames are in test_frame.c. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/random.h"
#include "kernel/display/float_format.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void test_columns(void **state) {
    (void)state;
    static const struct {
        double values[3];
        const char *want[3];
    } rows[] = {
        {{1.5, 2.25, -3}, {" 1.50", " 2.25", "-3.00"}},
        {{1, 2, 3}, {" 1.0", " 2.0", " 3.0"}},
        {{0.5, 1000000.123, NAN}, {" 0.500", " 1000000.123", "NaN"}},
        {{123456789.25, 1, 2}, {" 1.234568e+08", " 1.000000e+00", " 2.000000e+00"}},
        {{12345678.25, 1, 2}, {" 12345678.25", " 1.00", " 2.00"}},
        {{1000001, 0.123456, 0}, {" 1.000001e+06", " 1.234560e-01", " 0.000000e+00"}},
        {{1e-7, 1, NAN}, {" 1.000000e-07", " 1.000000e+00", "NaN"}},
        {{INFINITY, -INFINITY, 1}, {" inf", "-inf", " 1.0"}},
        {{NAN, NAN, NAN}, {"NaN", "NaN", "NaN"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf texts[3] = {BUF_INIT, BUF_INIT, BUF_INIT};
        float_format_column(rows[i].values, 3, texts);
        for (size_t k = 0; k < 3; k++) {
            assert_string_equal(buf_text(&texts[k]), rows[i].want[k]);
            buf_release(&texts[k]);
        }
    }
}

static void test_single(void **state) {
    (void)state;
    static const struct {
        double value;
        const char *want;
    } rows[] = {{1.5, " 1.5"},  {-2, "-2.0"},    {0.1234567, " 0.123457"},
                {1e-9, " 0.0"}, {100, " 100.0"}, {-INFINITY, "-inf"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf out = BUF_INIT;
        float_format_single(rows[i].value, &out);
        assert_string_equal(buf_text(&out), rows[i].want);
        buf_release(&out);
    }
}

static void test_shortest(void **state) {
    (void)state;
    static const struct {
        float value;
        const char *want;
    } rows[] = {
        {0.8833517f, "0.8833517"},
        {-0.25f, "-0.25"},
        {1e-5f, "1e-05"},
        {1.0f, "1.0"},
        {0.0f, "0.0"},
        {-0.0f, "-0.0"},
        {0.0001f, "0.0001"},
        {0.1f, "0.1"},
        {16777216.0f, "16777216.0"},
        {1e15f, "1000000000000000.0"},
        {1e16f, "1e+16"},
        {FLT_MAX, "3.4028235e+38"},
        {FLT_MIN, "1.1754944e-38"},
        {123456.7f, "123456.7"},
        {NAN, "nan"},
        {-INFINITY, "-inf"},
        {1e-45f, "1e-45"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf out = BUF_INIT;
        float_format_shortest(rows[i].value, &out);
        assert_string_equal(buf_text(&out), rows[i].want);
        buf_release(&out);
    }
}

/* Any float32 reads back as itself. */
static void test_shortest_reads_back(void **state) {
    (void)state;
    struct random r = random_stream(1, 2, 3);
    struct buf out = BUF_INIT;
    for (int i = 0; i < 20000; i++) {
        uint32_t bits = (uint32_t)random_u64(&r);
        float value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) {
            continue;
        }
        buf_clear(&out);
        float_format_shortest(value, &out);
        assert_true(strtof(buf_text(&out), NULL) == value);
        assert_true(out.len <= 20);
    }
    buf_release(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_columns), cmocka_unit_test(test_single),
                                       cmocka_unit_test(test_shortest), cmocka_unit_test(test_shortest_reads_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
