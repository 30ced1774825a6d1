/* The message table, and the one place where a request is met: busy, handler, idle. */
#ifndef KERNEL_PROTOCOL_DISPATCH_H
#define KERNEL_PROTOCOL_DISPATCH_H

#include "kernel/protocol/message.h"

typedef void (*message_handler)(struct lane *lane, const struct message *request);

/* Answer one request, between busy and idle. Unknown types get busy and idle alone, as the protocol allows. */
void dispatch_request(struct lane *lane, const struct message *request);

/* Answer a request with an error, whatever it asks for. */
void dispatch_refuse(struct lane *lane, const struct message *request, const struct err *why);

/* The handlers, by file. execute.c */
void on_execute(struct lane *lane, const struct message *request);
void execute_abandoned(struct lane *lane, const struct message *request);
/* query.c */
void on_kernel_info(struct lane *lane, const struct message *request);
void on_is_complete(struct lane *lane, const struct message *request);
void on_complete(struct lane *lane, const struct message *request);
void on_inspect(struct lane *lane, const struct message *request);
void on_history(struct lane *lane, const struct message *request);
void on_comm_info(struct lane *lane, const struct message *request);
void on_comm_open(struct lane *lane, const struct message *request);
void on_nothing(struct lane *lane, const struct message *request);
/* control.c */
void on_interrupt(struct lane *lane, const struct message *request);
void on_shutdown(struct lane *lane, const struct message *request);
void on_create_subshell(struct lane *lane, const struct message *request);
void on_delete_subshell(struct lane *lane, const struct message *request);
void on_list_subshell(struct lane *lane, const struct message *request);
void on_usage(struct lane *lane, const struct message *request);

#endif
