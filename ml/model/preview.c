/* The stem's own view of the waiting bytes, made a picture again. */
#include "ml/model/preview.h"

#include "ml/image/resize.h"
#include "ml/model/stem.h"

#include <stdlib.h>

static enum err_code show_picture(const struct stem *s, const unsigned char *bytes, uint32_t picture, size_t views,
                                  uint64_t seed, struct stem_scratch *scratch, const struct preview_sink *sink,
                                  struct err *e) {
    unsigned char pixels[CANVAS_VALUES];
    size_t area = (size_t)s->size * (size_t)s->size;
    for (size_t v = 0; v < views && !e->code; v++) {
        struct view view = {picture, VIEW_DRAWN + (uint32_t)v};
        stem_view(s, &view, bytes, seed, scratch);
        image_round(scratch->view.values, area, scratch->view.channels, pixels);
        const struct image m = {s->size, s->size, scratch->view.channels, pixels};
        sink->show(sink->user, picture, v, &m, e);
    }
    return e->code;
}

static enum err_code show_all(struct gallery *g, const struct choice *c, size_t pictures, size_t views, uint64_t seed,
                              const struct preview_sink *sink, struct pace *pace, struct err *e) {
    struct stem stem = {0};
    struct stem_scratch *scratch = malloc(sizeof *scratch);
    unsigned char *bytes = malloc(canvas_bytes(c->size, c->channels));
    g->size = c->size;
    g->channels = c->channels;
    if (!scratch || !bytes) {
        err_nomem(e);
    } else if (!stem_init(&stem, &c->preset, c->size, c->channels, e)) {
        for (uint32_t i = 0; i < pictures && !e->code; i++) {
            if (!gallery_fetch(g, &i, 1, bytes, NULL, true, pace, e)) {
                show_picture(&stem, bytes, i, views, seed, scratch, sink, e);
            }
        }
    }
    stem_release(&stem);
    free(scratch);
    free(bytes);
    return e->code;
}

enum err_code preview_views(const char *augment, const struct preset_switches *switches, const struct ml_source *source,
                            size_t pictures, size_t views, uint64_t seed, const struct preview_sink *sink,
                            struct choice *out, const struct ml_watch *watch, struct err *e) {
    struct gallery g;
    struct pace pace;
    pace_init(&pace, watch);
    if (gallery_init(&g, source, seed, e)) {
        return e->code;
    }
    pictures = pictures < source->count ? pictures : source->count;
    if (!pace_stage(&pace, "Reading", pictures, e) && !choice_make(&g, augment, switches, out, &pace, e)) {
        show_all(&g, out, pictures, views, seed, sink, &pace, e);
    }
    gallery_release(&g);
    return e->code;
}
