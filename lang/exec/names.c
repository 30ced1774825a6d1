/* Each kind of name from where it is kept: the registry, the store's catalogue, the option rows, the folders. */
#include "lang/exec/names.h"

#include "lang/data/datasets.h"
#include "lang/data/pretrained.h"
#include "lang/exec/bases.h"
#include "lang/exec/function_names.h"
#include "lang/exec/help_page.h"
#include "lang/exec/options.h"
#include "lang/store/registry.h"
#include "lang/syntax/forms.h"

#include <dirent.h>
#include <stdbool.h>
#include <string.h>

#define MOST_FILES 2000

struct offering {
    vocabulary_offer *offer;
    void *to;
    const struct names *names;
    const char *wanted; /* the model that columns are looked for */
};

static void offer_model(void *user, const struct model_record *m) {
    struct offering *o = user;
    o->offer(o->to, m->name, "model", m->class_name);
}

static void offer_table(void *user, const char *name) {
    struct offering *o = user;
    o->offer(o->to, name, "table", NULL);
}

static void offer_column(void *user, const struct column *column) {
    static const char *const types[] = {NULL, "boolean", "integer", "real", "text", "blob", "vector"};
    struct offering *o = user;
    o->offer(o->to, column->name, "column", types[column->type]);
}

/* Whether the options are those of the statement called so, as completion asks for them. */
static bool is_statement(const struct option_table *table, const char *words, size_t len) {
    const struct form *f = form_of(table->kind);
    return f && strlen(f->words) == len && strncmp(f->words, words, len) == 0;
}

static void offer_options(const char *scope, struct offering *o) {
    for (size_t t = 0; options_table_at(t); t++) {
        const struct option_table *table = options_table_at(t);
        for (size_t i = 0; is_statement(table, scope, strlen(scope)) && i < table->count; i++) {
            const struct option_row *row = &table->rows[i];
            if (!row->alias_of) {
                const char *type = table->kind == STATEMENT_SET ? "setting" : "option";
                o->offer(o->to, row->name, type, help_option_signature(o->names->arena, row));
            }
        }
    }
}

static const struct option_row *find_option(const char *scope) {
    const char *dot = strrchr(scope, '.');
    for (size_t t = 0; dot && options_table_at(t); t++) {
        const struct option_table *table = options_table_at(t);
        for (size_t i = 0; is_statement(table, scope, (size_t)(dot - scope)) && i < table->count; i++) {
            if (strcmp(table->rows[i].name, dot + 1) == 0) {
                return &table->rows[i];
            }
        }
    }
    return NULL;
}

/* Of the option "BUILD MODEL.augment": its choices, inside quotes or with them. */
static void offer_values(const char *scope, bool quoted, struct offering *o) {
    const struct option_row *row = find_option(scope);
    for (size_t k = 0; row && row->choices && row->choices[k]; k++) {
        const char *text = quoted ? arena_printf(o->names->arena, "'%s'", row->choices[k]) : row->choices[k];
        if (text) {
            o->offer(o->to, text, "value", NULL);
        }
    }
    if (quoted && (!row || row->type == OPTION_BOOL || row->type == OPTION_SWITCH)) {
        o->offer(o->to, "True", "value", NULL);
        o->offer(o->to, "False", "value", NULL);
    }
    if (quoted && (!row || row->type != OPTION_BOOL)) {
        o->offer(o->to, "None", "value", NULL);
    }
}

/* "<model>_<base>", and for SEARCH the score. */
static void offer_result(void *user, const struct model_record *m) {
    struct offering *o = user;
    const char *space = strchr(o->wanted, ' ');
    if (!space || strcmp(space + 1, m->name) != 0) {
        return;
    }
    bool search = strncmp(o->wanted, "SEARCH ", 7) == 0;
    char *name = arena_printf(o->names->arena, "%s_%s%s", m->name, m->class_name, search ? "_similarity1" : "");
    for (char *p = name; p && *p; p++) {
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p | 32) : *p;
    }
    if (name) {
        o->offer(o->to, name, "column", search ? "real" : "vector");
    }
}

static void offer_function(void *user, const char *name, const char *signature) {
    struct offering *o = user;
    o->offer(o->to, name, "function", signature);
}

static void offer_bases(struct offering *o) {
    for (size_t i = 0; bases_at(i); i++) {
        if (bases_at(i)->state == BASE_TRAINED) {
            o->offer(o->to, bases_at(i)->name, "base model", NULL);
        }
    }
}

static void offer_variables(struct offering *o) {
    for (const struct variable *v = o->names->notebook->variables.first; v; v = v->next) {
        if (!v->text) {
            o->offer(o->to, v->name, "variable", NULL);
        }
    }
}

/* Whole paths that begin as typed; hidden files only where a dot was typed. */
static void offer_files(const struct names *names, const char *typed, struct offering *o) {
    const char *slash = strrchr(typed, '/');
    int folder_len = slash ? (int)(slash - typed) + 1 : 0;
    const char *part = typed + folder_len;
    char *shown = arena_strndup(names->arena, typed, (size_t)folder_len);
    const char *path = shown ? workspace_resolve(names->workspace, names->arena, folder_len ? shown : "./") : NULL;
    DIR *folder = path ? opendir(path) : NULL;
    struct dirent *entry;
    for (int n = 0; folder && n < MOST_FILES && (entry = readdir(folder)); n++) {
        bool hidden = entry->d_name[0] == '.';
        if (strncmp(entry->d_name, part, strlen(part)) == 0 && (!hidden || part[0] == '.')) {
            bool is_folder = entry->d_type == DT_DIR;
            const char *text = arena_printf(names->arena, "%s%s%s", shown, entry->d_name, is_folder ? "/" : "");
            if (text) {
                o->offer(o->to, text, is_folder ? "folder" : "file", NULL);
            }
        }
    }
    if (folder) {
        closedir(folder);
    }
}

/* Names that the store keeps. */
static void offer_stored(enum vocabulary_kind kind, const char *scope, struct store *store, struct offering *o) {
    struct err ignored = ERR_INIT;
    o->wanted = scope;
    switch (kind) {
    case VOCABULARY_MODEL:
        registry_each(store, offer_model, o, &ignored);
        break;
    case VOCABULARY_RESULT:
        registry_each(store, offer_result, o, &ignored);
        break;
    case VOCABULARY_TABLE:
        store_each_table(store, offer_table, o, &ignored);
        break;
    case VOCABULARY_COLUMN:
        store_each_column(store, scope, offer_column, o, &ignored);
        break;
    default:
        break;
    }
}

static void each(void *user, enum vocabulary_kind kind, const char *scope, vocabulary_offer *offer, void *to) {
    struct names *names = user;
    struct offering o = {.offer = offer, .to = to, .names = names};
    const struct dataset *dataset;
    switch (kind) {
    case VOCABULARY_BASE:
        offer_bases(&o);
        break;
    case VOCABULARY_DATASET:
        for (size_t i = 0; (dataset = dataset_at(i)); i++) {
            offer(to, dataset->name, "dataset", dataset->data_type);
        }
        break;
    case VOCABULARY_READY:
        for (size_t i = 0; pretrained_at(i); i++) {
            offer(to, pretrained_at(i)->name, "model", NULL);
        }
        break;
    case VOCABULARY_OPTION:
        offer_options(scope, &o);
        break;
    case VOCABULARY_SETTING:
        offer_options("SET", &o);
        break;
    case VOCABULARY_CHOICE:
        offer_values(scope, false, &o);
        break;
    case VOCABULARY_VALUE:
        offer_values(scope, true, &o);
        break;
    case VOCABULARY_FUNCTION:
        function_names_each(offer_function, &o);
        break;
    case VOCABULARY_VARIABLE:
        offer_variables(&o);
        break;
    case VOCABULARY_FILE:
        offer_files(names, scope, &o);
        break;
    default:
        if (names->store) {
            offer_stored(kind, scope, names->store, &o);
        }
    }
}

struct vocabulary names_vocabulary(struct names *names) {
    return (struct vocabulary){names, each};
}
