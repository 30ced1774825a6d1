/* Arithmetic of dates, times and intervals, and what is cut out of them. Values are the text that is stored. */
#include "lang/sql/run_time.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum err_code run_read_moment(const struct value *v, int64_t *out, struct err *e) {
    return datetime_stored(v->text, v->length, out)
               ? ERR_OK
               : err_set(e, ERR_VALUE, "invalid input syntax for type timestamp: \"%.*s\"", (int)v->length, v->text);
}

enum err_code run_read_clock(const struct value *v, int64_t *out, struct err *e) {
    return datetime_read_clock(v->text, v->length, out, e);
}

enum err_code run_read_span(const struct value *v, struct interval *out, struct err *e) {
    return datetime_read_interval(v->text, v->length, out, e);
}

bool run_zoned(const struct value *v) {
    return v->length > 3 && memcmp(v->text + v->length - 3, "+00", 3) == 0;
}

enum err_code run_give_moment(int64_t t, const struct value *like, struct buf *m, struct value *out, struct err *e) {
    if (datetime_check(t, "timestamp", e) != ERR_OK) {
        return e->code;
    }
    datetime_print(t, m);
    buf_str(m, run_zoned(like) ? "+00" : "");
    return run_set_text(m, out, e);
}

enum err_code run_give_span(const struct interval *v, struct buf *m, struct value *out, struct err *e) {
    datetime_print_interval(v, m);
    return run_set_text(m, out, e);
}

static enum err_code give_clock(int64_t t, struct buf *m, struct value *out, struct err *e) {
    datetime_print_clock((t % DATETIME_DAY + DATETIME_DAY) % DATETIME_DAY, m);
    return run_set_text(m, out, e);
}

int64_t run_floor(int64_t t, int64_t unit) {
    return t - (t % unit + unit) % unit;
}

/* ---- sums and differences */

static enum err_code date_plus(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    int64_t t;
    (void)n;
    if (run_read_moment(&a[0], &t, e) != ERR_OK) {
        return e->code;
    }
    t = llabs(a[1].integer) > 4000000 ? INT64_MAX / 4 : t + a[1].integer * DATETIME_DAY;
    if (datetime_check(t, "date", e) == ERR_OK) {
        datetime_print_date(t, m);
        return run_set_text(m, out, e);
    }
    return e->code;
}

static enum err_code date_minus(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    int64_t x, y;
    (void)n;
    (void)m;
    if (run_read_moment(&a[0], &x, e) != ERR_OK || run_read_moment(&a[1], &y, e) != ERR_OK) {
        return e->code;
    }
    return run_set_integer((run_floor(x, DATETIME_DAY) - run_floor(y, DATETIME_DAY)) / DATETIME_DAY, out);
}

/* pg_time_plus(moment, interval, sign) */
static enum err_code time_plus(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    int64_t t;
    struct interval v;
    (void)n;
    if (run_read_moment(&a[0], &t, e) != ERR_OK || run_read_span(&a[1], &v, e) != ERR_OK) {
        return e->code;
    }
    return run_give_moment(datetime_add(t, &v, (int)a[2].integer), &a[0], m, out, e);
}

static enum err_code time_minus(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    int64_t x, y;
    (void)n;
    if (run_read_moment(&a[0], &x, e) != ERR_OK || run_read_moment(&a[1], &y, e) != ERR_OK) {
        return e->code;
    }
    struct interval v = {0, (x - y) / DATETIME_DAY, (x - y) % DATETIME_DAY};
    return run_give_span(&v, m, out, e);
}

static enum err_code clock_plus(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    int64_t t;
    struct interval v;
    (void)n;
    if (run_read_clock(&a[0], &t, e) != ERR_OK || run_read_span(&a[1], &v, e) != ERR_OK) {
        return e->code;
    }
    return give_clock(t + a[2].integer * (v.micros % DATETIME_DAY), m, out, e);
}

static enum err_code clock_minus(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    int64_t x, y;
    (void)n;
    if (run_read_clock(&a[0], &x, e) != ERR_OK || run_read_clock(&a[1], &y, e) != ERR_OK) {
        return e->code;
    }
    struct interval v = {0, 0, x - y};
    return run_give_span(&v, m, out, e);
}

static enum err_code interval_plus(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct interval x, y;
    (void)n;
    if (run_read_span(&a[0], &x, e) != ERR_OK || run_read_span(&a[1], &y, e) != ERR_OK) {
        return e->code;
    }
    int sign = (int)a[2].integer;
    struct interval v = {x.months + sign * y.months, x.days + sign * y.days, x.micros + sign * y.micros};
    return run_give_span(&v, m, out, e);
}

static double six_digits(double x) {
    return rint(x * 1e6) / 1e6;
}

/* As interval_mul() in PostgreSQL's timestamp.c: fractions of months become days of a month of 30, and so on. */
static struct interval scale(const struct interval *v, double factor) {
    struct interval r = {(int64_t)((double)v->months * factor), (int64_t)((double)v->days * factor), 0};
    double days = six_digits(((double)v->months * factor - (double)r.months) * 30);
    double seconds = six_digits(((double)v->days * factor - (double)r.days + days - trunc(days)) * 86400);
    if (fabs(seconds) >= 86400) {
        r.days += (int64_t)(seconds / 86400);
        seconds -= trunc(seconds / 86400) * 86400;
    }
    r.days += (int64_t)days;
    r.micros = (int64_t)rint((double)v->micros * factor + seconds * 1e6);
    return r;
}

static enum err_code interval_times(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct interval v;
    double factor = run_number(&a[1]);
    (void)n;
    if (run_read_span(&a[0], &v, e) != ERR_OK) {
        return e->code;
    }
    if (!(fabs(factor) < 1e9)) {
        return err_set(e, ERR_VALUE, "interval out of range");
    }
    v = scale(&v, factor);
    return run_give_span(&v, m, out, e);
}

static enum err_code interval_divide(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct interval v;
    double by = run_number(&a[1]);
    (void)n;
    if (by == 0) {
        return err_set(e, ERR_VALUE, "division by zero");
    }
    if (run_read_span(&a[0], &v, e) != ERR_OK) {
        return e->code;
    }
    v = scale(&v, 1 / by);
    return run_give_span(&v, m, out, e);
}

/* What intervals are compared by: a month has 30 days, a day 24 hours. */
static enum err_code interval_key(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct interval v;
    (void)n;
    (void)m;
    if (run_read_span(&a[0], &v, e) != ERR_OK) {
        return e->code;
    }
    return run_set_integer((v.months * 30 + v.days) * DATETIME_DAY + v.micros, out);
}

static enum err_code interval_time(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct interval v;
    (void)n;
    return run_read_span(&a[0], &v, e) == ERR_OK ? give_clock(v.micros, m, out, e) : e->code;
}

/* pg_time_round(value, digits of the second) */
static enum err_code time_round(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    int64_t t, unit = 1;
    bool clock = a[0].length > 2 && a[0].text[2] == ':';
    (void)n;
    for (int64_t i = a[1].integer; i < 6; i++) {
        unit *= 10;
    }
    if ((clock ? run_read_clock(&a[0], &t, e) : run_read_moment(&a[0], &t, e)) != ERR_OK) {
        return e->code;
    }
    t = run_floor(t + unit / 2, unit);
    return clock ? give_clock(t, m, out, e) : run_give_moment(t, &a[0], m, out, e);
}

static enum err_code date_bin(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct interval v;
    int64_t t, origin;
    (void)n;
    if (run_read_span(&a[0], &v, e) != ERR_OK || run_read_moment(&a[1], &t, e) != ERR_OK ||
        run_read_moment(&a[2], &origin, e) != ERR_OK) {
        return e->code;
    }
    int64_t stride = v.days * DATETIME_DAY + v.micros;
    if (v.months) {
        return err_set(e, ERR_UNSUPPORTED, "timestamps cannot be binned into intervals containing months or years");
    }
    if (stride <= 0) {
        return err_set(e, ERR_VALUE, "stride must be greater than zero");
    }
    return run_give_moment(origin + run_floor(t - origin, stride), &a[1], m, out, e);
}

/* age(a, b): years, months and days as a person counts them. */
static enum err_code age(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    int64_t x, y;
    (void)n;
    if (run_read_moment(&a[0], &x, e) != ERR_OK || run_read_moment(&a[1], &y, e) != ERR_OK) {
        return e->code;
    }
    int sign = x < y ? -1 : 1;
    struct calendar late = datetime_split(x < y ? y : x), early = datetime_split(x < y ? x : y);
    int64_t of_day = (x < y ? y : x) - run_floor(x < y ? y : x, DATETIME_DAY);
    int64_t micros = of_day - ((x < y ? x : y) - run_floor(x < y ? x : y, DATETIME_DAY));
    int64_t months = (late.year - early.year) * 12 + late.month - early.month, days = late.day - early.day;
    if (micros < 0) {
        micros += DATETIME_DAY;
        days--;
    }
    if (days < 0) { /* the month that the earlier moment is in lends its days */
        days += sign > 0 ? datetime_month_days(early.year, early.month) : datetime_month_days(late.year, late.month);
        months--;
    }
    struct interval v = {sign * months, sign * days, sign * micros};
    return run_give_span(&v, m, out, e);
}

/* ---- made of parts */

static bool real_day(int64_t year, int64_t month, int64_t day) {
    return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
           day <= datetime_month_days((int)year, (int)month);
}

static enum err_code make_date(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    if (!real_day(a[0].integer, a[1].integer, a[2].integer)) {
        return err_set(e, ERR_VALUE, "date field value out of range: %" PRId64 "-%02" PRId64 "-%02" PRId64,
                       a[0].integer, a[1].integer, a[2].integer);
    }
    buf_printf(m, "%04d-%02d-%02d", (int)a[0].integer, (int)a[1].integer, (int)a[2].integer);
    return run_set_text(m, out, e);
}

static enum err_code make_timestamp(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    double seconds = run_number(&a[5]);
    (void)n;
    if (!real_day(a[0].integer, a[1].integer, a[2].integer)) {
        return err_set(e, ERR_VALUE, "date field value out of range: %" PRId64 "-%02" PRId64 "-%02" PRId64,
                       a[0].integer, a[1].integer, a[2].integer);
    }
    if (a[3].integer < 0 || a[3].integer > 24 || a[4].integer < 0 || a[4].integer > 59 || seconds < 0 || seconds > 60) {
        return err_set(e, ERR_VALUE, "time field value out of range: %" PRId64 ":%02" PRId64 ":%02g", a[3].integer,
                       a[4].integer, seconds);
    }
    datetime_print(datetime_days((int)a[0].integer, (int)a[1].integer, (int)a[2].integer) * DATETIME_DAY +
                       a[3].integer * DATETIME_HOUR + a[4].integer * DATETIME_MINUTE + (int64_t)rint(seconds * 1e6),
                   m);
    return run_set_text(m, out, e);
}

static enum err_code make_interval(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct interval v = {a[0].integer * 12 + a[1].integer, a[2].integer * 7 + a[3].integer, 0};
    (void)n;
    v.micros = a[4].integer * DATETIME_HOUR + a[5].integer * DATETIME_MINUTE + (int64_t)rint(run_number(&a[6]) * 1e6);
    return run_give_span(&v, m, out, e);
}

/* Give the smaller part the sign of the larger. */
static void agree(int64_t *small, int64_t *large, int64_t unit, int64_t below) {
    if (*large > 0 && (*small < 0 || (*small == 0 && below < 0))) {
        *small += unit;
        --*large;
    } else if (*large < 0 && (*small > 0 || (*small == 0 && below > 0))) {
        *small -= unit;
        ++*large;
    }
}

/* As interval_justify_interval() and its like in PostgreSQL's timestamp.c. */
static enum err_code justify(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct interval v;
    bool days = strcmp(a[1].text, "hours") != 0, hours = strcmp(a[1].text, "days") != 0;
    (void)n;
    if (run_read_span(&a[0], &v, e) != ERR_OK) {
        return e->code;
    }
    if (hours) {
        v.days += v.micros / DATETIME_DAY;
        v.micros %= DATETIME_DAY;
    }
    if (days) {
        v.months += v.days / 30;
        v.days %= 30;
        agree(&v.days, &v.months, 30, hours ? v.micros : 0);
    }
    if (hours) {
        agree(&v.micros, &v.days, DATETIME_DAY, 0);
    }
    return run_give_span(&v, m, out, e);
}

/* What a zone is ahead of UTC. Zones whose clocks change need tables of when: those are not here. */
static enum err_code zone(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    static const struct {
        const char *name;
        int hours;
    } zones[] = {
        {"UTC", 0},  {"GMT", 0},  {"Z", 0},          {"Etc/UTC", 0},     {"Asia/Seoul", 9},    {"ROK", 9},
        {"KST", 9},  {"JST", 9},  {"Asia/Tokyo", 9}, {"Japan", 9},       {"Asia/Shanghai", 8}, {"Asia/Singapore", 8},
        {"EST", -5}, {"PST", -8}, {"CET", 1},        {"Asia/Kolkata", 0}};
    struct interval v = {0, 0, 0};
    (void)n;
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        if (strcasecmp(zones[i].name, a[0].text) == 0) {
            v.micros = zones[i].hours * DATETIME_HOUR;
            return run_give_span(&v, m, out, e);
        }
    }
    return err_set(e, ERR_UNSUPPORTED, "the time zone \"%s\" is not supported here", a[0].text);
}

static enum err_code epoch(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    double x = run_number(&a[0]);
    (void)n;
    if (!(fabs(x) < 9e12)) {
        return err_set(e, ERR_VALUE, "timestamp out of range: \"%g\"", x);
    }
    int64_t t = (int64_t)rint(x * 1e6);
    if (datetime_check(t, "timestamp", e) != ERR_OK) {
        return e->code;
    }
    datetime_print(t, m);
    return run_set_text(m, out, e);
}

const struct run_row run_time_rows[] = {
    {"pg_date_plus", 2, false, date_plus},
    {"pg_date_minus", 2, false, date_minus},
    {"pg_time_plus", 3, false, time_plus},
    {"pg_time_minus", 2, false, time_minus},
    {"pg_clock_plus", 3, false, clock_plus},
    {"pg_clock_minus", 2, false, clock_minus},
    {"pg_interval_plus", 3, false, interval_plus},
    {"pg_interval_times", 2, false, interval_times},
    {"pg_interval_divide", 2, false, interval_divide},
    {"pg_interval_key", 1, false, interval_key},
    {"pg_interval_time", 1, false, interval_time},
    {"pg_time_round", 2, false, time_round},
    {"pg_date_bin", 3, false, date_bin},
    {"pg_age", 2, false, age},
    {"pg_make_date", 3, false, make_date},
    {"pg_make_timestamp", 6, false, make_timestamp},
    {"pg_make_interval", 7, false, make_interval},
    {"pg_justify", 2, false, justify},
    {"pg_zone", 1, false, zone},
    {"pg_epoch", 1, false, epoch},
    {NULL, 0, false, NULL},
};
