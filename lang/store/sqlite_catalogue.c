/* Look-ups of tables and columns, in SQL over SQLite's own tables. Needs nothing but the store's contract. */
#include "lang/store/store.h"

#include "base/suggest.h"
#include "lang/store/types.h"

#include <string.h>

#define HAS_TABLE "SELECT 1 FROM main.sqlite_schema WHERE type IN ('table', 'view') AND name = ?1 COLLATE NOCASE"
#define HAS_VIEW "SELECT 1 FROM main.sqlite_schema WHERE type = 'view' AND name = ?1 COLLATE NOCASE"
#define HAS_TEMPORARY "SELECT 1 FROM temp.sqlite_schema WHERE type IN ('table', 'view') AND name = ?1 COLLATE NOCASE"

#define EACH_TABLE                                                                                        \
    "SELECT name FROM main.sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' " \
    "ESCAPE '\\' AND name NOT LIKE 'thanosql\\_%' ESCAPE '\\' ORDER BY name"

/* Operators have functions, too, and so have modules that SQL never calls by name. */
#define EACH_FUNCTION                                                                                                \
    "SELECT DISTINCT name FROM pragma_function_list WHERE name GLOB '[a-z]*' AND name NOT LIKE 'sqlite\\_%' ESCAPE " \
    "'\\' AND name NOT LIKE 'thanosql\\_%' ESCAPE '\\' ORDER BY name"

/* Hidden 1: the arguments of a virtual table, which are no columns to a reader. */
#define EACH_COLUMN "SELECT name, type FROM pragma_table_xinfo(?1) WHERE hidden <> 1 ORDER BY cid"

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

enum err_code store_each_function(struct store *s, void (*each)(void *user, const char *name), void *user,
                                  struct err *e) {
    struct tables t = {each, user};
    return each_row(s, EACH_FUNCTION, NULL, give_table, &t, e);
}

struct columns {
    void (*each)(void *user, const struct column *c);
    void *user;
    size_t count;
};

static void give_column(void *user, struct store_query *q) {
    struct columns *columns = user;
    struct value name = store_value(q, 0), type = store_value(q, 1);
    struct column column = {name.text, types_of_declaration(type.type == VALUE_TEXT ? type.text : NULL)};
    columns->count++;
    if (name.type == VALUE_TEXT) {
        columns->each(columns->user, &column);
    }
}

static void offer(void *user, const char *name) {
    suggest_offer(user, name);
}

enum err_code store_each_column(struct store *s, const char *table, void (*each)(void *user, const struct column *c),
                                void *user, struct err *e) {
    struct columns columns = {each, user, 0};
    if (each_row(s, EACH_COLUMN, table, give_column, &columns, e) != ERR_OK || columns.count > 0) {
        return e->code;
    }
    struct suggest near;
    struct err ignored = ERR_INIT;
    suggest_begin(&near, table);
    store_each_table(s, offer, &near, &ignored);
    err_set(e, ERR_NOT_FOUND, "there is no table named '%s'", table);
    return near.best[0] ? err_hint(e, "did you mean '%s'?", near.best)
                        : err_hint(e, "COPY table_name FROM 'file.csv' makes a table");
}
