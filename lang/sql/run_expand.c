/* pg_expand(): functions that return rows, side by side. Each is a cursor over rows that are there (taken out of an
 * array, JSON, a text), or a series that is counted on. The longest decides how many rows come. */
#include "lang/sql/array.h"
#include "lang/sql/convert.h"
#include "lang/sql/datetime.h"
#include "lang/sql/jsontext.h"
#include "lang/sql/run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CALLS = 16, MOST_VALUES = 1 << 22 };

struct call {
    size_t width, first;  /* columns, and where they begin */
    struct value *values; /* of the rows that are there, row by row */
    size_t count, cap, at;
    bool failed, crowded;
    enum { ROWS, INTEGERS, REALS, TIMES } kind;
    int64_t next, stop, step;
    double real, real_stop, real_step;
    uint64_t index;
    struct interval span;
    bool zoned;
    char shown[40];
};

struct cursor {
    struct arena arena;
    struct call calls[MOST_CALLS];
    size_t count;
};

/* The next value of the rows, its memory copied. */
static void add(struct call *c, struct arena *a, const struct value *v) {
    c->crowded = c->crowded || c->count == MOST_VALUES;
    if (c->crowded) {
        return;
    }
    if (c->count == c->cap) {
        size_t cap = c->cap ? 2 * c->cap : 32;
        struct value *more = realloc(c->values, cap * sizeof *more);
        if (!more) {
            c->failed = true;
            return;
        }
        c->values = more;
        c->cap = cap;
    }
    c->values[c->count] = *v;
    if (v->type == VALUE_TEXT || v->type == VALUE_BLOB) {
        char *text = arena_strndup(a, v->text, v->length);
        c->values[c->count].text = text ? text : "";
        c->failed = c->failed || !text;
    }
    c->count++;
}

static void add_text(struct call *c, struct arena *a, const char *text, size_t len) {
    struct value v = {.type = text ? VALUE_TEXT : VALUE_NULL, .text = text, .length = len};
    add(c, a, &v);
}

/* ---- series */

static bool any_null(const struct value *a, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (a[i].type == VALUE_NULL) {
            return true;
        }
    }
    return false;
}

static enum err_code series(struct call *c, struct arena *arena, const struct value *a, size_t n, struct err *e) {
    (void)arena;
    if (any_null(a, n)) {
        return ERR_OK;
    }
    if (n > 2 && run_number(&a[2]) == 0) {
        return err_set(e, ERR_VALUE, "step size cannot equal zero");
    }
    bool whole = a[0].type == VALUE_INTEGER && a[1].type == VALUE_INTEGER && (n < 3 || a[2].type == VALUE_INTEGER);
    c->kind = whole ? INTEGERS : REALS;
    c->next = a[0].integer;
    c->stop = a[1].integer;
    c->step = n > 2 ? a[2].integer : 1;
    c->real = run_number(&a[0]);
    c->real_stop = run_number(&a[1]);
    c->real_step = n > 2 ? run_number(&a[2]) : 1;
    return ERR_OK;
}

static enum err_code time_series(struct call *c, struct arena *arena, const struct value *a, size_t n, struct err *e) {
    (void)arena;
    if (any_null(a, n)) {
        return ERR_OK;
    }
    if (!datetime_stored(a[0].text, a[0].length, &c->next) || !datetime_stored(a[1].text, a[1].length, &c->stop)) {
        return err_set(e, ERR_VALUE, "invalid input syntax for type timestamp");
    }
    if (datetime_read_interval(a[2].text, a[2].length, &c->span, e) != ERR_OK) {
        return e->code;
    }
    c->step = (c->span.months * 30 + c->span.days) * DATETIME_DAY + c->span.micros;
    if (c->step == 0) {
        return err_set(e, ERR_VALUE, "step size cannot equal zero");
    }
    c->kind = TIMES;
    c->zoned = a[0].length > 3 && strcmp(a[0].text + a[0].length - 3, "+00") == 0;
    return ERR_OK;
}

static bool next_in_series(struct call *c, struct value *out) {
    bool more;
    struct buf text = BUF_INIT;
    switch (c->kind) {
    case INTEGERS:
        more = c->step > 0 ? c->next <= c->stop : c->next >= c->stop;
        if (more) {
            *out = (struct value){.type = VALUE_INTEGER, .integer = c->next};
            if (__builtin_add_overflow(c->next, c->step, &c->next)) {
                c->kind = ROWS; /* the end of the numbers */
            }
        }
        return more;
    case REALS: {
        double x = convert_decimal(c->real + (double)c->index * c->real_step);
        more = c->real_step > 0 ? x <= c->real_stop : x >= c->real_stop;
        c->index += more;
        if (more) {
            *out = (struct value){.type = VALUE_REAL, .real = x};
        }
        return more;
    }
    case TIMES:
        more = c->step > 0 ? c->next <= c->stop : c->next >= c->stop;
        if (more) {
            datetime_print(c->next, &text);
            buf_str(&text, c->zoned ? "+00" : "");
            size_t len = text.len < sizeof c->shown ? text.len : sizeof c->shown - 1;
            memcpy(c->shown, buf_text(&text), len);
            c->shown[len] = '\0';
            *out = (struct value){.type = VALUE_TEXT, .text = c->shown, .length = len};
            c->next = datetime_add(c->next, &c->span, 1);
            buf_release(&text);
        }
        return more;
    case ROWS:
        break;
    }
    return false;
}

/* ---- rows that are there */

static enum err_code subscripts(struct call *c, struct arena *arena, const struct value *a, size_t n, struct err *e) {
    struct array x = {.count = 0};
    if (any_null(a, n) || a[1].integer != 1) {
        return ERR_OK;
    }
    if (array_parse(arena, a[0].text, a[0].length, &x, e) == ERR_OK && x.count) {
        c->kind = INTEGERS;
        c->next = c->step = 1;
        c->stop = (int64_t)x.count;
    }
    return e->code;
}

/* unnest(array, base of the elements) */
static void unnest_into(struct call *c, struct arena *arena, const char *text, size_t len, struct pgtype t,
                        struct err *e) {
    struct array x = {.count = 0};
    array_parse(arena, text, len, &x, e);
    for (size_t i = 0; i < x.count && e->code == ERR_OK; i++) {
        struct value v = {.type = VALUE_TEXT, .text = x.items[i].text, .length = x.items[i].len},
                     read = {.type = VALUE_NULL};
        struct buf memory = BUF_INIT;
        if (x.items[i].nested) {
            unnest_into(c, arena, v.text, v.length, t, e);
            continue;
        }
        if (v.text) {
            convert_text(&v, t, "", &memory, &read, e);
        }
        if (e->code == ERR_OK) {
            add(c, arena, &read);
        }
        buf_release(&memory);
    }
}

static enum err_code unnest(struct call *c, struct arena *arena, const struct value *a, size_t n, struct err *e) {
    if (a[0].type != VALUE_NULL) {
        unnest_into(c, arena, a[0].text, a[0].length, PGTYPE(n > 1 ? (enum pg_base)a[1].integer : PG_TEXT), e);
    }
    return e->code;
}

static struct jsontext *json_of(struct arena *arena, const struct value *a, struct err *e) {
    struct jsontext *j = NULL;
    if (a[0].type != VALUE_NULL) {
        jsontext_parse(arena, a[0].text, a[0].length, &j, e);
    }
    return j;
}

static void add_json(struct call *c, struct arena *arena, const struct jsontext *j, bool text) {
    bool string = text && j->kind == JSON_STRING;
    add_text(c, arena, text && j->kind == JSON_NULL ? NULL : string ? j->text : j->raw, string ? j->len : j->raw_len);
}

static enum err_code elements_of(struct call *c, struct arena *arena, const struct value *a, bool text, struct err *e) {
    const struct jsontext *j = json_of(arena, a, e);
    if (j && j->kind != JSON_ARRAY) {
        return err_set(e, ERR_VALUE, "cannot extract elements from %s",
                       j->kind == JSON_OBJECT ? "an object" : "a scalar");
    }
    for (const struct jsontext *m = j ? j->first : NULL; m; m = m->next) {
        add_json(c, arena, m, text);
    }
    return e->code;
}

static enum err_code elements(struct call *c, struct arena *arena, const struct value *a, size_t n, struct err *e) {
    (void)n;
    return elements_of(c, arena, a, false, e);
}

static enum err_code elements_text(struct call *c, struct arena *arena, const struct value *a, size_t n,
                                   struct err *e) {
    (void)n;
    return elements_of(c, arena, a, true, e);
}

static enum err_code each_of(struct call *c, struct arena *arena, const struct value *a, bool text, const char *verb,
                             struct err *e) {
    const struct jsontext *j = json_of(arena, a, e);
    if (j && j->kind != JSON_OBJECT) {
        return err_set(e, ERR_VALUE, "cannot %s on %s", verb, j->kind == JSON_ARRAY ? "an array" : "a scalar");
    }
    for (const struct jsontext *m = j ? j->first : NULL; m; m = m->next) {
        add_text(c, arena, m->key, m->key_len);
        if (c->width > 1) {
            add_json(c, arena, m, text);
        }
    }
    return e->code;
}

static enum err_code keys(struct call *c, struct arena *arena, const struct value *a, size_t n, struct err *e) {
    (void)n;
    return each_of(c, arena, a, false, "call json_object_keys", e);
}

static enum err_code each(struct call *c, struct arena *arena, const struct value *a, size_t n, struct err *e) {
    (void)n;
    return each_of(c, arena, a, false, "call json_each", e);
}

static enum err_code each_text(struct call *c, struct arena *arena, const struct value *a, size_t n, struct err *e) {
    (void)n;
    return each_of(c, arena, a, true, "call json_each_text", e);
}

struct adding {
    struct call *c;
    struct arena *arena;
};

static void add_piece(void *user, const char *text, size_t len) {
    const struct adding *to = user;
    add_text(to->c, to->arena, text, len);
}

static enum err_code regex_split(struct call *c, struct arena *arena, const struct value *a, size_t n, struct err *e) {
    struct adding to = {c, arena};
    return any_null(a, n) ? ERR_OK : run_regex_pieces(&a[0], &a[1], add_piece, &to, e);
}

static enum err_code regex_matches(struct call *c, struct arena *arena, const struct value *a, size_t n,
                                   struct err *e) {
    struct adding to = {c, arena};
    return any_null(a, n) ? ERR_OK : run_regex_matches(&a[0], &a[1], n > 2 ? &a[2] : NULL, add_piece, &to, e);
}

static enum err_code string_split(struct call *c, struct arena *arena, const struct value *a, size_t n, struct err *e) {
    (void)e;
    if (any_null(a, n)) {
        return ERR_OK;
    }
    const char *at = a[0].text, *end = at + a[0].length;
    for (bool more = a[0].length > 0; more;) {
        const char *hit = a[1].length ? memmem(at, (size_t)(end - at), a[1].text, a[1].length) : NULL;
        more = hit != NULL;
        add_text(c, arena, at, (size_t)((hit ? hit : end) - at));
        at = hit ? hit + a[1].length : end;
    }
    return ERR_OK;
}

static enum err_code one(struct call *c, struct arena *arena, const struct value *a, size_t n, struct err *e) {
    (void)n;
    (void)e;
    add(c, arena, a);
    return ERR_OK;
}

/* What pg_collect() wrote: the width, then values, each a type, eight bytes, and the text that they may count. */
static enum err_code lateral(struct call *c, struct arena *arena, const struct value *a, size_t n, struct err *e) {
    uint64_t width = 0, len;
    (void)n;
    (void)e;
    if (a[0].type != VALUE_BLOB || a[0].length < sizeof width) {
        return ERR_OK;
    }
    const char *at = a[0].text, *end = at + a[0].length;
    memcpy(&width, at, sizeof width);
    c->width = width;
    for (at += sizeof width; end - at >= 9;) {
        struct value v = {.type = (enum value_type) * at};
        memcpy(&len, at + 1, sizeof len);
        memcpy(&v.integer, at + 1, sizeof v.integer);
        memcpy(&v.real, at + 1, sizeof v.real);
        at += 9;
        if (v.type == VALUE_TEXT || v.type == VALUE_BLOB) {
            if (len > (uint64_t)(end - at)) {
                break;
            }
            v.text = at;
            v.length = len;
            at += len;
        }
        add(c, arena, &v);
    }
    return ERR_OK;
}

static const struct {
    const char *name;
    size_t width;
    enum err_code (*begin)(struct call *c, struct arena *arena, const struct value *a, size_t n, struct err *e);
} rows[] = {
    {"series", 1, series},
    {"time_series", 1, time_series},
    {"subscripts", 1, subscripts},
    {"unnest", 1, unnest},
    {"json_elements", 1, elements},
    {"json_elements_text", 1, elements_text},
    {"json_keys", 1, keys},
    {"json_each", 2, each},
    {"json_each_text", 2, each_text},
    {"regex_split", 1, regex_split},
    {"regex_matches", 1, regex_matches},
    {"string_split", 1, string_split},
    {"one", 1, one},
    {"lateral", 1, lateral},
};

/* ---- the table */

static void close_cursor(void *memory) {
    struct cursor *c = memory;
    if (c) {
        for (size_t i = 0; i < c->count; i++) {
            free(c->calls[i].values);
        }
        arena_release(&c->arena);
        free(c);
    }
}

static enum err_code begin(struct cursor *c, const struct value *name, const struct value *a, size_t n, size_t *column,
                           struct err *e) {
    struct call *call = &c->calls[c->count];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (name->type == VALUE_TEXT && strcmp(rows[i].name, name->text) == 0) {
            *call = (struct call){.width = rows[i].width, .first = *column, .kind = ROWS};
            c->count++;
            rows[i].begin(call, &c->arena, a, n, e);
            *column += call->width;
            if (e->code == ERR_OK && call->crowded) {
                return err_set(e, ERR_VALUE, "a function that returns rows may return %d values here", MOST_VALUES);
            }
            return e->code == ERR_OK && (call->failed || arena_failed(&c->arena)) ? err_nomem(e) : e->code;
        }
    }
    return err_set(e, ERR_INTERNAL, "there is no function that returns such rows");
}

static enum err_code open_cursor(const struct value *a, size_t count, void **out, struct err *e) {
    struct cursor *c = calloc(1, sizeof *c);
    size_t column = 0;
    if (!c) {
        return err_nomem(e);
    }
    for (size_t i = 0; i + 1 < count && c->count < MOST_CALLS && e->code == ERR_OK;) {
        size_t n = a[i + 1].integer > 0 ? (size_t)a[i + 1].integer : 0;
        if (i + 2 + n > count) {
            err_set(e, ERR_INTERNAL, "arguments are missing");
            break;
        }
        begin(c, &a[i], a + i + 2, n, &column, e);
        i += 2 + n;
    }
    if (e->code != ERR_OK) {
        close_cursor(c);
        return e->code;
    }
    *out = c;
    return ERR_OK;
}

static enum err_code next_row(void *memory, bool *row, struct value *values, struct err *e) {
    struct cursor *c = memory;
    (void)e;
    *row = false;
    for (size_t i = 0; i < c->count; i++) {
        struct call *call = &c->calls[i];
        if (call->kind != ROWS) {
            *row = (call->first < STORE_TABLE_COLUMNS && next_in_series(call, &values[call->first])) || *row;
            continue;
        }
        bool more = call->at < call->count;
        for (size_t k = 0; k < call->width && call->at < call->count; k++, call->at++) {
            if (call->first + k < STORE_TABLE_COLUMNS) {
                values[call->first + k] = call->values[call->at];
            }
        }
        *row = *row || more;
    }
    return ERR_OK;
}

const struct store_table run_expand_table = {open_cursor, next_row, close_cursor};
