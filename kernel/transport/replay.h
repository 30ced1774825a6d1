/* Messages that come a second time. Who listens in on an unencrypted connection can send what was signed there once
 * more; so a signature counts once, as in Jupyter's own clients and in ipykernel. */
#ifndef KERNEL_TRANSPORT_REPLAY_H
#define KERNEL_TRANSPORT_REPLAY_H

#include "kernel/transport/frames.h"

#include <stdint.h>

/* The signatures of the last REPLAY_KEPT messages at least, and of twice as many at most. One thread's. */
#define REPLAY_KEPT 16384u

struct replay {
    uint64_t *young, *old; /* sets with open addressing; 0 is a free place */
    size_t count;          /* in `young` */
};

void replay_release(struct replay *r);

/* Whether the signature, already found right, comes for the first time; it is remembered. An empty one, and any where
 * memory is out, does. */
bool replay_is_new(struct replay *r, struct slice signature);

#endif
