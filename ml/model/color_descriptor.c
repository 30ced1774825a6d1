/* Pictures come through the gallery, which reads them on all cores and names those that fail. */
#include "ml/model/color_descriptor.h"

#include "ml/image/canvas.h"
#include "ml/model/gallery.h"
#include "ml/pace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE 64
#define HUES 8
#define SATURATIONS 4
#define VALUES 4
#define CHUNK 256 /* pictures in memory at once */

static int part(int share, int whole, int parts) {
    int i = whole > 0 ? share * parts / whole : 0;
    return i < parts ? i : parts - 1;
}

/* Hue in sixths of a turn, times (most - least): red 0, green 2, blue 4. */
static int hue(int r, int g, int b, int most, int range) {
    int turn = most == r ? g - b : most == g ? 2 * range + b - r : 4 * range + r - g;
    return turn < 0 ? turn + 6 * range : turn;
}

void color_descriptor(const unsigned char *rgb, size_t pixels, float out[COLOR_DESCRIPTOR_LENGTH]) {
    size_t counts[COLOR_DESCRIPTOR_LENGTH] = {0};
    for (size_t i = 0; i < pixels; i++) {
        int r = rgb[3 * i], g = rgb[3 * i + 1], b = rgb[3 * i + 2];
        int most = r > g ? (r > b ? r : b) : g > b ? g : b;
        int least = r < g ? (r < b ? r : b) : g < b ? g : b, range = most - least;
        int saturation = part(range, most, SATURATIONS);
        int colour = saturation > 0 ? part(hue(r, g, b, most, range), 6 * range, HUES) : 0;
        counts[(colour * SATURATIONS + saturation) * VALUES + part(most, 256, VALUES)]++;
    }
    for (int i = 0; i < COLOR_DESCRIPTOR_LENGTH; i++) {
        out[i] = pixels > 0 ? (float)sqrt((double)counts[i] / (double)pixels) : 0;
    }
}

static enum err_code embed_chunk(const struct gallery *g, size_t begin, size_t count, uint32_t *ids,
                                 unsigned char *bytes, float *out, unsigned char *failed, struct pace *pace,
                                 struct err *e) {
    for (size_t i = 0; i < count; i++) {
        ids[i] = (uint32_t)(begin + i);
    }
    if (gallery_fetch(g, ids, count, bytes, failed, true, pace, e)) {
        return e->code;
    }
    for (size_t i = 0; i < count; i++) {
        float *row = out + i * COLOR_DESCRIPTOR_LENGTH;
        if (failed && failed[i]) {
            memset(row, 0, COLOR_DESCRIPTOR_LENGTH * sizeof *row);
        } else {
            color_descriptor(bytes + i * canvas_bytes(SIDE, 3), SIDE * SIDE, row);
        }
    }
    return ERR_OK;
}

enum err_code color_descriptor_embed(const struct ml_source *source, size_t begin, size_t end, float *out,
                                     unsigned char *failed, const struct ml_watch *watch, struct err *e) {
    struct gallery g = {.source = source, .size = SIDE, .channels = 3};
    struct pace pace;
    if (begin > end || end > source->count || end >= UINT32_MAX) {
        return err_set(e, ERR_VALUE, "pictures %zu to %zu were asked for, of %zu", begin, end, source->count);
    }
    uint32_t *ids = malloc(CHUNK * sizeof *ids);
    unsigned char *bytes = malloc(CHUNK * canvas_bytes(SIDE, 3));
    pace_init(&pace, watch);
    if (failed) {
        memset(failed, 0, end - begin);
    }
    if (!ids || !bytes) {
        err_nomem(e);
    } else if (!pace_stage(&pace, "Embedding", end - begin, e)) {
        for (size_t at = begin; at < end && !e->code; at += CHUNK) {
            size_t n = end - at < CHUNK ? end - at : CHUNK, row = at - begin;
            embed_chunk(&g, at, n, ids, bytes, out + row * COLOR_DESCRIPTOR_LENGTH, failed ? failed + row : NULL, &pace,
                        e);
        }
    }
    free(ids);
    free(bytes);
    return e->code;
}
