/* Which message goes where. To add a message: a row here, and its function. */
#include "kernel/protocol/dispatch.h"

#include "kernel/log.h"

#include <string.h>

enum { ON_SHELL = 1 << CHANNEL_SHELL, ON_CONTROL = 1 << CHANNEL_CONTROL };

static const struct message_row {
    const char *type;
    int channels;
    message_handler handler;
} rows[] = {
    {"kernel_info_request", ON_SHELL | ON_CONTROL, on_kernel_info},
    {"execute_request", ON_SHELL, on_execute},
    {"is_complete_request", ON_SHELL, on_is_complete},
    {"complete_request", ON_SHELL, on_complete},
    {"inspect_request", ON_SHELL, on_inspect},
    {"history_request", ON_SHELL, on_history},
    {"comm_info_request", ON_SHELL | ON_CONTROL, on_comm_info},
    {"comm_open", ON_SHELL, on_comm_open},
    {"comm_msg", ON_SHELL, on_nothing},
    {"comm_close", ON_SHELL, on_nothing},
    {"interrupt_request", ON_CONTROL | ON_SHELL, on_interrupt},
    {"shutdown_request", ON_CONTROL | ON_SHELL, on_shutdown},
    {"create_subshell_request", ON_CONTROL, on_create_subshell},
    {"delete_subshell_request", ON_CONTROL, on_delete_subshell},
    {"list_subshell_request", ON_CONTROL, on_list_subshell},
    {"usage_request", ON_CONTROL, on_usage},
};

static void publish_status(struct lane *lane, const struct message *request, const char *state) {
    message_publish(lane, request, "status", json_pack("{s:s}", "execution_state", state));
}

void dispatch_request(struct lane *lane, const struct message *request) {
    const struct message_row *row = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && !row; i++) {
        bool here = rows[i].channels & 1 << lane->channel;
        row = here && strcmp(rows[i].type, request->type) == 0 ? &rows[i] : NULL;
    }
    publish_status(lane, request, "busy");
    if (row) {
        row->handler(lane, request);
    } else {
        log_line("a request of type '%.100s' is not known on this channel", request->type);
    }
    publish_status(lane, request, "idle");
}

void dispatch_refuse(struct lane *lane, const struct message *request, const struct err *why) {
    static const char asks[] = "_request";
    size_t len = strlen(request->type), end = sizeof asks - 1;
    struct buf type = BUF_INIT;
    log_line("a %.100s was refused: %s", request->type, why->message);
    publish_status(lane, request, "busy");
    if (len > end && strcmp(request->type + len - end, asks) == 0) {
        json_t *content = message_error(why);
        if (strcmp(request->type, "execute_request") == 0) {
            json_object_set_new(content, "execution_count", json_integer(0)); /* of no shell's */
        }
        buf_add(&type, request->type, len - end);
        buf_str(&type, "_reply");
        message_reply(lane, request, buf_text(&type), content, NULL);
        buf_release(&type);
    }
    publish_status(lane, request, "idle");
}
