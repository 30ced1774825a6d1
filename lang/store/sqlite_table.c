/* Functions that return a table: eponymous virtual tables, whose hidden columns are the arguments. */
#include "lang/store/sqlite_int.h"

#include <stdlib.h>
#include <string.h>

struct table {
    sqlite3_vtab base;
    struct store *store;
    const struct store_table *calls;
};

struct cursor {
    sqlite3_vtab_cursor base;
    void *state;
    bool row;
    sqlite3_int64 number;
    struct value values[STORE_TABLE_COLUMNS];
};

struct module {
    struct store *store;
    const struct store_table *calls;
};

static int fail_table(struct table *t, const struct err *e) {
    t->store->function = *e;
    sqlite3_free(t->base.zErrMsg);
    t->base.zErrMsg = sqlite3_mprintf("%s", e->message);
    return e->code == ERR_NOMEM ? SQLITE_NOMEM : SQLITE_ERROR;
}

static int connect_table(sqlite3 *db, void *user, int count, const char *const *words, sqlite3_vtab **out,
                         char **message) {
    const struct module *m = user;
    sqlite3_str *sql = sqlite3_str_new(db);
    (void)count;
    (void)words;
    (void)message;
    sqlite3_str_appendall(sql, "CREATE TABLE x(ordinality");
    for (int i = 1; i <= STORE_TABLE_COLUMNS; i++) {
        sqlite3_str_appendf(sql, ", v%d", i);
    }
    for (int i = 0; i < STORE_TABLE_ARGUMENTS; i++) {
        sqlite3_str_appendf(sql, ", a%d HIDDEN", i);
    }
    sqlite3_str_appendall(sql, ")");
    char *text = sqlite3_str_finish(sql);
    int result = text ? sqlite3_declare_vtab(db, text) : SQLITE_NOMEM;
    sqlite3_free(text);
    struct table *t = result == SQLITE_OK ? sqlite3_malloc(sizeof *t) : NULL;
    if (result == SQLITE_OK && !t) {
        return SQLITE_NOMEM;
    }
    if (t) {
        *t = (struct table){.store = m->store, .calls = m->calls};
        sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
        *out = &t->base;
    }
    return result;
}

static int disconnect_table(sqlite3_vtab *t) {
    sqlite3_free(t);
    return SQLITE_OK;
}

/* Every argument given must be known before the table is read: the tables it depends on come first. */
static int plan_table(sqlite3_vtab *t, sqlite3_index_info *info) {
    int places[STORE_TABLE_ARGUMENTS], most = -1;
    (void)t;
    for (int i = 0; i < STORE_TABLE_ARGUMENTS; i++) {
        places[i] = -1;
    }
    for (int i = 0; i < info->nConstraint; i++) {
        int argument = info->aConstraint[i].iColumn - 1 - STORE_TABLE_COLUMNS;
        if (argument < 0 || info->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ) {
            continue;
        }
        if (!info->aConstraint[i].usable) {
            return SQLITE_CONSTRAINT;
        }
        places[argument] = i;
        most = argument > most ? argument : most;
    }
    for (int i = 0; i <= most; i++) {
        if (places[i] < 0) {
            return SQLITE_CONSTRAINT;
        }
        info->aConstraintUsage[places[i]].argvIndex = i + 1;
        info->aConstraintUsage[places[i]].omit = 1;
    }
    info->estimatedCost = 100;
    info->estimatedRows = 100;
    return SQLITE_OK;
}

static int open_table(sqlite3_vtab *t, sqlite3_vtab_cursor **out) {
    struct cursor *c = calloc(1, sizeof *c);
    (void)t;
    if (!c) {
        return SQLITE_NOMEM;
    }
    *out = &c->base;
    return SQLITE_OK;
}

static int close_table(sqlite3_vtab_cursor *base) {
    struct cursor *c = (struct cursor *)base;
    const struct table *t = (const struct table *)base->pVtab;
    t->calls->close(c->state);
    free(c);
    return SQLITE_OK;
}

static int next_row(sqlite3_vtab_cursor *base) {
    struct cursor *c = (struct cursor *)base;
    struct table *t = (struct table *)base->pVtab;
    struct err e = ERR_INIT;
    for (int i = 0; i < STORE_TABLE_COLUMNS; i++) {
        c->values[i] = (struct value){.type = VALUE_NULL};
    }
    c->number++;
    return t->calls->next(c->state, &c->row, c->values, &e) == ERR_OK ? SQLITE_OK : fail_table(t, &e);
}

static int begin_rows(sqlite3_vtab_cursor *base, int plan, const char *words, int count, sqlite3_value **from) {
    struct cursor *c = (struct cursor *)base;
    struct table *t = (struct table *)base->pVtab;
    struct value arguments[STORE_TABLE_ARGUMENTS];
    struct err e = ERR_INIT;
    (void)plan;
    (void)words;
    for (int i = 0; i < count && i < STORE_TABLE_ARGUMENTS; i++) {
        arguments[i] = sqlite_plain_value(from[i]);
    }
    t->calls->close(c->state);
    c->state = NULL;
    c->number = 0;
    if (t->calls->open(arguments, (size_t)count, &c->state, &e) != ERR_OK) {
        return fail_table(t, &e);
    }
    return next_row(base);
}

static int at_end(sqlite3_vtab_cursor *base) {
    return !((struct cursor *)base)->row;
}

static int give_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column) {
    struct cursor *c = (struct cursor *)base;
    if (column == 0) {
        sqlite3_result_int64(context, c->number);
    } else if (column <= STORE_TABLE_COLUMNS) {
        sqlite_give_result(context, &c->values[column - 1]);
    }
    return SQLITE_OK;
}

static int row_number(sqlite3_vtab_cursor *base, sqlite3_int64 *out) {
    *out = ((struct cursor *)base)->number;
    return SQLITE_OK;
}

static const sqlite3_module module_calls = {
    .xConnect = connect_table,
    .xBestIndex = plan_table,
    .xDisconnect = disconnect_table,
    .xOpen = open_table,
    .xClose = close_table,
    .xFilter = begin_rows,
    .xNext = next_row,
    .xEof = at_end,
    .xColumn = give_column,
    .xRowid = row_number,
};

enum err_code store_register_table(struct store *s, const char *name, const struct store_table *t, struct err *e) {
    struct module *m = calloc(1, sizeof *m);
    if (!m) {
        return err_nomem(e);
    }
    *m = (struct module){s, t};
    int result = sqlite3_create_module_v2(s->db, name, &module_calls, m, free);
    return result == SQLITE_OK ? ERR_OK : sqlite_fail(s, result, "", 0, e);
}
