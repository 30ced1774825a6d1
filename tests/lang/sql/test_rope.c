/* Text in the making: what stands where, and where it came from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lang/sql/rope.h"

#include <string.h>

static struct arena a;

static int tear_down(void **state) {
    (void)state;
    arena_release(&a);
    return 0;
}

static void expect(const struct rope *r, const char *text) {
    assert_string_equal(rope_text(&a, r), text);
}

static void quotes_are_doubled(void **state) {
    struct rope r = ROPE_INIT;
    (void)state;
    rope_add_identifier(&a, &r, "a\"b", 1);
    rope_add_string(&a, &r, "it's", 4, 2);
    rope_add_identifier(&a, &r, "", 3);
    expect(&r, "\"a\"\"b\"'it''s'\"\"");
}

static void a_string_may_hold_a_nul(void **state) {
    struct rope r = ROPE_INIT;
    (void)state;
    rope_add_string(&a, &r, "a\0b", 3, 0);
    assert_int_equal(r.first->len, 5);
    assert_memory_equal(r.first->text, "'a\0b'", 5);
}

static void joining_uses_up_and_copying_does_not(void **state) {
    struct rope r = ROPE_INIT, more = ROPE_INIT;
    (void)state;
    rope_add(&a, &r, "a", 7);
    rope_add(&a, &more, "b", 8);
    struct rope copy = rope_copy(&a, &more);
    rope_join(&r, more);
    rope_join(&r, ROPE_INIT); /* nothing */
    rope_join(&r, copy);
    expect(&r, "abb");
    assert_int_equal(r.first->place, 7);
    assert_int_equal(r.first->next->place, 8);
    assert_int_equal(r.first->next->next->place, 8);
}

static void a_pattern_is_filled(void **state) {
    struct rope parts[2] = {ROPE_INIT, ROPE_INIT}, r = ROPE_INIT;
    (void)state;
    rope_add(&a, &parts[0], "x", 3);
    rope_add(&a, &parts[1], "y", 4);
    rope_fill(&a, &r, "f($2, $1, $2) + g($*)", parts, 2, 5);
    expect(&r, "f(y, x, y) + g(x, y)");
    assert_int_equal(r.first->place, 5); /* the pattern's own */
    assert_int_equal(r.first->next->place, 4);
    expect(&parts[1], "y"); /* as often as it is wanted */
    struct rope beyond = ROPE_INIT;
    rope_fill(&a, &beyond, "[$3]", parts, 2, 5);
    expect(&beyond, "[]");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test_teardown(quotes_are_doubled, tear_down),
                                       cmocka_unit_test_teardown(a_string_may_hold_a_nul, tear_down),
                                       cmocka_unit_test_teardown(joining_uses_up_and_copying_does_not, tear_down),
                                       cmocka_unit_test_teardown(a_pattern_is_filled, tear_down)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
