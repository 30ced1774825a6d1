/* Where a cell failed, and the `error` message made of it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "kernel/display/display.h"
#include "kernel/display/error_text.h"

#include <string.h>

static void test_places(void **state) {
    (void)state;
    static const struct {
        const char *code;
        size_t at, len;
        const char *want;
    } rows[] = {
        {"SELEKT 1", 0, 6, "SELEKT 1\n^~~~~~\n"},
        {"SELECT x FROM t", 7, 1, "SELECT x FROM t\n       ^\n"},
        {"BUILD MODEL m\nUSING SimCLRR\nAS SELECT 1", 20, 7, "   2 | USING SimCLRR\n     |       ^~~~~~~\n"},
        {"a\n\tb c", 5, 1, "   2 | \tb c\n     | \t  ^\n"},
        {"SELECT '한글' x", 16, 1, "SELECT '한글' x\n              ^\n"},
        {"SELECT 한글", 7, 6, "SELECT 한글\n       ^~~~\n"},
        {"SELECT e\u0301 x", 11, 1, "SELECT e\u0301 x\n         ^\n"},
        {"SELECT", 6, 0, "SELECT\n      ^\n"},
        {"SELECT\n\n", 8, 0, "SELECT\n      ^\n"},
        {"a\r\nSELECT", 1, 9, "   1 | a\n     |  ^\n"},
        {"SELECT (\n1", 7, 3, "   1 | SELECT (\n     |        ^\n"},
        {"one\ntwo", 99, 5, "   2 | two\n     |    ^\n"},
        {"a \x1b[31mb", 0, 1, "a \uFFFD[31mb\n^\n"},
        {"x \xFF y", 4, 1, "x \uFFFD y\n    ^\n"},
        {"   \n ", 1, 1, ""},
        {"", 0, 0, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf out = BUF_INIT;
        error_text_place(&out, rows[i].code, strlen(rows[i].code), rows[i].at, rows[i].len);
        assert_string_equal(buf_text(&out), rows[i].want);
        buf_release(&out);
    }
}

/* A line of a megabyte shows a window with the span in it, wherever it is. */
static void test_long_line(void **state) {
    (void)state;
    enum { LENGTH = 1000000 };
    struct buf code = BUF_INIT;
    for (int i = 0; i < LENGTH; i++) {
        buf_char(&code, (char)('a' + i % 26));
    }
    static const size_t places[] = {0, 10, 45, 5000, LENGTH - 60, LENGTH - 3};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct buf out = BUF_INIT;
        error_text_place(&out, code.data, code.len, places[i], 3);
        char *line_end = strchr(out.data, '\n');
        assert_non_null(line_end);
        assert_true(out.len < 300);
        *line_end = '\0';
        bool cut = strncmp(out.data, "…", strlen("…")) == 0;
        size_t column = strcspn(line_end + 1, "^");
        const char *shown = out.data + (cut ? strlen("…") - 1 : 0) + column;
        assert_int_equal(strncmp(shown, code.data + places[i], 3), 0);
        assert_string_equal(line_end + 1 + column, "^~~\n");
        buf_release(&out);
    }
    buf_release(&code);
}

static void traceback_expect(const struct err *e, const char *code, const char *const *want, size_t count) {
    json_t *content = display_error(e, code, strlen(code));
    assert_non_null(content);
    json_t *lines = json_object_get(content, "traceback");
    assert_int_equal(json_array_size(lines), count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(json_string_value(json_array_get(lines, i)), want[i]);
    }
    assert_string_equal(json_string_value(json_object_get(content, "ename")), err_ename(e->code));
    const char *evalue = json_string_value(json_object_get(content, "evalue"));
    assert_string_equal(evalue, e->code == ERR_INTERRUPT ? "" : e->message);
    json_decref(content);
}

static void test_contents(void **state) {
    (void)state;
    struct err syntax = ERR_INIT, bare = ERR_INIT, interrupt = ERR_INIT;
    err_set(&syntax, ERR_SYNTAX, "unknown statement 'SELEKT'");
    err_at(&syntax, 0, 6);
    err_hint(&syntax, "did you mean SELECT?");
    static const char *const syntax_lines[] = {"SELEKT 1", "^~~~~~", "hint: did you mean SELECT?",
                                               "\x1b[0;31mThanoSQLSyntaxError\x1b[0m: unknown statement 'SELEKT'"};
    traceback_expect(&syntax, "SELEKT 1", syntax_lines, 4);
    err_set(&bare, ERR_FILE, "no such file");
    static const char *const bare_lines[] = {"\x1b[0;31mThanoSQLFileError\x1b[0m: no such file"};
    traceback_expect(&bare, "COPY x", bare_lines, 1);
    struct err store = ERR_INIT;
    err_set(&store, ERR_QUERY, "line one\nline \xFFtwo");
    json_t *content = display_error(&store, NULL, 0);
    assert_string_equal(json_string_value(json_array_get(json_object_get(content, "traceback"), 0)),
                        "\x1b[0;31mThanoSQLQueryError\x1b[0m: line one\nline \uFFFDtwo");
    json_decref(content);
    err_interrupt(&interrupt);
    err_at(&interrupt, 0, 3);
    static const char *const interrupt_lines[] = {"\x1b[0;31mKeyboardInterrupt\x1b[0m"};
    traceback_expect(&interrupt, "SELECT", interrupt_lines, 1);
    err_hint(&interrupt, "the whole transaction was undone");
    static const char *const undone_lines[] = {"hint: the whole transaction was undone",
                                               "\x1b[0;31mKeyboardInterrupt\x1b[0m"};
    traceback_expect(&interrupt, "SELECT", undone_lines, 2);
    struct err token = ERR_INIT;
    err_set(&token, ERR_SYNTAX, "no");
    err_at(&token, 10, 8);
    static const char *const token_lines[] = {"%thanosql API_TOKN=******", "          ^~~~~~~~",
                                              "\x1b[0;31mThanoSQLSyntaxError\x1b[0m: no"};
    traceback_expect(&token, "%thanosql API_TOKN=sesame", token_lines, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_places), cmocka_unit_test(test_long_line),
                                       cmocka_unit_test(test_contents)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
