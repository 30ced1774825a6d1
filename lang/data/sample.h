/* A labelled sample of small grey pictures, written as a dataset: JPEG files and a CSV that names them. */
#ifndef LANG_DATA_SAMPLE_H
#define LANG_DATA_SAMPLE_H

#include "base/err.h"
#include "base/stop.h"

#include <stddef.h>

enum { SAMPLE_SIDE = 28, SAMPLE_PIXELS = SAMPLE_SIDE * SAMPLE_SIDE };

struct sample_row {
    int number; /* the file's name without .jpg; no two alike in a split */
    int label;
};

/* `count` pictures of 28 x 28 grey pixels (0 black ground, 255 ink), borrowed. */
struct sample {
    const char *dataset; /* "mnist_data" */
    const char *prefix;  /* of the CSV file: "mnist" gives mnist_train.csv */
    const char *split;   /* "train": the folder */
    size_t count;
    const struct sample_row *rows;
    const unsigned char *pixels; /* count x SAMPLE_PIXELS */
};

/* Write <folder>/<split>/<number>.jpg (quality 95, on all cores) and <folder>/<prefix>_<split>.csv with the columns
 * image_path (thanosql-dataset/<dataset>/<split>/<number>.jpg), filename, label, in the order of the sample. */
enum err_code sample_write(const struct sample *s, const char *folder, struct stop *stop, struct err *e);

#endif
