/* Base64 (RFC 4648, section 4), as Jupyter carries pictures: one line, padded. */
#ifndef KERNEL_DISPLAY_BASE64_H
#define KERNEL_DISPLAY_BASE64_H

#include "base/buf.h"

void base64_add(struct buf *out, const unsigned char *bytes, size_t len);

#endif
