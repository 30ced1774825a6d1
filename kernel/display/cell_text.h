/* A frame's cells as the texts that pandas would show, before any alignment or escaping for HTML. */
#ifndef KERNEL_DISPLAY_CELL_TEXT_H
#define KERNEL_DISPLAY_CELL_TEXT_H

#include "kernel/display/frame.h"

/* One cell as the element of an object column: " None", " True", " [0.5, 1.0]", " b'\xd7'", … The blank in front is
 * pandas' own, and counts in the limit. Tabs and line ends become \t, \n, \r. Not cut yet. */
void cell_text_object(const struct frame_cell *cell, struct buf *out);

/* Cut to `most` code points, the last three of them dots. */
void cell_text_cut(struct buf *text, size_t most);

/* The shown cells of a shown column into texts[0..frame_shown_rows), cut. Check the texts with buf_ok(). */
enum err_code cell_text_column(const struct frame *f, size_t column, struct buf *texts, struct err *e);

/* Text with tabs and line ends as escapes, as pandas prints strings and names. */
void cell_text_escape(struct buf *out, const char *text, size_t len);

#endif
