/* Messages in: a verified, parsed request. Messages out: replies and publications, with the request's header as
 * parent, byte for byte as it came. */
#ifndef KERNEL_PROTOCOL_MESSAGE_H
#define KERNEL_PROTOCOL_MESSAGE_H

#include "kernel/protocol/kernel.h"

#include <jansson.h>

struct message {
    const struct frames *frames;
    struct wire_parts {
        size_t identities;
        struct slice header;
    } parts;
    json_t *header, *content; /* content is NULL where it is not a JSON object */
    const char *type;
};

/* Verify and parse. False: the message is dropped, and why was logged. */
bool message_read(struct lane *lane, const struct frames *f, struct message *out);
void message_release(struct message *m);

/* A number of a request's content, whatever way it is written; a huge one is cut to the range. */
json_int_t message_number(const json_t *content, const char *key, json_int_t by_default);

/* Send to the requester. Takes the reference of `content`; `metadata` may be NULL (taken, too). */
void message_reply(struct lane *lane, const struct message *to, const char *type, json_t *content, json_t *metadata);

/* The content of the reply to a request whose content is not what its type has: status error. */
json_t *message_malformed(void);

/* Publish on iopub; `parent` is NULL for what no request caused. Takes the reference of `content`. */
void message_publish(struct lane *lane, const struct message *parent, const char *type, json_t *content);

/* Build the iopub_welcome of a subscription, for the iopub thread. */
void message_welcome(void *kernel, const char *topic, size_t len, struct frames *out);

/* A fresh random UUID (version 4). */
void message_new_id(char out[37]);

#endif
