/* CREATE TABLE name USING model FROM 'folder': the paths of the folder's pictures become rows of a temporary table, and
 * CONVERT writes them with their vectors. */
#include "lang/exec/dialect.h"
#include "lang/exec/exec_int.h"
#include "lang/exec/keeps.h"
#include "lang/exec/option_rows.h"
#include "lang/exec/result_table.h"
#include "lang/exec/statements.h"

#include "base/file.h"
#include "lang/data/folder.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Paths as the table is to have them, which begin as the statement's does. */
struct found {
    struct context *context;
    const struct folder_settings *set;
    const char **paths; /* in the cell's arena */
    size_t count, room;
};

/* Whether the name ends as option file_type says. */
static bool is_wanted(void *user, const char *name) {
    const struct literal *types = &((const struct found *)user)->set->file_type;
    const struct literal *item = types->kind == LITERAL_LIST ? types->items : types;
    size_t len = strlen(name);
    for (; item; item = types->kind == LITERAL_LIST ? item->next : NULL) {
        size_t n = strlen(item->text);
        if (len > n && strcasecmp(name + len - n, item->text) == 0) {
            return true;
        }
    }
    return false;
}

static enum err_code add_path(void *user, const char *shown, const char *name, const char *label, struct err *e) {
    struct found *f = user;
    (void)name;
    (void)label;
    if (f->count == f->room) {
        size_t room = f->room ? 2 * f->room : 256;
        const char **more = realloc(f->paths, room * sizeof *more);
        if (!more) {
            return err_nomem(e);
        }
        f->paths = more;
        f->room = room;
    }
    const char *path = arena_strdup(f->context->arena, shown);
    f->paths[f->count++] = path;
    return path ? ERR_OK : err_nomem(e);
}

static enum err_code find_in_folder(struct found *f, const char *real, const char *source, struct err *e) {
    bool usual = f->set->file_type.kind == LITERAL_NONE;
    const struct folder_visit visit = {
        .is_picture = usual ? NULL : is_wanted, .take = add_path, .user = f, .stop = f->context->stop};
    struct folder_report report = {.pictures = 0};
    if (folder_walk(real, source, &visit, &report, e) == ERR_OK && f->count == 0) {
        err_set(e, ERR_VALUE, "the folder '%s' has no pictures", real);
        err_hint(e, usual ? "files that end in .jpg, .jpeg or .png are taken"
                          : "files that end as file_type says are taken");
    }
    if (e->code == ERR_OK) {
        report.foreign = usual ? report.foreign : 0; /* they were not asked for */
        exec_tell_folder(f->context, &report);
    }
    folder_report_release(&report);
    return e->code;
}

static enum err_code find_paths(struct found *f, const char *source, struct err *e) {
    struct context *c = f->context;
    const char *real = workspace_resolve(c->workspace, c->arena, source);
    bool one = strcmp(f->set->path_type, "file") == 0;
    if (!real) {
        return err_nomem(e);
    }
    if (!file_exists(real)) {
        err_set(e, ERR_FILE, "there is no %s '%s'", one ? "file" : "folder", real);
        return err_hint(e, "paths are relative to the workspace; GET THANOSQL DATASET fetches a dataset into it");
    }
    if (file_is_folder(real) == one) {
        err_set(e, ERR_OPTION, "'%s' is a %s, and path_type is '%s'", real, one ? "folder" : "file", f->set->path_type);
        return err_hint(e, "OPTIONS (path_type='%s')", one ? "folder" : "file");
    }
    return one ? add_path(f, source, NULL, NULL, e) : find_in_folder(f, real, source, e);
}

/* The paths as a temporary table; `rows` becomes a SELECT of them. */
static enum err_code list_paths(const struct found *f, const char *column, struct relation *rows, struct err *e) {
    struct context *c = f->context;
    const struct column columns[] = {{.name = column, .type = VALUE_TEXT}};
    struct store_query *insert = NULL;
    const char *table = relation_new_table(c, rows, e);
    if (!table || result_table_make(c, table + strlen("temp."), columns, 1, NULL, &insert, e) != ERR_OK) {
        return e->code;
    }
    for (size_t i = 0; i < f->count && e->code == ERR_OK; i++) {
        const struct value path = {.type = VALUE_TEXT, .text = f->paths[i], .length = strlen(f->paths[i])};
        result_table_add(insert, &path, 1, e);
    }
    store_finish(insert);
    rows->ours = true;
    buf_printf(&rows->sql, "SELECT * FROM %s", table);
    return e->code;
}

static enum err_code check_free(struct context *c, const struct statement *s, const char *name, bool overwrite,
                                struct err *e) {
    bool found = false;
    if (exec_check_target(c, name, s->name.span, e) == ERR_OK && store_has_table(c->store, name, &found, e) == ERR_OK &&
        found && !overwrite) {
        err_set(e, ERR_EXISTS, "a table named '%s' exists already", name);
        err_hint(e, "OPTIONS (overwrite=True) replaces it");
    }
    return context_at(e, s->name.span);
}

enum err_code run_create_using(struct context *c, const struct statement *s, struct err *e) {
    struct folder_settings set = {.path_type = "folder", .data_type = "image", .batch_size = 1024, .on_error = "fail"};
    struct found found = {.context = c, .set = &set};
    struct relation rows = RELATION_INIT, result = RELATION_INIT;
    struct convert_settings convert = {.table_name = s->name.text, .image_col = dialect_now(c)->folder_column};
    if (options_apply(c, &folder_options, s->options, &set, e) != ERR_OK ||
        exec_check_table_name(NULL, NULL, &convert.table_name, e) != ERR_OK ||
        check_free(c, s, convert.table_name, set.overwrite, e) != ERR_OK) {
        return context_at(e, s->name.span);
    }
    convert.batch_size = set.batch_size;
    convert.on_error = set.on_error;
    if (find_paths(&found, s->source.text, e) == ERR_OK && list_paths(&found, convert.image_col, &rows, e) == ERR_OK &&
        exec_convert(c, s, &convert, &rows, &result, e) == ERR_OK && keeps_finish(c, true, e) == ERR_OK) {
        context_say(c, "Success");
    }
    free(found.paths);
    relation_release(c, &rows);
    relation_release(c, &result);
    return context_at(e, s->source.span);
}
