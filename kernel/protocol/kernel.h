/* The kernel's state, and its lanes: one a thread that answers requests (shell and control). */
#ifndef KERNEL_PROTOCOL_KERNEL_H
#define KERNEL_PROTOCOL_KERNEL_H

#include "base/stop.h"
#include "kernel/transport/connection.h"
#include "kernel/transport/iopub.h"
#include "kernel/transport/sockets.h"
#include "lang/session.h"

#include <stdatomic.h>

struct kernel {
    struct connection connection;
    struct sockets *sockets;
    struct iopub *iopub;
    struct session *session;
    struct stop stop;             /* set to interrupt the running cell */
    atomic_bool ending;           /* the process is to end after the present request */
    atomic_bool finished;         /* the shell lane has left its loop */
    int shell_wake, control_wake; /* eventfds: the lane looks at `ending` */
    char id[37];                  /* one a process: the `session` of every header */
    const char *username;
    int execution_count;
};

struct lane {
    struct kernel *kernel;
    enum channel channel;
    struct socket *socket, *publish;
    /* Requests that had arrived when a cell failed: see execute.c. */
    struct frames *burst;
    size_t burst_count;
};

/* Ask both lanes to end: interrupts the cell, wakes them. Safe in a signal handler. */
void kernel_end(struct kernel *k);

#endif
