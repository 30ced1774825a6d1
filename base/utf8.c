/* UTF-8 after RFC 3629. */
#include "base/utf8.h"

size_t utf8_next(const char *text, size_t len, uint32_t *point) {
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (len == 0) {
        return 0;
    }
    const unsigned char *s = (const unsigned char *)text;
    size_t n = s[0] < 0x80 ? 1 : (s[0] & 0xE0) == 0xC0 ? 2 : (s[0] & 0xF0) == 0xE0 ? 3 : (s[0] & 0xF8) == 0xF0 ? 4 : 0;
    if (n == 1) {
        *point = s[0];
        return 1;
    }
    *point = 0xFFFD;
    if (n == 0 || n > len) {
        return 1;
    }
    uint32_t value = s[0] & (0xFFu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xC0) != 0x80) {
            return 1;
        }
        value = value << 6 | (s[i] & 0x3F);
    }
    if (value < smallest[n] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        return 1;
    }
    *point = value;
    return n;
}

size_t utf8_encode(uint32_t point, char *out) {
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    size_t n = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, point >>= 6) {
        out[i] = (char)(0x80 | (point & 0x3F));
    }
    out[0] = (char)((0xF00 >> n & 0xFF) | point);
    return n;
}

int utf8_valid(const char *text, size_t len) {
    for (size_t i = 0; i < len;) {
        uint32_t point;
        size_t n = utf8_next(text + i, len - i, &point);
        if (n == 1 && point == 0xFFFD) {
            return 0;
        }
        i += n;
    }
    return 1;
}

size_t utf8_count(const char *text, size_t len) {
    size_t points = 0;
    uint32_t point;
    for (size_t i = 0; i < len; points++) {
        i += utf8_next(text + i, len - i, &point);
    }
    return points;
}

size_t utf8_offset(const char *text, size_t len, size_t points) {
    size_t i = 0;
    uint32_t point;
    while (i < len && points-- > 0) {
        i += utf8_next(text + i, len - i, &point);
    }
    return i;
}

size_t utf8_cut(const char *text, size_t len) {
    size_t start = len;
    while (start > 0 && len - start < 3 && ((unsigned char)text[start - 1] & 0xC0) == 0x80) {
        start--;
    }
    unsigned char lead = start > 0 ? (unsigned char)text[start - 1] : 0;
    size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    return need > len - start + 1 ? start - 1 : len;
}
