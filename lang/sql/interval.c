/* Intervals: months, days and microseconds, in the many ways to write them. */
#include "lang/sql/datetime.h"
#include "lang/sql/time_reader.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct unit {
    const char *name;
    int64_t months, days, micros;
} units[] = {
    {"y", 12, 0, 0},
    {"yr", 12, 0, 0},
    {"year", 12, 0, 0},
    {"mon", 1, 0, 0},
    {"month", 1, 0, 0},
    {"w", 0, 7, 0},
    {"week", 0, 7, 0},
    {"d", 0, 1, 0},
    {"day", 0, 1, 0},
    {"h", 0, 0, DATETIME_HOUR},
    {"hr", 0, 0, DATETIME_HOUR},
    {"hour", 0, 0, DATETIME_HOUR},
    {"m", 0, 0, DATETIME_MINUTE},
    {"min", 0, 0, DATETIME_MINUTE},
    {"minute", 0, 0, DATETIME_MINUTE},
    {"s", 0, 0, DATETIME_SECOND},
    {"sec", 0, 0, DATETIME_SECOND},
    {"second", 0, 0, DATETIME_SECOND},
    {"ms", 0, 0, 1000},
    {"msec", 0, 0, 1000},
    {"millisecond", 0, 0, 1000},
    {"us", 0, 0, 1},
    {"usec", 0, 0, 1},
    {"microsecond", 0, 0, 1},
    {"decade", 120, 0, 0},
    {"century", 1200, 0, 0},
    {"centurie", 1200, 0, 0},
    {"millennium", 12000, 0, 0},
};

static const struct unit *find_unit(const char *word, size_t n) {
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strlen(units[i].name) == n && strncasecmp(units[i].name, word, n) == 0) {
            return &units[i];
        }
    }
    return NULL;
}

/* The word as it stands before the plural of another: ms is no minutes. */
static const struct unit *unit_of(const char *word) {
    size_t n = strlen(word);
    const struct unit *u = find_unit(word, n);
    return !u && n > 1 && (word[n - 1] | 32) == 's' ? find_unit(word, n - 1) : u;
}

/* A fraction of a month is days of a month of 30, a fraction of a day is time. */
static void add_unit(struct interval *v, double x, const struct unit *u) {
    double whole = trunc(x), part = x - whole;
    v->months += (int64_t)whole * u->months;
    v->days += (int64_t)whole * u->days;
    v->micros += (int64_t)whole * u->micros;
    if (u->months) {
        double months = part * (double)u->months, days;
        v->months += (int64_t)months;
        days = (months - trunc(months)) * 30;
        v->days += (int64_t)days;
        v->micros += (int64_t)rint((days - trunc(days)) * (double)DATETIME_DAY);
    } else if (u->days) {
        double days = part * (double)u->days;
        v->days += (int64_t)days;
        v->micros += (int64_t)rint((days - trunc(days)) * (double)DATETIME_DAY);
    } else {
        v->micros += (int64_t)rint(part * (double)u->micros);
    }
}

/* P1Y2M3DT4H5M6S */
static bool read_iso_interval(struct time_reader *r, struct interval *v) {
    bool time = false;
    while (r->at < r->end) {
        char *end;
        if (time_accept(r, 'T')) {
            time = true;
            continue;
        }
        double x = strtod(r->at, &end);
        char letter[2] = {*end, '\0'};
        const struct unit *u = end > r->at && end < r->end ? unit_of(letter) : NULL;
        if (u && *end == 'M' && !time) {
            u = unit_of("mon");
        }
        if (!u) {
            return false;
        }
        add_unit(v, x, u);
        r->at = end + 1;
    }
    return true;
}

static bool read_interval(struct time_reader *r, struct interval *v) {
    bool any = false;
    for (time_skip_blanks(r); r->at < r->end; time_skip_blanks(r)) {
        char word[16], *end;
        struct time_reader sign = *r;
        bool minus = time_accept(&sign, '-');
        time_accept(&sign, '+');
        int hour;
        struct time_reader clock = sign;
        if (time_digits(&clock, &hour) > 0 && clock.at < clock.end && *clock.at == ':') {
            int minute = 0, second = 0;
            time_accept(&clock, ':');
            time_digits(&clock, &minute);
            if (time_accept(&clock, ':')) {
                time_digits(&clock, &second);
            }
            int micros = time_fraction(&clock);
            int64_t t = hour * DATETIME_HOUR + minute * DATETIME_MINUTE + second * DATETIME_SECOND + micros;
            v->micros += minus ? -t : t;
            *r = clock;
            any = true;
            continue;
        }
        if (sign.at == r->at && time_word(r, word)) {
            if (strcasecmp(word, "ago") != 0 || !any) {
                return false;
            }
            *v = (struct interval){-v->months, -v->days, -v->micros};
            continue;
        }
        double x = strtod(r->at, &end);
        if (end == r->at) {
            return false;
        }
        r->at = end;
        time_skip_blanks(r);
        const struct unit *u = time_word(r, word) ? unit_of(word) : r->at == r->end ? unit_of("s") : NULL;
        if (!u) {
            return false;
        }
        add_unit(v, x, u);
        any = true;
    }
    return any;
}

enum err_code datetime_read_interval(const char *text, size_t len, struct interval *out, struct err *e) {
    struct time_reader r = {text, text + len};
    struct interval v = {0, 0, 0};
    time_skip_blanks(&r);
    bool ok = time_accept(&r, 'P') ? read_iso_interval(&r, &v) : read_interval(&r, &v);
    if (!ok) {
        return err_set(e, ERR_VALUE, "invalid input syntax for type interval: \"%.*s\"", (int)len, text);
    }
    *out = v;
    return ERR_OK;
}

void datetime_print_interval(const struct interval *v, struct buf *out) {
    const struct {
        int64_t value;
        const char *unit;
    } fields[] = {{v->months / 12, "year"}, {v->months % 12, "mon"}, {v->days, "day"}};
    bool any = false, negative = false;
    for (size_t i = 0; i < 3; i++) {
        if (fields[i].value != 0) {
            /* After a negative field a positive one has its sign. */
            buf_printf(out, "%s%s%lld %s%s", any ? " " : "", negative && fields[i].value > 0 ? "+" : "",
                       (long long)fields[i].value, fields[i].unit, fields[i].value == 1 ? "" : "s");
            negative = fields[i].value < 0;
            any = true;
        }
    }
    if (v->micros != 0 || !any) {
        buf_str(out, any ? " " : "");
        buf_str(out, v->micros < 0 ? "-" : negative ? "+" : "");
        datetime_print_clock(v->micros < 0 ? -v->micros : v->micros, out);
    }
}
