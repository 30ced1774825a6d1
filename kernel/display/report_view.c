/* <details>, which JupyterLab leaves in notebooks that it does not trust; inline styles alone, and no colours. */
#include "kernel/display/report_view.h"

#include "kernel/display/curve.h"
#include "kernel/display/html_text.h"

#include <stdio.h>
#include <string.h>

enum { CURVE_WIDTH = 240, CURVE_HEIGHT = 60 };

static void text_add(struct buf *out, const char *text) {
    html_text_add(out, text, strlen(text));
}

static void line_add(struct buf *out, const char *name, const char *text) {
    buf_str(out, "<tr><th style=\"text-align:left;vertical-align:top\">");
    text_add(out, name);
    buf_str(out, "</th><td style=\"text-align:left\">");
    text_add(out, text);
    buf_str(out, "</td></tr>\n");
}

static void curve_add(struct buf *out, const struct training_report *r) {
    char words[120];
    size_t last = r->loss_count - 1;
    snprintf(words, sizeof words, "loss of epoch 1 to %zu: %.3g to %.3g", 1 + last * r->loss_stride,
             (double)r->losses[0], (double)r->losses[last]);
    buf_str(out, "<tr><th style=\"text-align:left;vertical-align:top\">loss</th><td style=\"text-align:left\">");
    curve_html(r->losses, r->loss_count, CURVE_WIDTH, CURVE_HEIGHT, words, out);
    buf_str(out, "</td></tr>\n");
}

void report_html(const struct training_report *r, struct buf *out) {
    buf_str(out, "<details style=\"padding-left:1ch\"><summary>");
    text_add(out, r->summary);
    buf_str(out, "</summary>\n<table style=\"margin:0\">\n");
    if (r->warning) {
        line_add(out, "warning", r->warning);
    }
    for (size_t i = 0; i < r->line_count; i++) {
        line_add(out, r->lines[i].name, r->lines[i].text);
    }
    if (r->loss_count > 1) {
        curve_add(out, r);
    }
    buf_str(out, "</table></details>");
}

void report_text(const struct training_report *r, struct buf *out) {
    buf_utf8(out, r->summary, strlen(r->summary));
}
