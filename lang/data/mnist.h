/* The recipe of mnist_data: 1,000 + 200 pictures out of MNIST's 60,000 training pictures. */
#ifndef LANG_DATA_MNIST_H
#define LANG_DATA_MNIST_H

#include "base/err.h"
#include "base/stop.h"
#include "lang/data/mnist_sources.h"
#include "lang/data/sample.h"
#include "lang/result.h"

#include <stddef.h>

/* The numbers of the pictures in MNIST's training files, and their labels, in the order of the CSV files. */
enum { MNIST_TRAIN = 1000, MNIST_TEST = 200 };
extern const struct sample_row mnist_train_rows[MNIST_TRAIN];
extern const struct sample_row mnist_test_rows[MNIST_TEST];

/* Write the dataset into `folder`, which is there and empty, out of the first of the `count` sources that answers and
 * whose files have MNIST's SHA-256. `work` is an empty folder for downloads; the caller removes both after a failure.
 * When no source does, the error lists each of them and why. A failed source with `told` set is a warning where a
 * later one works. Memory is the sample (1 MB) and the buffers of the streams. */
enum err_code mnist_make(const struct mnist_source *sources, size_t count, const char *work, const char *folder,
                         struct stop *stop, const struct sink *out, struct err *e);

#endif
