/* The write lock is the guard: files are written and removed only by who holds it, so that no file of an uncommitted
 * row of another kernel is taken for one that nobody wants. */
#include "lang/exec/models.h"

#include "base/digest.h"
#include "base/file.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define FOLDER "models/"
#define ENDING ".safetensors"
#define CHECKPOINT ".checkpoint"

enum { FINGERPRINT = 16 }; /* hexadecimal digits */

enum err_code models_write(struct context *c, const char *name, const struct encoder *m, const char *const *notes,
                           const char **file, struct err *e) {
    const char *fresh = workspace_private(c->workspace, c->arena, FOLDER "new" ENDING, e);
    struct buf bytes = BUF_INIT;
    char hex[DIGEST_HEX];
    if (!fresh) {
        return e->code;
    }
    if (encoder_save(m, fresh, notes, e) == ERR_OK && file_read(fresh, SIZE_MAX, &bytes, e) == ERR_OK &&
        digest_sha256(buf_text(&bytes), bytes.len, hex, e) == ERR_OK) {
        const char *named = arena_printf(c->arena, FOLDER "%s.%.*s" ENDING, name, FINGERPRINT, hex);
        const char *path = named ? workspace_private(c->workspace, c->arena, named, e) : NULL;
        if (!path) {
            err_nomem(e);
        } else if (rename(fresh, path) != 0) {
            err_set(e, ERR_FILE, "the model's file cannot be written: '%s'", path);
        }
        *file = named;
    }
    if (e->code != ERR_OK) {
        unlink(fresh);
    }
    buf_release(&bytes);
    return e->code;
}

const char *models_path(struct context *c, const struct model_record *model, struct err *e) {
    size_t folder = strlen(FOLDER);
    const char *name = strncmp(model->file, FOLDER, folder) == 0 ? model->file + folder : "";
    if (!*name || name[0] == '.' || strchr(name, '/')) {
        err_set(e, ERR_MODEL, "the list of models has '%.200s' as the file of model %s, which is not in its folder",
                model->file, model->name);
        err_hint(e, "DELETE MODEL %s, and build it again", model->name);
        return NULL;
    }
    return workspace_private(c->workspace, c->arena, model->file, e);
}

void models_note_stale(struct context *c, const char *name) {
    if (c->stale_models) {
        buf_printf(c->stale_models, "%s\n", name);
    }
}

/* Whether `file` is one that a build of the model wrote: <name>.<fingerprint>.safetensors, or as they were called
 * before that, <name>.safetensors. */
static bool is_build_of(const char *file, const char *name, size_t name_len) {
    if (strncasecmp(file, name, name_len) != 0) {
        return false;
    }
    const char *rest = file + name_len;
    return strcmp(rest, ENDING) == 0 || (rest[0] == '.' && strspn(rest + 1, "0123456789abcdef") == FINGERPRINT &&
                                         strcmp(rest + 1 + FINGERPRINT, ENDING) == 0);
}

static bool is_stale(const struct buf *names, const char *file) {
    const char *name = buf_text(names);
    for (const char *end; (end = strchr(name, '\n')); name = end + 1) {
        if (is_build_of(file, name, (size_t)(end - name))) {
            return true;
        }
    }
    return false;
}

static void add_file(void *user, const struct model_record *m) {
    buf_printf(user, "\n%s\n", m->file);
}

static void remove_files(struct context *c, const char *path, const struct buf *named) {
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        struct buf line = BUF_INIT, full = BUF_INIT;
        buf_printf(&line, "\n" FOLDER "%s\n", entry->d_name);
        buf_printf(&full, "%s%s", path, entry->d_name);
        if (buf_ok(&line) && buf_ok(&full) && is_stale(c->stale_models, entry->d_name) &&
            !strstr(buf_text(named), line.data)) {
            unlink(full.data);
        }
        buf_release(&line);
        buf_release(&full);
    }
    if (folder) {
        closedir(folder);
    }
}

void models_sweep(struct context *c) {
    struct err ignored = ERR_INIT;
    if (!c->stale_models || c->stale_models->len == 0 || store_in_transaction(c->store)) {
        return;
    }
    const char *path = workspace_private(c->workspace, c->arena, FOLDER, &ignored);
    struct buf named = BUF_INIT;
    if (path && store_begin(c->store, &ignored) == ERR_OK) {
        if (registry_each(c->store, add_file, &named, &ignored) == ERR_OK && buf_ok(&named)) {
            remove_files(c, path, &named);
        }
        store_rollback(c->store);
    }
    buf_release(&named);
    buf_clear(c->stale_models);
}

/* Names are compared without case, files are not. */
static char *checkpoint_name(struct context *c, const char *name) {
    char *file = arena_printf(c->arena, "%s" CHECKPOINT, name);
    for (char *p = file; p && *p; p++) {
        if (*p >= 'A' && *p <= 'Z') {
            *p = (char)(*p - 'A' + 'a');
        }
    }
    return file;
}

const char *models_checkpoint(struct context *c, const char *name, struct err *e) {
    const char *file = checkpoint_name(c, name), *folder = workspace_private(c->workspace, c->arena, FOLDER, e);
    const char *path = file && folder ? arena_printf(c->arena, "%s%s", folder, file) : NULL;
    return path ? path : (err_nomem(e), NULL);
}

/* What follows the name of a checkpoint in those that were put aside, and in those that are being written. */
static bool is_checkpoint_ending(const char *rest) {
    size_t len = strlen(rest);
    return *rest == '.' && (len == 7 || (len == 17 && strspn(rest + 1, "0123456789abcdef") == 16));
}

bool models_remove_checkpoint(struct context *c, const char *name) {
    struct err ignored = ERR_INIT;
    const char *file = checkpoint_name(c, name), *path = workspace_private(c->workspace, c->arena, FOLDER, &ignored);
    DIR *folder = file && path ? opendir(path) : NULL;
    bool found = false;
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        size_t len = strlen(file);
        const char *rest = entry->d_name + len;
        if (strncmp(entry->d_name, file, len) == 0 && (!*rest || is_checkpoint_ending(rest))) {
            found = unlinkat(dirfd(folder), entry->d_name, 0) == 0 || found;
        }
    }
    if (folder) {
        closedir(folder);
    }
    return found;
}

/* What is known of column `index`; false: nothing. */
static bool find_record(struct context *c, const struct store_query *q, size_t index, struct vectors_record *made) {
    struct err ignored = ERR_INIT;
    bool found = false;
    const char *table, *column;
    return store_column_origin(q, index, &table, &column) &&
           registry_find_vectors(c->store, c->arena, table, column, made, &found, &ignored) == ERR_OK && found;
}

int models_find_vectors(struct context *c, const struct model_record *model, const struct store_query *q) {
    struct vectors_record made;
    int found = -1, count = 0;
    for (size_t i = 0; i < store_column_count(q); i++) {
        if (find_record(c, q, i, &made) && strcasecmp(made.model, model->name) == 0) {
            found = (int)i;
            count++;
        }
    }
    return count == 1 ? found : -1;
}

void models_check_vectors(struct context *c, const struct model_record *model, const struct store_query *q,
                          size_t index) {
    struct vectors_record made;
    if (!find_record(c, q, index, &made)) {
        return;
    }
    if (strcasecmp(made.model, model->name) != 0) {
        context_warn(c,
                     "Warning: the vectors in %s.%s were made by model %s, not by %s: likeness between them means "
                     "nothing",
                     made.table, made.column, made.model, model->name);
    } else if (strcmp(made.file, model->file) != 0) {
        context_warn(c, "Warning: the vectors in %s.%s were made by an earlier %s: run CONVERT again", made.table,
                     made.column, model->name);
    }
}
