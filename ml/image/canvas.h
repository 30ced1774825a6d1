/* The working copy of a picture: a square of floats, 0..1, one plane a channel, and the way to it from a decoded
 * picture of any size and colour. */
#ifndef ML_IMAGE_CANVAS_H
#define ML_IMAGE_CANVAS_H

#include "ml/image/image.h"

#include <stdbool.h>
#include <stddef.h>

#define CANVAS_MOST 64 /* pixels a side, at most */
#define CANVAS_VALUES ((size_t)CANVAS_MOST * CANVAS_MOST * 3)

struct canvas {
    int size, channels;                          /* side in pixels; 1 grey or 3 RGB */
    float values[3 * CANVAS_MOST * CANVAS_MOST]; /* [channel][y][x] */
};

/* Bytes of one stored picture of this size. */
size_t canvas_bytes(int size, int channels);

/* A picture, area-averaged to size x size (its shape is squashed) and to 1 or 3 channels, as interleaved bytes: how
 * pictures wait in memory. ERR_IMAGE for an empty picture. */
enum err_code canvas_shrink(const struct image *picture, int size, int channels, unsigned char *bytes, struct err *e);

/* From the waiting bytes to floats. `ink`: what stands out from the ground, |value - median of the border|, so that
 * black on white and white on black are the same and the ground is 0 (for one channel). */
void canvas_fill(struct canvas *c, const unsigned char *bytes, int size, int channels, bool ink);

/* Grey: .299 R + .587 G + .114 B (ITU-R BT.601). */
void canvas_grey(const struct canvas *c, struct canvas *out);

/* Half the side, each pixel the mean of four. The side must be even. */
void canvas_halve(const struct canvas *c, struct canvas *out);

/* Left and right change places. */
void canvas_mirror(struct canvas *c);

#endif
