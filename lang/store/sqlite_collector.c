/* Aggregates whose rows are kept until the end, or until a window moves on. */
#include "lang/store/sqlite_int.h"

#include <stdlib.h>
#include <string.h>

struct kept {
    struct value *rows; /* of `arguments` values each */
    size_t arguments, first, count, cap;
};

struct collector {
    struct store *store;
    store_collector function;
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
        forget_value(&k->rows[i]);
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
