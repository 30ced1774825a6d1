/* Oriented gradients on a grid of cells: how much edge of which direction is where. Kept on its grid (not pooled away),
 * this alone retrieves better than a small network trained on a thousand pictures. After Dalal and Triggs 2005 (HOG),
 * with smooth cells, signed directions and square roots in place of blocks. */
#ifndef ML_IMAGE_GRADIENT_H
#define ML_IMAGE_GRADIENT_H

#include "ml/image/canvas.h"
#include "ml/recipe.h"

#define GRADIENT_CELLS_MOST 8

/* The weights of a size and a number of cells, made once. */
struct gradient {
    int size, cells;
    bool blurred;
    float weights[CANVAS_MOST][GRADIENT_CELLS_MOST]; /* of pixel x in cell i; 0 beyond `cells` */
};

/* Cells 1..8 a side. `blurred`: smooth by [.27 .46 .27] first. */
void gradient_init(struct gradient *g, int size, int cells, bool blurred);

int gradient_length(const struct gradient *g); /* cells * cells * 12 */

/* Square roots of the weighted sums of gradient magnitude, [cell y][bin][cell x]. grey has one plane of g->size. */
void gradient_compute(const struct gradient *g, const struct canvas *grey, float *out);

#endif
