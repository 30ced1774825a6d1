/* A frame's shown part as texts: what the HTML and the plain form have in common. */
#ifndef KERNEL_DISPLAY_FRAME_GRID_H
#define KERNEL_DISPLAY_FRAME_GRID_H

#include "kernel/display/frame.h"
#include "lang/result.h"

struct frame_grid {
    const struct frame *frame; /* borrowed */
    size_t rows, columns;
    struct buf *names; /* one a column: escapes done */
    struct buf *cells; /* column after column, rows texts each: cut, with pandas' blank in front */
};

/* Fails with ERR_NOMEM only, and then needs no release. */
enum err_code frame_grid_init(struct frame_grid *g, const struct frame *f, struct err *e);
void frame_grid_release(struct frame_grid *g);

/* pandas' DataFrame._repr_html_() and repr(), appended. Check with buf_ok(). `thumbnails` may be NULL. */
void frame_html(const struct frame_grid *g, const struct thumbnails *thumbnails, struct buf *out);
void frame_text(const struct frame_grid *g, struct buf *out);

#endif
