/* A view is drawn from the waiting bytes, straightened where the preset says so, and taken apart by the blocks. */
#include "ml/model/stem.h"

#include "ml/image/augment.h"
#include "ml/image/colour.h"
#include "ml/image/deskew.h"
#include "ml/image/shift.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 8 /* views a piece: enough to make its scratch memory cheap */

#define EQUAL_SQUARE 1e-10F /* a block this near to the mean, as part of it, squared, differs by rounding alone */

enum { GRADIENT, TEXTURE, CELLS, HISTOGRAM };

enum err_code stem_init(struct stem *s, const struct preset *preset, int size, int channels, struct err *e) {
    *s = (struct stem){.preset = preset, .size = size, .channels = channels};
    /* Photographs of 32 pixels are smooth enough; everything else is blurred against the grain of its pixels. */
    gradient_init(&s->gradient, size, preset->cells, preset->deskew || size > DICTIONARY_SIZE);
    bool colour = channels == 3;
    s->blocks[GRADIENT] = (struct stem_block){"gradient", gradient_length(&s->gradient), RECIPE_WEIGHT_GRADIENT};
    s->blocks[TEXTURE] = (struct stem_block){"texture", preset->texture ? DICTIONARY_LENGTH : 0, RECIPE_WEIGHT_TEXTURE};
    s->blocks[CELLS] = (struct stem_block){"colour cells", colour ? COLOUR_CELLS_LENGTH : 0, RECIPE_WEIGHT_CELLS};
    s->blocks[HISTOGRAM] =
        (struct stem_block){"colour histogram", colour ? COLOUR_HISTOGRAM_LENGTH : 0, RECIPE_WEIGHT_HISTOGRAM};
    for (int i = 0; i < STEM_BLOCKS; i++) {
        s->length += s->blocks[i].length;
    }
    s->mean = calloc((size_t)s->length, sizeof *s->mean);
    return s->mean ? ERR_OK : err_nomem(e);
}

void stem_release(struct stem *s) {
    free(s->mean);
    *s = (struct stem){0};
}

void stem_compute(const struct stem *s, struct stem_scratch *scratch, float *out) {
    struct canvas *view = &scratch->view;
    canvas_grey(view, &scratch->grey);
    gradient_compute(&s->gradient, &scratch->grey, out);
    out += s->blocks[GRADIENT].length;
    if (!s->blocks[TEXTURE].length && s->channels == 1) {
        return;
    }
    if (s->size > DICTIONARY_SIZE) { /* the other blocks read the small copy */
        canvas_halve(view, &scratch->small);
        view = &scratch->small;
        canvas_grey(view, &scratch->grey);
    }
    if (s->blocks[TEXTURE].length) {
        dictionary_compute(&s->dictionary, &scratch->grey, &scratch->dictionary, out);
        out += s->blocks[TEXTURE].length;
    }
    if (s->channels == 3) {
        colour_cells(view, out);
        colour_histogram(view, out + s->blocks[CELLS].length);
    }
}

void stem_join(const struct stem *s, float *features) {
    const float *mean = s->mean;
    for (int i = 0; i < STEM_BLOCKS; i++) {
        float square = 0, mean_square = 0;
        for (int k = 0; k < s->blocks[i].length; k++) {
            features[k] -= mean[k];
            square += features[k] * features[k];
            mean_square += mean[k] * mean[k];
        }
        float scale = square > EQUAL_SQUARE * mean_square && square > 1e-20F ? s->blocks[i].weight / sqrtf(square) : 0;
        for (int k = 0; k < s->blocks[i].length; k++) {
            features[k] *= scale;
        }
        features += s->blocks[i].length;
        mean += s->blocks[i].length;
    }
}

void stem_view(const struct stem *s, const struct view *view, const unsigned char *bytes, uint64_t seed,
               struct stem_scratch *scratch) {
    bool drawn = view->kind >= VIEW_DRAWN && s->preset->augmented;
    canvas_fill(drawn ? &scratch->original : &scratch->view, bytes, s->size, s->channels, s->preset->deskew);
    if (drawn) {
        struct random r = random_stream(seed, view->picture, view->kind);
        if (view->kind >= VIEW_SHIFTED && view->kind < VIEW_SHIFTED_END) {
            shift_view(&scratch->original, &scratch->view, &r);
        } else {
            augment_view(s->preset, &scratch->original, &scratch->view, &r);
        }
    } else if (view->kind == VIEW_MIRRORED) {
        canvas_mirror(&scratch->view);
    }
    if (s->preset->deskew) {
        deskew(&scratch->view, &scratch->grey);
        canvas_grey(&scratch->grey, &scratch->view);
    }
}

struct viewing {
    const struct stem *stem;
    const struct view *views;
    const unsigned char *bytes;
    uint64_t seed;
    bool joined;
    float *out;
    atomic_bool no_memory;
};

static void view_some(void *user, size_t begin, size_t end) {
    struct viewing *w = user;
    struct stem_scratch *scratch = malloc(sizeof *scratch);
    if (!scratch) {
        atomic_store(&w->no_memory, true);
        return;
    }
    for (size_t i = begin; i < end; i++) {
        float *row = w->out + i * (size_t)w->stem->length;
        const unsigned char *bytes = w->bytes + i * canvas_bytes(w->stem->size, w->stem->channels);
        stem_view(w->stem, &w->views[i], bytes, w->seed, scratch);
        stem_compute(w->stem, scratch, row);
        if (w->joined) {
            stem_join(w->stem, row);
        }
    }
    free(scratch);
}

enum err_code stem_views(const struct stem *s, const struct view *views, const unsigned char *bytes, size_t count,
                         uint64_t seed, bool joined, float *out, struct pace *pace, struct err *e) {
    struct viewing w = {s, views, bytes, seed, joined, out, false};
    enum err_code code = pace_for(pace, count, PIECE, false, view_some, &w, e);
    return code ? code : atomic_load(&w.no_memory) ? err_nomem(e) : ERR_OK;
}
