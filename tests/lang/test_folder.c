/* Folders of pictures: their order, what is left out, links that lead in circles, folders that cannot be read. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "lang/data/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64], pictures[80];
static struct stop stop;
static struct store *store;

static int set_up(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    char database[96];
    snprintf(folder, sizeof folder, "/tmp/thanosql-test-XXXXXX");
    if (!mkdtemp(folder)) {
        return -1;
    }
    snprintf(database, sizeof database, "%s/store.db", folder);
    snprintf(pictures, sizeof pictures, "%s/p", folder);
    stop_clear(&stop);
    return mkdir(pictures, 0755) ? -1 : (int)store_open(database, &stop, &store, &e);
}

static int tear_down(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    store_close(store);
    return file_remove_tree(folder, &e);
}

/* A file (or, with a slash at the end, a folder) in the folder of pictures. */
static void make(const char *name) {
    struct err e = ERR_INIT;
    char path[300];
    size_t len = (size_t)snprintf(path, sizeof path, "%s/%s", pictures, name);
    if (path[len - 1] == '/') {
        path[len - 1] = '\0';
        assert_int_equal(file_make_folders(path, &e), ERR_OK);
        return;
    }
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fclose(f);
}

static void join(const char *target, const char *name) {
    char path[300];
    snprintf(path, sizeof path, "%s/%s", pictures, name);
    assert_int_equal(symlink(target, path), 0);
}

static enum err_code load(const char *given, struct folder_report *report, struct err *e) {
    struct err ignored = ERR_INIT;
    const struct import_target to = {.store = store, .table = "t", .stop = &stop};
    *report = (struct folder_report){.pictures = 0};
    assert_int_equal(store_run(store, "DROP TABLE IF EXISTS t", &ignored), ERR_OK);
    assert_int_equal(store_begin(store, &ignored), ERR_OK);
    if (folder_load(pictures, given, &to, report, e) == ERR_OK) {
        store_commit(store, e);
    } else {
        store_rollback(store);
    }
    return e->code;
}

/* "path|filename|label" a row, in the order in which they were stored. */
static void check_rows(const char *const *rows) {
    struct err e = ERR_INIT;
    struct store_query *q = NULL;
    bool row = false;
    const char *sql = "SELECT image_path || '|' || filename || '|' || ifnull(label, '-') FROM t ORDER BY rowid";
    assert_int_equal(store_prepare(store, sql, strlen(sql), &q, &e), ERR_OK);
    for (; *rows; rows++) {
        assert_int_equal(store_step(q, &row, &e), ERR_OK);
        assert_true(row);
        assert_string_equal(store_value(q, 0).text, *rows);
    }
    assert_int_equal(store_step(q, &row, &e), ERR_OK);
    assert_false(row);
    store_finish(q);
}

static void lists_in_the_order_of_names(void **state) {
    (void)state;
    static const char *const files[] = {"z.jpg",         "b/",          "b/2.JPEG",     "b/10.png", "a.Png",
                                        "b/c d/",        "b/c d/'.jpg", "n/",           "n/.jpg",   "notes.txt",
                                        "b/picture.gif", ".hidden/",    ".hidden/x.jpg"};
    static const char *const rows[] = {"p/a.Png|a.Png|-",         "p/b/10.png|10.png|b", "p/b/2.JPEG|2.JPEG|b",
                                       "p/b/c d/'.jpg|'.jpg|c d", "p/z.jpg|z.jpg|-",     NULL};
    struct folder_report report;
    struct err e = ERR_INIT;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        make(files[i]);
    }
    assert_int_equal(load("p/", &report, &e), ERR_OK);
    check_rows(rows);
    assert_int_equal(report.pictures, 5);
    assert_int_equal(report.foreign, 2);
    assert_string_equal(report.first_foreign.data, "p/b/picture.gif");
    assert_int_equal(report.unreadable, 0);
    folder_report_release(&report);
}

static void follows_links_but_not_in_circles(void **state) {
    (void)state;
    static const char *const rows[] = {"x/a/1.jpg|1.jpg|a", "x/a/again/top.jpg|top.jpg|again", "x/link.jpg|link.jpg|-",
                                       "x/top.jpg|top.jpg|-", NULL};
    struct folder_report report;
    struct err e = ERR_INIT;
    make("a/");
    make("a/1.jpg");
    make("top.jpg");
    join("..", "a/back");       /* on the way from the top: not entered */
    join(".", "a/here");        /* the same */
    join("../../q", "a/again"); /* outside, and that leads back again */
    join("nowhere", "gone.jpg");
    join("a/1.jpg", "link.jpg");
    join("../q", "r"); /* where a link has led already */
    char path[100];
    snprintf(path, sizeof path, "%s/q", folder);
    assert_int_equal(mkdir(path, 0755), 0);
    snprintf(path, sizeof path, "%s/q/top.jpg", folder);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fclose(f);
    snprintf(path, sizeof path, "%s/q/p", folder);
    assert_int_equal(symlink(pictures, path), 0);
    assert_int_equal(load("x", &report, &e), ERR_OK);
    check_rows(rows);
    assert_int_equal(report.foreign, 1); /* the link to nowhere */
    folder_report_release(&report);
}

/* Thirty folders, each with two links to the next: 2^30 ways, of which two a folder are gone. */
static void links_do_not_multiply(void **state) {
    (void)state;
    struct folder_report report;
    struct err e = ERR_INIT;
    for (int i = 0; i < 30; i++) {
        char name[40], target[40];
        snprintf(name, sizeof name, "%02d/", i);
        make(name);
        snprintf(name, sizeof name, "%02d/x.jpg", i);
        make(name);
        for (int k = 0; k < 2 && i < 29; k++) {
            snprintf(name, sizeof name, "%02d/link%d", i, k);
            snprintf(target, sizeof target, "../%02d", i + 1);
            join(target, name);
        }
    }
    assert_int_equal(load("p", &report, &e), ERR_OK);
    assert_true(report.pictures >= 30 && report.pictures <= 60);
    folder_report_release(&report);
}

static void names_folders_that_cannot_be_read(void **state) {
    (void)state;
    struct folder_report report;
    struct err e = ERR_INIT;
    char path[120];
    make("1.jpg");
    make("closed/");
    make("closed/2.jpg");
    make("open/");
    make("open/3.jpg");
    snprintf(path, sizeof path, "%s/closed", pictures);
    assert_int_equal(chmod(path, 0), 0);
    bool root = geteuid() == 0;
    if (root) { /* who may read everything */
        assert_int_equal(chmod(folder, 0755), 0);
        assert_int_equal(load("p", &report, &e), ERR_OK); /* opens the store's files before the rights go */
        folder_report_release(&report);
        assert_int_equal(seteuid(65534), 0);
    }
    struct err failure = ERR_INIT;
    const struct import_target to = {.store = store, .table = "u", .stop = &stop};
    report = (struct folder_report){.pictures = 0};
    enum err_code code = folder_load(pictures, "p", &to, &report, &failure);
    if (root) {
        assert_int_equal(seteuid(0), 0);
    }
    assert_int_equal(chmod(path, 0755), 0);
    if (code != ERR_OK) {
        fail_msg("%s", failure.message);
    }
    assert_int_equal(report.pictures, 2);
    assert_int_equal(report.unreadable, 1);
    assert_string_equal(report.unreadable_list.data, "'p/closed' (Permission denied)");
    folder_report_release(&report);
}

/* As deep as a path can be, and deeper: what is there is read, and the first folder that cannot be is named. */
static void goes_as_deep_as_paths_do(void **state) {
    (void)state;
    static char name[3000];
    struct folder_report report;
    struct err e = ERR_INIT;
    char here[300];
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(pictures), 0);
    for (int i = 0; i < 2100; i++) {
        assert_int_equal(mkdir("d", 0755), 0);
        assert_int_equal(chdir("d"), 0);
    }
    assert_int_equal(chdir(here), 0);
    for (int i = 0; i < 1000; i++) {
        memcpy(name + 2 * i, "d/", 2);
    }
    memcpy(name + 2000, "x.jpg", 6);
    char path[3200];
    snprintf(path, sizeof path, "%s/%s", pictures, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fclose(f);
    assert_int_equal(load("p", &report, &e), ERR_OK);
    assert_int_equal(report.pictures, 1);
    assert_int_equal(report.foreign, 0);
    assert_int_equal(report.unreadable, 1);
    assert_memory_equal(report.unreadable_list.data, "'\xE2\x80\xA6", 4);
    assert_true(report.unreadable_list.len < 200);
    assert_non_null(strstr(report.unreadable_list.data, "/d/d' (File name too long)"));
    folder_report_release(&report);
    /* file_remove_tree() goes by whole paths, too */
    assert_int_equal(chdir(pictures), 0);
    for (int i = 0; i < 2100; i++) {
        assert_int_equal(chdir("d"), 0);
        unlink("x.jpg");
    }
    for (int i = 0; i < 2100; i++) {
        assert_int_equal(chdir(".."), 0);
        assert_int_equal(rmdir("d"), 0);
    }
    assert_int_equal(chdir(here), 0);
}

static void counts_names_that_are_not_utf8(void **state) {
    (void)state;
    static const char *const rows[] = {"p/1.jpg|1.jpg|-", NULL};
    struct folder_report report;
    struct err e = ERR_INIT;
    make("1.jpg");
    make("\xB1\xE8.jpg");
    assert_int_equal(load("p", &report, &e), ERR_OK);
    check_rows(rows);
    assert_int_equal(report.foreign, 1);
    assert_string_equal(report.first_foreign.data, "p/\xEF\xBF\xBD\xEF\xBF\xBD.jpg");
    folder_report_release(&report);
}

static void wants_pictures(void **state) {
    (void)state;
    struct folder_report report;
    struct err e = ERR_INIT;
    make("empty/");
    assert_int_equal(load("p", &report, &e), ERR_VALUE);
    assert_string_equal(strstr(e.message, "has no"), "has no pictures (.jpg, .jpeg or .png)");
    folder_report_release(&report);
    e = ERR_INIT;
    make("notes.txt");
    assert_int_equal(load("p", &report, &e), ERR_VALUE);
    assert_non_null(strstr(e.message, "has no pictures (.jpg, .jpeg or .png), but 1 other file"));
    folder_report_release(&report);
    e = ERR_INIT;
    make("1.jpg");
    stop_request(&stop);
    assert_int_equal(load("p", &report, &e), ERR_INTERRUPT);
    folder_report_release(&report);
    stop_clear(&stop);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lists_in_the_order_of_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(follows_links_but_not_in_circles, set_up, tear_down),
        cmocka_unit_test_setup_teardown(links_do_not_multiply, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_folders_that_cannot_be_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(goes_as_deep_as_paths_do, set_up, tear_down),
        cmocka_unit_test_setup_teardown(counts_names_that_are_not_utf8, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wants_pictures, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
