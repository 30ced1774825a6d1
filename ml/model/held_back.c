/* Every view asks all held-back pictures for the nearest; own picture found or not. */
#include "ml/model/held_back.h"

#include "ml/model/pixels.h"
#include "ml/nn/gemm.h"

#include <math.h>
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
    *h = (struct held_back){.count = n, .views = n * VIEWS, .width = k};
    h->pictures = malloc((n * k + 1) * sizeof *h->pictures);
    h->drawn = malloc((n * VIEWS * k + 1) * sizeof *h->drawn);
    h->hits = malloc(2 * n * VIEWS + 1);
    struct view views[PICTURES_MOST * VIEWS];
    uint32_t ids[PICTURES_MOST];
    if (!h->pictures || !h->drawn || !h->hits) {
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
    free(h->hits);
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
            beaten = j != i / VIEWS && !(row[j] < own); /* a tie finds nothing, nor does what is no number */
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

enum err_code held_back_pixels(const struct projection *p, const struct gallery *g, uint64_t seed, float *share,
                               struct pace *pace, struct err *e) {
    size_t n = held_count(g), all = n * (1 + VIEWS), area = (size_t)g->size * (size_t)g->size;
    struct view views[PICTURES_MOST * (1 + VIEWS)];
    float *rows = malloc((all * area + 1) * sizeof *rows);
    if (!rows) {
        return err_nomem(e);
    }
    for (size_t i = 0; i < all; i++) {
        bool drawn = i >= n;
        views[i].picture = held_id(g, n, drawn ? (i - n) / VIEWS : i);
        views[i].kind = drawn ? KIND_HELD + (uint32_t)((i - n) % VIEWS) : VIEW_ORIGINAL;
    }
    if (!pixels_views(p, g, views, all, seed, rows, pace, e)) {
        pixels_centre(rows, n, all, area);
        held_back_find(rows, n, rows + n * area, n * VIEWS, area, share, NULL, e);
    }
    free(rows);
    return e->code;
}

/* McNemar's test. */
static bool won_beyond_chance(const unsigned char *before, const unsigned char *after, size_t count) {
    double won = 0, lost = 0;
    for (size_t i = 0; i < count; i++) {
        won += !before[i] && after[i];
        lost += before[i] && !after[i];
    }
    return won - lost > DEVIATIONS * sqrt(won + lost);
}

enum err_code held_back_look(void *user, const struct dense *layer, float *score, bool *better, struct err *e) {
    struct held_back *h = user;
    unsigned char *first = h->hits, *now = h->begun ? h->hits + h->views : first;
    if (held_back_share(h, layer, score, now, e)) {
        return e->code;
    }
    *better = h->begun && won_beyond_chance(first, now, h->views);
    h->begun = true;
    return ERR_OK;
}
