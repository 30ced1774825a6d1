/* Tokens, their texts and places; what is refused; the order of the keywords. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/random.h"
#include "lang/syntax/lexer.h"

#include <stdlib.h>
#include <string.h>

static void read_all(const char *code, size_t len, bool backslashes, struct buf *out, struct err *e,
                     enum lexer_open *open) {
    static const char *const kinds[] = {"end", "w", "s", "q", "n", ""};
    struct lexer x = {.code = code, .end = len, .backslashes = backslashes};
    struct arena a = ARENA_INIT;
    struct token t;
    size_t at = 0;
    while (lexer_next(&x, &t, e) == ERR_OK && t.kind != TOKEN_END) {
        assert_true(t.span.at >= at && t.span.len > 0 && t.span.at + t.span.len <= len);
        at = t.span.at + t.span.len;
        buf_printf(out, "%s%s%s ", kinds[t.kind], t.kind == TOKEN_SIGN ? "" : ":", lexer_text(&a, code, &t));
    }
    *open = x.open;
    arena_release(&a);
}

static const struct {
    const char *code;
    bool backslashes;
    const char *tokens;
} good[] = {
    {"", false, ""},
    {" \t\r\n\v\f", false, ""},
    {"\xc2\xa0SELECT\xe2\x80\x8b\xe3\x80\x80x\xef\xbb\xbf", false, "w:SELECT w:x "},
    {"a_1$ _b \xec\x8b\x9d\xeb\x8b\xa8", false, "w:a_1$ w:_b w:\xec\x8b\x9d\xeb\x8b\xa8 "},
    {"1 1.5 .5 1e-4 1E+4 -1 1..2 2a_b 1e", false, "n:1 n:1.5 n:.5 n:1e-4 n:1E+4 - n:1 n:1..2 n:2a_b n:1e "},
    {"1-2", false, "n:1 - n:2 "},
    {"'it''s' \"a\"\"b\" '' \"\"", false, "s:it's q:a\"b s: q: "},
    {"'\\' 'a\\n'", false, "s:\\ s:a\\n "},
    {"'it\\'s' \"a\\\"b\" 'a\\\\' 'a\\n' '\\\"'", true, "s:it's q:a\"b s:a\\ s:a\\n s:\\\" "},
    {"E'it\\'s' e'a''b' E 'c'", false, "s:it's s:a'b w:E s:c "},
    {"$$a'b$$ $t$ $$ $t$ $1 $a", false, "s:a'b s: $$  $ n:1 $ w:a "},
    {"a -- b\nc # d\ne /* f /* g */ h */ i --", false, "w:a w:c w:e w:i "},
    {"a #> b #- c\n  #- d\n#! e", false, "w:a # > w:b # - w:c "},
    {"a#b", false, "w:a "},
    {"(a,b);[c]::d", false, "( w:a , w:b ) ; [ w:c ] : : w:d "},
    {"'a\nb' \"/* -- */\"", false, "s:a\nb q:/* -- */ "},
};

static void test_tokens(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct buf b = BUF_INIT;
        struct err e = ERR_INIT;
        enum lexer_open open;
        read_all(good[i].code, strlen(good[i].code), good[i].backslashes, &b, &e, &open);
        assert_int_equal(e.code, ERR_OK);
        assert_string_equal(buf_text(&b), good[i].tokens);
        buf_release(&b);
    }
}

static const struct {
    const char *code;
    size_t at;
    enum lexer_open open;
} bad[] = {
    {"a 'b", 2, LEXER_OPEN_STRING},      {"a 'b''", 2, LEXER_OPEN_STRING},  {"E'b\\'", 0, LEXER_OPEN_STRING},
    {"a \"b", 2, LEXER_OPEN_QUOTED},     {"a /* b", 2, LEXER_OPEN_COMMENT}, {"/* /* */", 0, LEXER_OPEN_COMMENT},
    {"/*/", 0, LEXER_OPEN_COMMENT},      {"a $$ b", 2, LEXER_OPEN_DOLLAR},  {"a $x$ $$", 2, LEXER_OPEN_DOLLAR},
    {"a \xe2\x80\x98", 2, LEXER_CLOSED}, {"a \xff", 2, LEXER_CLOSED},       {"ab \x7f", 3, LEXER_CLOSED},
};

static void test_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct buf b = BUF_INIT;
        struct err e = ERR_INIT;
        enum lexer_open open;
        read_all(bad[i].code, strlen(bad[i].code), false, &b, &e, &open);
        assert_int_equal(e.code, ERR_SYNTAX);
        assert_true(e.has_span);
        assert_int_equal(e.at, bad[i].at);
        assert_int_equal(open, bad[i].open);
        assert_true(e.hint[0] || i == 10);
        buf_release(&b);
    }
    struct lexer x = {.code = "a\0b", .at = 1, .end = 3};
    struct token t;
    struct err e = ERR_INIT;
    assert_int_equal(lexer_next(&x, &t, &e), ERR_SYNTAX);
}

/* Any bytes: always an end or an error, never a byte outside (the copies are exact, for the sanitizer). */
static void test_any_bytes(void **state) {
    (void)state;
    static const char pieces[] = "'\"\\$/*-#E \n0.eax_;()\xed\x95\x9c\x00\xff";
    struct random r = random_stream(7, 0, 0);
    for (int turn = 0; turn < 20000; turn++) {
        size_t len = random_below(&r, 24);
        char *code = malloc(len + !len);
        assert_non_null(code);
        for (size_t i = 0; i < len; i++) {
            code[i] = pieces[random_below(&r, sizeof pieces - 1)];
        }
        struct buf b = BUF_INIT;
        struct err e = ERR_INIT;
        enum lexer_open open;
        read_all(code, len, turn & 1, &b, &e, &open);
        assert_true(e.code == ERR_OK || (e.code == ERR_SYNTAX && e.at + e.len <= len));
        buf_release(&b);
        free(code);
    }
}

static void test_keywords(void **state) {
    (void)state;
    for (int k = WORD_OTHER + 1; k < WORD_COUNT; k++) {
        const char *text = keyword_text((enum keyword)k);
        char lower[32];
        size_t len = strlen(text);
        for (size_t i = 0; i <= len; i++) {
            lower[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] | 32 : text[i]);
        }
        assert_true(k == WORD_OTHER + 1 || strcmp(keyword_text((enum keyword)(k - 1)), text) < 0);
        assert_int_equal(keyword_find(text, len), k);
        assert_int_equal(keyword_find(lower, len), k);
    }
    assert_int_equal(keyword_find("SELEC", 5), WORD_OTHER);
    assert_int_equal(keyword_find("SELECTS", 7), WORD_OTHER);
    assert_int_equal(keyword_find("", 0), WORD_OTHER);
    assert_true(keyword_is(WORD_SEARCH, KEYWORD_NESTS));
    assert_false(keyword_is(WORD_OTHER, ~0u));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_any_bytes),
        cmocka_unit_test(test_keywords),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
