/* Small pictures for pages that show many. */
#include "base/buf.h"
#include "ml/image/image.h"
#include "ml/image/resize.h"

#define QUALITY 85

void image_fit(int width, int height, int box, int *fit_width, int *fit_height) {
    int longer = width > height ? width : height;
    double scale = (double)box / longer;
    *fit_width = (int)(width * scale + .5);
    *fit_height = (int)(height * scale + .5);
    *fit_width = *fit_width < 1 ? 1 : *fit_width;
    *fit_height = *fit_height < 1 ? 1 : *fit_height;
}

static enum err_code encode_small(const struct image *m, int box, struct buf *out, struct err *e) {
    struct image small = {0};
    int w, h;
    if (m->width <= box && m->height <= box) {
        return image_encode_jpeg(m, QUALITY, out, e);
    }
    image_fit(m->width, m->height, box, &w, &h);
    if (!image_scale(m, w, h, &small, e)) {
        image_encode_jpeg(&small, QUALITY, out, e);
    }
    image_release(&small);
    return e->code;
}

enum err_code image_thumbnail(const unsigned char *bytes, size_t len, int box, size_t enough, struct buf *out,
                              int *width, int *height, struct err *e) {
    struct image m = {0};
    struct buf jpeg = BUF_INIT;
    if (image_decode(bytes, len, box, &m, e)) {
        return e->code;
    }
    *width = m.width;
    *height = m.height;
    if (len > enough && !encode_small(&m, box, &jpeg, e) && jpeg.len < len) {
        buf_add(out, jpeg.data, jpeg.len);
    }
    buf_release(&jpeg);
    image_release(&m);
    return e->code ? e->code : buf_ok(out) ? ERR_OK : err_nomem(e);
}
