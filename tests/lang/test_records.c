/* JSON records into tables: types, places of what is wrong, records across the borders of blocks. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/utf8.h"
#include "lang/data/records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char folder[64], database[96];
static struct stop stop;
static struct store *store;

static int set_up(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    snprintf(folder, sizeof folder, "/tmp/thanosql-test-XXXXXX");
    if (!mkdtemp(folder)) {
        return -1;
    }
    snprintf(database, sizeof database, "%s/store.db", folder);
    stop_clear(&stop);
    return store_open(database, &stop, &store, &e);
}

static int tear_down(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    store_close(store);
    return file_remove_tree(folder, &e);
}

static enum err_code load(const char *text, size_t len, size_t *wrong, struct err *e) {
    struct err ignored = ERR_INIT;
    const struct import_target to = {.store = store, .table = "t", .stop = &stop};
    struct datafile *f = datafile_of_text(text, len);
    long long rows = 0;
    assert_non_null(f);
    assert_int_equal(store_run(store, "DROP TABLE IF EXISTS t", &ignored), ERR_OK);
    assert_int_equal(store_begin(store, &ignored), ERR_OK);
    if (records_load(f, "x.json", &to, &rows, wrong, e) == ERR_OK) {
        store_commit(store, e);
    } else {
        store_rollback(store);
    }
    datafile_close(f);
    return e->code;
}

/* The table: "name type, …; value, …; …". */
static void print_table(struct buf *out) {
    static const char *const types[] = {"?", "bool", "int", "real", "text", "blob", "vector"};
    struct err e = ERR_INIT;
    struct store_query *q = NULL;
    bool row = true;
    assert_int_equal(store_prepare(store, "SELECT * FROM t ORDER BY rowid", 30, &q, &e), ERR_OK);
    for (size_t i = 0; i < store_column_count(q); i++) {
        buf_printf(out, "%s%s %s", i ? ", " : "", store_column(q, i).name, types[store_column(q, i).type]);
    }
    while (store_step(q, &row, &e) == ERR_OK && row) {
        for (size_t i = 0; i < store_column_count(q); i++) {
            struct value v = store_value(q, i);
            buf_str(out, i ? ", " : "; ");
            switch (v.type) {
            case VALUE_NULL:
                buf_str(out, "-");
                break;
            case VALUE_TEXT:
                buf_printf(out, "'%s'", v.text);
                break;
            case VALUE_REAL:
                buf_printf(out, "%.17gr", v.real);
                break;
            default:
                buf_printf(out, "%lld", (long long)v.integer);
            }
        }
    }
    store_finish(q);
}

static const struct {
    const char *json, *table;
} good[] = {
    {"[{\"a\":1}]", "a int; 1"},
    {" \n[ { \"a\" : 1 } , {\"a\": -2} ]\n", "a int; 1; -2"},
    {"\xEF\xBB\xBF{\"a\":1}\n{\"a\":2}\n\n{\"a\":3}", "a int; 1; 2; 3"},
    {"{\"a\":1}{\"a\":2}", "a int; 1; 2"},
    {"[{\"a\":1},{\"b\":\"x\"},{\"b\":null,\"a\":2}]", "a int, b text; 1, -; -, 'x'; 2, -"},
    {"[{\"a\":1},{\"a\":2.0}]", "a real; 1r; 2r"},
    {"[{\"a\":1e2}]", "a real; 100r"},
    {"[{\"a\":true},{\"a\":false},{\"a\":null}]", "a bool; 1; 0; -"},
    {"[{\"a\":true},{\"a\":1}]", "a text; 'true'; '1'"},
    {"[{\"a\":1},{\"a\":\"1\"}]", "a text; '1'; '1'"},
    {"[{\"a\":\"007\"},{\"a\":\"NA\"},{\"a\":\"\"}]", "a text; '007'; 'NA'; ''"},
    {"[{\"a\":null}]", "a text; -"},
    {"[{\"a\":9223372036854775807}]", "a int; 9223372036854775807"},
    {"[{\"a\":9223372036854775808},{\"a\":1}]", "a real; 9.2233720368547758e+18r; 1r"},
    {"[{\"a\":123456789012345678901234567890}]", "a text; '123456789012345678901234567890'"},
    {"[{\"a\":[1,{\"b\":\"}]\"}]},{\"a\":{}}]", "a text; '[1,{\"b\":\"}]\"}]'; '{}'"},
    {"[{\"a\":\"\\u00e9\\ud83d\\ude00 \\\"\\\\\"}]", "a text; '\xC3\xA9\xF0\x9F\x98\x80 \"\\'"},
    {"[{\"A b\":1,\"a B\":2,\"\":3}]", "a b int, a b.1 int, unnamed: 2 int; 1, 2, 3"},
    {"[{\"a\":1,\"a\":2}]", "a int; 2"},
    {"[{\"a\":1 \n,\"b\":2\t}]", "a int, b int; 1, 2"},
    {"{\"a\":[1],\"b\":2}", "a text, b int; '[1]', 2"},
    {"[{\"a\":[1]}]", "a text; '[1]'"},
};

static void reads_records(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct err e = ERR_INIT;
        struct buf table = BUF_INIT;
        size_t wrong = 0;
        if (load(good[i].json, strlen(good[i].json), &wrong, &e) != ERR_OK) {
            fail_msg("%s: %s", good[i].json, e.message);
        }
        print_table(&table);
        assert_string_equal(table.data, good[i].table);
        buf_release(&table);
    }
}

#define BYTES(text) text, sizeof(text) - 1

static const struct {
    const char *json;
    size_t len, wrong;
    const char *says;
} bad[] = {
    {BYTES(""), 0, "x.json has no records"},
    {BYTES("[]"), 0, "x.json has no records"},
    {BYTES("[{},{}]"), 0, "x.json has no records"},
    {BYTES("x"), 0, "x.json, line 1, column 1: a record, which begins with {, is missing"},
    {BYTES("[1]"), 1, "line 1, column 2: a record, which begins with {"},
    {BYTES("[[{\"a\":1}]]"), 1, "line 1, column 2: a record, which begins with {"},
    {BYTES("[{\"a\":1}\n {\"a\":2}]"), 10, "line 2, column 2: a comma or ] is missing"},
    {BYTES("[{\"a\":1},\n]"), 10, "line 2, column 1: a record, which begins with {"},
    {BYTES("{\"a\":1},{\"a\":2}"), 7, "line 1, column 8: a comma or ] is missing"},
    {BYTES("[{\"a\":1}"), 8, "line 1, column 9: the ] behind the last record"},
    {BYTES("[{\"a\":1}] 5"), 10, "line 1, column 11: text after the end"},
    {BYTES("[{\"a\":1},\n{\"\xED\x95\x9C\":\"\xEA\xB8\x80\", b:2}]"), 24, "line 2, column 11: this is not JSON"},
    {BYTES("[{\"a\":1,}]"), 8, "line 1, column 9: this is not JSON"},
    {BYTES("[{'a':1}]"), 2, "line 1, column 3: this is not JSON"},
    {BYTES("[{\"a\":01}]"), 7, "line 1, column 8: this is not JSON"},
    {BYTES("[{\"a\":\"x\ny\"}]"), 9, "this is not JSON"},
    {BYTES("[{\"a\":1]]"), 7, "line 1, column 8: this is not JSON"},
    {BYTES("[{\"a\":\n\"\xFF\"}]"), 8, "line 2, column 2: the text is not UTF-8"},
    {BYTES("[\n {\"a\":\"never closed}]"), 3, "line 2, column 2: the record that begins here has no end"},
    {BYTES("[{\"a\":{\"b\":1}]"), 13, "line 1, column 14: this is not JSON"},
    {BYTES("[{\"a\":1,\0\"b\":2}]"), 8, "line 1, column 9: this is not JSON"}, /* strchr() finds NUL among blanks */
    {BYTES("[{\"a\":1}\0]"), 8, "line 1, column 9: a comma or ] is missing"},
    {BYTES("{\"a\":{\"0\":1},\"b\":{\"0\":2}}"), 0, "one object whose values are columns or tables"},
};

static void tells_the_place(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = ERR_INIT;
        size_t wrong = 0;
        bool found = true;
        assert_int_equal(load(bad[i].json, bad[i].len, &wrong, &e), ERR_VALUE);
        if (wrong != bad[i].wrong || !strstr(e.message, bad[i].says) || !e.hint[0]) {
            fail_msg("%s: at %zu, %s", bad[i].json, wrong, e.message);
        }
        assert_int_equal(store_has_table(store, "t", &found, &(struct err){.code = ERR_OK}), ERR_OK);
        assert_false(found);
    }
}

/* Records of many lengths, so that the borders of blocks fall everywhere in them; one is longer than a block. */
static void streams_large_texts(void **state) {
    (void)state;
    enum { ROWS = 20000 };
    struct buf text = BUF_INIT;
    struct err e = ERR_INIT;
    struct store_query *q = NULL;
    size_t wrong = 0;
    bool row = true;
    long long seen = 0;
    buf_char(&text, '[');
    for (int i = 0; i < ROWS; i++) {
        const char *marks = "a { in, } a \xED\x95\x9C [ text ] of : marks";
        buf_printf(&text, "%s{\"n\": %d, \"t\": \"%.*s\\u00e9\"}", i ? ",\n" : "", i,
                   (int)utf8_cut(marks, (size_t)i % 37), marks);
    }
    buf_str(&text, ",{\"n\": 20000, \"t\": \"");
    for (int i = 0; i < 200000; i++) {
        buf_char(&text, 'x');
    }
    buf_str(&text, "\"}]");
    assert_int_equal(load(text.data, text.len, &wrong, &e), ERR_OK);
    assert_int_equal(store_prepare(store, "SELECT n, length(t) FROM t ORDER BY rowid", 41, &q, &e), ERR_OK);
    for (; store_step(q, &row, &e) == ERR_OK && row; seen++) {
        assert_int_equal(store_value(q, 0).integer, seen);
    }
    assert_int_equal(seen, ROWS + 1);
    store_finish(q);
    buf_release(&text);
}

static void has_limits(void **state) {
    (void)state;
    struct buf text = BUF_INIT;
    struct err e = ERR_INIT;
    size_t wrong = 0;
    for (int count = 2000; count <= 2001; count++) {
        buf_clear(&text);
        for (int i = 0; i < count; i++) {
            buf_printf(&text, "%s\"k%d\": %d", i ? ", " : "[{", i, i);
        }
        buf_str(&text, "}]");
        e = ERR_INIT;
        assert_int_equal(load(text.data, text.len, &wrong, &e), count == 2000 ? ERR_OK : ERR_VALUE);
    }
    assert_non_null(strstr(e.message, "more than 2000"));
    buf_clear(&text);
    buf_str(&text, "[{\"a\": \"");
    for (int i = 0; i < 1100000; i++) {
        buf_str(&text, "never closed, and a long text of this, for ever and ever again ");
    }
    e = ERR_INIT;
    assert_int_equal(load(text.data, text.len, &wrong, &e), ERR_VALUE);
    assert_non_null(strstr(e.message, "longer than 64 MiB"));
    buf_release(&text);
}

/* Valid JSON, and too much of it. */
static void tells_much_from_wrong(void **state) {
    (void)state;
    static const struct {
        const char *begin, *again;
        int most; /* of `again` */
        const char *says;
    } texts[] = {
        {"[{\"a\":", "[", 499, "a record of more than 500 levels is not supported"},
        {"[{\"a\":[0", ",0", (1 << 21) - 3, "a record of more than 2097152 values is not supported"},
    };
    for (size_t i = 0; i < 4; i++) {
        int count = texts[i / 2].most + (int)(i % 2);
        bool deep = i < 2;
        struct buf text = BUF_INIT;
        struct err e = ERR_INIT;
        size_t wrong = 0;
        buf_str(&text, texts[i / 2].begin);
        for (int k = 0; k < count; k++) {
            buf_str(&text, texts[i / 2].again);
        }
        for (int k = 0; k < (deep ? count : 1); k++) {
            buf_char(&text, ']');
        }
        buf_str(&text, "}]");
        assert_int_equal(load(text.data, text.len, &wrong, &e), i % 2 ? ERR_VALUE : ERR_OK);
        if (i % 2 && (!strstr(e.message, texts[i / 2].says) || !e.hint[0])) {
            fail_msg("%s", e.message);
        }
        buf_release(&text);
    }
}

static void stop_ends_it(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    long long rows = 0;
    size_t wrong;
    const struct import_target to = {.store = store, .table = "t", .stop = &stop};
    struct datafile *f = datafile_of_text("[{\"a\":1}]", 9);
    stop_request(&stop);
    assert_int_equal(records_load(f, NULL, &to, &rows, &wrong, &e), ERR_INTERRUPT);
    stop_clear(&stop);
    datafile_close(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_records, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_the_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(streams_large_texts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(has_limits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_much_from_wrong, set_up, tear_down),
        cmocka_unit_test_setup_teardown(stop_ends_it, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
