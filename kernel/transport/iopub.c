/* Messages come over an inner socket; subscriptions come over the XPUB socket itself. In manual mode a subscription
 * counts from socket_subscribe() on, so the welcome is the first thing a subscriber gets. */
#include "kernel/transport/iopub.h"

#include "base/utf8.h"

#include <pthread.h>
#include <stdlib.h>

struct iopub {
    struct socket *publisher, *inbox;
    void (*welcome)(void *user, const char *topic, size_t len, struct frames *out);
    void *user;
    pthread_t thread;
};

/* A subscription event is one frame: 1 (begin) or 0 (end), then the topic. */
static void on_subscription(struct iopub *p, const struct frames *event) {
    struct slice frame = frames_at(event, 0);
    if (event->count != 1 || frame.len < 1 || frame.bytes[0] > 1 || frame.bytes[0] < 0) {
        return;
    }
    bool begin = frame.bytes[0] == 1;
    socket_subscribe(p->publisher, frame.bytes + 1, frame.len - 1, begin);
    if (begin && utf8_valid(frame.bytes + 1, frame.len - 1)) {
        struct frames message = FRAMES_INIT;
        p->welcome(p->user, frame.bytes + 1, frame.len - 1, &message);
        socket_send(p->publisher, &message);
        frames_release(&message);
    }
}

static void *run(void *user) {
    struct iopub *p = user;
    struct frames f = FRAMES_INIT;
    const struct wait_set set = {.sockets = {p->publisher, p->inbox}, .socket_count = 2};
    bool ended = false;
    while (!ended && !(sockets_wait(&set, -1) & WAIT_CLOSED)) {
        while (socket_receive(p->publisher, &f)) {
            on_subscription(p, &f);
        }
        while (socket_receive(p->inbox, &f)) {
            if (f.count == 1) {
                ended = true; /* the word to stop; messages of other senders may still wait behind it */
            } else {
                socket_send(p->publisher, &f);
            }
        }
    }
    frames_release(&f);
    socket_close(p->inbox);
    return NULL;
}

struct iopub *iopub_start(struct sockets *s,
                          void (*welcome)(void *user, const char *topic, size_t len, struct frames *out), void *user) {
    struct iopub *p = calloc(1, sizeof *p);
    if (!p || !(p->inbox = socket_inner(s, "iopub", true))) {
        free(p);
        return NULL;
    }
    p->publisher = sockets_channel(s, CHANNEL_IOPUB);
    p->welcome = welcome;
    p->user = user;
    if (pthread_create(&p->thread, NULL, run, p) != 0) {
        socket_close(p->inbox);
        free(p);
        return NULL;
    }
    return p;
}

struct socket *iopub_sender(struct sockets *s) {
    return socket_inner(s, "iopub", false);
}

void iopub_stop(struct iopub *p, struct socket *sender) {
    struct frames stop = FRAMES_INIT;
    frames_add(&stop, "stop", 4);
    socket_send(sender, &stop);
    frames_release(&stop);
    pthread_join(p->thread, NULL);
    free(p);
}
