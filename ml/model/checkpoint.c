/* Four tensors, each in one piece, and notes. The digests are of what is computed with, not of the names that it goes
 * by: a table that was renamed is the same training, a picture that was replaced is another. */
#include "ml/model/checkpoint.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "ml/model/modelfile.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT "thanosql checkpoint 2"
#define SHARE_OF_TIME 20 /* keeping takes at most this part of the time */

/* --- options and places, as notes --- */

enum kind { WHOLE, LARGE, REAL };

struct number {
    const char *key;
    enum kind kind;
    size_t at;
};
static const struct number options[] = {
    {"option.max_epochs", WHOLE, offsetof(struct encoder_options, max_epochs)},
    {"option.batch_size", WHOLE, offsetof(struct encoder_options, batch_size)},
    {"option.temperature", REAL, offsetof(struct encoder_options, temperature)},
    {"option.learning_rate", REAL, offsetof(struct encoder_options, learning_rate)},
    {"option.seed", LARGE, offsetof(struct encoder_options, seed)},
};
static const struct number places[] = {
    {"checkpoint.epoch", WHOLE, offsetof(struct net_training, epoch)},
    {"checkpoint.better", WHOLE, offsetof(struct net_training, better)},
    {"checkpoint.step", LARGE, offsetof(struct net_training, optimizer.step)},
};
#define COUNT(rows) (sizeof(rows) / sizeof *(rows))
_Static_assert(sizeof(size_t) == sizeof(uint64_t), "a LARGE may be a size_t");
#define RULE "option.optimizer"
#define LOSS "option.loss"
#define FORMAT_KEY "checkpoint.format"
#define OF "checkpoint.of"
#define START "checkpoint.start"
#define SUM "checkpoint.sum"

static const char *loss_name(const struct encoder_options *o) {
    return o->backbone.loss && !strcmp(o->backbone.loss, "dcl") ? "dcl" : "ntxent";
}

static enum err_code write_numbers(struct modelfile *file, const struct number *rows, size_t count, const void *from,
                                   struct err *e) {
    char text[32];
    for (size_t i = 0; i < count && !e->code; i++) {
        const void *at = (const char *)from + rows[i].at;
        if (rows[i].kind == WHOLE) {
            snprintf(text, sizeof text, "%d", *(const int *)at);
        } else if (rows[i].kind == LARGE) {
            snprintf(text, sizeof text, "%llu", (unsigned long long)*(const uint64_t *)at);
        } else {
            snprintf(text, sizeof text, "%.9g", (double)*(const float *)at); /* nine digits give the float back */
        }
        modelfile_set_note(file, rows[i].key, text, e);
    }
    return e->code;
}

static bool read_numbers(const struct modelfile *file, const struct number *rows, size_t count, void *to) {
    for (size_t i = 0; i < count; i++) {
        const char *text = modelfile_note(file, rows[i].key);
        void *at = (char *)to + rows[i].at;
        char *end = NULL;
        if (!text || *text < '0' || *text > '9') {
            return false;
        }
        if (rows[i].kind == WHOLE) {
            long value = strtol(text, &end, 10);
            if (value > 1 << 30) {
                return false;
            }
            *(int *)at = (int)value;
        } else if (rows[i].kind == LARGE) {
            *(uint64_t *)at = strtoull(text, &end, 10);
        } else {
            *(float *)at = strtof(text, &end);
        }
        if (*end) {
            return false;
        }
    }
    return true;
}

static bool has_note(const struct modelfile *file, const char *key, const char *wanted) {
    const char *text = modelfile_note(file, key);
    return text && wanted && *wanted && !strcmp(text, wanted);
}

bool checkpoint_options(const char *path, const char *model, struct encoder_options *out) {
    struct err ignored = ERR_INIT;
    struct modelfile *file = NULL, *made = NULL;
    struct encoder_options o = *out;
    bool known = false;
    if (!modelfile_open(path, &file, &ignored) && !modelfile_open(model, &made, &ignored) &&
        has_note(file, OF, modelfile_note(made, ENCODER_NOTE_TRAINING))) {
        const char *rule = modelfile_note(file, RULE), *loss = modelfile_note(file, LOSS);
        const struct optimizer_rule *found = rule ? optimizer_rule_find(rule) : NULL;
        known = found && loss && read_numbers(file, options, COUNT(options), &o);
        o.backbone.optimizer = found ? found->name : NULL;
        o.backbone.loss = loss && !strcmp(loss, "dcl") ? "dcl" : "ntxent";
    }
    modelfile_free(file);
    modelfile_free(made);
    if (known) {
        *out = o;
    }
    return known;
}

/* --- which training --- */

enum err_code checkpoint_identify(struct net_training *t, const float *views, size_t count, struct err *e) {
    const struct encoder_options *o = t->options;
    const struct backbone *b = t->b;
    const struct gallery *g = &t->gallery;
    struct digest *of = digest_new(), *start = digest_new();
    char text[256];
    if (of && start) {
        int len = snprintf(text, sizeof text, "%s %d %d %d %zu %d %zu %.9g %.9g %llu %s %s %d", b->arch->name, b->width,
                           b->size, b->channels, t->source->count, o->max_epochs, t->batch, (double)o->temperature,
                           (double)t->optimizer.rate, (unsigned long long)o->seed, t->optimizer.settings.rule->name,
                           loss_name(o), o->labels != NULL);
        digest_add(of, text, (size_t)len);
        digest_add(of, g->bytes, g->count * canvas_bytes(b->size, b->channels));
        digest_add(of, views, count * sizeof *views);
        if (o->labels) {
            digest_add(of, o->labels, t->source->count * sizeof *o->labels);
        }
        digest_add(start, t->net->parameters, t->numbers * sizeof(float));
        digest_end(of, t->identity.of);
        digest_end(start, t->identity.start);
        snprintf(t->report.identity, sizeof t->report.identity, "%.64s", t->identity.of);
    } else {
        err_nomem(e);
    }
    digest_free(of);
    digest_free(start);
    return e->code;
}

/* --- to and from a file --- */

/* What the file has in tensors, each in one piece. */
#define PARTS 5
static const char *const part_names[PARTS] = {"weights", "best", "moments", "losses", "shares"};
struct part {
    size_t count;
    float *values;
};

static void list_parts(struct net_training *t, int epochs, float shares[2], struct part parts[PARTS]) {
    size_t moments = (size_t)t->optimizer.settings.rule->moments * t->net->parameter_count;
    const struct part all[PARTS] = {{t->numbers, t->net->parameters},
                                    {t->numbers, t->best},
                                    {moments, t->optimizer.first},
                                    {(size_t)epochs, t->losses},
                                    {2, shares}};
    memcpy(parts, all, sizeof all);
}

size_t checkpoint_bytes(const struct net *net, const struct optimizer_rule *rule) {
    size_t numbers = net->parameter_count + net->state_count;
    return (2 * numbers + (size_t)rule->moments * net->parameter_count) * sizeof(float);
}

static void add_note(struct digest *d, const struct modelfile *file, const char *key) {
    const char *text = modelfile_note(file, key);
    digest_add(d, text ? text : "", text ? strlen(text) + 1 : 0);
}

/* A digest of all that the file says, by which damage shows; empty where memory is out or a tensor is missing. */
static void add_up(const struct modelfile *file, char sum[DIGEST_HEX]) {
    static const char *const notes[] = {FORMAT_KEY, OF, START, RULE, LOSS};
    struct digest *d = digest_new();
    bool whole = d != NULL;
    for (size_t i = 0; whole && i < COUNT(notes); i++) {
        add_note(d, file, notes[i]);
    }
    for (size_t i = 0; whole && i < COUNT(options); i++) {
        add_note(d, file, options[i].key);
    }
    for (size_t i = 0; whole && i < COUNT(places); i++) {
        add_note(d, file, places[i].key);
    }
    for (size_t i = 0; whole && i < PARTS; i++) {
        struct modelfile_shape shape;
        const float *values = modelfile_tensor(file, part_names[i], &shape);
        whole = values && shape.rank == 1;
        digest_add(d, values, whole ? shape.sizes[0] * sizeof *values : 0);
    }
    sum[0] = '\0';
    if (whole) {
        digest_end(d, sum);
    }
    digest_free(d);
}

/* All of it is looked at before anything is taken. */
static bool take(struct net_training *t, const struct modelfile *file) {
    struct net_training at = {0};
    struct part parts[PARTS];
    struct err ignored = ERR_INIT;
    float shares[2];
    const float *values[PARTS];
    if (!read_numbers(file, places, COUNT(places), &at) || at.epoch < 1 || at.epoch > t->options->max_epochs ||
        at.better > at.epoch) {
        return false;
    }
    list_parts(t, at.epoch, shares, parts);
    for (size_t i = 0; i < PARTS; i++) {
        if (modelfile_require(file, part_names[i], &parts[i].count, 1, &values[i], &ignored)) {
            return false;
        }
    }
    for (size_t i = 0; i < PARTS; i++) {
        memcpy(parts[i].values, values[i], parts[i].count * sizeof *values[i]);
    }
    t->epoch = at.epoch;
    t->better = at.better;
    t->optimizer.step = at.optimizer.step;
    t->report.view_closed = shares[0];
    t->report.view_model = t->report.view_epochs = shares[1];
    return true;
}

static bool is_digest(const char *text) {
    return text && strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static bool is_sound(const struct modelfile *file) {
    char sum[DIGEST_HEX];
    add_up(file, sum);
    return has_note(file, SUM, sum) && has_note(file, FORMAT_KEY, FORMAT) && is_digest(modelfile_note(file, OF)) &&
           is_digest(modelfile_note(file, START));
}

static void write_id(const char *of, const char *start, char id[CHECKPOINT_ID]) {
    snprintf(id, CHECKPOINT_ID, "%.8s%.8s", of, start);
}

/* Take what the file has, if it is of this training; `start` NULL: whatever it began with. Where it is of another, that
 * one's digits are written to `other`, if not NULL. */
static enum checkpoint_state read_file(struct net_training *t, const char *path, const char *start,
                                       char other[CHECKPOINT_ID]) {
    struct err ignored = ERR_INIT;
    struct modelfile *file = NULL;
    enum checkpoint_state state = CHECKPOINT_DAMAGED;
    if (!path || !file_exists(path)) {
        return CHECKPOINT_NONE;
    }
    if (!modelfile_open(path, &file, &ignored) && is_sound(file)) {
        if (has_note(file, OF, t->identity.of) && (!start || has_note(file, START, start))) {
            state = take(t, file) ? CHECKPOINT_TAKEN : CHECKPOINT_DAMAGED;
        } else {
            state = CHECKPOINT_OTHER;
            if (other) {
                write_id(modelfile_note(file, OF), modelfile_note(file, START), other);
            }
        }
    }
    modelfile_free(file);
    return state;
}

static enum checkpoint_state read_aside(struct net_training *t) {
    struct buf path = BUF_INIT;
    char id[CHECKPOINT_ID];
    write_id(t->identity.of, t->identity.start, id);
    buf_printf(&path, "%s.%s", t->options->backbone.checkpoint, id);
    enum checkpoint_state state = read_file(t, buf_ok(&path) ? path.data : NULL, t->identity.start, NULL);
    buf_release(&path);
    return state;
}

bool checkpoint_resume(struct net_training *t) {
    const struct backbone_options *o = &t->options->backbone;
    struct encoder_report *r = &t->report;
    r->checkpoint = read_file(t, o->checkpoint, t->identity.start, t->other);
    if (r->checkpoint != CHECKPOINT_TAKEN) {
        enum checkpoint_state aside = read_aside(t);
        r->checkpoint = aside != CHECKPOINT_NONE ? aside : r->checkpoint;
    }
    if (r->checkpoint != CHECKPOINT_TAKEN && t->tuning) {
        r->earlier = read_file(t, o->earlier, NULL, NULL);
    }
    r->resumed = t->epoch;
    r->kept_training = t->epoch > 0;
    return r->resumed > 0;
}

/* The file of another training makes room, so that it can still be gone on from. */
static enum err_code put_aside(struct net_training *t, struct err *e) {
    const char *path = t->options->backbone.checkpoint;
    struct buf to = BUF_INIT;
    if (t->other[0]) {
        buf_printf(&to, "%s.%s", path, t->other);
        if (!buf_ok(&to)) {
            err_nomem(e);
        } else if (rename(path, to.data) &&
                   errno != ENOENT) { /* a file that was deleted meanwhile is in nobody's way */
            err_set(e, ERR_FILE, "cannot rename '%s': %s", path, strerror(errno));
        } else {
            t->other[0] = '\0';
        }
    }
    buf_release(&to);
    return e->code;
}

static enum err_code write_file(struct net_training *t, struct err *e) {
    struct modelfile *file = modelfile_new();
    struct part parts[PARTS];
    float shares[2] = {t->report.view_closed, t->report.view_model};
    char sum[DIGEST_HEX];
    if (!file) {
        return err_nomem(e);
    }
    modelfile_set_note(file, FORMAT_KEY, FORMAT, e);
    modelfile_set_note(file, OF, t->identity.of, e);
    modelfile_set_note(file, START, t->identity.start, e);
    modelfile_set_note(file, RULE, t->optimizer.settings.rule->name, e);
    modelfile_set_note(file, LOSS, loss_name(t->options), e);
    write_numbers(file, options, COUNT(options), t->options, e);
    write_numbers(file, places, COUNT(places), t, e);
    list_parts(t, t->epoch, shares, parts);
    for (size_t i = 0; i < PARTS && !e->code; i++) {
        modelfile_add_tensor(file, part_names[i], &parts[i].count, 1, parts[i].values, e);
    }
    if (!e->code) {
        add_up(file, sum);
        modelfile_set_note(file, SUM, sum, e);
    }
    if (!e->code && !put_aside(t, e)) {
        modelfile_write(file, t->options->backbone.checkpoint, e);
    }
    modelfile_free(file);
    return e->code;
}

void checkpoint_keep(struct net_training *t) {
    double now = clock_now();
    struct err e = ERR_INIT;
    if (!t->options->backbone.checkpoint || now - t->kept_at < SHARE_OF_TIME * t->keeping) {
        return;
    }
    write_file(t, &e);
    snprintf(t->report.unkept, sizeof t->report.unkept, "%.199s", e.message);
    t->kept_at = clock_now();
    t->keeping = t->kept_at - now;
}
