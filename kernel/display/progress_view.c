/* What to send is decided by the seconds that the progress itself tells, so that a test needs no clock. */
#include "kernel/display/progress_view.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "kernel/display/curve.h"
#include "kernel/display/html_text.h"
#include "kernel/display/output_message.h"
#include "kernel/display/progress_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BAR_WIDTH = 20, CURVE_WIDTH = 90, CURVE_HEIGHT = 16 };

/* As JupyterLab sets the text of stdout, so that a line of progress stands in line with what is printed. */
#define LINE_STYLE                                                                                              \
    "margin: 0; padding-left: 1ch; white-space: pre-wrap; font-family: var(--jp-code-font-family, monospace); " \
    "font-size: var(--jp-code-font-size, 13px); line-height: var(--jp-code-line-height, 1.3);"

static const double silence = 0.5;  /* seconds before anything is shown */
static const double interval = 0.2; /* seconds between updates */
static const double first_text = 2, most_between_texts = 60;

void progress_view_init(struct progress_view *v, const struct display_output *output, struct stream *text) {
    *v = (struct progress_view){.output = output, .text = text, .style = PROGRESS_LIVE, .next_text = first_text};
}

/* Ready for other work, shown in the same way. */
static void view_reset(struct progress_view *v) {
    enum progress_style style = v->style;
    progress_view_init(v, v->output, v->text);
    v->style = style;
}

/* Saved notebooks keep old displays, so an id must not come again, in another process neither. */
static void id_make(char id[64]) {
    static unsigned long made;
    char now[28];
    clock_iso8601(now);
    unsigned long number = __atomic_add_fetch(&made, 1, __ATOMIC_RELAXED);
    snprintf(id, 64, "progress-%s-%ld-%lu", now, (long)getpid(), number);
}

static void words_copy(char *to, size_t size, const char *from) {
    size_t len = from ? strlen(from) : 0;
    size_t n = len < size ? len : utf8_cut(from, size - 1);
    if (n > 0) {
        memcpy(to, from, n);
    }
    to[n] = '\0';
}

static void losses_keep(struct progress_view *v, const float *losses, size_t count) {
    size_t points = count < PROGRESS_LOSSES ? count : PROGRESS_LOSSES;
    for (size_t i = 0; i < points; i++) {
        size_t from = i * count / points, to = (i + 1) * count / points;
        float sum = 0;
        for (size_t k = from; k < to; k++) {
            sum += losses[k];
        }
        v->losses[i] = sum / (float)(to - from);
    }
    if (count > 0) {
        v->first_loss = losses[0];
        v->last_loss = losses[count - 1];
    }
    v->last.losses = NULL;
    v->last.loss_count = points;
}

static void progress_keep(struct progress_view *v, const struct progress *p) {
    v->last = *p;
    words_copy(v->what, sizeof v->what, p->what);
    words_copy(v->unit, sizeof v->unit, p->unit);
    v->last.what = v->last.unit = NULL;
    losses_keep(v, p->losses, p->loss_count);
}

static bool is_done(const struct progress *p) {
    return p->total > 0 && p->done >= p->total;
}

/* With epochs, `done` counts within one of them; the whole is what a bar should show. */
static double work_done(const struct progress *p) {
    return p->epochs > 1 ? (p->epoch - 1) * p->total + p->done : p->done;
}

static double work_total(const struct progress *p) {
    return p->epochs > 1 ? p->epochs * p->total : p->total;
}

static void amounts_add(const struct progress_view *v, struct buf *out) {
    if (v->last.total > 0) {
        bool bytes = strcmp(v->unit, "bytes") == 0;
        progress_text_amount(out, v->last.done, bytes ? v->unit : "");
        buf_str(out, bytes ? " of " : "/");
        progress_text_amount(out, v->last.total, v->unit);
    } else {
        progress_text_amount(out, v->last.done, v->unit);
    }
}

/* Epoch or amounts, rate, time left, loss: each only where it means something. Training may end before its last epoch,
 * so with epochs the time is a bound. */
static void details_add(const struct progress_view *v, struct buf *out) {
    const struct progress *p = &v->last;
    double seconds = p->seconds - v->began, left = work_total(p) - work_done(p);
    double rate = seconds > 0 ? work_done(p) / seconds : 0;
    if (p->epochs > 1) {
        buf_printf(out, "epoch %d/%d", p->epoch, p->epochs);
    } else {
        amounts_add(v, out);
    }
    if (rate >= 1) {
        buf_str(out, "  ");
        progress_text_amount(out, floor(rate + 0.5), v->unit);
        buf_str(out, "/s");
    }
    if (rate > 0 && left > 0) {
        buf_str(out, p->epochs > 1 ? "  at most " : "  ");
        progress_text_time(out, left / rate);
        buf_str(out, " left");
    }
    if (p->loss_count > 0) {
        buf_printf(out, "  loss %.3g", (double)v->last_loss);
    }
}

static double share_of(const struct progress *p) {
    double share = p->total > 0 ? work_done(p) / work_total(p) : 0;
    return share > 0 ? fmin(share, 1) : 0;
}

void progress_view_line(const struct progress_view *v, struct buf *out) {
    buf_utf8(out, v->what, strlen(v->what));
    if (v->last.total > 0) {
        buf_str(out, "  ");
        progress_text_bar(out, share_of(&v->last), BAR_WIDTH);
        buf_printf(out, " %3.0f %%", floor(100 * share_of(&v->last)));
    }
    buf_str(out, "  ");
    details_add(v, out);
    if (v->last.loss_count > 0) {
        buf_char(out, ' ');
        progress_text_curve(out, v->losses, v->last.loss_count);
    }
}

void progress_view_summary(const struct progress_view *v, struct buf *out) {
    const struct progress *p = &v->last;
    bool stopped = p->total > p->done;
    buf_utf8(out, v->what, strlen(v->what));
    buf_str(out, stopped ? ": stopped " : ": ");
    if (stopped && p->epochs > 1) {
        buf_printf(out, "in epoch %d of %d", p->epoch, p->epochs);
    } else if (stopped) {
        buf_str(out, "at ");
        amounts_add(v, out);
    } else {
        if (p->epochs > 1) {
            buf_printf(out, p->epoch < p->epochs ? "%d of %d epochs of " : "%d epochs of ", p->epoch, p->epochs);
        }
        progress_text_amount(out, p->done, v->unit);
    }
    buf_str(out, stopped ? " after " : " in ");
    progress_text_time(out, p->seconds);
    if (p->loss_count > 1) {
        buf_printf(out, ", loss %.3g → %.3g", (double)v->first_loss, (double)v->last_loss);
    } else if (p->loss_count == 1) {
        buf_printf(out, ", loss %.3g", (double)v->last_loss);
    }
}

/* Colours are the page's own, but for the bar's blue, which stands on white and black alike. */
static void bar_add(struct buf *out, double percent) {
    buf_printf(out,
               "  <span style=\"display: inline-block; vertical-align: middle; width: 160px; height: 10px; border: 1px "
               "solid #888888;\">"
               "<span style=\"display: block; width: %.0f%%; height: 10px; background-color: #2a7de1;\">"
               "</span></span> %3.0f %%",
               percent, percent);
}

void progress_view_html(const struct progress_view *v, bool ended, struct buf *out) {
    struct buf text = BUF_INIT;
    buf_str(out, "<div style=\"" LINE_STYLE "\">");
    if (ended) {
        progress_view_summary(v, &text);
    } else {
        html_text_add(out, v->what, strlen(v->what));
        if (v->last.total > 0) {
            bar_add(out, floor(100 * share_of(&v->last)));
        }
        buf_str(out, "  ");
        details_add(v, &text);
    }
    html_text_add(out, buf_text(&text), text.len);
    if (!ended && v->last.loss_count > 1) {
        buf_str(out, "  ");
        curve_html(v->losses, v->last.loss_count, CURVE_WIDTH, CURVE_HEIGHT, "loss", out);
    }
    buf_str(out, "</div>");
    out->failed = out->failed || text.failed;
    buf_release(&text);
}

/* A line of text; the next is due when the time has doubled. */
static void text_send(struct progress_view *v, bool ended) {
    struct buf line = BUF_INIT;
    if (ended) {
        progress_view_summary(v, &line);
    } else {
        progress_view_line(v, &line);
    }
    buf_char(&line, '\n');
    if (buf_ok(&line)) {
        stream_add(v->text, "stdout", buf_text(&line), line.len);
        stream_flush(v->text);
    }
    buf_release(&line);
    while (v->next_text <= v->last.seconds) {
        v->next_text += fmin(v->next_text, most_between_texts);
    }
}

static void view_send(struct progress_view *v, bool ended, void (*before)(void *), void *user) {
    struct buf html = BUF_INIT, plain = BUF_INIT;
    const char *msg_type = v->id[0] ? "update_display_data" : "display_data";
    if (!v->id[0]) {
        id_make(v->id);
    }
    if (ended) {
        progress_view_summary(v, &plain);
    } else {
        progress_view_line(v, &plain);
    }
    progress_view_html(v, ended, &html);
    before(user);
    output_message_publish(v->output, msg_type, output_message_progress(v->id, &html, &plain));
    v->shown_at = v->last.seconds;
    buf_release(&html);
    buf_release(&plain);
}

/* Whether what was told so far has to be summed up, as long work must be. */
static bool is_open(const struct progress_view *v) {
    return v->style == PROGRESS_TEXT ? v->what[0] && v->last.seconds >= silence : v->id[0] != '\0';
}

static void view_close(struct progress_view *v, void (*before)(void *), void *user) {
    if (v->style == PROGRESS_TEXT) {
        text_send(v, true);
    } else {
        view_send(v, true, before, user);
    }
}

void progress_view_end(struct progress_view *v, void (*before)(void *), void *user) {
    if (is_open(v)) {
        view_close(v, before, user);
    }
    view_reset(v);
}

static bool is_due(const struct progress_view *v, double seconds) {
    if (v->style == PROGRESS_TEXT) {
        return seconds >= v->next_text;
    }
    return v->id[0] ? seconds - v->shown_at >= interval : seconds >= silence;
}

void progress_view_update(struct progress_view *v, const struct progress *p, void (*before)(void *), void *user) {
    if (v->style == PROGRESS_OFF) {
        return;
    }
    if (p->seconds < v->last.seconds) { /* another piece of work: a line of its own */
        progress_view_end(v, before, user);
    }
    bool renamed = v->what[0] && p->what && strncmp(v->what, p->what, sizeof v->what - 4) != 0;
    if (renamed) { /* another stage, with a pace of its own */
        v->began = v->last.seconds;
    }
    progress_keep(v, p);
    if (is_done(p)) {
        if (v->id[0] || p->seconds >= silence) {
            view_close(v, before, user);
        }
        view_reset(v);
    } else if (is_due(v, p->seconds) && v->style == PROGRESS_TEXT) {
        text_send(v, false);
    } else if (is_due(v, p->seconds)) {
        view_send(v, false, before, user);
    }
}
