/* The calendar, and the many ways to write a date. Days from a date: H. Hinnant, "chrono-compatible low-level date
 * algorithms". */
#include "lang/sql/datetime.h"

#include "lang/sql/time_reader.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *const datetime_months[12] = {"January", "February", "March",     "April",   "May",      "June",
                                         "July",    "August",   "September", "October", "November", "December"};
const char *const datetime_weekdays[7] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

int64_t datetime_days(int year, int month, int day) {
    int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int datetime_month_days(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

int datetime_weekday(int64_t days) {
    return (int)(((days + 4) % 7 + 7) % 7);
}

struct calendar datetime_split(int64_t moment) {
    int64_t days = moment / DATETIME_DAY, rest = moment % DATETIME_DAY;
    if (rest < 0) {
        rest += DATETIME_DAY;
        days--;
    }
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100), m = (5 * of_year + 2) / 153;
    struct calendar c = {.day = (int)(of_year - (153 * m + 2) / 5 + 1), .month = (int)(m < 10 ? m + 3 : m - 9)};
    c.year = (int)(year + era * 400 + (c.month <= 2));
    c.hour = (int)(rest / DATETIME_HOUR);
    c.minute = (int)(rest % DATETIME_HOUR / DATETIME_MINUTE);
    c.second = (int)(rest % DATETIME_MINUTE / DATETIME_SECOND);
    c.microsecond = (int)(rest % DATETIME_SECOND);
    return c;
}

int64_t datetime_join(const struct calendar *c) {
    return datetime_days(c->year, c->month, c->day) * DATETIME_DAY + c->hour * DATETIME_HOUR +
           c->minute * DATETIME_MINUTE + c->second * DATETIME_SECOND + c->microsecond;
}

void datetime_iso_week(int64_t days, int *year, int *week) {
    int weekday = (datetime_weekday(days) + 6) % 7; /* 0 is Monday */
    int64_t thursday = days - weekday + 3;
    struct calendar c = datetime_split(thursday * DATETIME_DAY);
    *year = c.year;
    *week = (int)((thursday - datetime_days(c.year, 1, 1)) / 7 + 1);
}

enum err_code datetime_check(int64_t moment, const char *what, struct err *e) {
    if (moment < datetime_days(1, 1, 1) * DATETIME_DAY || moment >= datetime_days(10000, 1, 1) * DATETIME_DAY) {
        return err_set(e, ERR_VALUE, "%s out of range: years 1 to 9999 can be kept", what);
    }
    return ERR_OK;
}

int64_t datetime_add(int64_t moment, const struct interval *v, int sign) {
    struct calendar c = datetime_split(moment);
    int64_t months = (int64_t)c.year * 12 + c.month - 1 + sign * v->months;
    if (months < 0 || months > 12 * 20000) {
        return INT64_MAX / 4; /* out of any range */
    }
    c.year = (int)(months / 12);
    c.month = (int)(months % 12) + 1;
    int last = datetime_month_days(c.year, c.month);
    c.day = c.day > last ? last : c.day;
    int64_t out = datetime_join(&c);
    if (llabs(v->days) > 8000000 || llabs(v->micros) > INT64_MAX / 8) {
        return INT64_MAX / 4;
    }
    return out + sign * v->days * DATETIME_DAY + sign * v->micros;
}

/* ---- reading */

/* hh:mm[:ss[.ffffff]] [am|pm], the hours read already. */
static bool read_time(struct time_reader *r, int hour, int64_t *out) {
    int minute = 0, second = 0, micros = 0;
    char word[16];
    if (time_accept(r, ':') && time_digits(r, &minute) == 0) {
        return false;
    }
    if (time_accept(r, ':')) {
        if (time_digits(r, &second) == 0) {
            return false;
        }
        micros = time_fraction(r);
    }
    struct time_reader before = *r;
    time_skip_blanks(r);
    if (time_word(r, word) && (strcasecmp(word, "am") == 0 || strcasecmp(word, "pm") == 0)) {
        hour = hour % 12 + ((word[0] | 32) == 'p' ? 12 : 0);
    } else {
        *r = before;
    }
    *out = hour * DATETIME_HOUR + minute * DATETIME_MINUTE + second * DATETIME_SECOND + micros;
    return hour <= 24 && minute < 60 && second <= 60 && *out <= DATETIME_DAY;
}

/* +09, +09:00, +0900, Z, UTC */
static bool read_zone(struct time_reader *r, int64_t *offset) {
    char word[16];
    int hours, minutes = 0;
    struct time_reader before = *r;
    if (r->at < r->end && (*r->at == '+' || *r->at == '-')) {
        int sign = *r->at++ == '-' ? -1 : 1;
        size_t n = time_digits(r, &hours);
        if (n == 4) {
            minutes = hours % 100;
            hours /= 100;
        } else if (time_accept(r, ':')) {
            time_digits(r, &minutes);
        }
        *offset = sign * (hours * DATETIME_HOUR + minutes * DATETIME_MINUTE);
        return n > 0;
    }
    if (time_word(r, word) &&
        (strcasecmp(word, "z") == 0 || strcasecmp(word, "utc") == 0 || strcasecmp(word, "gmt") == 0)) {
        *offset = 0;
        return true;
    }
    *r = before;
    return false;
}

static int month_of(const char *word) {
    for (int i = 0; i < 12; i++) {
        size_t n = strlen(word);
        if (n >= 3 && strncasecmp(datetime_months[i], word, n) == 0) {
            return i + 1;
        }
    }
    return 0;
}

static enum err_code bad_syntax(const char *text, size_t len, const char *what, struct err *e) {
    return err_set(e, ERR_VALUE, "invalid input syntax for type %s: \"%.*s\"", what, (int)len, text);
}

static enum err_code bad_field(const char *text, size_t len, struct err *e) {
    return err_set(e, ERR_VALUE, "date/time field value out of range: \"%.*s\"", (int)len, text);
}

/* today, now, epoch, … */
static bool special(const char *text, size_t len, const char *now, int64_t *out, bool *had_time) {
    static const struct {
        const char *word;
        int days;
    } words[] = {{"today", 0}, {"tomorrow", 1}, {"yesterday", -1}};
    int64_t moment = 0;
    datetime_stored(now, strlen(now), &moment);
    for (size_t i = 0; i < 3; i++) {
        if (len == strlen(words[i].word) && strncasecmp(text, words[i].word, len) == 0) {
            *out = (moment - (moment % DATETIME_DAY + DATETIME_DAY) % DATETIME_DAY) + words[i].days * DATETIME_DAY;
            return true;
        }
    }
    *had_time = true;
    if (len == 3 && strncasecmp(text, "now", 3) == 0) {
        *out = moment;
        return true;
    }
    *out = 0;
    return len == 5 && strncasecmp(text, "epoch", 5) == 0;
}

struct parts {
    int numbers[3], digits[3], count; /* of the date, in the order written */
    int month, month_at;              /* by name; how many numbers stood before it */
    bool has_time, has_zone, iso;
    int64_t time, offset;
};

static bool read_number(struct time_reader *r, struct parts *p) {
    int v;
    size_t n = time_digits(r, &v);
    if (n == 0) {
        return false;
    }
    if (r->at < r->end && *r->at == ':' && !p->has_time) {
        p->has_time = true;
        return read_time(r, v, &p->time);
    }
    if (n == 8 && p->count == 0) { /* 20240506 */
        p->numbers[0] = v / 10000;
        p->numbers[1] = v / 100 % 100;
        p->numbers[2] = v % 100;
        p->digits[0] = 4;
        p->count = 3;
        return true;
    }
    if (p->count == 3) {
        return false;
    }
    p->digits[p->count] = (int)n;
    p->numbers[p->count++] = v;
    if (p->count < 3) {
        (void)(time_accept(r, '-') || time_accept(r, '/') || time_accept(r, '.'));
    }
    return true;
}

static bool read_parts(struct time_reader *r, struct parts *p) {
    char word[16];
    for (time_skip_blanks(r); r->at < r->end; time_skip_blanks(r)) {
        if (time_is_digit(r, 0)) {
            if (!read_number(r, p)) {
                return false;
            }
            continue;
        }
        if (p->has_time && !p->has_zone && read_zone(r, &p->offset)) {
            p->has_zone = true;
            continue;
        }
        struct time_reader before = *r;
        size_t n = time_word(r, word);
        if (n == 1 && (word[0] | 32) == 't' && time_is_digit(r, 0) && p->count == 3) {
            continue;
        }
        bool weekday = false;
        for (int i = 0; i < 7 && n >= 3; i++) {
            weekday = weekday || strncasecmp(datetime_weekdays[i], word, n) == 0;
        }
        if (weekday) {
            continue;
        }
        int month = n ? month_of(word) : 0;
        if (!month || p->month) {
            *r = before;
            return false;
        }
        p->month = month;
        p->month_at = p->count;
        (void)(time_accept(r, '-') || time_accept(r, '/'));
    }
    return true;
}

/* Year, month and day from the order they were written in: ISO if the year comes first, else month first. */
static bool arrange(const struct parts *p, struct calendar *c) {
    const int *n = p->numbers;
    int year_digits;
    if (p->month && p->count == 2) {
        bool year_first = p->digits[0] > 2;
        *c = (struct calendar){.year = n[year_first ? 0 : 1], .month = p->month, .day = n[year_first ? 1 : 0]};
        year_digits = p->digits[year_first ? 0 : 1];
    } else if (!p->month && p->count == 3) {
        bool year_first = p->digits[0] > 2;
        *c = year_first ? (struct calendar){.year = n[0], .month = n[1], .day = n[2]}
                        : (struct calendar){.year = n[2], .month = n[0], .day = n[1]};
        year_digits = p->digits[year_first ? 0 : 2];
    } else {
        return false;
    }
    if (year_digits <= 2) {
        c->year += c->year < 70 ? 2000 : 1900;
    }
    return true;
}

enum err_code datetime_read(const char *text, size_t len, const char *what, const char *now, bool zoned, int64_t *out,
                            bool *had_time, struct err *e) {
    struct time_reader r = {text, text + len};
    struct parts p = {.count = 0};
    struct calendar c;
    *had_time = false;
    while (r.at < r.end && *r.at == ' ') {
        r.at++;
    }
    while (r.end > r.at && r.end[-1] == ' ') {
        r.end--;
    }
    if (r.end - r.at == 8 && strncasecmp(r.at, "infinity", 8) == 0) {
        return err_set(e, ERR_UNSUPPORTED, "the %s 'infinity' is not supported here", what);
    }
    if (special(r.at, (size_t)(r.end - r.at), now, out, had_time)) {
        return ERR_OK;
    }
    if (!read_parts(&r, &p) || !arrange(&p, &c)) {
        bool times = p.has_time && r.at > text && p.count == 3 && r.at >= r.end;
        return times ? bad_field(text, len, e) : bad_syntax(text, len, what, e);
    }
    if (c.month < 1 || c.month > 12 || c.day < 1 || c.year < 1 || c.day > datetime_month_days(c.year, c.month)) {
        return bad_field(text, len, e);
    }
    *out = datetime_join(&c) + p.time - (zoned ? p.offset : 0);
    *had_time = p.has_time;
    return datetime_check(*out, what, e);
}

enum err_code datetime_read_clock(const char *text, size_t len, int64_t *out, struct err *e) {
    struct time_reader r = {text, text + len};
    int hour;
    int64_t moment, offset;
    bool had_time;
    struct err ignored = ERR_INIT;
    time_skip_blanks(&r);
    if (time_digits(&r, &hour) > 0 && r.at < r.end && *r.at == ':') {
        if (!read_time(&r, hour, out)) {
            return bad_field(text, len, e);
        }
        time_skip_blanks(&r);
        if (r.at == r.end || (read_zone(&r, &offset) && r.at == r.end)) {
            return ERR_OK;
        }
    }
    if (datetime_read(text, len, "time", "", false, &moment, &had_time, &ignored) == ERR_OK && had_time) {
        *out = (moment % DATETIME_DAY + DATETIME_DAY) % DATETIME_DAY;
        return ERR_OK;
    }
    return bad_syntax(text, len, "time", e);
}

bool datetime_stored(const char *text, size_t len, int64_t *out) {
    struct calendar c = {.year = 0};
    struct time_reader r = {text, text + len};
    if (time_digits(&r, &c.year) != 4 || !time_accept(&r, '-') || time_digits(&r, &c.month) != 2 ||
        !time_accept(&r, '-') || time_digits(&r, &c.day) != 2 || c.month < 1 || c.month > 12) {
        return false;
    }
    if (time_accept(&r, ' ')) {
        time_digits(&r, &c.hour);
        time_accept(&r, ':');
        time_digits(&r, &c.minute);
        time_accept(&r, ':');
        time_digits(&r, &c.second);
        c.microsecond = time_fraction(&r);
    }
    *out = datetime_join(&c);
    return true;
}

/* ---- printing */

static void print_fraction(int micros, struct buf *out) {
    char digits[8];
    size_t n = 6;
    if (micros == 0) {
        return;
    }
    snprintf(digits, sizeof digits, "%06d", micros);
    while (digits[n - 1] == '0') {
        n--;
    }
    buf_printf(out, ".%.*s", (int)n, digits);
}

void datetime_print_date(int64_t moment, struct buf *out) {
    struct calendar c = datetime_split(moment);
    buf_printf(out, "%04d-%02d-%02d", c.year, c.month, c.day);
}

void datetime_print_clock(int64_t micros, struct buf *out) {
    buf_printf(out, "%02d:%02d:%02d", (int)(micros / DATETIME_HOUR), (int)(micros % DATETIME_HOUR / DATETIME_MINUTE),
               (int)(micros % DATETIME_MINUTE / DATETIME_SECOND));
    print_fraction((int)(micros % DATETIME_SECOND), out);
}

void datetime_print(int64_t moment, struct buf *out) {
    datetime_print_date(moment, out);
    buf_char(out, ' ');
    datetime_print_clock((moment % DATETIME_DAY + DATETIME_DAY) % DATETIME_DAY, out);
}
