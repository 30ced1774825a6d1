/* Aggregates that SQLite does not have. All rows come at once; NULLs are left out as PostgreSQL does. */
#include "lang/sql/array.h"
#include "lang/sql/convert.h"
#include "lang/sql/datetime.h"
#include "lang/sql/jsontext.h"
#include "lang/sql/run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- bits */

static enum err_code bits(const struct value *rows, size_t count, size_t n, char sign, struct value *out) {
    bool any = false;
    int64_t r = 0;
    for (size_t i = 0; i < count; i++) {
        const struct value *v = &rows[i * n];
        if (v->type == VALUE_INTEGER) {
            r = !any ? v->integer : sign == '&' ? r & v->integer : sign == '|' ? r | v->integer : r ^ v->integer;
            any = true;
        }
    }
    return any ? run_set_integer(r, out) : ERR_OK;
}

#define BITS(name, sign)                                                                                          \
    static enum err_code name(const struct value *rows, size_t count, size_t n, struct buf *m, struct value *out, \
                              struct err *e) {                                                                    \
        (void)m;                                                                                                  \
        (void)e;                                                                                                  \
        return bits(rows, count, n, sign, out);                                                                   \
    }
BITS(bit_and, '&')
BITS(bit_or, '|')
BITS(bit_xor, '^')

/* ---- moments (Youngs and Cramer, as PostgreSQL) */

struct moments {
    double n, sx, sxx, sy, syy, sxy;
};

static struct moments gather(const struct value *rows, size_t count, size_t n) {
    struct moments s = {0, 0, 0, 0, 0, 0};
    for (size_t i = 0; i < count; i++) {
        const struct value *v = &rows[i * n];
        if (v[0].type == VALUE_NULL || (n > 1 && v[1].type == VALUE_NULL)) {
            continue;
        }
        /* regr_*(Y, X): the first argument is Y. */
        double y = n > 1 ? run_number(&v[0]) : 0, x = run_number(&v[n > 1 ? 1 : 0]);
        s.n++;
        s.sx += x;
        s.sy += y;
        if (s.n > 1) {
            double dx = x * s.n - s.sx, dy = y * s.n - s.sy, scale = 1 / (s.n * (s.n - 1));
            s.sxx += dx * dx * scale;
            s.syy += dy * dy * scale;
            s.sxy += dx * dy * scale;
        }
    }
    return s;
}

#define MOMENTS(name, condition, expression)                                                                      \
    static enum err_code name(const struct value *rows, size_t count, size_t n, struct buf *m, struct value *out, \
                              struct err *e) {                                                                    \
        struct moments s = gather(rows, count, n);                                                                \
        (void)m;                                                                                                  \
        (void)e;                                                                                                  \
        return (condition) ? run_set_real(expression, out) : ERR_OK;                                              \
    }
MOMENTS(stddev_samp, s.n > 1, sqrt(s.sxx / (s.n - 1)))
MOMENTS(stddev_pop, s.n > 0, sqrt(s.sxx / s.n))
MOMENTS(var_samp, s.n > 1, s.sxx / (s.n - 1))
MOMENTS(var_pop, s.n > 0, s.sxx / s.n)
MOMENTS(corr, s.n > 0 && s.sxx > 0 && s.syy > 0, s.sxy / sqrt(s.sxx * s.syy))
MOMENTS(covar_pop, s.n > 0, s.sxy / s.n)
MOMENTS(covar_samp, s.n > 1, s.sxy / (s.n - 1))
MOMENTS(slope, s.n > 0 && s.sxx > 0, s.sxy / s.sxx)
MOMENTS(intercept, s.n > 0 && s.sxx > 0, (s.sy - s.sx * s.sxy / s.sxx) / s.n)
MOMENTS(r2, s.n > 0 && s.sxx > 0, s.syy == 0 ? 1 : s.sxy * s.sxy / (s.sxx * s.syy))

static enum err_code regr_count(const struct value *rows, size_t count, size_t n, struct buf *m, struct value *out,
                                struct err *e) {
    (void)m;
    (void)e;
    return run_set_integer((int64_t)gather(rows, count, n).n, out);
}

/* ---- what keeps its rows, in an order: arguments are distinct, order, values…, keys… (see aggregate.c) */

struct kept {
    const struct value **rows;
    size_t count;
    size_t keys; /* where they begin */
    const char *order;
};

static int compare_values(const struct value *a, const struct value *b) {
    bool text = a->type == VALUE_TEXT || a->type == VALUE_BLOB;
    if (text && a->type == b->type) {
        size_t least = a->length < b->length ? a->length : b->length;
        int order = memcmp(a->text, b->text, least);
        return order ? order : (a->length > b->length) - (a->length < b->length);
    }
    if (a->type == VALUE_INTEGER && b->type == VALUE_INTEGER) {
        return (a->integer > b->integer) - (a->integer < b->integer);
    }
    double x = run_number(a), y = run_number(b);
    return (x > y) - (x < y);
}

static int compare_key(const struct value *a, const struct value *b, char how) {
    bool down = how == 'd' || how == 'D', first = how == 'd' || how == 'A';
    if (a->type == VALUE_NULL || b->type == VALUE_NULL) {
        int order = (a->type == VALUE_NULL) - (b->type == VALUE_NULL);
        return first ? -order : order;
    }
    int order = compare_values(a, b);
    return down ? -order : order;
}

static int compare_rows(const void *x, const void *y, void *user) {
    const struct value *a = *(const struct value *const *)x, *b = *(const struct value *const *)y;
    const struct kept *k = user;
    for (size_t i = 0; k->order[i]; i++) {
        int order = compare_key(&a[k->keys + i], &b[k->keys + i], k->order[i]);
        if (order) {
            return order;
        }
    }
    return (a > b) - (a < b); /* stable: as they came */
}

/* The rows in order, without repetitions of the first value where it is DISTINCT. `values` stand before the keys. */
static enum err_code keep(const struct value *rows, size_t count, size_t n, size_t before, size_t values,
                          struct kept *k, struct err *e) {
    bool distinct = count && rows[0].integer;
    *k = (struct kept){.rows = calloc(count ? count : 1, sizeof *k->rows), .keys = before + values};
    if (!k->rows) {
        return err_nomem(e);
    }
    k->order = count && rows[1].type == VALUE_TEXT ? rows[1].text : "";
    if (distinct && !*k->order) {
        k->order = "a";
        k->keys = before;
    }
    for (size_t i = 0; i < count; i++) {
        k->rows[k->count++] = &rows[i * n];
    }
    if (*k->order) {
        qsort_r(k->rows, k->count, sizeof *k->rows, compare_rows, k);
    }
    size_t left = 0;
    for (size_t i = 0; i < k->count; i++) {
        bool same = distinct && left && compare_key(&k->rows[left - 1][before], &k->rows[i][before], 'a') == 0;
        if (!same) {
            k->rows[left++] = k->rows[i];
        }
    }
    k->count = left;
    return ERR_OK;
}

static enum err_code string_agg(const struct value *rows, size_t count, size_t n, struct buf *m, struct value *out,
                                struct err *e) {
    struct kept k;
    bool any = false;
    if (keep(rows, count, n, 2, 2, &k, e) != ERR_OK) {
        return e->code;
    }
    for (size_t i = 0; i < k.count; i++) {
        const struct value *v = k.rows[i] + 2;
        if (v[0].type != VALUE_NULL) {
            buf_add(m, v[1].text, any && v[1].type != VALUE_NULL ? v[1].length : 0);
            buf_add(m, v[0].text, v[0].length);
            any = true;
        }
    }
    free(k.rows);
    return any ? run_set_text(m, out, e) : ERR_OK;
}

static enum err_code array_agg(const struct value *rows, size_t count, size_t n, struct buf *m, struct value *out,
                               struct err *e) {
    struct kept k;
    if (count == 0) {
        return ERR_OK;
    }
    if (keep(rows, count, n, 3, 1, &k, e) != ERR_OK) {
        return e->code;
    }
    struct pgtype t = PGTYPE((enum pg_base)rows[2].integer);
    buf_char(m, '{');
    for (size_t i = 0; i < k.count; i++) {
        const struct value *v = k.rows[i] + 3;
        struct buf printed = BUF_INIT;
        convert_print(v, t, &printed);
        struct array_item item = {
            .text = v->type == VALUE_NULL ? NULL : buf_text(&printed), .len = printed.len, .nested = t.base == PG_VOID};
        buf_str(m, i ? "," : "");
        array_print_item(&item, m);
        buf_release(&printed);
    }
    buf_char(m, '}');
    free(k.rows);
    return run_set_text(m, out, e);
}

static enum err_code json_agg(const struct value *rows, size_t count, size_t n, struct buf *m, struct value *out,
                              struct err *e) {
    struct kept k;
    if (count == 0) {
        return ERR_OK;
    }
    if (keep(rows, count, n, 2, 1, &k, e) != ERR_OK) {
        return e->code;
    }
    for (size_t i = 0; i < k.count; i++) {
        buf_str(m, i ? ", " : "[");
        buf_add(m, k.rows[i][2].text, k.rows[i][2].length);
    }
    buf_char(m, ']');
    free(k.rows);
    return run_set_text(m, out, e);
}

static enum err_code json_object_agg(const struct value *rows, size_t count, size_t n, struct buf *m, struct value *out,
                                     struct err *e) {
    struct kept k;
    if (count == 0) {
        return ERR_OK;
    }
    if (keep(rows, count, n, 2, 2, &k, e) != ERR_OK) {
        return e->code;
    }
    for (size_t i = 0; i < k.count; i++) {
        const struct value *v = k.rows[i] + 2;
        if (v[0].type == VALUE_NULL) {
            err_set(e, ERR_VALUE, "field name must not be null");
            break;
        }
        buf_str(m, i ? ", " : "{ ");
        jsontext_print_string(v[0].text, v[0].length, m);
        buf_str(m, " : ");
        buf_add(m, v[1].text, v[1].length);
    }
    buf_str(m, " }");
    free(k.rows);
    return e->code == ERR_OK ? run_set_text(m, out, e) : e->code;
}

/* ---- ordered sets */

/* The values that are not NULL, sorted. */
static enum err_code sorted(const struct value *rows, size_t count, size_t n, size_t at, struct kept *k,
                            struct err *e) {
    *k = (struct kept){.rows = calloc(count ? count : 1, sizeof *k->rows), .keys = at, .order = "a"};
    if (!k->rows) {
        return err_nomem(e);
    }
    for (size_t i = 0; i < count; i++) {
        if (rows[i * n + at].type != VALUE_NULL) {
            k->rows[k->count++] = &rows[i * n];
        }
    }
    qsort_r(k->rows, k->count, sizeof *k->rows, compare_rows, k);
    return ERR_OK;
}

static enum err_code fraction_of(const struct value *v, double *p, struct err *e) {
    *p = run_number(v);
    return *p >= 0 && *p <= 1 ? ERR_OK : err_set(e, ERR_VALUE, "percentile value %g is not between 0 and 1", *p);
}

static enum err_code percentile_cont(const struct value *rows, size_t count, size_t n, struct buf *m, struct value *out,
                                     struct err *e) {
    struct kept k;
    double p;
    (void)m;
    if (count == 0 || rows[0].type == VALUE_NULL || fraction_of(&rows[0], &p, e) != ERR_OK ||
        sorted(rows, count, n, 1, &k, e) != ERR_OK) {
        return e->code;
    }
    if (k.count) {
        double at = p * (double)(k.count - 1), low = floor(at);
        double a = run_number(&k.rows[(size_t)low][1]), b = run_number(&k.rows[(size_t)ceil(at)][1]);
        run_set_real(a + (at - low) * (b - a), out);
    }
    free(k.rows);
    return ERR_OK;
}

static enum err_code copy(const struct value *v, struct buf *m, struct value *out, struct err *e) {
    *out = *v;
    if (v->type == VALUE_TEXT) {
        buf_add(m, v->text, v->length);
        return run_set_text(m, out, e);
    }
    return ERR_OK;
}

static enum err_code percentile_disc(const struct value *rows, size_t count, size_t n, struct buf *m, struct value *out,
                                     struct err *e) {
    struct kept k;
    double p;
    if (count == 0 || rows[0].type == VALUE_NULL || fraction_of(&rows[0], &p, e) != ERR_OK ||
        sorted(rows, count, n, 1, &k, e) != ERR_OK) {
        return e->code;
    }
    if (k.count) {
        double at = ceil(p * (double)k.count);
        copy(&k.rows[at < 1 ? 0 : (size_t)at - 1][1], m, out, e);
    }
    free(k.rows);
    return e->code;
}

static enum err_code mode(const struct value *rows, size_t count, size_t n, struct buf *m, struct value *out,
                          struct err *e) {
    struct kept k;
    size_t best = 0, run = 0;
    if (sorted(rows, count, n, 0, &k, e) != ERR_OK) {
        return e->code;
    }
    const struct value *found = NULL;
    for (size_t i = 0; i < k.count; i++) {
        run = i && compare_values(k.rows[i - 1], k.rows[i]) == 0 ? run + 1 : 1;
        if (run > best) {
            best = run;
            found = k.rows[i];
        }
    }
    if (found) {
        copy(found, m, out, e);
    }
    free(k.rows);
    return e->code;
}

/* ---- intervals, and the one row of a subquery */

static enum err_code interval_total(const struct value *rows, size_t count, size_t n, bool mean, struct buf *m,
                                    struct value *out, struct err *e) {
    struct interval sum = {0, 0, 0};
    size_t found = 0;
    for (size_t i = 0; i < count && e->code == ERR_OK; i++) {
        struct interval v = {0, 0, 0};
        if (rows[i * n].type == VALUE_TEXT &&
            datetime_read_interval(rows[i * n].text, rows[i * n].length, &v, e) == ERR_OK) {
            sum = (struct interval){sum.months + v.months, sum.days + v.days, sum.micros + v.micros};
            found++;
        }
    }
    if (found == 0 || e->code != ERR_OK) {
        return e->code;
    }
    if (mean) { /* what is left of months becomes days, and of days time */
        double months = (double)sum.months / (double)found, days = (double)sum.days / (double)found;
        days += (months - trunc(months)) * 30;
        double micros = (double)sum.micros / (double)found + (days - trunc(days)) * (double)DATETIME_DAY;
        sum = (struct interval){(int64_t)months, (int64_t)days, (int64_t)rint(micros)};
    }
    datetime_print_interval(&sum, m);
    return run_set_text(m, out, e);
}

static enum err_code interval_sum(const struct value *rows, size_t count, size_t n, struct buf *m, struct value *out,
                                  struct err *e) {
    return interval_total(rows, count, n, false, m, out, e);
}

static enum err_code interval_avg(const struct value *rows, size_t count, size_t n, struct buf *m, struct value *out,
                                  struct err *e) {
    return interval_total(rows, count, n, true, m, out, e);
}

static enum err_code only(const struct value *rows, size_t count, size_t n, struct buf *m, struct value *out,
                          struct err *e) {
    (void)n;
    (void)m;
    if (count > 1) {
        return err_set(e, ERR_QUERY, "more than one row returned by a subquery used as an expression");
    }
    if (count == 1) {
        *out = rows[0];
    }
    return ERR_OK;
}

/* pg_collect(values…): all rows in one blob, for LATERAL; run_expand.c reads it. */
static enum err_code collect(const struct value *rows, size_t count, size_t n, struct buf *m, struct value *out,
                             struct err *e) {
    uint64_t width = n;
    buf_add(m, &width, sizeof width);
    for (size_t i = 0; i < count * n; i++) {
        const struct value *v = &rows[i];
        uint64_t len = v->type == VALUE_TEXT || v->type == VALUE_BLOB ? v->length : 0;
        buf_char(m, (char)v->type);
        buf_add(m,
                v->type == VALUE_REAL      ? (const void *)&v->real
                : v->type == VALUE_INTEGER ? (const void *)&v->integer
                                           : &len,
                8);
        buf_add(m, v->text ? v->text : "", len);
    }
    if (!buf_ok(m)) {
        return err_nomem(e);
    }
    *out = (struct value){.type = VALUE_BLOB, .text = buf_text(m), .length = m->len};
    return ERR_OK;
}

const struct run_aggregate_row run_aggregate_rows[] = {
    {"pg_bit_and", 1, bit_and},
    {"pg_bit_or", 1, bit_or},
    {"pg_bit_xor", 1, bit_xor},
    {"pg_stddev_samp", 1, stddev_samp},
    {"pg_stddev_pop", 1, stddev_pop},
    {"pg_var_samp", 1, var_samp},
    {"pg_var_pop", 1, var_pop},
    {"pg_corr", 2, corr},
    {"pg_covar_pop", 2, covar_pop},
    {"pg_covar_samp", 2, covar_samp},
    {"pg_regr_slope", 2, slope},
    {"pg_regr_intercept", 2, intercept},
    {"pg_regr_r2", 2, r2},
    {"pg_regr_count", 2, regr_count},
    {"pg_string_agg", -1, string_agg},
    {"pg_array_agg", -1, array_agg},
    {"pg_json_agg", -1, json_agg},
    {"pg_json_object_agg", -1, json_object_agg},
    {"pg_percentile_cont", 2, percentile_cont},
    {"pg_percentile_disc", 2, percentile_disc},
    {"pg_mode", 1, mode},
    {"pg_interval_sum", 1, interval_sum},
    {"pg_interval_avg", 1, interval_avg},
    {"pg_only", 1, only},
    {"pg_collect", -1, collect},
    {NULL, 0, NULL},
};
