/* Every view asks all held-back pictures for the nearest; own picture found or not. */
#include "ml/model/simclr.h"

#include "ml/image/augment.h"
#include "ml/nn/gemm.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define PICTURES_MOST 500 /* their views are 1,000: the share is good to about a hundredth */
#define VIEWS HELD_BACK_VIEWS
#define DEVIATIONS 2                /* of chance, that a gain must exceed */
#define KIND_HELD (VIEW_DRAWN + 16) /* draws of their own: 0..15 belong to whitening, 64.. to training */

/* Spread evenly over the gallery. */
static uint32_t held_id(const struct gallery *g, size_t count, size_t i) {
    return g->ids[i * g->count / count];
}

static size_t held_count(const struct gallery *g) {
    return g->count < PICTURES_MOST ? g->count : PICTURES_MOST;
}

enum err_code held_back_init(struct held_back *h, const struct projection *p, const struct gallery *g, uint64_t seed,
                             struct pace *pace, struct err *e) {
    size_t n = held_count(g), k = (size_t)p->components;
    *h = (struct held_back){n, n * VIEWS, k, malloc((n * k + 1) * sizeof(float)),
                            malloc((n * VIEWS * k + 1) * sizeof(float))};
    struct view views[PICTURES_MOST * VIEWS];
    uint32_t ids[PICTURES_MOST];
    if (!h->pictures || !h->drawn) {
        held_back_release(h);
        return err_nomem(e);
    }
    for (size_t i = 0; i < n * VIEWS; i++) {
        ids[i / VIEWS] = held_id(g, n, i / VIEWS);
        views[i] = (struct view){ids[i / VIEWS], KIND_HELD + (uint32_t)(i % VIEWS)};
    }
    if (projection_pictures(p, g, ids, n, h->pictures, NULL, false, pace, e) ||
        projection_views(p, g, views, n * VIEWS, seed, h->drawn, NULL, false, pace, e)) {
        held_back_release(h);
    }
    return e->code;
}

void held_back_release(struct held_back *h) {
    free(h->pictures);
    free(h->drawn);
    *h = (struct held_back){0};
}

enum err_code held_back_find(const float *pictures, size_t count, const float *views, size_t view_count, size_t width,
                             float *share, unsigned char *hits, struct err *e) {
    float *cosines = malloc((view_count * count + 1) * sizeof *cosines);
    if (!cosines) {
        return err_nomem(e);
    }
    size_t found = 0;
    gemm(view_count, count, width, 1, (struct gemm_matrix){views, width, false},
         (struct gemm_matrix){pictures, width, true}, 0, cosines, count);
    for (size_t i = 0; i < view_count; i++) {
        const float *row = cosines + i * count, own = row[i / VIEWS];
        bool beaten = false;
        for (size_t j = 0; j < count && !beaten; j++) {
            beaten = j != i / VIEWS && row[j] >= own; /* a tie finds nothing */
        }
        found += !beaten;
        if (hits) {
            hits[i] = !beaten;
        }
    }
    free(cosines);
    *share = view_count ? (float)found / (float)view_count : 0;
    return ERR_OK;
}

enum err_code held_back_share(const struct held_back *h, const struct dense *layer, float *share, unsigned char *hits,
                              struct err *e) {
    size_t width = layer ? layer->outputs : h->width;
    float *vectors = malloc(((h->count + h->views) * width + 1) * sizeof *vectors);
    if (!vectors) {
        return err_nomem(e);
    }
    float *views = vectors + h->count * width;
    if (layer) {
        dense_embed(layer, h->pictures, h->count, vectors);
        dense_embed(layer, h->drawn, h->views, views);
    } else {
        memcpy(vectors, h->pictures, h->count * width * sizeof *vectors);
        memcpy(views, h->drawn, h->views * width * sizeof *vectors);
        dense_normalise(vectors, h->count + h->views, width);
    }
    enum err_code code = held_back_find(vectors, h->count, views, h->views, width, share, hits, e);
    free(vectors);
    return code;
}

struct drawing {
    const struct projection *projection;
    const struct gallery *gallery;
    const unsigned char *bytes; /* of the pictures */
    const uint32_t *ids;
    size_t count; /* pictures; rows from there on are their views */
    uint64_t seed;
    float *rows;
    atomic_bool no_memory;
};

static void draw_pixels(void *user, size_t begin, size_t end) {
    struct drawing *d = user;
    const struct gallery *g = d->gallery;
    const struct preset *preset = d->projection->stem.preset;
    size_t area = (size_t)g->size * (size_t)g->size;
    struct canvas *canvases = malloc(3 * sizeof *canvases);
    if (!canvases) {
        atomic_store(&d->no_memory, true);
        return;
    }
    for (size_t i = begin; i < end; i++) {
        size_t of = i < d->count ? i : (i - d->count) / VIEWS;
        struct canvas *shown = &canvases[0];
        canvas_fill(shown, d->bytes + of * canvas_bytes(g->size, g->channels), g->size, g->channels, preset->deskew);
        if (i >= d->count && preset->augmented) {
            struct random r = random_stream(d->seed, d->ids[of], KIND_HELD + (uint32_t)((i - d->count) % VIEWS));
            augment_view(preset, shown, &canvases[1], &r);
            shown = &canvases[1];
        }
        canvas_grey(shown, &canvases[2]);
        memcpy(d->rows + i * area, canvases[2].values, area * sizeof(float));
    }
    free(canvases);
}

/* Less the mean of the first `count` rows, to unit length. */
static void centre_pixels(float *rows, size_t count, size_t all, size_t width) {
    for (size_t k = 0; k < width; k++) {
        double sum = 0;
        for (size_t r = 0; r < count; r++) {
            sum += rows[r * width + k];
        }
        for (size_t r = 0; r < all; r++) {
            rows[r * width + k] -= (float)(sum / (double)count);
        }
    }
    dense_normalise(rows, all, width);
}

enum err_code held_back_pixels(const struct projection *p, const struct gallery *g, uint64_t seed, float *share,
                               struct pace *pace, struct err *e) {
    size_t n = held_count(g), all = n * (1 + VIEWS), area = (size_t)g->size * (size_t)g->size;
    uint32_t ids[PICTURES_MOST];
    unsigned char *bytes = malloc(n * canvas_bytes(g->size, g->channels) + 1);
    float *rows = malloc((all * area + 1) * sizeof *rows);
    struct drawing d = {p, g, bytes, ids, n, seed, rows, false};
    for (size_t i = 0; i < n; i++) {
        ids[i] = held_id(g, n, i);
    }
    if (!bytes || !rows) {
        err_nomem(e);
    } else if (!gallery_fetch(g, ids, n, bytes, NULL, false, pace, e) &&
               !pace_for(pace, all, 16, false, draw_pixels, &d, e)) {
        if (atomic_load(&d.no_memory)) {
            err_nomem(e);
        } else {
            centre_pixels(rows, n, all, area);
            held_back_find(rows, n, rows + n * area, n * VIEWS, area, share, NULL, e);
        }
    }
    free(bytes);
    free(rows);
    return e->code;
}

bool held_back_better(const struct held_back *h, const unsigned char *before, const unsigned char *after) {
    double won = 0, lost = 0;
    for (size_t i = 0; i < h->views; i++) {
        won += !before[i] && after[i];
        lost += before[i] && !after[i];
    }
    return won - lost > DEVIATIONS * sqrt(won + lost);
}
