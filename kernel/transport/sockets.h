/* ZeroMQ sockets: the five of the protocol, and the inner ones by which threads hand messages to the iopub thread.
 * A socket belongs to the thread that uses it. The one user of zmq.h. */
#ifndef KERNEL_TRANSPORT_SOCKETS_H
#define KERNEL_TRANSPORT_SOCKETS_H

#include "kernel/transport/connection.h"
#include "kernel/transport/frames.h"

#include <stdbool.h>

struct sockets; /* the context and the five */
struct socket;

/* Bind all five, encrypted where the connection has keys. A port that is taken is ERR_CONNECTION naming the endpoint.
 */
enum err_code sockets_open(const struct connection *c, struct sockets **out, struct err *e);

/* The port (or number, for ipc) that a channel is bound to; -1: unknown. */
long sockets_port(struct sockets *s, enum channel c);

/* Wake every thread that waits on a socket: it gets SOCKET_CLOSED from then on. */
void sockets_shut(struct sockets *s);

/* Close the five and end the context. Every socket made by socket_inner is closed before. */
void sockets_close(struct sockets *s);

struct socket *sockets_channel(struct sockets *s, enum channel c);

/* A socket within the process: one receiver, bound first, and any number of senders. NULL: no memory. */
struct socket *socket_inner(struct sockets *s, const char *name, bool receiver);

/* A socket that speaks to the one bound at an endpoint. NULL with *e set. */
struct socket *socket_dealer(struct sockets *s, const char *endpoint, struct err *e);
void socket_close(struct socket *s);

/* What sockets_wait looks at: up to WAIT_MOST sockets and as many file descriptors, -1 standing for none. */
enum { WAIT_MOST = 3 };
struct wait_set {
    struct socket *sockets[WAIT_MOST];
    size_t socket_count;
    int descriptors[WAIT_MOST];
    size_t descriptor_count;
};

/* Bits of the answer: socket i, descriptor i, and the end of the context. */
#define WAIT_SOCKET(i) (1 << (i))
#define WAIT_DESCRIPTOR(i) (1 << (WAIT_MOST + (i)))
#define WAIT_CLOSED (1 << (2 * WAIT_MOST))

/* Wait until something of the set can be read; returns which, as bits. `milliseconds` below 0 waits as long as it
 * takes; no bits after that time. A signal does not end the wait. */
int sockets_wait(const struct wait_set *set, long milliseconds);

/* Receive a whole message without waiting; false where there is none. */
bool socket_receive(struct socket *s, struct frames *f);

/* Send a whole message; one that cannot be sent (the peer is gone) is dropped. */
void socket_send(struct socket *s, const struct frames *f);

/* On the iopub socket: accept or drop the subscription that was received last. */
void socket_subscribe(struct socket *s, const char *topic, size_t len, bool accept);

/* Echo everything that comes to the heartbeat socket until the sockets are shut. */
void sockets_echo(struct sockets *s);

#endif
