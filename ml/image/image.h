/* Pictures in memory, and reading them from files. */
#ifndef ML_IMAGE_IMAGE_H
#define ML_IMAGE_IMAGE_H

#include "base/err.h"

#include <stddef.h>

/* pixels: height rows of width pixels of `channels` bytes (1 grey, 3 RGB), owned by the struct. */
struct image {
    int width, height, channels;
    unsigned char *pixels;
};

void image_release(struct image *m); /* frees and empties; fine on an empty one */

/* Decode a JPEG or PNG (told by its first bytes): grey, RGB, palette, CMYK/YCCK, 16-bit (scaled to 8), alpha (over
 * white), turned as EXIF says. A picture that is wider or higher than `want` pixels may come back smaller, but
 * never below `want` on its shorter side (scaled JPEG decoding, means of blocks of a huge PNG); want 0: full size.
 * ERR_IMAGE says what is wrong; more than 400 million pixels is refused before any memory is taken. */
enum err_code image_decode(const unsigned char *bytes, size_t len, int want, struct image *out, struct err *e);

/* Read and decode a file; errors name the path. */
enum err_code image_load(const char *path, int want, struct image *out, struct err *e);

/* "image/jpeg", "image/png", …, or NULL: what the first bytes of a file say it is. */
const char *image_mime(const unsigned char *bytes, size_t len);

/* Encode as JPEG, quality 1..100 (libjpeg-turbo, 4:4:4). Appends to *out. */
struct buf;
enum err_code image_encode_jpeg(const struct image *m, int quality, struct buf *out, struct err *e);

/* Encode as PNG, 8 bits a value. Appends to *out. */
enum err_code image_encode_png(const struct image *m, struct buf *out, struct err *e);

/* The size that a picture has when it is made to fit a square of `box` pixels, its shape kept; at least 1 x 1. */
void image_fit(int width, int height, int box, int *fit_width, int *fit_height);

/* A file's bytes to a small JPEG that fits `box` pixels; nothing is appended where the file is at most `enough` bytes
 * or the JPEG would be no smaller. width, height: of the picture either way, which tell its shape. */
enum err_code image_thumbnail(const unsigned char *bytes, size_t len, int box, size_t enough, struct buf *out,
                              int *width, int *height, struct err *e);

#endif
