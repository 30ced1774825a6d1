/* Slices grow while they are quick and shrink when they are slow; only time decides, never the data, and the work of an
 * item does not depend on its slice, so results stay the same. */
#include "ml/pace.h"

#include "base/clock.h"
#include "base/parallel.h"

#define REPORT_SECONDS 0.05 /* the promise is 0.1; half of it leaves room for a slice that was slower than the last */
#define SLICE_SECONDS 0.03

void pace_init(struct pace *p, const struct ml_watch *watch) {
    *p = (struct pace){.watch = watch, .last = clock_now()};
}

static enum err_code report(struct pace *p, struct err *e) {
    p->last = clock_now();
    if (p->watch && p->watch->report && p->watch->report(p->watch->user, &p->progress)) {
        return err_interrupt(e);
    }
    return ERR_OK;
}

enum err_code pace_stage(struct pace *p, const char *stage, size_t total, struct err *e) {
    p->progress.stage = stage;
    p->progress.done = 0;
    p->progress.total = total;
    return report(p, e);
}

enum err_code pace_check(struct pace *p, struct err *e) {
    return clock_now() - p->last < REPORT_SECONDS ? ERR_OK : report(p, e);
}

struct slice {
    void (*body)(void *, size_t, size_t);
    void *user;
    size_t begin;
};

static void run_piece(void *user, size_t begin, size_t end) {
    const struct slice *s = user;
    s->body(s->user, s->begin + begin, s->begin + end);
}

enum err_code pace_for(struct pace *p, size_t n, size_t grain, bool counted,
                       void (*body)(void *user, size_t begin, size_t end), void *user, struct err *e) {
    size_t step = grain * (size_t)parallel_threads();
    for (size_t begin = 0; begin < n;) {
        double start = clock_now();
        size_t count = n - begin < step ? n - begin : step;
        struct slice s = {body, user, begin};
        parallel_for(count, grain, run_piece, &s);
        begin += count;
        if (counted) {
            p->progress.done += count;
        }
        enum err_code code = pace_check(p, e);
        if (code) {
            return code;
        }
        double seconds = clock_now() - start;
        if (seconds < SLICE_SECONDS / 2) {
            step *= 2;
        } else if (seconds > SLICE_SECONDS * 2 && step > grain) {
            step /= 2;
        }
    }
    return ERR_OK;
}
