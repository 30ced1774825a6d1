/* What is hidden of a cell, and what is not. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/secret.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *text, *shown;
} cases[] = {
    {"API_TOKEN=S", "API_TOKEN=*"},
    {"%%thanosql\nAPI_TOKEN=sesame\nSELECT 1", "%%thanosql\nAPI_TOKEN=******\nSELECT 1"},
    {"%thanosql API_TOKEN:S", "%thanosql API_TOKEN:*"},
    {"%thanosql API_TOKEN = 'S'", "%thanosql API_TOKEN =****"},
    {"%thanosql API_TOKEN sesame", "%thanosql API_TOKEN ******"},
    {"%thanosql API_TOKN=S", "%thanosql API_TOKN=*"},
    {"%thansql api_token=S", "%thansql api_token=*"},
    {"x = %thanosql API_TOKEN=S", "x = %thanosql API_TOKEN=*"},
    {"%env THANOSQL_API_TOKEN=S", "%env THANOSQL_API_TOKEN=*"},
    {"%env MY_TOKEN S", "%env MY_TOKEN *"},
    {"%load_ext thanosql API_TOKEN=S", "%load_ext thanosql API_TOKEN=*"},
    {"%thanosqlAPI_TOKEN=S", "%thanosqlAPI_TOKEN=*"},
    {"%thanosql ws://host/ws?api_token=S", "%thanosql ws://host/ws?api_token=*"},
    {"%thanosql API_TOKEN=S\r\n", "%thanosql API_TOKEN=**\n"},
    {"%thanosql API_TOKEN=", "%thanosql API_TOKEN="},
    {"%thanosql API_TOKEN", "%thanosql API_TOKEN"},
    {"SELECT token FROM t WHERE token = 5", "SELECT token FROM t WHERE token = 5"},
    {"SELECT api_token FROM t", "SELECT api_token FROM t"},
    {"", ""},
};

static void hides_what_follows(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[64];
        snprintf(text, sizeof text, "%s", cases[i].text);
        secret_hide(text, strlen(text));
        assert_string_equal(text, cases[i].shown);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hides_what_follows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
