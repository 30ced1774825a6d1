/* Rows as text: every kind of value in every format, to the letter; the head of .npy files. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "lang/data/export.h"
#include "lang/data/npy.h"

#include <math.h>
#include <string.h>

#define TEXT(t) \
    { .type = VALUE_TEXT, .text = t, .length = sizeof(t) - 1 }
#define REAL(x) \
    { .type = VALUE_REAL, .real = x }
#define INTEGER(x) \
    { .type = VALUE_INTEGER, .integer = x }
#define BOOLEAN(x) \
    { .type = VALUE_BOOLEAN, .integer = x }
#define NOTHING \
    { .type = VALUE_NULL }

static const float numbers[] = {0.1f, 1, -1e-10f, 16777216};

static const struct {
    struct value value;
    const char *csv, *tsv, *json;
} cases[] = {
    {NOTHING, "", "", "null"},
    {BOOLEAN(1), "True", "True", "true"},
    {BOOLEAN(0), "False", "False", "false"},
    {INTEGER(INT64_MIN), "-9223372036854775808", "-9223372036854775808", "-9223372036854775808"},
    {REAL(0.1), "0.1", "0.1", "0.1"},
    {REAL(0.1 + 0.2), "0.30000000000000004", "0.30000000000000004", "0.30000000000000004"},
    {REAL(2), "2.0", "2.0", "2.0"},
    {REAL(-1234567), "-1234567.0", "-1234567.0", "-1234567.0"},
    {REAL(1e22), "1e+22", "1e+22", "1e+22"},
    {REAL(5e-324), "4.94065645841247e-324", "4.94065645841247e-324", "4.94065645841247e-324"},
    {REAL(INFINITY), "inf", "inf", "null"},
    {REAL(-INFINITY), "-inf", "-inf", "null"},
    {TEXT("x y"), "x y", "x y", "\"x y\""},
    {TEXT(""), "\"\"", "\"\"", "\"\""},
    {TEXT("a,b"), "\"a,b\"", "a,b", "\"a,b\""},
    {TEXT("a\tb"), "a\tb", "\"a\tb\"", "\"a\\tb\""},
    {TEXT("\"q\""), "\"\"\"q\"\"\"", "\"\"\"q\"\"\"", "\"\\\"q\\\"\""},
    {TEXT("1\n2\r3"), "\"1\n2\r3\"", "\"1\n2\r3\"", "\"1\\n2\\r3\""},
    {TEXT("한글 \\ '"), "한글 \\ '", "한글 \\ '", "\"한글 \\\\ '\""},
    {TEXT("\xFF!"), "\xEF\xBF\xBD!", "\xEF\xBF\xBD!", "\"\xEF\xBF\xBD!\""},
    {TEXT("\1"), "\1", "\1", "\"\\u0001\""},
    {{.type = VALUE_BLOB, .text = "\x00\xAB", .length = 2}, "\\x00ab", "\\x00ab", "\"\\\\x00ab\""},
    {{.type = VALUE_VECTOR, .vector = numbers, .length = 4},
     "\"[0.1, 1.0, -1e-10, 16777216.0]\"",
     "\"[0.1, 1.0, -1e-10, 16777216.0]\"",
     "[0.1, 1.0, -1e-10, 16777216.0]"},
    {{.type = VALUE_VECTOR, .vector = numbers, .length = 0}, "\"[]\"", "\"[]\"", "[]"},
};

static void check(const char *path, const struct value *values, size_t count, const char *want) {
    static const char *const names[] = {"a", "b", "c"};
    const struct pgtype types[] = {PGTYPE(PG_ANY), PGTYPE(PG_ANY), PGTYPE(PG_JSONB)};
    const struct export_format *f = export_find(path);
    struct buf out = BUF_INIT;
    assert_non_null(f);
    struct export_table t = {types, names, count, f->delimiter, true};
    f->row(&t, 0, values, &out);
    assert_string_equal(buf_text(&out), want);
    buf_release(&out);
}

static void writes_values(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct value row[] = {cases[i].value, INTEGER(7)};
        struct buf want = BUF_INIT;
        buf_printf(&want, "%s,7\n", cases[i].csv);
        check("x.csv", row, 2, want.data);
        buf_clear(&want);
        buf_printf(&want, "%s\t7\n", cases[i].tsv);
        check("x.TSV.gz", row, 2, want.data);
        buf_clear(&want);
        buf_printf(&want, "{\"a\": %s, \"b\": 7}\n", cases[i].json);
        check("dir.csv/x.jsonl", row, 2, want.data);
        buf_release(&want);
    }
}

/* A line with nothing on it would be no row. */
static void quotes_what_stands_alone(void **state) {
    (void)state;
    check("x.csv", &(const struct value)NOTHING, 1, "\"\"\n");
    check("x.csv", &(const struct value)TEXT(""), 1, "\"\"\n");
    check("x.csv", &(const struct value)TEXT(" \t"), 1, "\" \t\"\n");
    check("x.csv", &(const struct value)TEXT(" x"), 1, " x\n");
}

static void keeps_json_as_json(void **state) {
    (void)state;
    const struct value row[] = {TEXT("{}"), TEXT("[1]"), TEXT("{\"k\":\n [1]}")};
    check("x.jsonl", row, 3, "{\"a\": \"{}\", \"b\": \"[1]\", \"c\": {\"k\":  [1]}}\n");
}

static void goes_by_the_declared_type(void **state) {
    (void)state;
    static const struct {
        const char *declared;
        struct value value;
        const char *csv, *json;
    } typed[] = {
        {"float4", REAL((double)0.1f), "0.1", "0.1"},
        {"float4", REAL(0.1), "0.1", "0.1"},
        {"float4", REAL(0.30000000000000004), "0.30000000000000004", "0.30000000000000004"},
        {"float8", REAL((double)0.1f), "0.10000000149011612", "0.10000000149011612"},
        {"numeric(5,2)", REAL(1.5), "1.50", "1.50"},
        {"numeric(5,2)", INTEGER(2), "2.00", "2.00"},
        {"numeric(5,2)", REAL(NAN), "NaN", "null"},
        {"numeric", REAL(1.5), "1.5", "1.5"},
        {"integer[]", TEXT("{1,2,NULL}"), "\"{1,2,NULL}\"", "[1, 2, null]"},
        {"integer[]", TEXT("{{1,2},{3,4}}"), "\"{{1,2},{3,4}}\"", "[[1, 2], [3, 4]]"},
        {"integer[]", TEXT("{}"), "{}", "[]"},
        {"integer[]", TEXT("no array"), "no array", "\"no array\""},
        {"float8[]", TEXT("{0.5,NaN,-Infinity}"), "\"{0.5,NaN,-Infinity}\"", "[0.5, null, null]"},
        {"boolean[]", TEXT("{t,f}"), "\"{t,f}\"", "[true, false]"},
        {"text[]", TEXT("{a,NULL,b c}"), "\"{a,NULL,b c}\"", "[\"a\", null, \"b c\"]"},
        {"json[]", TEXT("{\"{\\\"k\\\":\n1}\"}"), "\"{\"\"{\\\"\"k\\\"\":\n1}\"\"}\"", "[{\"k\": 1}]"},
        {"text", TEXT("{1,2}"), "\"{1,2}\"", "\"{1,2}\""},
    };
    static const char *const names[] = {"a", "b"};
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
        struct pgtype types[] = {PGTYPE(PG_ANY), PGTYPE(PG_INT8)};
        const struct value row[] = {typed[i].value, INTEGER(7)};
        const struct export_table t = {types, names, 2, ',', true};
        struct buf out = BUF_INIT, want = BUF_INIT;
        assert_true(pgtype_parse(typed[i].declared, &types[0]));
        export_find("x.csv")->row(&t, 0, row, &out);
        export_find("x.jsonl")->row(&t, 0, row, &out);
        buf_printf(&want, "%s,7\n{\"a\": %s, \"b\": 7}\n", typed[i].csv, typed[i].json);
        assert_string_equal(buf_text(&out), buf_text(&want));
        buf_release(&out);
        buf_release(&want);
    }
}

static void frames_tables(void **state) {
    (void)state;
    static const char *const names[] = {"a,b", "한글"};
    static const struct {
        const char *path, *want, *empty;
    } files[] = {
        {"x.csv", "\"a,b\",한글\n1,\n,2\n", "\"a,b\",한글\n"},
        {"x.json", "[{\"a,b\": 1, \"한글\": null},\n {\"a,b\": null, \"한글\": 2}]\n", "[]\n"},
        {"x.ndjson.gz", "{\"a,b\": 1, \"한글\": null}\n{\"a,b\": null, \"한글\": 2}\n", ""},
    };
    const struct pgtype types[] = {PGTYPE(PG_INT8), PGTYPE(PG_INT8)};
    const struct value rows[2][2] = {{INTEGER(1), NOTHING}, {NOTHING, INTEGER(2)}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const struct export_format *f = export_find(files[i].path);
        struct export_table t = {types, names, 2, f->delimiter, true};
        for (int count = 2; count >= 0; count -= 2) {
            struct buf out = BUF_INIT;
            f->begin(&t, &out);
            for (int r = 0; r < count; r++) {
                f->row(&t, r, rows[r], &out);
            }
            f->end(&t, count, &out);
            assert_string_equal(buf_text(&out), count ? files[i].want : files[i].empty);
            buf_release(&out);
        }
    }
}

static void knows_files_by_their_endings(void **state) {
    (void)state;
    assert_null(export_find("x.npy"));
    assert_null(export_find("csv"));
    assert_null(export_find(".csv"));
    assert_null(export_find("x.csv.zip"));
    assert_null(export_find("x.gz"));
    assert_non_null(export_find("x.csv.GZ"));
}

static void heads_npy_files(void **state) {
    (void)state;
    char head[NPY_HEAD];
    npy_head(12, 345, head);
    assert_memory_equal(head,
                        "\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (12, 345), } ", 73);
    assert_int_equal(head[NPY_HEAD - 1], '\n');
    assert_null(memchr(head, '\0', 7));
    npy_head(UINT64_MAX, SIZE_MAX, head);
    assert_int_equal(head[NPY_HEAD - 1], '\n');
    assert_non_null(memmem(head, NPY_HEAD, "(18446744073709551615, 18446744073709551615), }", 47));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_values),      cmocka_unit_test(quotes_what_stands_alone),
        cmocka_unit_test(keeps_json_as_json), cmocka_unit_test(goes_by_the_declared_type),
        cmocka_unit_test(frames_tables),      cmocka_unit_test(knows_files_by_their_endings),
        cmocka_unit_test(heads_npy_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
