/* The arena: zeroed, aligned, apart from each other, and failure that is remembered. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/arena.h"

#include <string.h>

static void gives_zeroed_aligned_memory_that_does_not_overlap(void **state) {
    (void)state;
    struct arena a = ARENA_INIT;
    unsigned char *taken[200];
    for (size_t i = 0; i < 200; i++) {
        size_t size = 1 + i * i % 5000;
        taken[i] = arena_alloc(&a, size);
        assert_non_null(taken[i]);
        assert_int_equal((uintptr_t)taken[i] % _Alignof(max_align_t), 0);
        for (size_t k = 0; k < size; k++) {
            assert_int_equal(taken[i][k], 0);
        }
        memset(taken[i], (int)i + 1, size);
    }
    for (size_t i = 0; i < 200; i++) {
        assert_int_equal(taken[i][0], i + 1);
        assert_int_equal(taken[i][i * i % 5000], i + 1);
    }
    assert_false(arena_failed(&a));
    arena_release(&a);
}

static void copies_texts(void **state) {
    (void)state;
    struct arena a = ARENA_INIT;
    assert_string_equal(arena_strdup(&a, "whole"), "whole");
    assert_string_equal(arena_strndup(&a, "a part", 1), "a");
    assert_string_equal(arena_printf(&a, "%s %d", "number", 7), "number 7");
    arena_release(&a);
    assert_string_equal(arena_strdup(&a, "usable again"), "usable again");
    arena_release(&a);
}

static void remembers_a_failure(void **state) {
    (void)state;
    struct arena a = ARENA_INIT;
    assert_null(arena_alloc(&a, SIZE_MAX - 8));
    assert_non_null(arena_alloc(&a, 8));
    assert_true(arena_failed(&a));
    arena_release(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_zeroed_aligned_memory_that_does_not_overlap),
        cmocka_unit_test(copies_texts),
        cmocka_unit_test(remembers_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
