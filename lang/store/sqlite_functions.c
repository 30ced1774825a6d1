/* Functions of our own in SQL: scalar ones and aggregates; those that keep their rows are in
 * sqlite_collector.c, those that return a table in sqlite_table.c. */
#include "lang/store/sqlite_int.h"

#include "lang/store/aligned.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_ARGUMENTS = 127 }; /* SQLite's own limit */

struct registered {
    struct store *store;
    store_function function;
    void *user;
    const struct store_aggregate *aggregate; /* or this instead */
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

/* What SQL calls a function with; false: no memory. */
static bool read_arguments(struct registered *r, int count, sqlite3_value **from, struct value *arguments) {
    for (int i = 0; i < count && i < MOST_ARGUMENTS; i++) {
        arguments[i] = sqlite_plain_value(from[i]);
        if (arguments[i].type == VALUE_BLOB) { /* it may be a vector */
            const float *bytes = aligned_bytes(&r->aligned[i], arguments[i].text, arguments[i].length);
            if (!bytes) {
                return false;
            }
            arguments[i].text = (const char *)bytes;
        }
    }
    return true;
}

static void answer(sqlite3_context *context, struct registered *r, const struct value *result, const struct err *e) {
    if (e->code == ERR_OK) {
        sqlite_give_result(context, result);
    } else {
        r->store->function = *e;
        sqlite3_result_error(context, e->message, -1);
    }
}

static void call_function(sqlite3_context *context, int count, sqlite3_value **from) {
    struct registered *r = sqlite3_user_data(context);
    struct value arguments[MOST_ARGUMENTS], result = {.type = VALUE_NULL};
    struct err e = ERR_INIT;
    if (!read_arguments(r, count, from, arguments)) {
        sqlite3_result_error_nomem(context);
        return;
    }
    r->function(r->user, arguments, (size_t)count, &result, &e);
    answer(context, r, &result, &e);
}

static void change_aggregate(sqlite3_context *context, int count, sqlite3_value **from, bool remove) {
    struct registered *r = sqlite3_user_data(context);
    void *state = sqlite3_aggregate_context(context, (int)r->aggregate->size);
    struct value arguments[MOST_ARGUMENTS];
    struct err e = ERR_INIT;
    if (!state || !read_arguments(r, count, from, arguments)) {
        sqlite3_result_error_nomem(context);
    } else if ((remove ? r->aggregate->remove : r->aggregate->add)(state, arguments, (size_t)count, &e) != ERR_OK) {
        answer(context, r, NULL, &e);
    }
}

static void add_to_aggregate(sqlite3_context *context, int count, sqlite3_value **from) {
    change_aggregate(context, count, from, false);
}

static void remove_from_aggregate(sqlite3_context *context, int count, sqlite3_value **from) {
    change_aggregate(context, count, from, true);
}

static void give_aggregate(sqlite3_context *context) {
    struct registered *r = sqlite3_user_data(context);
    void *state = sqlite3_aggregate_context(context, 0);
    struct value result = {.type = VALUE_NULL};
    struct err e = ERR_INIT;
    if (state) {
        r->aggregate->result(state, &result, &e);
    }
    answer(context, r, &result, &e);
}

/* Also called, to let go of the state, when the query is given up. */
static void end_aggregate(sqlite3_context *context) {
    struct registered *r = sqlite3_user_data(context);
    void *state = sqlite3_aggregate_context(context, 0);
    give_aggregate(context);
    if (state) {
        r->aggregate->release(state);
    }
}

enum err_code sqlite_note_function(struct store *s, const char *name, int arguments, struct err *e) {
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

static struct registered *registered_new(struct store *s) {
    struct registered *r = calloc(1, sizeof *r);
    if (r) {
        r->store = s;
    }
    return r;
}

enum { FLAGS = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS }; /* innocuous: may be used in views */

/* SQLite calls forget_function itself when it refuses. */
enum err_code store_register(struct store *s, const char *name, int arguments, store_function f, void *user,
                             struct err *e) {
    struct registered *r = registered_new(s);
    if (!r) {
        return err_nomem(e);
    }
    r->function = f;
    r->user = user;
    int result =
        sqlite3_create_function_v2(s->db, name, arguments, FLAGS, r, call_function, NULL, NULL, forget_function);
    return result == SQLITE_OK ? sqlite_note_function(s, name, arguments, e) : sqlite_fail(s, result, "", 0, e);
}

enum err_code store_register_aggregate(struct store *s, const char *name, int arguments,
                                       const struct store_aggregate *a, struct err *e) {
    struct registered *r = registered_new(s);
    if (!r) {
        return err_nomem(e);
    }
    r->aggregate = a;
    int result = sqlite3_create_window_function(s->db, name, arguments, FLAGS, r, add_to_aggregate, end_aggregate,
                                                give_aggregate, remove_from_aggregate, forget_function);
    return result == SQLITE_OK ? sqlite_note_function(s, name, arguments, e) : sqlite_fail(s, result, "", 0, e);
}
