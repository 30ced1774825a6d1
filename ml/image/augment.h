/* Augmented views: what a picture might as well have looked like. One affine map about the centre and one bilinear
 * resample, then a change of tone, then for some a blur (Chen et al. 2020, section 3, with the ranges of the preset).
 */
#ifndef ML_IMAGE_AUGMENT_H
#define ML_IMAGE_AUGMENT_H

#include "base/random.h"
#include "ml/image/canvas.h"
#include "ml/image/preset.h"

/* Draw a view of `from` into `to` (another canvas). The stream belongs to the picture and the view alone. */
void augment_view(const struct preset *p, const struct canvas *from, struct canvas *to, struct random *r);

/* value at (x, y) of a plane, bilinear; beyond the edge: 0, or the edge's pixel where `clamped`. */
float augment_sample(const float *plane, int size, float x, float y, bool clamped);

/* Gaussian blur in place, deviation in pixels (above 0), cut at three deviations; beyond the edge as augment_sample. */
void augment_blur(struct canvas *c, float deviation, bool clamped);

#endif
