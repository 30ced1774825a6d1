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

/* A message with the frames that it points into. */
struct request {
    struct frames frames;
    struct message message;
    bool abandoned;       /* a cell before it failed, or its shell ends: it is not to be run */
    struct request *next; /* in an inbox */
};

/* Verify and parse; takes the frames. NULL: the message is dropped, and why was logged. */
struct request *request_read(struct lane *lane, struct frames *f);
void request_free(struct request *r);

/* A number of a request's content, whatever way it is written; a huge one is cut to the range. */
json_int_t message_number(const json_t *content, const char *key, json_int_t by_default);

/* Send to the requester. Takes the reference of `content`; `metadata` may be NULL (taken, too). */
void message_reply(struct lane *lane, const struct message *to, const char *type, json_t *content, json_t *metadata);

/* The content of a reply with status error. */
json_t *message_error(const struct err *e);

/* The same, for a request whose content is not what its type has. */
json_t *message_malformed(void);

/* Publish on iopub; `parent` is NULL for what no request caused. Takes the reference of `content`. Returns the bytes of
 * the message, 0 where it could not be made. */
size_t message_publish(struct lane *lane, const struct message *parent, const char *type, json_t *content);

/* Build the iopub_welcome of a subscription, for the iopub thread. */
void message_welcome(void *kernel, const char *topic, size_t len, struct frames *out);

/* A fresh random UUID (version 4). */
void message_new_id(char out[37]);

#endif
