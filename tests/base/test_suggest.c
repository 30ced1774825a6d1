/* What is near enough to be meant. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/suggest.h"

static const struct {
    const char *word, *candidate, *best;
} cases[] = {
    {"lable", "label", "label"},
    {"SELCT", "select", "select"},
    {"mm", "m", "m"},
    {"a", "A", "A"},
    {"mnist_tset", "mnist", ""},
    {"x", "y", ""},
    {"", "a", ""},
    {"ab", "xy", ""},
    {"friut", "fruit", "fruit"},
};

static void near_words(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct suggest s;
        suggest_begin(&s, cases[i].word);
        suggest_offer(&s, cases[i].candidate);
        assert_string_equal(s.best, cases[i].best);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
