/* Registration, and the small things the bodies do. */
#include "lang/sql/run.h"

#include "lang/sql/regex.h"
#include "lang/sql/sql.h"

#include <stdlib.h>

struct running {
    struct stop *stop;
    const struct run_row *row;
    const struct run_aggregate_row *aggregate;
    struct buf memory;
};

/* A session, and so all SQL of its store, belongs to one thread. */
static _Thread_local struct stop *running_stop;

struct stop *run_stop(void) {
    return running_stop;
}

bool run_stopped(struct err *e) {
    return stop_requested(running_stop) && err_interrupt(e) != ERR_OK;
}

enum err_code run_set_text(struct buf *m, struct value *out, struct err *e) {
    if (!buf_ok(m)) {
        return err_nomem(e);
    }
    *out = (struct value){.type = VALUE_TEXT, .text = buf_text(m), .length = m->len};
    return ERR_OK;
}

enum err_code run_set_integer(int64_t v, struct value *out) {
    *out = (struct value){.type = VALUE_INTEGER, .integer = v};
    return ERR_OK;
}

enum err_code run_set_real(double v, struct value *out) {
    *out = (struct value){.type = VALUE_REAL, .real = v};
    return ERR_OK;
}

double run_number(const struct value *v) {
    switch (v->type) {
    case VALUE_REAL:
        return v->real;
    case VALUE_BOOLEAN:
    case VALUE_INTEGER:
        return (double)v->integer;
    case VALUE_TEXT:
        return strtod(v->text, NULL);
    default:
        return 0;
    }
}

long long run_integer(const struct value *v) {
    return v->type == VALUE_INTEGER || v->type == VALUE_BOOLEAN ? v->integer : (long long)run_number(v);
}

static enum err_code call(void *user, const struct value *a, size_t n, struct value *out, struct err *e) {
    struct running *r = user;
    *out = (struct value){.type = VALUE_NULL};
    for (size_t i = 0; i < n && !r->row->nulls; i++) {
        if (a[i].type == VALUE_NULL) {
            return ERR_OK;
        }
    }
    buf_clear(&r->memory);
    running_stop = r->stop;
    return r->row->f(a, n, &r->memory, out, e);
}

static enum err_code finish(void *user, const struct value *rows, size_t count, size_t n, struct value *out,
                            struct err *e) {
    struct running *r = user;
    *out = (struct value){.type = VALUE_NULL};
    buf_clear(&r->memory);
    running_stop = r->stop;
    return r->aggregate->f(rows, count, n, &r->memory, out, e);
}

static void release(void *memory) {
    struct running *r = memory;
    buf_release(&r->memory);
    free(r);
}

static struct running *new_running(struct store *s, struct err *e) {
    struct running *r = calloc(1, sizeof *r);
    if (!r || store_own(s, r, release, e) != ERR_OK) {
        free(r);
        err_nomem(e);
        return NULL;
    }
    r->stop = store_stop(s);
    return r;
}

static void forget_patterns(void *memory) {
    (void)memory;
    regex_forget();
}

enum err_code sql_register(struct store *s, struct err *e) {
    if (store_own(s, NULL, forget_patterns, e) != ERR_OK) {
        return e->code;
    }
    running_stop = store_stop(s); /* for tables, which call no function first */
    static const struct run_row *const tables[] = {
        run_text_rows,   run_like_rows,          run_regex_rows, run_number_rows,    run_time_rows,  run_field_rows,
        run_format_rows, run_format_number_rows, run_json_rows,  run_json_make_rows, run_array_rows, run_cast_rows};
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        for (const struct run_row *row = tables[t]; row->name && e->code == ERR_OK; row++) {
            struct running *r = new_running(s, e);
            if (r) {
                r->row = row;
                store_register(s, row->name, row->arguments, call, r, e);
            }
        }
    }
    for (const struct run_aggregate_row *row = run_aggregate_rows; row->name && e->code == ERR_OK; row++) {
        struct running *r = new_running(s, e);
        if (r) {
            r->aggregate = row;
            store_register_collector(s, row->name, row->arguments, finish, r, e);
        }
    }
    return e->code == ERR_OK ? store_register_table(s, "pg_expand", &run_expand_table, e) : e->code;
}
