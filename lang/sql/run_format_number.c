/* to_char() and to_number() of numbers by pattern. */
#include "lang/sql/convert.h"
#include "lang/sql/run.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_DIGITS = 100 };

struct pattern {
    int whole, decimals; /* digit places before and behind the point */
    int first_zero;      /* the place before the point from which zeros are shown; -1: none */
    int last_zero;       /* decimals that are shown even where they are 0 */
    bool fill, point;    /* FM takes the blanks away */
    bool sign_before, sign_behind, minus_before, minus_behind, brackets, roman, ordinal, ordinal_lower;
};

static bool word_at(const char *f, size_t left, const char *word) {
    return left >= strlen(word) && strncasecmp(f, word, strlen(word)) == 0;
}

static enum err_code read_pattern(const struct value *v, struct pattern *p, struct err *e) {
    static const char *const refused[] = {"EEEE", "V", "L", "PL", "SG"};
    *p = (struct pattern){.first_zero = -1, .fill = true};
    for (size_t i = 0; i < v->length; i++) {
        const char *f = v->text + i;
        size_t left = v->length - i;
        for (size_t k = 0; k < sizeof refused / sizeof *refused; k++) {
            if (word_at(f, left, refused[k])) {
                return err_set(e, ERR_UNSUPPORTED, "the pattern %s in to_char() of a number is not supported here",
                               refused[k]);
            }
        }
        bool digits = p->whole + p->decimals > 0;
        if (*f == '"') {
            const char *close = memchr(f + 1, '"', left - 1);
            i += close ? (size_t)(close - f) : left;
        } else if (word_at(f, left, "FM")) {
            p->fill = false;
            i++;
        } else if (word_at(f, left, "MI")) {
            *(digits ? &p->minus_behind : &p->minus_before) = true;
            i++;
        } else if (word_at(f, left, "PR")) {
            p->brackets = true;
            i++;
        } else if (word_at(f, left, "RN")) {
            p->roman = true;
            i++;
        } else if (word_at(f, left, "TH")) {
            p->ordinal = true;
            p->ordinal_lower = *f == 't';
            i++;
        } else if (*f == 'S' || *f == 's') {
            *(digits ? &p->sign_behind : &p->sign_before) = true;
        } else if (*f == '9' || *f == '0') {
            p->first_zero = !p->point && *f == '0' && p->first_zero < 0 ? p->whole : p->first_zero;
            *(p->point ? &p->decimals : &p->whole) += 1;
            p->last_zero = p->point && *f == '0' ? p->decimals : p->last_zero;
        } else if (*f == '.' || *f == 'D' || *f == 'd') {
            if (p->point) {
                return err_set(e, ERR_SYNTAX, "multiple decimal points");
            }
            p->point = true;
        }
    }
    return p->whole + p->decimals > MOST_DIGITS ? err_set(e, ERR_VALUE, "the pattern has too many digits") : ERR_OK;
}

static void add_roman(double x, const struct pattern *p, struct buf *m) {
    static const struct {
        int value;
        const char *sign;
    } signs[] = {{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"},
                 {40, "XL"},  {10, "X"},   {9, "IX"},  {5, "V"},    {4, "IV"},  {1, "I"}};
    char text[32] = "";
    size_t n = 0;
    int v = (int)rint(x < 1 || x > 3999 ? 0 : x);
    if (v == 0) {
        buf_str(m, "###############");
        return;
    }
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        for (; v >= signs[i].value; v -= signs[i].value) {
            n += (size_t)snprintf(text + n, sizeof text - n, "%s", signs[i].sign);
        }
    }
    buf_printf(m, p->fill ? "%15s" : "%s", text);
}

/* The digits in their places: of the whole part right-aligned, '#' where they do not fit. */
static void place_digits(double x, const struct pattern *p, char whole[], char decimals[]) {
    char text[MOST_DIGITS + 400];
    snprintf(text, sizeof text, "%.*f", p->decimals, fabs(convert_round(x, p->decimals)));
    char *dot = strchr(text, '.');
    int n = dot ? (int)(dot - text) : (int)strlen(text);
    bool zero = n == 1 && text[0] == '0', over = n > p->whole && !(zero && p->whole == 0);
    for (int i = 0; i < p->whole; i++) {
        int at = n - p->whole + i;
        bool shown = at >= 0 && !(zero && p->decimals > 0 && p->first_zero < 0);
        whole[i] = over ? '#' : shown ? text[at] : p->first_zero >= 0 && i >= p->first_zero ? '0' : ' ';
    }
    whole[p->whole] = '\0';
    snprintf(decimals, (size_t)p->decimals + 1, "%s", dot ? dot + 1 : "");
    for (int i = 0; over && i < p->decimals; i++) {
        decimals[i] = '#';
    }
    for (int i = p->decimals; !p->fill && !over && i > p->last_zero && decimals[i - 1] == '0'; i--) {
        decimals[i - 1] = '\0';
    }
}

static void add_ordinal(double x, const struct pattern *p, struct buf *m) {
    static const char *const endings[] = {"TH", "ST", "ND", "RD"}, *const lower[] = {"th", "st", "nd", "rd"};
    long long v = (long long)fabs(x), last = v % 10, tens = v / 10 % 10;
    buf_str(m, (p->ordinal_lower ? lower : endings)[tens == 1 || last > 3 ? 0 : last]);
}

/* Where the sign stands that no pattern letter asked for: right before the first digit. */
static void add_sign(const struct pattern *p, bool negative, struct buf *m) {
    if (p->brackets) {
        buf_str(m, negative ? "<" : p->fill ? " " : "");
    } else if (p->sign_before) {
        buf_str(m, negative ? "-" : "+");
    } else if (!p->sign_behind && !p->minus_before && !p->minus_behind) {
        buf_str(m, negative ? "-" : p->fill ? " " : "");
    }
}

static enum err_code to_char(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct pattern p;
    char whole[MOST_DIGITS + 1], decimals[MOST_DIGITS + 1];
    double x = run_number(&a[0]);
    int at = 0, behind = 0;
    bool signed_yet = false, point = false;
    (void)n;
    if (read_pattern(&a[1], &p, e) != ERR_OK) {
        return e->code;
    }
    if (p.roman) {
        add_roman(x, &p, m);
        return run_set_text(m, out, e);
    }
    place_digits(x, &p, whole, decimals);
    bool negative = x < 0 && (strpbrk(whole, "123456789#") || strpbrk(decimals, "123456789#"));
    for (size_t i = 0; i < a[1].length; i++) {
        const char *f = a[1].text + i;
        size_t left = a[1].length - i;
        bool place = *f == '9' || *f == '0', dot = *f == '.' || *f == 'D' || *f == 'd',
             comma = *f == ',' || *f == 'G' || *f == 'g';
        if (*f == '"') {
            const char *close = memchr(f + 1, '"', left - 1);
            size_t len = close ? (size_t)(close - f) - 1 : left - 1;
            buf_add(m, f + 1, len);
            i += len + 1;
        } else if (word_at(f, left, "FM") || word_at(f, left, "PR") || word_at(f, left, "TH")) {
            i++;
        } else if (word_at(f, left, "MI")) {
            buf_str(m, negative ? "-" : p.fill ? " " : "");
            i++;
        } else if (*f == 'S' || *f == 's') {
            buf_str(m, !p.sign_behind ? "" : negative ? "-" : "+");
        } else if (place && !point) {
            if (whole[at] != ' ' && !signed_yet) {
                add_sign(&p, negative, m);
                signed_yet = true;
            }
            buf_printf(m, "%.*s", whole[at] == ' ' && !p.fill ? 0 : 1, whole + at);
            at++;
        } else if (place) {
            buf_printf(m, "%.1s", behind < (int)strlen(decimals) ? decimals + behind : "");
            behind++;
        } else if (dot) {
            if (!signed_yet) {
                add_sign(&p, negative, m);
                signed_yet = true;
            }
            point = true;
            buf_char(m, '.');
        } else if (comma) {
            buf_str(m, at > 0 && whole[at - 1] != ' ' ? "," : p.fill ? " " : "");
        } else {
            buf_char(m, *f);
        }
    }
    if (p.brackets) {
        buf_str(m, negative ? ">" : p.fill ? " " : "");
    }
    if (p.ordinal && !negative && p.decimals == 0) {
        add_ordinal(x, &p, m);
    }
    return run_set_text(m, out, e);
}

/* The digits, point and sign of the text; the pattern says which signs are none of the number. */
static enum err_code to_number(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    bool negative = false, any = false;
    struct pattern p;
    (void)n;
    if (read_pattern(&a[1], &p, e) != ERR_OK) {
        return e->code;
    }
    int whole = 0, decimals = 0;
    bool point = false;
    for (size_t i = 0; i < a[0].length; i++) {
        char c = a[0].text[i];
        negative = negative || c == '-' || (c == '<' && p.brackets);
        if (c == '.' && p.point) {
            point = true;
            buf_char(m, c);
        } else if (isdigit((unsigned char)c) && (point ? decimals++ < p.decimals : whole++ < p.whole)) {
            buf_char(m, c);
            any = true;
        }
    }
    if (!any) {
        return err_set(e, ERR_VALUE, "invalid input syntax for type numeric: \"%s\"", a[0].text);
    }
    double x = strtod(buf_text(m), NULL);
    return run_set_real(negative ? -x : x, out);
}

const struct run_row run_format_number_rows[] = {
    {"pg_to_char_number", 2, false, to_char},
    {"pg_to_number", 2, false, to_number},
    {NULL, 0, false, NULL},
};
