/* The history keeps cells, and no token. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "kernel/protocol/history.h"

#include <string.h>

static void tokens_are_not_kept(void **state) {
    (void)state;
    static const char cell[] = "%load_ext thanosql\n%thanosql API_TOKEN=sesame";
    struct history h = {NULL, 0, 0};
    history_add(&h, cell, strlen(cell));
    json_t *request = json_pack("{s:s}", "hist_access_type", "tail"), *rows = history_answer(&h, request);
    assert_int_equal(json_array_size(rows), 1);
    assert_string_equal(json_string_value(json_array_get(json_array_get(rows, 0), 2)),
                        "%load_ext thanosql\n%thanosql API_TOKEN=******");
    json_decref(rows);
    json_decref(request);
    history_release(&h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_are_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
