/* The layer in closed form where there are labels: linear discriminant analysis (Fisher 1936; Rao 1948 for more than
 * two classes), regularised. The scatter within classes is shrunk towards the scatter within the pictures' views, at
 * least half of the way, so that changed copies of a picture are found still; and the directions that do not tell
 * classes apart are damped, not dropped, so that search still ranks within a class. */
#ifndef ML_MODEL_DISCRIMINANT_H
#define ML_MODEL_DISCRIMINANT_H

#include "ml/nn/dense.h"
#include "ml/pace.h"

/* x (count, layer->inputs): principal components of the gallery; classes (count): 0..class_count-1, below 0 for rows
 * without a label; scatter (inputs, inputs): of views within pictures, or NULL. */
enum err_code discriminant_layer(struct dense *layer, const float *scatter, const float *x, const int *classes,
                                 size_t count, size_t class_count, struct pace *pace, struct err *e);

#endif
