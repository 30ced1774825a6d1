/* The string builder: growth, caps, sticky failure, and repair of what is not UTF-8. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

static void grows_and_stays_terminated(void **state) {
    (void)state;
    struct buf b = BUF_INIT;
    assert_string_equal(buf_text(&b), "");
    for (int i = 0; i < 10000; i++) {
        buf_printf(&b, "%d,", i % 10);
        assert_int_equal(buf_text(&b)[b.len], '\0');
    }
    assert_true(buf_ok(&b));
    assert_int_equal(b.len, 20000);
    assert_memory_equal(buf_text(&b) + 19980, "0,1,2,3,4,5,6,7,8,9,", 20);
    buf_release(&b);
    assert_int_equal(b.len, 0);
}

static void failure_is_sticky_until_cleared(void **state) {
    (void)state;
    struct buf b = {.max = 8};
    buf_str(&b, "12345678");
    assert_true(buf_ok(&b));
    buf_char(&b, '9');
    assert_false(buf_ok(&b));
    buf_str(&b, "");
    assert_false(buf_ok(&b));
    assert_null(buf_take(&b));
    buf_clear(&b);
    buf_str(&b, "again");
    assert_true(buf_ok(&b));
    assert_string_equal(buf_text(&b), "again");
    buf_release(&b);
}

static void a_size_that_overflows_fails(void **state) {
    (void)state;
    struct buf b = BUF_INIT;
    buf_str(&b, "x");
    assert_null(buf_reserve(&b, SIZE_MAX - 1));
    assert_false(buf_ok(&b));
    buf_release(&b);
}

static void take_hands_over(void **state) {
    (void)state;
    struct buf b = BUF_INIT;
    buf_str(&b, "mine");
    char *text = buf_take(&b);
    assert_string_equal(text, "mine");
    assert_int_equal(b.len, 0);
    free(text);
    buf_release(&b);
}

static void repairs_utf8(void **state) {
    (void)state;
    static const struct {
        const char *bytes, *text;
    } cases[] = {
        {"plain", "plain"},
        {"\xed\x95\x9c", "\xed\x95\x9c"},
        {"a\xff"
         "b",
         "a\xef\xbf\xbd"
         "b"},
        {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b = BUF_INIT;
        buf_utf8(&b, cases[i].bytes, strlen(cases[i].bytes));
        assert_string_equal(buf_text(&b), cases[i].text);
        buf_release(&b);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_stays_terminated),
        cmocka_unit_test(failure_is_sticky_until_cleared),
        cmocka_unit_test(a_size_that_overflows_fails),
        cmocka_unit_test(take_hands_over),
        cmocka_unit_test(repairs_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
