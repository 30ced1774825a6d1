/* From a view of a picture to its principal components: stem, then one product. */
#ifndef ML_MODEL_PROJECTION_H
#define ML_MODEL_PROJECTION_H

#include "ml/model/gallery.h"
#include "ml/model/stem.h"
#include "ml/recipe.h"

struct projection {
    struct stem stem;
    int components;
    float *basis;  /* (components, stem.length), orthonormal rows */
    float *offset; /* (components): the mean picture, projected */
};

void projection_release(struct projection *p);

/* Views of any pictures of the source into out (count, components), a chunk at a time. Views of one picture that follow
 * each other cost one decoding. `failed`: as gallery_fetch, one a view, or NULL. `counted`: each picture decoded is one
 * item of the pace's stage. */
enum err_code projection_views(const struct projection *p, const struct gallery *g, const struct view *views,
                               size_t count, uint64_t seed, float *out, unsigned char *failed, bool counted,
                               struct pace *pace, struct err *e);

/* Pictures as search sees them: where the preset says that mirrored is the same, the mean of picture and mirror. */
enum err_code projection_pictures(const struct projection *p, const struct gallery *g, const uint32_t *ids,
                                  size_t count, float *out, unsigned char *failed, bool counted, struct pace *pace,
                                  struct err *e);

#endif
