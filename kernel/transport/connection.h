/* The file that a client hands the kernel: where to listen and the key to sign with; or, in a registration file (JEP
 * 66), whom to tell where the kernel listens. */
#ifndef KERNEL_TRANSPORT_CONNECTION_H
#define KERNEL_TRANSPORT_CONNECTION_H

#include "base/err.h"

enum channel { CHANNEL_SHELL, CHANNEL_CONTROL, CHANNEL_STDIN, CHANNEL_IOPUB, CHANNEL_HEARTBEAT, CHANNEL_COUNT };

/* The length of a CurveZMQ key in Z85. */
#define CURVE_KEY 40

struct connection {
    char *transport, *ip;           /* "tcp" or "ipc" */
    char *endpoints[CHANNEL_COUNT]; /* "tcp://127.0.0.1:5555", "tcp://127.0.0.1:*", "ipc:///run/kernel-1" */
    char *key;                      /* empty: messages are not signed */
    char digest[16];                /* "sha256" */
    char curve_public[CURVE_KEY + 1], curve_secret[CURVE_KEY + 1]; /* empty: nothing is encrypted */
    char *registration; /* where the launcher waits to be told the ports; NULL: it chose them */
    char *kernel_id;    /* of the registration file; may be empty */
    char *own_file;     /* written by connection_write; NULL: none */
};

/* Read the file. Ports may be numbers or strings. ERR_FILE, or ERR_VALUE naming the field. */
enum err_code connection_read(const char *path, struct connection *out, struct err *e);

/* Write a connection file of our own with these ports, for other clients, into Jupyter's runtime folder; only the user
 * may read it. */
enum err_code connection_write(struct connection *c, const long ports[CHANNEL_COUNT], struct err *e);

/* The name of a channel's port in these files: "shell_port". */
const char *connection_port_name(enum channel c);

/* Remove the file that connection_write made. */
void connection_forget(struct connection *c);
void connection_release(struct connection *c);

#endif
