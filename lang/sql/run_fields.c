/* Fields of dates, times and intervals: extract() and date_trunc(). */
#include "lang/sql/run_time.h"

#include <math.h>
#include <string.h>
#include <strings.h>

enum unit {
    MICROSECONDS,
    MILLISECONDS,
    SECOND,
    MINUTE,
    HOUR,
    DAY,
    WEEK,
    MONTH,
    QUARTER,
    YEAR,
    DECADE,
    CENTURY,
    MILLENNIUM,
    EPOCH,
    DOW,
    ISODOW,
    DOY,
    ISOYEAR,
    JULIAN,
    TIMEZONE,
    UNIT_COUNT
};

static const char *const unit_names[UNIT_COUNT] = {
    "microsecond", "millisecond", "second",     "minute", "hour", "day",    "week", "month",   "quarter", "year",
    "decade",      "century",     "millennium", "epoch",  "dow",  "isodow", "doy",  "isoyear", "julian",  "timezone"};

static enum unit unit_of(const struct value *v) {
    static const struct {
        const char *name;
        enum unit unit;
    } others[] = {{"centuries", CENTURY},
                  {"millennia", MILLENNIUM},
                  {"ms", MILLISECONDS},
                  {"us", MICROSECONDS},
                  {"sec", SECOND},
                  {"min", MINUTE},
                  {"y", YEAR},
                  {"d", DAY},
                  {"h", HOUR},
                  {"m", MINUTE},
                  {"s", SECOND},
                  {"mon", MONTH}};
    for (int i = 0; i < UNIT_COUNT; i++) {
        size_t len = strlen(unit_names[i]);
        bool plural = v->length == len + 1 && (v->text[len] | 32) == 's';
        if ((v->length == len || plural) && strncasecmp(v->text, unit_names[i], len) == 0) {
            return (enum unit)i;
        }
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strcasecmp(others[i].name, v->text) == 0) {
            return others[i].unit;
        }
    }
    return UNIT_COUNT;
}

static enum err_code no_unit(const struct value *unit, bool known, const char *type, struct err *e) {
    return err_set(e, known ? ERR_UNSUPPORTED : ERR_VALUE, "unit \"%.*s\" not %s for type %s", (int)unit->length,
                   unit->text, known ? "supported" : "recognized", type);
}

static int century_of(int year) {
    return (year + 99) / 100;
}

/* The value of a field of a moment. */
static double field(int64_t t, enum unit unit) {
    struct calendar c = datetime_split(t);
    int64_t days = run_floor(t, DATETIME_DAY) / DATETIME_DAY;
    int year, week;
    datetime_iso_week(days, &year, &week);
    double seconds = c.second + c.microsecond / 1e6;
    switch (unit) {
    case MICROSECONDS:
        return c.second * 1e6 + c.microsecond;
    case MILLISECONDS:
        return c.second * 1e3 + c.microsecond / 1e3;
    case SECOND:
        return seconds;
    case MINUTE:
        return c.minute;
    case HOUR:
        return c.hour;
    case DAY:
        return c.day;
    case WEEK:
        return week;
    case MONTH:
        return c.month;
    case QUARTER:
        return (c.month - 1) / 3 + 1;
    case YEAR:
        return c.year;
    case DECADE:
        return c.year / 10;
    case CENTURY:
        return century_of(c.year);
    case MILLENNIUM:
        return (c.year + 999) / 1000;
    case EPOCH:
        return (double)t / 1e6;
    case DOW:
        return datetime_weekday(days);
    case ISODOW:
        return (datetime_weekday(days) + 6) % 7 + 1;
    case DOY:
        return (double)(days - datetime_days(c.year, 1, 1) + 1);
    case ISOYEAR:
        return year;
    case JULIAN:
        return (double)days + 2440588 + (double)(t - days * DATETIME_DAY) / (double)DATETIME_DAY;
    default:
        return 0;
    }
}

/* The value of a field of an interval. */
static double span_field(const struct interval *v, enum unit unit) {
    double micros = (double)v->micros;
    switch (unit) {
    case MICROSECONDS:
        return (double)(v->micros % DATETIME_MINUTE);
    case MILLISECONDS:
        return (double)(v->micros % DATETIME_MINUTE) / 1e3;
    case SECOND:
        return (double)(v->micros % DATETIME_MINUTE) / 1e6;
    case MINUTE:
        return (double)(v->micros / DATETIME_MINUTE % 60);
    case HOUR:
        return (double)(v->micros / DATETIME_HOUR);
    case DAY:
        return (double)v->days;
    case MONTH:
        return (double)(v->months % 12);
    case QUARTER:
        return (double)(v->months % 12 / 3 + 1);
    case YEAR:
        return (double)(v->months / 12);
    case DECADE:
        return (double)(v->months / 120);
    case CENTURY:
        return (double)(v->months / 1200);
    case MILLENNIUM:
        return (double)(v->months / 12000);
    default: /* EPOCH: a year has 365.25 days */
        return (double)(v->months / 12) * 31557600 + (double)(v->months % 12) * 2592000 + (double)v->days * 86400 +
               micros / 1e6;
    }
}

/* pg_extract(unit, value, kind): kind is the letter of signature.h of the value's type. */
static enum err_code extract(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    enum unit unit = unit_of(&a[0]);
    char kind = a[2].text[0];
    struct interval v = {0, 0, 0};
    int64_t t = 0;
    double x;
    (void)n;
    (void)m;
    const char *type = kind == 'd'   ? "date"
                       : kind == 's' ? "timestamp without time zone"
                       : kind == 'z' ? "timestamp with time zone"
                       : kind == 'm' ? "time without time zone"
                                     : "interval";
    bool clock = unit <= HOUR, known = unit != UNIT_COUNT && (unit != TIMEZONE || kind == 'z');
    known = known && (kind != 'd' || !clock) && (kind != 'm' || clock || unit == EPOCH) &&
            (kind != 'v' || (unit <= EPOCH && unit != WEEK));
    if (!known) {
        return no_unit(&a[0], unit != UNIT_COUNT, type, e);
    }
    if (kind == 'v') {
        if (run_read_span(&a[1], &v, e) != ERR_OK) {
            return e->code;
        }
        x = span_field(&v, unit);
    } else {
        if ((kind == 'm' ? run_read_clock(&a[1], &t, e) : run_read_moment(&a[1], &t, e)) != ERR_OK) {
            return e->code;
        }
        x = field(t, unit);
    }
    return x == trunc(x) && fabs(x) < 9e15 ? run_set_integer((int64_t)x, out) : run_set_real(x, out);
}

/* date_trunc: the moment with all smaller fields at their least. */
static int64_t cut(int64_t t, enum unit unit) {
    static const int64_t units[] = {1, 1000, DATETIME_SECOND, DATETIME_MINUTE, DATETIME_HOUR, DATETIME_DAY};
    struct calendar c = datetime_split(t);
    int month = unit == MONTH ? c.month : unit == QUARTER ? (c.month - 1) / 3 * 3 + 1 : 1, year = c.year;
    if (unit <= DAY) {
        return run_floor(t, units[unit]);
    }
    if (unit == WEEK) {
        int64_t day = run_floor(t, DATETIME_DAY);
        return day - (datetime_weekday(day / DATETIME_DAY) + 6) % 7 * DATETIME_DAY;
    }
    year = unit == DECADE       ? year / 10 * 10
           : unit == CENTURY    ? (century_of(year) - 1) * 100 + 1
           : unit == MILLENNIUM ? ((year + 999) / 1000 - 1) * 1000 + 1
                                : year;
    return datetime_days(year > 0 ? year : 1, month, 1) * DATETIME_DAY;
}

static enum err_code date_trunc(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    enum unit unit = unit_of(&a[0]);
    int64_t t;
    (void)n;
    if (unit > MILLENNIUM) {
        return no_unit(&a[0], unit != UNIT_COUNT,
                       run_zoned(&a[1]) ? "timestamp with time zone" : "timestamp without time zone", e);
    }
    return run_read_moment(&a[1], &t, e) == ERR_OK ? run_give_moment(cut(t, unit), &a[1], m, out, e) : e->code;
}

static enum err_code interval_trunc(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    static const int64_t units[] = {1, 1000, DATETIME_SECOND, DATETIME_MINUTE, DATETIME_HOUR};
    enum unit unit = unit_of(&a[0]);
    struct interval v;
    (void)n;
    if (unit > MILLENNIUM || unit == WEEK) {
        return no_unit(&a[0], unit != UNIT_COUNT, "interval", e);
    }
    if (run_read_span(&a[1], &v, e) != ERR_OK) {
        return e->code;
    }
    int64_t months = unit == QUARTER ? 3 : unit == YEAR ? 12 : unit == DECADE ? 120 : unit == CENTURY ? 1200 : 1;
    months = unit == MILLENNIUM ? 12000 : months;
    v.micros = unit <= HOUR ? v.micros - v.micros % units[unit] : 0;
    v.days = unit <= DAY ? v.days : 0;
    v.months -= v.months % months;
    return run_give_span(&v, m, out, e);
}

const struct run_row run_field_rows[] = {
    {"pg_extract", 3, false, extract},
    {"pg_date_trunc", 2, false, date_trunc},
    {"pg_interval_trunc", 2, false, interval_trunc},
    {NULL, 0, false, NULL},
};
