/* Headers, parents, and the way onto the wire. */
#include "kernel/protocol/message.h"

#include "base/clock.h"
#include "kernel/log.h"
#include "kernel/transport/wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static const struct slice empty_object = {"{}", 2};

void message_new_id(char out[37]) {
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[16] = {0};
    while (getrandom(bytes, sizeof bytes, 0) < 0 && errno == EINTR) {
    }
    bytes[6] = (unsigned char)(0x40 | (bytes[6] & 0x0F));
    bytes[8] = (unsigned char)(0x80 | (bytes[8] & 0x3F));
    char *p = out;
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *p++ = '-';
        }
        *p++ = digits[bytes[i] >> 4];
        *p++ = digits[bytes[i] & 15];
    }
    *p = '\0';
}

/* Whole numbers are read as reals, since jansson refuses a text with one beyond 64 bits. JSON that has half a surrogate
 * pair ("\ud800") is valid to Python and not to jansson: such an escape becomes \ufffd, so that the request can be
 * answered. */
static json_t *load_lenient(struct slice text) {
    size_t flags = JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL;
    json_t *value = json_loadb(text.bytes, text.len, flags, NULL);
    struct buf repaired = BUF_INIT;
    if (value || !memchr(text.bytes, '\\', text.len)) {
        return value;
    }
    buf_add(&repaired, text.bytes, text.len);
    for (size_t i = 0; buf_ok(&repaired) && i + 6 <= repaired.len; i++) {
        char *p = repaired.data + i;
        if (p[0] == '\\' && p[1] != 'u') {
            i++;
        } else if (p[0] == '\\' && (p[2] == 'd' || p[2] == 'D') && strchr("89abAB", p[3]) && i + 12 <= repaired.len &&
                   p[6] == '\\' && p[7] == 'u' && (p[8] == 'd' || p[8] == 'D') && strchr("cdefCDEF", p[9])) {
            i += 11;
        } else if (p[0] == '\\' && (p[2] == 'd' || p[2] == 'D') && strchr("89abcdefABCDEF", p[3])) {
            memcpy(p + 2, "fffd", 4);
            i += 5;
        }
    }
    value = buf_ok(&repaired) ? json_loadb(repaired.data, repaired.len, flags, NULL) : NULL;
    buf_release(&repaired);
    return value;
}

static bool read_message(struct lane *lane, const struct frames *f, struct message *out) {
    struct wire_message wire;
    struct err e = ERR_INIT;
    if (wire_read(&lane->kernel->connection, f, &wire, &e) == ERR_OK && *lane->kernel->connection.key &&
        !replay_is_new(&lane->kernel->replay, wire.signature)) {
        err_set(&e, ERR_VALUE, "it came before");
    }
    if (e.code != ERR_OK) {
        log_line("a message was dropped: %s", e.message);
        return false;
    }
    json_t *header = load_lenient(wire.header);
    const char *type = json_string_value(json_object_get(header, "msg_type"));
    if (!type) {
        log_line("a message was dropped: its header has no msg_type");
        json_decref(header);
        return false;
    }
    json_t *content = load_lenient(wire.content);
    if (content && !json_is_object(content)) {
        json_decref(content);
        content = NULL;
    }
    *out = (struct message){f, {wire.identities, wire.header}, header, content, type};
    return true;
}

struct request *request_read(struct lane *lane, struct frames *f) {
    struct request *r = calloc(1, sizeof *r);
    if (!r) {
        log_line("a message was dropped: memory is out");
        return NULL;
    }
    r->frames = *f;
    *f = FRAMES_INIT;
    if (!read_message(lane, &r->frames, &r->message)) {
        request_free(r);
        return NULL;
    }
    return r;
}

void request_free(struct request *r) {
    if (r) {
        json_decref(r->message.header);
        json_decref(r->message.content);
        frames_release(&r->frames);
        free(r);
    }
}

json_int_t message_number(const json_t *content, const char *key, json_int_t by_default) {
    const double most = 1e15; /* exact as a double, and more than any count here */
    const json_t *value = json_object_get(content, key);
    double number = json_number_value(value);
    if (!json_is_number(value)) {
        return by_default;
    }
    return (json_int_t)(number > most ? most : number < -most ? -most : number);
}

static char *new_header(const struct kernel *k, const char *type) {
    char id[37], date[28];
    message_new_id(id);
    clock_iso8601(date);
    json_t *header = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "msg_id", id, "session", k->id, "username",
                               k->username, "date", date, "msg_type", type, "version", "5.5");
    char *text = header ? json_dumps(header, JSON_COMPACT) : NULL;
    json_decref(header);
    return text;
}

/* Append everything after the identities or topic. Takes the references. */
static bool add_parts(const struct kernel *k, const char *type, struct slice parent, json_t *metadata, json_t *content,
                      struct frames *out) {
    struct err e = ERR_INIT;
    char *head = new_header(k, type);
    char *body = content ? json_dumps(content, JSON_COMPACT) : NULL;
    char *notes = metadata ? json_dumps(metadata, JSON_COMPACT) : NULL;
    if (!head || !body) {
        err_nomem(&e);
    } else {
        wire_write(&k->connection, (struct slice){head, strlen(head)}, parent,
                   notes ? (struct slice){notes, strlen(notes)} : empty_object, (struct slice){body, strlen(body)}, out,
                   &e);
    }
    free(head);
    free(body);
    free(notes);
    json_decref(content);
    json_decref(metadata);
    if (e.code != ERR_OK) {
        log_line("a message of type %s could not be sent: %s", type, e.message);
    }
    return e.code == ERR_OK;
}

void message_reply(struct lane *lane, const struct message *to, const char *type, json_t *content, json_t *metadata) {
    struct frames out = FRAMES_INIT;
    for (size_t i = 0; i < to->parts.identities; i++) {
        struct slice identity = frames_at(to->frames, i);
        frames_add(&out, identity.bytes, identity.len);
    }
    if (add_parts(lane->kernel, type, to->parts.header, metadata, content, &out)) {
        socket_send(lane->socket, &out);
    }
    frames_release(&out);
}

json_t *message_error(const struct err *e) {
    struct buf text = BUF_INIT;
    buf_printf(&text, "%s: %s", err_ename(e->code), e->message);
    json_t *content = json_pack("{s:s, s:s, s:s, s:[s]}", "status", "error", "ename", err_ename(e->code), "evalue",
                                e->message, "traceback", buf_text(&text));
    buf_release(&text);
    return content;
}

json_t *message_malformed(void) {
    struct err e = ERR_INIT;
    err_set(&e, ERR_VALUE, "the request is malformed");
    return message_error(&e);
}

size_t message_publish(struct lane *lane, const struct message *parent, const char *type, json_t *content) {
    struct frames out = FRAMES_INIT;
    size_t bytes = 0;
    frames_add(&out, type, strlen(type));
    if (add_parts(lane->kernel, type, parent ? parent->parts.header : empty_object, NULL, content, &out)) {
        bytes = out.bytes.len;
        socket_send(lane->publish, &out);
    }
    frames_release(&out);
    return bytes;
}

void message_welcome(void *kernel, const char *topic, size_t len, struct frames *out) {
    frames_add(out, topic, len);
    if (!add_parts(kernel, "iopub_welcome", empty_object, NULL, json_pack("{s:s%}", "subscription", topic, len), out)) {
        frames_clear(out);
    }
}
