/* Pictures are loaded on all cores, one a piece; of several failures the one with the lowest number is told, so that
 * the message does not depend on the threads. */
#include "ml/model/gallery.h"

#include "base/random.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define STREAM_SAMPLE 0x5a3b1eU /* names the random stream of the sample */
#define LARGE_SIDE 64

/* The first failure, by number. */
struct failure {
    pthread_mutex_t lock;
    bool any;
    size_t at;
    struct err err;
};

static void failure_note(struct failure *f, size_t at, const struct err *e) {
    pthread_mutex_lock(&f->lock);
    if (!f->any || at < f->at) {
        f->any = true;
        f->at = at;
        f->err = *e;
    }
    pthread_mutex_unlock(&f->lock);
}

static enum err_code failure_tell(struct failure *f, enum err_code code, struct err *e) {
    pthread_mutex_destroy(&f->lock);
    if (!code && f->any) {
        *e = f->err;
        code = e->code;
    }
    return code;
}

/* Floyd's sampling: a set of `count` of `all`, each equally likely, without a list of all. */
static void draw_sample(uint32_t *ids, size_t count, size_t all, uint64_t seed) {
    struct random r = random_stream(seed, STREAM_SAMPLE, all);
    size_t have = 0;
    for (size_t j = all - count; j < all; j++) {
        uint32_t pick = random_below(&r, (uint32_t)j + 1);
        size_t at = 0, end = have;
        while (at < end) { /* where it belongs */
            size_t middle = (at + end) / 2;
            if (ids[middle] < pick) {
                at = middle + 1;
            } else {
                end = middle;
            }
        }
        if (at < have && ids[at] == pick) { /* taken: j itself, greater than all before it */
            pick = (uint32_t)j;
            at = have;
        }
        memmove(ids + at + 1, ids + at, (have - at) * sizeof *ids);
        ids[at] = pick;
        have++;
    }
}

enum err_code gallery_init(struct gallery *g, const struct ml_source *source, uint64_t seed, struct err *e) {
    *g = (struct gallery){.source = source};
    if (source->count >= UINT32_MAX) {
        return err_set(e, ERR_VALUE, "%zu pictures are more than a model can learn from", source->count);
    }
    size_t count = source->count < GALLERY_MOST ? source->count : GALLERY_MOST;
    uint32_t *ids = malloc((count + 1) * sizeof *ids);
    if (!ids) {
        return err_nomem(e);
    }
    draw_sample(ids, count, source->count, seed);
    g->ids = ids;
    g->count = count;
    return ERR_OK;
}

void gallery_release(struct gallery *g) {
    free(g->ids);
    free(g->bytes);
    *g = (struct gallery){0};
}

struct measuring {
    const struct gallery *g;
    size_t count;
    struct preset_signs *signs;
    unsigned char *large;
    struct failure failure;
};

#define MEASURE_SIZE 28 /* small, and the size of digits as they come */

static void measure_some(void *user, size_t begin, size_t end) {
    struct measuring *m = user;
    for (size_t i = begin; i < end; i++) {
        struct err e = ERR_INIT;
        struct image picture = {0};
        unsigned char rgb[MEASURE_SIZE * MEASURE_SIZE * 3];
        uint32_t id = m->g->ids[i * m->g->count / m->count];
        const struct ml_source *s = m->g->source;
        if (s->load(s->user, id, LARGE_SIDE, &picture, &e) || canvas_shrink(&picture, MEASURE_SIZE, 3, rgb, &e)) {
            failure_note(&m->failure, id, &e);
        } else {
            preset_measure(rgb, MEASURE_SIZE, &m->signs[i]);
            m->large[i] = picture.width >= LARGE_SIDE && picture.height >= LARGE_SIDE;
        }
        image_release(&picture);
    }
}

enum err_code gallery_measure(const struct gallery *g, struct preset_signs *signs, size_t *count, bool *large,
                              struct pace *pace, struct err *e) {
    unsigned char is_large[GALLERY_MEASURED] = {0};
    size_t n = g->count < GALLERY_MEASURED ? g->count : GALLERY_MEASURED, votes = 0;
    struct measuring m = {.g = g, .count = n, .signs = signs, .large = is_large};
    pthread_mutex_init(&m.failure.lock, NULL);
    enum err_code code = pace_for(pace, n, 1, false, measure_some, &m, e);
    if (failure_tell(&m.failure, code, e)) {
        return e->code;
    }
    for (size_t i = 0; i < n; i++) {
        votes += is_large[i];
    }
    *count = n;
    *large = 2 * votes > n;
    return ERR_OK;
}

struct fetching {
    const struct gallery *g;
    const uint32_t *ids;
    unsigned char *bytes, *failed;
    struct failure failure;
};

/* The waiting bytes of a picture, or NULL. */
static const unsigned char *find_kept(const struct gallery *g, uint32_t id) {
    size_t begin = 0, end = g->bytes ? g->count : 0;
    while (begin < end) {
        size_t middle = (begin + end) / 2;
        if (g->ids[middle] == id) {
            return g->bytes + middle * canvas_bytes(g->size, g->channels);
        }
        if (g->ids[middle] < id) {
            begin = middle + 1;
        } else {
            end = middle;
        }
    }
    return NULL;
}

static void fetch_some(void *user, size_t begin, size_t end) {
    struct fetching *f = user;
    const struct gallery *g = f->g;
    size_t each = canvas_bytes(g->size, g->channels);
    for (size_t i = begin; i < end; i++) {
        unsigned char *to = f->bytes + i * each;
        const unsigned char *kept = find_kept(g, f->ids[i]);
        if (kept) {
            memcpy(to, kept, each);
            continue;
        }
        struct err e = ERR_INIT;
        struct image picture = {0};
        if (g->source->load(g->source->user, f->ids[i], g->size, &picture, &e) ||
            canvas_shrink(&picture, g->size, g->channels, to, &e)) {
            memset(to, 0, each);
            if (f->failed && (e.code == ERR_IMAGE || e.code == ERR_FILE)) {
                f->failed[i] = 1;
            } else {
                failure_note(&f->failure, i, &e);
            }
        }
        image_release(&picture);
    }
}

enum err_code gallery_fetch(const struct gallery *g, const uint32_t *ids, size_t count, unsigned char *bytes,
                            unsigned char *failed, bool counted, struct pace *pace, struct err *e) {
    struct fetching f = {.g = g, .ids = ids, .bytes = bytes, .failed = failed};
    pthread_mutex_init(&f.failure.lock, NULL);
    enum err_code code = pace_for(pace, count, 1, counted, fetch_some, &f, e);
    return failure_tell(&f.failure, code, e);
}

enum err_code gallery_read(struct gallery *g, int size, int channels, struct pace *pace, struct err *e) {
    g->size = size;
    g->channels = channels;
    unsigned char *bytes = malloc(g->count * canvas_bytes(size, channels) + 1);
    if (!bytes) {
        return err_nomem(e);
    }
    if (gallery_fetch(g, g->ids, g->count, bytes, NULL, true, pace, e)) {
        free(bytes);
        return e->code;
    }
    g->bytes = bytes;
    return ERR_OK;
}
