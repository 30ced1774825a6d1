/* Requests of the control channel: interrupt, shutdown, subshells, usage. */
#include "kernel/protocol/dispatch.h"
#include "kernel/protocol/shells.h"

#include <stdint.h>
#include <unistd.h>

void kernel_interrupt(struct kernel *k) {
    for (size_t i = 0; i < SHELLS_MOST; i++) {
        stop_request(&k->stops[i]);
    }
}

void kernel_end(struct kernel *k) {
    uint64_t one = 1;
    atomic_store(&k->ending, true);
    kernel_interrupt(k);
    if (write(k->wake, &one, sizeof one) < 0) {
        return; /* the counter is full, so the control thread is awake already */
    }
}

void on_interrupt(struct lane *lane, const struct message *request) {
    kernel_interrupt(lane->kernel);
    message_reply(lane, request, "interrupt_reply", json_pack("{s:s}", "status", "ok"), NULL);
}

void on_shutdown(struct lane *lane, const struct message *request) {
    int restart = json_is_true(json_object_get(request->content, "restart"));
    message_reply(lane, request, "shutdown_reply", json_pack("{s:s, s:b}", "status", "ok", "restart", restart), NULL);
    message_publish(lane, request, "shutdown_reply", json_pack("{s:s, s:b}", "status", "ok", "restart", restart));
    kernel_end(lane->kernel);
}

void on_create_subshell(struct lane *lane, const struct message *request) {
    struct err e = ERR_INIT;
    struct lane *shell = shells_create(lane->kernel, &e);
    message_reply(lane, request, "create_subshell_reply",
                  shell ? json_pack("{s:s, s:s}", "status", "ok", "subshell_id", shell->id) : message_error(&e), NULL);
}

void on_delete_subshell(struct lane *lane, const struct message *request) {
    struct err e = ERR_INIT;
    const char *id = json_string_value(json_object_get(request->content, "subshell_id"));
    if (!id) {
        err_set(&e, ERR_VALUE, "the request has no subshell_id");
    } else {
        shells_delete(lane->kernel, id, &e);
    }
    message_reply(lane, request, "delete_subshell_reply",
                  e.code == ERR_OK ? json_pack("{s:s}", "status", "ok") : message_error(&e), NULL);
}

void on_list_subshell(struct lane *lane, const struct message *request) {
    message_reply(lane, request, "list_subshell_reply",
                  json_pack("{s:s, s:o}", "status", "ok", "subshell_id", shells_list(lane->kernel)), NULL);
}

void on_usage(struct lane *lane, const struct message *request) {
    message_reply(lane, request, "usage_reply", usage_answer(&lane->kernel->usage), NULL);
}
