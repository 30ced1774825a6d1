/* A column is printed with six decimals first; zeros that all numbers have in common are then taken away. Should
 * that be too long or lose a small value, the column is printed again in scientific notation. */
#include "kernel/display/float_format.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 6, LONGEST = DIGITS + 6 };

static void number_add(struct buf *out, double value, bool scientific) {
    if (isnan(value)) {
        buf_str(out, "NaN");
    } else if (isinf(value)) {
        buf_str(out, value < 0 ? "-inf" : " inf");
    } else if (scientific) {
        buf_printf(out, "% .6e", value);
    } else {
        buf_printf(out, "% .6f", value);
    }
}

static size_t trailing_zeros(const struct buf *text) {
    size_t zeros = 0;
    while (zeros < DIGITS && zeros < text->len && text->data[text->len - 1 - zeros] == '0') {
        zeros++;
    }
    return zeros;
}

static void text_shorten(struct buf *text, size_t zeros) {
    if (zeros == DIGITS) {
        zeros--; /* one decimal stays */
    }
    if (text->len > zeros) {
        text->len -= zeros;
        text->data[text->len] = '\0';
    }
}

/* Returns the length of the longest text. */
static size_t column_trim(const double *values, size_t count, struct buf *texts) {
    size_t zeros = DIGITS, longest = 0;
    for (size_t i = 0; i < count; i++) {
        size_t own = isfinite(values[i]) ? trailing_zeros(&texts[i]) : DIGITS;
        zeros = own < zeros ? own : zeros;
    }
    for (size_t i = 0; i < count; i++) {
        if (isfinite(values[i])) {
            text_shorten(&texts[i], zeros);
        }
        longest = texts[i].len > longest ? texts[i].len : longest;
    }
    return longest;
}

void float_format_column(const double *values, size_t count, struct buf *texts) {
    bool small = false, large = false;
    for (size_t i = 0; i < count; i++) {
        double size = fabs(values[i]);
        small = small || (size > 0 && size < 1e-6);
        large = large || size > 1e6;
        number_add(&texts[i], values[i], false);
    }
    size_t longest = column_trim(values, count, texts);
    if (!small && !(large && longest > LONGEST)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        buf_clear(&texts[i]);
        number_add(&texts[i], values[i], true);
    }
}

void float_format_single(double value, struct buf *out) {
    struct buf text = BUF_INIT;
    if (isnan(value)) {
        buf_str(out, " NaN");
        return;
    }
    number_add(&text, value, false);
    if (isfinite(value)) {
        text_shorten(&text, trailing_zeros(&text));
    }
    buf_add(out, buf_text(&text), text.len);
    out->failed = out->failed || text.failed;
    buf_release(&text);
}

/* The fewest digits that round-trip, from scientific notation: digits without the point, and the exponent. */
static int shortest_digits(float value, char digits[16]) {
    char text[32];
    int precision = 0;
    do {
        snprintf(text, sizeof text, "%.*e", precision, (double)value);
    } while (strtof(text, NULL) != value && ++precision < 9);
    size_t n = 0;
    for (const char *c = text; *c && *c != 'e'; c++) {
        if (isdigit((unsigned char)*c) && n < 15) {
            digits[n++] = *c;
        }
    }
    digits[n] = '\0';
    const char *exponent = strchr(text, 'e');
    return exponent ? (int)strtol(exponent + 1, NULL, 10) : 0;
}

void float_format_shortest(float value, struct buf *out) {
    if (isnan(value) || isinf(value)) {
        buf_str(out, isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
        return;
    }
    char digits[16];
    int exponent = shortest_digits(value, digits), count = (int)strlen(digits);
    buf_str(out, signbit(value) ? "-" : "");
    if (exponent < -4 || exponent >= 16) {
        buf_printf(out, "%c%s%se%c%02d", digits[0], count > 1 ? "." : "", digits + 1, exponent < 0 ? '-' : '+',
                   abs(exponent));
    } else if (exponent < 0) {
        buf_printf(out, "0.%.*s%s", -exponent - 1, "0000", digits);
    } else if (count > exponent + 1) {
        buf_printf(out, "%.*s.%s", exponent + 1, digits, digits + exponent + 1);
    } else {
        buf_printf(out, "%s%.*s.0", digits, exponent + 1 - count, "0000000000000000");
    }
}
