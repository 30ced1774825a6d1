/* stdout and stderr as few messages: servers drop what comes in more than 1,000 messages a second, and a message
 * a line is slow. Text is gathered, and sent when 0.1 s have passed since something was sent (so the first line of a
 * long statement shows at once), when the other stream begins, at 64 KiB, and whenever the owner says so. */
#ifndef KERNEL_DISPLAY_STREAM_H
#define KERNEL_DISPLAY_STREAM_H

#include "base/buf.h"
#include "kernel/display/display.h"

struct stream {
    const struct display_output *output; /* borrowed */
    const char *name;                    /* "stdout" or "stderr": whose text is pending */
    struct buf pending;
    double sent_at; /* clock_now() of the last message; 0 before it */
};

void stream_init(struct stream *s, const struct display_output *output);
void stream_release(struct stream *s); /* drops what is pending */

/* More text. `name` is a string that stays. Characters may be split between calls. */
void stream_add(struct stream *s, const char *name, const char *text, size_t len);

/* Send all that is pending; call before any other message. */
void stream_flush(struct stream *s);

#endif
