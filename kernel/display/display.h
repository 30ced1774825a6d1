/* From the sink's events to Jupyter's output messages: streams batched, tables as pandas shows them, pictures,
 * progress on one display id, errors with a caret. */
#ifndef KERNEL_DISPLAY_DISPLAY_H
#define KERNEL_DISPLAY_DISPLAY_H

#include "base/err.h"
#include "lang/result.h"

#include <jansson.h>

struct display;

/* Where messages go. `content` is the callee's (one reference). */
struct display_output {
    void *user;
    void (*publish)(void *user, const char *msg_type, json_t *content);
};

/* One display a cell. `count` is the execution_count of its results, `console` whether the client prints displays and
 * looks at no update. NULL when memory is out. */
struct display *display_new(const struct display_output *output, int count, bool console);
const struct sink *display_sink(struct display *d);
void display_finish(struct display *d); /* flush what is pending, drop a table that was never ended */
/* The execute_reply's payload: one page with the answers to all questions of the cell, for JupyterLab shows but the
 * first; and ask_exit where the cell had an exit. One reference. */
json_t *display_payload(const struct display *d);

void display_free(struct display *d);

/* {"ename", "evalue", "traceback"} for a failed cell: the cell's line with a caret under the span, the message, the
 * hint; the last line is "ename: evalue". */
json_t *display_error(const struct err *e, const char *code, size_t len);

#endif
