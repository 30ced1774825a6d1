/* Labels of a table as numbers, in order of appearance. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "lang/exec/label_values.h"

#include <stdio.h>
#include <string.h>

static struct value text(const char *s) {
    return (struct value){.type = VALUE_TEXT, .text = s, .length = strlen(s)};
}

static void order_of_appearance(void **state) {
    (void)state;
    const struct {
        struct value value;
        int number;
    } rows[] = {
        {text("cat"), 0},
        {{.type = VALUE_NULL}, -1},
        {text("dog"), 1},
        {text("cat"), 0},
        {text(""), 2},
        {{.type = VALUE_INTEGER, .integer = 8}, 3},
        {{.type = VALUE_REAL, .real = 8.0}, 3},
        {text("8"), 4},
        {{.type = VALUE_REAL, .real = 8.5}, 5},
        {{.type = VALUE_REAL, .real = 0.1}, 6},
        {{.type = VALUE_REAL, .real = 0.1 + 1e-16}, 7},
        {{.type = VALUE_REAL, .real = -0.0}, 8},
        {{.type = VALUE_INTEGER, .integer = 0}, 8},
        {{.type = VALUE_BOOLEAN, .integer = 0}, 9},
        {{.type = VALUE_INTEGER, .integer = INT64_MIN}, 10},
        {{.type = VALUE_REAL, .real = 1e300}, 11},
        {text("cat"), 0},
        {{.type = VALUE_TEXT, .text = "cat\0x", .length = 5}, 12},
    };
    struct arena arena = ARENA_INIT;
    struct label_values l = {.arena = &arena};
    struct err e = ERR_INIT;
    int number = -7;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(label_values_number(&l, &rows[i].value, &number, &e), ERR_OK);
        assert_int_equal(number, rows[i].number);
    }
    assert_int_equal(label_values_number(&l, &(struct value){.type = VALUE_BLOB, .text = "x"}, &number, &e), ERR_VALUE);
    label_values_release(&l);
    arena_release(&arena);
}

static void many(void **state) {
    (void)state;
    enum { N = 100000 };
    struct arena arena = ARENA_INIT;
    struct label_values l = {.arena = &arena};
    struct err e = ERR_INIT;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < N; i++) {
            char name[20];
            int number;
            snprintf(name, sizeof name, "class %d", i);
            struct value v = text(name);
            assert_int_equal(label_values_number(&l, &v, &number, &e), ERR_OK);
            assert_int_equal(number, i);
        }
    }
    label_values_release(&l);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(order_of_appearance), cmocka_unit_test(many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
