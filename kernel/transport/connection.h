/* The connection file that a client hands the kernel: where to listen, and the key to sign with. */
#ifndef KERNEL_TRANSPORT_CONNECTION_H
#define KERNEL_TRANSPORT_CONNECTION_H

#include "base/err.h"

enum channel { CHANNEL_SHELL, CHANNEL_CONTROL, CHANNEL_STDIN, CHANNEL_IOPUB, CHANNEL_HEARTBEAT, CHANNEL_COUNT };

struct connection {
    char *endpoints[CHANNEL_COUNT]; /* "tcp://127.0.0.1:5555", "ipc:///run/kernel-1" */
    char *key;                      /* empty: messages are not signed */
    char digest[16];                /* "sha256" */
};

/* Read the file. Ports may be numbers or strings. ERR_FILE, or ERR_VALUE naming the field. */
enum err_code connection_read(const char *path, struct connection *out, struct err *e);
void connection_release(struct connection *c);

#endif
