/* Intervals, dates and clocks: what is read, and how it is printed again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lang/sql/datetime.h"
#include "lang/sql/time_reader.h"

#include <string.h>

static const struct {
    const char *text, *printed; /* NULL: an error */
} intervals[] = {
    {"1 day", "1 day"},
    {"2 days 3 hours", "2 days 03:00:00"},
    {"1 year 2 months", "1 year 2 mons"},
    {"1.5 days", "1 day 12:00:00"},
    {"1.5 months", "1 mon 15 days"},
    {"-1 day +2 hours", "-1 days +02:00:00"},
    {"1 mon -1 day", "1 mon -1 days"},
    {"1 week ago", "-7 days"},
    {"04:05:06.789", "04:05:06.789"},
    {"-04:05", "-04:05:00"},
    {"90 minutes", "01:30:00"},
    {"36 hours", "36:00:00"},
    {"P1Y2M3DT4H5M6S", "1 year 2 mons 3 days 04:05:06"},
    {"0 days", "00:00:00"},
    {"13 months", "1 year 1 mon"},
    {"500 ms", "00:00:00.5"},
    {"", NULL},
    {"1 fortnite", NULL},
    {"day", NULL},
    {"1 day day", NULL},
};

static void intervals_are_read_and_printed(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof intervals / sizeof *intervals; i++) {
        struct interval v;
        struct err e = ERR_INIT;
        struct buf out = BUF_INIT;
        enum err_code code = datetime_read_interval(intervals[i].text, strlen(intervals[i].text), &v, &e);
        if (code == ERR_OK) {
            datetime_print_interval(&v, &out);
        }
        if ((code == ERR_OK) != (intervals[i].printed != NULL) ||
            (code == ERR_OK && strcmp(buf_text(&out), intervals[i].printed) != 0)) {
            fail_msg("'%s': %s", intervals[i].text, code == ERR_OK ? buf_text(&out) : e.message);
        }
        buf_release(&out);
    }
}

static const struct {
    const char *text, *printed;
} moments[] = {
    {"2024-05-06", "2024-05-06 00:00:00"},
    {"2024-02-29 12:34:56.789", "2024-02-29 12:34:56.789"},
    {"20240506", "2024-05-06 00:00:00"},
    {"May 6, 2024", "2024-05-06 00:00:00"},
    {"6 May 2024 3:04 PM", "2024-05-06 15:04:00"},
    {"2024-05-06T07:08:09Z", "2024-05-06 07:08:09"},
    {"2024-05-06 24:00:00", "2024-05-07 00:00:00"},
    {"2023-02-29", NULL},
    {"2024-13-01", NULL},
    {"2024-05-06 25:00", NULL},
    {"not a date", NULL},
};

static void moments_are_read_and_printed(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        int64_t at = 0;
        bool had_time;
        struct err e = ERR_INIT;
        struct buf out = BUF_INIT;
        enum err_code code = datetime_read(moments[i].text, strlen(moments[i].text), "timestamp",
                                           "2024-01-01 00:00:00+00", false, &at, &had_time, &e);
        if (code == ERR_OK) {
            datetime_print(at, &out);
        }
        if ((code == ERR_OK) != (moments[i].printed != NULL) ||
            (code == ERR_OK && strcmp(buf_text(&out), moments[i].printed) != 0)) {
            fail_msg("'%s': %s", moments[i].text, code == ERR_OK ? buf_text(&out) : e.message);
        }
        buf_release(&out);
    }
}

static void months_are_cut_to_their_last_day(void **state) {
    const struct calendar january = {2024, 1, 31, 10, 0, 0, 0};
    const struct interval month = {1, 0, 0}, all = {1, 1, DATETIME_HOUR};
    (void)state;
    struct calendar c = datetime_split(datetime_add(datetime_join(&january), &month, 1));
    assert_true(c.year == 2024 && c.month == 2 && c.day == 29 && c.hour == 10);
    c = datetime_split(datetime_add(datetime_join(&january), &all, 1)); /* months, then days, then hours */
    assert_true(c.month == 3 && c.day == 1 && c.hour == 11);
    c = datetime_split(datetime_add(datetime_join(&january), &month, -1));
    assert_true(c.year == 2023 && c.month == 12 && c.day == 31);
}

static void days_before_1970_count_down(void **state) {
    (void)state;
    assert_int_equal(datetime_days(1970, 1, 1), 0);
    assert_int_equal(datetime_days(1969, 12, 31), -1);
    assert_int_equal(datetime_days(2000, 3, 0), datetime_days(2000, 2, 29));
    assert_int_equal(datetime_weekday(datetime_days(2024, 5, 6)), 1);
    assert_int_equal(datetime_weekday(-1), 3);
    int year, week;
    datetime_iso_week(datetime_days(2021, 1, 3), &year, &week);
    assert_true(year == 2020 && week == 53);
}

static void the_reader_stays_within_its_text(void **state) {
    static const char text[] = "123456789012 , May. .25x";
    struct time_reader r = {text, text + sizeof text - 1};
    char word[16];
    int number;
    (void)state;
    assert_int_equal(time_digits(&r, &number), 9); /* what an int holds */
    assert_int_equal(number, 123456789);
    assert_int_equal(time_digits(&r, &number), 3);
    assert_int_equal(number, 12);
    time_skip_blanks(&r);
    assert_int_equal(time_word(&r, word), 3);
    assert_string_equal(word, "May"); /* and the full stop is gone */
    time_skip_blanks(&r);
    assert_int_equal(time_fraction(&r), 250000);
    assert_true(time_accept(&r, 'x'));
    assert_false(time_accept(&r, '\0'));
    assert_false(time_is_digit(&r, 0));
    r = (struct time_reader){"\0", text};
    r.end = r.at + 1;
    time_skip_blanks(&r);
    assert_ptr_not_equal(r.at, r.end); /* a NUL is no blank */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_are_read_and_printed), cmocka_unit_test(moments_are_read_and_printed),
        cmocka_unit_test(months_are_cut_to_their_last_day), cmocka_unit_test(days_before_1970_count_down),
        cmocka_unit_test(the_reader_stays_within_its_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
