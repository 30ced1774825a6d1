/* Casts of values whose type is known only when they come, and what is printed. Types are numbers of enum pg_base. */
#include "lang/sql/convert.h"
#include "lang/sql/run.h"

#include <math.h>
#include <string.h>
#include <strings.h>

static struct pgtype type_of(const struct value *a) {
    struct pgtype t = {.base = (enum pg_base)a[0].integer, .array = a[1].integer != 0};
    t.precision = (int)a[2].integer;
    t.scaled = a[3].integer >= 0;
    t.scale = t.scaled ? (int)a[3].integer : 0;
    return t;
}

static enum err_code number_as(const struct value *v, struct pgtype to, struct value *out, struct err *e) {
    double x = run_number(v);
    if (pgtype_is_integer(to)) {
        int64_t most = to.base == PG_INT2 ? INT16_MAX : to.base == PG_INT4 ? INT32_MAX : INT64_MAX;
        double r = rint(x);
        int64_t whole = v->type == VALUE_INTEGER ? v->integer : fabs(r) < 9.2e18 ? (int64_t)r : 0;
        char name[64];
        if ((v->type == VALUE_REAL && !(fabs(r) < 9.2e18)) || whole > most || whole < -most - 1) {
            return err_set(e, ERR_VALUE, "%s out of range", pgtype_name(to, name));
        }
        return run_set_integer(whole, out);
    }
    x = to.base == PG_NUMERIC && to.scaled ? convert_round(x, to.scale) : to.base == PG_FLOAT4 ? (double)(float)x : x;
    return run_set_real(x, out);
}

/* pg_cast(value, base, array, precision, scale) */
static enum err_code cast(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct pgtype to = type_of(a + 1);
    struct buf printed = BUF_INIT;
    struct value text = a[0];
    char now[48] = "";
    (void)n;
    bool number = a[0].type == VALUE_INTEGER || a[0].type == VALUE_REAL;
    if (number && pgtype_is_number(to)) {
        return number_as(&a[0], to, out, e);
    }
    if (number && pgtype_is(to, PG_BOOL)) {
        return run_set_integer(run_number(&a[0]) != 0, out);
    }
    if (a[0].type == VALUE_BLOB && !to.array && (to.base == PG_BYTEA || to.base == PG_VECTOR)) {
        *out = a[0];
        return ERR_OK;
    }
    if (a[0].type != VALUE_TEXT) {
        convert_print(&a[0], PGTYPE(PG_ANY), &printed);
        text = (struct value){.type = VALUE_TEXT, .text = buf_text(&printed), .length = printed.len};
    }
    convert_now(now);
    if (convert_text(&text, to, now, m, out, e) == ERR_OK && out->type == VALUE_TEXT && out->text != buf_text(m)) {
        buf_add(m, out->text, out->length); /* out of `printed`, which goes */
        run_set_text(m, out, e);
    }
    buf_release(&printed);
    return e->code;
}

/* pg_print(value, base, scale) */
static enum err_code print(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct pgtype t = {.base = (enum pg_base)a[1].integer, .scaled = a[2].integer >= 0, .scale = (int)a[2].integer};
    (void)n;
    convert_print(&a[0], t, m);
    return run_set_text(m, out, e);
}

/* pg_declared(declaration, definition of the table or view, column): what information_schema calls the type. */
static enum err_code declared(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct pgtype t = PGTYPE(PG_TEXT);
    char name[64];
    (void)n;
    bool known = (a[0].type == VALUE_TEXT && a[0].length && pgtype_parse(a[0].text, &t)) ||
                 (a[1].type == VALUE_TEXT && pgtype_noted(a[1].text, (size_t)a[2].integer, &t));
    buf_str(m, !known ? "text" : t.array ? "ARRAY" : pgtype_is(t, PG_VECTOR) ? "USER-DEFINED" : pgtype_name(t, name));
    return run_set_text(m, out, e);
}

const struct run_row run_cast_rows[] = {
    {"pg_cast", 5, false, cast},
    {"pg_print", 3, false, print},
    {"pg_declared", 3, true, declared},
    {NULL, 0, false, NULL},
};
