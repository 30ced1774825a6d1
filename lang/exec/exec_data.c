/* COPY, GET and LIST: what comes into the workspace, and what is in it. */
#include "lang/data/csv.h"
#include "lang/data/datasets.h"
#include "lang/data/pretrained.h"
#include "lang/exec/exec_int.h"
#include "lang/exec/option_rows.h"
#include "lang/exec/statements.h"

#include "base/file.h"

#include <string.h>
#include <strings.h>

static enum err_code check_source(const char *path, const struct literal *source, struct err *e) {
    const char *dot = strrchr(path, '.');
    if (!file_exists(path)) {
        err_set(e, ERR_FILE, "there is no file '%s'", path);
        err_hint(e, "paths are relative to the workspace; GET THANOSQL DATASET fetches a dataset into it");
    } else if (file_is_folder(path)) {
        err_set(e, ERR_UNSUPPORTED, "'%s' is a folder; COPY reads CSV files in this version", path);
    } else if (!dot || (strcasecmp(dot, ".csv") != 0 && strcasecmp(dot, ".txt") != 0)) {
        err_set(e, ERR_UNSUPPORTED, "COPY reads CSV files in this version, and '%s' is not named .csv", path);
    }
    return context_at(e, source->span);
}

/* For the table `name`, a part of the name in the statement. */
static enum err_code make_room(struct context *c, const struct statement *s, const char *name, bool replace,
                               struct err *e) {
    bool found = false;
    if (exec_check_target(c, name, s->name.span, e) != ERR_OK || store_has_table(c->store, name, &found, e) != ERR_OK ||
        !found) {
        return context_at(e, s->name.span);
    }
    if (!replace) {
        err_set(e, ERR_EXISTS, "a table named '%s' exists already", name);
        err_hint(e, "OPTIONS (overwrite=True) replaces it");
        return context_at(e, s->name.span);
    }
    struct buf sql = BUF_INIT;
    buf_str(&sql, "DROP TABLE main.");
    store_add_identifier(&sql, name);
    if (buf_ok(&sql)) {
        store_run(c->store, sql.data, e);
    } else {
        err_nomem(e);
    }
    buf_release(&sql);
    e->has_span = 0;
    return context_at(e, s->name.span);
}

enum err_code run_copy(struct context *c, const struct statement *s, struct err *e) {
    struct copy_settings set = {.if_exists = "fail"};
    const char *name = s->name.text;
    long long rows = 0;
    if (options_apply(c, &copy_options, s->options, &set, e) != ERR_OK ||
        exec_check_table_name(NULL, NULL, &name, e) != ERR_OK) {
        return context_at(e, s->name.span);
    }
    const char *path = s->source.text ? workspace_resolve(c->workspace, c->arena, s->source.text) : NULL;
    if (!path) {
        return err_nomem(e);
    }
    if (check_source(path, &s->source, e) != ERR_OK || store_begin(c->store, e) != ERR_OK) {
        return e->code;
    }
    bool replace = set.overwrite || strcmp(set.if_exists, "replace") == 0;
    if (make_room(c, s, name, replace, e) == ERR_OK &&
        csv_load(c->store, path, name, c->stop, c->out, &rows, e) == ERR_OK && context_check(c, e) == ERR_OK) {
        if (store_commit(c->store, e) == ERR_OK) {
            context_say(c, "Success");
        }
    } else {
        store_rollback(c->store);
    }
    return context_at(e, s->source.span);
}

enum err_code run_get(struct context *c, const struct statement *s, struct err *e) {
    struct get_settings set = {0};
    if (strcmp(s->word, "dataset") != 0) {
        return exec_get_model(c, s, e);
    }
    if (options_apply(c, &get_options, s->options, &set, e) == ERR_OK &&
        dataset_get(c->workspace->root, s->name.text, set.overwrite, c->stop, c->out, e) == ERR_OK) {
        context_say(c, "Success");
    }
    return context_at(e, s->name.span);
}

/* LIST writes its rows to a temporary table. */
struct listing {
    struct context *context;
    struct store_query *insert;
    struct err *e;
};

static void list_row(struct listing *list, const char *const *texts, int count) {
    bool row = false;
    for (int i = 0; i < count && list->e->code == ERR_OK; i++) {
        struct value v = {.type = VALUE_TEXT, .text = texts[i], .length = strlen(texts[i])};
        store_bind(list->insert, i + 1, &v, list->e);
    }
    if (list->e->code == ERR_OK && store_step(list->insert, &row, list->e) == ERR_OK) {
        store_reset(list->insert, list->e);
    }
}

static void list_model(void *user, const struct model_record *m) {
    list_row(user, (const char *const[]){m->name, m->class_name, m->last_updated_utc}, 3);
}

static void list_table(void *user, const char *name) {
    list_row(user, &name, 1);
}

static enum err_code fill_models(struct listing *list) {
    return registry_each(list->context->store, list_model, list, list->e);
}

static enum err_code fill_tables(struct listing *list) {
    return store_each_table(list->context->store, list_table, list, list->e);
}

static enum err_code fill_datasets(struct listing *list) {
    const struct dataset *d;
    for (size_t i = 0; (d = dataset_at(i)); i++) {
        list_row(list, (const char *const[]){d->name, d->data_type}, 2);
    }
    return list->e->code;
}

static enum err_code fill_offered(struct listing *list) {
    const struct pretrained *p;
    for (size_t i = 0; (p = pretrained_at(i)); i++) {
        list_row(list, (const char *const[]){p->name, "SimCLR", p->published}, 3);
    }
    return list->e->code;
}

static enum err_code fill_nothing(struct listing *list) {
    return list->e->code;
}

static const struct list_kind {
    const char *word, *columns, *parameters;
    enum err_code (*fill)(struct listing *list);
} list_kinds[] = {
    {"model", "name TEXT, class_name TEXT, last_updated_utc TEXT", "?1, ?2, ?3", fill_models},
    {"table", "table_name TEXT", "?1", fill_tables},
    {"thanosql dataset", "name TEXT, data_type TEXT", "?1, ?2", fill_datasets},
    {"thanosql model", "name TEXT, class_name TEXT, last_updated_utc TEXT", "?1, ?2, ?3", fill_offered},
    /* The hosted service's tutorials are gone with it. */
    {"thanosql tutorial", "name TEXT", "?1", fill_nothing},
};

enum err_code lower_list(struct context *c, const struct statement *s, struct relation *r, struct err *e) {
    const struct list_kind *kind = NULL;
    for (size_t i = 0; i < sizeof list_kinds / sizeof *list_kinds && !kind; i++) {
        kind = strcmp(list_kinds[i].word, s->word) == 0 ? &list_kinds[i] : NULL;
    }
    const char *table = relation_new_table(c, r, e);
    if (!kind || !table) {
        return err_set(e, ERR_UNSUPPORTED, "LIST %s is not known", s->word);
    }
    struct listing list = {.context = c, .e = e};
    char *make = arena_printf(c->arena, "CREATE TABLE %s (%s)", table, kind->columns);
    char *insert = arena_printf(c->arena, "INSERT INTO %s VALUES (%s)", table, kind->parameters);
    if (!make || !insert) {
        return err_nomem(e);
    }
    if (store_run(c->store, make, e) == ERR_OK &&
        store_prepare(c->store, insert, strlen(insert), &list.insert, e) == ERR_OK) {
        kind->fill(&list);
    }
    store_finish(list.insert);
    e->has_span = 0;
    buf_printf(&r->sql, "SELECT * FROM %s ORDER BY rowid", table);
    return e->code;
}
