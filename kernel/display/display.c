/* The sink of one cell. Streams wait in `stream`, so every other message flushes them first and the order stays. */
#include "kernel/display/display.h"

#include "kernel/display/frame_grid.h"
#include "kernel/display/grid.h"
#include "kernel/display/help_view.h"
#include "kernel/display/output_message.h"
#include "kernel/display/progress_view.h"
#include "kernel/display/report_view.h"
#include "kernel/display/stream.h"

#include <stdlib.h>
#include <string.h>

struct display {
    struct display_output output;
    struct sink sink;
    int count;
    struct stream stream;
    struct progress_view progress;
    struct frame frame;
    bool has_frame, console, leaving;
    struct result_view view;
    struct buf help, help_html; /* pages, one behind the other */
};

static void streams_flush(void *user) {
    struct display *d = user;
    stream_flush(&d->stream);
}

static void on_view(void *user, const struct result_view *v) {
    struct display *d = user;
    d->view = *v;
    d->progress.style = v->progress != PROGRESS_AUTO ? v->progress : d->console ? PROGRESS_TEXT : PROGRESS_LIVE;
}

static void on_text(void *user, const char *utf8, size_t len) {
    struct display *d = user;
    stream_add(&d->stream, "stdout", utf8, len);
}

static void on_warning(void *user, const char *utf8, size_t len) {
    struct display *d = user;
    stream_add(&d->stream, "stderr", utf8, len);
}

static void frame_drop(struct display *d) {
    if (d->has_frame) {
        frame_release(&d->frame);
        d->has_frame = false;
    }
}

/* The statement goes on without its table: the rest of it may still matter. */
static void frame_fail(struct display *d) {
    static const char words[] = "The table is not shown: memory is out.\n";
    frame_drop(d);
    on_warning(d, words, sizeof words - 1);
}

static void on_table_begin(void *user, const struct column *columns, size_t count) {
    struct display *d = user;
    struct err e = ERR_INIT;
    const struct frame_limits limits = {d->view.max_rows, d->view.max_columns, d->view.max_width,
                                        d->view.thumbnails != NULL};
    frame_drop(d);
    d->has_frame = frame_init(&d->frame, &limits, columns, count, &e) == ERR_OK;
    if (!d->has_frame) {
        frame_fail(d);
    }
}

static void on_table_row(void *user, const struct value *values) {
    struct display *d = user;
    struct err e = ERR_INIT;
    if (d->has_frame && frame_add(&d->frame, values, &e) != ERR_OK) {
        frame_fail(d);
    }
}

static void on_table_end(void *user) {
    struct display *d = user;
    struct frame_grid grid;
    struct err e = ERR_INIT;
    if (!d->has_frame) {
        return;
    }
    if (frame_grid_init(&grid, &d->frame, &e) != ERR_OK) {
        frame_fail(d);
        return;
    }
    struct buf html = BUF_INIT, plain = BUF_INIT;
    frame_html(&grid, d->view.thumbnails, &html);
    frame_text(&grid, &plain);
    streams_flush(d);
    output_message_publish(&d->output, "execute_result", output_message_result(d->count, &html, &plain));
    buf_release(&html);
    buf_release(&plain);
    frame_grid_release(&grid);
    frame_drop(d);
}

static void on_picture(void *user, const struct picture *p) {
    struct display *d = user;
    streams_flush(d);
    output_message_publish(&d->output, "display_data", output_message_picture(p));
}

/* Takes both buffers. */
static void show(struct display *d, struct buf *html, struct buf *plain, const char *otherwise) {
    if (buf_ok(html) && buf_ok(plain)) {
        streams_flush(d);
        output_message_publish(&d->output, "display_data", output_message_display(html, plain));
    } else {
        on_warning(d, otherwise, strlen(otherwise));
    }
    buf_release(html);
    buf_release(plain);
}

static void on_grid(void *user, const struct picture_grid *g) {
    struct display *d = user;
    struct buf html = BUF_INIT, plain = BUF_INIT;
    grid_html(g, &html);
    grid_text(g, &plain);
    show(d, &html, &plain, "The pictures are not shown: memory is out.\n");
}

static void on_report(void *user, const struct training_report *r) {
    struct display *d = user;
    struct buf html = BUF_INIT, plain = BUF_INIT;
    report_html(r, &html);
    report_text(r, &plain);
    show(d, &html, &plain, "The report is not shown: memory is out.\n");
}

static void on_help(void *user, const struct help_page *page) {
    struct display *d = user;
    buf_str(&d->help, d->help.len > 0 ? "\n" : "");
    help_text(page, &d->help);
    help_html(page, &d->help_html);
}

/* Consoles heed it; a notebook has a menu, and is told so. */
static void on_leave(void *user) {
    static const char words[] = "exit ends a console; the kernel of a notebook is shut down from its Kernel menu.\n";
    struct display *d = user;
    d->leaving = true;
    if (!d->console) {
        on_text(d, words, sizeof words - 1);
    }
}

json_t *display_payload(const struct display *d) {
    json_t *payload = json_array();
    if (d->help.len > 0) {
        json_array_append_new(payload, json_pack("{s:s, s:o, s:i}", "source", "page", "data",
                                                 help_bundle(&d->help, &d->help_html), "start", 0));
    }
    if (d->leaving) {
        json_array_append_new(payload, json_pack("{s:s, s:b}", "source", "ask_exit", "keepkernel", 0));
    }
    return payload;
}

static void on_progress(void *user, const struct progress *p) {
    struct display *d = user;
    progress_view_update(&d->progress, p, streams_flush, d);
}

struct display *display_new(const struct display_output *output, int count, bool console) {
    struct display *d = calloc(1, sizeof *d);
    if (!d) {
        return NULL;
    }
    d->output = *output;
    d->count = count;
    d->console = console;
    d->view = (struct result_view){FRAME_LIMITS.max_rows, FRAME_LIMITS.max_columns, FRAME_LIMITS.max_width, NULL,
                                   PROGRESS_AUTO};
    d->sink = (struct sink){.user = d,
                            .view = on_view,
                            .text = on_text,
                            .warning = on_warning,
                            .table_begin = on_table_begin,
                            .table_row = on_table_row,
                            .table_end = on_table_end,
                            .picture = on_picture,
                            .grid = on_grid,
                            .report = on_report,
                            .help = on_help,
                            .progress = on_progress,
                            .leave = on_leave};
    stream_init(&d->stream, &d->output);
    progress_view_init(&d->progress, &d->output, &d->stream);
    return d;
}

const struct sink *display_sink(struct display *d) {
    return &d->sink;
}

void display_finish(struct display *d) {
    frame_drop(d);
    progress_view_end(&d->progress, streams_flush, d);
    streams_flush(d);
}

void display_free(struct display *d) {
    if (d) {
        frame_drop(d);
        stream_release(&d->stream);
        buf_release(&d->help);
        buf_release(&d->help_html);
        free(d);
    }
}
