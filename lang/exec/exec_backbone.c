/* Convolutional networks as models: BUILD's options for them, and models that are nothing but weights from elsewhere
 * (UPLOAD MODEL, GET THANOSQL MODEL). */
#include "lang/exec/bases.h"
#include "lang/exec/exec_int.h"
#include "lang/exec/models.h"
#include "lang/exec/option_rows.h"
#include "lang/exec/statements.h"

#include "base/file.h"
#include "lang/data/pretrained.h"
#include "ml/model/weights.h"

#include <stdio.h>
#include <string.h>

#define CLASS "SimCLR"      /* what searches and columns are named after */
#define COLUMN "image_path" /* of a model that has seen no table */
#define COLUMN_MOST 200     /* bytes of a name that a file may say */
#define EPOCHS_BACKBONE 20
#define BATCH_BACKBONE 64 /* with few pictures more steps beat more negatives */

/* A model's name is also its file's, so it must not lead out of the folder. */
static bool fits_file(const char *name) {
    bool fits = *name && strlen(name) <= 200 && name[0] != '.' && !strchr(name, '/');
    for (const char *p = name; *p; p++) {
        fits = fits && (unsigned char)*p >= ' ' && *p != 0x7f;
    }
    return fits;
}

enum err_code exec_check_model(struct context *c, const struct name *name, bool overwrite, struct err *e) {
    bool found = false;
    if (!fits_file(name->text)) {
        err_set(e, ERR_VALUE, "this cannot be a model's name");
        err_hint(e, "use letters, digits and _");
    } else if (registry_has(c->store, name->text, &found, e) == ERR_OK && found && !overwrite) {
        err_set(e, ERR_EXISTS, "a model named '%s' exists already", name->text);
        err_hint(e, "OPTIONS (overwrite=True) replaces it");
    }
    return context_at(e, name->span);
}

/* If this fails or the user's transaction is undone, the row of before is there again, and so is its file; the new one
 * is swept away. */
enum err_code exec_keep_model(struct context *c, const struct name *name, const struct model_record *record,
                              bool overwrite, const struct encoder *m, const char *const *notes, struct err *e) {
    struct model_record kept = *record;
    models_note_stale(c, record->name);
    if (store_begin(c->store, e) != ERR_OK) {
        return e->code;
    }
    if (exec_check_model(c, name, overwrite, e) == ERR_OK && registry_remove(c->store, record->name, e) == ERR_OK &&
        models_write(c, record->name, m, notes, &kept.file, e) == ERR_OK &&
        registry_put(c->store, &kept, e) == ERR_OK) {
        return store_commit(c->store, e);
    }
    store_rollback(c->store);
    return e->code;
}

static const char *weights_path(struct context *c, const struct pretrained *p, struct err *e) {
    char *name = arena_printf(c->arena, "weights/%s", p->file);
    return name ? workspace_private(c->workspace, c->arena, name, e) : (err_nomem(e), NULL);
}

/* The file that pretrained=True or pretrained='…' means, and whose network it is where nobody said. */
static enum err_code find_weights(struct context *c, const struct build_settings *set, struct backbone_options *b,
                                  struct err *e) {
    const struct pretrained *p = pretrained_find(b->name ? b->name : "efficientnet_lite0");
    if (*set->pretrained) {
        struct weights w;
        b->weights = workspace_resolve(c->workspace, c->arena, set->pretrained);
        if (!b->weights) {
            return err_nomem(e);
        }
        if (!b->name && weights_open(b->weights, &w, e) == ERR_OK) {
            const struct arch *arch = weights_arch(&w);
            if (!arch && modelfile_note(w.file, "encoder.format")) {
                err_set(e, ERR_MODEL, "'%.200s' is a model of the default features, not weights of a network",
                        set->pretrained);
                err_hint(e, "UPLOAD MODEL name FROM '…' takes it in, and FIT MODEL goes on from it");
            }
            b->name = arch ? arch->name : "resnet18"; /* whose absence is then told tensor by tensor */
            weights_close(&w);
        }
        return e->code;
    }
    if (!p) {
        err_set(e, ERR_NOT_FOUND, "there are no weights of %s to be had", b->name);
        return err_hint(e, "pretrained='file' takes a safetensors or PyTorch file; efficientnet_lite0 has weights");
    }
    b->name = p->name;
    b->weights = weights_path(c, p, e);
    if (b->weights && !file_exists(b->weights)) {
        err_set(e, ERR_NOT_FOUND, "the weights of %s are not here", p->name);
        err_hint(e, "GET THANOSQL MODEL %s brings them", p->name);
    }
    return e->code;
}

/* Whether the option was given, and not as None. */
static const struct option *find_said(const struct statement *s, const char *name) {
    const struct option *o = options_find(&build_options, s->options, name);
    return o && o->value.kind != LITERAL_NONE ? o : NULL;
}

/* Epochs and batch that suit a network, where nobody asked for others. */
static void set_defaults(const struct statement *s, const struct backbone_options *b, struct build_settings *set) {
    if (!find_said(s, "max_epochs")) {
        set->max_epochs = b->weights ? 0 : b->name ? EPOCHS_BACKBONE : encoder_defaults.max_epochs;
    }
    if (!find_said(s, "batch_size") && b->name) {
        set->batch_size = BATCH_BACKBONE;
    }
}

/* What training a network does, the same of BUILD and FIT. */
static enum err_code set_training(struct context *c, const struct statement *s, const struct build_settings *set,
                                  struct backbone_options *out, struct err *e) {
    out->loss = set->loss;
    out->optimizer = set->optimizer;
    out->time_limit = set->time_limit;
    out->keep = set->on_interrupt && strcmp(set->on_interrupt, "keep") == 0;
    out->checkpoint = models_checkpoint(c, s->name.text, e);
    return e->code;
}

enum err_code exec_backbone_fit(struct context *c, const struct statement *s, const struct model_record *from,
                                struct build_settings *set, struct backbone_options *out, struct err *e) {
    const char *model = models_path(c, from, e), *checkpoint = models_checkpoint(c, from->name, e);
    struct encoder_options o = encoder_defaults;
    o.max_epochs = EPOCHS_BACKBONE;
    o.batch_size = BATCH_BACKBONE;
    if (model && checkpoint && checkpoint_options(checkpoint, model, &o)) {
        out->earlier = checkpoint;
    }
    set->max_epochs = find_said(s, "max_epochs") ? set->max_epochs : o.max_epochs;
    set->batch_size = find_said(s, "batch_size") ? set->batch_size : o.batch_size;
    set->temperature = find_said(s, "temperature") ? set->temperature : (double)o.temperature;
    set->learning_rate = find_said(s, "learning_rate") ? set->learning_rate : (double)o.learning_rate;
    set->seed = find_said(s, "seed") ? set->seed : (long long)o.seed;
    set->loss = set->loss ? set->loss : o.backbone.loss;
    set->optimizer = set->optimizer ? set->optimizer : o.backbone.optimizer;
    return set_training(c, s, set, out, e);
}

enum err_code exec_backbone(struct context *c, const struct statement *s, struct build_settings *set,
                            struct backbone_options *out, struct err *e) {
    bool asked = set->backbone && strcmp(set->backbone, "auto") != 0;
    *out = (struct backbone_options){.name = asked ? set->backbone : NULL, .width = (int)set->width};
    if (set->pretrained && find_weights(c, set, out, e) != ERR_OK) {
        return context_at(e, find_said(s, "pretrained")->value.span);
    }
    set_defaults(s, out, set);
    if (set->max_epochs == 0 && !out->weights) {
        err_set(e, ERR_OPTION, "option max_epochs must be between 1 and 100000, not 0");
        err_hint(e, "0 goes with pretrained weights, which are then used as they are");
        return context_at(e, find_said(s, "max_epochs")->value.span);
    }
    if (!out->name && set->features) {
        err_set(e, ERR_OPTION, "option features is of a backbone, or of pretrained weights");
        return context_at(e, find_said(s, "features")->value.span);
    }
    /* Measured with the weights that True means, as they are. */
    bool best = set->pretrained && !*set->pretrained && set->max_epochs == 0;
    out->joined = set->features ? strcmp(set->features, "joined") == 0 : best;
    return out->name ? set_training(c, s, set, out, e) : ERR_OK;
}

void exec_backbone_begins(void *user, const struct encoder_report *report) {
    const struct backbone_start *s = user;
    struct buf line = BUF_INIT;
    const char *damaged = report->checkpoint == CHECKPOINT_DAMAGED ? s->name
                          : report->earlier == CHECKPOINT_DAMAGED  ? s->base
                                                                   : NULL;
    if (report->resumed) {
        buf_printf(&line, "Went on after epoch %d of %d, from the checkpoint", report->resumed, s->epochs);
    } else if (s->base) {
        buf_printf(&line, "Started from the weights of %s", s->base);
    } else if (report->checkpoint != CHECKPOINT_NONE) {
        buf_str(&line, "Started from the beginning");
    }
    if (damaged) {
        buf_printf(&line, "; the checkpoint of %s is damaged or cannot be read", damaged);
    } else if (!report->resumed && report->checkpoint == CHECKPOINT_OTHER) {
        buf_printf(&line,
                   "; the checkpoint of %s is of other pictures, options or weights, and is kept until %s is complete",
                   s->name, s->name);
    } else if (!report->resumed && report->earlier == CHECKPOINT_OTHER) {
        buf_printf(&line, "; the checkpoint of %s is of other pictures or options", s->base);
    }
    if (line.len > 0) {
        buf_char(&line, '.');
        context_say(s->context, buf_text(&line));
    }
    buf_release(&line);
}

void exec_backbone_ended(struct context *c, int epochs, const struct encoder_report *report) {
    if (report->unkept[0]) {
        context_warn(c, "Warning: there is no checkpoint of the last epochs: %s", report->unkept);
    }
    if (!report->interrupted) {
        return;
    }
    char line[120];
    bool stopped = stop_requested(c->stop);
    if (stopped) {
        stop_clear(c->stop);
    }
    snprintf(line, sizeof line, "%s after %d of %d epochs; the best of them is kept.",
             stopped ? "Stopped" : "The time limit came", report->epochs, epochs);
    context_say(c, line);
}

/* Notes of the new model, key and value in turn, NULL at the end. Where the file is a model of this kernel (COPY MODEL
 * wrote it), its own go on, the report and the column among them. */
static const char *const *list_notes(struct context *c, const char *path, struct model_record *record, struct err *e) {
    struct modelfile *file = NULL;
    struct err none = ERR_INIT; /* what PyTorch saved has no notes */
    size_t count = 0, have = 0;
    const char *key, *value;
    bool own = modelfile_open(path, &file, &none) == ERR_OK && modelfile_note(file, "encoder.format");
    while (own && modelfile_note_at(file, count, &key, &value)) {
        count++;
    }
    const char **notes = arena_alloc(c->arena, (2 * count + 7) * sizeof *notes);
    for (size_t i = 0; notes && i < count && modelfile_note_at(file, i, &key, &value); i++) {
        notes[have++] = arena_strdup(c->arena, key);
        notes[have++] = arena_strdup(c->arena, value);
    }
    const char *column = own ? modelfile_note(file, "image_col") : NULL;
    if (column && *column && strlen(column) <= COLUMN_MOST) {
        record->image_col = arena_strdup(c->arena, column);
    }
    modelfile_free(file);
    if (!notes || arena_failed(c->arena)) {
        err_nomem(e);
        return NULL;
    }
    const char *const said[] = {"name", record->name, "class_name", record->class_name, "image_col", record->image_col};
    memcpy(notes + have, said, sizeof said); /* of a key that comes twice the last counts */
    return notes;
}

/* A model of a file, under `name`. */
static enum err_code keep_weights(struct context *c, const struct name *name, const char *path,
                                  const struct upload_settings *set, struct err *e) {
    struct encoder *m = NULL;
    struct model_record record = {.name = name->text, .class_name = CLASS, .image_col = COLUMN};
    if (encoder_from_weights(path, (int)set->image_size, &m, e) == ERR_OK) {
        const char *const *notes = list_notes(c, path, &record, e);
        if (notes && exec_keep_model(c, name, &record, set->overwrite, m, notes, e) == ERR_OK) {
            models_remove_checkpoint(c, name->text);
        }
    }
    encoder_free(m);
    return e->code;
}

enum err_code run_upload(struct context *c, const struct statement *s, struct err *e) {
    struct upload_settings set = {0};
    if (options_apply(c, &upload_options, s->options, &set, e) != ERR_OK ||
        exec_check_model(c, &s->name, set.overwrite, e) != ERR_OK) {
        return e->code;
    }
    const char *path = s->source.text ? workspace_resolve(c->workspace, c->arena, s->source.text) : NULL;
    if (!path) {
        return err_nomem(e);
    }
    if (keep_weights(c, &s->name, path, &set, e) == ERR_OK) {
        context_say(c, "Success");
    } else if (e->code == ERR_MODEL) {
        err_hint(e, "safetensors files are read, those of COPY MODEL too, and what PyTorch saved");
    }
    return context_at(e, s->source.span);
}

/* The new name: AS name and model_name='name' are one, and must agree. */
static enum err_code get_name(const struct statement *s, const struct get_model_settings *set, struct name *name,
                              struct err *e) {
    const struct option *o = options_find(&get_model_options, s->options, "model_name");
    if (!set->model_name) {
        return ERR_OK;
    }
    if (s->alias.text && strcmp(s->alias.text, set->model_name) != 0) {
        err_set(e, ERR_OPTION, "the model's new name is given twice: AS %s and model_name='%s'", s->alias.text,
                set->model_name);
        return context_at(e, o->value.span);
    }
    *name = (struct name){set->model_name, o->value.span};
    return ERR_OK;
}

enum err_code exec_get_model(struct context *c, const struct statement *s, struct err *e) {
    struct upload_settings set = {0};
    struct get_model_settings get = {.model_name = NULL};
    const struct pretrained *p = pretrained_find(s->name.text);
    struct name name = s->alias.text ? s->alias : s->name;
    if (!p && bases_not_to_be_had(&s->name, e) == ERR_OK) {
        err_set(e, ERR_NOT_FOUND, "there is no model '%.60s' to be had", s->name.text);
        err_hint(e, "there is %s; BUILD MODEL … USING SimCLR trains one of your own", pretrained_at(0)->name);
    }
    if (!p || options_apply(c, &get_model_options, s->options, &get, e) != ERR_OK ||
        get_name(s, &get, &name, e) != ERR_OK || exec_check_model(c, &name, get.overwrite, e) != ERR_OK) {
        return context_at(e, s->name.span);
    }
    const char *path = weights_path(c, p, e);
    set.overwrite = get.overwrite;
    if (path && pretrained_get(p, path, c->stop, c->out, e) == ERR_OK &&
        keep_weights(c, &name, path, &set, e) == ERR_OK) {
        context_say(c, "Success");
    }
    return context_at(e, s->name.span);
}
