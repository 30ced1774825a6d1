/* Functions of our own in SQL: scalar ones and aggregates; those that return a table are in sqlite_table.c. */
#include "lang/store/sqlite_int.h"

#include "lang/store/aligned.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_ARGUMENTS = 127 }; /* SQLite's own limit */

struct registered {
    struct store *store;
    store_function function;
    void *user;
    struct aligned aligned[MOST_ARGUMENTS];
};

static void forget_function(void *user) {
    struct registered *r = user;
    for (size_t i = 0; i < MOST_ARGUMENTS; i++) {
        free(r->aligned[i].copy);
    }
    free(r);
}

void sqlite_give_result(sqlite3_context *context, const struct value *v) {
    const char *bytes = v->text ? v->text : "";
    switch (v->type) {
    case VALUE_NULL:
        sqlite3_result_null(context);
        break;
    case VALUE_BOOLEAN:
    case VALUE_INTEGER:
        sqlite3_result_int64(context, v->integer);
        break;
    case VALUE_REAL:
        sqlite3_result_double(context, v->real);
        break;
    case VALUE_TEXT:
        sqlite3_result_text64(context, bytes, v->length, SQLITE_TRANSIENT, SQLITE_UTF8);
        break;
    case VALUE_BLOB:
        sqlite3_result_blob64(context, bytes, v->length, SQLITE_TRANSIENT);
        break;
    case VALUE_VECTOR:
        sqlite3_result_blob64(context, v->length ? (const void *)v->vector : "", v->length * sizeof(float),
                              SQLITE_TRANSIENT);
        break;
    }
}

static void call_function(sqlite3_context *context, int count, sqlite3_value **from) {
    struct registered *r = sqlite3_user_data(context);
    struct value arguments[MOST_ARGUMENTS], result = {.type = VALUE_NULL};
    struct err e = ERR_INIT;
    for (int i = 0; i < count && i < MOST_ARGUMENTS; i++) {
        arguments[i] = sqlite_plain_value(from[i]);
        if (arguments[i].type == VALUE_BLOB) { /* it may be a vector */
            const float *bytes = aligned_bytes(&r->aligned[i], arguments[i].text, arguments[i].length);
            if (!bytes) {
                sqlite3_result_error_nomem(context);
                return;
            }
            arguments[i].text = (const char *)bytes;
        }
    }
    if (r->function(r->user, arguments, (size_t)count, &result, &e) == ERR_OK) {
        sqlite_give_result(context, &result);
        return;
    }
    r->store->function = e;
    sqlite3_result_error(context, e.message, -1);
}

static enum err_code note_function(struct store *s, const char *name, int arguments, struct err *e) {
    struct known_function *f = calloc(1, sizeof *f);
    if (!f || !(f->name = strdup(name))) {
        free(f);
        return err_nomem(e);
    }
    f->arguments = arguments;
    f->next = s->functions;
    s->functions = f;
    return ERR_OK;
}

void sqlite_forget_functions(struct store *s) {
    while (s->functions) {
        struct known_function *f = s->functions;
        s->functions = f->next;
        free(f->name);
        free(f);
    }
    while (s->owned) {
        struct owned *o = s->owned;
        s->owned = o->next;
        o->release(o->memory);
        free(o);
    }
}

enum err_code store_own(struct store *s, void *memory, void (*release)(void *memory), struct err *e) {
    struct owned *o = malloc(sizeof *o);
    if (!o) {
        return err_nomem(e);
    }
    *o = (struct owned){memory, release, s->owned};
    s->owned = o;
    return ERR_OK;
}

bool store_has_function(const struct store *s, const char *name, int arguments) {
    for (const struct known_function *f = s->functions; f; f = f->next) {
        /* pg_… are the words that lowered SQL is written in, not the user's. */
        if (strcasecmp(f->name, name) == 0 && (f->arguments < 0 || f->arguments == arguments)) {
            return strncmp(f->name, "pg_", 3) != 0;
        }
    }
    return false;
}

enum err_code store_register(struct store *s, const char *name, int arguments, store_function f, void *user,
                             struct err *e) {
    struct registered *r = calloc(1, sizeof *r);
    if (!r) {
        return err_nomem(e);
    }
    *r = (struct registered){.store = s, .function = f, .user = user};
    /* SQLite calls forget_function itself when this fails. Innocuous: may be used in views. */
    int result =
        sqlite3_create_function_v2(s->db, name, arguments, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, r,
                                   call_function, NULL, NULL, forget_function);
    return result == SQLITE_OK ? note_function(s, name, arguments, e) : sqlite_fail(s, result, "", 0, e);
}

/* ---- aggregates: the rows are kept until the end, or until a window moves on */

struct kept {
    struct value *rows; /* of `arguments` values each */
    size_t arguments, first, count, cap;
};

struct aggregate {
    struct store *store;
    store_aggregate function;
    void *user;
};

static bool copy_value(const struct value *from, struct value *to) {
    *to = *from;
    if (from->type == VALUE_TEXT || from->type == VALUE_BLOB) {
        char *bytes = malloc(from->length + 1);
        if (!bytes) {
            to->type = VALUE_NULL;
            return false;
        }
        memcpy(bytes, from->text, from->length);
        bytes[from->length] = '\0';
        to->text = bytes;
    }
    return true;
}

static void forget_value(struct value *v) {
    if (v->type == VALUE_TEXT || v->type == VALUE_BLOB) {
        free((void *)(uintptr_t)v->text);
    }
    v->type = VALUE_NULL;
}

static void keep_row(sqlite3_context *context, int count, sqlite3_value **from) {
    struct kept *k = sqlite3_aggregate_context(context, sizeof *k);
    size_t n = count > 0 ? (size_t)count : 1;
    if (k && k->count == k->cap) {
        size_t cap = k->cap ? 2 * k->cap : 16;
        struct value *rows = realloc(k->rows, cap * n * sizeof *rows);
        k->rows = rows ? rows : k->rows;
        k->cap = rows ? cap : k->cap;
    }
    if (!k || k->count == k->cap) {
        sqlite3_result_error_nomem(context);
        return;
    }
    bool ok = true;
    k->arguments = n;
    for (int i = 0; i < count; i++) {
        struct value v = sqlite_plain_value(from[i]);
        ok = copy_value(&v, &k->rows[k->count * n + (size_t)i]) && ok;
    }
    k->count++;
    if (!ok) {
        sqlite3_result_error_nomem(context);
    }
}

/* The oldest row leaves the window. */
static void drop_row(sqlite3_context *context, int count, sqlite3_value **from) {
    struct kept *k = sqlite3_aggregate_context(context, sizeof *k);
    (void)from;
    for (int i = 0; k && i < count; i++) {
        forget_value(&k->rows[k->first * k->arguments + (size_t)i]);
    }
    if (k) {
        k->first++;
    }
}

static void give_aggregate(sqlite3_context *context) {
    struct kept *k = sqlite3_aggregate_context(context, 0);
    struct aggregate *a = sqlite3_user_data(context);
    struct value result = {.type = VALUE_NULL};
    struct err e = ERR_INIT;
    const struct value *rows = k && k->rows ? k->rows + k->first * k->arguments : NULL;
    if (a->function(a->user, rows, rows ? k->count - k->first : 0, k ? k->arguments : 1, &result, &e) == ERR_OK) {
        sqlite_give_result(context, &result);
    } else {
        a->store->function = e;
        sqlite3_result_error(context, e.message, -1);
    }
}

static void end_aggregate(sqlite3_context *context) {
    struct kept *k = sqlite3_aggregate_context(context, 0);
    give_aggregate(context);
    for (size_t i = k ? k->first * k->arguments : 0; k && i < k->count * k->arguments; i++) {
        forget_value(&k->rows[i]);
    }
    if (k) {
        free(k->rows);
        *k = (struct kept){.rows = NULL};
    }
}

enum err_code store_register_aggregate(struct store *s, const char *name, int arguments, store_aggregate f, void *user,
                                       struct err *e) {
    struct aggregate *a = calloc(1, sizeof *a);
    if (!a) {
        return err_nomem(e);
    }
    *a = (struct aggregate){s, f, user};
    int result =
        sqlite3_create_window_function(s->db, name, arguments, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, a,
                                       keep_row, end_aggregate, give_aggregate, drop_row, free);
    return result == SQLITE_OK ? note_function(s, name, arguments, e) : sqlite_fail(s, result, "", 0, e);
}
