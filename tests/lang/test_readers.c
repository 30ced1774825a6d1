/* Connections that see one snapshot, while another one commits as fast as it can. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lang/store/store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { READERS = 3, ROUNDS = 150 };

static char folder[] = "/tmp/test_readers.XXXXXX", path[64];

static struct store *open_store(void) {
    struct store *s = NULL;
    struct err e = ERR_INIT;
    assert_int_equal(store_open(path, NULL, &s, &e), ERR_OK);
    return s;
}

static void run(struct store *s, const char *sql) {
    struct err e = ERR_INIT;
    assert_int_equal(store_run(s, sql, &e), ERR_OK);
}

static int64_t count_of(struct store *s) {
    static const char sql[] = "SELECT n FROM t";
    struct store_query *q = NULL;
    struct err e = ERR_INIT;
    bool row = false;
    assert_int_equal(store_prepare(s, sql, sizeof sql - 1, &q, &e), ERR_OK);
    assert_int_equal(store_step(q, &row, &e), ERR_OK);
    assert_true(row);
    int64_t n = store_value(q, 0).integer;
    store_finish(q);
    return n;
}

static atomic_bool done;

/* Bursts, so that there are quiet moments too. */
static void *commit(void *unused) {
    struct store *s = open_store();
    (void)unused;
    for (int i = 0; !atomic_load(&done); i++) {
        run(s, "UPDATE t SET n = n + 1");
        if (i % 100 == 0) {
            nanosleep(&(struct timespec){.tv_nsec = 4000000}, NULL);
        }
    }
    store_close(s);
    return NULL;
}

static void readers_agree(void **state) {
    struct store *s = open_store(), *readers[READERS];
    struct err e = ERR_INIT;
    pthread_t writer;
    int agreed = 0;
    (void)state;
    run(s, "CREATE TABLE t (n INTEGER)");
    run(s, "INSERT INTO t VALUES (0)");
    assert_int_equal(pthread_create(&writer, NULL, commit, NULL), 0);
    for (int i = 0; i < ROUNDS; i++) {
        assert_int_equal(store_snapshot(s, &e), ERR_OK);
        count_of(s);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL); /* by now it is an old one */
        if (store_open_readers(s, readers, READERS)) {
            int64_t mine = count_of(s);
            for (int k = 0; k < READERS; k++) {
                assert_int_equal(count_of(readers[k]), mine);
            }
            store_close_readers(readers, READERS);
            agreed++;
        }
        count_of(s); /* still in a snapshot, or in none, and usable */
        store_snapshot_end(s);
    }
    atomic_store(&done, true);
    pthread_join(writer, NULL);
    assert_in_range(agreed, 1, ROUNDS);
    store_close(s);
}

static void readers_only_read(void **state) {
    struct store *s = open_store(), *readers[1];
    struct err e = ERR_INIT;
    (void)state;
    assert_int_equal(store_snapshot(s, &e), ERR_OK);
    assert_true(store_open_readers(s, readers, 1));
    assert_int_equal(store_run(readers[0], "DELETE FROM t", &e), ERR_FILE);
    store_close_readers(readers, 1);
    assert_null(readers[0]);
    store_snapshot_end(s);
    store_close(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(readers_agree), cmocka_unit_test(readers_only_read)};
    char command[128];
    if (!mkdtemp(folder)) {
        return EXIT_FAILURE;
    }
    snprintf(path, sizeof path, "%s/store.db", folder);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) == 0 ? failed : EXIT_FAILURE;
}
