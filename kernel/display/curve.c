/* One line from the first value to the last, the least at the bottom. Its blue stands on white and black alike. */
#include "kernel/display/curve.h"

#include "kernel/display/base64.h"
#include "kernel/display/html_text.h"

#include <math.h>
#include <string.h>

enum { MARGIN = 2 };

static void svg_add(const float *values, size_t count, float least, float greatest, int width, int height,
                    struct buf *out) {
    buf_printf(out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\"><polyline fill=\"none\" "
               "stroke=\"#2a7de1\" stroke-width=\"1.5\" points=\"",
               width, height);
    double across = (double)(width - 2 * MARGIN) / (double)(count - 1), up = height - 2 * MARGIN;
    for (size_t i = 0; i < count; i++) {
        if (isfinite(values[i])) {
            double share = greatest > least ? (double)(values[i] - least) / (double)(greatest - least) : 0.5;
            buf_printf(out, "%.1f,%.1f ", MARGIN + across * (double)i, MARGIN + up * (1 - share));
        }
    }
    buf_str(out, "\"/></svg>");
}

void curve_html(const float *values, size_t count, int width, int height, const char *words, struct buf *out) {
    float least = INFINITY, greatest = -INFINITY;
    size_t finite = 0;
    for (size_t i = 0; i < count; i++) {
        if (isfinite(values[i])) {
            least = fminf(least, values[i]);
            greatest = fmaxf(greatest, values[i]);
            finite++;
        }
    }
    if (finite < 2) {
        return;
    }
    struct buf svg = BUF_INIT;
    svg_add(values, count, least, greatest, width, height, &svg);
    buf_printf(out, "<img width=\"%d\" height=\"%d\" style=\"margin:0;vertical-align:middle\" alt=\"", width, height);
    html_attribute_add(out, words, strlen(words));
    buf_str(out, "\" src=\"data:image/svg+xml;base64,");
    base64_add(out, (const unsigned char *)buf_text(&svg), svg.len);
    buf_str(out, "\">");
    out->failed = out->failed || svg.failed;
    buf_release(&svg);
}
