/* A row of boxes that wraps; in each a picture in the middle of a square and its caption. */
#include "kernel/display/grid.h"

#include "kernel/display/html_picture.h"
#include "kernel/display/html_text.h"

#include <string.h>

#define GAP 12 /* CSS pixels between boxes */

static void add_caption(struct buf *out, const char *caption) {
    buf_str(out, "<figcaption style=\"text-align:center;overflow-wrap:break-word\">");
    for (const char *line = caption, *end; line; line = end ? end + 1 : NULL) {
        end = strchr(line, '\n');
        html_text_add(out, line, end ? (size_t)(end - line) : strlen(line));
        buf_str(out, end ? "<br>" : "");
    }
    buf_str(out, "</figcaption>");
}

void grid_html(const struct picture_grid *g, struct buf *out) {
    buf_printf(out, "<div style=\"display:flex;flex-wrap:wrap;gap:%dpx", GAP);
    if (g->columns > 0) {
        buf_printf(out, ";max-width:%dpx", g->columns * (g->box + GAP) - GAP);
    }
    buf_str(out, "\">\n");
    for (size_t i = 0; i < g->count; i++) {
        const struct grid_item *item = &g->items[i];
        buf_printf(out,
                   "<figure style=\"margin:0;width:%dpx\"><div style=\"display:flex;align-items:center;"
                   "justify-content:center;height:%dpx\">",
                   g->box, g->box);
        html_picture_add(out, &item->picture);
        buf_str(out, "</div>");
        if (item->caption && *item->caption) {
            add_caption(out, item->caption);
        }
        buf_str(out, "</figure>\n");
    }
    buf_str(out, "</div>");
}

void grid_text(const struct picture_grid *g, struct buf *out) {
    for (size_t i = 0; i < g->count; i++) {
        const struct grid_item *item = &g->items[i];
        for (const char *p = item->caption; p && *p; p++) {
            if (*p == '\n') {
                buf_str(out, "  ");
            } else {
                buf_char(out, *p);
            }
        }
        buf_printf(out, "%s%s%s", item->caption && *item->caption ? "  " : "", item->picture.alt,
                   i + 1 < g->count ? "\n" : "");
    }
}
