/* The patch dictionary: which small pieces (6 x 6 pixels) the pictures are made of, learnt by k-means on whitened
 * patches, and where in a picture they are (Coates, Lee and Ng 2011, sections 3 and 4). */
#ifndef ML_MODEL_DICTIONARY_H
#define ML_MODEL_DICTIONARY_H

#include "ml/image/canvas.h"
#include "ml/model/gallery.h"
#include "ml/recipe.h"

#define DICTIONARY_PATCH 36 /* 6 x 6 pixels */
#define DICTIONARY_SIZE 32  /* side of the pictures it reads */
#define DICTIONARY_LENGTH (4 * 4 * DICTIONARY_ATOMS)
#define DICTIONARY_POSITIONS 225 /* 15 x 15: every second pixel, one pixel beyond the edge */

struct dictionary {
    float mean[DICTIONARY_PATCH];                                          /* of normalised patches */
    float whitening[DICTIONARY_PATCH * DICTIONARY_PATCH];                  /* symmetric */
    float atoms[DICTIONARY_ATOMS * DICTIONARY_PATCH];                      /* whitened, of unit length */
    float joint[DICTIONARY_PATCH * (DICTIONARY_PATCH + DICTIONARY_ATOMS)]; /* [whitening | whitening atoms'] */
};

struct dictionary_scratch {
    float patches[DICTIONARY_POSITIONS * DICTIONARY_PATCH];
    float products[DICTIONARY_POSITIONS * (DICTIONARY_PATCH + DICTIONARY_ATOMS)];
};

/* Learn from 20,000 patches of the gallery. */
enum err_code dictionary_fit(struct dictionary *d, const struct gallery *g, uint64_t seed, struct pace *pace,
                             struct err *e);

/* After mean, whitening and atoms were filled (fitted or loaded). */
void dictionary_finish(struct dictionary *d);

/* Square roots of the pooled responses, [cell y][cell x][atom]. grey: one plane of 32 x 32. */
void dictionary_compute(const struct dictionary *d, const struct canvas *grey, struct dictionary_scratch *scratch,
                        float *out);

#endif
