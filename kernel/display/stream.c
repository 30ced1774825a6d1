/* A buffer of at most CHUNK bytes. An unfinished character at its end waits for the rest, unless all must go. */
#include "kernel/display/stream.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "kernel/display/output_message.h"

#include <string.h>

enum { CHUNK = 64 * 1024, REPAIR_GROWTH = 3 };

static const double interval = 0.1; /* seconds */

void stream_init(struct stream *s, const struct display_output *output) {
    *s = (struct stream){.output = output, .name = "stdout", .pending = {.max = CHUNK}};
}

void stream_release(struct stream *s) {
    buf_release(&s->pending);
}

/* An invalid byte becomes three, so text that is not UTF-8 goes in smaller pieces. */
static void text_send(struct stream *s, size_t len) {
    size_t piece = utf8_valid(s->pending.data, len) ? CHUNK : CHUNK / REPAIR_GROWTH;
    for (size_t at = 0; at < len;) {
        size_t part = len - at <= piece ? len - at : utf8_cut(s->pending.data + at, piece);
        output_message_publish(s->output, "stream", output_message_stream(s->name, s->pending.data + at, part));
        at += part;
    }
    s->sent_at = clock_now();
}

static void send_whole_characters(struct stream *s) {
    size_t len = utf8_cut(s->pending.data, s->pending.len);
    size_t left = s->pending.len - len;
    char rest[4];
    if (len == 0 || left > sizeof rest) {
        return;
    }
    memcpy(rest, s->pending.data + len, left);
    text_send(s, len);
    buf_clear(&s->pending);
    buf_add(&s->pending, rest, left);
}

void stream_flush(struct stream *s) {
    if (s->pending.len > 0) {
        text_send(s, s->pending.len);
    }
    buf_clear(&s->pending);
}

void stream_add(struct stream *s, const char *name, const char *text, size_t len) {
    if (strcmp(name, s->name) != 0) {
        stream_flush(s);
        s->name = name;
    }
    while (len > 0) {
        size_t room = CHUNK - s->pending.len, part = len < room ? len : room;
        buf_add(&s->pending, text, part);
        if (!buf_ok(&s->pending)) {
            buf_clear(&s->pending); /* no memory: this text is lost, not the statement */
            return;
        }
        text += part;
        len -= part;
        if (s->pending.len == CHUNK) {
            send_whole_characters(s);
        }
    }
    if (s->pending.len > 0 && clock_now() - s->sent_at >= interval) {
        send_whole_characters(s);
    }
}
