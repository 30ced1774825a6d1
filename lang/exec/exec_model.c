/* BUILD MODEL and DELETE MODEL. The new model is trained and written beside the old one, and takes its place only when
 * it is whole: whatever fails or is interrupted before leaves the old one as it was. */
#include "lang/exec/exec_int.h"
#include "lang/exec/option_rows.h"
#include "lang/exec/pictures.h"
#include "lang/exec/statements.h"

#include "base/suggest.h"
#include "lang/store/registry.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum err_code check_base(const struct statement *s, struct err *e) {
    static const char *const others[] = {
        "ConvNeXt_Tiny", "ConvNeXt_Base", "EfficientNetV2S", "EfficientNetV2M",  "AlbertKo",
        "AlbertEn",      "ElectraKo",     "ElectraEn",       "AutomlClassifier", "AutomlRegressor",
        "SBERTKo",       "SBERTEn",       "Wav2Vec2Ko",      "Wav2Vec2En",       "TFT",
        "CLIP",          "Light_FM",      "Color_Descriptor"};
    struct suggest near;
    if (strcmp(s->base.text, "SimCLR") == 0) {
        return ERR_OK;
    }
    suggest_begin(&near, s->base.text);
    suggest_offer(&near, "SimCLR");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (strcmp(s->base.text, others[i]) == 0) {
            err_set(e, ERR_UNSUPPORTED, "base model %s is known, but not available in this version", others[i]);
            err_hint(e, "BUILD MODEL … USING SimCLR is");
            return context_at(e, s->base.span);
        }
    }
    err_set(e, ERR_NOT_FOUND, "there is no base model named '%s'", s->base.text);
    err_hint(e, near.best[0] ? "did you mean SimCLR? Base models are written exactly so" : "SimCLR is available");
    return context_at(e, s->base.span);
}

static enum err_code check_free(struct context *c, const struct statement *s, bool overwrite, struct err *e) {
    bool found = false;
    if (registry_has(c->store, s->name.text, &found, e) == ERR_OK && found && !overwrite) {
        err_set(e, ERR_EXISTS, "a model named '%s' exists already", s->name.text);
        err_hint(e, "OPTIONS (overwrite=True) replaces it");
        context_at(e, s->name.span);
    }
    return e->code;
}

/* All paths of the training query; *column is the name of the column they come from. */
static enum err_code collect(struct context *c, const struct statement *s, const struct build_settings *set,
                             struct pictures *p, const char **column, struct err *e) {
    struct relation r = RELATION_INIT;
    struct store_query *q = NULL;
    int image = 0;
    bool row = false;
    const struct option *given = options_find(&build_options, s->options, "image_col");
    if (relation_add_query(c, &r, &s->query, e) == ERR_OK && relation_prepare(c, &r, s->query.span, &q, e) == ERR_OK &&
        relation_image_column(q, set->image_col, given, s->query.span, &image, e) == ERR_OK) {
        *column = arena_strdup(c->arena, store_column(q, (size_t)image).name);
        while (store_step(q, &row, e) == ERR_OK && row && context_check(c, e) == ERR_OK) {
            struct value path = store_value(q, (size_t)image);
            pictures_add(c, p, c->arena, &path, p->count + 1, e);
        }
    }
    store_finish(q);
    relation_release(c, &r);
    if (e->code == ERR_OK && p->count == 0) {
        err_set(e, ERR_VALUE, "there are no pictures to train on: the query returns no rows");
        context_at(e, s->query.span);
    }
    return e->code == ERR_OK && !*column ? err_nomem(e) : e->code;
}

static enum err_code skip_unreadable(struct context *c, struct pictures *p, struct err *e) {
    size_t skipped = 0, all = p->count;
    struct err first = ERR_INIT;
    if (pictures_keep_readable(c, p, &skipped, &first, e) == ERR_OK && skipped > 0) {
        context_warn(c, "Warning: %zu of %zu pictures could not be read and were skipped; the first: %s", skipped, all,
                     first.message);
    }
    return e->code;
}

/* Write the model file and its row; both or none. */
static enum err_code keep_model(struct context *c, const struct statement *s, const struct build_settings *set,
                                const char *column, const struct encoder *m, const struct encoder_report *report,
                                struct err *e) {
    char *file = arena_printf(c->arena, "models/%s.safetensors", s->name.text);
    const char *path = file ? workspace_private(c->workspace, c->arena, file, e) : NULL;
    char epochs[24], images[24], seed[24];
    snprintf(epochs, sizeof epochs, "%lld", set->max_epochs);
    snprintf(images, sizeof images, "%zu", report->images);
    snprintf(seed, sizeof seed, "%lld", set->seed);
    const char *const notes[] = {"name", s->name.text, "class_name", s->base.text, "image_col", column, "images",
                                 images, "max_epochs", epochs,       "seed",       seed,        NULL};
    const struct model_record record = {
        .name = s->name.text, .class_name = s->base.text, .file = file, .image_col = column};
    if (!path) {
        return err_nomem(e);
    }
    if (store_begin(c->store, e) != ERR_OK) {
        return e->code;
    }
    if (check_free(c, s, set->overwrite, e) == ERR_OK && registry_put(c->store, &record, e) == ERR_OK &&
        encoder_save(m, path, notes, e) == ERR_OK) {
        return store_commit(c->store, e);
    }
    store_rollback(c->store);
    return e->code;
}

/* A model's name is also its file's, so it must not lead out of the folder. */
static enum err_code check_name(const struct statement *s, struct err *e) {
    const char *name = s->name.text;
    if (!*name || strlen(name) > 200 || name[0] == '.' || strchr(name, '/')) {
        err_set(e, ERR_VALUE, "'%.60s' cannot be a model's name", name);
        err_hint(e, "use letters, digits and _");
        return context_at(e, s->name.span);
    }
    return ERR_OK;
}

enum err_code run_build(struct context *c, const struct statement *s, struct err *e) {
    struct build_settings set = {
        .max_epochs = 5, .batch_size = 256, .temperature = 0.2, .views = AUGMENT_UNSET("auto"), .on_error = "fail"};
    if (check_name(s, e) != ERR_OK || check_base(s, e) != ERR_OK ||
        options_apply(c, &build_options, s->options, &set, e) != ERR_OK ||
        check_free(c, s, set.overwrite, e) != ERR_OK) {
        return e->code;
    }
    if (set.pretrained) {
        err_set(e, ERR_UNSUPPORTED, "pretrained weights are not available in this version");
        return context_at(e, options_find(&build_options, s->options, "pretrained")->value.span);
    }
    struct pictures p = PICTURES_INIT;
    struct encoder *m = NULL;
    struct encoder_report report = {0};
    struct picture_watch watch;
    const char *column = NULL;
    struct encoder_options options = encoder_defaults;
    options.max_epochs = (int)set.max_epochs;
    options.batch_size = (int)set.batch_size;
    options.temperature = (float)set.temperature;
    options.learning_rate = (float)set.learning_rate;
    options.seed = (uint64_t)set.seed;
    options.embedding_size = (int)set.embedding_size;
    options.augment = set.views.augment;
    options.switches = exec_switches(&set.views);
    context_say(c, "Building model...");
    picture_watch_begin(&watch, c, "images");
    collect(c, s, &set, &p, &column, e);
    if (e->code == ERR_OK && strcmp(set.on_error, "skip") == 0) {
        skip_unreadable(c, &p, e);
    }
    if (e->code == ERR_OK) {
        struct ml_source source = pictures_source(&p);
        struct ml_watch reports = picture_watch_for(&watch);
        encoder_train(&options, &source, &reports, &m, &report, e);
    }
    if (e->code == ERR_OK && context_check(c, e) == ERR_OK && keep_model(c, s, &set, column, m, &report, e) == ERR_OK) {
        const float losses[] = {report.first_loss, report.last_loss};
        const struct ml_progress end = {.stage = "Training",
                                        .total = p.count,
                                        .epoch = report.epochs,
                                        .epochs = options.max_epochs,
                                        .losses = losses,
                                        .loss_count = report.epochs < 2 ? (size_t)report.epochs : 2};
        picture_watch_end(&watch, &end);
        context_say(c, "Success");
    }
    if (e->code == ERR_IMAGE || e->code == ERR_FILE) {
        err_hint(e, "OPTIONS (on_error='skip') leaves out pictures that cannot be read");
    }
    encoder_free(m);
    pictures_release(&p);
    return e->code;
}

enum err_code run_delete_model(struct context *c, const struct statement *s, struct err *e) {
    struct model_record model;
    if (registry_find(c->store, c->arena, s->name.text, &model, e) != ERR_OK) {
        return context_at(e, s->name.span);
    }
    const char *path = workspace_private(c->workspace, c->arena, model.file, e);
    if (path && registry_remove(c->store, model.name, e) == ERR_OK) {
        unlink(path); /* a file that is already gone is what was wanted */
        context_say(c, "Success");
    }
    return e->code;
}

enum err_code exec_open_model(struct context *c, const struct name *name, struct model_record *model,
                              struct encoder **out, struct err *e) {
    if (registry_find(c->store, c->arena, name->text, model, e) != ERR_OK) {
        return context_at(e, name->span);
    }
    const char *path = workspace_private(c->workspace, c->arena, model->file, e);
    if (path && encoder_load(path, out, e) != ERR_OK) {
        err_hint(e, "build it again with BUILD MODEL %s … OPTIONS (overwrite=True)", model->name);
    }
    return context_at(e, name->span);
}

struct preset_switches exec_switches(const struct augment_settings *s) {
    return (struct preset_switches){
        (float)s->horizontal_flip, (float)s->vertical_flip,  (float)s->color, (float)s->rotation,
        (float)s->shear,           (float)s->crop_min_scale, (float)s->blur};
}

const char *exec_model_column(struct context *c, const struct model_record *model) {
    char *text = arena_printf(c->arena, "%s_%s", model->name, model->class_name);
    for (char *p = text; p && *p; p++) {
        if (*p >= 'A' && *p <= 'Z') {
            *p = (char)(*p - 'A' + 'a');
        }
    }
    return text;
}
