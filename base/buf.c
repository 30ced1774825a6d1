/* Growing byte strings with a sticky failure. */
#include "base/buf.h"

#include "base/utf8.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_release(struct buf *b) {
    free(b->data);
    *b = (struct buf){.max = b->max};
}

void buf_clear(struct buf *b) {
    b->len = 0;
    b->failed = false;
    if (b->data) {
        b->data[0] = '\0';
    }
}

char *buf_reserve(struct buf *b, size_t len) {
    if (b->failed || len >= SIZE_MAX / 2 - b->len || (b->max && b->len + len > b->max)) {
        b->failed = true;
        return NULL;
    }
    size_t need = b->len + len + 1;
    if (need > b->cap) {
        size_t cap = b->cap ? b->cap : 64;
        while (cap < need) {
            cap *= 2;
        }
        char *data = realloc(b->data, cap);
        if (!data) {
            b->failed = true;
            return NULL;
        }
        b->data = data;
        b->cap = cap;
        b->data[b->len] = '\0';
    }
    return b->data + b->len;
}

void buf_add(struct buf *b, const void *bytes, size_t len) {
    char *at = buf_reserve(b, len);
    if (at && len) {
        memcpy(at, bytes, len);
        b->len += len;
        b->data[b->len] = '\0';
    }
}

void buf_str(struct buf *b, const char *text) {
    buf_add(b, text, strlen(text));
}

void buf_char(struct buf *b, char c) {
    buf_add(b, &c, 1);
}

void buf_printf(struct buf *b, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    char *at = n < 0 ? NULL : buf_reserve(b, (size_t)n);
    if (at) {
        vsnprintf(at, (size_t)n + 1, format, again);
        b->len += (size_t)n;
    } else {
        b->failed = true;
    }
    va_end(again);
    va_end(args);
}

void buf_utf8(struct buf *b, const char *text, size_t len) {
    for (size_t i = 0; i < len;) {
        uint32_t point;
        size_t n = utf8_next(text + i, len - i, &point);
        if (n == 1 && point == 0xFFFD) {
            buf_str(b, "\xEF\xBF\xBD");
        } else {
            buf_add(b, text + i, n);
        }
        i += n;
    }
}

const char *buf_text(const struct buf *b) {
    return b->data ? b->data : "";
}

bool buf_ok(const struct buf *b) {
    return !b->failed;
}

char *buf_take(struct buf *b) {
    char *data = NULL;
    if (!b->failed && buf_reserve(b, 0)) {
        data = b->data;
        *b = (struct buf){.max = b->max};
    } else {
        buf_release(b);
    }
    return data;
}
