/* Tables against pandas itself: pandas_cases.json holds what pandas 1.5.3 showed (make_pandas_cases.py). */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "kernel/display/frame_grid.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define CASES "tests/kernel/pandas_cases.json"

enum { COLUMNS = 200, FLOATS = 256, BLOB = 256 };

/* Storage for the values of one row. */
struct row {
    struct value values[COLUMNS];
    float floats[COLUMNS][FLOATS];
    char blobs[COLUMNS][BLOB];
};

static struct value vector_read(json_t *json, float *floats) {
    size_t n = json_array_size(json);
    assert_true(n <= FLOATS);
    for (size_t i = 0; i < n; i++) {
        floats[i] = (float)json_number_value(json_array_get(json, i));
        if (json_is_string(json_array_get(json, i))) {
            floats[i] = strtof(json_string_value(json_array_get(json, i)), NULL);
        }
    }
    return (struct value){.type = VALUE_VECTOR, .vector = floats, .length = n};
}

static struct value blob_read(const char *hex, char *bytes) {
    size_t n = strlen(hex) / 2;
    assert_true(n <= BLOB);
    for (size_t i = 0; i < n; i++) {
        char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        bytes[i] = (char)strtol(pair, NULL, 16);
    }
    return (struct value){.type = VALUE_BLOB, .text = bytes, .length = n};
}

static struct value value_read(json_t *json, struct row *row, size_t i) {
    switch (json_typeof(json)) {
    case JSON_NULL:
        return (struct value){.type = VALUE_NULL};
    case JSON_TRUE:
    case JSON_FALSE:
        return (struct value){.type = VALUE_BOOLEAN, .integer = json_is_true(json)};
    case JSON_INTEGER:
        return (struct value){.type = VALUE_INTEGER, .integer = json_integer_value(json)};
    case JSON_STRING:
        return (struct value){.type = VALUE_TEXT, .text = json_string_value(json), .length = json_string_length(json)};
    default:
        break;
    }
    if (json_object_get(json, "real")) {
        const char *text = json_string_value(json_object_get(json, "real"));
        return (struct value){.type = VALUE_REAL, .real = strtod(text, NULL)};
    }
    if (json_object_get(json, "blob")) {
        return blob_read(json_string_value(json_object_get(json, "blob")), row->blobs[i]);
    }
    return vector_read(json_object_get(json, "vector"), row->floats[i]);
}

static void rows_add(struct frame *f, json_t *rows, struct row *row) {
    struct err e = ERR_INIT;
    for (size_t r = 0; r < json_array_size(rows); r++) {
        json_t *line = json_array_get(rows, r);
        for (size_t i = 0; i < f->column_count; i++) {
            row->values[i] = value_read(json_array_get(line, i), row, i);
        }
        assert_int_equal(frame_add(f, row->values, &e), ERR_OK);
    }
}

static void counted_add(struct frame *f, json_t *first, json_int_t count, struct row *row) {
    struct err e = ERR_INIT;
    for (json_int_t r = 0; r < count; r++) {
        for (size_t i = 0; i < f->column_count; i++) {
            json_int_t start = json_integer_value(json_array_get(first, i));
            row->values[i] = (struct value){.type = VALUE_INTEGER, .integer = start + r};
        }
        assert_int_equal(frame_add(f, row->values, &e), ERR_OK);
    }
}

static struct frame case_frame(json_t *test, struct row *row) {
    struct frame f;
    struct err e = ERR_INIT;
    struct column columns[COLUMNS];
    json_t *names = json_object_get(test, "columns"), *first = json_object_get(test, "first");
    size_t count = json_array_size(names);
    assert_true(count <= COLUMNS);
    for (size_t i = 0; i < count; i++) {
        columns[i] = (struct column){.name = json_string_value(json_array_get(names, i))};
    }
    assert_int_equal(frame_init(&f, &FRAME_LIMITS, columns, count, &e), ERR_OK);
    if (first) {
        counted_add(&f, first, json_integer_value(json_object_get(test, "count")), row);
    } else {
        rows_add(&f, json_object_get(test, "rows"), row);
    }
    return f;
}

static int differs(const char *name, const char *form, const char *got, const char *want) {
    if (strcmp(got, want) == 0) {
        return 0;
    }
    size_t at = 0;
    while (got[at] && got[at] == want[at]) {
        at++;
    }
    size_t from = at > 60 ? at - 60 : 0;
    print_error("%s, %s, byte %zu:\n got  …%.120s\n want …%.120s\n", name, form, at, got + from, want + from);
    return 1;
}

static int case_check(json_t *test, const char *style, struct row *row) {
    const char *name = json_string_value(json_object_get(test, "name"));
    struct frame f = case_frame(test, row);
    struct frame_grid g;
    struct err e = ERR_INIT;
    struct buf html = BUF_INIT, plain = BUF_INIT, want = BUF_INIT;
    assert_int_equal(frame_grid_init(&g, &f, &e), ERR_OK);
    frame_html(&g, NULL, &html);
    frame_text(&g, &plain);
    buf_str(&want, style);
    buf_str(&want, json_string_value(json_object_get(test, "html")));
    int failures = differs(name, "html", buf_text(&html), buf_text(&want));
    failures += differs(name, "plain", buf_text(&plain), json_string_value(json_object_get(test, "plain")));
    buf_release(&want);
    buf_release(&html);
    buf_release(&plain);
    frame_grid_release(&g);
    frame_release(&f);
    return failures;
}

static void test_pandas(void **state) {
    (void)state;
    json_error_t error;
    json_t *cases = json_load_file(CASES, 0, &error);
    assert_non_null(cases);
    assert_true(json_array_size(cases) > 60);
    const char *style = json_string_value(json_object_get(json_array_get(cases, 0), "style"));
    struct row *row = calloc(1, sizeof *row);
    assert_non_null(row);
    int failures = 0;
    for (size_t i = 1; i < json_array_size(cases); i++) {
        failures += case_check(json_array_get(cases, i), style, row);
    }
    assert_int_equal(failures, 0);
    free(row);
    json_decref(cases);
}

/* What pandas never meets: text that is not UTF-8, names past any measure, texts of megabytes. */
static void test_beyond_pandas(void **state) {
    (void)state;
    struct buf long_name = BUF_INIT, long_text = BUF_INIT, html = BUF_INIT, plain = BUF_INIT;
    for (int i = 0; i < 100000; i++) {
        buf_str(&long_name, "n");
        buf_str(&long_text, "\xED\x95\x9C");
    }
    struct column columns[] = {{.name = "bad \xFF name"}, {.name = buf_text(&long_name)}};
    struct value values[] = {{.type = VALUE_TEXT, .text = "a\xC3(b\xE2\x82", .length = 6},
                             {.type = VALUE_TEXT, .text = buf_text(&long_text), .length = long_text.len}};
    struct frame f;
    struct frame_grid g;
    struct err e = ERR_INIT;
    assert_int_equal(frame_init(&f, &FRAME_LIMITS, columns, 2, &e), ERR_OK);
    for (int i = 0; i < 3000; i++) {
        assert_int_equal(frame_add(&f, values, &e), ERR_OK);
    }
    assert_int_equal(frame_grid_init(&g, &f, &e), ERR_OK);
    frame_html(&g, NULL, &html);
    frame_text(&g, &plain);
    assert_true(html.len < 20000 && plain.len < 20000);
    assert_non_null(strstr(buf_text(&html), "<td>a\uFFFD(b\uFFFD\uFFFD</td>"));
    assert_non_null(strstr(buf_text(&html), "<th>bad \uFFFD name</th>"));
    assert_non_null(strstr(buf_text(&html), "nnn...</th>"));
    assert_non_null(strstr(buf_text(&plain), "[3000 rows x 2 columns]"));
    frame_grid_release(&g);
    frame_release(&f);
    buf_release(&html);
    buf_release(&plain);
    buf_release(&long_name);
    buf_release(&long_text);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pandas), cmocka_unit_test(test_beyond_pandas)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
