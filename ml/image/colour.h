/* Colour of a picture: where which colours are (cells), and how many of which (histogram). Weak beside shape, but worth
 * a few points on photographs. */
#ifndef ML_IMAGE_COLOUR_H
#define ML_IMAGE_COLOUR_H

#include "ml/image/canvas.h"

#define COLOUR_CELLS_LENGTH 96     /* 4 x 4 cells of mean and deviation of 3 opponent channels */
#define COLOUR_HISTOGRAM_LENGTH 64 /* 4 x 4 x 4 boxes of RGB */

/* rgb: three planes, side a multiple of 4. Opponent channels: grey, R - G, B - (R + G) / 2. */
void colour_cells(const struct canvas *rgb, float *out);

/* Square roots of the counts. */
void colour_histogram(const struct canvas *rgb, float *out);

#endif
