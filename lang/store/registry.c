/* The registry over plain SQL. Made by the first model. */
#include "lang/store/registry.h"

#include "base/clock.h"
#include "base/suggest.h"

#include <string.h>
#include <strings.h>

#define TABLE "thanosql_models"
#define VECTORS "thanosql_vectors"

static struct value text_value(const char *text) {
    return (struct value){.type = VALUE_TEXT, .text = text, .length = strlen(text)};
}

/* Prepare and bind up to five texts. */
static enum err_code prepare(struct store *s, const char *sql, const char *const *texts, int count,
                             struct store_query **q, struct err *e) {
    if (store_prepare(s, sql, strlen(sql), q, e) != ERR_OK) {
        return e->code;
    }
    for (int i = 0; i < count && e->code == ERR_OK; i++) {
        struct value v = text_value(texts[i]);
        store_bind(*q, i + 1, &v, e);
    }
    if (e->code != ERR_OK) {
        store_finish(*q);
        *q = NULL;
    }
    return e->code;
}

static const char *text_at(struct store_query *q, size_t index) {
    struct value v = store_value(q, index);
    return v.type == VALUE_TEXT ? v.text : "";
}

enum err_code registry_each(struct store *s, void (*each)(void *user, const struct model_record *m), void *user,
                            struct err *e) {
    bool found = false, row = false;
    struct store_query *q = NULL;
    if (store_has_table(s, TABLE, &found, e) != ERR_OK || !found) {
        return e->code;
    }
    prepare(s, "SELECT name, class_name, file, image_col, last_updated_utc FROM " TABLE " ORDER BY name", NULL, 0, &q,
            e);
    while (e->code == ERR_OK && store_step(q, &row, e) == ERR_OK && row) {
        struct model_record m = {text_at(q, 0), text_at(q, 1), text_at(q, 2), text_at(q, 3), text_at(q, 4)};
        each(user, &m);
    }
    store_finish(q);
    return e->code;
}

struct search {
    const char *name;
    struct arena *arena;
    struct model_record *out;
    bool found;
    struct suggest near;
    size_t count;
};

static void compare(void *user, const struct model_record *m) {
    struct search *search = user;
    search->count++;
    suggest_offer(&search->near, m->name);
    if (strcasecmp(m->name, search->name) == 0) {
        search->found = true;
        if (search->out) {
            struct arena *a = search->arena;
            *search->out = (struct model_record){arena_strdup(a, m->name), arena_strdup(a, m->class_name),
                                                 arena_strdup(a, m->file), arena_strdup(a, m->image_col),
                                                 arena_strdup(a, m->last_updated_utc)};
        }
    }
}

enum err_code registry_find(struct store *s, struct arena *a, const char *name, struct model_record *out,
                            struct err *e) {
    struct model_record model;
    struct search search = {.name = name, .arena = a, .out = &model};
    suggest_begin(&search.near, name);
    if (registry_each(s, compare, &search, e) != ERR_OK) {
        return e->code;
    }
    if (arena_failed(a)) {
        return err_nomem(e);
    }
    if (search.found) {
        *out = model;
        return ERR_OK;
    }
    err_set(e, ERR_NOT_FOUND, "there is no model named '%s'", name);
    if (search.near.best[0]) {
        return err_hint(e, "did you mean '%s'?", search.near.best);
    }
    return err_hint(e, search.count ? "LIST MODEL shows the models there are"
                                    : "there are no models yet; BUILD MODEL makes one");
}

enum err_code registry_has(struct store *s, const char *name, bool *found, struct err *e) {
    struct search search = {.name = name};
    suggest_begin(&search.near, name);
    if (registry_each(s, compare, &search, e) == ERR_OK) {
        *found = search.found;
    }
    return e->code;
}

static enum err_code run(struct store *s, const char *sql, const char *const *texts, int count, struct err *e) {
    struct store_query *q = NULL;
    bool row = true;
    prepare(s, sql, texts, count, &q, e);
    while (e->code == ERR_OK && row) {
        store_step(q, &row, e);
    }
    store_finish(q);
    return e->code;
}

enum err_code registry_remove(struct store *s, const char *name, struct err *e) {
    if (store_run(s,
                  "CREATE TABLE IF NOT EXISTS main." TABLE
                  " (name TEXT PRIMARY KEY, class_name TEXT NOT NULL, file TEXT NOT "
                  "NULL, image_col TEXT NOT NULL, last_updated_utc TEXT NOT NULL)",
                  e) != ERR_OK) {
        return e->code;
    }
    return run(s, "DELETE FROM main." TABLE " WHERE name = ?1 COLLATE NOCASE", &name, 1, e);
}

enum err_code registry_put(struct store *s, const struct model_record *model, struct err *e) {
    char now[20];
    clock_utc(now);
    const char *const texts[] = {model->name, model->class_name, model->file, model->image_col, now};
    return run(s, "INSERT INTO main." TABLE " VALUES (?1, ?2, ?3, ?4, ?5)", texts, 5, e);
}

enum err_code registry_put_vectors(struct store *s, const struct vectors_record *v, struct err *e) {
    const char *const texts[] = {v->table, v->column, v->model, v->file};
    if (store_run(s,
                  "CREATE TABLE IF NOT EXISTS main." VECTORS
                  " (table_name TEXT COLLATE NOCASE, column_name TEXT COLLATE NOCASE, model TEXT NOT NULL, file TEXT "
                  "NOT NULL, PRIMARY KEY (table_name, column_name))",
                  e) != ERR_OK) {
        return e->code;
    }
    return run(s, "INSERT OR REPLACE INTO main." VECTORS " VALUES (?1, ?2, ?3, ?4)", texts, 4, e);
}

enum err_code registry_find_vectors(struct store *s, struct arena *a, const char *table, const char *column,
                                    struct vectors_record *out, bool *found, struct err *e) {
    const char *const texts[] = {table, column};
    struct store_query *q = NULL;
    bool there = false, row = false;
    if (store_has_table(s, VECTORS, &there, e) == ERR_OK && there &&
        prepare(s, "SELECT model, file FROM main." VECTORS " WHERE table_name = ?1 AND column_name = ?2", texts, 2, &q,
                e) == ERR_OK &&
        store_step(q, &row, e) == ERR_OK && row) {
        *out = (struct vectors_record){arena_strdup(a, table), arena_strdup(a, column), arena_strdup(a, text_at(q, 0)),
                                       arena_strdup(a, text_at(q, 1))};
    }
    store_finish(q);
    if (arena_failed(a)) {
        return err_nomem(e);
    }
    *found = row;
    return e->code;
}
