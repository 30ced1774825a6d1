/* The start by registration (JEP 66): tell the launcher the ports that we chose, and wait until it has heard. */
#ifndef KERNEL_TRANSPORT_HANDSHAKE_H
#define KERNEL_TRANSPORT_HANDSHAKE_H

#include "kernel/transport/sockets.h"

/* ERR_CONNECTION where no signed acknowledgement comes in five seconds; ERR_INTERRUPT where `wake` can be read before.
 */
enum err_code handshake_register(struct sockets *s, const struct connection *c, const long ports[CHANNEL_COUNT],
                                 int wake, struct err *e);

#endif
