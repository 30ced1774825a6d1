/* The shells of the kernel: the parent shell, run by the main thread, and subshells (JEP 91), each with a thread and a
 * session of its own on the same workspace. All calls come from the control thread, but for shell_open of the parent
 * and shell_run. */
#ifndef KERNEL_PROTOCOL_SHELLS_H
#define KERNEL_PROTOCOL_SHELLS_H

#include "kernel/protocol/message.h"

/* A shell in a free place; the first is the parent shell. NULL with *e set: no place, no memory, no workspace. */
struct lane *shell_open(struct kernel *k, struct err *e);
void shell_free(struct lane *shell);

/* Answer what comes into the shell's inbox until that is closed, then report the end to the control thread. */
void shell_run(struct lane *shell);

/* Start a subshell; its id stands in the lane. */
struct lane *shells_create(struct kernel *k, struct err *e);

/* Stop the subshell's cell and end its thread; what waits for it is aborted. ERR_NOT_FOUND. */
enum err_code shells_delete(struct kernel *k, const char *id, struct err *e);

/* The ids of the subshells, as a JSON array. */
json_t *shells_list(const struct kernel *k);

/* Give a message that came on the shell channel to the shell that its header names, or refuse it. Takes the frames. */
void shells_route(struct lane *door, struct frames *f);

/* Pass on what the shells answer, and see those off that have ended. */
void shells_pass_replies(struct lane *door);

/* Close all shells and pass on their last answers. False: one did not end in that time. */
bool shells_end(struct lane *door, long milliseconds);

#endif
