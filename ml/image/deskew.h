/* Straighten handwriting: shear the picture so that its ink stands upright, and bring the centre of mass to the middle
 * (moment normalisation; LeCun et al. 1998, section III.A, on deslanting). */
#ifndef ML_IMAGE_DESKEW_H
#define ML_IMAGE_DESKEW_H

#include "ml/image/canvas.h"

/* from: one plane of ink on a ground of 0. to: another canvas. A picture without ink is copied. */
void deskew(const struct canvas *from, struct canvas *to);

#endif
