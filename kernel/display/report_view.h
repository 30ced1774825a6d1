/* What training found out, as a client shows it. */
#ifndef KERNEL_DISPLAY_REPORT_VIEW_H
#define KERNEL_DISPLAY_REPORT_VIEW_H

#include "base/buf.h"
#include "lang/result.h"

/* One line that opens to a table and the curve of the loss. */
void report_html(const struct training_report *r, struct buf *out);

/* The line alone. */
void report_text(const struct training_report *r, struct buf *out);

#endif
