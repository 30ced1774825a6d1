/* OPTIONS against their rows: types, bounds, choices, aliases, duplicates, unknown names. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "lang/exec/option_rows.h"
#include "lang/syntax/parser.h"

static void keep(void *user, const char *text, size_t len) {
    buf_add(user, text, len);
}

/* Parse BUILD … OPTIONS (text) and apply; what was warned is in *warned. */
static enum err_code apply(const char *text, struct build_settings *set, struct buf *warned, struct err *e) {
    struct arena arena = ARENA_INIT;
    struct buf code = BUF_INIT;
    struct statement *s = NULL;
    struct sink sink = {.user = warned, .text = keep, .warning = keep};
    struct context c = {.out = &sink, .arena = &arena};
    static char augment[32];
    buf_printf(&code, "BUILD MODEL m USING SimCLR OPTIONS (%s) AS SELECT 1", text);
    if (parse_cell(&arena, buf_text(&code), code.len, &s, e) == ERR_OK) {
        options_apply(&c, &build_options, s->options, set, e);
    }
    if (set->augment) { /* outlives the arena */
        snprintf(augment, sizeof augment, "%s", set->augment);
        set->augment = augment;
    }
    buf_release(&code);
    arena_release(&arena);
    return e->code;
}

static void good_values(void **state) {
    (void)state;
    struct build_settings set = {.max_epochs = 5};
    struct buf warned = BUF_INIT;
    struct err e = ERR_INIT;
    assert_int_equal(apply("max_epochs=7, temperature=1e-1, overwrite=True, augment='DIGITS', seed=9007199254740992",
                           &set, &warned, &e),
                     ERR_OK);
    assert_int_equal(set.max_epochs, 7);
    assert_true(set.temperature > 0.0999 && set.temperature < 0.1001);
    assert_true(set.overwrite);
    assert_string_equal(set.augment, "digits");
    assert_true(set.seed == 9007199254740992LL);
    assert_int_equal(warned.len, 0);
    e = ERR_INIT;
    assert_int_equal(apply("epochs=3", &set, &warned, &e), ERR_OK);
    assert_int_equal(set.max_epochs, 3);
    buf_release(&warned);
}

static void bad_values(void **state) {
    (void)state;
    static const struct {
        const char *text, *message, *hint;
    } cases[] = {
        {"max_epochs=0", "between 1 and 100000, not 0", ""},
        {"max_epochs=-1", "between 1 and 100000, not -1", ""},
        {"max_epochs=1.5", "whole number", ""},
        {"max_epochs='many'", "whole number", ""},
        {"overwrite=maybe", "True or False", ""},
        {"augment='digit'", "'auto', 'digits'", "'digits'"},
        {"image_col=[1, 2]", "text in quotes", ""},
        {"max_epochs=1, max_epochs=2", "given twice", ""},
        {"max_epochs=1, epochs=2", "also as max_epochs", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct build_settings set = {.max_epochs = 5};
        struct buf warned = BUF_INIT;
        struct err e = ERR_INIT;
        assert_int_equal(apply(cases[i].text, &set, &warned, &e), ERR_OPTION);
        assert_non_null(strstr(e.message, cases[i].message));
        assert_non_null(strstr(e.hint, cases[i].hint));
        assert_true(e.has_span);
        buf_release(&warned);
    }
}

/* None leaves the default; of a limit it is: no limit. */
static void none_is_a_value(void **state) {
    (void)state;
    struct build_settings set = {.max_epochs = 5, .overwrite = true, .temperature = 0.5, .augment = "auto"};
    struct buf warned = BUF_INIT;
    struct err e = ERR_INIT;
    assert_int_equal(apply("max_epochs=None, overwrite=none, temperature=NULL, augment=None", &set, &warned, &e),
                     ERR_OK);
    assert_int_equal(set.max_epochs, 5);
    assert_true(set.overwrite && set.temperature > 0.4);
    assert_string_equal(set.augment, "auto");
    static const char search[] = "SEARCH IMAGE images='a' USING m OPTIONS (topk=None, emb_col=None) AS SELECT 1";
    struct search_settings found = {.top_k = -1};
    struct statement *s = NULL;
    struct arena arena = ARENA_INIT;
    struct sink sink = {.user = &warned, .text = keep, .warning = keep};
    struct context c = {.out = &sink, .arena = &arena};
    assert_int_equal(parse_cell(&arena, search, strlen(search), &s, &e), ERR_OK);
    assert_int_equal(options_apply(&c, &search_options, s->options, &found, &e), ERR_OK);
    assert_int_equal(found.top_k, 0);
    assert_null(found.emb_col);
    assert_int_equal(warned.len, 0);
    arena_release(&arena);
}

static void unknown_is_a_warning(void **state) {
    (void)state;
    struct build_settings set = {.max_epochs = 5};
    struct buf warned = BUF_INIT;
    struct err e = ERR_INIT;
    assert_int_equal(apply("max_epoch=9, whatever_this_is=2", &set, &warned, &e), ERR_OK);
    assert_int_equal(set.max_epochs, 5);
    assert_non_null(strstr(buf_text(&warned), "did you mean 'max_epochs'"));
    assert_non_null(strstr(buf_text(&warned), "'whatever_this_is' is not known"));
    buf_release(&warned);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(good_values), cmocka_unit_test(bad_values),
                                       cmocka_unit_test(none_is_a_value), cmocka_unit_test(unknown_is_a_warning)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
