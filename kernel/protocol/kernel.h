/* The kernel's state, and its lanes, one for each line of requests that are answered in turn: the control channel, the
 * shell and the subshells. */
#ifndef KERNEL_PROTOCOL_KERNEL_H
#define KERNEL_PROTOCOL_KERNEL_H

#include "base/stop.h"
#include "kernel/protocol/inbox.h"
#include "kernel/protocol/usage.h"
#include "kernel/transport/connection.h"
#include "kernel/transport/iopub.h"
#include "kernel/transport/replay.h"
#include "kernel/transport/sockets.h"
#include "lang/session.h"

#include <stdatomic.h>

/* The parent shell and sixteen subshells. */
enum { SHELLS_MOST = 17 };

struct kernel {
    struct connection connection;
    struct sockets *sockets;
    struct iopub *iopub;
    struct stop stops[SHELLS_MOST]; /* one a shell; set to interrupt its cell, cleared when a cell begins */
    atomic_bool ending;             /* the process is to end after the present request */
    int wake;                       /* eventfd: the control thread looks at `ending` */
    char id[37];                    /* one a process: the `session` of every header */
    const char *username;
    /* The control thread's. */
    struct lane *shells[SHELLS_MOST]; /* the first is the parent shell; NULL: none */
    struct socket *replies;           /* what the shells answer */
    struct usage usage;
    struct replay replay;
};

struct lane {
    struct kernel *kernel;
    enum channel channel;
    struct socket *socket, *publish; /* for replies, and for iopub */
    /* A shell's alone. */
    unsigned char place; /* in kernel->shells and kernel->stops */
    char id[37];         /* the subshell_id; empty for the parent shell */
    struct session *session;
    struct stop *stop;
    int execution_count;
    char console[64]; /* the session of the client that last asked whether code is complete, or empty: see query.c */
    struct inbox inbox;
    pthread_t thread; /* of a subshell */
};

/* Interrupt the cells of all shells. Safe in a signal handler. */
void kernel_interrupt(struct kernel *k);

/* Ask all lanes to end: interrupts the cells, wakes the control thread. Safe in a signal handler. */
void kernel_end(struct kernel *k);

#endif
