/* GET and LIST: what is fetched into the workspace, and what is in it. */
#include "lang/data/datasets.h"
#include "lang/data/pretrained.h"
#include "lang/exec/dialect.h"
#include "lang/exec/exec_int.h"
#include "lang/exec/option_rows.h"
#include "lang/exec/result_table.h"
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
enum { LIST_COLUMNS = 3 };
struct listing {
    struct context *context;
    struct store_query *insert;
    size_t count; /* columns */
    struct err *e;
};

/* Texts beyond the columns are left out. */
static void list_row(struct listing *list, const char *const *texts) {
    struct value values[LIST_COLUMNS];
    for (size_t i = 0; i < list->count; i++) {
        values[i] = (struct value){.type = VALUE_TEXT, .text = texts[i], .length = strlen(texts[i])};
    }
    if (list->e->code == ERR_OK) {
        result_table_add(list->insert, values, list->count, list->e);
    }
}

static void list_model(void *user, const struct model_record *m) {
    list_row(user, (const char *const[]){m->name, m->class_name, m->last_updated_utc});
}

static void list_table(void *user, const char *name) {
    list_row(user, &name);
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
        list_row(list, (const char *const[]){d->name, d->data_type});
    }
    return list->e->code;
}

static enum err_code fill_offered(struct listing *list) {
    const struct pretrained *p;
    for (size_t i = 0; (p = pretrained_at(i)); i++) {
        list_row(list, (const char *const[]){p->name, "SimCLR", p->published});
    }
    return list->e->code;
}

static enum err_code fill_nothing(struct listing *list) {
    return list->e->code;
}

static const struct list_kind {
    const char *word;
    const char *columns[LIST_COLUMNS]; /* NULL past the last */
    const char *older[LIST_COLUMNS];   /* as the first dialects had them; none: the same */
    enum err_code (*fill)(struct listing *list);
} list_kinds[] = {
    {"model", {"name", "class_name", "last_updated_utc"}, {NULL}, fill_models},
    {"table", {"table_name"}, {NULL}, fill_tables},
    {"thanosql dataset", {"name", "data_type"}, {NULL}, fill_datasets},
    {"thanosql model", {"name", "class_name", "last_updated_utc"}, {"model_name", "model"}, fill_offered},
    /* The hosted service's tutorials are gone with it. */
    {"thanosql tutorial", {"name"}, {NULL}, fill_nothing},
};

static size_t name_columns(const struct context *c, const struct list_kind *kind, struct column *columns) {
    bool older = kind->older[0] && dialect_now(c)->model_columns == DIALECT_YES;
    const char *const *names = older ? kind->older : kind->columns;
    size_t count = 0;
    for (; count < LIST_COLUMNS && names[count]; count++) {
        columns[count] = (struct column){.name = names[count], .type = VALUE_TEXT};
    }
    return count;
}

enum err_code lower_list(struct context *c, const struct statement *s, struct relation *r, struct err *e) {
    const struct list_kind *kind = NULL;
    struct column columns[LIST_COLUMNS];
    for (size_t i = 0; i < sizeof list_kinds / sizeof *list_kinds && !kind; i++) {
        kind = strcmp(list_kinds[i].word, s->word) == 0 ? &list_kinds[i] : NULL;
    }
    const char *table = relation_new_table(c, r, e);
    if (!kind || !table) {
        return err_set(e, ERR_UNSUPPORTED, "LIST %s is not known", s->word);
    }
    struct listing list = {.context = c, .count = name_columns(c, kind, columns), .e = e};
    if (result_table_make(c, table + strlen("temp."), columns, list.count, NULL, &list.insert, e) == ERR_OK) {
        kind->fill(&list);
    }
    store_finish(list.insert);
    buf_printf(&r->sql, "SELECT * FROM %s ORDER BY rowid", table);
    return e->code;
}
