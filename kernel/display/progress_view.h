/* Progress as one line that changes in place: a display with an id, updated at most five times a second, and at the
 * end one line that sums up. A statement's stages (Reading, Training) follow each other on that line. What takes less
 * than half a second shows nothing at all.
 *
 * A console prints each display and never looks at an update. There, lines of text are printed: after two seconds, then
 * whenever the time has doubled (a minute more, at the most), and the summary. */
#ifndef KERNEL_DISPLAY_PROGRESS_VIEW_H
#define KERNEL_DISPLAY_PROGRESS_VIEW_H

#include "base/buf.h"
#include "kernel/display/display.h"
#include "kernel/display/stream.h"

enum { PROGRESS_LOSSES = 12 }; /* points of the curve of losses; more would not fit on the line */

struct progress_view {
    const struct display_output *output; /* borrowed */
    struct stream *text;                 /* where lines of text go; borrowed */
    enum progress_style style;           /* LIVE, TEXT or OFF */
    char id[64];                         /* the display's; empty while nothing is shown */
    double shown_at;                     /* seconds of the progress shown last */
    double next_text;                    /* seconds at which the next line of text is due */
    double began;                        /* seconds at which its stage began */
    struct progress last;                /* its losses stand in `losses`, its words in `what` and `unit` */
    char what[128], unit[32];
    float losses[PROGRESS_LOSSES]; /* means of equal parts of all losses so far */
    float first_loss, last_loss;
};

void progress_view_init(struct progress_view *v, const struct display_output *output, struct stream *text);

/* Shows, updates or ends. `before` is called (with its user) ahead of any message, to flush other output. Seconds that
 * run backwards are another piece of work, on another line. */
void progress_view_update(struct progress_view *v, const struct progress *p, void (*before)(void *), void *user);

/* What is shown becomes its summary: "…, stopped at …" when it was not done. */
void progress_view_end(struct progress_view *v, void (*before)(void *), void *user);

/* The texts, appended: the line while it runs and the summary after it. */
void progress_view_line(const struct progress_view *v, struct buf *out);
void progress_view_summary(const struct progress_view *v, struct buf *out);
void progress_view_html(const struct progress_view *v, bool ended, struct buf *out);

#endif
