/* The recipe of digits_data: digits drawn by this program, so that there is something to try without a network. They
 * look like handwriting from afar, and are not MNIST. */
#ifndef LANG_DATA_DIGITS_H
#define LANG_DATA_DIGITS_H

#include "base/err.h"
#include "base/stop.h"
#include "lang/data/sample.h"

#include <stdint.h>

enum { DIGITS_TRAIN = 1000, DIGITS_TEST = 200 };

/* Draw `digit` (0..9) in the hand number `hand`: white ink on black, 28 x 28. The same bytes for the same arguments. */
void digits_draw(int digit, uint64_t hand, unsigned char pixels[SAMPLE_PIXELS]);

/* Write the dataset into `folder`, which is there and empty: as many of each digit, in turn. */
enum err_code digits_make(const char *folder, struct stop *stop, struct err *e);

#endif
