/* Completion at a mark in the text, over a small world of names; and the word at a mark. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/buf.h"
#include "lang/syntax/completion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    enum vocabulary_kind kind;
    const char *scope, *text, *type;
} world[] = {
    {VOCABULARY_MODEL, NULL, "my_model", "model"},
    {VOCABULARY_MODEL, NULL, "other", "model"},
    {VOCABULARY_BASE, NULL, "SimCLR", "base model"},
    {VOCABULARY_TABLE, NULL, "mnist_test", "table"},
    {VOCABULARY_TABLE, NULL, "mnist_train", "table"},
    {VOCABULARY_DATASET, NULL, "mnist_data", "dataset"},
    {VOCABULARY_READY, NULL, "efficientnet_lite0", "model"},
    {VOCABULARY_COLUMN, "mnist_test", "image_path", "column"},
    {VOCABULARY_COLUMN, "mnist_test", "label", "column"},
    {VOCABULARY_COLUMN, "mnist_train", "label", "column"},
    {VOCABULARY_COLUMN, "mnist_train", "train_only", "column"},
    {VOCABULARY_OPTION, "BUILD MODEL", "max_epochs", "option"},
    {VOCABULARY_OPTION, "BUILD MODEL", "overwrite", "option"},
    {VOCABULARY_OPTION, "CONVERT", "table_name", "option"},
    {VOCABULARY_OPTION, "SEARCH", "top_k", "option"},
    {VOCABULARY_OPTION, "CREATE TABLE … USING", "file_type", "option"},
    {VOCABULARY_CHOICE, "BUILD MODEL.augment", "digits", "value"},
    {VOCABULARY_VALUE, "BUILD MODEL.overwrite", "True", "value"},
    {VOCABULARY_VALUE, "BUILD MODEL.overwrite", "False", "value"},
    {VOCABULARY_VALUE, "BUILD MODEL.augment", "'digits'", "value"},
    {VOCABULARY_VALUE, "SET.thumbnails", "on", "value"},
    {VOCABULARY_RESULT, "SEARCH my_model", "my_model_simclr_similarity1", "column"},
    {VOCABULARY_RESULT, "CONVERT my_model", "my_model_simclr", "column"},
    {VOCABULARY_FUNCTION, NULL, "similarity", "function"},
    {VOCABULARY_SETTING, NULL, "max_rows", "setting"},
    {VOCABULARY_VARIABLE, NULL, "df", "variable"},
    {VOCABULARY_FILE, NULL, "thanosql-dataset/", "file"},
    {VOCABULARY_FILE, NULL, "thanosql-dataset/a.csv", "file"},
};

static void each(void *user, enum vocabulary_kind kind, const char *scope, vocabulary_offer *offer, void *to) {
    (void)user;
    for (size_t i = 0; i < sizeof world / sizeof *world; i++) {
        if (world[i].kind == kind && (!world[i].scope || (scope && strcmp(scope, world[i].scope) == 0))) {
            offer(to, world[i].text, world[i].type, "more");
        }
    }
}

static const struct vocabulary names = {NULL, each};

/* `|` is the cursor. expected: all matches, or where it begins with "has", those that must be among them, or with
 * "not" those that must not. */
static const struct {
    const char *code, *expected;
} rows[] = {
    {"|", "has SELECT BUILD SEARCH GET PRINT"},
    {"bu|", "build"},
    {"BU|", "BUILD"},
    {"SELECT 1; cre|", "create"},
    {"BUILD |", "MODEL"},
    {"build |", "model"},
    {"BUILD MODEL m |", "USING"},
    {"BUILD MODEL m USING |", "SimCLR"},
    {"BUILD MODEL m USING sim|", "SimCLR"},
    {"BUILD MODEL m USING SimCLR |", "AS OPTIONS"},
    {"BUILD MODEL m USING SimCLR OPTIONS (|", "max_epochs overwrite"},
    {"BUILD MODEL m USING SimCLR OPTIONS (max_epochs=1, OV|", "overwrite"},
    {"BUILD MODEL m USING SimCLR OPTIONS (overwrite=|", "False True"},
    {"BUILD MODEL m USING SimCLR OPTIONS (augment=|", "'digits'"},
    {"BUILD MODEL m USING SimCLR OPTIONS (overwrite=t|)", "True"},
    {"BUILD MODEL m USING SimCLR OPTIONS (augment='d|')", "digits"},
    {"BUILD MODEL m USING SimCLR OPTIONS (image_col='|') AS SELECT * FROM mnist_test", "has image_path label"},
    {"BUILD MODEL m USING SimCLR OPTIONS (overwrite=True) |", "AS"},
    {"BUILD MODEL m USING SimCLR OPTIONS (overwrite=True) AS |", "has SELECT SEARCH"},
    {"BUILD MODEL m USING SimCLR OPTIONS (overwrite=True) AS |", "not BUILD COPY"},
    {"BUILD MODEL m USING SimCLR AS SELECT * FROM mn|", "mnist_test mnist_train"},
    {"CONVERT USING |", "my_model other"},
    {"CONVERT USING my_model OPTIONS (|", "table_name"},
    {"CONVERT USING my_model OPTIONS (table_name='|", "has mnist_test mnist_train"},
    {"SEARCH |", "AUDIO IMAGE KEYWORD TEXT VIDEO"},
    {"SEARCH IMAGE |", "has USING images"},
    {"SEARCH IMAGE images='|", "thanosql-dataset/ thanosql-dataset/a.csv"},
    {"SEARCH IMAGE images='thanosql-dataset/a|'", "thanosql-dataset/a.csv"},
    {"SEARCH IMAGE images=['x'] |", "has USING"},
    {"SEARCH IMAGE images='x' USING m|", "my_model"},
    {"SEARCH IMAGE images='x' USING my_model |", "AS OPTIONS"},
    {"PRINT IMAGE AS (SELECT * FROM (SEARCH IMAGE images='x' USING |", "my_model other"},
    {"PRINT IMAGE AS (SELECT * FROM (SEARCH IMAGE images='x' USING my_model OPTIONS (|", "top_k"},
    {"PRINT IMAGE AS (SELECT * FROM (|", "has SEARCH SELECT"},
    {"CREATE TABLE t USING my_model OPTIONS (|", "file_type"},
    {"COPY t |", "FROM OPTIONS TO"},
    {"COPY t TO 'a.csv' |", "OPTIONS"},
    {"COPY (|", "has SELECT SEARCH"},
    {"COPY (SELECT label FROM mnist_test) |", "OPTIONS TO"},
    {"COPY (SELECT label FROM |) TO 'a.csv'", "df mnist_test mnist_train"},
    {"COPY t FROM 'thano|", "thanosql-dataset/ thanosql-dataset/a.csv"},
    {"COPY |", "mnist_test mnist_train MODEL"},
    {"COPY MODEL |", "my_model other"},
    {"COPY MODEL my_model |", "OPTIONS TO"},
    {"COPY MODEL my_model TO 'thano|", "thanosql-dataset/ thanosql-dataset/a.csv"},
    {"COPY MODEL my_model TO 'f' |", "OPTIONS"},
    {"LIST |", "MODEL TABLE THANOSQL"},
    {"LIST THANOSQL |", "DATASET MODEL TUTORIAL"},
    {"GET |", "THANOSQL"},
    {"GET THANOSQL DATASET |", "mnist_data"},
    {"GET THANOSQL MODEL |", "efficientnet_lite0"},
    {"GET THANOSQL MODEL efficientnet_lite0 |", "OPTIONS"},
    {"GET THANOSQL MODEL model |", "OPTIONS"},
    {"DELETE |", "FROM MODEL"},
    {"DELETE MODEL |", "my_model other"},
    {"DELETE FROM |", "df mnist_test mnist_train"},
    {"SELECT | FROM mnist_test", "has image_path label COUNT"},
    {"SELECT | FROM mnist_test", "not train_only"},
    {"SELECT la| FROM mnist_test", "label"},
    {"SELECT b.l| FROM mnist_test a JOIN mnist_train AS b ON 1", "label"},
    {"SELECT b.t| FROM mnist_test a JOIN mnist_train AS b ON 1", "train_only"},
    {"SELECT mnist_train.| FROM mnist_test, mnist_train", "label train_only"},
    {"SELECT b.| FROM (SELECT max(1, 2) FROM mnist_test) a, mnist_train b", "label train_only"},
    {"SELECT 1 FROM mnist_test ORDER BY label, mnist_train.|", ""},
    {"SELECT mnist_train.| FROM f(mnist_test, mnist_train)", ""},
    {"SELECT * FROM mnist_test WHERE im|", "image_path"},
    {"SELECT * FROM MNIST_TEST ORDER BY |", "has image_path label DESC"},
    {"SELECT * FROM mnist_test wh|", "when where"},
    {"INSERT INTO |", "mnist_test mnist_train"},
    {"UPDATE mnist_test SET la|", "label"},
    {"select * |", "has from"},
    {"%|", "%%psql %%thanosql %load_ext %lsmagic %psql %reload_ext %thanosql %who"},
    {"%%th|", "%%thanosql"},
    {"SELECT * FROM d|", "df"},
    {"SELECT sim| FROM mnist_test", "similarity"},
    {"SELECT my| FROM (SEARCH IMAGE images='x' USING my_model AS SELECT * FROM mnist_test)",
     "my_model_simclr_similarity1"},
    {"SELECT * FROM (CONVERT USING MY_MODEL AS SELECT * FROM mnist_test) ORDER BY my|", "my_model_simclr"},
    {"SET thanosql.|", "max_rows"},
    {"SHOW thanosql.m|", "max_rows"},
    {"SET |", "has THANOSQL"},
    {"SET thanosql.thumbnails = |", "on"},
    {"SET thanosql.thumbnails TO |", "on"},
    {"x = %thanosql SELECT * FROM mnist_te|", "mnist_test"},
    {"%%thanosql\nbui|", "build"},
    {"%thanosql GET |", "THANOSQL"},
    {"SELECT 1;\n%thanosql bu|", "build"},
    {"SELECT 1 -- bu|", ""},
    {"SELECT /* bu|", ""},
    {"import p|", ""},
};

static void check(const char *code, size_t len, size_t cursor, const char *expected) {
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct completion c = {0};
    struct buf b = BUF_INIT;
    assert_int_equal(syntax_complete(code, len, cursor, &names, &a, &c, &e), ERR_OK);
    assert_true(c.start <= c.end && c.end <= len && c.count <= COMPLETION_MOST);
    buf_str(&b, " ");
    for (size_t i = 0; i < c.count; i++) {
        assert_non_null(c.matches[i].type);
        buf_printf(&b, "%s ", c.matches[i].text);
    }
    bool has = expected && strncmp(expected, "has ", 4) == 0, no = expected && strncmp(expected, "not ", 4) == 0;
    char *list = strdup(expected ? expected + (has || no ? 4 : 0) : "");
    for (char *rest = list, *word; (has || no) && (word = strtok_r(rest, " ", &rest));) {
        char wanted[64];
        snprintf(wanted, sizeof wanted, " %s ", word);
        if ((strstr(buf_text(&b), wanted) != NULL) != has) {
            print_message("%.*s: %s\n", (int)cursor, code, buf_text(&b));
        }
        assert_int_equal(strstr(buf_text(&b), wanted) != NULL, has);
    }
    if (expected && !has && !no) {
        struct buf all = BUF_INIT;
        buf_printf(&all, *expected ? " %s " : " ", expected);
        if (strcmp(buf_text(&b), buf_text(&all)) != 0) {
            print_message("at: %.*s\n", (int)cursor, code);
        }
        assert_string_equal(buf_text(&b), buf_text(&all));
        buf_release(&all);
    }
    free(list);
    buf_release(&b);
    arena_release(&a);
}

/* The code without its mark, in memory of its exact size. */
static char *without_mark(const char *code, size_t *len, size_t *cursor) {
    *cursor = (size_t)(strchr(code, '|') - code);
    *len = strlen(code) - 1;
    char *out = malloc(*len + !*len);
    assert_non_null(out);
    memcpy(out, code, *cursor);
    memcpy(out + *cursor, code + *cursor + 1, *len - *cursor);
    return out;
}

static void test_places(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t len, cursor;
        char *code = without_mark(rows[i].code, &len, &cursor);
        check(code, len, cursor, rows[i].expected);
        for (size_t at = 0; at <= len + 1; at++) {
            check(code, len, at, NULL); /* any place: sound, whatever comes */
        }
        free(code);
    }
}

static void many(void *user, enum vocabulary_kind kind, const char *scope, vocabulary_offer *offer, void *to) {
    (void)user;
    (void)scope;
    for (int i = 0; kind == VOCABULARY_TABLE && i < 100000; i++) {
        char name[32];
        snprintf(name, sizeof name, "t%d", i % 2000);
        offer(to, name, "table", NULL);
    }
}

static void test_cap(void **state) {
    (void)state;
    struct vocabulary v = {NULL, many};
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct completion c;
    const char *code = "SELECT * FROM ";
    assert_int_equal(syntax_complete(code, strlen(code), strlen(code), &v, &a, &c, &e), ERR_OK);
    assert_int_equal(c.count, COMPLETION_MOST);
    for (size_t i = 1; i < c.count; i++) {
        assert_true(strcmp(c.matches[i - 1].text, c.matches[i].text) < 0);
    }
    arena_release(&a);
}

static void test_word_at(void **state) {
    (void)state;
    static const struct {
        const char *code, *word;
    } words[] = {
        {"SEL|ECT 1", "SELECT"},
        {"SELECT| 1", "SELECT"},
        {"|SELECT 1", "SELECT"},
        {"SELECT  |  1", ""},
        {"a.b|c", "bc"},
        {"COPY t FROM 'a|b'", "ab"},
        {"f(|x)", "x"},
        {"-- a|b", ""},
        {"", ""},
        {"USING Sim|CLR", "SimCLR"},
        {"%%than|osql", "thanosql"},
        {"a|", "a"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t len = 0, cursor = 0;
        char *code = *words[i].code ? without_mark(words[i].code, &len, &cursor) : strdup("");
        struct span s = syntax_word_at(code, len, cursor);
        assert_int_equal(s.len, strlen(words[i].word));
        assert_memory_equal(code + s.at, words[i].word, s.len);
        free(code);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_cap),
        cmocka_unit_test(test_word_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
