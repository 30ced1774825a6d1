/* ZeroMQ behind plain structs. Limits: a message of over 100 MiB closes its connection; a slow subscriber of iopub may
 * lag HIGH_WATER messages (each of them at most about 100 KiB of text, or one picture) before it loses some, and a
 * client REPLIES_HIGH_WATER replies, which is more than the requests that may wait for a shell. */
#include "kernel/transport/sockets.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#define HIGH_WATER 100000
#define REPLIES_HIGH_WATER 20000
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

/* Keys that do not belong together would leave every client waiting without a word. */
static enum err_code check_keys(const struct connection *c, struct err *e) {
    char public[CURVE_KEY + 1];
    if (!zmq_has("curve")) {
        err_set(e, ERR_UNSUPPORTED, "the connection file asks for encryption, which this ZeroMQ was built without");
        return err_hint(e, "set transport_encryption to disabled, or auto");
    }
    if (zmq_curve_public(public, c->curve_secret) != 0 || strcmp(public, c->curve_public) != 0) {
        return err_set(e, ERR_VALUE, "the connection file's curve_publickey is not that of its curve_secretkey");
    }
    return ERR_OK;
}

static bool set_keys(void *handle, const struct connection *c) {
    int server = 1;
    return zmq_setsockopt(handle, ZMQ_CURVE_SERVER, &server, sizeof server) == 0 &&
           zmq_setsockopt(handle, ZMQ_CURVE_PUBLICKEY, c->curve_public, CURVE_KEY + 1) == 0 &&
           zmq_setsockopt(handle, ZMQ_CURVE_SECRETKEY, c->curve_secret, CURVE_KEY + 1) == 0;
}

static enum err_code bind_channel(struct sockets *s, enum channel c, const struct connection *to, struct err *e) {
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
        set_int(handle, ZMQ_SNDHWM, REPLIES_HIGH_WATER);
    }
    if (types[c] == ZMQ_XPUB) {
        /* Every subscription is reported, and starts when the welcome is about to be sent, not before. */
        set_int(handle, ZMQ_XPUB_MANUAL, 1);
        set_int(handle, ZMQ_SNDHWM, HIGH_WATER);
    }
    if (*to->curve_secret && !set_keys(handle, to)) {
        return err_set(e, ERR_VALUE, "the connection file's Curve keys cannot be used: %s", zmq_strerror(errno));
    }
    if (zmq_bind(handle, to->endpoints[c]) != 0) {
        return err_set(e, ERR_CONNECTION, "cannot listen at %s: %s", to->endpoints[c], zmq_strerror(errno));
    }
    return ERR_OK;
}

enum err_code sockets_open(const struct connection *c, struct sockets **out, struct err *e) {
    if (*c->curve_secret && check_keys(c, e) != ERR_OK) {
        return e->code;
    }
    struct sockets *s = calloc(1, sizeof *s);
    if (!s || !(s->context = zmq_ctx_new())) {
        free(s);
        return err_nomem(e);
    }
    for (int i = 0; i < CHANNEL_COUNT && e->code == ERR_OK; i++) {
        bind_channel(s, (enum channel)i, c, e);
    }
    if (e->code != ERR_OK) {
        sockets_close(s);
        return e->code;
    }
    *out = s;
    return ERR_OK;
}

long sockets_port(struct sockets *s, enum channel c) {
    char endpoint[512];
    size_t len = sizeof endpoint;
    if (zmq_getsockopt(s->channels[c].handle, ZMQ_LAST_ENDPOINT, endpoint, &len) != 0) {
        return -1;
    }
    const char *number = strrchr(endpoint, strncmp(endpoint, "ipc:", 4) == 0 ? '-' : ':');
    return number ? strtol(number + 1, NULL, 10) : -1;
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

struct socket *socket_dealer(struct sockets *s, const char *endpoint, struct err *e) {
    struct socket *dealer = calloc(1, sizeof *dealer);
    void *handle = dealer ? new_handle(s->context, ZMQ_DEALER) : NULL;
    if (!handle) {
        free(dealer);
        err_nomem(e);
        return NULL;
    }
    dealer->handle = handle;
    if (zmq_connect(handle, endpoint) != 0) {
        err_set(e, ERR_CONNECTION, "cannot connect to %s: %s", endpoint, zmq_strerror(errno));
        socket_close(dealer);
        return NULL;
    }
    return dealer;
}

void socket_close(struct socket *s) {
    if (s) {
        zmq_close(s->handle);
        free(s);
    }
}

int sockets_wait(const struct wait_set *set, long milliseconds) {
    zmq_pollitem_t items[2 * WAIT_MOST];
    int bits[2 * WAIT_MOST], n = 0;
    for (size_t i = 0; i < set->socket_count; i++) {
        bits[n] = WAIT_SOCKET(i);
        items[n++] = (zmq_pollitem_t){.socket = set->sockets[i]->handle, .events = ZMQ_POLLIN};
    }
    for (size_t i = 0; i < set->descriptor_count; i++) {
        if (set->descriptors[i] >= 0) {
            bits[n] = WAIT_DESCRIPTOR(i);
            items[n++] = (zmq_pollitem_t){.fd = set->descriptors[i], .events = ZMQ_POLLIN};
        }
    }
    int ready, found = 0;
    do {
        ready = zmq_poll(items, n, milliseconds);
    } while (ready < 0 && errno == EINTR);
    if (ready < 0) {
        return WAIT_CLOSED;
    }
    for (int i = 0; i < n; i++) {
        found |= items[i].revents ? bits[i] : 0;
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
    const struct wait_set set = {.sockets = {heartbeat}, .socket_count = 1};
    while (!(sockets_wait(&set, -1) & WAIT_CLOSED)) {
        if (socket_receive(heartbeat, &f)) {
            socket_send(heartbeat, &f);
        }
    }
    frames_release(&f);
}
