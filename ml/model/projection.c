/* Chunks of fixed size, so that memory is a chunk's and the products are the same on any number of threads. */
#include "ml/model/projection.h"

#include "ml/nn/gemm.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK 256 /* views */

void projection_release(struct projection *p) {
    stem_release(&p->stem);
    free(p->basis);
    free(p->offset);
    *p = (struct projection){0};
}

struct chunk {
    unsigned char *bytes;
    float *features;
};

static enum err_code project_chunk(const struct projection *p, const struct gallery *g, const struct view *views,
                                   size_t count, uint64_t seed, struct chunk *c, float *out, unsigned char *failed,
                                   bool counted, struct pace *pace, struct err *e) {
    size_t d = (size_t)p->stem.length, k = (size_t)p->components;
    uint32_t ids[CHUNK];
    for (size_t i = 0; i < count; i++) {
        ids[i] = views[i].picture;
        memcpy(out + i * k, p->offset, k * sizeof *out);
    }
    if (gallery_fetch(g, ids, count, c->bytes, failed, counted, pace, e) ||
        stem_views(&p->stem, views, c->bytes, count, seed, true, c->features, pace, e)) {
        return e->code;
    }
    gemm_alike(count, k, d, 1, c->features, d, (struct gemm_matrix){p->basis, d, true}, -1, out, k);
    return ERR_OK;
}

enum err_code projection_views(const struct projection *p, const struct gallery *g, const struct view *views,
                               size_t count, uint64_t seed, float *out, unsigned char *failed, bool counted,
                               struct pace *pace, struct err *e) {
    size_t chunk = count < CHUNK ? count : CHUNK;
    struct chunk c = {malloc(chunk * canvas_bytes(g->size, g->channels) + 1),
                      malloc((chunk * (size_t)p->stem.length + 1) * sizeof(float))};
    enum err_code code = c.bytes && c.features ? ERR_OK : err_nomem(e);
    for (size_t at = 0; !code && at < count; at += CHUNK) {
        size_t n = count - at < CHUNK ? count - at : CHUNK;
        code = project_chunk(p, g, views + at, n, seed, &c, out + at * (size_t)p->components,
                             failed ? failed + at : NULL, counted, pace, e);
    }
    free(c.bytes);
    free(c.features);
    return code;
}

/* One chunk of originals, and of their mirrors into `mirrored`, averaged. */
static enum err_code project_both(const struct projection *p, const struct gallery *g, const uint32_t *ids,
                                  size_t count, float *out, float *mirrored, unsigned char *failed, bool counted,
                                  struct pace *pace, struct err *e) {
    struct view views[CHUNK];
    for (size_t i = 0; i < count; i++) {
        views[i] = (struct view){ids[i], VIEW_ORIGINAL};
    }
    if (projection_views(p, g, views, count, 0, out, failed, counted, pace, e) || !p->stem.preset->mirror) {
        return e->code;
    }
    for (size_t i = 0; i < count; i++) {
        views[i].kind = VIEW_MIRRORED;
    }
    if (projection_views(p, g, views, count, 0, mirrored, failed, false, pace, e)) {
        return e->code;
    }
    for (size_t i = 0; i < count * (size_t)p->components; i++) {
        out[i] = .5F * (out[i] + mirrored[i]);
    }
    return ERR_OK;
}

enum err_code projection_pictures(const struct projection *p, const struct gallery *g, const uint32_t *ids,
                                  size_t count, float *out, unsigned char *failed, bool counted, struct pace *pace,
                                  struct err *e) {
    float *mirrored = malloc(CHUNK * (size_t)p->components * sizeof *mirrored);
    enum err_code code = mirrored ? ERR_OK : err_nomem(e);
    for (size_t at = 0; !code && at < count; at += CHUNK) {
        size_t n = count - at < CHUNK ? count - at : CHUNK;
        code = project_both(p, g, ids + at, n, out + at * (size_t)p->components, mirrored, failed ? failed + at : NULL,
                            counted, pace, e);
    }
    free(mirrored);
    return code;
}
