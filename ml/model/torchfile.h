/* Weights that PyTorch saved (.pth, .pt): a state_dict, or a dictionary that holds one. Both forms: the zip archive of
 * 1.6 and later, and the row of pickles before it. Nothing in the file is run: see pickle.h. */
#ifndef ML_MODEL_TORCHFILE_H
#define ML_MODEL_TORCHFILE_H

#include "base/err.h"
#include "ml/model/modelfile.h"

#include <stdbool.h>

/* Whether the first bytes of a file say so. */
bool torchfile_is(const unsigned char *bytes, size_t len);

/* Its tensors of real numbers as float32 (whole numbers, like counts of batches, are left out), by name, in a modelfile
 * whose values are *values (to be freed after it). ERR_MODEL says what is wrong or refused. */
enum err_code torchfile_read(const unsigned char *bytes, size_t len, struct modelfile **out, float **values,
                             struct err *e);

#endif
