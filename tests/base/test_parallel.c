/* The pool: every item once, pieces cut alike on any number of threads, calls from within and from several threads. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ITEMS 10007

static atomic_int seen[ITEMS];
static atomic_size_t pieces, wrong;

static void note(void *user, size_t begin, size_t end) {
    size_t grain = *(const size_t *)user;
    atomic_fetch_add(&pieces, 1);
    if (begin % grain || end <= begin || end - begin > grain) {
        atomic_fetch_add(&wrong, 1);
    }
    for (size_t i = begin; i < end; i++) {
        atomic_fetch_add(&seen[i], 1);
    }
}

static void every_item_once(void **state) {
    (void)state;
    static const int threads[] = {1, 2, 8};
    static const size_t grains[] = {1, 3, 64, ITEMS, 2 * ITEMS};
    for (size_t t = 0; t < 3; t++) {
        parallel_set_threads(threads[t]);
        for (size_t g = 0; g < 5; g++) {
            size_t grain = grains[g];
            memset(seen, 0, sizeof seen);
            pieces = wrong = 0;
            parallel_for(ITEMS, grain, note, &grain);
            for (size_t i = 0; i < ITEMS; i++) {
                assert_int_equal(seen[i], 1);
            }
            assert_int_equal(pieces, (ITEMS + grain - 1) / grain);
            assert_int_equal(wrong, 0);
        }
    }
    parallel_for(0, 1, note, NULL);
}

static void inner(void *user, size_t begin, size_t end) {
    atomic_fetch_add((atomic_size_t *)user, end - begin);
}

static void outer(void *user, size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
        parallel_for(100, 7, inner, user);
    }
}

static void a_call_from_within_runs_where_it_stands(void **state) {
    (void)state;
    atomic_size_t sum = 0;
    parallel_set_threads(4);
    parallel_for(50, 1, outer, &sum);
    assert_int_equal(sum, 5000);
}

static void *caller(void *user) {
    for (int i = 0; i < 200; i++) {
        parallel_for(100, 3, inner, user);
    }
    return NULL;
}

static void several_callers_at_once(void **state) {
    (void)state;
    atomic_size_t sum = 0;
    pthread_t threads[4];
    parallel_set_threads(3);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, caller, &sum), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    assert_int_equal(sum, 4 * 200 * 100);
}

static int end_pool(void **state) {
    (void)state;
    parallel_shutdown();
    return 0;
}

static void a_setting_that_is_no_number(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool heeded;
    } rows[] = {{"", true}, {"1", true}, {"3", true}, {"abc", false}, {"0", false}, {"-2", false}, {"2x", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        setenv("THANOSQL_THREADS", rows[i].text, 1);
        assert_int_equal(parallel_unheeded() == NULL, rows[i].heeded);
    }
    unsetenv("THANOSQL_THREADS");
    assert_null(parallel_unheeded());
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_item_once),
        cmocka_unit_test(a_call_from_within_runs_where_it_stands),
        cmocka_unit_test(several_callers_at_once),
        cmocka_unit_test(a_setting_that_is_no_number),
    };
    return cmocka_run_group_tests(tests, NULL, end_pool);
}
