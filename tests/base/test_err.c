/* The first failure wins; place and hint are added once, and only to a failure. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/err.h"
#include "base/utf8.h"

#include <string.h>

static void first_failure_wins(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    assert_int_equal(err_set(&e, ERR_VALUE, "first %d", 1), ERR_VALUE);
    assert_int_equal(err_set(&e, ERR_FILE, "second"), ERR_VALUE);
    assert_int_equal(err_nomem(&e), ERR_VALUE);
    assert_string_equal(e.message, "first 1");
}

static void place_and_hint_once(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    err_hint(&e, "for nothing");
    err_at(&e, 1, 2);
    assert_string_equal(e.hint, "");
    assert_int_equal(e.has_span, 0);
    err_set(&e, ERR_SYNTAX, "wrong");
    err_at(&e, 3, 4);
    err_at(&e, 5, 6);
    err_hint(&e, "do this");
    err_hint(&e, "or that");
    assert_int_equal(e.at, 3);
    assert_int_equal(e.len, 4);
    assert_string_equal(e.hint, "do this");
}

static void long_messages_are_cut_whole(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    char text[2000];
    for (size_t i = 0; i + 3 < sizeof text; i += 3) {
        memcpy(text + i, "\xed\x95\x9c", 4);
    }
    err_set(&e, ERR_VALUE, "%s", text);
    size_t len = strlen(e.message);
    assert_true(len < sizeof e.message && len > sizeof e.message - 16);
    assert_true(utf8_valid(e.message, len)); /* no character is split */
}

static void every_code_has_a_name(void **state) {
    (void)state;
    for (int c = ERR_OK + 1; c <= ERR_INTERNAL; c++) {
        assert_true(strlen(err_ename((enum err_code)c)) > 0);
    }
    assert_string_equal(err_ename(ERR_INTERRUPT), "KeyboardInterrupt");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_failure_wins),
        cmocka_unit_test(place_and_hint_once),
        cmocka_unit_test(long_messages_are_cut_whole),
        cmocka_unit_test(every_code_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
