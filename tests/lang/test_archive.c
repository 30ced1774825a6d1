/* Archives from tests/data/archives (written by tests/data/make_archives.py): good ones unpack, evil ones do not. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "lang/data/archive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARCHIVES "tests/data/archives/"

static const struct archive_limits room = {.entries = 100, .bytes = 1 << 20};

static char folder[64], inside[80];

/* <folder>/inside is unpacked into, so that `..` would land in <folder>. */
static int make_folder(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    snprintf(folder, sizeof folder, "/tmp/thanosql-test-XXXXXX");
    if (!mkdtemp(folder)) {
        return -1;
    }
    snprintf(inside, sizeof inside, "%s/inside", folder);
    return file_make_folders(inside, &e);
}

static int remove_folder(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    return file_remove_tree(folder, &e);
}

static void assert_content(const char *name, const char *expected) {
    char path[256];
    struct buf text = BUF_INIT;
    struct err e = ERR_INIT;
    snprintf(path, sizeof path, "%s/%s", inside, name);
    assert_int_equal(file_read(path, 1000, &text, &e), ERR_OK);
    assert_string_equal(buf_text(&text), expected);
    buf_release(&text);
}

static void unpacks_tar(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    assert_int_equal(archive_unpack(ARCHIVES "good.tar.gz", inside, room, NULL, &e), ERR_OK);
    assert_content("box/one.txt", "one\n");
    assert_content("box/deep/two.txt", "two\n");
    assert_content("box/\xc3\xa4.txt", "umlaut\n");
}

static void unpacks_zip(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    assert_int_equal(archive_unpack(ARCHIVES "good.zip", inside, room, NULL, &e), ERR_OK);
    assert_content("box/one.txt", "one\n");
    assert_content("box/deep/two.txt", "two\n");
}

static const struct {
    const char *name, *says;
} evil[] = {
    {"parent.tar.gz", "'..'"},        {"absolute.tar.gz", "absolute"}, {"symlink.tar.gz", "a link"},
    {"hardlink.tar.gz", "a link"},    {"device.tar.gz", "neither"},    {"twice.tar.gz", "exists"},
    {"many.tar.gz", "more than 100"}, {"bomb.tar.gz", "1048576"},      {"truncated.tar.gz", "cannot be unpacked"},
    {"parent.zip", "'..'"},           {"symlink.zip", "a link"},       {"words.gz", "cannot be unpacked"},
    {"none.zip", "none.zip"},
};

static void refuses(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof evil / sizeof evil[0]; i++) {
        struct err e = ERR_INIT;
        char path[128], landed[128];
        snprintf(path, sizeof path, ARCHIVES "%s", evil[i].name);
        assert_int_equal(archive_unpack(path, inside, room, NULL, &e), ERR_FILE);
        if (!strstr(e.message, evil[i].says)) {
            fail_msg("%s: %s", evil[i].name, e.message);
        }
        snprintf(landed, sizeof landed, "%s/evil.txt", folder);
        assert_false(file_exists(landed));
        assert_false(file_exists("/tmp/thanosql_test_evil.txt"));
        assert_int_equal(file_remove_tree(inside, &(struct err){.code = ERR_OK}), ERR_OK);
        assert_int_equal(file_make_folders(inside, &(struct err){.code = ERR_OK}), ERR_OK);
    }
}

static enum err_code take(void *user, const void *bytes, size_t len, struct err *e) {
    buf_add(user, bytes, len);
    return buf_ok(user) ? ERR_OK : err_nomem(e);
}

static void reads_members(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    struct buf one = BUF_INIT, two = BUF_INIT;
    struct archive_member members[] = {{.name = "box/deep/two.txt", .take = take, .user = &two},
                                       {.name = "box/one.txt", .take = take, .user = &one}};
    assert_int_equal(archive_members(ARCHIVES "good.zip", members, 2, room, NULL, &e), ERR_OK);
    assert_string_equal(buf_text(&one), "one\n");
    assert_string_equal(buf_text(&two), "two\n");
    members[1].name = "box/three.txt";
    assert_int_equal(archive_members(ARCHIVES "good.zip", members, 2, room, NULL, &e), ERR_FILE);
    assert_non_null(strstr(e.message, "box/three.txt"));
    buf_release(&one);
    buf_release(&two);
}

static enum err_code refuse_bytes(void *user, const void *bytes, size_t len, struct err *e) {
    (void)user;
    (void)bytes;
    return err_set(e, ERR_VALUE, "no use for %zu bytes", len);
}

static void taker_ends_reading(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    struct archive_member member = {.name = "box/one.txt", .take = refuse_bytes};
    assert_int_equal(archive_members(ARCHIVES "good.zip", &member, 1, room, NULL, &e), ERR_VALUE);
}

static const struct {
    const char *name;
    enum err_code code;
    unsigned long long most;
    const char *text;
} zipped[] = {
    {"plain.gz", ERR_OK, 100, "plain words\n"}, {"plain.gz", ERR_OK, 12, "plain words\n"},
    {"plain.gz", ERR_FILE, 11, NULL},           {"truncated.gz", ERR_FILE, 1 << 20, NULL},
    {"words.gz", ERR_FILE, 1 << 20, NULL},      {"none.gz", ERR_FILE, 1 << 20, NULL},
};

static void gunzips(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof zipped / sizeof zipped[0]; i++) {
        struct err e = ERR_INIT;
        struct buf text = BUF_INIT;
        struct archive_member member = {.name = "it", .take = take, .user = &text};
        char path[128];
        snprintf(path, sizeof path, ARCHIVES "%s", zipped[i].name);
        assert_int_equal(archive_gunzip(path, &member, zipped[i].most, NULL, &e), zipped[i].code);
        if (zipped[i].text) {
            assert_string_equal(buf_text(&text), zipped[i].text);
        }
        buf_release(&text);
    }
}

static void stops(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    struct stop stop = {.requested = true};
    assert_int_equal(archive_unpack(ARCHIVES "good.zip", inside, room, &stop, &e), ERR_INTERRUPT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(unpacks_tar, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(unpacks_zip, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(refuses, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(stops, make_folder, remove_folder),
        cmocka_unit_test(reads_members),
        cmocka_unit_test(taker_ends_reading),
        cmocka_unit_test(gunzips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
