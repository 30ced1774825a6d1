/* Requests go from the shell socket, which the control thread owns, into inboxes; answers come back over an inner
 * socket, behind them one frame with the shell's place when the shell has ended. */
#include "kernel/protocol/shells.h"

#include "base/clock.h"
#include "kernel/protocol/dispatch.h"

#include <stdlib.h>
#include <string.h>

void shell_free(struct lane *shell) {
    if (shell) {
        session_close(shell->session);
        socket_close(shell->socket);
        socket_close(shell->publish);
        inbox_release(&shell->inbox);
        free(shell);
    }
}

struct lane *shell_open(struct kernel *k, struct err *e) {
    size_t place = 0;
    while (place < SHELLS_MOST && k->shells[place]) {
        place++;
    }
    if (place == SHELLS_MOST) {
        err_set(e, ERR_VALUE, "there are %d subshells already: delete one first", SHELLS_MOST - 1);
        return NULL;
    }
    struct lane *shell = calloc(1, sizeof *shell);
    if (!shell) {
        err_nomem(e);
        return NULL;
    }
    inbox_init(&shell->inbox);
    shell->kernel = k;
    shell->channel = CHANNEL_SHELL;
    shell->place = (unsigned char)place;
    shell->stop = &k->stops[place];
    shell->socket = socket_inner(k->sockets, "replies", false);
    shell->publish = iopub_sender(k->sockets);
    const struct session_config config = {.stop = shell->stop};
    if (!shell->socket || !shell->publish) {
        err_nomem(e);
    } else if (session_open(&config, &shell->session, e) == ERR_OK) {
        k->shells[place] = shell;
        return shell;
    }
    shell_free(shell);
    return NULL;
}

void shell_run(struct lane *shell) {
    struct request *r;
    while ((r = inbox_take(&shell->inbox))) {
        if (r->abandoned) {
            execute_abandoned(shell, &r->message);
        } else {
            dispatch_request(shell, &r->message);
        }
        request_free(r);
    }
    session_close(shell->session);
    shell->session = NULL;
    struct frames ended = FRAMES_INIT;
    frames_add(&ended, &shell->place, 1);
    socket_send(shell->socket, &ended);
    frames_release(&ended);
}

static void *run_thread(void *shell) {
    shell_run(shell);
    return NULL;
}

struct lane *shells_create(struct kernel *k, struct err *e) {
    struct lane *shell = shell_open(k, e);
    if (!shell) {
        return NULL;
    }
    message_new_id(shell->id);
    if (pthread_create(&shell->thread, NULL, run_thread, shell) != 0) {
        err_set(e, ERR_NOMEM, "a thread cannot be started");
        k->shells[shell->place] = NULL;
        shell_free(shell);
        return NULL;
    }
    return shell;
}

/* A subshell that is about to end is not found any more. */
static struct lane *find(const struct kernel *k, const char *id) {
    for (size_t i = 1; i < SHELLS_MOST; i++) {
        struct lane *shell = k->shells[i];
        if (shell && strcmp(shell->id, id) == 0 && !inbox_closed(&shell->inbox)) {
            return shell;
        }
    }
    return NULL;
}

enum err_code shells_delete(struct kernel *k, const char *id, struct err *e) {
    struct lane *shell = find(k, id);
    if (!shell) {
        return err_set(e, ERR_NOT_FOUND, "there is no subshell '%.60s'", id);
    }
    inbox_close(&shell->inbox);
    stop_request(shell->stop);
    return ERR_OK;
}

json_t *shells_list(const struct kernel *k) {
    json_t *ids = json_array();
    for (size_t i = 1; i < SHELLS_MOST; i++) {
        if (k->shells[i] && !inbox_closed(&k->shells[i]->inbox)) {
            json_array_append_new(ids, json_string(k->shells[i]->id));
        }
    }
    return ids;
}

void shells_route(struct lane *door, struct frames *f) {
    struct err e = ERR_INIT;
    struct request *r = request_read(door, f);
    if (!r) {
        return;
    }
    const json_t *id = json_object_get(r->message.header, "subshell_id");
    const char *name = json_is_string(id) ? json_string_value(id) : "";
    struct lane *shell = !id || json_is_null(id) ? door->kernel->shells[0] : find(door->kernel, name);
    if (!shell) {
        err_set(&e, ERR_NOT_FOUND, "there is no subshell '%.60s'", name);
    } else if (!inbox_put(&shell->inbox, r)) {
        err_set(&e, ERR_LOCKED, "too many requests wait for the kernel");
    } else {
        return;
    }
    dispatch_refuse(door, &r->message, &e);
    request_free(r);
}

static void see_off(struct kernel *k, unsigned char place) {
    struct lane *shell = place < SHELLS_MOST ? k->shells[place] : NULL;
    k->shells[place] = NULL;
    if (shell && place > 0) { /* the main thread frees the parent shell */
        pthread_join(shell->thread, NULL);
        shell_free(shell);
    }
}

void shells_pass_replies(struct lane *door) {
    struct kernel *k = door->kernel;
    struct frames f = FRAMES_INIT;
    while (socket_receive(k->replies, &f)) {
        if (f.count == 1) {
            see_off(k, (unsigned char)*frames_at(&f, 0).bytes);
        } else {
            socket_send(door->socket, &f);
        }
    }
    frames_release(&f);
}

static bool all_ended(const struct kernel *k) {
    for (size_t i = 0; i < SHELLS_MOST; i++) {
        if (k->shells[i]) {
            return false;
        }
    }
    return true;
}

bool shells_end(struct lane *door, long milliseconds) {
    struct kernel *k = door->kernel;
    const struct wait_set set = {.sockets = {k->replies}, .socket_count = 1};
    const double end = clock_now() + (double)milliseconds / 1000;
    for (size_t i = 0; i < SHELLS_MOST; i++) {
        if (k->shells[i]) {
            inbox_close(&k->shells[i]->inbox);
            stop_request(k->shells[i]->stop);
        }
    }
    for (double left; !all_ended(k) && (left = end - clock_now()) > 0;) {
        sockets_wait(&set, (long)(left * 1000) + 1);
        shells_pass_replies(door);
    }
    return all_ended(k);
}
