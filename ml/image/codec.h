/* What decode.c hands a file's bytes to, once it knows the format. For the files of this folder alone: everybody else
 * calls image_decode. Each codec is the only one to know its library. */
#ifndef ML_IMAGE_CODEC_H
#define ML_IMAGE_CODEC_H

#include "ml/image/image.h"

#include <stdint.h>

/* 20,000 x 20,000: the largest picture that is read, whatever it claims in its header. */
#define IMAGE_PIXELS_MOST 400000000u

/* As image_decode, for bytes that begin like a JPEG or a PNG. *out is written on success alone. */
enum err_code image_decode_jpeg(const unsigned char *bytes, size_t len, int want, struct image *out, struct err *e);
enum err_code image_decode_png(const unsigned char *bytes, size_t len, int want, struct image *out, struct err *e);

/* The check that comes before any memory is taken: ERR_IMAGE for an empty or a too large picture. */
enum err_code image_check_size(uint64_t width, uint64_t height, struct err *e);

#endif
