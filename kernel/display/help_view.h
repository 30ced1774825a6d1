/* Help as a client shows it. */
#ifndef KERNEL_DISPLAY_HELP_VIEW_H
#define KERNEL_DISPLAY_HELP_VIEW_H

#include "base/buf.h"
#include "lang/result.h"

#include <jansson.h>

/* Appended. */
void help_text(const struct help_page *page, struct buf *out);
void help_html(const struct help_page *page, struct buf *out);

/* {"text/plain": …, "text/html": …}; empty where memory is out. */
json_t *help_bundle(const struct buf *plain, const struct buf *html);

#endif
