/* Files that are not there, are no files, or are too large: each failure names the path and says why. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *path, *message;
} bad[] = {
    {"/no/such.file", "cannot read '/no/such.file': No such file or directory"},
    {"/tmp", "cannot read '/tmp': it is a folder"},
    {"/dev/zero", "cannot read '/dev/zero': it is no file"},
};

static void says_why_it_cannot_read(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct buf out = BUF_INIT;
        struct err e = ERR_INIT;
        assert_int_equal(file_read(bad[i].path, 1 << 20, &out, &e), ERR_FILE);
        assert_string_equal(e.message, bad[i].message);
        buf_release(&out);
    }
}

static void reads_what_was_written(void **state) {
    (void)state;
    char folder[] = "/tmp/thanosql-test-XXXXXX", path[64];
    struct buf out = BUF_INIT;
    struct err e = ERR_INIT;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a", folder);
    assert_int_equal(file_replace(path, "12345", 5, &e), ERR_OK);
    assert_int_equal(file_read(path, 5, &out, &e), ERR_OK);
    assert_string_equal(buf_text(&out), "12345");
    assert_int_equal(file_read(path, 4, &out, &e), ERR_FILE);
    assert_non_null(strstr(e.message, "larger than 4 bytes"));
    buf_release(&out);
    e = ERR_INIT;
    assert_int_equal(file_remove_tree(folder, &e), ERR_OK);
    assert_false(file_exists(folder));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_why_it_cannot_read),
        cmocka_unit_test(reads_what_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
