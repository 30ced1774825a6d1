/* What an encoder is made of; for encoder.c and encoder_file.c alone. */
#ifndef ML_MODEL_ENCODER_PARTS_H
#define ML_MODEL_ENCODER_PARTS_H

#include "ml/model/encoder.h"
#include "ml/model/projection.h"
#include "ml/nn/dense.h"

struct encoder {
    struct preset preset;         /* the stem's, with the user's switches */
    struct projection projection; /* picture -> principal components */
    struct dense layer;           /* -> vector */
};

#endif
