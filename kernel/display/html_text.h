/* Text inside HTML. */
#ifndef KERNEL_DISPLAY_HTML_TEXT_H
#define KERNEL_DISPLAY_HTML_TEXT_H

#include "base/buf.h"

/* Appends text with & < > escaped (as pandas does; quotes need it in attributes alone). Bytes that are not UTF-8
 * become U+FFFD. */
void html_text_add(struct buf *out, const char *text, size_t len);

/* The same inside an attribute's double quotes. */
void html_attribute_add(struct buf *out, const char *text, size_t len);

#endif
