/* Constants. A quoted literal has no type of its own: what it is compared or stored with gives it one, and then its
 * text must be one of that type's values. The conversions are those of the running query (convert.h). */
#include "lang/sql/lower.h"

#include "lang/sql/convert.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct expr number(struct lower *l, const char *text, long place) {
    struct expr x = expr_make(PGTYPE(PG_NUMERIC), place);
    char *end;
    bool whole = strspn(text, "0123456789") == strlen(text);
    errno = 0;
    long long v = strtoll(text, &end, 10);
    if (whole && errno == 0) {
        x.type = PGTYPE(v <= INT32_MAX ? PG_INT4 : PG_INT8);
    } else {
        const char *dot = strchr(text, '.');
        x.type.scaled = !strpbrk(text, "eE");
        x.type.scale = dot && x.type.scaled ? (int)strlen(dot + 1) : 0;
    }
    double d = strtod(text, NULL);
    x.constant = d != 0;
    if (whole && errno != 0) {
        text = arena_printf(l->a, "%.17g", d);
        text = text && !strpbrk(text, ".e") ? arena_printf(l->a, "%s.0", text) : text;
    }
    rope_add(l->a, &x.sql, text ? text : "0", place);
    return x;
}

struct expr literal_lower(struct lower *l, const PgQuery__AConst *c) {
    long place = lower_place(l, c->location);
    struct expr x = expr_make(PGTYPE(PG_UNKNOWN), place);
    if (c->isnull) {
        x.null = true;
        rope_add(l->a, &x.sql, "NULL", place);
        return x;
    }
    switch (c->val_case) {
    case PG_QUERY__A__CONST__VAL_IVAL: {
        x.type = PGTYPE(PG_INT4);
        x.constant = c->ival->ival > 0;
        rope_add(l->a, &x.sql, arena_printf(l->a, "%" PRId32, c->ival->ival), place);
        return x;
    }
    case PG_QUERY__A__CONST__VAL_FVAL:
        return number(l, c->fval->fval, place);
    case PG_QUERY__A__CONST__VAL_BOOLVAL:
        x.type = PGTYPE(PG_BOOL);
        x.name = "bool";
        rope_add(l->a, &x.sql, c->boolval->boolval ? "1" : "0", place);
        return x;
    case PG_QUERY__A__CONST__VAL_SVAL:
        x.literal = c->sval->sval ? c->sval->sval : "";
        rope_add_string(l->a, &x.sql, x.literal, strlen(x.literal), place);
        return x;
    default:
        lower_refuse(l, place, "a bit string");
        return x;
    }
}

static void add_value(struct lower *l, struct expr *x, const struct value *v) {
    char *text = NULL;
    switch (v->type) {
    case VALUE_BOOLEAN:
    case VALUE_INTEGER:
        text = arena_printf(l->a, v->integer == INT64_MIN ? "(-9223372036854775807-1)" : "%" PRId64, v->integer);
        x->constant = v->integer != 0;
        break;
    case VALUE_REAL:
        text = isnan(v->real)   ? arena_strdup(l->a, "'NaN'")
               : isinf(v->real) ? arena_strdup(l->a, v->real > 0 ? "9e999" : "-9e999")
                                : arena_printf(l->a, "%.17g", v->real);
        if (text && !strpbrk(text, ".e'")) {
            text = arena_printf(l->a, "%s.0", text);
        }
        x->constant = v->real != 0;
        break;
    case VALUE_TEXT:
        rope_add_string(l->a, &x->sql, arena_strndup(l->a, v->text, v->length), v->length, x->place);
        return;
    case VALUE_BLOB:
    case VALUE_VECTOR: {
        size_t n = v->type == VALUE_VECTOR ? v->length * sizeof(float) : v->length;
        const unsigned char *bytes = v->type == VALUE_VECTOR ? (const void *)v->vector : (const void *)v->text;
        text = arena_alloc(l->a, 2 * n + 4);
        for (size_t i = 0; text && i < n; i++) {
            snprintf(text + 2 + 2 * i, 3, "%02x", bytes[i]);
        }
        if (text) {
            text[0] = 'x';
            text[1] = text[2 + 2 * n] = '\'';
        }
        break;
    }
    case VALUE_NULL:
        text = arena_strdup(l->a, "NULL");
        break;
    }
    rope_add(l->a, &x->sql, text, x->place);
}

struct expr literal_convert(struct lower *l, struct expr x, struct pgtype to) {
    struct expr out = expr_make(to, x.place);
    struct value text = {.type = VALUE_TEXT, .text = x.literal, .length = x.literal ? strlen(x.literal) : 0}, v;
    struct err e = ERR_INIT;
    struct buf memory = BUF_INIT;
    out.name = x.name;
    if (x.null || !x.literal) {
        out.null = x.null;
        out.sql = x.sql;
        return out;
    }
    out.literal = pgtype_is_text(to) ? x.literal : NULL;
    if (convert_text(&text, to, literal_now(l), &memory, &v, &e) == ERR_OK) {
        add_value(l, &out, &v);
    } else {
        lower_fail(l, e.code, x.place, "%s", e.message);
        if (e.hint[0]) {
            err_hint(l->e, "%s", e.hint);
        }
    }
    buf_release(&memory);
    return out;
}

const char *literal_now(struct lower *l) {
    if (!l->now) {
        char now[48];
        convert_now(now);
        l->now = arena_strdup(l->a, now);
    }
    return l->now ? l->now : "2000-01-01 00:00:00+00";
}
