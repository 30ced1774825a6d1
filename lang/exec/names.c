/* Each kind of name from where it is kept: the registry, the store's catalogue, the option rows, the folders. */
#include "lang/exec/names.h"

#include "lang/data/datasets.h"
#include "lang/exec/options.h"
#include "lang/store/registry.h"

#include <dirent.h>
#include <stdbool.h>
#include <string.h>

#define MOST_FILES 2000

struct offering {
    vocabulary_offer *offer;
    void *to;
};

static void offer_model(void *user, const struct model_record *m) {
    struct offering *o = user;
    o->offer(o->to, m->name, "model");
}

static void offer_table(void *user, const char *name) {
    struct offering *o = user;
    o->offer(o->to, name, "table");
}

static void offer_column(void *user, const struct column *column) {
    struct offering *o = user;
    o->offer(o->to, column->name, "column");
}

/* The words a statement's options are known under, as completion asks for them. */
static bool is_statement(const struct option_table *table, const char *words, size_t len) {
    static const struct {
        const char *words;
        enum statement_kind kind;
    } names[] = {{"BUILD MODEL", STATEMENT_BUILD_MODEL},
                 {"CONVERT", STATEMENT_CONVERT},
                 {"SEARCH", STATEMENT_SEARCH},
                 {"PRINT", STATEMENT_PRINT},
                 {"COPY", STATEMENT_COPY},
                 {"GET", STATEMENT_GET}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].kind == table->kind && strlen(names[i].words) == len && strncmp(names[i].words, words, len) == 0) {
            return true;
        }
    }
    return false;
}

static void offer_options(const char *scope, struct offering *o) {
    for (size_t t = 0; options_table_at(t); t++) {
        const struct option_table *table = options_table_at(t);
        for (size_t i = 0; is_statement(table, scope, strlen(scope)) && i < table->count; i++) {
            if (!table->rows[i].alias_of) {
                o->offer(o->to, table->rows[i].name, "option");
            }
        }
    }
}

/* scope: "BUILD MODEL.augment" */
static void offer_choices(const char *scope, struct offering *o) {
    const char *dot = strrchr(scope, '.');
    for (size_t t = 0; dot && options_table_at(t); t++) {
        const struct option_table *table = options_table_at(t);
        for (size_t i = 0; is_statement(table, scope, (size_t)(dot - scope)) && i < table->count; i++) {
            const struct option_row *row = &table->rows[i];
            for (size_t k = 0; row->choices && strcmp(row->name, dot + 1) == 0 && row->choices[k]; k++) {
                o->offer(o->to, row->choices[k], "value");
            }
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
                o->offer(o->to, text, is_folder ? "folder" : "file");
            }
        }
    }
    if (folder) {
        closedir(folder);
    }
}

static void each(void *user, enum vocabulary_kind kind, const char *scope, vocabulary_offer *offer, void *to) {
    struct names *names = user;
    struct offering o = {offer, to};
    struct err ignored = ERR_INIT;
    const struct dataset *dataset;
    switch (kind) {
    case VOCABULARY_MODEL:
        if (names->store) {
            registry_each(names->store, offer_model, &o, &ignored);
        }
        break;
    case VOCABULARY_TABLE:
        if (names->store) {
            store_each_table(names->store, offer_table, &o, &ignored);
        }
        break;
    case VOCABULARY_COLUMN:
        if (names->store) {
            store_each_column(names->store, scope, offer_column, &o, &ignored);
        }
        break;
    case VOCABULARY_BASE:
        offer(to, "SimCLR", "base model");
        break;
    case VOCABULARY_DATASET:
        for (size_t i = 0; (dataset = dataset_at(i)); i++) {
            offer(to, dataset->name, "dataset");
        }
        break;
    case VOCABULARY_OPTION:
        offer_options(scope, &o);
        break;
    case VOCABULARY_CHOICE:
        offer_choices(scope, &o);
        break;
    case VOCABULARY_FILE:
        offer_files(names, scope, &o);
        break;
    }
}

struct vocabulary names_vocabulary(struct names *names) {
    return (struct vocabulary){names, each};
}
