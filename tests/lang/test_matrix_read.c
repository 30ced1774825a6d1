/* A column of vectors that grows between being measured and being read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/parallel.h"
#include "lang/exec/matrix_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { DIMENSION = 16, MOST = 1000000 };

static char folder[] = "/tmp/test_matrix_read.XXXXXX", path[64];

static struct store *open_store(void) {
    struct store *s = NULL;
    struct err e = ERR_INIT;
    assert_int_equal(store_open(path, NULL, &s, &e), ERR_OK);
    return s;
}

static void add(struct store *s, int rowid) {
    char sql[120];
    struct err e = ERR_INIT;
    snprintf(sql, sizeof sql, "INSERT INTO t(rowid, v) VALUES (%d, zeroblob(%d))", rowid, DIMENSION * 4);
    assert_int_equal(store_run(s, sql, &e), ERR_OK);
}

/* Few rows, but rowids so far apart that several connections read them. */
static void test_row_added_meanwhile(void **state) {
    struct store *s = open_store(), *other = open_store();
    struct matrix_span span;
    struct matrix_rows rows = {.dimension = DIMENSION};
    struct err e = ERR_INIT;
    bool fits = false;
    (void)state;
    parallel_set_threads(2);
    assert_int_equal(store_run(s, "CREATE TABLE t (v VECTOR(16))", &e), ERR_OK);
    add(s, 1);
    add(s, 400000);
    assert_int_equal(store_snapshot(s, &e), ERR_OK);
    assert_int_equal(matrix_measure(s, "t", DIMENSION, MOST, &span, &e), ERR_OK);
    assert_true(span.split && span.first == 1 && span.last == 400000);
    add(other, 500000);
    assert_int_equal(matrix_read(s, "t", "v", MOST, &span, &rows, &fits, &e), ERR_OK);
    assert_true(fits);
    assert_int_equal(rows.rows, 3);
    assert_int_equal(rows.rowids[2], 500000);
    free(rows.vectors);
    free(rows.rowids);
    free(rows.nulls);

    /* So far apart that one connection reads them after all. */
    rows = (struct matrix_rows){.dimension = DIMENSION};
    add(other, 2000000);
    assert_int_equal(matrix_read(s, "t", "v", MOST, &span, &rows, &fits, &e), ERR_OK);
    assert_true(fits);
    assert_int_equal(rows.rows, 4);
    assert_int_equal(rows.rowids[3], 2000000);
    free(rows.vectors);
    free(rows.rowids);
    free(rows.nulls);
    store_snapshot_end(s);
    store_close(other);
    store_close(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_row_added_meanwhile)};
    char command[128];
    if (!mkdtemp(folder)) {
        return EXIT_FAILURE;
    }
    snprintf(path, sizeof path, "%s/store.db", folder);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) == 0 ? failed : EXIT_FAILURE;
}
