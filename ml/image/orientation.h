/* Which way up a photograph is: the orientation that cameras note in EXIF, and turning the picture accordingly.
 * Exif 2.32 (CIPA DC-008), section 4.6.4, tag 0x0112; TIFF 6.0, section 2, for the structure. */
#ifndef ML_IMAGE_ORIENTATION_H
#define ML_IMAGE_ORIENTATION_H

#include "ml/image/image.h"

/* Orientation 1..8 of EXIF data: a TIFF structure, with or without "Exif\0\0" before it (as in a JPEG's APP1 segment,
 * or a PNG's eXIf chunk). Any bytes will do; what is damaged, missing or out of range is 1, upright. */
int orientation_read(const unsigned char *bytes, size_t len);

/* Turn the picture as the orientation says: 1 stays, 2 mirrored, 3 by 180 degrees, 4 upside down, 5 transposed,
 * 6 clockwise, 7 transversed, 8 counter-clockwise. Any other value is 1. Untouched on failure (memory). */
enum err_code orientation_apply(struct image *m, int orientation, struct err *e);

#endif
