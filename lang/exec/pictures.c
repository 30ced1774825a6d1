/* A list of paths behind struct ml_source. Errors name the row and the file. */
#include "lang/exec/pictures.h"

#include "base/clock.h"
#include "base/parallel.h"

#include <stdlib.h>
#include <string.h>

void pictures_release(struct pictures *p) {
    free(p->entries);
    *p = PICTURES_INIT;
}

enum err_code pictures_add(struct context *c, struct pictures *p, struct arena *a, const struct value *path, size_t row,
                           struct err *e) {
    if (p->count == p->capacity) {
        size_t capacity = p->capacity ? p->capacity * 2 : 256;
        struct picture_entry *entries = realloc(p->entries, capacity * sizeof *entries);
        if (!entries) {
            return err_nomem(e);
        }
        p->entries = entries;
        p->capacity = capacity;
    }
    const char *resolved = NULL;
    if (path->type == VALUE_TEXT && strlen(path->text) == path->length) {
        resolved = workspace_resolve(c->workspace, a, path->text);
        if (!resolved) {
            return err_nomem(e);
        }
    }
    const char *instead = path->type == VALUE_NULL ? "NULL" : "not a text";
    p->entries[p->count++] = (struct picture_entry){resolved, instead, row, -1};
    return ERR_OK;
}

static enum err_code load(void *user, size_t index, int want, struct image *out, struct err *e) {
    const struct picture_entry *entry = &((struct pictures *)user)->entries[index];
    struct err why = ERR_INIT;
    if (!entry->path) {
        return err_set(e, ERR_IMAGE, "row %zu: the picture's path is %s", entry->row, entry->instead);
    }
    if (image_load(entry->path, want, out, &why) == ERR_OK) {
        return ERR_OK;
    }
    if (entry->row) {
        err_set(e, why.code, "row %zu: %s", entry->row, why.message);
    } else {
        err_set(e, why.code, "%s", why.message);
    }
    return err_hint(e, "%s", why.hint);
}

struct ml_source pictures_source(struct pictures *p) {
    return (struct ml_source){p, p->count, load};
}

struct check {
    struct context *context;
    struct pictures *pictures;
    struct err *errors; /* one an entry */
};

static void check_entries(void *user, size_t begin, size_t end) {
    struct check *check = user;
    for (size_t i = begin; i < end && !stop_requested(check->context->stop); i++) {
        struct image m = {0};
        load(check->pictures, i, 1, &m, &check->errors[i]);
        image_release(&m);
    }
}

enum err_code pictures_keep_readable(struct context *c, struct pictures *p, size_t *skipped, struct err *first,
                                     struct err *e) {
    enum { STEP = 4096 };
    struct err *errors = malloc(STEP * sizeof *errors);
    if (!errors) {
        return err_nomem(e);
    }
    size_t kept = 0;
    for (size_t begin = 0; begin < p->count && context_check(c, e) == ERR_OK; begin += STEP) {
        size_t n = p->count - begin < STEP ? p->count - begin : STEP;
        struct pictures part = {p->entries + begin, n, n};
        memset(errors, 0, n * sizeof *errors);
        parallel_for(n, 8, check_entries, &(struct check){c, &part, errors});
        for (size_t i = 0; i < n; i++) {
            if (errors[i].code == ERR_OK) {
                p->entries[kept++] = part.entries[i];
            } else if (first->code == ERR_OK) {
                *first = errors[i];
            }
        }
    }
    free(errors);
    if (e->code == ERR_OK && context_check(c, e) == ERR_OK) {
        *skipped = p->count - kept;
        p->count = kept;
    }
    return e->code;
}

void picture_watch_begin(struct picture_watch *w, struct context *c, const char *unit) {
    *w = (struct picture_watch){.context = c, .unit = unit, .started = clock_now()};
}

static void forward(struct picture_watch *w, const char *what, double done, double total) {
    const struct ml_progress *p = &w->last;
    struct progress out = {.what = what,
                           .unit = w->unit,
                           .done = done,
                           .total = total,
                           .seconds = clock_now() - w->started,
                           .epoch = p->epoch,
                           .epochs = p->epochs,
                           .losses = p->losses,
                           .loss_count = p->loss_count};
    w->context->out->progress(w->context->out->user, &out);
}

static int report(void *user, const struct ml_progress *p) {
    struct picture_watch *w = user;
    w->last = *p;
    /* A stage that is done is not the statement's end, which picture_watch_end tells. */
    if (p->done < p->total) {
        forward(w, p->stage, (double)(w->before + p->done), w->in_parts ? 0 : (double)p->total);
    }
    return stop_requested(w->context->stop);
}

struct ml_watch picture_watch_for(struct picture_watch *w) {
    return (struct ml_watch){w, report};
}

void picture_watch_end(struct picture_watch *w, const struct ml_progress *end) {
    w->last = *end;
    forward(w, end->stage, (double)end->total, (double)end->total);
}
