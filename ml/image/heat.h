/* A heat map over a picture. */
#ifndef ML_IMAGE_HEAT_H
#define ML_IMAGE_HEAT_H

#include "ml/image/image.h"

/* A new RGB picture of the same size: the old one in grey, with cells (side, side), stretched over all of it, in orange
 * where they are above 0 and blue where below, strongest at +-most. */
enum err_code heat_draw(const struct image *m, const float *cells, int side, float most, struct image *out,
                        struct err *e);

#endif
