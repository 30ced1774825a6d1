/* The table of statements agrees with what reads and runs them: examples parse, words lead to rows, options are found
 * by completion, and every name of a dialect means one. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "lang/exec/bases.h"
#include "lang/exec/dialect.h"
#include "lang/exec/notebook.h"
#include "lang/exec/options.h"
#include "lang/exec/statements.h"
#include "lang/syntax/forms.h"
#include "lang/syntax/parser.h"

#include <string.h>

static void test_examples(void **state) {
    (void)state;
    const struct form *f;
    for (size_t i = 0; (f = form_at(i)); i++) {
        struct arena a = ARENA_INIT;
        struct err e = ERR_INIT;
        struct statement *s = NULL;
        const char *first = keyword_text(f->first);
        assert_memory_equal(f->words, first, strlen(first));
        assert_memory_equal(f->syntax, first, strlen(first));
        assert_true(strlen(f->about) > 20);
        if (parse_cell(&a, f->example, strlen(f->example), &s, &e) != ERR_OK) {
            print_message("%s: %s\n", f->example, e.message);
        }
        assert_int_equal(e.code, ERR_OK);
        while (s->kind == STATEMENT_SQL && s->query.nested) { /* an example may show it inside a query */
            s = s->query.nested->statement;
        }
        assert_int_equal(s->kind, f->kind);
        arena_release(&a);
    }
}

/* Each word that begins a statement of ours leads to a row; SQL's own do not. */
static void test_words(void **state) {
    (void)state;
    for (int k = WORD_OTHER + 1; k < WORD_COUNT; k++) {
        if (keyword_is((enum keyword)k, KEYWORD_THANOSQL)) {
            assert_non_null(form_begun((enum keyword)k, WORD_OTHER));
        }
    }
    assert_null(form_begun(WORD_SELECT, WORD_OTHER));
    assert_null(form_begun(WORD_OTHER, WORD_MODEL));
    assert_int_equal(form_begun(WORD_SET, WORD_THANOSQL)->kind, STATEMENT_SET);
    assert_null(form_of(STATEMENT_SQL));
}

/* A statement that is built has a row in both tables; what is not built is only in the grammar's. */
static void test_built(void **state) {
    (void)state;
    static const enum statement_kind unbuilt[] = {STATEMENT_PREDICT, STATEMENT_EVALUATE, STATEMENT_TRANSFORM,
                                                  STATEMENT_GENERATE};
    size_t missing = 0;
    const struct form *f;
    for (size_t i = 0; (f = form_at(i)); i++) {
        missing += !statement_is_built(f->kind);
    }
    assert_int_equal(missing, sizeof unbuilt / sizeof *unbuilt);
    for (size_t i = 0; i < sizeof unbuilt / sizeof *unbuilt; i++) {
        assert_false(statement_is_built(unbuilt[i]));
    }
}

static void test_options(void **state) {
    (void)state;
    const struct option_table *t;
    for (size_t i = 0; (t = options_table_at(i)); i++) {
        assert_non_null(form_of(t->kind)); /* or completion and help would not find them */
        assert_true(statement_is_built(t->kind));
        for (size_t k = 0; k < t->count; k++) {
            size_t same = 0;
            for (size_t j = 0; j < t->count; j++) {
                same += strcmp(t->rows[k].name, t->rows[j].name) == 0;
                same += t->rows[k].alias_of && strcmp(t->rows[k].alias_of, t->rows[j].name) == 0;
            }
            assert_int_equal(same, t->rows[k].alias_of ? 2 : 1);
        }
    }
}

static void test_dialects(void **state) {
    (void)state;
    struct notebook n = {.settings = settings_defaults};
    struct context c = {.notebook = &n};
    size_t automatic = 0;
    for (size_t i = 0; dialect_choices[i]; i++) {
        n.settings.dialect = dialect_choices[i];
        const struct dialect *d = dialect_now(&c);
        assert_true(strcmp(d->name, dialect_choices[i]) == 0 || strcmp(d->version, dialect_choices[i]) == 0);
        automatic += d->best_first == DIALECT_BY_TEXT;
    }
    assert_int_equal(automatic, 1);
    n.settings.dialect = "1.0.4";
    assert_string_equal(dialect_now(&c)->name, "D4");
    assert_true(dialect_says(DIALECT_YES, false) && !dialect_says(DIALECT_NO, true));
    assert_true(dialect_says(DIALECT_BY_TEXT, true) && !dialect_says(DIALECT_BY_TEXT, false));
}

static enum err_code check_base(const char *text, struct err *e) {
    const struct name name = {text, {0, 1}};
    *e = ERR_INIT;
    return bases_check(&name, e);
}

static void test_bases(void **state) {
    (void)state;
    struct err e;
    assert_int_equal(check_base("SimCLR", &e), ERR_OK);
    assert_int_equal(check_base("simclr", &e), ERR_NOT_FOUND);
    assert_non_null(strstr(e.hint, "did you mean SimCLR?"));
    assert_int_equal(check_base("SimCRL", &e), ERR_NOT_FOUND);
    assert_non_null(strstr(e.hint, "did you mean SimCLR?"));
    assert_int_equal(check_base("ConvNeXt_Tiyn", &e), ERR_NOT_FOUND);
    assert_non_null(strstr(e.hint, "did you mean ConvNeXt_Tiny? It is known"));
    assert_int_equal(check_base("Nothing", &e), ERR_NOT_FOUND);
    assert_string_equal(e.hint, "SimCLR is available");
    for (size_t i = 0; bases_at(i); i++) {
        const struct base *b = bases_at(i);
        assert_ptr_equal(bases_find(b->name), b);
        if (b->state != BASE_TRAINED) {
            assert_int_equal(check_base(b->name, &e), ERR_UNSUPPORTED);
            assert_string_equal(e.hint, b->instead); /* whole, in the room that a hint has */
        }
    }
    assert_string_equal(bases_find("tutorial_search_clip")->name, "CLIPEn");
    assert_string_equal(bases_find("whisper_l")->name, "Whisper");
    assert_null(bases_find("whisper_"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples), cmocka_unit_test(test_words),    cmocka_unit_test(test_built),
        cmocka_unit_test(test_options),  cmocka_unit_test(test_dialects), cmocka_unit_test(test_bases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
