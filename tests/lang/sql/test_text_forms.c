/* Arrays and JSON: values that are text here, taken apart and put together again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lang/sql/array.h"
#include "lang/sql/jsontext.h"

#include <string.h>

static const struct {
    const char *text, *printed; /* NULL: none */
} arrays[] = {
    {"{}", "{}"},
    {" { 1 , 2 } ", "{1,2}"},
    {"{NULL,null,\"NULL\"}", "{NULL,NULL,\"NULL\"}"},
    {"{\"\",\" a\",\"b,c\",\"{\"}", "{\"\",\" a\",\"b,c\",\"{\"}"},
    {"{\"a\\\"b\",c\\\\d}", "{\"a\\\"b\",\"c\\\\d\"}"},
    {"{a b,c }", "{\"a b\",c}"},
    {"{a\\ }", "{\"a \"}"},
    {"{{1,2},{3,4}}", "{{1,2},{3,4}}"},
    {"{{{{{{1}}}}}}", "{{{{{{1}}}}}}"},
    {"{\"}\",x}", "{\"}\",x}"},
    {"", NULL},
    {"{", NULL},
    {"{1", NULL},
    {"{1,}", NULL},
    {"{,1}", NULL},
    {"{1}x", NULL},
    {"{\"a}", NULL},
    {"{a\"b\"}", NULL},
    {"{{{{{{{1}}}}}}}", NULL},
};

static void arrays_are_read_and_printed(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        struct arena a = ARENA_INIT;
        struct err e = ERR_INIT;
        struct buf out = BUF_INIT;
        struct array x;
        bool read = array_parse(&a, arrays[i].text, strlen(arrays[i].text), &x, &e) == ERR_OK;
        if (read) {
            array_print(&x, &out);
        }
        if (read != (arrays[i].printed != NULL) || (read && strcmp(buf_text(&out), arrays[i].printed) != 0)) {
            fail_msg("%s: %s", arrays[i].text, read ? buf_text(&out) : e.message);
        }
        buf_release(&out);
        arena_release(&a);
    }
}

/* Each element once took memory for all of the text behind it. */
static void a_long_array_takes_memory_by_its_length(void **state) {
    enum { ITEMS = 300000 };
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct buf text = BUF_INIT;
    struct array x;
    (void)state;
    buf_char(&text, '{');
    for (int i = 0; i < ITEMS; i++) {
        buf_str(&text, i ? ",1" : "1");
    }
    buf_char(&text, '}');
    assert_int_equal(array_parse(&a, buf_text(&text), text.len, &x, &e), ERR_OK);
    assert_int_equal(x.count, ITEMS);
    assert_string_equal(x.items[ITEMS - 1].text, "1");
    buf_release(&text);
    arena_release(&a);
}

static void a_nul_parts_nothing(void **state) {
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct array x;
    struct jsontext *j;
    (void)state;
    assert_int_equal(array_parse(&a,
                                 "{1\0"
                                 "2}",
                                 5, &x, &e),
                     ERR_OK);
    assert_true(x.count == 1 && x.items[0].len == 3);
    assert_int_equal(array_parse(&a, "{1}\0", 4, &x, &e), ERR_VALUE);
    e = ERR_INIT;
    assert_int_equal(jsontext_parse(&a, "[1\0]", 4, &j, &e), ERR_VALUE);
    arena_release(&a);
}

static const struct {
    const char *text, *printed;
} texts[] = {
    {"null", "null"},
    {" [ 1 , 2.50 , true ] ", "[1, 2.50, true]"},
    {"{\"b\":1,\"a\":2}", "{\"a\": 2, \"b\": 1}"},
    {"{\"aa\":1,\"b\":2}", "{\"b\": 2, \"aa\": 1}"}, /* shorter keys first */
    {"{\"a\":1,\"a\":2}", "{\"a\": 2}"},             /* the last one counts */
    {"\"\\u0041\\n\\u00e9\"", "\"A\\né\""},
    {"\"\\ud83d\\ude00\"", "\"😀\""},
    {"1e3", "1000"},
    {"-0.5e-2", "-0.005"},
    {"1.50e1", "15.0"},
    {"100e-2", "1.00"},
    {"12345678901234567890e-3", "12345678901234567.890"},
    {"0e5", "0"},
    {"1.25E0", "1.25"},
    {"{}", "{}"},
    {"", NULL},
    {"{\"a\"}", NULL},
    {"{a:1}", NULL},
    {"[1,]", NULL},
    {"[1 2]", NULL},
    {"01", NULL},
    {"1.", NULL},
    {"+1", NULL},
    {"'a'", NULL},
    {"\"\\x\"", NULL},
    {"\"\\ud83d\"", NULL},
    {"\"\\u0000\"", NULL},
    {"\"a\nb\"", NULL},
    {"nul", NULL},
    {"1 x", NULL},
};

static void json_is_read_and_printed_as_jsonb(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct arena a = ARENA_INIT;
        struct err e = ERR_INIT;
        struct buf out = BUF_INIT;
        struct jsontext *j = NULL;
        bool read = jsontext_parse(&a, texts[i].text, strlen(texts[i].text), &j, &e) == ERR_OK;
        if (read) {
            jsontext_normalise(j);
            jsontext_print(j, &out);
        }
        if (read != (texts[i].printed != NULL) || (read && strcmp(buf_text(&out), texts[i].printed) != 0)) {
            fail_msg("%s: %s", texts[i].text, read ? buf_text(&out) : e.message);
        }
        buf_release(&out);
        arena_release(&a);
    }
}

static void members_are_found(void **state) {
    static const char text[] = "{\"a\": [1, 2, 3], \"a\": [4, 5]}";
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct jsontext *j;
    (void)state;
    assert_int_equal(jsontext_parse(&a, text, sizeof text - 1, &j, &e), ERR_OK);
    const struct jsontext *list = jsontext_member(j, "a", 1);
    assert_non_null(list);
    assert_int_equal(list->count, 2);
    assert_int_equal(*jsontext_element(list, -1)->text, '5');
    assert_null(jsontext_element(list, 2));
    assert_null(jsontext_element(list, -3));
    assert_null(jsontext_member(j, "b", 1));
    arena_release(&a);
}

static void nesting_has_an_end(void **state) {
    char text[2001];
    struct arena a = ARENA_INIT;
    struct err e = ERR_INIT;
    struct jsontext *j;
    (void)state;
    memset(text, '[', 1000);
    memset(text + 1000, ']', 1000);
    assert_int_equal(jsontext_parse(&a, text, 2000, &j, &e), ERR_VALUE);
    e = ERR_INIT;
    assert_int_equal(jsontext_parse(&a, text + 600, 800, &j, &e), ERR_OK);
    arena_release(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_are_read_and_printed), cmocka_unit_test(a_long_array_takes_memory_by_its_length),
        cmocka_unit_test(a_nul_parts_nothing),         cmocka_unit_test(json_is_read_and_printed_as_jsonb),
        cmocka_unit_test(members_are_found),           cmocka_unit_test(nesting_has_an_end)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
