/* GET and LIST: what is fetched into the workspace, and what is in it. */
#include "lang/data/datasets.h"
#include "lang/data/pretrained.h"
#include "lang/exec/exec_int.h"
#include "lang/exec/option_rows.h"
#include "lang/exec/statements.h"

#include <string.h>

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
