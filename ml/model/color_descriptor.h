/* A picture as a histogram of its colours: nothing to learn, nothing of shape. Hue in 8 parts, saturation and value in
 * 4 each (HSV); what has hardly any saturation has no hue. Square roots of the shares, so that vectors are of unit
 * length and their distance is Hellinger's: sqrt(1 - sum sqrt(p q)), 0 for the same colours, 1 for none in common. */
#ifndef ML_MODEL_COLOR_DESCRIPTOR_H
#define ML_MODEL_COLOR_DESCRIPTOR_H

#include "ml/source.h"

#define COLOR_DESCRIPTOR_LENGTH 128 /* [hue][saturation][value] */

/* One histogram, of `pixels` interleaved RGB triples; zeros for none. */
void color_descriptor(const unsigned char *rgb, size_t pixels, float out[COLOR_DESCRIPTOR_LENGTH]);

/* Histograms of pictures begin..end of the source, each shrunk to 64 x 64 pixels, into out (end - begin,
 * COLOR_DESCRIPTOR_LENGTH); `failed` and errors as in encoder_embed(). */
enum err_code color_descriptor_embed(const struct ml_source *source, size_t begin, size_t end, float *out,
                                     unsigned char *failed, const struct ml_watch *watch, struct err *e);

#endif
