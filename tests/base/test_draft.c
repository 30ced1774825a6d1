/* What a file that is written whole leaves of what was there: its permissions, the link to it, itself; and what a
 * process that is killed leaves. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/draft.h"
#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[40], path[64], other[64];

static int set_up(void **state) {
    (void)state;
    strcpy(folder, "/tmp/thanosql-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a", folder);
    snprintf(other, sizeof other, "%s/b", folder);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    return (int)file_remove_tree(folder, &e);
}

static void check_text(const char *file, const char *text) {
    struct buf out = BUF_INIT;
    struct err e = ERR_INIT;
    assert_int_equal(file_read(file, 100, &out, &e), ERR_OK);
    assert_string_equal(buf_text(&out), text);
    buf_release(&out);
}

static int files_in_folder(void) {
    DIR *d = opendir(folder);
    int count = -2; /* . and .. */
    assert_non_null(d);
    while (readdir(d)) {
        count++;
    }
    closedir(d);
    return count;
}

static void keeps_permissions(void **state) {
    (void)state;
    static const struct {
        mode_t umask, old, expected; /* old: 0, no file */
    } cases[] = {{022, 0, 0644}, {077, 0, 0600}, {002, 0, 0664}, {022, 0600, 0600}, {077, 0664, 0664}, {0, 0444, 0444}};
    mode_t before = umask(0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = ERR_INIT;
        struct stat about;
        unlink(path);
        umask(cases[i].umask);
        if (cases[i].old) {
            assert_int_equal(file_create(path, "old", 3, &e), ERR_OK);
            assert_int_equal(chmod(path, cases[i].old), 0);
        }
        assert_int_equal(file_replace(path, "new", 3, &e), ERR_OK);
        assert_int_equal(stat(path, &about), 0);
        assert_int_equal(about.st_mode & 0777, cases[i].expected);
        check_text(path, "new");
    }
    umask(before);
    assert_int_equal(files_in_folder(), 1);
}

static void follows_links(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    struct stat about;
    assert_int_equal(file_replace(other, "old", 3, &e), ERR_OK);
    assert_int_equal(symlink("b", path), 0);
    assert_int_equal(file_replace(path, "new", 3, &e), ERR_OK);
    assert_true(lstat(path, &about) == 0 && S_ISLNK(about.st_mode));
    check_text(other, "new");
    assert_int_equal(files_in_folder(), 2);
}

/* Also one that came after the draft was begun, and a link to nowhere. */
static void replaces_none_unasked(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    struct draft d = DRAFT_INIT;
    assert_int_equal(draft_begin(&d, path, &e), ERR_OK);
    assert_int_equal(write(d.fd, "new", 3), 3);
    assert_int_equal(file_create(path, "old", 3, &e), ERR_OK);
    assert_int_equal(draft_place(&d, false, &e), ERR_EXISTS);
    assert_non_null(strstr(e.message, path));
    draft_discard(&d);
    check_text(path, "old");
    assert_int_equal(symlink("nowhere", other), 0);
    e = ERR_INIT;
    assert_int_equal(file_create(other, "new", 3, &e), ERR_EXISTS);
    assert_int_equal(files_in_folder(), 2);
}

static void killed_leaves_nothing(void **state) {
    (void)state;
    int nameless = open(folder, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
    if (nameless < 0) {
        skip(); /* the file system cannot make a file without a name */
    }
    close(nameless);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct err e = ERR_INIT;
        struct draft d = DRAFT_INIT;
        if (draft_begin(&d, path, &e) == ERR_OK && write(d.fd, "new", 3) == 3) {
            raise(SIGKILL);
        }
        _exit(1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(files_in_folder(), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keeps_permissions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(follows_links, set_up, tear_down),
        cmocka_unit_test_setup_teardown(replaces_none_unasked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(killed_leaves_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
