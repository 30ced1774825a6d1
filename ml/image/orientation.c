/* EXIF orientation: a bounded walk over the first directory of the TIFF structure, and a table of the eight turns, each
 * a start and two steps through the source pixels. */
#include "ml/image/orientation.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3, ENTRY = 12 };

/* TIFF bytes with their byte order; reads beyond the end give 0. */
struct tiff {
    const unsigned char *bytes;
    size_t len;
    bool big;
};

static uint32_t tiff_number(const struct tiff *t, size_t at, unsigned size) {
    uint32_t value = 0;
    if (at > t->len || t->len - at < size) {
        return 0;
    }
    for (unsigned i = 0; i < size; i++) {
        unsigned shift = 8 * (t->big ? size - 1 - i : i);
        value |= (uint32_t)t->bytes[at + i] << shift;
    }
    return value;
}

int orientation_read(const unsigned char *bytes, size_t len) {
    static const unsigned char prefix[6] = "Exif\0";
    if (len >= sizeof prefix && memcmp(bytes, prefix, sizeof prefix) == 0) {
        bytes += sizeof prefix;
        len -= sizeof prefix;
    }
    if (len < 8 || (memcmp(bytes, "II*\0", 4) != 0 && memcmp(bytes, "MM\0*", 4) != 0)) {
        return 1;
    }
    struct tiff t = {bytes, len, bytes[0] == 'M'};
    size_t directory = tiff_number(&t, 4, 4);
    uint32_t entries = tiff_number(&t, directory, 2); /* at most 65,535, and each must lie within the bytes */
    for (uint32_t i = 0; i < entries; i++) {
        size_t entry = directory + 2 + (size_t)i * ENTRY;
        if (entry > len || len - entry < ENTRY) {
            return 1;
        }
        if (tiff_number(&t, entry, 2) == TAG_ORIENTATION) {
            uint32_t value = tiff_number(&t, entry + 8, 2);
            return tiff_number(&t, entry + 2, 2) == TYPE_SHORT && value >= 1 && value <= 8 ? (int)value : 1;
        }
    }
    return 1;
}

/* Where output pixel (x, y) comes from: the source seen through an exchange of axes and two mirrors. */
static const struct turn {
    bool swap;           /* a column of the source becomes a row */
    bool flip_x, flip_y; /* count source columns, rows from the far end */
} turns[9] = {
    [2] = {false, true, false}, [3] = {false, true, true}, [4] = {false, false, true}, [5] = {true, false, false},
    [6] = {true, false, true},  [7] = {true, true, true},  [8] = {true, true, false},
};

static void copy_turned(const struct image *m, const struct turn *turn, struct image *to) {
    size_t channels = (size_t)m->channels;
    ptrdiff_t pixel = m->channels, row = (ptrdiff_t)m->width * m->channels;
    const unsigned char *corner = m->pixels;
    unsigned char *out = to->pixels;
    if (turn->flip_x) {
        corner += (m->width - 1) * pixel;
        pixel = -pixel;
    }
    if (turn->flip_y) {
        corner += (m->height - 1) * row;
        row = -row;
    }
    ptrdiff_t step_x = turn->swap ? row : pixel, step_y = turn->swap ? pixel : row;
    for (int y = 0; y < to->height; y++) {
        for (int x = 0; x < to->width; x++) {
            const unsigned char *from = corner + x * step_x + y * step_y;
            for (size_t c = 0; c < channels; c++) {
                *out++ = from[c];
            }
        }
    }
}

enum err_code orientation_apply(struct image *m, int orientation, struct err *e) {
    if (orientation < 2 || orientation > 8 || m->width < 1 || m->height < 1) {
        return ERR_OK;
    }
    const struct turn *turn = &turns[orientation];
    struct image to = *m;
    if (turn->swap) {
        to.width = m->height;
        to.height = m->width;
    }
    to.pixels = malloc((size_t)m->width * (size_t)m->height * (size_t)m->channels);
    if (!to.pixels) {
        return err_nomem(e);
    }
    copy_turned(m, turn, &to);
    image_release(m);
    *m = to;
    return ERR_OK;
}
