/* to_char(), to_timestamp(), to_date(): dates and times by pattern. Numbers are in run_format_number.c. */
#include "lang/sql/datetime.h"
#include "lang/sql/run.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Patterns, longest first where one begins another. */
enum field {
    F_Y4,
    F_Y3,
    F_Y2,
    F_Y1,
    F_YCOMMA,
    F_ISO_Y4,
    F_ISO_Y2,
    F_MONTH_UPPER,
    F_MONTH,
    F_MONTH_LOWER,
    F_MON_UPPER,
    F_MON,
    F_MON_LOWER,
    F_MM,
    F_DAY_UPPER,
    F_DAY,
    F_DAY_LOWER,
    F_DY_UPPER,
    F_DY,
    F_DY_LOWER,
    F_DDD,
    F_DD,
    F_D,
    F_ID,
    F_IW,
    F_WW,
    F_W,
    F_Q,
    F_CC,
    F_J,
    F_HH24,
    F_HH12,
    F_HH,
    F_MI,
    F_MS,
    F_US,
    F_SSSS,
    F_SS,
    F_AM,
    F_AM_LOWER,
    F_AM_DOTS,
    F_AM_DOTS_LOWER,
    F_TZ,
    F_TZ_LOWER,
    F_OF,
    F_BC,
    F_RM,
    F_FF,
    F_NONE
};

static const struct {
    const char *word;
    enum field field;
} patterns[] = {
    {"YYYY", F_Y4},
    {"Y,YYY", F_YCOMMA},
    {"YYY", F_Y3},
    {"YY", F_Y2},
    {"Y", F_Y1},
    {"IYYY", F_ISO_Y4},
    {"IY", F_ISO_Y2},
    {"MONTH", F_MONTH_UPPER},
    {"Month", F_MONTH},
    {"month", F_MONTH_LOWER},
    {"MON", F_MON_UPPER},
    {"Mon", F_MON},
    {"mon", F_MON_LOWER},
    {"MM", F_MM},
    {"DAY", F_DAY_UPPER},
    {"Day", F_DAY},
    {"day", F_DAY_LOWER},
    {"DY", F_DY_UPPER},
    {"Dy", F_DY},
    {"dy", F_DY_LOWER},
    {"DDD", F_DDD},
    {"DD", F_DD},
    {"ID", F_ID},
    {"D", F_D},
    {"IW", F_IW},
    {"WW", F_WW},
    {"W", F_W},
    {"Q", F_Q},
    {"CC", F_CC},
    {"J", F_J},
    {"HH24", F_HH24},
    {"HH12", F_HH12},
    {"HH", F_HH},
    {"MI", F_MI},
    {"MS", F_MS},
    {"US", F_US},
    {"SSSSS", F_SSSS},
    {"SSSS", F_SSSS},
    {"SS", F_SS},
    {"AM", F_AM},
    {"PM", F_AM},
    {"am", F_AM_LOWER},
    {"pm", F_AM_LOWER},
    {"A.M.", F_AM_DOTS},
    {"P.M.", F_AM_DOTS},
    {"a.m.", F_AM_DOTS_LOWER},
    {"p.m.", F_AM_DOTS_LOWER},
    {"TZ", F_TZ},
    {"tz", F_TZ_LOWER},
    {"OF", F_OF},
    {"BC", F_BC},
    {"AD", F_BC},
    {"RM", F_RM},
    {"FF", F_FF},
    {"yyyy", F_Y4},
    {"yyy", F_Y3},
    {"yy", F_Y2},
    {"y", F_Y1},
    {"iyyy", F_ISO_Y4},
    {"mm", F_MM},
    {"ddd", F_DDD},
    {"dd", F_DD},
    {"id", F_ID},
    {"d", F_D},
    {"iw", F_IW},
    {"ww", F_WW},
    {"w", F_W},
    {"q", F_Q},
    {"cc", F_CC},
    {"j", F_J},
    {"hh24", F_HH24},
    {"hh12", F_HH12},
    {"hh", F_HH},
    {"mi", F_MI},
    {"ms", F_MS},
    {"us", F_US},
    {"ssss", F_SSSS},
    {"ss", F_SS},
};

/* The pattern at the start of text, and its length. */
static enum field field_at(const char *text, size_t len, size_t *used) {
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        size_t n = strlen(patterns[i].word);
        if (n <= len && memcmp(patterns[i].word, text, n) == 0) {
            *used = n;
            return patterns[i].field;
        }
    }
    return F_NONE;
}

/* One step through a format: a field with its FM and TH, or text that stands for itself. */
struct step {
    enum field field;
    bool fill, ordinal, ordinal_lower;
    const char *text; /* of F_NONE */
    size_t len;
};

static size_t read_step(const char *f, size_t len, struct step *s) {
    size_t at = 0, used = 0;
    *s = (struct step){.field = F_NONE, .fill = true};
    if (len >= 2 && (memcmp(f, "FM", 2) == 0 || memcmp(f, "fm", 2) == 0)) {
        s->fill = false;
        at = 2;
    }
    if (*f == '"') {
        const char *close = memchr(f + 1, '"', len - 1);
        s->text = f + 1;
        s->len = close ? (size_t)(close - f) - 1 : len - 1;
        return close ? s->len + 2 : len;
    }
    s->field = field_at(f + at, len - at, &used);
    if (s->field == F_NONE) {
        at += at < len && f[at] == '\\' && at + 1 < len;
        s->text = f + at;
        s->len = at < len;
        return at + s->len;
    }
    at += used;
    if (len - at >= 2 && (memcmp(f + at, "TH", 2) == 0 || memcmp(f + at, "th", 2) == 0)) {
        s->ordinal = true;
        s->ordinal_lower = f[at] == 't';
        at += 2;
    }
    return at;
}

static void add_number(const struct step *s, long long x, int width, struct buf *m) {
    static const char *const endings[] = {"TH", "ST", "ND", "RD"}, *const lower[] = {"th", "st", "nd", "rd"};
    buf_printf(m, "%0*lld", s->fill ? width : 0, x);
    if (s->ordinal) {
        long long last = x % 10, tens = x / 10 % 10;
        size_t k = tens == 1 || last > 3 || last < 0 ? 0 : (size_t)last;
        buf_str(m, (s->ordinal_lower ? lower : endings)[k]);
    }
}

enum letters { AS_IS, UPPER, LOWER };

static void add_name(const struct step *s, const char *name, size_t most, int width, enum letters how, struct buf *m) {
    size_t n = strlen(name) < most ? strlen(name) : most;
    for (size_t i = 0; i < n; i++) {
        int c = (unsigned char)name[i];
        buf_char(m, (char)(how == UPPER ? toupper(c) : how == LOWER ? tolower(c) : c));
    }
    for (size_t i = n; s->fill && i < (size_t)width; i++) {
        buf_char(m, ' ');
    }
}

static enum letters letters_of(enum field f, enum field upper) {
    return f == upper ? UPPER : f == upper + 1 ? AS_IS : LOWER;
}

static void add_field(const struct step *s, int64_t t, bool zoned, struct buf *m) {
    static const char *const roman[] = {"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"};
    struct calendar c = datetime_split(t);
    int64_t days = datetime_days(c.year, c.month, c.day), of_day = t - days * DATETIME_DAY;
    int iso_year, week, weekday = datetime_weekday(days), of_year = (int)(days - datetime_days(c.year, 1, 1)) + 1;
    bool after = c.hour >= 12;
    datetime_iso_week(days, &iso_year, &week);
    switch (s->field) {
    case F_Y4:
        add_number(s, c.year, 4, m);
        break;
    case F_Y3:
        add_number(s, c.year % 1000, 3, m);
        break;
    case F_Y2:
        add_number(s, c.year % 100, 2, m);
        break;
    case F_Y1:
        add_number(s, c.year % 10, 1, m);
        break;
    case F_YCOMMA:
        buf_printf(m, "%d,%03d", c.year / 1000, c.year % 1000);
        break;
    case F_ISO_Y4:
        add_number(s, iso_year, 4, m);
        break;
    case F_ISO_Y2:
        add_number(s, iso_year % 100, 2, m);
        break;
    case F_MONTH_UPPER:
    case F_MONTH:
    case F_MONTH_LOWER:
        add_name(s, datetime_months[c.month - 1], 20, 9, letters_of(s->field, F_MONTH_UPPER), m);
        break;
    case F_MON_UPPER:
    case F_MON:
    case F_MON_LOWER:
        add_name(s, datetime_months[c.month - 1], 3, 3, letters_of(s->field, F_MON_UPPER), m);
        break;
    case F_MM:
        add_number(s, c.month, 2, m);
        break;
    case F_DAY_UPPER:
    case F_DAY:
    case F_DAY_LOWER:
        add_name(s, datetime_weekdays[weekday], 20, 9, letters_of(s->field, F_DAY_UPPER), m);
        break;
    case F_DY_UPPER:
    case F_DY:
    case F_DY_LOWER:
        add_name(s, datetime_weekdays[weekday], 3, 3, letters_of(s->field, F_DY_UPPER), m);
        break;
    case F_DDD:
        add_number(s, of_year, 3, m);
        break;
    case F_DD:
        add_number(s, c.day, 2, m);
        break;
    case F_D:
        add_number(s, weekday + 1, 1, m);
        break;
    case F_ID:
        add_number(s, (weekday + 6) % 7 + 1, 1, m);
        break;
    case F_IW:
        add_number(s, week, 2, m);
        break;
    case F_WW:
        add_number(s, (of_year - 1) / 7 + 1, 2, m);
        break;
    case F_W:
        add_number(s, (c.day - 1) / 7 + 1, 1, m);
        break;
    case F_Q:
        add_number(s, (c.month - 1) / 3 + 1, 1, m);
        break;
    case F_CC:
        add_number(s, (c.year + 99) / 100, 2, m);
        break;
    case F_J:
        add_number(s, days + 2440588, 1, m);
        break;
    case F_HH24:
        add_number(s, c.hour, 2, m);
        break;
    case F_HH12:
    case F_HH:
        add_number(s, (c.hour + 11) % 12 + 1, 2, m);
        break;
    case F_MI:
        add_number(s, c.minute, 2, m);
        break;
    case F_SS:
        add_number(s, c.second, 2, m);
        break;
    case F_MS:
        add_number(s, c.microsecond / 1000, 3, m);
        break;
    case F_US:
        add_number(s, c.microsecond, 6, m);
        break;
    case F_SSSS:
        add_number(s, of_day / DATETIME_SECOND, 1, m);
        break;
    case F_AM:
        buf_str(m, after ? "PM" : "AM");
        break;
    case F_AM_LOWER:
        buf_str(m, after ? "pm" : "am");
        break;
    case F_AM_DOTS:
        buf_str(m, after ? "P.M." : "A.M.");
        break;
    case F_AM_DOTS_LOWER:
        buf_str(m, after ? "p.m." : "a.m.");
        break;
    case F_TZ:
        buf_str(m, zoned ? "UTC" : "");
        break;
    case F_TZ_LOWER:
        buf_str(m, zoned ? "utc" : "");
        break;
    case F_OF:
        buf_str(m, "+00");
        break;
    case F_BC:
        buf_str(m, "AD");
        break;
    case F_RM:
        buf_printf(m, "%-4s", roman[c.month - 1]);
        break;
    default:
        break;
    }
}

static enum err_code to_char_time(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    int64_t t;
    struct step s;
    (void)n;
    if (!datetime_stored(a[0].text, a[0].length, &t)) {
        return err_set(e, ERR_VALUE, "invalid input syntax for type timestamp: \"%s\"", a[0].text);
    }
    bool zoned = a[0].length > 3 && strcmp(a[0].text + a[0].length - 3, "+00") == 0;
    for (size_t at = 0; at < a[1].length;) {
        size_t used = read_step(a[1].text + at, a[1].length - at, &s);
        if (s.field == F_FF) {
            return err_set(e, ERR_UNSUPPORTED,
                           "the pattern FF in to_char() is not supported here (US are microseconds)");
        }
        if (s.field == F_NONE) {
            buf_add(m, s.text, s.len);
        } else {
            add_field(&s, t, zoned, m);
        }
        at += used ? used : 1;
    }
    return run_set_text(m, out, e);
}

/* Of an interval, the fields that it has; hours are not cut to a day. */
static enum err_code to_char_interval(const struct value *a, size_t n, struct buf *m, struct value *out,
                                      struct err *e) {
    struct interval v;
    struct step s;
    (void)n;
    if (datetime_read_interval(a[0].text, a[0].length, &v, e) != ERR_OK) {
        return e->code;
    }
    int64_t hours = v.micros / DATETIME_HOUR;
    for (size_t at = 0; at < a[1].length;) {
        size_t used = read_step(a[1].text + at, a[1].length - at, &s);
        switch (s.field) {
        case F_NONE:
            buf_add(m, s.text, s.len);
            break;
        case F_Y4:
            add_number(&s, v.months / 12, 4, m);
            break;
        case F_MM:
            add_number(&s, v.months % 12, 2, m);
            break;
        case F_DD:
            add_number(&s, v.days, 2, m);
            break;
        case F_HH24:
            add_number(&s, hours, 2, m);
            break;
        case F_HH:
        case F_HH12:
            add_number(&s, hours % 12 ? hours % 12 : 12, 2, m);
            break;
        case F_MI:
            add_number(&s, v.micros / DATETIME_MINUTE % 60, 2, m);
            break;
        case F_SS:
            add_number(&s, v.micros / DATETIME_SECOND % 60, 2, m);
            break;
        case F_MS:
            add_number(&s, v.micros / 1000 % 1000, 3, m);
            break;
        case F_US:
            add_number(&s, v.micros % DATETIME_SECOND, 6, m);
            break;
        default:
            return err_set(e, ERR_UNSUPPORTED, "this pattern in to_char() of an interval is not supported here");
        }
        at += used ? used : 1;
    }
    return run_set_text(m, out, e);
}

/* ---- reading */

struct read {
    const char *at, *end;
    struct calendar c;
    int of_year;
    bool pm, am;
};

static bool read_digits(struct read *r, int most, int *out) {
    int n = 0;
    *out = 0;
    while (r->at < r->end && n < most && isdigit((unsigned char)*r->at)) {
        *out = *out * 10 + (*r->at++ - '0');
        n++;
    }
    return n > 0;
}

static bool read_word(struct read *r, const char *const *words, int count, size_t least, int *out) {
    for (int i = 0; i < count; i++) {
        size_t full = strlen(words[i]), left = (size_t)(r->end - r->at);
        for (size_t n = full; n >= least; n = n > least ? least : 0) {
            if (n <= left && strncasecmp(r->at, words[i], n) == 0) {
                r->at += n;
                *out = i;
                return true;
            }
        }
    }
    return false;
}

static bool read_field(struct read *r, enum field f) {
    static const char *const halves[] = {"AM", "PM", "A.M.", "P.M."};
    int x = 0;
    while (r->at < r->end && *r->at == ' ') {
        r->at++;
    }
    switch (f) {
    case F_Y4:
        return read_digits(r, 4, &r->c.year);
    case F_Y2:
        x = read_digits(r, 2, &r->c.year);
        r->c.year += r->c.year < 70 ? 2000 : 1900;
        return x;
    case F_MONTH_UPPER:
    case F_MONTH:
    case F_MONTH_LOWER:
    case F_MON_UPPER:
    case F_MON:
    case F_MON_LOWER:
        if (!read_word(r, datetime_months, 12, 3, &x)) {
            return false;
        }
        r->c.month = x + 1;
        return true;
    case F_DAY_UPPER:
    case F_DAY:
    case F_DAY_LOWER:
    case F_DY_UPPER:
    case F_DY:
    case F_DY_LOWER:
        return read_word(r, datetime_weekdays, 7, 3, &x);
    case F_MM:
        return read_digits(r, 2, &r->c.month);
    case F_DD:
        return read_digits(r, 2, &r->c.day);
    case F_DDD:
        return read_digits(r, 3, &r->of_year);
    case F_HH24:
    case F_HH12:
    case F_HH:
        return read_digits(r, 2, &r->c.hour);
    case F_MI:
        return read_digits(r, 2, &r->c.minute);
    case F_SS:
        return read_digits(r, 2, &r->c.second);
    case F_MS:
    case F_US: {
        const char *start = r->at;
        if (!read_digits(r, f == F_MS ? 3 : 6, &x)) {
            return false;
        }
        for (long n = r->at - start; n < 6; n++) {
            x *= 10;
        }
        r->c.microsecond = x;
        return true;
    }
    case F_AM:
    case F_AM_LOWER:
    case F_AM_DOTS:
    case F_AM_DOTS_LOWER:
        if (!read_word(r, halves, 4, 2, &x)) {
            return false;
        }
        r->pm = x % 2;
        r->am = !r->pm;
        return true;
    default:
        return false;
    }
}

static bool readable(enum field f) {
    static const enum field no[] = {F_Y3, F_Y1, F_YCOMMA, F_ISO_Y4, F_ISO_Y2, F_D,        F_ID, F_IW, F_WW, F_W,
                                    F_Q,  F_CC, F_J,      F_SSSS,   F_TZ,     F_TZ_LOWER, F_OF, F_BC, F_RM, F_FF};
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
        if (no[i] == f) {
            return false;
        }
    }
    return true;
}

static enum err_code to_timestamp(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct read r = {.at = a[0].text, .end = a[0].text + a[0].length, .c = {.year = 1, .month = 1, .day = 1}};
    struct step s;
    (void)n;
    for (size_t at = 0; at < a[1].length && r.at < r.end;) {
        size_t used = read_step(a[1].text + at, a[1].length - at, &s);
        if (!readable(s.field)) {
            return err_set(e, ERR_UNSUPPORTED,
                           "this pattern in to_date() or to_timestamp() is not supported here: \"%.*s\"", (int)used,
                           a[1].text + at);
        }
        if (s.field == F_NONE) {
            bool sign = !isalnum((unsigned char)*s.text);
            r.at += !isalnum((unsigned char)*r.at) || !sign;
        } else if (!read_field(&r, s.field)) {
            return err_set(e, ERR_VALUE, "invalid value \"%.*s\" for \"%.*s\"",
                           (int)(r.end - r.at < 20 ? r.end - r.at : 20), r.at, (int)used, a[1].text + at);
        }
        at += used ? used : 1;
    }
    if (r.pm || r.am) {
        r.c.hour = r.c.hour % 12 + (r.pm ? 12 : 0);
    }
    struct calendar c = r.c;
    if (c.year < 1 || c.month < 1 || c.month > 12 || c.day < 1 || c.day > datetime_month_days(c.year, c.month) ||
        c.hour > 23 || c.minute > 59 || c.second > 59 || r.of_year > 366) {
        return err_set(e, ERR_VALUE, "date/time field value out of range: \"%s\"", a[0].text);
    }
    int64_t t = datetime_join(&c) + (r.of_year ? (r.of_year - 1) * DATETIME_DAY : 0);
    datetime_print(t, m);
    return run_set_text(m, out, e);
}

const struct run_row run_format_rows[] = {
    {"pg_to_char_time", 2, false, to_char_time},
    {"pg_to_char_interval", 2, false, to_char_interval},
    {"pg_to_timestamp", 2, false, to_timestamp},
    {NULL, 0, false, NULL},
};
