/* The history of a workspace: three sessions, their cells found by place and by pattern. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/buf.h"
#include "lang/store/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/thanosql-history-XXXXXX";
static char path[64];

static int make_folder(void **state) {
    (void)state;
    snprintf(path, sizeof path, "%s/history.db", mkdtemp(folder));
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void add_row(void *user, long long session, long long line, const char *code, size_t len) {
    buf_printf(user, "%lld.%lld %.*s|", session, line, (int)len, code);
}

static void check(struct history *h, struct history_query query, const char *expected) {
    struct buf found = BUF_INIT;
    struct err e = ERR_INIT;
    assert_int_equal(history_find(h, &query, add_row, &found, &e), ERR_OK);
    assert_string_equal(buf_text(&found), expected);
    buf_release(&found);
}

static void add(struct history *h, long long line, const char *code) {
    struct err e = ERR_INIT;
    assert_int_equal(history_add(h, line, code, strlen(code), &e), ERR_OK);
}

#define QUERY(...) ((struct history_query){__VA_ARGS__})

static void test_three_sessions(void **state) {
    (void)state;
    static const char *const cells[3][3] = {
        {"a", "SELECT 1", "b[1]"}, {"SELECT 한", "a", "b1"}, {"SELECT 2", "a", "*"}};
    struct history *h = NULL;
    for (int s = 0; s < 3; s++) {
        history_free(h);
        h = history_new(path);
        assert_non_null(h);
        check(h, QUERY(.kind = HISTORY_RANGE, .session = 0, .start = 1, .stop = 99), "");
        for (int i = 0; i < 3; i++) {
            add(h, i + 1, cells[s][i]);
        }
    }
    check(h, QUERY(.kind = HISTORY_TAIL, .n = 2), "3.2 a|3.3 *|");
    check(h, QUERY(.kind = HISTORY_TAIL, .n = 5), "2.2 a|2.3 b1|3.1 SELECT 2|3.2 a|3.3 *|");
    check(h, QUERY(.kind = HISTORY_TAIL, .n = 0), "");
    check(h, QUERY(.kind = HISTORY_TAIL, .n = -1), "");
    check(h, QUERY(.kind = HISTORY_RANGE, .session = 0, .start = 1, .stop = 3), "3.1 SELECT 2|3.2 a|");
    check(h, QUERY(.kind = HISTORY_RANGE, .session = -1, .start = 2, .stop = 4), "2.2 a|2.3 b1|");
    check(h, QUERY(.kind = HISTORY_RANGE, .session = 1, .start = 0, .stop = 2), "1.1 a|");
    check(h, QUERY(.kind = HISTORY_RANGE, .session = 9, .start = 1, .stop = 9), "");
    check(h, QUERY(.kind = HISTORY_RANGE, .session = -9, .start = 1, .stop = 9), "");
    check(h, QUERY(.kind = HISTORY_SEARCH, .pattern = "SELECT ?", .n = 9), "1.2 SELECT 1|2.1 SELECT 한|3.1 SELECT 2|");
    check(h, QUERY(.kind = HISTORY_SEARCH, .pattern = "*1*", .n = 2), "1.3 b[1]|2.3 b1|");
    check(h, QUERY(.kind = HISTORY_SEARCH, .pattern = "b[1]", .n = 9), "1.3 b[1]|"); /* brackets mean themselves */
    check(h, QUERY(.kind = HISTORY_SEARCH, .pattern = "a", .n = 9), "1.1 a|2.2 a|3.2 a|");
    check(h, QUERY(.kind = HISTORY_SEARCH, .pattern = "a", .n = 9, .unique = true), "3.2 a|");
    check(h, QUERY(.kind = HISTORY_SEARCH, .pattern = "?", .n = 9, .unique = true), "3.2 a|3.3 *|");
    check(h, QUERY(.kind = HISTORY_SEARCH, .pattern = "elect", .n = 9), "");
    check(h, QUERY(.kind = HISTORY_SEARCH, .n = 1), "3.3 *|");
    history_free(h);
}

/* Two sessions at once take different numbers. */
static void test_side_by_side(void **state) {
    (void)state;
    unlink(path);
    struct history *a = history_new(path), *b = history_new(path);
    add(a, 1, "from a");
    add(b, 1, "from b");
    add(a, 2, "from a again");
    check(a, QUERY(.kind = HISTORY_TAIL, .n = 9), "2.1 from b|1.1 from a|1.2 from a again|");
    check(b, QUERY(.kind = HISTORY_RANGE, .session = -1, .start = 1, .stop = 9), "1.1 from a|1.2 from a again|");
    history_free(a);
    history_free(b);
}

/* Where the file cannot be made or is none of ours, this session's cells are known all the same. */
static void test_no_file(void **state) {
    (void)state;
    FILE *damaged = fopen(path, "w");
    fputs("this is no database, and long enough to be seen as none: ---------------------------------------", damaged);
    fclose(damaged);
    const char *const paths[] = {path, "/proc/no/such/folder/history.db"};
    for (int i = 0; i < 2; i++) {
        struct history *h = history_new(paths[i]);
        add(h, 1, "one");
        add(h, 2, "two");
        check(h, QUERY(.kind = HISTORY_TAIL, .n = 9), "1.1 one|1.2 two|");
        history_free(h);
    }
}

static void test_tokens_are_not_kept(void **state) {
    (void)state;
    unlink(path);
    struct history *h = history_new(path);
    add(h, 1, "%load_ext thanosql\n%thanosql API_TOKEN=sesame");
    check(h, QUERY(.kind = HISTORY_TAIL, .n = 1), "1.1 %load_ext thanosql\n%thanosql API_TOKEN=******|");
    history_free(h);
}

static void test_a_cell_with_a_nul(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    unlink(path);
    struct history *h = history_new(path);
    assert_int_equal(history_add(h, 1, "a\0 and what follows it", 21, &e), ERR_OK);
    check(h, QUERY(.kind = HISTORY_TAIL, .n = 1), "1.1 a|");
    history_free(h);
}

/* A pattern that a simple matcher would try in all ways. */
static void test_patterns_take_no_time(void **state) {
    (void)state;
    unlink(path);
    struct history *h = history_new(path);
    char text[4096], pattern[200];
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    for (size_t i = 0; i < sizeof pattern - 2; i++) {
        pattern[i] = i % 2 ? 'a' : '*';
    }
    memcpy(pattern + sizeof pattern - 2, "b", 2);
    add(h, 1, text);
    alarm(20);
    check(h, QUERY(.kind = HISTORY_SEARCH, .pattern = pattern, .n = 9), "");
    alarm(0);
    history_free(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_three_sessions),    cmocka_unit_test(test_side_by_side),
        cmocka_unit_test(test_no_file),           cmocka_unit_test(test_tokens_are_not_kept),
        cmocka_unit_test(test_a_cell_with_a_nul), cmocka_unit_test(test_patterns_take_no_time)};
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
