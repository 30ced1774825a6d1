/* Loading a library by name, and what is said when it or a function of it is missing. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/library.h"

#include <math.h>
#include <string.h>

#define FUNCTIONS(X) \
    X(cos)           \
    X(floor)

static const char *const names[] = {FUNCTIONS(LIBRARY_NAME)};

static void test_functions_in_order(void **state) {
    (void)state;
    struct {
        FUNCTIONS(LIBRARY_MEMBER)
    } lib = {NULL, NULL};
    struct err e = ERR_INIT;
    assert_int_equal(library_load("libm.so.6", names, 2, &lib, &e), ERR_OK);
    assert_true(lib.cos(0) == 1 && lib.floor(2.75) == 2);
}

static void test_missing(void **state) {
    (void)state;
    static const char *const others[] = {"cos", "no_such_function"};
    void *members[2] = {NULL, NULL};
    struct err e = ERR_INIT, f = ERR_INIT;
    assert_int_equal(library_load("libnosuch.so.9", names, 2, members, &e), ERR_UNSUPPORTED);
    assert_non_null(strstr(e.message, "libnosuch.so.9"));
    assert_true(e.hint[0] != '\0');
    assert_int_equal(library_load("libm.so.6", others, 2, members, &f), ERR_UNSUPPORTED);
    assert_non_null(strstr(f.message, "no_such_function"));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_functions_in_order), cmocka_unit_test(test_missing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
