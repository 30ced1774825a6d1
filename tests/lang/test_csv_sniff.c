/* The delimiter of a CSV file from its first rows. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "lang/data/csv_sniff.h"

#include <stdbool.h>
#include <string.h>

static const struct {
    const char *text;
    char found, likely;
} cases[] = {
    {"a,b\n1,2\n", ',', ','},
    {"a;b\n1;2\n", ';', ','},
    {"a\tb\n1\t2\n", '\t', ','},
    {"a|b\r\n1|2\r\n", '|', ','},
    {"a;b\r1;2\r", ';', ','},
    {"a;b", ';', ','},
    {"a;b\n", ';', ','},
    {"a,b;c;d\n", ';', ','}, /* a header alone: the more fields */
    {"", ',', ','},
    {"", '\t', '\t'},
    {"a\n1\n", ',', ','},
    {"a\n1\n", '\t', '\t'},
    {"a,b\n1,2\n", ',', '\t'}, /* a .tsv that is none */
    /* other delimiters inside texts */
    {"id,note\n1,a;b\n2,c;d;e\n", ',', ','},
    {"id;note\n1;a, b\n2;c, d, e\n", ';', ','},
    {"note\na; b\nc; d\n", ',', ','},
    {"note; or not\nabc\ndef\nghi\n", ',', ','},
    {"a;b\nabc\ndef;x\nghi\n", ',', ','}, /* most rows do not part there */
    {"price, EUR;n\n1,5;2\n", ';', ','},  /* both part all rows, but this comma has a space behind it */
    {"a, b, c\n1, 2, 3\n", ',', ','},
    {"x;y\n1,5;2,5\n0,1;0,2\n", ';', ','},
    {"a|b\nx, y|1\nx|2\nx, y, z|3\n", '|', ','},
    /* quotes */
    {"\"a;b\",c\n\"x;y\",1\n", ',', ','},
    {"\"a,b\";c\n\"x,y\";1\n\"z,w\";2\n", ';', ','},
    {"a;b\n\"line\nwith, newline\";1\n\"x\";2\n", ';', ','},
    {"a;b\n\"q \"\"x\"\", y\";1\n\"x\";2\n", ';', ','},
    /* ragged rows; a broken one; blank lines */
    {"a;b;c\n1;2\n3;4;5\n6;7;8\n", ';', ','},
    {"a;b\n1;2\n1;2;3\n1;2\n", ';', ','},
    {"\n\na;b\n\n1;2\n  \n", ';', ','},
    {"a\tb\n\t\n1\t2\n", '\t', ','},
};

static void finds_the_delimiter(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char found = csv_sniff(cases[i].text, strlen(cases[i].text), true, cases[i].likely);
        if (found != cases[i].found) {
            fail_msg("case %zu: %c in %s", i, found, cases[i].text);
        }
    }
}

/* The last line of a sample may be cut, so it says nothing. */
static void leaves_the_cut_line_out(void **state) {
    (void)state;
    const char *text = "a,b;c\n1,2\n3;4";
    assert_int_equal(csv_sniff(text, strlen(text), false, ';'), ',');
    assert_int_equal(csv_sniff(text, strlen(text), true, ';'), ';'); /* each parts one of two rows */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_delimiter),
        cmocka_unit_test(leaves_the_cut_line_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
