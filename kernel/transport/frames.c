/* Frames one after the other in a buffer, with their ends. */
#include "kernel/transport/frames.h"

void frames_release(struct frames *f) {
    buf_release(&f->bytes);
    *f = FRAMES_INIT;
}

void frames_clear(struct frames *f) {
    buf_clear(&f->bytes);
    f->count = 0;
    f->overflow = false;
}

void frames_add(struct frames *f, const void *bytes, size_t len) {
    if (f->overflow || f->count == FRAMES_MOST_COUNT || len > FRAMES_MOST_BYTES - f->bytes.len) {
        f->overflow = true;
        return;
    }
    buf_add(&f->bytes, bytes, len);
    if (!buf_ok(&f->bytes)) {
        f->overflow = true;
        return;
    }
    f->ends[f->count++] = f->bytes.len;
}

struct slice frames_at(const struct frames *f, size_t index) {
    size_t begin = index ? f->ends[index - 1] : 0;
    return (struct slice){buf_text(&f->bytes) + begin, f->ends[index] - begin};
}
