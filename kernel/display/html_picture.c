/* An <img> whose source is the bytes themselves; its words are shown where the mouse rests, too. */
#include "kernel/display/html_picture.h"

#include "kernel/display/base64.h"
#include "kernel/display/html_text.h"

#include <string.h>

void html_picture_add(struct buf *out, const struct picture *p) {
    buf_printf(out, "<img src=\"data:%s;base64,", p->mime);
    base64_add(out, p->bytes, p->len);
    buf_str(out, "\" alt=\"");
    html_attribute_add(out, p->alt, strlen(p->alt));
    buf_str(out, "\" title=\"");
    html_attribute_add(out, p->alt, strlen(p->alt));
    buf_printf(out, "\" width=\"%d\" height=\"%d\" style=\"margin:0;max-width:100%%\">", p->width, p->height);
}
