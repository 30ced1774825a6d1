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

/* Planes of floats, 0..1, to interleaved bytes: `area` pixels of `channels`. What is outside is cut off. */
void image_round(const float *planes, size_t area, int channels, unsigned char *bytes);

/* A new picture of that size (which must be 1 or more) of *m, as above. */
enum err_code image_scale(const struct image *m, int width, int height, struct image *out, struct err *e);

#endif
