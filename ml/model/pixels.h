/* Raw grey pixels of views: what every encoder is compared with. */
#ifndef ML_MODEL_PIXELS_H
#define ML_MODEL_PIXELS_H

#include "ml/model/projection.h"

/* Rows of size * size grey values, as projection_views gives components (no deskew: raw is raw). */
enum err_code pixels_views(const struct projection *p, const struct gallery *g, const struct view *views, size_t count,
                           uint64_t seed, float *out, struct pace *pace, struct err *e);

/* Rows less the mean of the first `count` of them, to unit length. */
void pixels_centre(float *rows, size_t count, size_t all, size_t width);

#endif
