/* Why two pictures are alike: what each cell of the one and of the other adds to their score. */
#ifndef ML_MODEL_EXPLAIN_H
#define ML_MODEL_EXPLAIN_H

#include "ml/model/encoder.h"

#define EXPLAIN_CELLS_MOST 8

/* One side of a score. All cells, the histogram and the rest add up to the score, but for rounding. */
struct explain_side {
    float
        cells[EXPLAIN_CELLS_MOST * EXPLAIN_CELLS_MOST]; /* (side, side): gradient, texture and colour cells together */
    float shape, texture, colour;                       /* the same by block of features */
    float histogram;                                    /* colours wherever they are */
    float rest;                                         /* what the score would be without any feature */
    struct image seen;                                  /* the picture as the stem sees it, size x size; owned */
};

struct explanation {
    int side; /* cells a side */
    float score;
    bool as_seen; /* cells belong to the picture as it is seen (straightened), not as it is in its file */
    struct explain_side first, second;
};

/* The score of pictures `first` and `second` of the source taken apart. Failures as encoder_embed;
 * ERR_UNSUPPORTED for a convolutional backbone. */
enum err_code encoder_explain(const struct encoder *m, const struct ml_source *source, size_t first, size_t second,
                              struct explanation *out, struct err *e);
void explanation_release(struct explanation *x);

#endif
