/* From bytes to what the network sees, and from there to vectors. */
#include "ml/model/backbone.h"

#include "base/parallel.h"
#include "ml/image/augment.h"
#include "ml/nn/dense.h"
#include "ml/nn/gemm.h"

#include <stdlib.h>
#include <string.h>

void backbone_free(struct backbone *b) {
    if (b) {
        net_free(b->net);
        free(b->centre);
        free(b->basis);
        free(b);
    }
}

int backbone_dimension(const struct backbone *b) {
    return (int)net_value_size(b->net, b->net->embedding);
}

enum err_code backbone_new(const struct arch *arch, const struct preset *preset, int width, int size, int channels,
                           struct backbone **out, struct err *e) {
    struct backbone *b = calloc(1, sizeof *b);
    if (!b) {
        return err_nomem(e);
    }
    *b = (struct backbone){.arch = arch, .preset = *preset, .width = width, .size = size, .channels = channels};
    if (!arch_build(arch, width, size, channels, 0, &b->net, e)) {
        b->kept = backbone_dimension(b);
        b->centre = calloc((size_t)b->kept, sizeof *b->centre);
        if (b->centre) {
            *out = b;
            return ERR_OK;
        }
        err_nomem(e);
    }
    backbone_free(b);
    return e->code;
}

/* Planes of 0..1 to pixels of the network's scale. */
static void scale_planes(const struct backbone *b, const struct canvas *c, float *out) {
    size_t area = (size_t)c->size * (size_t)c->size, channels = (size_t)c->channels;
    for (size_t i = 0; i < area; i++) {
        for (size_t k = 0; k < channels; k++) {
            *out++ = (c->values[k * area + i] - b->mean[k]) / b->deviation[k];
        }
    }
}

void backbone_see(const struct backbone *b, const unsigned char *bytes, struct random *r, float *out) {
    if (b->size > CANVAS_MOST) { /* too large for a canvas: bytes are pixels already, and no view is drawn of them */
        size_t values = canvas_bytes(b->size, b->channels), channels = (size_t)b->channels;
        for (size_t i = 0; i < values; i++) {
            out[i] = ((float)bytes[i] / 255 - b->mean[i % channels]) / b->deviation[i % channels];
        }
        return;
    }
    struct canvas picture, view;
    canvas_fill(&picture, bytes, b->size, b->channels, b->preset.deskew);
    if (r) {
        augment_view(&b->preset, &picture, &view, r);
    }
    scale_planes(b, r ? &view : &picture, out);
}

struct seeing {
    const struct backbone *backbone;
    const unsigned char *bytes;
    float *out;
};

static void see_some(void *user, size_t begin, size_t end) {
    const struct seeing *s = user;
    size_t values = canvas_bytes(s->backbone->size, s->backbone->channels);
    for (size_t i = begin; i < end; i++) {
        backbone_see(s->backbone, s->bytes + i * values, NULL, s->out + i * values);
    }
}

void backbone_finish(float *rows, size_t count, size_t width, const float *centre) {
    dense_normalise(rows, count, width);
    if (!centre) {
        return;
    }
    for (size_t r = 0; r < count; r++) {
        for (size_t k = 0; k < width; k++) {
            rows[r * width + k] -= centre[k];
        }
    }
    dense_normalise(rows, count, width);
}

enum err_code backbone_run(const struct backbone *b, struct net_work *work, const struct gallery *g,
                           const uint32_t *ids, size_t count, float *out, unsigned char *failed, bool counted,
                           struct pace *pace, struct err *e) {
    size_t each = canvas_bytes(b->size, b->channels), width = (size_t)backbone_dimension(b);
    unsigned char *bytes = malloc(BACKBONE_CHUNK * each);
    if (!bytes) {
        return err_nomem(e);
    }
    for (size_t at = 0; at < count && !e->code; at += BACKBONE_CHUNK) {
        size_t n = count - at < BACKBONE_CHUNK ? count - at : BACKBONE_CHUNK;
        if (gallery_fetch(g, ids + at, n, bytes, failed ? failed + at : NULL, counted, pace, e)) {
            break;
        }
        struct seeing s = {b, bytes, net_input(work)};
        parallel_for(n, 4, see_some, &s);
        if (net_forward(work, n, pace, e)) {
            break;
        }
        memcpy(out + at * width, net_result(work, b->net->embedding), n * width * sizeof *out);
        pace_check(pace, e);
    }
    free(bytes);
    return e->code;
}

/* From what the network gives, (count, dimension), to vectors, (count, kept): rows may be out. */
static void finish_vectors(const struct backbone *b, float *rows, size_t count, float *out) {
    size_t width = (size_t)backbone_dimension(b), kept = (size_t)b->kept;
    backbone_finish(rows, count, width, b->centre);
    if (b->basis) {
        memset(out, 0, count * kept * sizeof *out);
        gemm_alike(count, kept, width, 1, rows, width, (struct gemm_matrix){b->basis, width, true}, 0, out, kept);
        dense_normalise(out, count, kept);
    }
}

/* Vectors of a picture that failed are zeros. */
static void clear_failed(const unsigned char *failed, size_t count, size_t width, float *out) {
    for (size_t i = 0; failed && i < count; i++) {
        if (failed[i]) {
            memset(out + i * width, 0, width * sizeof *out);
        }
    }
}

enum err_code backbone_embed(const struct backbone *b, const struct ml_source *source, size_t begin, size_t end,
                             float *out, unsigned char *failed, const struct ml_watch *watch, struct err *e) {
    struct gallery g = {.source = source, .size = b->size, .channels = b->channels};
    struct net_work *work = NULL;
    struct pace pace;
    size_t width = (size_t)backbone_dimension(b), count = end - begin;
    pace_init(&pace, watch);
    uint32_t *ids = malloc((count + 1) * sizeof *ids);
    float *rows = b->basis ? malloc((count * width + 1) * sizeof *rows) : out;
    if (!ids || !rows) {
        free(ids);
        free(b->basis ? rows : NULL);
        return err_nomem(e);
    }
    for (size_t i = 0; i < count; i++) {
        ids[i] = (uint32_t)(begin + i);
    }
    if (failed) {
        memset(failed, 0, count);
    }
    if (!net_work_new(b->net, count < BACKBONE_CHUNK ? count : BACKBONE_CHUNK, false, &work, e) &&
        !pace_stage(&pace, "Embedding", count, e)) {
        net_fold(work);
        if (!backbone_run(b, work, &g, ids, count, rows, failed, true, &pace, e)) {
            finish_vectors(b, rows, count, out);
            clear_failed(failed, count, (size_t)b->kept, out);
        }
    }
    net_work_free(work);
    free(ids);
    free(b->basis ? rows : NULL);
    return e->code;
}
