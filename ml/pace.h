/* Long work in slices short enough to stop: every loop of training and embedding goes through here, so that the watch
 * hears of it at least every tenth of a second, from the calling thread, whatever the size of the pictures. */
#ifndef ML_PACE_H
#define ML_PACE_H

#include "ml/source.h"

#include <stdbool.h>
#include <stddef.h>

struct pace {
    const struct ml_watch *watch; /* may be NULL: nobody listens */
    struct ml_progress progress;  /* what the next report says; the caller keeps it true */
    double last;                  /* clock_now() of the last report */
};

void pace_init(struct pace *p, const struct ml_watch *watch);

/* A new stage of `total` items begins; its name is static text. Reports at once. */
enum err_code pace_stage(struct pace *p, const char *stage, size_t total, struct err *e);

/* Report if the last one is older than a twentieth of a second. ERR_INTERRUPT where the watch says stop. */
enum err_code pace_check(struct pace *p, struct err *e);

/* parallel_for over 0..n in slices of about 30 ms, with a check between them. `grain` as in parallel_for; the pieces
 * may be cut shorter, so the body must not care where they are cut. `counted`: each item is one of the stage's. */
enum err_code pace_for(struct pace *p, size_t n, size_t grain, bool counted,
                       void (*body)(void *user, size_t begin, size_t end), void *user, struct err *e);

#endif
