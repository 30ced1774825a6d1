/* What paths mean: relative to the workspace, to the hosted service's home, to the user's own. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "lang/data/workspace.h"

#include <stdlib.h>

static void test_resolve(void **state) {
    static const struct {
        const char *path, *means;
    } rows[] = {
        {"a/b.csv", "/w/a/b.csv"},     {"./a.csv", "/w/a.csv"},    {"/x/a.csv", "/x/a.csv"},
        {"~/a.csv", "/my/home/a.csv"}, {"~", "/my/home"},          {"~other/a.csv", "/w/~other/a.csv"},
        {"a/~/b.csv", "/w/a/~/b.csv"}, {"/home/jovyan/a", "/w/a"}, {"/home/jovyan", "/w/."},
    };
    char root[] = "/w";
    struct workspace w = {root};
    struct arena a = ARENA_INIT;
    (void)state;
    setenv("HOME", "/my/home", 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(workspace_resolve(&w, &a, rows[i].path), rows[i].means);
    }
    unsetenv("HOME");
    assert_string_equal(workspace_resolve(&w, &a, "~/a.csv"), "/w/~/a.csv");
    arena_release(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_resolve)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
