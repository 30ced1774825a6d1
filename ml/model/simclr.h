/* SimCLR training of the dense layer (Chen et al. 2020, algorithm 1): two fresh views of each picture of a batch,
 * NT-Xent, Adam. The layer starts from view whitening; the best epoch by held-back views stays, which may be the start.
 */
#ifndef ML_MODEL_SIMCLR_H
#define ML_MODEL_SIMCLR_H

#include "ml/model/projection.h"
#include "ml/nn/dense.h"

/* Pictures that stand for all when a layer is judged, with views of them that no training sees. */
struct held_back {
    size_t count, views, width; /* pictures; views of all of them together; components */
    float *pictures, *drawn;    /* (count, width), (views, width); views 2i and 2i + 1 are of picture i */
};

enum err_code held_back_init(struct held_back *h, const struct projection *p, const struct gallery *g, uint64_t seed,
                             struct pace *pace, struct err *e);
void held_back_release(struct held_back *h);

/* Share of the views whose nearest picture, by cosine of the layer's vectors, is their own. A layer of NULL: of the
 * components as they are. `hits` (h->views) says of each view whether it does, or is NULL. */
enum err_code held_back_share(const struct held_back *h, const struct dense *layer, float *share, unsigned char *hits,
                              struct err *e);

/* Whether hits rose by more than chance would have it: views won less views lost, against two standard deviations of a
 * fair coin (McNemar's test). A bare rise of the share is no reason to leave the closed form. */
bool held_back_better(const struct held_back *h, const unsigned char *before, const unsigned char *after);

/* The same for raw grey pixels of the waiting pictures and the same views, less their mean. */
enum err_code held_back_pixels(const struct projection *p, const struct gallery *g, uint64_t seed, float *share,
                               struct pace *pace, struct err *e);

/* Share of views (view_count = HELD_BACK_VIEWS * count, each picture's together) whose nearest picture is their own, of
 * unit rows (or rows of zeros, which find nothing). Where `hits` is not NULL, 1 for each view that does. */
#define HELD_BACK_VIEWS 2
enum err_code held_back_find(const float *pictures, size_t count, const float *views, size_t view_count, size_t width,
                             float *share, unsigned char *hits, struct err *e);

struct simclr_options {
    int epochs;
    size_t batch; /* pictures a step */
    float temperature, rate;
    uint64_t seed;
};

struct simclr_result {
    int epochs;                         /* run */
    float first_loss, last_loss, share; /* share: of the layer that stayed */
    bool kept;                          /* whether an epoch beat the start */
};

/* x: components of the gallery's pictures (g->count rows), for the centre. On failure the layer is undefined.
 * ERR_MODEL where the loss is no longer a number. */
enum err_code simclr_train(struct dense *layer, const struct projection *p, const struct gallery *g, const float *x,
                           const struct held_back *held, const struct simclr_options *options,
                           struct simclr_result *result, struct pace *pace, struct err *e);

#endif
