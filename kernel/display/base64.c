/* Three bytes make four letters; the last group is padded. */
#include "kernel/display/base64.h"

void base64_add(struct buf *out, const unsigned char *bytes, size_t len) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t letters_count = (len + 2) / 3 * 4;
    char *to = buf_reserve(out, letters_count);
    if (!to) {
        return;
    }
    for (size_t i = 0; i < len; i += 3) {
        size_t left = len - i;
        unsigned group = (unsigned)bytes[i] << 16 | (left > 1 ? (unsigned)bytes[i + 1] << 8 : 0) |
                         (left > 2 ? (unsigned)bytes[i + 2] : 0);
        *to++ = letters[group >> 18];
        *to++ = letters[group >> 12 & 63];
        *to++ = left > 1 ? letters[group >> 6 & 63] : '=';
        *to++ = left > 2 ? letters[group & 63] : '=';
    }
    *to = '\0';
    out->len += letters_count;
}
