/* A curve as a small picture inside HTML. */
#ifndef KERNEL_DISPLAY_CURVE_H
#define KERNEL_DISPLAY_CURVE_H

#include "base/buf.h"

/* An <img> of width x height CSS pixels whose source is an SVG: JupyterLab takes bare <svg> out of notebooks that it
 * does not trust, and leaves pictures. `words` stand for it where it is not seen. Values that are not finite are left
 * out; nothing is appended for fewer than two others. */
void curve_html(const float *values, size_t count, int width, int height, const char *words, struct buf *out);

#endif
