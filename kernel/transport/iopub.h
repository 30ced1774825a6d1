/* The iopub thread: owns the publishing socket, welcomes subscribers, and sends what other threads hand it. */
#ifndef KERNEL_TRANSPORT_IOPUB_H
#define KERNEL_TRANSPORT_IOPUB_H

#include "kernel/transport/sockets.h"

struct iopub;

/* `welcome` builds the iopub_welcome message for a topic into empty frames; it runs in the iopub thread. */
struct iopub *iopub_start(struct sockets *s,
                          void (*welcome)(void *user, const char *topic, size_t len, struct frames *out), void *user);

/* A sending end for one thread; NULL: no memory. Closed by socket_close. */
struct socket *iopub_sender(struct sockets *s);

/* Send all that was handed over before, then end the thread. `sender` is the caller's. */
void iopub_stop(struct iopub *p, struct socket *sender);

#endif
