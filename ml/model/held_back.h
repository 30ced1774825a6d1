/* Judging a layer without labels: does a fresh view of a picture find its own picture among others? */
#ifndef ML_MODEL_HELD_BACK_H
#define ML_MODEL_HELD_BACK_H

#include "ml/model/projection.h"
#include "ml/nn/dense.h"

#include <stdbool.h>

/* Pictures that stand for all, with views of them that no training sees. */
struct held_back {
    size_t count, views, width; /* pictures; views of all of them together; components */
    float *pictures, *drawn;    /* (count, width), (views, width); views 2i and 2i + 1 are of picture i */
    unsigned char *hits;        /* (2, views): what the first layer that was looked at found, and the last */
    bool begun;
};

enum err_code held_back_init(struct held_back *h, const struct projection *p, const struct gallery *g, uint64_t seed,
                             struct pace *pace, struct err *e);
void held_back_release(struct held_back *h);

/* Share of the views whose nearest picture, by cosine of the layer's vectors, is their own. A layer of NULL: of the
 * components as they are. `hits` (h->views) says of each view whether it does, or is NULL. */
enum err_code held_back_share(const struct held_back *h, const struct dense *layer, float *share, unsigned char *hits,
                              struct err *e);

/* The share as the judge of training (struct simclr_judge); `user` is a struct held_back. Better than the first layer
 * means beyond chance: views won less views lost, against two standard deviations of a fair coin (McNemar's test). A
 * bare rise of the share is no reason to leave the closed form. */
enum err_code held_back_look(void *user, const struct dense *layer, float *score, bool *better, struct err *e);

/* The share of raw grey pixels of the same pictures and views, less their mean. */
enum err_code held_back_pixels(const struct projection *p, const struct gallery *g, uint64_t seed, float *share,
                               struct pace *pace, struct err *e);

/* Share of views (view_count = HELD_BACK_VIEWS * count, each picture's together) whose nearest picture is their own, of
 * unit rows (or rows of zeros, which find nothing). Where `hits` is not NULL, 1 for each view that does. */
#define HELD_BACK_VIEWS 2
enum err_code held_back_find(const float *pictures, size_t count, const float *views, size_t view_count, size_t width,
                             float *share, unsigned char *hits, struct err *e);

#endif
