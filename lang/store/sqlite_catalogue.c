/* Look-ups of tables and columns, in SQL over SQLite's own tables. */
#include "lang/store/sqlite_int.h"

#include "base/buf.h"
#include "base/suggest.h"
#include "lang/store/types.h"

#include <string.h>

#define HAS_TABLE "SELECT 1 FROM main.sqlite_schema WHERE type IN ('table', 'view') AND name = ?1 COLLATE NOCASE"
#define HAS_VIEW "SELECT 1 FROM main.sqlite_schema WHERE type = 'view' AND name = ?1 COLLATE NOCASE"
#define HAS_TEMPORARY "SELECT 1 FROM temp.sqlite_schema WHERE type IN ('table', 'view') AND name = ?1 COLLATE NOCASE"

#define USERS_TABLES                                                                                      \
    "SELECT name FROM main.sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' " \
    "ESCAPE '\\' AND name NOT LIKE 'thanosql\\_%' ESCAPE '\\' "
#define EACH_TABLE USERS_TABLES "ORDER BY name"
#define EACH_TABLE_WITH USERS_TABLES "AND (type = 'view' OR instr(lower(sql), lower(?1)) > 0) ORDER BY name"

/* Hidden 1: the arguments of a virtual table, which are no columns to a reader. */
#define EACH_COLUMN "SELECT name, type, pk FROM pragma_table_xinfo(?1) WHERE hidden <> 1 ORDER BY cid"

/* Call each() for every row of `sql`, with `text` as its one parameter (NULL: none). */
static enum err_code each_row(struct store *s, const char *sql, const char *text,
                              void (*each)(void *user, struct store_query *q), void *user, struct err *e) {
    struct store_query *q = NULL;
    bool row = true;
    if (store_prepare(s, sql, strlen(sql), &q, e) != ERR_OK) {
        return e->code;
    }
    if (text) {
        struct value v = {.type = VALUE_TEXT, .text = text, .length = strlen(text)};
        store_bind(q, 1, &v, e);
    }
    while (e->code == ERR_OK && store_step(q, &row, e) == ERR_OK && row) {
        each(user, q);
    }
    store_finish(q);
    return e->code;
}

static void note(void *user, struct store_query *q) {
    bool *found = user;
    (void)q;
    *found = true;
}

static enum err_code has(struct store *s, const char *sql, const char *name, bool *found, struct err *e) {
    bool there = false;
    if (each_row(s, sql, name, note, &there, e) == ERR_OK) {
        *found = there;
    }
    return e->code;
}

enum err_code store_has_table(struct store *s, const char *name, bool *found, struct err *e) {
    return has(s, HAS_TABLE, name, found, e);
}

enum err_code store_has_view(struct store *s, const char *name, bool *found, struct err *e) {
    return has(s, HAS_VIEW, name, found, e);
}

enum err_code store_has_temporary(struct store *s, const char *name, bool *found, struct err *e) {
    return has(s, HAS_TEMPORARY, name, found, e);
}

struct tables {
    void (*each)(void *user, const char *name);
    void *user;
};

static void give_table(void *user, struct store_query *q) {
    const struct tables *t = user;
    struct value name = store_value(q, 0);
    if (name.type == VALUE_TEXT) {
        t->each(t->user, name.text);
    }
}

enum err_code store_each_table(struct store *s, void (*each)(void *user, const char *name), void *user, struct err *e) {
    struct tables t = {each, user};
    return each_row(s, EACH_TABLE, NULL, give_table, &t, e);
}

enum err_code store_each_table_with(struct store *s, const char *word, void (*each)(void *user, const char *name),
                                    void *user, struct err *e) {
    struct tables t = {each, user};
    return each_row(s, EACH_TABLE_WITH, word, give_table, &t, e);
}

#define HAS_OBJECT                                                                               \
    "SELECT 1 FROM (SELECT type, name FROM main.sqlite_schema UNION ALL SELECT type, name FROM " \
    "temp.sqlite_schema) WHERE type || ' ' || name = ?1 COLLATE NOCASE LIMIT 1"

enum err_code store_has_object(struct store *s, const char *kind, const char *name, bool *found, struct err *e) {
    struct buf both = BUF_INIT;
    bool there = false;
    buf_printf(&both, "%s %s", kind, name);
    if (!buf_ok(&both)) {
        err_nomem(e);
    } else if (each_row(s, HAS_OBJECT, both.data, note, &there, e) == ERR_OK) {
        *found = there;
    }
    buf_release(&both);
    return e->code;
}

#define DEFINITION                                                                                                 \
    "SELECT sql FROM (SELECT * FROM temp.sqlite_schema UNION ALL SELECT * FROM main.sqlite_schema) WHERE type IN " \
    "('table', 'view') AND name = ?1 COLLATE NOCASE LIMIT 1"

static void add_definition(void *user, struct store_query *q) {
    struct value sql = store_value(q, 0);
    if (sql.type == VALUE_TEXT) {
        buf_add(user, sql.text, sql.length);
    }
}

enum err_code store_definition(struct store *s, const char *name, struct buf *out, struct err *e) {
    return each_row(s, DEFINITION, name, add_definition, out, e);
}

/* Columns are asked for with every statement, so this one stays prepared. */
static enum err_code prepare_columns(struct store *s, struct err *e) {
    if (!s->column_statement) {
        int result = sqlite3_prepare_v3(s->db, EACH_COLUMN, -1, SQLITE_PREPARE_PERSISTENT, &s->column_statement, NULL);
        return result == SQLITE_OK ? ERR_OK : sqlite_fail(s, result, "", 0, e);
    }
    return ERR_OK;
}

void sqlite_forget_columns(struct store *s) {
    sqlite3_finalize(s->column_statement);
    s->column_statement = NULL;
}

static void offer(void *user, const char *name) {
    suggest_offer(user, name);
}

static enum err_code no_table(struct store *s, const char *table, struct err *e) {
    struct suggest near;
    struct err ignored = ERR_INIT;
    suggest_begin(&near, table);
    store_each_table(s, offer, &near, &ignored);
    err_set(e, ERR_NOT_FOUND, "there is no table named '%s'", table);
    return near.best[0] ? err_hint(e, "did you mean '%s'?", near.best)
                        : err_hint(e, "COPY table_name FROM 'file.csv' makes a table");
}

enum err_code store_each_column(struct store *s, const char *table, void (*each)(void *user, const struct column *c),
                                void *user, struct err *e) {
    int result;
    size_t count = 0;
    if (prepare_columns(s, e) != ERR_OK) {
        return e->code;
    }
    sqlite3_stmt *q = s->column_statement;
    sqlite3_bind_text(q, 1, table, -1, SQLITE_STATIC);
    while ((result = sqlite3_step(q)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(q, 0), *type = (const char *)sqlite3_column_text(q, 1);
        if (name) {
            struct column column = {name, types_of_declaration(type), type, sqlite3_column_int(q, 2) > 0};
            each(user, &column);
        }
        count++;
    }
    if (result != SQLITE_DONE) {
        sqlite_fail(s, result, "", 0, e);
    }
    sqlite3_reset(q);
    sqlite3_clear_bindings(q);
    return e->code == ERR_OK && count == 0 ? no_table(s, table, e) : e->code;
}
