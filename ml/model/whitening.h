/* The closed form of contrastive learning: principal components of the features, then view whitening. The scatter of a
 * picture's augmented views about their mean tells which directions only follow the augmentation; dividing by it is
 * relevant component analysis (Bar-Hillel, Hertz, Shental and Weinshall 2005, section 3) with the views as chunklets.
 */
#ifndef ML_MODEL_WHITENING_H
#define ML_MODEL_WHITENING_H

#include "ml/model/projection.h"
#include "ml/nn/dense.h"

/* The directions that rows (count, width) vary most in: at most `most` of them and count - 1, none that carries nothing
 * (but at least one), into basis (most, width), orthonormal, and how many into *found. In place the rows lose their
 * mean, which is put into mean (width). */
enum err_code whitening_axes(float *rows, size_t count, size_t width, size_t most, float *basis, float *mean,
                             size_t *found, struct pace *pace, struct err *e);

/* Principal components of joined features (count, p->stem.length): fills components, basis and offset. At most 256, at
 * most count - 1, none that carries nothing (but at least one). The features lose their mean in place. */
enum err_code whitening_components(struct projection *p, float *features, size_t count, struct pace *pace,
                                   struct err *e);

/* Scatter of views within their pictures, (components, components). */
enum err_code whitening_scatter(const struct projection *p, const struct gallery *g, uint64_t seed, float *scatter,
                                struct pace *pace, struct err *e);

/* Columns that whiten by a scatter within chunklets (of views, of classes): its eigenvectors over the square roots of
 * their values, which are raised by half of their mean first. (width, width). */
enum err_code whitening_matrix(const float *scatter, size_t width, float *out, struct pace *pace, struct err *e);

/* Unit vectors of x (count, width) times `whitener` (width, width), less their mean, into z (count, width). */
enum err_code whitening_vectors(const float *whitener, const float *x, size_t count, size_t width, float *z,
                                struct err *e);

/* The layer (initialised; its outputs at most its inputs) from a whitener: turn to the principal axes of the unit
 * vectors of x (count, inputs) and keep the first. */
enum err_code whitening_turn(struct dense *layer, const float *whitener, const float *x, size_t count,
                             struct pace *pace, struct err *e);

/* The same from the scatter of views. A scatter of NULL (no views): principal components divided by the fourth root of
 * their variance ("half whitening"). */
enum err_code whitening_layer(struct dense *layer, const float *scatter, const float *x, size_t count,
                              struct pace *pace, struct err *e);

#endif
