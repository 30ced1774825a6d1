/* Pictures to vectors, in tests. */
#ifndef TESTS_ML_VECTORS_H
#define TESTS_ML_VECTORS_H

#include "ml/model/encoder.h"
#include "tests/ml/pictures.h"

/* (count, dimension); the caller frees it. */
static float *vectors_of(const struct encoder *m, struct pictures *p) {
    struct ml_source source = pictures_source(p);
    struct err e = ERR_INIT;
    float *out = calloc(p->count * (size_t)encoder_dimension(m), sizeof *out);
    assert_non_null(out);
    assert_int_equal(encoder_embed(m, &source, 0, p->count, out, NULL, NULL, &e), ERR_OK);
    return out;
}

#endif
