/* SQL for the table is written from the columns' names. Where a table is appended to, types that are more than SQLite's
 * own (dates, numbers of fixed digits, vectors, …) are made of text by the functions that lowered SQL uses for casts.
 */
#include "lang/data/import.h"

#include "base/buf.h"
#include "base/clock.h"
#include "lang/sql/pgtype.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_LISTED = 120 /* bytes of column names in a message */ };

void import_init(struct import *i, const struct import_target *to, const char *unit) {
    *i = (struct import){.to = to, .unit = unit, .began = clock_now()};
}

void import_release(struct import *i) {
    store_finish(i->insert);
    free(i->types);
    *i = (struct import){.to = i->to};
}

/* One column of the INSERT's values. */
static void add_parameter(struct buf *sql, struct pgtype t, size_t number) {
    bool sized = t.precision > 0 && (t.base == PG_VARCHAR || t.base == PG_CHAR) && !t.array;
    bool plain = !t.array && (t.base == PG_BOOL || t.base == PG_INT8 || t.base == PG_FLOAT8 || t.base == PG_TEXT);
    if (sized) {
        buf_printf(sql, "pg_fit(?%zu, %d, %d, 0)", number, t.precision, t.base == PG_CHAR);
    } else if (plain || t.base == PG_ANY || t.base == PG_VARCHAR) {
        buf_printf(sql, "?%zu", number);
    } else {
        buf_printf(sql, "pg_cast(?%zu, %d, %d, %d, %d)", number, (int)t.base, (int)t.array, t.precision,
                   t.scaled ? t.scale : -1);
    }
}

static void add_columns(struct buf *sql, const struct import *i, const char *const *names) {
    store_add_identifier(sql, i->to->table);
    for (size_t k = 0; k < i->count; k++) {
        buf_str(sql, k ? ", " : " (");
        store_add_identifier(sql, names[k]);
    }
    buf_char(sql, ')');
}

static enum err_code create(const struct import *i, const char *const *names, struct err *e) {
    struct buf sql = BUF_INIT;
    char type[32];
    buf_str(&sql, "CREATE TABLE main.");
    store_add_identifier(&sql, i->to->table);
    for (size_t k = 0; k < i->count; k++) {
        store_type_name(i->types[k], 0, type);
        buf_str(&sql, k ? ", " : " (");
        store_add_identifier(&sql, names[k]);
        buf_printf(&sql, " %s", type);
    }
    buf_char(&sql, ')');
    if (!buf_ok(&sql)) {
        err_nomem(e);
    } else {
        store_run(i->to->store, sql.data, e);
    }
    buf_release(&sql);
    return e->code;
}

static bool find_name(const char *const *names, size_t count, const char *name, size_t *at) {
    for (*at = 0; *at < count; ++*at) {
        if (strcasecmp(names[*at], name) == 0) {
            return true;
        }
    }
    return false;
}

/* Of many names a message lists the first. */
static void add_word(struct buf *list, const char *name) {
    if (list->len < MOST_LISTED) {
        buf_printf(list, "%s%s", list->len > 0 ? ", " : "", name);
    }
}

/* Each of the table's columns must be in the file, and each of the file's in the table. What the table wants goes to
 * `wanted`, in the file's order. */
static enum err_code match_columns(struct import *i, const char *const *names, struct pgtype *wanted,
                                   const struct store_query *table, struct err *e) {
    struct buf missing = BUF_INIT, foreign = BUF_INIT;
    size_t at = 0;
    for (size_t k = 0; k < i->count; k++) {
        wanted[k] = PGTYPE(PG_VOID);
    }
    for (size_t k = 0; k < store_column_count(table); k++) {
        struct column column = store_column(table, k);
        if (!find_name(names, i->count, column.name, &at)) {
            add_word(&missing, column.name);
        } else if (!column.declared || !pgtype_of_declaration(column.declared, false, &wanted[at])) {
            wanted[at] = PGTYPE(PG_ANY);
        }
    }
    for (size_t k = 0; k < i->count; k++) {
        if (pgtype_is(wanted[k], PG_VOID)) {
            add_word(&foreign, names[k]);
        }
    }
    if (missing.len > 0 || foreign.len > 0) {
        err_set(e, ERR_VALUE, "the columns are not those of the table '%s': %s%s%s%s%s", i->to->table,
                missing.len > 0 ? "the file lacks " : "", buf_text(&missing),
                missing.len > 0 && foreign.len > 0 ? "; " : "", foreign.len > 0 ? "the table has no " : "",
                buf_text(&foreign));
        err_hint(e,
                 "if_exists='append' wants the table's names, in any order; if_exists='replace' makes the table anew");
    }
    buf_release(&missing);
    buf_release(&foreign);
    return e->code;
}

static enum err_code look_at_table(struct import *i, const char *const *names, struct pgtype *wanted, struct err *e) {
    struct buf sql = BUF_INIT;
    struct store_query *table = NULL;
    buf_str(&sql, "SELECT * FROM main.");
    store_add_identifier(&sql, i->to->table);
    if (!buf_ok(&sql)) {
        err_nomem(e);
    } else if (store_prepare(i->to->store, sql.data, sql.len, &table, e) == ERR_OK) {
        match_columns(i, names, wanted, table, e);
    }
    store_finish(table);
    buf_release(&sql);
    for (size_t k = 0; k < i->count && e->code == ERR_OK; k++) {
        enum value_type own = pgtype_value(wanted[k]);
        bool number = own == VALUE_REAL && !pgtype_is(wanted[k], PG_FLOAT8) && !pgtype_is(wanted[k], PG_FLOAT4);
        bool by_type = own == VALUE_NULL; /* a column without a type takes what comes */
        i->types[k] = by_type ? i->types[k] : own == VALUE_BLOB || own == VALUE_VECTOR || number ? VALUE_TEXT : own;
    }
    return e->code;
}

enum err_code import_begin(struct import *i, const char *const *names, const enum value_type *types, size_t count,
                           struct err *e) {
    struct pgtype *wanted = calloc(count ? count : 1, sizeof *wanted);
    struct buf insert = BUF_INIT;
    i->count = count;
    i->types = calloc(count ? count : 1, sizeof *i->types);
    if (!wanted || !i->types) {
        err_nomem(e);
    } else {
        memcpy(i->types, types, count * sizeof *types);
        (void)(i->to->append ? look_at_table(i, names, wanted, e) : create(i, names, e));
    }
    buf_str(&insert, "INSERT INTO main.");
    add_columns(&insert, i, names);
    buf_str(&insert, " VALUES (");
    for (size_t k = 0; k < count && e->code == ERR_OK; k++) {
        buf_str(&insert, k ? ", " : "");
        add_parameter(&insert, i->to->append ? wanted[k] : PGTYPE(PG_ANY), k + 1);
    }
    buf_char(&insert, ')');
    if (!buf_ok(&insert)) {
        err_nomem(e);
    } else if (e->code == ERR_OK) {
        store_prepare(i->to->store, insert.data, insert.len, &i->insert, e);
    }
    e->has_span = 0; /* a place in words of ours */
    buf_release(&insert);
    free(wanted);
    return e->code;
}

enum err_code import_row(struct import *i, const struct value *values, struct err *e) {
    bool row;
    for (size_t k = 0; k < i->count && e->code == ERR_OK; k++) {
        store_bind(i->insert, (int)k + 1, &values[k], e);
    }
    if (e->code == ERR_OK && store_step(i->insert, &row, e) == ERR_OK) {
        store_reset(i->insert, e);
    }
    e->has_span = 0;
    return e->code;
}

enum err_code import_place(struct err *e, const char *format, ...) {
    static const enum err_code of_rows[] = {ERR_VALUE, ERR_QUERY, ERR_EXISTS};
    struct err placed = ERR_INIT;
    char place[256];
    bool fits = false;
    for (size_t k = 0; k < sizeof of_rows / sizeof *of_rows; k++) {
        fits = fits || e->code == of_rows[k];
    }
    if (fits) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(place, sizeof place, format, arguments);
        va_end(arguments);
        err_set(&placed, e->code, "%s: %s", place, e->message);
        memcpy(placed.hint, e->hint, sizeof placed.hint);
        *e = placed;
    }
    return e->code;
}

const char *import_type_word(enum value_type type) {
    return type == VALUE_BOOLEAN   ? "True or False"
           : type == VALUE_INTEGER ? "a whole number of 64 bits"
           : type == VALUE_REAL    ? "a number"
                                   : "a text";
}

void import_hint_misfit(struct err *e) {
    err_hint(e, "correct it; or if_exists='replace' makes the table anew, of types that fit the file");
}

void import_warn_rest(const struct import *i, const char *path) {
    char line[1024];
    const struct sink *out = i->to->out;
    int n = snprintf(line, sizeof line, "Warning: %.800s: behind its end as a gzip file are other bytes, not read.\n",
                     path);
    if (out && out->warning && n > 0) {
        out->warning(out->user, line, strlen(line));
    }
}

void import_tell(struct import *i, double done, double total, bool ends) {
    const struct sink *out = i->to->out;
    double now = clock_now();
    if (!out || !out->progress || (ends ? i->told == 0 : now - (i->told > 0 ? i->told : i->began + 0.4) < 0.1)) {
        return;
    }
    i->told = now;
    struct progress p = {.what = "Copying",
                         .unit = i->unit,
                         .done = ends ? total : done * 0.99,
                         .total = total,
                         .seconds = now - i->began};
    out->progress(out->user, &p);
}
