/* A picture inside HTML that holds all it shows. */
#ifndef KERNEL_DISPLAY_HTML_PICTURE_H
#define KERNEL_DISPLAY_HTML_PICTURE_H

#include "base/buf.h"
#include "lang/result.h"

void html_picture_add(struct buf *out, const struct picture *p);

#endif
