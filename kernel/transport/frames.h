/* The frames of one ZeroMQ message, in one piece of memory that can be handed from thread to thread. */
#ifndef KERNEL_TRANSPORT_FRAMES_H
#define KERNEL_TRANSPORT_FRAMES_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Caps on what a peer may send. */
#define FRAMES_MOST_COUNT 64u
#define FRAMES_MOST_BYTES ((size_t)100 << 20)

struct frames {
    struct buf bytes;
    size_t ends[FRAMES_MOST_COUNT]; /* where each frame ends in `bytes` */
    size_t count;
    bool overflow; /* more frames or bytes came than the caps allow; they were read and dropped */
};

#define FRAMES_INIT ((struct frames){.bytes = {.data = NULL}})

struct slice {
    const char *bytes;
    size_t len;
};

void frames_release(struct frames *f);
void frames_clear(struct frames *f);
void frames_add(struct frames *f, const void *bytes, size_t len);
struct slice frames_at(const struct frames *f, size_t index);

#endif
