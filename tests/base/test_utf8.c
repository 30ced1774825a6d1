/* UTF-8 against its definition (Unicode 15, table 3-7), and positions in code points. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/utf8.h"

#include <string.h>

static void encodes_and_decodes_every_code_point(void **state) {
    (void)state;
    for (uint32_t p = 0; p <= 0x10ffff; p++) {
        if (p >= 0xd800 && p < 0xe000) {
            continue;
        }
        char bytes[4];
        uint32_t back;
        size_t n = utf8_encode(p, bytes);
        assert_int_equal(n, p < 0x80 ? 1 : p < 0x800 ? 2 : p < 0x10000 ? 3 : 4);
        assert_int_equal(utf8_next(bytes, n, &back), n);
        assert_int_equal(back, p);
        assert_true(utf8_valid(bytes, n));
        for (size_t cut = 1; cut < n; cut++) {
            assert_false(utf8_valid(bytes, cut));
        }
    }
}

static void refuses_what_is_no_utf8(void **state) {
    (void)state;
    static const char *const bad[] = {
        "\x80",         "\xc0\x80",         "\xc1\xbf",         "\xe0\x9f\xbf",     "\xed\xa0\x80",
        "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff",
        "\xe2\x28\xa1", "\xe2\x82"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint32_t point = 0;
        size_t n = utf8_next(bad[i], strlen(bad[i]), &point);
        assert_true(n >= 1 && n <= strlen(bad[i]));
        assert_int_equal(point, 0xfffd);
        assert_false(utf8_valid(bad[i], strlen(bad[i])));
    }
    assert_int_equal(utf8_next("", 0, &(uint32_t){0}), 0);
}

static void counts_and_cuts(void **state) {
    (void)state;
    const char *text = "a\xf0\x9d\x90\x9a\xed\x95\x9cz"; /* 1 + 4 + 3 + 1 bytes */
    assert_int_equal(utf8_count(text, 9), 4);
    static const size_t offsets[] = {0, 1, 5, 8, 9, 9};
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(utf8_offset(text, 9, i), offsets[i]);
    }
    static const size_t cuts[] = {0, 1, 1, 1, 1, 5, 5, 5, 8, 9};
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(utf8_cut(text, i), cuts[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodes_and_decodes_every_code_point),
        cmocka_unit_test(refuses_what_is_no_utf8),
        cmocka_unit_test(counts_and_cuts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
