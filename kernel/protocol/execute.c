/* execute_request. When a cell fails, the execute requests that had arrived by then (a front end's Run All) are
 * aborted; anything else that had arrived is answered, and what comes later runs. */
#include "kernel/protocol/dispatch.h"

#include "base/clock.h"
#include "kernel/display/display.h"

#include <stdlib.h>
#include <string.h>

/* Front ends send their cells one by one, through a server. */
#define BURST_SETTLE_MILLISECONDS 50
#define BURST_MOST 1000

struct execution {
    struct lane *lane;
    const struct message *request;
    const char *code;
    size_t len;
    bool silent, store_history, stop_on_error;
    char started[28]; /* for front ends that show how long a cell took */
};

static bool flag(const json_t *content, const char *key, bool by_default) {
    const json_t *value = json_object_get(content, key);
    return json_is_boolean(value) ? json_is_true(value) : by_default;
}

static void publish(void *user, const char *msg_type, json_t *content) {
    struct execution *x = user;
    if (x->silent) {
        json_decref(content);
    } else {
        message_publish(x->lane, x->request, msg_type, content);
    }
}

/* Take over what has arrived behind the failed cell, before its reply lets the client send more. */
static void hold_burst(struct lane *lane) {
    while (lane->burst_count < BURST_MOST &&
           sockets_wait(lane->socket, NULL, -1, -1, BURST_SETTLE_MILLISECONDS) == SOCKET_FIRST) {
        struct frames *grown = realloc(lane->burst, (lane->burst_count + 1) * sizeof *grown);
        if (!grown) {
            return;
        }
        lane->burst = grown;
        grown[lane->burst_count] = FRAMES_INIT;
        if (!socket_receive(lane->socket, &grown[lane->burst_count++])) {
            return;
        }
    }
}

static json_t *user_expressions(const struct message *request) {
    json_t *out = json_object();
    const char *key;
    json_t *value;
    json_object_foreach(json_object_get(request->content, "user_expressions"), key, value) {
        json_object_set_new(out, key,
                            json_pack("{s:s, s:s, s:s, s:[s]}", "status", "error", "ename", "ThanoSQLUnsupportedError",
                                      "evalue", "user expressions are not supported", "traceback",
                                      "user expressions are not supported"));
    }
    return out;
}

static void reply(struct execution *x, json_t *content) {
    json_object_set_new(content, "execution_count", json_integer(x->lane->kernel->execution_count));
    message_reply(x->lane, x->request, "execute_reply", content, json_pack("{s:s}", "started", x->started));
}

static void run_cell(struct execution *x) {
    struct kernel *k = x->lane->kernel;
    struct err e = ERR_INIT;
    struct display_output output = {x, publish};
    struct display *display = display_new(&output, k->execution_count);
    stop_clear(&k->stop);
    if (!display) {
        err_nomem(&e);
    } else if (atomic_load(&k->ending)) {
        err_set(&e, ERR_INTERRUPT, "the kernel is shutting down");
    } else {
        session_execute(k->session, x->code, x->len, display_sink(display), &e);
        display_finish(display);
    }
    if (e.code == ERR_OK) {
        reply(x, json_pack("{s:s, s:o, s:o}", "status", "ok", "user_expressions", user_expressions(x->request),
                           "payload", display_payload(display)));
    } else {
        json_t *error = display_error(&e, x->code, x->len);
        publish(x, "error", json_incref(error));
        if (x->stop_on_error && !x->silent) {
            hold_burst(x->lane);
        }
        json_t *content = json_pack("{s:s}", "status", "error");
        json_object_update(content, error);
        json_decref(error);
        reply(x, content);
    }
    display_free(display);
}

void on_execute(struct lane *lane, const struct message *request) {
    struct kernel *k = lane->kernel;
    const json_t *code = json_object_get(request->content, "code");
    struct execution x = {.lane = lane,
                          .request = request,
                          .code = json_is_string(code) ? json_string_value(code) : "",
                          .len = json_string_length(code),
                          .silent = flag(request->content, "silent", false),
                          .stop_on_error = flag(request->content, "stop_on_error", true)};
    clock_iso8601(x.started);
    x.store_history = flag(request->content, "store_history", !x.silent) && !x.silent;
    if (!json_is_string(code)) {
        reply(&x, message_malformed());
        return;
    }
    if (x.store_history) {
        k->execution_count++;
        struct err ignored = ERR_INIT; /* a history that cannot be kept is no reason not to run the cell */
        session_history_add(k->session, k->execution_count, x.code, x.len, &ignored);
    }
    if (!x.silent) {
        message_publish(lane, request, "execute_input",
                        json_pack("{s:s%, s:i}", "code", x.code, x.len, "execution_count", k->execution_count));
    }
    run_cell(&x);
}

/* Between busy and idle like any other request, but nothing is run. */
static void abort_one(struct lane *lane, const struct message *request) {
    message_publish(lane, request, "status", json_pack("{s:s}", "execution_state", "busy"));
    message_reply(lane, request, "execute_reply",
                  json_pack("{s:s, s:i}", "status", "aborted", "execution_count", lane->kernel->execution_count), NULL);
    message_publish(lane, request, "status", json_pack("{s:s}", "execution_state", "idle"));
}

void execute_abort_burst(struct lane *lane) {
    struct frames *burst = lane->burst;
    size_t count = lane->burst_count;
    lane->burst = NULL;
    lane->burst_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct message request;
        if (message_read(lane, &burst[i], &request)) {
            if (strcmp(request.type, "execute_request") == 0) {
                abort_one(lane, &request);
            } else {
                dispatch_request(lane, &request);
            }
            message_release(&request);
        }
        frames_release(&burst[i]);
    }
    free(burst);
}
