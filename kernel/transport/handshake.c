/* One message each way over a DEALER socket: the ports as strings, as xeus sends them, and any signed content back. */
#include "kernel/transport/handshake.h"

#include "base/clock.h"
#include "kernel/log.h"
#include "kernel/transport/wire.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_SECONDS 5

static enum err_code send_ports(struct socket *launcher, const struct connection *c, const long ports[CHANNEL_COUNT],
                                struct err *e) {
    struct frames message = FRAMES_INIT;
    json_t *content = json_pack("{s:s}", "kernel_id", c->kernel_id);
    for (int i = 0; i < CHANNEL_COUNT; i++) {
        char number[24];
        snprintf(number, sizeof number, "%ld", ports[i]);
        json_object_set_new(content, connection_port_name((enum channel)i), json_string(number));
    }
    char *text = content ? json_dumps(content, JSON_COMPACT) : NULL;
    if (!text) {
        err_nomem(e);
    } else if (wire_write_single(c, (struct slice){text, strlen(text)}, &message, e) == ERR_OK) {
        socket_send(launcher, &message);
    }
    free(text);
    json_decref(content);
    frames_release(&message);
    return e->code;
}

static enum err_code await_acknowledgement(struct socket *launcher, const struct connection *c, int wake,
                                           struct err *e) {
    const struct wait_set set = {
        .sockets = {launcher}, .socket_count = 1, .descriptors = {wake}, .descriptor_count = 1};
    const double end = clock_now() + PATIENCE_SECONDS;
    struct frames answer = FRAMES_INIT;
    bool heard = false;
    while (!heard && e->code == ERR_OK) {
        double left = end - clock_now();
        int events = sockets_wait(&set, left > 0 ? (long)(left * 1000) + 1 : 0);
        if (events & WAIT_DESCRIPTOR(0)) {
            err_interrupt(e);
        } else if (left <= 0) {
            err_set(e, ERR_CONNECTION, "the launcher at %s did not acknowledge the registration in %d seconds",
                    c->registration, PATIENCE_SECONDS);
        } else if (socket_receive(launcher, &answer)) {
            struct slice content;
            struct err wrong = ERR_INIT;
            heard = wire_read_single(c, &answer, &content, &wrong) == ERR_OK;
            if (!heard) {
                log_line("an answer to the registration was dropped: %s", wrong.message);
            }
        }
    }
    frames_release(&answer);
    return e->code;
}

enum err_code handshake_register(struct sockets *s, const struct connection *c, const long ports[CHANNEL_COUNT],
                                 int wake, struct err *e) {
    struct socket *launcher = socket_dealer(s, c->registration, e);
    if (launcher && send_ports(launcher, c, ports, e) == ERR_OK) {
        await_acknowledgement(launcher, c, wake, e);
    }
    socket_close(launcher);
    return e->code;
}
