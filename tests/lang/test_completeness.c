/* Cells as they look at each Enter in a console. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "lang/syntax/completeness.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *code;
    enum completeness answer;
    const char *indent;
} rows[] = {
    {"", COMPLETE, ""},
    {"-- nothing", COMPLETE, ""},
    {"SELECT 1", COMPLETE, ""},
    {"SELECT 1;", COMPLETE, ""},
    {"SELECT *", INCOMPLETE, ""},
    {"SELECT * FROM t", COMPLETE, ""},
    {"SELECT count(*)", COMPLETE, ""},
    {"SELECT a,", INCOMPLETE, ""},
    {"SELECT a FROM t WHERE", INCOMPLETE, ""},
    {"SELECT a FROM t ORDER BY", INCOMPLETE, ""},
    {"SELECT a FROM t WHERE -- a comment", INCOMPLETE, ""},
    {"SELECT (1", INCOMPLETE, "    "},
    {"SELECT ((1", INCOMPLETE, "        "},
    {"SELECT (1 -- one", INCOMPLETE, "    "},
    {"SELECT 1)", INVALID, ""},
    {"SELECT (1;", INVALID, ""},
    {"SELECT 'a", INCOMPLETE, ""},
    {"SELECT ('a", INCOMPLETE, ""},
    {"SELECT /* a", INCOMPLETE, ""},
    {"SELECT $$a", INCOMPLETE, ""},
    {"BUILD", INCOMPLETE, ""},
    {"BUILD MODEL m", INCOMPLETE, ""},
    {"BUILD MODEL m USING", INCOMPLETE, ""},
    {"BUILD MODEL m USING SimCLR", INCOMPLETE, ""},
    {"BUILD MODEL m USING SimCLR OPTIONS (", INCOMPLETE, "    "},
    {"BUILD MODEL m USING SimCLR OPTIONS (a=[", INCOMPLETE, "        "},
    {"BUILD MODEL m USING SimCLR OPTIONS (a=1,", INCOMPLETE, "    "},
    {"BUILD MODEL m USING SimCLR OPTIONS (a=1)", INCOMPLETE, ""},
    {"BUILD MODEL m USING SimCLR AS", INCOMPLETE, ""},
    {"BUILD MODEL m USING SimCLR AS SELECT", INCOMPLETE, ""},
    {"BUILD MODEL m USING SimCLR AS SELECT * FROM t", COMPLETE, ""},
    {"BUILD MODEL m USNG", INVALID, ""},
    {"SELECT (\n    a,", INCOMPLETE, "    "},
    {"SELECT (\n    a,\n    (b,", INCOMPLETE, "        "},
    {"SELECT ((\n    a\n    ),", INCOMPLETE, ""},
    {"  SELECT a,", INCOMPLETE, "  "},
    {"SELECT a,\n", INCOMPLETE, ""},
    {"SELECT ((\n        '", INCOMPLETE, ""},
    {"x = %thanosql SELECT 1", COMPLETE, ""},
    {"name?", COMPLETE, ""},
    {"name", COMPLETE, ""},
    {"SET thanosql.max_rows =", INCOMPLETE, ""},
    {"PRINT IMAGE AS (SELECT * FROM (SEARCH IMAGE", INCOMPLETE, "        "},
    {"SELECT * FROM (LIST TABLE", INCOMPLETE, "    "},
    {"PRINT IMAGE AS LIST TABLE", COMPLETE, ""},
    {"LIST TABLE", COMPLETE, ""},
    {"LIST", INCOMPLETE, ""},
    {"COPY t", INCOMPLETE, ""},
    {"COPY MODEL m", INCOMPLETE, ""},
    {"COPY MODEL m TO 'f'", COMPLETE, ""},
    {"COPY t FROM", INCOMPLETE, ""},
    {"COPY t FROM 'f", INCOMPLETE, ""},
    {"COPY t FROM 'f'", COMPLETE, ""},
    {"GET THANOSQL DATASET mnist_data", COMPLETE, ""},
    {"GET THANOSQL DATASET mnist_data\nOPTIONS (overwrite=True)", COMPLETE, ""},
    {"DELETE MODEL", INCOMPLETE, ""},
    {"BULD MODEL", INVALID, ""},
    {"%load_ext thanosql", COMPLETE, ""},
    {"%load_ext", INVALID, ""},
    {"%%thanosql", INCOMPLETE, ""},
    {"%%thanosql\nSELECT 1", COMPLETE, ""},
    {"%thanosql BUILD MODEL m", INVALID, ""}, /* such a line does not go on below */
    {"import os", INVALID, ""},
};

static void test_rows(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t len = strlen(rows[i].code);
        char *exact = malloc(len ? len : 1);
        assert_non_null(exact);
        memcpy(exact, rows[i].code, len);
        const char *indent = NULL;
        enum completeness answer = syntax_completeness(exact, len, &indent);
        if (answer != rows[i].answer || strcmp(indent, rows[i].indent) != 0) {
            print_message("%s: %d '%s'\n", rows[i].code, (int)answer, indent);
        }
        assert_int_equal(answer, rows[i].answer);
        assert_string_equal(indent, rows[i].indent);
        free(exact);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
