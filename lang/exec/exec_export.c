/* COPY MODEL: a stored model as a file of its own. A model's file is safetensors as it is stored, with the names that
 * weights have elsewhere, so its copy is byte for byte the same, report and all. */
#include "lang/exec/embedder.h"
#include "lang/exec/exec_int.h"
#include "lang/exec/models.h"
#include "lang/exec/option_rows.h"
#include "lang/exec/statements.h"

#include "base/file.h"
#include "ml/model/onnxfile.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct exported {
    const struct model_record *record;
    const struct encoder *m; /* whole: it was loaded */
    const char *to;
    bool replace; /* a file that is there */
};

static enum err_code write_safetensors(struct context *c, const struct exported *x, struct err *e) {
    const char *from = models_path(c, x->record, e);
    struct buf bytes = BUF_INIT;
    if (from && file_read(from, SIZE_MAX, &bytes, e) == ERR_OK) {
        (x->replace ? file_replace : file_create)(x->to, bytes.data, bytes.len, e);
    }
    buf_release(&bytes);
    return e->code;
}

static enum err_code write_onnx(struct context *c, const struct exported *x, struct err *e) {
    (void)c;
    return onnxfile_write(x->m, x->to, x->replace, e);
}

/* By the ending of the file's name. */
static const struct format {
    const char *ending;
    enum err_code (*write)(struct context *c, const struct exported *x, struct err *e);
} formats[] = {
    {".safetensors", write_safetensors},
    {".onnx", write_onnx},
};

static const struct format *find_format(const char *path, struct err *e) {
    size_t len = strlen(path);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        size_t end = strlen(formats[i].ending);
        if (len > end && strcasecmp(path + len - end, formats[i].ending) == 0) {
            return &formats[i];
        }
    }
    err_set(e, ERR_UNSUPPORTED, "'%.200s': models are written as .safetensors, or as .onnx", path);
    err_hint(e, "PyTorch reads it with safetensors.torch.load_file(…), and UPLOAD MODEL takes it in again");
    return NULL;
}

/* Whether the file may be made there. The kernel's own folder is not for others' files: a model's could be replaced. */
static enum err_code check_target(struct context *c, const char *path, bool overwrite, struct err *e) {
    char folder[PATH_MAX];
    const char *own = arena_printf(c->arena, "%s/.thanosql", strcmp(c->workspace->root, "/") ? c->workspace->root : "");
    const char *slash = strrchr(path, '/');
    const char *parent = slash == path ? "/" : arena_strndup(c->arena, path, (size_t)(slash - path));
    if (!own || !parent) {
        return err_nomem(e);
    }
    if (!realpath(parent, folder)) {
        err_set(e, ERR_FILE, "there is no folder '%.200s'", parent);
        return err_hint(e, "paths are relative to the workspace");
    }
    size_t len = strlen(own);
    if (strncmp(folder, own, len) == 0 && (folder[len] == '/' || folder[len] == '\0')) {
        err_set(e, ERR_VALUE, "'%.200s' is in the kernel's own folder", path);
        return err_hint(e, "choose another place for the copy");
    }
    if (file_is_folder(path)) {
        return err_set(e, ERR_FILE, "'%.200s' is a folder", path);
    }
    return exec_check_file(path, overwrite, e);
}

enum err_code run_copy_model(struct context *c, const struct statement *s, struct err *e) {
    struct copy_model_settings set = {0};
    struct model_record record;
    struct encoder *m = NULL;
    const struct format *format = NULL;
    if (options_apply(c, &copy_model_options, s->options, &set, e) != ERR_OK) {
        return e->code;
    }
    const char *to = s->source.text ? workspace_resolve(c->workspace, c->arena, s->source.text) : NULL;
    if (!to) {
        return err_nomem(e);
    }
    if (embedder_load(c, &s->name, &record, &m, e) == ERR_OK && (format = find_format(to, e)) &&
        check_target(c, to, set.overwrite, e) == ERR_OK) {
        const struct exported x = {&record, m, to, set.overwrite};
        if (format->write(c, &x, e) == ERR_OK) {
            context_say(c, "Success");
        } else {
            exec_hint_overwrite(e);
        }
    }
    encoder_free(m);
    return context_at(e, s->source.span);
}
