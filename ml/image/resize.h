/* A picture of any size as planes of floats of the size that a model reads. */
#ifndef ML_IMAGE_RESIZE_H
#define ML_IMAGE_RESIZE_H

#include "ml/image/image.h"

/* Fill out, (channels, height, width) row-major, values 0..1. `channels` 1: luminance .299 R + .587 G + .114 B (ITU-R
 * BT.601); 3: RGB, a grey picture thrice. Each axis on its own: where it shrinks, the mean of the area that a pixel
 * covers (parts of pixels count as parts); where it grows, bilinear between the centres of pixels. The shape is
 * squashed, not cut. ERR_IMAGE for an empty picture, ERR_VALUE for a size below 1 or other channels; out is then
 * untouched. */
enum err_code image_resize(const struct image *m, int width, int height, int channels, float *out, struct err *e);

#endif
