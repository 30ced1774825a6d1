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
    {"mnist", "mnist_data", "mnist_data"}, /* the first part */
    {"EMB", "emb_col", "emb_col"},
    {"mnis", "mnist_data", ""},
    {"mnist", "mnistdata", ""},
    {"my", "my_model", ""},
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

/* A whole word that is near comes before one that only begins so. */
static void nearest_word(void **state) {
    (void)state;
    struct suggest s;
    suggest_begin(&s, "digitss");
    suggest_offer(&s, "digitss_data");
    suggest_offer(&s, "digits");
    assert_string_equal(s.best, "digits");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_words),
        cmocka_unit_test(nearest_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
