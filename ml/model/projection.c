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

/* Fetch the chunk's pictures, each once where its views follow each other, and lay the bytes out one a view. */
static enum err_code fetch_chunk(const struct gallery *g, const struct view *views, size_t count, unsigned char *bytes,
                                 unsigned char *failed, bool counted, struct pace *pace, struct err *e) {
    uint32_t ids[CHUNK];
    size_t distinct = 0, each = canvas_bytes(g->size, g->channels);
    for (size_t i = 0; i < count; i++) {
        if (!distinct || ids[distinct - 1] != views[i].picture) {
            ids[distinct++] = views[i].picture;
        }
    }
    if (gallery_fetch(g, ids, distinct, bytes, failed, counted, pace, e)) {
        return e->code;
    }
    for (size_t i = count, at = distinct; i-- > 0 && at <= i;) { /* from the end, so that nothing is overwritten */
        at -= i + 1 == count || views[i].picture != views[i + 1].picture;
        memmove(bytes + i * each, bytes + at * each, each);
        if (failed) {
            failed[i] = failed[at];
        }
    }
    return ERR_OK;
}

static enum err_code project_chunk(const struct projection *p, const struct gallery *g, const struct view *views,
                                   size_t count, uint64_t seed, struct chunk *c, float *out, unsigned char *failed,
                                   bool counted, struct pace *pace, struct err *e) {
    size_t d = (size_t)p->stem.length, k = (size_t)p->components;
    for (size_t i = 0; i < count; i++) {
        memcpy(out + i * k, p->offset, k * sizeof *out);
    }
    if (fetch_chunk(g, views, count, c->bytes, failed, counted, pace, e) ||
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

#define BOTH (CHUNK / 2) /* pictures whose originals and mirrors fill a chunk */

/* Some originals and their mirrors into `rows`, in pairs, and their means into out. */
static enum err_code project_both(const struct projection *p, const struct gallery *g, const uint32_t *ids,
                                  size_t count, float *out, float *rows, unsigned char *failed, bool counted,
                                  struct pace *pace, struct err *e) {
    struct view views[2 * BOTH];
    unsigned char marks[2 * BOTH] = {0};
    size_t k = (size_t)p->components;
    for (size_t i = 0; i < 2 * count; i++) {
        views[i] = (struct view){ids[i / 2], i % 2 ? VIEW_MIRRORED : VIEW_ORIGINAL};
    }
    if (projection_views(p, g, views, 2 * count, 0, rows, failed ? marks : NULL, counted, pace, e)) {
        return e->code;
    }
    for (size_t i = 0; i < count * k; i++) {
        const float *pair = rows + i / k * 2 * k + i % k;
        out[i] = .5F * (pair[0] + pair[k]);
    }
    for (size_t i = 0; failed && i < count; i++) {
        failed[i] = marks[2 * i];
    }
    return ERR_OK;
}

static enum err_code project_originals(const struct projection *p, const struct gallery *g, const uint32_t *ids,
                                       size_t count, float *out, unsigned char *failed, bool counted, struct pace *pace,
                                       struct err *e) {
    struct view views[CHUNK];
    for (size_t i = 0; i < count; i++) {
        views[i] = (struct view){ids[i], VIEW_ORIGINAL};
    }
    return projection_views(p, g, views, count, 0, out, failed, counted, pace, e);
}

enum err_code projection_pictures(const struct projection *p, const struct gallery *g, const uint32_t *ids,
                                  size_t count, float *out, unsigned char *failed, bool counted, struct pace *pace,
                                  struct err *e) {
    bool both = p->stem.preset->mirror;
    size_t k = (size_t)p->components, chunk = both ? BOTH : CHUNK;
    float *rows = malloc(CHUNK * k * sizeof *rows);
    enum err_code code = rows ? ERR_OK : err_nomem(e);
    for (size_t at = 0; !code && at < count; at += chunk) {
        size_t n = count - at < chunk ? count - at : chunk;
        unsigned char *marks = failed ? failed + at : NULL;
        code = both ? project_both(p, g, ids + at, n, out + at * k, rows, marks, counted, pace, e)
                    : project_originals(p, g, ids + at, n, out + at * k, marks, counted, pace, e);
    }
    free(rows);
    return code;
}
