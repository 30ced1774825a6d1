/* BUILD MODEL, FIT MODEL and DELETE MODEL. The new model is trained and written beside the old one, and takes its place
 * only when it is whole: whatever fails or is interrupted before leaves the old one as it was. */
#include "lang/exec/bases.h"
#include "lang/exec/build_report.h"
#include "lang/exec/dialect.h"
#include "lang/exec/embedder.h"
#include "lang/exec/exec_int.h"
#include "lang/exec/label_values.h"
#include "lang/exec/models.h"
#include "lang/exec/option_rows.h"
#include "lang/exec/pictures.h"
#include "lang/exec/statements.h"

#include "base/file.h"

#include <string.h>
#include <strings.h>

/* A model in the making. */
struct building {
    const struct statement *s;
    const struct option_table *table;
    struct build_settings set;
    struct backbone_options backbone;
    const char *class_name, *usual; /* the base model; the column of paths where none is named, or NULL */
    const char *base;               /* the network that FIT goes on from, or NULL */
    const char *column;             /* that the pictures came from */
    struct pictures pictures;
    struct label_values labels;
    struct encoder *m;
    struct encoder_report report;
};

static void building_release(struct building *b) {
    encoder_free(b->m);
    pictures_release(&b->pictures);
    label_values_release(&b->labels);
}

static enum err_code find_columns(const struct building *b, const struct store_query *q, int *image, int *label,
                                  struct err *e) {
    const struct statement *s = b->s;
    const char *wanted = b->set.image_col;
    if (!wanted && b->usual && relation_find_column(q, b->usual) >= 0) {
        wanted = b->usual;
    }
    if (relation_image_column(q, wanted, options_find(b->table, s->options, "image_col"), s->query.span, image, e) ==
            ERR_OK &&
        b->set.label_col) {
        const struct option *given = options_find(b->table, s->options, "label_col");
        relation_named_column(q, b->set.label_col, given, label, e);
    }
    return e->code;
}

/* Path and label of one row. */
static enum err_code collect_row(struct context *c, struct building *b, struct store_query *q, int image, int label,
                                 struct err *e) {
    struct pictures *p = &b->pictures;
    struct value path = store_value(q, (size_t)image);
    if (pictures_add(c, p, c->arena, &path, p->count + 1, e) == ERR_OK && label >= 0) {
        struct value value = store_value(q, (size_t)label);
        if (label_values_number(&b->labels, &value, &p->entries[p->count - 1].label, e) == ERR_VALUE) {
            context_at(e, options_find(b->table, b->s->options, "label_col")->value.span);
        }
    }
    return e->code;
}

/* All rows of the training query. */
static enum err_code collect(struct context *c, struct building *b, struct err *e) {
    struct relation r = RELATION_INIT;
    struct store_query *q = NULL;
    int image = 0, label = -1;
    bool row = false;
    const struct statement *s = b->s;
    if (relation_add_query(c, &r, &s->query, e) == ERR_OK && relation_prepare(c, &r, s->query.span, &q, e) == ERR_OK &&
        find_columns(b, q, &image, &label, e) == ERR_OK) {
        b->column = arena_strdup(c->arena, store_column(q, (size_t)image).name);
        while (store_step(q, &row, e) == ERR_OK && row && context_check(c, e) == ERR_OK) {
            if (collect_row(c, b, q, image, label, e) != ERR_OK) {
                break;
            }
        }
    }
    store_finish(q);
    relation_release(c, &r);
    if (e->code == ERR_OK && b->pictures.count == 0) {
        err_set(e, ERR_VALUE, "there are no pictures to train on: the query returns no rows");
        context_at(e, s->query.span);
    }
    return e->code == ERR_OK && !b->column ? err_nomem(e) : e->code;
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

/* Notes of the model's file, key and value in turn, NULL at the end; NULL where memory is out. */
static const char *const *model_notes(struct context *c, const struct building *b, struct err *e) {
    const struct build_settings *set = &b->set;
    size_t count, have = 0;
    const struct report_row *rows = build_report_rows(&b->report, c->arena, &count, e);
    const char *const own[] = {"name",       b->s->name.text,
                               "class_name", b->class_name,
                               "image_col",  b->column,
                               "label_col",  set->label_col ? set->label_col : "",
                               "images",     arena_printf(c->arena, "%zu", b->report.images),
                               "max_epochs", arena_printf(c->arena, "%lld", set->max_epochs),
                               "seed",       arena_printf(c->arena, "%lld", set->seed)};
    const size_t owns = sizeof own / sizeof *own;
    const char **notes = rows ? arena_alloc(c->arena, (owns + 2 * count + 1) * sizeof *notes) : NULL;
    if (!notes || arena_failed(c->arena)) {
        err_nomem(e);
        return NULL;
    }
    memcpy(notes, own, sizeof own);
    have = owns;
    for (size_t i = 0; i < count; i++) {
        if (!rows[i].timed) {
            notes[have++] = rows[i].name;
            notes[have++] = rows[i].text;
        }
    }
    return notes;
}

static enum err_code keep_model(struct context *c, const struct building *b, struct err *e) {
    const char *const *notes = model_notes(c, b, e);
    const struct model_record record = {.name = b->s->name.text, .class_name = b->class_name, .image_col = b->column};
    return notes ? exec_keep_model(c, &b->s->name, &record, b->set.overwrite, b->m, notes, e) : e->code;
}

/* Labels one a picture, or NULL where there are none. */
static enum err_code list_labels(struct context *c, const struct building *b, const int **out, struct err *e) {
    const struct pictures *p = &b->pictures;
    int *labels = b->set.label_col ? arena_alloc(c->arena, (p->count + 1) * sizeof *labels) : NULL;
    if (b->set.label_col && !labels) {
        return err_nomem(e);
    }
    for (size_t i = 0; labels && i < p->count; i++) {
        labels[i] = p->entries[i].label;
    }
    *out = labels;
    return ERR_OK;
}

/* What ml says of an option begins with its name: then the error stands at the option. */
static enum err_code place_option(const struct building *b, struct err *e) {
    for (size_t i = 0; e->code != ERR_OK && i < b->table->count; i++) {
        const char *name = b->table->rows[i].name;
        const struct option *given = options_find(b->table, b->s->options, name);
        if (given && strncmp(e->message, name, strlen(name)) == 0 && e->message[strlen(name)] == ' ') {
            return context_at(e, given->value.span);
        }
    }
    return e->code;
}

/* Train, or tune the encoder that is there. */
static enum err_code learn(struct context *c, struct building *b, struct picture_watch *watch, struct err *e) {
    const struct build_settings *set = &b->set;
    struct encoder_options options = encoder_defaults;
    struct ml_source source = pictures_source(&b->pictures);
    struct ml_watch reports = picture_watch_for(watch);
    options.max_epochs = (int)set->max_epochs;
    options.batch_size = (int)set->batch_size;
    options.temperature = (float)set->temperature;
    options.learning_rate = (float)set->learning_rate;
    options.seed = (uint64_t)set->seed;
    options.embedding_size = (int)set->embedding_size;
    options.augment = set->views.augment;
    options.switches = exec_switches(&set->views);
    options.backbone = b->backbone;
    options.backbone.begins = exec_backbone_begins;
    options.backbone.user = &(struct backbone_start){c, options.max_epochs, b->s->name.text, b->base};
    options.image_size = (int)set->image_size;
    if (list_labels(c, b, &options.labels, e) != ERR_OK) {
        return e->code;
    }
    if (b->m) {
        encoder_tune(b->m, &options, &source, &reports, &b->report, e);
    } else {
        encoder_train(&options, &source, &reports, &b->m, &b->report, e);
    }
    if (e->code == ERR_IMAGE || e->code == ERR_FILE) {
        err_hint(e, "OPTIONS (on_error='skip') leaves out pictures that cannot be read");
    }
    if (e->code == ERR_INTERRUPT && watch->last.loss_count > 0 && options.backbone.checkpoint &&
        file_exists(options.backbone.checkpoint)) {
        err_hint(e, "the same statement goes on from the epochs that are over");
    }
    if (e->code == ERR_OK) {
        exec_backbone_ended(c, options.max_epochs, &b->report);
    }
    return place_option(b, e);
}

/* From the query to the stored model. */
static enum err_code build(struct context *c, struct building *b, struct err *e) {
    struct picture_watch watch;
    struct encoder_report *r = &b->report;
    b->labels.arena = c->arena;
    if (dialect_says(dialect_now(c)->announces, true)) {
        context_say(c, "Building model...");
    }
    picture_watch_begin(&watch, c, "images");
    collect(c, b, e);
    if (e->code == ERR_OK && strcmp(b->set.on_error, "skip") == 0) {
        skip_unreadable(c, &b->pictures, e);
    }
    if (e->code == ERR_OK && learn(c, b, &watch, e) == ERR_OK && context_check(c, e) == ERR_OK &&
        keep_model(c, b, e) == ERR_OK) {
        const float losses[] = {r->first_loss, r->last_loss};
        const struct ml_progress end = {.stage = "Training",
                                        .total = b->pictures.count,
                                        .epoch = r->epochs,
                                        .epochs = (int)b->set.max_epochs,
                                        .losses = losses,
                                        .loss_count = r->epochs < 2 ? (size_t)r->epochs : 2};
        picture_watch_end(&watch, &end);
        if (!r->interrupted) {
            models_remove_checkpoint(c, b->s->name.text);
        }
        build_report_warn(c, r, b->set.label_col);
        context_say(c, "Success");
        build_report_show(c, r, b->s->name.text, encoder_dimension(b->m));
    }
    return e->code;
}

static struct building building_begin(const struct statement *s, const struct option_table *table) {
    return (struct building){.s = s,
                             .table = table,
                             .set = {.max_epochs = 5,
                                     .batch_size = 256,
                                     .temperature = 0.2,
                                     .views = AUGMENT_UNSET("auto"),
                                     .on_error = "fail"},
                             .pictures = PICTURES_INIT};
}

enum err_code run_build(struct context *c, const struct statement *s, struct err *e) {
    struct building b = building_begin(s, &build_options);
    b.class_name = s->base.text;
    if (bases_check(&s->base, e) != ERR_OK || options_apply(c, b.table, s->options, &b.set, e) != ERR_OK ||
        exec_check_model(c, &s->name, b.set.overwrite, e) != ERR_OK ||
        exec_backbone(c, s, &b.set, &b.backbone, e) != ERR_OK) {
        return e->code;
    }
    build(c, &b, e);
    building_release(&b);
    return e->code;
}

/* FIT goes on from a stored model; a base model has learnt nothing that could be gone on from, and one that was never
 * complete has only a checkpoint. */
static enum err_code check_stored(struct context *c, const struct statement *s, struct err *e) {
    const char *checkpoint = models_checkpoint(c, s->base.text, e);
    bool found = false;
    if (!checkpoint || registry_has(c->store, s->base.text, &found, e) != ERR_OK || found) {
        return context_at(e, s->base.span);
    }
    if (file_exists(checkpoint)) {
        err_set(e, ERR_NOT_FOUND, "model %s was never complete: there is only a checkpoint of its training",
                s->base.text);
        err_hint(e, "the same BUILD MODEL %s … as before goes on from there", s->base.text);
        context_at(e, s->base.span);
    } else if (strcasecmp(s->base.text, "SimCLR") == 0) {
        err_set(e, ERR_NOT_FOUND, "FIT goes on from a model that was built; SimCLR is a base model");
        err_hint(e, "BUILD MODEL %s USING SimCLR … begins from nothing", s->name.text);
        context_at(e, s->base.span);
    }
    return e->code;
}

enum err_code run_fit(struct context *c, const struct statement *s, struct err *e) {
    struct building b = building_begin(s, &fit_options);
    struct model_record from;
    if (options_apply(c, b.table, s->options, &b.set, e) != ERR_OK || check_stored(c, s, e) != ERR_OK ||
        exec_check_model(c, &s->name, b.set.overwrite, e) != ERR_OK ||
        embedder_load(c, &s->base, &from, &b.m, e) != ERR_OK) {
        return e->code;
    }
    b.class_name = from.class_name;
    b.usual = from.image_col;
    if (encoder_is_network(b.m)) {
        b.base = from.name;
        exec_backbone_fit(c, s, &from, &b.set, &b.backbone, e);
    }
    if (e->code == ERR_OK) {
        build(c, &b, e);
    }
    building_release(&b);
    return e->code;
}

enum err_code run_delete_model(struct context *c, const struct statement *s, struct err *e) {
    struct model_record model;
    bool kept = models_remove_checkpoint(c, s->name.text), found = false;
    if (kept && registry_has(c->store, s->name.text, &found, e) == ERR_OK && !found) {
        context_say(c, "Success"); /* of a training that never was complete */
        return ERR_OK;
    }
    if (registry_find(c->store, c->arena, s->name.text, &model, e) != ERR_OK) {
        return context_at(e, s->name.span);
    }
    models_note_stale(c, model.name);
    if (registry_remove(c->store, model.name, e) == ERR_OK) {
        context_say(c, "Success");
    }
    return e->code;
}

struct preset_switches exec_switches(const struct augment_settings *s) {
    return (struct preset_switches){
        (float)s->horizontal_flip, (float)s->vertical_flip,  (float)s->color, (float)s->rotation,
        (float)s->shear,           (float)s->crop_min_scale, (float)s->blur};
}
