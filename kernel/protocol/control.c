/* interrupt_request and shutdown_request. */
#include "kernel/protocol/dispatch.h"

#include <stdint.h>
#include <unistd.h>

void kernel_end(struct kernel *k) {
    uint64_t one = 1;
    atomic_store(&k->ending, true);
    stop_request(&k->stop);
    if (write(k->shell_wake, &one, sizeof one) < 0 || write(k->control_wake, &one, sizeof one) < 0) {
        return; /* the counters are full, so both lanes are awake already */
    }
}

void on_interrupt(struct lane *lane, const struct message *request) {
    stop_request(&lane->kernel->stop);
    message_reply(lane, request, "interrupt_reply", json_pack("{s:s}", "status", "ok"), NULL);
}

void on_shutdown(struct lane *lane, const struct message *request) {
    int restart = json_is_true(json_object_get(request->content, "restart"));
    message_reply(lane, request, "shutdown_reply", json_pack("{s:s, s:b}", "status", "ok", "restart", restart), NULL);
    message_publish(lane, request, "shutdown_reply", json_pack("{s:s, s:b}", "status", "ok", "restart", restart));
    kernel_end(lane->kernel);
}
