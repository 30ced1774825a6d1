/* Arithmetic as PostgreSQL does it where SQLite does not: division by zero, ranges, decimal rounding. */
#include "lang/sql/convert.h"
#include "lang/sql/run.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double convert_decimal(double x) {
    char text[40];
    if (!isfinite(x)) {
        return x;
    }
    snprintf(text, sizeof text, "%.15g", x);
    return strtod(text, NULL);
}

double convert_round(double x, int digits) {
    char text[400];
    if (!isfinite(x) || digits > 15) {
        return x;
    }
    if (digits < 0) {
        double unit = pow(10, -digits), whole = trunc(convert_decimal(x) / unit),
               rest = convert_decimal(x) - whole * unit;
        return (fabs(rest) * 2 >= unit ? whole + (x < 0 ? -1 : 1) : whole) * unit;
    }
    /* The 15 digits that the number was written with decide about a half, not its binary tail. */
    snprintf(text, sizeof text, "%.15g", fabs(x));
    if (strpbrk(text, "eE")) {
        snprintf(text, sizeof text, "%.*f", 20, fabs(x));
    }
    char *dot = strchr(text, '.');
    if (!dot || strlen(dot + 1) <= (size_t)digits) {
        return x;
    }
    bool up = dot[1 + digits] >= '5';
    dot[1 + digits] = '\0';
    double cut = strtod(text, NULL);
    if (up) {
        char sum[400];
        snprintf(sum, sizeof sum, "%.*f", digits, cut + pow(10, -digits));
        cut = strtod(sum, NULL);
    }
    return x < 0 ? -cut : cut;
}

static enum err_code zero(struct err *e) {
    return err_set(e, ERR_VALUE, "division by zero");
}

static bool both_integers(const struct value *a) {
    return a[0].type == VALUE_INTEGER && a[1].type == VALUE_INTEGER;
}

/* pg_divide(a, b, real) */
static enum err_code divide(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    (void)m;
    if (both_integers(a) && !a[2].integer) {
        if (a[1].integer == 0) {
            return zero(e);
        }
        if (a[0].integer == INT64_MIN && a[1].integer == -1) {
            return err_set(e, ERR_VALUE, "bigint out of range");
        }
        return run_set_integer(a[0].integer / a[1].integer, out);
    }
    double d = run_number(&a[1]);
    return d == 0 ? zero(e) : run_set_real(run_number(&a[0]) / d, out);
}

static enum err_code modulo(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    (void)m;
    if (both_integers(a)) {
        if (a[1].integer == 0) {
            return zero(e);
        }
        return run_set_integer(a[1].integer == -1 ? 0 : a[0].integer % a[1].integer, out);
    }
    double d = run_number(&a[1]);
    return d == 0 ? zero(e) : run_set_real(fmod(run_number(&a[0]), d), out);
}

/* pg_int(a, b, sign, bytes): of integers, watched. */
static enum err_code integers(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    int64_t r;
    (void)n;
    (void)m;
    if (!both_integers(a)) {
        double x = run_number(&a[0]), y = run_number(&a[1]);
        return run_set_real(a[2].text[0] == '+' ? x + y : a[2].text[0] == '-' ? x - y : x * y, out);
    }
    int64_t x = a[0].integer, y = a[1].integer;
    int64_t most = a[3].integer == 2 ? INT16_MAX : a[3].integer == 4 ? INT32_MAX : INT64_MAX;
    bool over = a[2].text[0] == '+'   ? __builtin_add_overflow(x, y, &r)
                : a[2].text[0] == '-' ? __builtin_sub_overflow(x, y, &r)
                                      : __builtin_mul_overflow(x, y, &r);
    if (over || r > most || r < -most - 1) {
        return err_set(e, ERR_VALUE, "%s out of range",
                       a[3].integer == 2   ? "smallint"
                       : a[3].integer == 4 ? "integer"
                                           : "bigint");
    }
    return run_set_integer(r, out);
}

/* pg_sum(bytes, a, sign, b, sign, c, …): from left to right. */
static enum err_code sum(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct value step[4] = {a[1], a[1], a[0], a[0]};
    for (size_t i = 2; i + 1 < n && e->code == ERR_OK; i += 2) {
        step[1] = a[i + 1];
        step[2] = a[i];
        integers(step, 4, m, &step[0], e);
    }
    *out = step[0];
    return e->code;
}

static enum err_code decimal(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    (void)m;
    (void)e;
    if (a[0].type == VALUE_INTEGER) {
        *out = a[0];
        return ERR_OK;
    }
    return run_set_real(convert_decimal(run_number(&a[0])), out);
}

/* pg_to_int(x, bytes, half_up) */
static enum err_code to_int(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    static const struct {
        int bytes;
        const char *name;
        int64_t most;
    } kinds[] = {{2, "smallint", INT16_MAX}, {4, "integer", INT32_MAX}, {8, "bigint", INT64_MAX}};
    size_t k = a[1].integer == 2 ? 0 : a[1].integer == 4 ? 1 : 2;
    (void)n;
    (void)m;
    double x = run_number(&a[0]), r = a[2].integer ? (x < 0 ? -floor(-x + 0.5) : floor(x + 0.5)) : rint(x);
    int64_t v = a[0].type == VALUE_INTEGER ? a[0].integer : fabs(r) < 9.2e18 ? (int64_t)r : 0;
    bool fits = a[0].type == VALUE_INTEGER || fabs(r) < 9.2e18;
    if (!fits || v > kinds[k].most || v < -kinds[k].most - 1) {
        return err_set(e, ERR_VALUE, "%s out of range", kinds[k].name);
    }
    return run_set_integer(v, out);
}

/* pg_numeric(x, precision, scale) */
static enum err_code numeric(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    int precision = (int)a[1].integer, scale = (int)a[2].integer;
    (void)n;
    (void)m;
    double r = convert_round(run_number(&a[0]), scale);
    if (precision && fabs(r) >= pow(10, precision - scale)) {
        err_set(e, ERR_VALUE, "numeric field overflow");
        return err_hint(e, "A field with precision %d, scale %d must round to an absolute value less than 10^%d.",
                        precision, scale, precision - scale);
    }
    return run_set_real(r, out);
}

static enum err_code float4(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    (void)m;
    (void)e;
    return run_set_real((double)(float)run_number(&a[0]), out);
}

static enum err_code round_to(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    (void)m;
    (void)e;
    if (a[0].type == VALUE_INTEGER && a[1].integer >= 0) {
        *out = a[0];
        return ERR_OK;
    }
    return run_set_real(convert_round(run_number(&a[0]), (int)a[1].integer), out);
}

static enum err_code trunc_to(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    double x = run_number(&a[0]), unit = pow(10, (double)run_integer(&a[1]));
    (void)n;
    (void)m;
    (void)e;
    return run_set_real(run_integer(&a[1]) == 0 ? trunc(x) : convert_decimal(trunc(convert_decimal(x * unit)) / unit),
                        out);
}

#define ONE(name, expression)                                                                                     \
    static enum err_code name(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) { \
        double x = run_number(&a[0]);                                                                             \
        (void)n;                                                                                                  \
        (void)m;                                                                                                  \
        (void)e;                                                                                                  \
        return run_set_real(expression, out);                                                                     \
    }
ONE(ceil_of, ceil(x))
ONE(floor_of, floor(x))
ONE(rint_of, rint(x))
ONE(cbrt_of, cbrt(x))

static enum err_code sqrt_of(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    double x = run_number(&a[0]);
    (void)n;
    (void)m;
    return x < 0 ? err_set(e, ERR_VALUE, "cannot take square root of a negative number") : run_set_real(sqrt(x), out);
}

static enum err_code logarithm(double x, double (*f)(double), struct value *out, struct err *e) {
    return x == 0  ? err_set(e, ERR_VALUE, "cannot take logarithm of zero")
           : x < 0 ? err_set(e, ERR_VALUE, "cannot take logarithm of a negative number")
                   : run_set_real(f(x), out);
}

static enum err_code ln(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    (void)m;
    return logarithm(run_number(&a[0]), log, out, e);
}

static enum err_code log10_of(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    (void)m;
    return logarithm(run_number(&a[0]), log10, out, e);
}

static enum err_code exp_of(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    double r = exp(run_number(&a[0]));
    (void)n;
    (void)m;
    return isinf(r) ? err_set(e, ERR_VALUE, "value out of range: overflow") : run_set_real(r, out);
}

static enum err_code power(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    double x = run_number(&a[0]), y = run_number(&a[1]), r = pow(x, y);
    (void)n;
    (void)m;
    if (x == 0 && y < 0) {
        return err_set(e, ERR_VALUE, "zero raised to a negative power is undefined");
    }
    if (isnan(r)) {
        return err_set(e, ERR_VALUE, "a negative number raised to a non-integer power yields a complex result");
    }
    return isinf(r) ? err_set(e, ERR_VALUE, "value out of range: overflow") : run_set_real(r, out);
}

static enum err_code math(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    static const struct {
        const char *name;
        double (*f)(double);
    } functions[] = {{"sin", sin},   {"cos", cos},   {"tan", tan},   {"asin", asin}, {"acos", acos},
                     {"atan", atan}, {"sinh", sinh}, {"cosh", cosh}, {"tanh", tanh}};
    (void)n;
    (void)m;
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (strcmp(functions[i].name, a[0].text) == 0) {
            double r = functions[i].f(run_number(&a[1]));
            return isnan(r) ? err_set(e, ERR_VALUE, "input is out of range") : run_set_real(r, out);
        }
    }
    return err_set(e, ERR_INTERNAL, "no function %s", a[0].text);
}

static enum err_code atan2_of(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    (void)m;
    (void)e;
    return run_set_real(atan2(run_number(&a[0]), run_number(&a[1])), out);
}

static int64_t gcd_of(int64_t x, int64_t y) {
    while (y) {
        int64_t t = y == -1 ? 0 : x % y;
        x = y;
        y = t;
    }
    return x < 0 ? -x : x;
}

static enum err_code gcd(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    (void)m;
    (void)e;
    return run_set_integer(gcd_of(a[0].integer, a[1].integer), out);
}

static enum err_code lcm(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    int64_t d = gcd_of(a[0].integer, a[1].integer), r;
    (void)n;
    (void)m;
    if (d == 0) {
        return run_set_integer(0, out);
    }
    if (__builtin_mul_overflow(a[0].integer / d, a[1].integer, &r)) {
        return err_set(e, ERR_VALUE, "bigint out of range");
    }
    return run_set_integer(r < 0 ? -r : r, out);
}

static enum err_code factorial(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    double r = 1;
    (void)n;
    (void)m;
    if (a[0].integer < 0) {
        return err_set(e, ERR_VALUE, "factorial of a negative number is undefined");
    }
    for (int64_t i = 2; i <= a[0].integer && isfinite(r); i++) {
        r *= (double)i;
    }
    return isinf(r) ? err_set(e, ERR_VALUE, "value overflows numeric format") : run_set_real(r, out);
}

static enum err_code shift32(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    (void)m;
    (void)e;
    return run_set_integer((int32_t)((uint32_t)a[0].integer << (a[1].integer & 31)), out);
}

static enum err_code width_bucket(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    double x = run_number(&a[0]), low = run_number(&a[1]), high = run_number(&a[2]);
    int64_t count = a[3].integer;
    (void)n;
    (void)m;
    if (count <= 0 || low == high) {
        return err_set(e, ERR_VALUE,
                       count <= 0 ? "count must be greater than zero" : "lower bound cannot equal upper bound");
    }
    double at = low < high ? (x - low) / (high - low) : (low - x) / (low - high);
    return run_set_integer(at < 0 ? 0 : at >= 1 ? count + 1 : (int64_t)(at * (double)count) + 1, out);
}

/* Numbers before text, as SQLite orders them; NULLs do not count. */
static int compare(const struct value *a, const struct value *b) {
    if (a->type == VALUE_TEXT && b->type == VALUE_TEXT) {
        size_t least = a->length < b->length ? a->length : b->length;
        int order = memcmp(a->text, b->text, least);
        return order ? order : (a->length > b->length) - (a->length < b->length);
    }
    double x = run_number(a), y = run_number(b);
    return (x > y) - (x < y);
}

static enum err_code extreme(const struct value *a, size_t n, struct value *out, int sign) {
    for (size_t i = 0; i < n; i++) {
        if (a[i].type != VALUE_NULL && (out->type == VALUE_NULL || sign * compare(&a[i], out) > 0)) {
            *out = a[i];
        }
    }
    return ERR_OK;
}

static enum err_code greatest(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)m;
    (void)e;
    return extreme(a, n, out, 1);
}

static enum err_code least(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)m;
    (void)e;
    return extreme(a, n, out, -1);
}

static enum err_code uuid(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    uint64_t x = (uint64_t)a[0].integer, y = (uint64_t)a[1].integer;
    (void)n;
    buf_printf(m, "%08x-%04x-4%03x-%04x-%012" PRIx64, (unsigned)(x >> 32), (unsigned)(x >> 16 & 0xffff),
               (unsigned)(x & 0xfff), (unsigned)((y >> 48 & 0x3fff) | 0x8000), y & 0xffffffffffff);
    return run_set_text(m, out, e);
}

const struct run_row run_number_rows[] = {
    {"pg_divide", 3, false, divide},     {"pg_mod", 2, false, modulo},
    {"pg_int", 4, false, integers},      {"pg_sum", -1, false, sum},
    {"pg_dec", 1, false, decimal},       {"pg_to_int", 3, false, to_int},
    {"pg_numeric", 3, false, numeric},   {"pg_float4", 1, false, float4},
    {"pg_round", 2, false, round_to},    {"pg_trunc", 2, false, trunc_to},
    {"pg_ceil", 1, false, ceil_of},      {"pg_floor", 1, false, floor_of},
    {"pg_rint", 1, false, rint_of},      {"pg_sqrt", 1, false, sqrt_of},
    {"pg_cbrt", 1, false, cbrt_of},      {"pg_ln", 1, false, ln},
    {"pg_log10", 1, false, log10_of},    {"pg_exp", 1, false, exp_of},
    {"pg_power", 2, false, power},       {"pg_math", 2, false, math},
    {"pg_atan2", 2, false, atan2_of},    {"pg_gcd", 2, false, gcd},
    {"pg_lcm", 2, false, lcm},           {"pg_factorial", 1, false, factorial},
    {"pg_shift32", 2, false, shift32},   {"pg_width_bucket", 4, false, width_bucket},
    {"pg_greatest", -1, true, greatest}, {"pg_least", -1, true, least},
    {"pg_uuid", 2, false, uuid},         {NULL, 0, false, NULL},
};
