/* Base64 against the vectors of RFC 4648, section 10. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "kernel/display/base64.h"

#include <string.h>

static void test_vectors(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        const char *want;
    } rows[] = {
        {"", 0, ""},
        {"f", 1, "Zg=="},
        {"fo", 2, "Zm8="},
        {"foo", 3, "Zm9v"},
        {"foob", 4, "Zm9vYg=="},
        {"fooba", 5, "Zm9vYmE="},
        {"foobar", 6, "Zm9vYmFy"},
        {"\xFF\xD8\xFF\xE0\x00\x10", 6, "/9j/4AAQ"},
        {"\xFB\xEF\xBE", 3, "++++"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf out = BUF_INIT;
        buf_str(&out, "x");
        base64_add(&out, (const unsigned char *)rows[i].bytes, rows[i].len);
        assert_true(buf_ok(&out));
        assert_int_equal(out.len, 1 + strlen(rows[i].want));
        assert_string_equal(buf_text(&out) + 1, rows[i].want);
        buf_release(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_vectors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
