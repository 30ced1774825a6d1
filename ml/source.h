/* Where ml gets its pictures from, and how it tells how far it is. */
#ifndef ML_SOURCE_H
#define ML_SOURCE_H

#include "base/err.h"
#include "ml/image/image.h"

#include <stdbool.h>
#include <stddef.h>

/* `count` pictures, read by number, in any order, from several threads at once, as often as needed; so memory is
 * what the pictures in hand need, however many there are. load() fills *out (released by ml) or fails with *e
 * set; ERR_IMAGE and ERR_FILE of a picture are met by the caller's `on_error` choice. `want` as in image_decode. */
struct ml_source {
    void *user;
    size_t count;
    enum err_code (*load)(void *user, size_t index, int want, struct image *out, struct err *e);
};

struct ml_progress {
    const char *stage;   /* "Reading", "Training", "Embedding" */
    size_t done, total;  /* images (or steps) of this stage */
    int epoch, epochs;   /* 0 outside training */
    const float *losses; /* one an epoch so far */
    size_t loss_count;
};

/* Called from the calling thread, often; a non-zero return stops the work with ERR_INTERRUPT. */
struct ml_watch {
    void *user;
    int (*report)(void *user, const struct ml_progress *p);
};

#endif
