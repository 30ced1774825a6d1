/* Aggregates whose rows are kept until the end, or until a window moves on. */
#include "lang/store/sqlite_int.h"

#include <stdlib.h>
#include <string.h>

/* Of all rows of one aggregate together. */
#define MOST_BYTES ((size_t)512 << 20)

struct kept {
    size_t bytes;
    struct value *rows; /* of `arguments` values each */
    size_t arguments, first, count, cap;
};

struct collector {
    struct store *store;
    store_collector function;
    void *user;
};

static bool copy_value(const struct value *from, struct value *to, size_t *bytes) {
    *to = *from;
    *bytes += sizeof *to;
    if (from->type == VALUE_TEXT || from->type == VALUE_BLOB) {
        char *copy = malloc(from->length + 1);
        if (!copy) {
            to->type = VALUE_NULL;
            return false;
        }
        memcpy(copy, from->text, from->length);
        copy[from->length] = '\0';
        to->text = copy;
        *bytes += from->length + 32; /* and what malloc takes */
    }
    return true;
}

static void forget_value(struct value *v, size_t *bytes) {
    *bytes -= sizeof *v;
    if (v->type == VALUE_TEXT || v->type == VALUE_BLOB) {
        free((void *)(uintptr_t)v->text);
        *bytes -= v->length + 32;
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
    if (k->bytes > MOST_BYTES) {
        const struct collector *a = sqlite3_user_data(context);
        err_set(&a->store->function, ERR_VALUE, "the rows of one aggregate take more than %zu MiB here",
                MOST_BYTES >> 20);
        err_hint(&a->store->function, "GROUP BY makes several of it, WHERE leaves rows out");
        sqlite3_result_error(context, a->store->function.message, -1);
        return;
    }
    bool ok = true;
    k->arguments = n;
    for (int i = 0; i < count; i++) {
        struct value v = sqlite_plain_value(from[i]);
        ok = copy_value(&v, &k->rows[k->count * n + (size_t)i], &k->bytes) && ok;
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
        forget_value(&k->rows[k->first * k->arguments + (size_t)i], &k->bytes);
    }
    if (k) {
        k->first++;
    }
}

static void give_collected(sqlite3_context *context) {
    struct kept *k = sqlite3_aggregate_context(context, 0);
    struct collector *a = sqlite3_user_data(context);
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

static void end_collected(sqlite3_context *context) {
    struct kept *k = sqlite3_aggregate_context(context, 0);
    give_collected(context);
    for (size_t i = k ? k->first * k->arguments : 0; k && i < k->count * k->arguments; i++) {
        forget_value(&k->rows[i], &k->bytes);
    }
    if (k) {
        free(k->rows);
        *k = (struct kept){.rows = NULL};
    }
}

enum err_code store_register_collector(struct store *s, const char *name, int arguments, store_collector f, void *user,
                                       struct err *e) {
    struct collector *a = calloc(1, sizeof *a);
    if (!a) {
        return err_nomem(e);
    }
    *a = (struct collector){s, f, user};
    int result =
        sqlite3_create_window_function(s->db, name, arguments, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, a,
                                       keep_row, end_collected, give_collected, drop_row, free);
    return result == SQLITE_OK ? sqlite_note_function(s, name, arguments, e) : sqlite_fail(s, result, "", 0, e);
}
