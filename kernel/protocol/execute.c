/* execute_request. When a cell fails, the execute requests that had arrived by then (a front end's Run All) are
 * aborted; anything else that had arrived is answered, and what comes later runs. */
#include "kernel/protocol/dispatch.h"

#include "base/clock.h"
#include "kernel/display/display.h"
#include "kernel/protocol/throttle.h"

#include <string.h>
#include <time.h>

/* Front ends send their cells one by one, through a server. */
#define BURST_SETTLE_MILLISECONDS 50

#define LONGEST_NAP 0.02 /* seconds between looks at the stop flag */

struct execution {
    struct lane *lane;
    const struct message *request;
    const char *code;
    size_t len;
    bool silent, store_history, stop_on_error;
    char started[28]; /* for front ends that show how long a cell took */
    struct throttle throttle;
    bool cut; /* it was stopped with text still to be sent */
};

static bool flag(const json_t *content, const char *key, bool by_default) {
    const json_t *value = json_object_get(content, key);
    return json_is_boolean(value) ? json_is_true(value) : by_default;
}

/* False: the cell was stopped meanwhile. */
static bool nap(struct execution *x, double seconds) {
    const double end = clock_now() + seconds;
    for (double left = seconds; left > 0 && !stop_requested(x->lane->stop); left = end - clock_now()) {
        double part = left < LONGEST_NAP ? left : LONGEST_NAP;
        nanosleep(&(struct timespec){.tv_nsec = (long)(part * 1e9)}, NULL);
    }
    return seconds <= 0 || !stop_requested(x->lane->stop);
}

static void publish(void *user, const char *msg_type, json_t *content) {
    struct execution *x = user;
    bool text = strcmp(msg_type, "stream") == 0;
    if (x->silent || (text && x->cut)) {
        json_decref(content);
        return;
    }
    size_t bytes = message_publish(x->lane, x->request, msg_type, content);
    x->cut = x->cut || (text && !nap(x, throttle_spend(&x->throttle, bytes, clock_now())));
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
    json_object_set_new(content, "execution_count", json_integer(x->lane->execution_count));
    message_reply(x->lane, x->request, "execute_reply", content, json_pack("{s:s}", "started", x->started));
}

static bool from_console(const struct execution *x) {
    const char *session = json_string_value(json_object_get(x->request->header, "session"));
    return session && x->lane->console[0] && strcmp(session, x->lane->console) == 0;
}

static void run_cell(struct execution *x) {
    struct lane *lane = x->lane;
    struct err e = ERR_INIT;
    struct display_output output = {x, publish};
    struct display *display = display_new(&output, lane->execution_count, from_console(x));
    stop_clear(lane->stop);
    if (!display) {
        err_nomem(&e);
    } else if (atomic_load(&lane->kernel->ending) || inbox_closed(&lane->inbox)) {
        err_interrupt(&e);
    } else {
        session_execute(lane->session, x->code, x->len, display_sink(display), &e);
        display_finish(display);
        if (x->cut && e.code == ERR_OK) {
            err_interrupt(&e);
        }
    }
    if (e.code == ERR_OK) {
        reply(x, json_pack("{s:s, s:o, s:o}", "status", "ok", "user_expressions", user_expressions(x->request),
                           "payload", display_payload(display)));
    } else {
        json_t *error = display_error(&e, x->code, x->len);
        publish(x, "error", json_incref(error));
        if (x->stop_on_error && !x->silent) {
            inbox_abandon(&lane->inbox, BURST_SETTLE_MILLISECONDS); /* before the reply lets the client send more */
        }
        json_t *content = json_pack("{s:s}", "status", "error");
        json_object_update(content, error);
        json_decref(error);
        reply(x, content);
    }
    display_free(display);
}

void on_execute(struct lane *lane, const struct message *request) {
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
        lane->execution_count++;
        struct err ignored = ERR_INIT; /* a history that cannot be kept is no reason not to run the cell */
        session_history_add(lane->session, lane->execution_count, x.code, x.len, &ignored);
    }
    if (!x.silent) {
        message_publish(lane, request, "execute_input",
                        json_pack("{s:s%, s:i}", "code", x.code, x.len, "execution_count", lane->execution_count));
    }
    run_cell(&x);
}

/* Aborted between busy and idle, like any other request; what is not a cell is answered as ever. */
void execute_abandoned(struct lane *lane, const struct message *request) {
    if (strcmp(request->type, "execute_request") != 0) {
        dispatch_request(lane, request);
        return;
    }
    message_publish(lane, request, "status", json_pack("{s:s}", "execution_state", "busy"));
    message_reply(lane, request, "execute_reply",
                  json_pack("{s:s, s:i}", "status", "aborted", "execution_count", lane->execution_count), NULL);
    message_publish(lane, request, "status", json_pack("{s:s}", "execution_state", "idle"));
}
