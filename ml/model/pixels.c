/* A chunk of bytes at a time. */
#include "ml/model/pixels.h"

#include "ml/image/augment.h"
#include "ml/nn/dense.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 256 /* views */

struct drawing {
    const struct preset *preset;
    const struct view *views;
    const unsigned char *bytes;
    int size, channels;
    uint64_t seed;
    float *rows;
    atomic_bool no_memory;
};

static void draw_some(void *user, size_t begin, size_t end) {
    struct drawing *d = user;
    size_t area = (size_t)d->size * (size_t)d->size;
    struct canvas *canvases = malloc(3 * sizeof *canvases);
    if (!canvases) {
        atomic_store(&d->no_memory, true);
        return;
    }
    for (size_t i = begin; i < end; i++) {
        const struct view *view = &d->views[i];
        struct canvas *shown = &canvases[0];
        canvas_fill(shown, d->bytes + i * canvas_bytes(d->size, d->channels), d->size, d->channels, d->preset->deskew);
        if (view->kind >= VIEW_DRAWN && d->preset->augmented) {
            struct random r = random_stream(d->seed, view->picture, view->kind);
            augment_view(d->preset, shown, &canvases[1], &r);
            shown = &canvases[1];
        }
        canvas_grey(shown, &canvases[2]);
        memcpy(d->rows + i * area, canvases[2].values, area * sizeof(float));
    }
    free(canvases);
}

enum err_code pixels_views(const struct projection *p, const struct gallery *g, const struct view *views, size_t count,
                           uint64_t seed, float *out, struct pace *pace, struct err *e) {
    size_t each = canvas_bytes(g->size, g->channels), area = (size_t)g->size * (size_t)g->size;
    unsigned char *bytes = malloc(CHUNK * each);
    enum err_code code = bytes ? ERR_OK : err_nomem(e);
    for (size_t at = 0; !code && at < count; at += CHUNK) {
        size_t n = count - at < CHUNK ? count - at : CHUNK;
        uint32_t ids[CHUNK];
        struct drawing d = {p->stem.preset, views + at, bytes, g->size, g->channels, seed, out + at * area, false};
        for (size_t i = 0; i < n; i++) {
            ids[i] = views[at + i].picture;
        }
        if (!gallery_fetch(g, ids, n, bytes, NULL, false, pace, e) && !pace_for(pace, n, 16, false, draw_some, &d, e) &&
            atomic_load(&d.no_memory)) {
            err_nomem(e);
        }
        code = e->code;
    }
    free(bytes);
    return code;
}

void pixels_centre(float *rows, size_t count, size_t all, size_t width) {
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
