/* How fast text may be published. Jupyter's server drops what a kernel's streams publish beyond 1 MB a second (over any
 * three seconds, all frames counted), and a user then misses lines; so long text is sent no faster than that, with room
 * for a server that reads in gulps. */
#ifndef KERNEL_PROTOCOL_THROTTLE_H
#define KERNEL_PROTOCOL_THROTTLE_H

#include <stddef.h>

/* Bytes that may go at once, and bytes a second after them. */
#define THROTTLE_BURST 1e6
#define THROTTLE_RATE 0.5e6

struct throttle {
    double spent, at; /* bytes that count at the time `at`, in seconds; 0 and 0 before any */
};

/* Bytes were sent at the time `now`: the seconds to wait before more may go. */
double throttle_spend(struct throttle *p, size_t bytes, double now);

#endif
