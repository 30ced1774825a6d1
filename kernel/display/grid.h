/* Pictures on one sheet: HTML that holds all it shows, and lines of text for clients that show no pictures. */
#ifndef KERNEL_DISPLAY_GRID_H
#define KERNEL_DISPLAY_GRID_H

#include "base/buf.h"
#include "lang/result.h"

/* Inline styles alone, of the kinds that JupyterLab leaves in notebooks it does not trust, and no colour, so that the
 * page's theme holds. */
void grid_html(const struct picture_grid *g, struct buf *out);

/* One line a picture: the lines of its caption, then its words. */
void grid_text(const struct picture_grid *g, struct buf *out);

#endif
