/* to_char(), to_number() and to_timestamp() by their rows, as a running query calls them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lang/sql/run.h"

#include <stdio.h>
#include <string.h>

static const struct run_row *find(const struct run_row *rows, const char *name) {
    for (; rows->name; rows++) {
        if (strcmp(rows->name, name) == 0) {
            return rows;
        }
    }
    fail_msg("no row %s", name);
    return NULL;
}

static struct value text(const char *s) {
    return (struct value){.type = VALUE_TEXT, .text = s, .length = strlen(s)};
}

static struct value real(double x) {
    return (struct value){.type = VALUE_REAL, .real = x};
}

/* expected NULL: an error */
static void expect(const struct run_row *row, struct value first, const char *pattern, const char *expected) {
    const struct value arguments[2] = {first, text(pattern)};
    struct value out = {.type = VALUE_NULL};
    struct buf memory = BUF_INIT;
    struct err e = ERR_INIT;
    bool done = row->f(arguments, 2, &memory, &out, &e) == ERR_OK;
    char number[40];
    snprintf(number, sizeof number, "%.15g", out.real);
    const char *got = !done ? NULL : out.type == VALUE_TEXT ? out.text : number;
    if ((got == NULL) != (expected == NULL) || (got && strcmp(got, expected) != 0)) {
        fail_msg("%s('%s', '%s'): %s instead of %s", row->name, first.text ? first.text : "…", pattern,
                 got ? got : e.message, expected ? expected : "an error");
    }
    buf_release(&memory);
}

static void numbers(void **state) {
    const struct run_row *row = find(run_format_number_rows, "pg_to_char_number");
    (void)state;
    expect(row, real(1234.5), "9,999.99", " 1,234.50");
    expect(row, real(-1234.5), "9,999.99", "-1,234.50");
    expect(row, real(12), "0000", " 0012");
    expect(row, real(12), "FM9999", "12");
    expect(row, real(0.5), "FM90.09", "0.5");
    expect(row, real(12345), "999", " ###");
    expect(row, real(-7), "9PR", "<7>");
    expect(row, real(7), "S9", "+7");
    expect(row, real(7), "9MI", "7 ");
    expect(row, real(2024), "FMRN", "MMXXIV");
    expect(row, real(1), "FM9th", "1st");
    expect(row, real(0.125), "99.9%", "   .1%");
}

static void numbers_back(void **state) {
    const struct run_row *row = find(run_format_number_rows, "pg_to_number");
    (void)state;
    expect(row, text("12,454.8-"), "99G999D9S", "-12454.8");
    expect(row, text("$5"), "L9", NULL); /* a currency: refused by name */
    expect(row, text("  42"), "9999", "42");
}

static void moments(void **state) {
    const struct run_row *row = find(run_format_rows, "pg_to_char_time");
    struct value t = text("2024-05-06 17:08:09.123456");
    (void)state;
    expect(row, t, "YYYY-MM-DD HH24:MI:SS.MS", "2024-05-06 17:08:09.123");
    expect(row, t, "HH12:MI AM", "05:08 PM");
    expect(row, t, "FMDay, FMDDth FMMonth", "Monday, 6th May");
    expect(row, t, "Day|", "Monday   |");
    expect(row, t, "DDD IW Q J", "127 19 2 2460437");
    expect(row, t, "\"YYYY is\" YY", "YYYY is 24");
    expect(row, t, "US", "123456");
}

static void moments_back(void **state) {
    const struct run_row *row = find(run_format_rows, "pg_to_timestamp");
    (void)state;
    expect(row, text("06 May 2024"), "DD Mon YYYY", "2024-05-06 00:00:00");
    expect(row, text("2024-127"), "YYYY-DDD", "2024-05-06 00:00:00");
    expect(row, text("5:08 pm 2024"), "HH12:MI am YYYY", "2024-01-01 17:08:00");
    expect(row, text("2024-13-01"), "YYYY-MM-DD", NULL);
    expect(row, text("x"), "YYYY", NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers), cmocka_unit_test(numbers_back),
                                       cmocka_unit_test(moments), cmocka_unit_test(moments_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
