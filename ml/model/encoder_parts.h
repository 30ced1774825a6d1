/* What an encoder is made of; for the files of ml/model alone. */
#ifndef ML_MODEL_ENCODER_PARTS_H
#define ML_MODEL_ENCODER_PARTS_H

#include "ml/model/backbone.h"
#include "ml/model/encoder.h"
#include "ml/model/projection.h"
#include "ml/nn/dense.h"

struct encoder {
    struct backbone *backbone;    /* or NULL */
    float joined;                 /* with a backbone: what the fixed features weigh beside it; 0: it stands alone */
    struct preset preset;         /* from here on: the fixed features, empty where a backbone stands alone */
    struct projection projection; /* picture -> principal components */
    struct dense layer;           /* -> vector */
};

/* Whether it has fixed features. */
static inline bool encoder_is_fixed(const struct encoder *m) {
    return !m->backbone || m->joined > 0;
}

#endif
