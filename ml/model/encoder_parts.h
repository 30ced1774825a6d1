/* What an encoder is made of; for the files of ml/model alone. */
#ifndef ML_MODEL_ENCODER_PARTS_H
#define ML_MODEL_ENCODER_PARTS_H

#include "ml/model/backbone.h"
#include "ml/model/encoder.h"
#include "ml/model/projection.h"
#include "ml/nn/dense.h"

struct encoder {
    struct backbone *backbone;    /* or NULL, and then these: */
    struct preset preset;         /* the stem's, with the user's switches */
    struct projection projection; /* picture -> principal components */
    struct dense layer;           /* -> vector */
};

#endif
