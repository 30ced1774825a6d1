/* Dates, times and intervals: read and printed as PostgreSQL does in ISO style, in UTC. Years 1 to 9999, so that the
 * order of the text is the order of time. */
#ifndef LANG_SQL_DATETIME_H
#define LANG_SQL_DATETIME_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

#define DATETIME_DAY 86400000000LL /* microseconds */
#define DATETIME_HOUR 3600000000LL
#define DATETIME_MINUTE 60000000LL
#define DATETIME_SECOND 1000000LL

/* A moment is microseconds since 1970-01-01 00:00:00. */
struct calendar {
    int year, month, day;
    int hour, minute, second, microsecond;
};

struct interval {
    int64_t months, days, micros;
};

int64_t datetime_days(int year, int month, int day); /* since 1970-01-01; the day may be any number */
int datetime_month_days(int year, int month);
int datetime_weekday(int64_t days); /* 0 is Sunday */
struct calendar datetime_split(int64_t moment);
int64_t datetime_join(const struct calendar *c);
void datetime_iso_week(int64_t days, int *year, int *week);

/* Read any of PostgreSQL's usual spellings. `what` names the type in messages, `now` is what 'now' means. A time zone
 * is applied where `zoned`, else ignored, as PostgreSQL does. *had_time: whether a time of day was given. */
enum err_code datetime_read(const char *text, size_t len, const char *what, const char *now, bool zoned, int64_t *out,
                            bool *had_time, struct err *e);
/* A time of day. */
enum err_code datetime_read_clock(const char *text, size_t len, int64_t *out, struct err *e);
enum err_code datetime_read_interval(const char *text, size_t len, struct interval *out, struct err *e);

/* What is stored: "2024-05-06", "2024-05-06 07:08:09.5", with "+00" behind. True if it was one. */
bool datetime_stored(const char *text, size_t len, int64_t *out);

void datetime_print_date(int64_t moment, struct buf *out);
void datetime_print(int64_t moment, struct buf *out);
void datetime_print_clock(int64_t micros, struct buf *out);
void datetime_print_interval(const struct interval *v, struct buf *out);

/* Whether the moment is one that can be kept; else ERR_VALUE. */
enum err_code datetime_check(int64_t moment, const char *what, struct err *e);

/* Add months (the day is cut to the month's last), days, then microseconds. */
int64_t datetime_add(int64_t moment, const struct interval *v, int sign);

extern const char *const datetime_months[12];
extern const char *const datetime_weekdays[7];

#endif
