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
    if (set->views.augment) { /* outlives the arena */
        snprintf(augment, sizeof augment, "%s", set->views.augment);
        set->views.augment = augment;
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
    assert_string_equal(set.views.augment, "digits");
    assert_true(set.seed == 9007199254740992LL);
    assert_int_equal(warned.len, 0);
    e = ERR_INIT;
    assert_int_equal(apply("epochs=3", &set, &warned, &e), ERR_OK);
    assert_int_equal(set.max_epochs, 3);
    assert_int_equal(apply("epochs=4, max_epochs=4", &set, &warned, &e), ERR_OK); /* two spellings that agree */
    assert_int_equal(set.max_epochs, 4);
    assert_int_equal(apply("epochs=None, max_epochs=None", &set, &warned, &e), ERR_OK);
    buf_release(&warned);
}

static void switches(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double color, flip, rotation;
    } rows[] = {{"max_epochs=1", -1, -1, -1},
                {"color=True, horizontal_flip=False, rotation=0", 1, 0, 0},
                {"color=0.5, horizontal_flip=1, rotation=180", .5, 1, 180},
                {"color=off, horizontal_flip=True, rotation=None", 0, 1, -1},
                {"color=2, horizontal_flip='false'", 2, 0, -1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct build_settings set = {.views = AUGMENT_UNSET("auto")};
        struct buf warned = BUF_INIT;
        struct err e = ERR_INIT;
        assert_int_equal(apply(rows[i].text, &set, &warned, &e), ERR_OK);
        assert_true(set.views.color == rows[i].color && set.views.horizontal_flip == rows[i].flip);
        assert_true(set.views.rotation == rows[i].rotation && set.views.blur == -1);
        buf_release(&warned);
    }
}

/* None is the default, or 0 where 0 stands for none. */
static void none(void **state) {
    (void)state;
    struct build_settings set = {.max_epochs = 5, .embedding_size = 9, .temperature = .25, .overwrite = true};
    struct buf warned = BUF_INIT;
    struct err e = ERR_INIT;
    assert_int_equal(apply("max_epochs=None, embedding_size=None, temperature=None, label_col=None, "
                           "overwrite=None",
                           &set, &warned, &e),
                     ERR_OK);
    assert_true(set.max_epochs == 0 && set.embedding_size == 0 && set.temperature == .25 && set.overwrite &&
                !set.label_col);
    buf_release(&warned);
}

static void bad_values(void **state) {
    (void)state;
    static const struct {
        const char *text, *message, *hint;
    } cases[] = {
        {"max_epochs=-1", "between 0 and 100000, not -1", ""},
        {"max_epochs=1.5", "whole number", ""},
        {"max_epochs='many'", "whole number", ""},
        {"overwrite=maybe", "True or False", ""},
        {"augment='digit'", "'auto', 'digits'", "'digits'"},
        {"image_col=[1, 2]", "text in quotes", ""},
        {"rotation='x'", "True, False or a number", ""},
        {"rotation=181", "between 0 and 180, not 181", ""},
        {"crop_min_scale=False", "between 0.05 and 1, not False", ""},
        {"vertical_flip=2", "True or False", ""},
        {"max_epochs=1, max_epochs=2", "given twice", ""},
        {"max_epochs=1, epochs=2", "max_epochs and epochs are two spellings", ""},
        {"epochs=1, epochs=1", "given twice", ""},
        {"image_col='a', image_col='a'", "given twice", ""},
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

/* Of a limit, None is: no limit. */
static void none_is_no_limit(void **state) {
    (void)state;
    static const char search[] = "SEARCH IMAGE images='a' USING m OPTIONS (topk=None, emb_col=None) AS SELECT 1";
    struct search_settings found = {.top_k = -1};
    struct statement *s = NULL;
    struct buf warned = BUF_INIT;
    struct err e = ERR_INIT;
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

/* FIT takes what training does, and nothing that shapes an encoder. */
static void fit_rows(void **state) {
    (void)state;
    static const char *const shape[] = {"embedding_size", "image_size", "augment", "pretrained"};
    static const char *const training[] = {"image_col", "label_col", "max_epochs", "seed", "on_error", "overwrite"};
    for (size_t i = 0; i < fit_options.count; i++) {
        for (size_t k = 0; k < sizeof shape / sizeof *shape; k++) {
            assert_string_not_equal(fit_options.rows[i].name, shape[k]);
        }
    }
    for (size_t k = 0; k < sizeof training / sizeof *training; k++) {
        size_t i = 0;
        while (i < fit_options.count && strcmp(fit_options.rows[i].name, training[k]) != 0) {
            i++;
        }
        assert_true(i < fit_options.count);
    }
}

/* One option of a table, as text; what was warned is in *warned. */
static enum err_code apply_to(const struct option_table *t, const char *key, const char *value, void *settings,
                              struct arena *a, struct buf *warned, struct err *e) {
    struct buf code = BUF_INIT;
    struct statement *s = NULL;
    struct sink sink = {.user = warned, .text = keep, .warning = keep};
    struct context c = {.out = &sink, .arena = a};
    buf_printf(&code, "BUILD MODEL m USING SimCLR OPTIONS (%s=%s) AS SELECT 1", key, value);
    assert_int_equal(parse_cell(a, arena_strdup(a, buf_text(&code)), code.len, &s, e), ERR_OK);
    buf_release(&code);
    return options_apply(&c, t, s->options, settings, e);
}

/* A good value of the row, and a bad one (NULL: any literal will do, the statement looks). */
static void values_for(struct arena *a, const struct option_row *row, const char **good, const char **bad) {
    bool bounded = row->high > row->low;
    static const struct {
        const char *good, *bad;
    } by_type[] = {[OPTION_BOOL] = {"True", "'maybe'"},
                   [OPTION_INTEGER] = {"1", "1.5"},
                   [OPTION_REAL] = {"0.5", "'half'"},
                   [OPTION_TEXT] = {"'a Text'", "['a']"},
                   [OPTION_NAME] = {"'Name'", "''"},
                   [OPTION_CHOICE] = {NULL, "'no_such_choice'"},
                   [OPTION_TEXTS] = {"['a', 'b']", "['a', 1]"},
                   [OPTION_SWITCH] = {"True", "'maybe'"},
                   [OPTION_SOURCE] = {"'a.pth'", "['a.pth']"},
                   [OPTION_NUMBERS] = {"[1, -2.5]", "[1, 'a']"},
                   [OPTION_INPUT] = {"'a.jpg'", NULL}};
    *good = row->type == OPTION_CHOICE               ? arena_printf(a, "'%s'", row->choices[0])
            : row->type == OPTION_INTEGER && bounded ? arena_printf(a, "%.16g", row->high)
            : row->type == OPTION_REAL && bounded    ? arena_printf(a, "%.16g", row->low)
                                                     : by_type[row->type].good;
    *bad = row->type == OPTION_REAL && bounded ? arena_printf(a, "%.16g", row->high + 1) : by_type[row->type].bad;
}

/* The key with its last two letters changed round, or with one too many. */
static char *misspelt(struct arena *a, const char *key) {
    char *text = arena_printf(a, "%sx", key);
    size_t len = strlen(key);
    if (key[len - 1] != key[len - 2]) {
        text[len] = '\0';
        text[len - 1] = key[len - 2];
        text[len - 2] = key[len - 1];
    }
    return text;
}

/* Every option of every statement: a good value changes the settings, a bad one is an error at the value, and a
 * misspelt name a warning that names the option. */
static void every_option(void **state) {
    (void)state;
    const struct option_table *t;
    size_t count = 0;
    for (size_t i = 0; (t = options_table_at(i)); i++) {
        for (size_t k = 0; k < t->count; k++) {
            const struct option_row *row = &t->rows[k];
            union {
                char bytes[1024];
                long long aligned;
            } settings = {{0}}, before;
            struct arena a = ARENA_INIT;
            struct buf warned = BUF_INIT;
            struct err e = ERR_INIT;
            const char *good, *bad;
            memset(&settings, 0x11, sizeof settings);
            before = settings;
            values_for(&a, row, &good, &bad);
            if (apply_to(t, row->name, good, &settings, &a, &warned, &e) != ERR_OK) {
                print_message("%s=%s: %s\n", row->name, good, e.message);
            }
            assert_int_equal(e.code, ERR_OK);
            assert_int_equal(warned.len, 0);
            assert_memory_equal(&settings, &before, row->offset);
            assert_memory_not_equal((char *)&settings + row->offset, (char *)&before + row->offset,
                                    row->type == OPTION_BOOL ? 1 : 8);
            if (bad) {
                assert_int_equal(apply_to(t, row->name, bad, &settings, &a, &warned, &e), ERR_OPTION);
                assert_true(strncmp(e.message, "option ", 7) == 0 && strstr(e.message, row->name));
                assert_true(e.has_span && e.at == strlen("BUILD MODEL m USING SimCLR OPTIONS (=") + strlen(row->name));
            }
            e = ERR_INIT;
            before = settings;
            assert_int_equal(apply_to(t, misspelt(&a, row->name), good, &settings, &a, &warned, &e), ERR_OK);
            assert_memory_equal(&settings, &before, sizeof settings);
            char *wanted = arena_printf(&a, "did you mean '%s'?", row->name);
            if (!strstr(buf_text(&warned), wanted)) {
                print_message("%s: %s\n", row->name, buf_text(&warned));
            }
            assert_non_null(strstr(buf_text(&warned), wanted));
            buf_release(&warned);
            arena_release(&a);
            count++;
        }
    }
    assert_true(count > 90);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_values),          cmocka_unit_test(switches),    cmocka_unit_test(none),
        cmocka_unit_test(none_is_no_limit),     cmocka_unit_test(bad_values),  cmocka_unit_test(fit_rows),
        cmocka_unit_test(unknown_is_a_warning), cmocka_unit_test(every_option)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
