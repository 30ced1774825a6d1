/* Jupyter's wire protocol: frames <-> a verified message. Nothing is parsed before its signature is found right. */
#ifndef KERNEL_TRANSPORT_WIRE_H
#define KERNEL_TRANSPORT_WIRE_H

#include "kernel/transport/connection.h"
#include "kernel/transport/frames.h"

/* The parts of a received message, within its frames. */
struct wire_message {
    size_t identities; /* frames before the delimiter */
    struct slice signature, header, parent, metadata, content;
};

/* Find the parts and verify the signature. ERR_VALUE says what is wrong with the message, which is then dropped. */
enum err_code wire_read(const struct connection *c, const struct frames *f, struct wire_message *out, struct err *e);

/* The handshake's messages (JEP 66) have one part: delimiter, signature, content. */
enum err_code wire_read_single(const struct connection *c, const struct frames *f, struct slice *content,
                               struct err *e);
enum err_code wire_write_single(const struct connection *c, struct slice content, struct frames *out, struct err *e);

/* Append delimiter, signature and the four parts to frames that hold the identities (or the topic). */
enum err_code wire_write(const struct connection *c, struct slice header, struct slice parent, struct slice metadata,
                         struct slice content, struct frames *out, struct err *e);

#endif
