/* A picture moved within its frame, with black where nothing is: what scanners, screenshots and careless cutting leave.
 * The augmented views of photographs never show such an edge, and a strong edge is what gradients see first. */
#ifndef ML_IMAGE_SHIFT_H
#define ML_IMAGE_SHIFT_H

#include "base/random.h"
#include "ml/image/canvas.h"

/* Draw a shift of `from` into `to` (another canvas): up to a tenth of the side, each way apart, between the pixels too.
 */
void shift_view(const struct canvas *from, struct canvas *to, struct random *r);

#endif
