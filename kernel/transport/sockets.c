/* ZeroMQ behind plain structs. Limits: a message of over 100 MiB closes its connection; a slow subscriber of iopub may
 * lag HIGH_WATER messages (each of them at most about 100 KiB of text, or one picture) before it loses some. */
#include "kernel/transport/sockets.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#define HIGH_WATER 100000
#define LINGER_MILLISECONDS 1000

struct socket {
    void *handle;
};

struct sockets {
    void *context;
    struct socket channels[CHANNEL_COUNT];
};

static void set_int(void *handle, int option, int value) {
    zmq_setsockopt(handle, option, &value, sizeof value);
}

static void *new_handle(void *context, int type) {
    void *handle = zmq_socket(context, type);
    if (handle) {
        int64_t largest = FRAMES_MOST_BYTES;
        set_int(handle, ZMQ_LINGER, LINGER_MILLISECONDS);
        zmq_setsockopt(handle, ZMQ_MAXMSGSIZE, &largest, sizeof largest);
    }
    return handle;
}

static enum err_code bind_channel(struct sockets *s, enum channel c, const char *endpoint, struct err *e) {
    static const int types[CHANNEL_COUNT] = {[CHANNEL_SHELL] = ZMQ_ROUTER,
                                             [CHANNEL_CONTROL] = ZMQ_ROUTER,
                                             [CHANNEL_STDIN] = ZMQ_ROUTER,
                                             [CHANNEL_IOPUB] = ZMQ_XPUB,
                                             [CHANNEL_HEARTBEAT] = ZMQ_REP};
    void *handle = new_handle(s->context, types[c]);
    s->channels[c].handle = handle;
    if (!handle) {
        return err_nomem(e);
    }
    if (types[c] == ZMQ_ROUTER) {
        /* A client that comes back with the same identity takes over from its dead connection. */
        set_int(handle, ZMQ_ROUTER_HANDOVER, 1);
    }
    if (types[c] == ZMQ_XPUB) {
        /* Every subscription is reported, and starts when the welcome is about to be sent, not before. */
        set_int(handle, ZMQ_XPUB_MANUAL, 1);
        set_int(handle, ZMQ_SNDHWM, HIGH_WATER);
    }
    if (zmq_bind(handle, endpoint) != 0) {
        return err_set(e, ERR_CONNECTION, "cannot listen at %s: %s", endpoint, zmq_strerror(errno));
    }
    return ERR_OK;
}

enum err_code sockets_open(const struct connection *c, struct sockets **out, struct err *e) {
    struct sockets *s = calloc(1, sizeof *s);
    if (!s || !(s->context = zmq_ctx_new())) {
        free(s);
        return err_nomem(e);
    }
    for (int i = 0; i < CHANNEL_COUNT && e->code == ERR_OK; i++) {
        bind_channel(s, (enum channel)i, c->endpoints[i], e);
    }
    if (e->code != ERR_OK) {
        sockets_close(s);
        return e->code;
    }
    *out = s;
    return ERR_OK;
}

void sockets_shut(struct sockets *s) {
    zmq_ctx_shutdown(s->context);
}

void sockets_close(struct sockets *s) {
    for (int i = 0; i < CHANNEL_COUNT; i++) {
        if (s->channels[i].handle) {
            zmq_close(s->channels[i].handle);
        }
    }
    zmq_ctx_term(s->context);
    free(s);
}

struct socket *sockets_channel(struct sockets *s, enum channel c) {
    return &s->channels[c];
}

struct socket *socket_inner(struct sockets *s, const char *name, bool receiver) {
    struct socket *inner = calloc(1, sizeof *inner);
    char endpoint[64];
    snprintf(endpoint, sizeof endpoint, "inproc://%s", name);
    void *handle = inner ? zmq_socket(s->context, receiver ? ZMQ_PULL : ZMQ_PUSH) : NULL;
    if (!handle) {
        free(inner);
        return NULL;
    }
    inner->handle = handle;
    set_int(handle, ZMQ_LINGER, LINGER_MILLISECONDS);
    if ((receiver ? zmq_bind(handle, endpoint) : zmq_connect(handle, endpoint)) != 0) {
        socket_close(inner);
        return NULL;
    }
    return inner;
}

void socket_close(struct socket *s) {
    if (s) {
        zmq_close(s->handle);
        free(s);
    }
}

int sockets_wait(struct socket *first, struct socket *second, int descriptor, int other, long milliseconds) {
    zmq_pollitem_t items[4];
    int events[4], n = 0;
    if (first) {
        events[n] = SOCKET_FIRST;
        items[n++] = (zmq_pollitem_t){.socket = first->handle, .events = ZMQ_POLLIN};
    }
    if (second) {
        events[n] = SOCKET_SECOND;
        items[n++] = (zmq_pollitem_t){.socket = second->handle, .events = ZMQ_POLLIN};
    }
    if (descriptor >= 0) {
        events[n] = SOCKET_DESCRIPTOR;
        items[n++] = (zmq_pollitem_t){.fd = descriptor, .events = ZMQ_POLLIN};
    }
    if (other >= 0) {
        events[n] = SOCKET_OTHER;
        items[n++] = (zmq_pollitem_t){.fd = other, .events = ZMQ_POLLIN};
    }
    int ready, found = 0;
    do {
        ready = zmq_poll(items, n, milliseconds);
    } while (ready < 0 && errno == EINTR);
    if (ready < 0) {
        return SOCKET_CLOSED;
    }
    for (int i = 0; i < n; i++) {
        found |= items[i].revents ? events[i] : 0;
    }
    return found;
}

bool socket_receive(struct socket *s, struct frames *f) {
    frames_clear(f);
    for (;;) {
        zmq_msg_t part;
        zmq_msg_init(&part);
        int n;
        do { /* the parts after the first are there already */
            n = zmq_msg_recv(&part, s->handle, ZMQ_DONTWAIT);
        } while (n < 0 && errno == EINTR);
        if (n < 0) {
            zmq_msg_close(&part);
            return false;
        }
        frames_add(f, zmq_msg_data(&part), zmq_msg_size(&part));
        int more = zmq_msg_more(&part);
        zmq_msg_close(&part);
        if (!more) {
            return true;
        }
    }
}

void socket_send(struct socket *s, const struct frames *f) {
    for (size_t i = 0; i < f->count; i++) {
        struct slice frame = frames_at(f, i);
        int n;
        do {
            n = zmq_send(s->handle, frame.bytes, frame.len, i + 1 < f->count ? ZMQ_SNDMORE : 0);
        } while (n < 0 && errno == EINTR);
        if (n < 0) {
            return;
        }
    }
}

void socket_subscribe(struct socket *s, const char *topic, size_t len, bool accept) {
    zmq_setsockopt(s->handle, accept ? ZMQ_SUBSCRIBE : ZMQ_UNSUBSCRIBE, topic, len);
}

void sockets_echo(struct sockets *s) {
    struct socket *heartbeat = &s->channels[CHANNEL_HEARTBEAT];
    struct frames f = FRAMES_INIT;
    while (!(sockets_wait(heartbeat, NULL, -1, -1, -1) & SOCKET_CLOSED)) {
        if (socket_receive(heartbeat, &f)) {
            socket_send(heartbeat, &f);
        }
    }
    frames_release(&f);
}
