/* CSV files into tables: what pandas makes of them (csv_cases.json, by make_csv_cases.py), and files that are wrong. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "lang/data/csv.h"

#include <jansson.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char folder[64], path[96], database[96];
static struct stop stop;
static struct store *store;
static struct csv_format format; /* of the next load */

static int set_up(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    snprintf(folder, sizeof folder, "/tmp/thanosql-test-XXXXXX");
    if (!mkdtemp(folder)) {
        return -1;
    }
    snprintf(path, sizeof path, "%s/data.csv", folder);
    snprintf(database, sizeof database, "%s/store.db", folder);
    stop_clear(&stop);
    format = (struct csv_format){.delimiter = 0};
    return store_open(database, &stop, &store, &e);
}

static int tear_down(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    store_close(store);
    return file_remove_tree(folder, &e);
}

static void write_file(const void *bytes, size_t len) {
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

static enum err_code load(const struct sink *out, long long *rows, struct err *e) {
    struct err ignored = ERR_INIT;
    assert_int_equal(store_run(store, "DROP TABLE IF EXISTS \"t \"\"1\"", &ignored), ERR_OK);
    assert_int_equal(store_begin(store, &ignored), ERR_OK);
    const struct import_target to = {.store = store, .table = "t \"1", .stop = &stop, .out = out};
    if (csv_load(path, &format, &to, rows, e) == ERR_OK) {
        return store_commit(store, e);
    }
    store_rollback(store);
    bool found = true;
    stop_clear(&stop);
    assert_int_equal(store_has_table(store, "t \"1", &found, &ignored), ERR_OK);
    assert_false(found);
    return e->code;
}

static struct store_query *select_all(void) {
    struct err e = ERR_INIT;
    struct store_query *q = NULL;
    const char *sql = "SELECT * FROM \"t \"\"1\" ORDER BY rowid";
    assert_int_equal(store_prepare(store, sql, strlen(sql), &q, &e), ERR_OK);
    return q;
}

static bool same(const json_t *want, struct value got) {
    if (json_is_object(want)) {
        double real = strtod(json_string_value(json_object_get(want, "real")), NULL);
        return got.type == VALUE_REAL && got.real == real; /* SQLite keeps no -0.0 */
    }
    switch (json_typeof(want)) {
    case JSON_NULL:
        return got.type == VALUE_NULL;
    case JSON_TRUE:
    case JSON_FALSE:
        return got.type == VALUE_BOOLEAN && got.integer == json_is_true(want);
    case JSON_INTEGER:
        return got.type == VALUE_INTEGER && got.integer == json_integer_value(want);
    default:
        return got.type == VALUE_TEXT && got.length == json_string_length(want) &&
               memcmp(got.text, json_string_value(want), got.length) == 0;
    }
}

static enum value_type type_named(const char *name) {
    static const struct {
        const char *name;
        enum value_type type;
    } types[] = {{"boolean", VALUE_BOOLEAN}, {"integer", VALUE_INTEGER}, {"real", VALUE_REAL}, {"text", VALUE_TEXT}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i].name, name) == 0) {
            return types[i].type;
        }
    }
    return VALUE_NULL;
}

/* Returns whether the case holds, and says where it does not. */
static bool check_case(const json_t *c) {
    struct err e = ERR_INIT;
    long long rows = -1;
    bool row = true, good = true;
    const json_t *csv = json_object_get(c, "csv"), *names = json_object_get(c, "names");
    const json_t *types = json_object_get(c, "types"), *want = json_object_get(c, "rows");
    write_file(json_string_value(csv), json_string_length(csv));
    if (load(NULL, &rows, &e) != ERR_OK) {
        print_message("%s: %s\n", json_string_value(csv), e.message);
        return false;
    }
    struct store_query *q = select_all();
    good = rows == (long long)json_array_size(want) && store_column_count(q) == json_array_size(names);
    for (size_t i = 0; good && i < store_column_count(q); i++) {
        struct column column = store_column(q, i);
        good = strcmp(column.name, json_string_value(json_array_get(names, i))) == 0 &&
               column.type == type_named(json_string_value(json_array_get(types, i)));
    }
    for (size_t r = 0; good && store_step(q, &row, &e) == ERR_OK && row; r++) {
        for (size_t i = 0; good && i < store_column_count(q); i++) {
            good = same(json_array_get(json_array_get(want, r), i), store_value(q, i));
        }
    }
    store_finish(q);
    if (!good) {
        print_message("not as pandas: %s\n", json_string_value(csv));
    }
    return good;
}

static void reads_as_pandas(void **state) {
    (void)state;
    json_error_t error;
    json_t *cases = json_load_file("tests/lang/csv_cases.json", 0, &error);
    size_t wrong = 0;
    assert_true(json_array_size(cases) > 200);
    for (size_t i = 0; i < json_array_size(cases); i++) {
        wrong += !check_case(json_array_get(cases, i));
    }
    json_decref(cases);
    assert_int_equal(wrong, 0);
}

#define BYTES(text) text, sizeof(text) - 1

static void refuses(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        enum err_code code;
        const char *message; /* a part of it */
    } cases[] = {
        {BYTES(""), ERR_VALUE, "is empty"},
        {BYTES("\xEF\xBB\xBF"), ERR_VALUE, "is empty"},
        {BYTES("\n\r\n  \n"), ERR_VALUE, "is empty"},
        {BYTES("a,b\n1,2\n1,2,3\n"), ERR_VALUE, "line 3, column 3: a row of more fields than the header's 2"},
        {BYTES("a,b\r\n\"1\r\n\",2\r\n\r\n1,2,3\r\n"), ERR_VALUE, "line 5, column 3: a row of more fields"},
        {BYTES("a\r1\r1,2\r"), ERR_VALUE, "line 3, column 2: a row of more"},
        {BYTES("a\r1\n1,2\r"), ERR_VALUE, "line 3, column 2: a row of more"},
        {BYTES("a,b\n1,\xff\n"), ERR_VALUE, "line 2, column 2 (b): the text is not UTF-8"},
        {BYTES("a,b\n1,2\n\xb0\xa1,2\n"), ERR_VALUE, "line 3, column 1 (a): the text is not UTF-8"},
        {BYTES("\xb0,b\n"), ERR_VALUE, "line 1, column 1: the text is not UTF-8"},
        {BYTES("a\n1\n2\0\n"), ERR_VALUE, "line 3: a NUL character"},
        {BYTES("a\n1\n\"x\ny\n"), ERR_VALUE, "line 3, column 1 (a): the quote that begins here is never closed"},
        {BYTES("a,b\n\"x\ny\",\"z\n\n"), ERR_VALUE, "line 3, column 2 (b): the quote that begins here is never closed"},
        {BYTES("a,b\n\"x\"y,2\n"), ERR_VALUE, "line 2, column 1 (a): text after the closing quote"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = ERR_INIT;
        long long rows = 42;
        write_file(cases[i].bytes, cases[i].len);
        assert_int_equal(load(NULL, &rows, &e), cases[i].code);
        if (!strstr(e.message, cases[i].message) || !strstr(e.message, "data.csv")) {
            fail_msg("case %zu: %s", i, e.message);
        }
        assert_int_equal(rows, 42);
    }
}

static void refuses_no_file(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    long long rows = 42;
    assert_int_equal(load(NULL, &rows, &e), ERR_FILE);
    assert_non_null(strstr(e.message, "data.csv cannot be opened: No such file"));
    e = ERR_INIT;
    const struct import_target to = {.store = store, .table = "t", .stop = &stop};
    assert_int_equal(csv_load(folder, &format, &to, &rows, &e), ERR_FILE);
}

static void header_alone_makes_text(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    long long rows = 42;
    write_file(BYTES("\xEF\xBB\xBF"
                     "Alpha,beta"));
    assert_int_equal(load(NULL, &rows, &e), ERR_OK);
    assert_int_equal(rows, 0);
    struct store_query *q = select_all();
    assert_int_equal(store_column_count(q), 2);
    assert_string_equal(store_column(q, 0).name, "alpha");
    assert_int_equal(store_column(q, 1).type, VALUE_TEXT);
    store_finish(q);
}

static void columns_have_a_limit(void **state) {
    (void)state;
    for (int count = 2000; count <= 2001; count++) {
        struct buf text = BUF_INIT;
        struct err e = ERR_INIT;
        long long rows = 42;
        for (int line = 0; line < 2; line++) {
            for (int i = 0; i < count; i++) {
                buf_printf(&text, "%s%s", i ? "," : "", line ? "1" : "a");
            }
            buf_char(&text, '\n');
        }
        write_file(text.data, text.len);
        buf_release(&text);
        assert_int_equal(load(NULL, &rows, &e), count == 2000 ? ERR_OK : ERR_VALUE);
        if (count == 2001) {
            assert_non_null(strstr(e.message, "has more than 2000 columns"));
        }
    }
}

/* Larger than the blocks that are read: rows across their borders, one field larger than a block. */
static void streams_large_files(void **state) {
    (void)state;
    enum { ROWS = 30000, LONG = 200000 };
    struct buf text = BUF_INIT;
    struct err e = ERR_INIT;
    long long rows = 0, seen = 0;
    bool row = true;
    buf_str(&text, "id,words\r\n");
    for (int i = 0; i < ROWS; i++) {
        buf_printf(&text, "%d,\"word %d, \"\"quoted\"\"\r\n%d\"\r\n   \r\n", i, i, i);
    }
    buf_str(&text, "1,\"");
    for (int i = 0; i < LONG; i++) {
        buf_char(&text, (char)('a' + i % 26));
    }
    buf_str(&text, "\"\n");
    write_file(text.data, text.len);
    buf_release(&text);
    assert_int_equal(load(NULL, &rows, &e), ERR_OK);
    assert_int_equal(rows, ROWS + 1);
    struct store_query *q = select_all();
    for (; store_step(q, &row, &e) == ERR_OK && row && seen < ROWS; seen++) {
        char want[80];
        snprintf(want, sizeof want, "word %lld, \"quoted\"\r\n%lld", seen, seen);
        assert_int_equal(store_value(q, 0).integer, seen);
        assert_string_equal(store_value(q, 1).text, want);
    }
    assert_int_equal(store_value(q, 1).length, LONG);
    store_finish(q);
}

static void row_has_a_limit(void **state) {
    (void)state;
    struct buf text = BUF_INIT;
    struct err e = ERR_INIT;
    long long rows = 0;
    buf_str(&text, "a,b\n1,\"");
    for (int i = 0; i < 1100000; i++) {
        buf_str(&text, "never closed, and a long file of this, for ever and ever again\n");
    }
    write_file(text.data, text.len);
    buf_release(&text);
    assert_int_equal(load(NULL, &rows, &e), ERR_VALUE);
    assert_non_null(strstr(e.message, "begins on line 2 is longer"));
    assert_non_null(strstr(e.hint, "opened on line 2"));
}

static void stop_ends_it(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    long long rows = 0;
    write_file(BYTES("a\n1\n"));
    stop_request(&stop);
    struct err begin = ERR_INIT;
    assert_int_equal(store_begin(store, &begin), ERR_OK);
    const struct import_target to = {.store = store, .table = "t", .stop = &stop};
    assert_int_equal(csv_load(path, &format, &to, &rows, &e), ERR_INTERRUPT);
    store_rollback(store);
    stop_clear(&stop);
}

static void note_progress(void *user, const struct progress *p) {
    struct progress *last = user;
    assert_true(p->total > 0 && p->done >= last->done && p->done <= p->total);
    assert_true(last->done < p->total); /* nothing after the end */
    *last = *p;
}

static void progress_ends_whole(void **state) {
    (void)state;
    struct progress last = {.done = 0};
    struct sink out = {.user = &last, .progress = note_progress};
    struct buf text = BUF_INIT;
    struct err e = ERR_INIT;
    long long rows = 0;
    buf_str(&text, "a,b,c\n");
    for (int i = 0; i < 600000; i++) {
        buf_printf(&text, "%d,%d.5,text %d\n", i, i, i);
    }
    write_file(text.data, text.len);
    double size = (double)text.len;
    buf_release(&text);
    assert_int_equal(load(&out, &rows, &e), ERR_OK);
    assert_int_equal(rows, 600000);
    if (last.done > 0) { /* a fast machine says nothing */
        assert_true(last.done == size && last.total == size);
    }
    print_message("600,000 rows of 3 columns: %.2f s\n", last.seconds);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_as_pandas, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_no_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(header_alone_makes_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(columns_have_a_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(streams_large_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(row_has_a_limit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stop_ends_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(progress_ends_whole, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
