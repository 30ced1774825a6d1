/* Pictures from bytes and files: the first bytes tell the format (a name or an extension never does), a table tells who
 * decodes it. */
#include "ml/image/image.h"

#include "base/buf.h"
#include "base/file.h"
#include "ml/image/codec.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define PICTURE_FILE_MOST ((size_t)1 << 30)

/* One row a format: bytes at the beginning, and for containers (RIFF, ISO media) what stands at byte 8. */
static const struct format {
    const char *name, *mime;
    const char *magic;
    size_t magic_len, magic_at;
    const char *brand; /* at byte 8, four characters, or NULL */
    enum err_code (*decode)(const unsigned char *bytes, size_t len, int want, struct image *out, struct err *e);
} formats[] = {
    {"JPEG", "image/jpeg", "\xff\xd8\xff", 3, 0, NULL, image_decode_jpeg},
    {"PNG", "image/png", "\x89PNG\r\n\x1a\n", 8, 0, NULL, image_decode_png},
    {"GIF", "image/gif", "GIF87a", 6, 0, NULL, NULL},
    {"GIF", "image/gif", "GIF89a", 6, 0, NULL, NULL},
    {"WebP", "image/webp", "RIFF", 4, 0, "WEBP", NULL},
    {"AVIF", "image/avif", "ftyp", 4, 4, "avif", NULL},
    {"HEIC", "image/heic", "ftyp", 4, 4, "heic", NULL},
    {"HEIC", "image/heic", "ftyp", 4, 4, "heix", NULL},
    {"HEIF", "image/heif", "ftyp", 4, 4, "mif1", NULL},
    {"TIFF", "image/tiff", "II*\0", 4, 0, NULL, NULL},
    {"TIFF", "image/tiff", "MM\0*", 4, 0, NULL, NULL},
    {"JPEG 2000", "image/jp2", "\0\0\0\x0cjP  \r\n\x87\n", 12, 0, NULL, NULL},
    {"JPEG XL", "image/jxl", "\xff\x0a", 2, 0, NULL, NULL},
    {"JPEG XL", "image/jxl", "\0\0\0\x0cJXL \r\n\x87\n", 12, 0, NULL, NULL},
    {"Photoshop", "image/vnd.adobe.photoshop", "8BPS", 4, 0, NULL, NULL},
    {"icon", "image/x-icon", "\0\0\1\0", 4, 0, NULL, NULL},
    {"BMP", "image/bmp", "BM", 2, 0, NULL, NULL},
    {"SVG", "image/svg+xml", "<svg", 4, 0, NULL, NULL},
};

/* No pictures, but often saved under a picture's name. */
static const struct {
    const char *magic, *name;
} lookalikes[] = {
    {"<!DOCTYPE", "an HTML page"},
    {"<!doctype", "an HTML page"},
    {"<html", "an HTML page"},
    {"<HTML", "an HTML page"},
    {"<?xml", "XML"},
    {"%PDF", "PDF"},
    {"PK\3\4", "a ZIP archive"},
    {"\x1f\x8b", "gzip"},
    {"version https://git-lfs", "a Git LFS pointer"},
};

static const struct format *format_of(const unsigned char *bytes, size_t len) {
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        const struct format *f = &formats[i];
        if (len < f->magic_at + f->magic_len || memcmp(bytes + f->magic_at, f->magic, f->magic_len) != 0) {
            continue;
        }
        if (!f->brand || (len >= 12 && memcmp(bytes + 8, f->brand, 4) == 0)) {
            return f;
        }
    }
    return NULL;
}

const char *image_mime(const unsigned char *bytes, size_t len) {
    const struct format *f = len ? format_of(bytes, len) : NULL;
    return f ? f->mime : NULL;
}

void image_release(struct image *m) {
    free(m->pixels);
    *m = (struct image){0};
}

enum err_code image_check_size(uint64_t width, uint64_t height, struct err *e) {
    if (width < 1 || height < 1) {
        return err_set(e, ERR_IMAGE, "the picture has no pixels (%llu x %llu)", (unsigned long long)width,
                       (unsigned long long)height);
    }
    if (width > INT_MAX || height > INT_MAX || width * height > IMAGE_PIXELS_MOST) {
        err_set(e, ERR_IMAGE, "the picture is too large (%llu x %llu pixels; at most %u million are read)",
                (unsigned long long)width, (unsigned long long)height, IMAGE_PIXELS_MOST / 1000000u);
        return err_hint(e, "make it smaller first");
    }
    return ERR_OK;
}

static enum err_code not_a_picture(const unsigned char *bytes, size_t len, struct err *e) {
    if (len == 0) {
        return err_set(e, ERR_IMAGE, "the file is empty");
    }
    for (size_t i = 0; i < sizeof lookalikes / sizeof *lookalikes; i++) {
        size_t n = strlen(lookalikes[i].magic);
        if (len >= n && memcmp(bytes, lookalikes[i].magic, n) == 0) {
            return err_set(e, ERR_IMAGE, "this is %s, not a picture", lookalikes[i].name);
        }
    }
    return err_set(e, ERR_IMAGE, "this is no JPEG or PNG picture");
}

enum err_code image_decode(const unsigned char *bytes, size_t len, int want, struct image *out, struct err *e) {
    const struct format *f = len ? format_of(bytes, len) : NULL;
    if (!f) {
        return not_a_picture(bytes, len, e);
    }
    if (!f->decode) {
        err_set(e, ERR_IMAGE, "this is a %s picture; JPEG and PNG are read", f->name);
        return err_hint(e, "convert it to JPEG or PNG");
    }
    return f->decode(bytes, len, want, out, e);
}

enum err_code image_load(const char *path, int want, struct image *out, struct err *e) {
    struct buf file = BUF_INIT;
    if (file_read(path, PICTURE_FILE_MOST, &file, e)) {
        buf_release(&file);
        return e->code;
    }
    struct err why = ERR_INIT;
    enum err_code code = image_decode((const unsigned char *)buf_text(&file), file.len, want, out, &why);
    buf_release(&file);
    if (code) {
        err_set(e, code, "cannot read '%s': %s", path, why.message);
        if (why.hint[0]) {
            err_hint(e, "%s", why.hint);
        }
    }
    return code;
}
