/* Regular expressions: what is matched, what groups take, what is refused, and that it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "lang/sql/regex.h"

#include <stdlib.h>
#include <string.h>

struct match {
    const char *pattern, *text, *expected; /* the whole, then the groups: "a|b|-"; "none" */
    unsigned flags;
};

static void show(const char *text, const struct regex_hit *hit, struct buf *out) {
    for (size_t i = 0; i <= hit->groups; i++) {
        buf_str(out, i ? "|" : "");
        if (hit->from[i] < 0) {
            buf_char(out, '-');
        } else {
            buf_add(out, text + hit->from[i], (size_t)(hit->to[i] - hit->from[i]));
        }
    }
}

static void expect(const struct match *m, size_t start) {
    struct regex *r = NULL;
    struct regex_hit hit;
    struct err e = ERR_INIT;
    struct buf shown = BUF_INIT;
    bool found = false;
    if (regex_compile(m->pattern, strlen(m->pattern), m->flags, &r, &e) != ERR_OK ||
        regex_find(r, m->text, strlen(m->text), start, true, NULL, &found, &hit, &e) != ERR_OK) {
        fail_msg("%s: %s", m->pattern, e.message);
    }
    if (found) {
        show(m->text, &hit, &shown);
    } else {
        buf_str(&shown, "none");
    }
    if (strcmp(buf_text(&shown), m->expected) != 0) {
        fail_msg("%s in %s: %s instead of %s", m->pattern, m->text, buf_text(&shown), m->expected);
    }
    buf_release(&shown);
}

/* Each was checked with PostgreSQL 16: regexp_match(), or substring(). */
static const struct match matches[] = {
    {"", "abc", "", 0},
    {"b", "abc", "b", 0},
    {"a|ab|abc", "abcd", "abc", 0}, /* the longest, not the first */
    {"(a|ab)(c|bcd)", "abcd", "abcd|a|bcd", 0},
    {"(a|ab)(bcd|cd)", "abcd", "abcd|ab|cd", 0},
    {"(a*)(a*)(b)", "aaab", "aaab|aaa||b", 0},
    {"(a*?)(a*)(b)", "aaab", "aaab||aaa|b", 0},
    {"(ab)*", "xabab", "|-", 0},
    {"x(ab)*", "xabab", "xabab|ab", 0},
    {"(a*)*", "", "|", 0},
    {"(a)*", "", "|-", 0},
    {"(a*)+", "", "|", 0},
    {"(a{2}){2}", "aaaaa", "aaaa|aa", 0},
    {"(a){2,3}", "aaaaa", "aaa|a", 0},
    {"((a)|b)*", "ab", "ab|b|-", 0},
    {"<(.*?)>", "<a><b>", "<a>|a", 0},
    {"<(.*)>", "<a><b>", "<a><b>|a><b", 0},
    {"ab{2,3}?", "abbbc", "abb", 0},
    {"x*?|q", "xxx", "xxx", 0}, /* alternatives want the longest */
    {"x*?", "xxx", "", 0},
    {"(\\y)[ab]\\1", " b1b   ab", "b|", 0}, /* the text again, not the place */
    {"(?:$){2}", "a", "", 0},
    {"(b*|a?){1,3}?a", "ba", "ba|b", 0},
    {"(\\d*?b)?c", "c", "c|-", 0},
    {"x(a?\?)?", "x", "x|-", 0},
    {"(z)?b(c)?", "abc", "bc|-|c", 0},
    {"(.)\\1", "abccd", "cc|c", 0},
    {"^(a*)b\\1$", "aabaa", "aabaa|aa", 0},
    {"^(a*)b\\1$", "aaba", "none", 0},
    {"(A)\\1", "xaA", "aA|a", REGEX_INSENSITIVE},
    {"[a-]b", "x-b", "-b", 0},
    {"[]]", "a]", "]", 0},
    {"[^]a]", "a]b", "b", 0},
    {"[[:alpha:]_]+", "1ab_c2", "ab_c", 0},
    {"[\\d.]+", "v1.25x", "1.25", 0},
    {"\\mb", "ab b", "b", 0},
    {"a\\M", "ab a", "a", 0},
    {"\\Aa\\Z", "a", "a", 0},
    {"a{", "a{", "a{", 0},
    {"abc(?=d)", "abcabcd", "abc", 0},
    {"\\d+(?!x)", "12x3", "1", 0},
    {"(?<=\\$)\\d+", "7 $42", "42", 0},
    {"(?<!a)\\d", "a1b2", "2", 0},
    {"a.c", "a\nc", "a\nc", 0},
    {"a.c", "a\nc", "none", REGEX_DOT_IN_LINE},
    {"^c", "a\nc", "none", 0},
    {"^c", "a\nc", "c", REGEX_LINES},
    {"(?i)ÄB", "äb", "äb", 0},
    {"한.", "대한민국", "한민", 0},
    {"[가-힣]+", "abc 한글", "한글", 0},
    {"\\x41\\u00e9", "Aé", "Aé", 0},
};

static void matches_are_postgresqls(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof matches / sizeof *matches; i++) {
        expect(&matches[i], 0);
    }
}

static void a_start_is_no_begin(void **state) {
    (void)state;
    expect(&(struct match){"^a", "aa", "none", 0}, 1);
    expect(&(struct match){"\\ma", "aa", "none", 0}, 1);
    expect(&(struct match){"a", "aba", "a", 0}, 1);
}

static void groups_are_left_out_when_not_wanted(void **state) {
    struct regex *r = NULL;
    struct regex_hit hit;
    struct err e = ERR_INIT;
    bool found = false;
    (void)state;
    assert_int_equal(regex_compile("(a)(b)", 6, 0, &r, &e), ERR_OK);
    assert_int_equal(regex_find(r, "xab", 3, 0, false, NULL, &found, &hit, &e), ERR_OK);
    assert_true(found && hit.from[0] == 1 && hit.to[0] == 3 && hit.from[1] == -1);
}

static const struct {
    const char *pattern;
    enum err_code code;
} refused[] = {
    {"(", ERR_VALUE},
    {")", ERR_VALUE},
    {"[a", ERR_VALUE},
    {"*a", ERR_VALUE},
    {"a**", ERR_VALUE},
    {"^*", ERR_VALUE},
    {"a{2,1}", ERR_VALUE},
    {"a{256}", ERR_VALUE},
    {"[b-a]", ERR_VALUE},
    {"[[:x:]]", ERR_VALUE},
    {"\\", ERR_VALUE},
    {"(a)\\2", ERR_VALUE},
    {"(a\\1)", ERR_VALUE},
    {"\\q", ERR_VALUE},
    {"(?z)a", ERR_VALUE},
    {"(?x)a", ERR_UNSUPPORTED},
    {"[[.ab.]]", ERR_UNSUPPORTED},
};

static void what_is_none_is_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct regex *r = NULL;
        struct err e = ERR_INIT;
        if (regex_compile(refused[i].pattern, strlen(refused[i].pattern), 0, &r, &e) != refused[i].code) {
            fail_msg("%s: %d, %s", refused[i].pattern, (int)e.code, e.message);
        }
    }
}

static void a_pattern_may_not_grow_without_end(void **state) {
    struct regex *r = NULL;
    struct regex_hit hit;
    struct err e = ERR_INIT;
    bool found;
    const char *const patterns[] = {"((((x{1,255}){1,255}){1,255}){1,255}){1,255}",
                                    "(?:(?:(?:x{255}){255}){255}){255}"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        e = ERR_INIT;
        if (regex_compile(patterns[i], strlen(patterns[i]), 0, &r, &e) == ERR_OK) {
            regex_find(r, "x", 1, 0, true, NULL, &found, &hit, &e);
        }
        assert_int_equal(e.code, ERR_VALUE);
        assert_non_null(strstr(e.message, "too complex"));
    }
}

/* Exponential for a matcher that tries one way after the other. */
static void time_is_linear(void **state) {
    enum { LENGTH = 20000 };
    char *text = malloc(LENGTH + 1);
    const char *const patterns[] = {"^(a+)+$", "^(a|a)*c", "(x+x+)+y|^(a|aa)+$", "(a?){200}a{200}"};
    (void)state;
    memset(text, 'a', LENGTH);
    text[LENGTH - 1] = '!';
    for (size_t i = 0; i < 4; i++) {
        struct regex *r = NULL;
        struct regex_hit hit;
        struct err e = ERR_INIT;
        bool found = false;
        assert_int_equal(regex_compile(patterns[i], strlen(patterns[i]), 0, &r, &e), ERR_OK);
        assert_int_equal(regex_find(r, text, LENGTH, 0, false, NULL, &found, &hit, &e), ERR_OK);
        assert_int_equal(found, i == 3);
    }
    free(text);
}

static void stop_ends_it(void **state) {
    enum { LENGTH = 100000 };
    static const char *const patterns[] = {"(a|b)*c", "^(a*)(a*)\\1b"};
    char *text = malloc(LENGTH);
    struct stop stop = {false};
    (void)state;
    memset(text, 'a', LENGTH);
    stop_request(&stop);
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        struct regex *r = NULL;
        struct regex_hit hit;
        struct err e = ERR_INIT;
        bool found = true;
        assert_int_equal(regex_compile(patterns[i], strlen(patterns[i]), 0, &r, &e), ERR_OK);
        assert_int_equal(regex_find(r, text, LENGTH, 0, true, &stop, &found, &hit, &e), ERR_INTERRUPT);
        assert_false(found);
    }
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_are_postgresqls),
        cmocka_unit_test(a_start_is_no_begin),
        cmocka_unit_test(groups_are_left_out_when_not_wanted),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(a_pattern_may_not_grow_without_end),
        cmocka_unit_test(time_is_linear),
        cmocka_unit_test(stop_ends_it),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    regex_forget();
    return failed;
}
