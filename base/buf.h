/* A growing string of bytes. A failure (no memory, or past `max`) is sticky: every later call is a no-op,
 * so a writer checks once, at the end, with buf_ok(). buf_text() is never NULL and always NUL-terminated. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/err.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data; /* NUL-terminated once anything was added */
    size_t len, cap;
    size_t max; /* 0: no limit of its own */
    bool failed;
};

#define BUF_INIT ((struct buf){.data = NULL})

void buf_release(struct buf *b); /* frees; the struct is empty and usable again */
void buf_clear(struct buf *b);   /* empties, keeps the memory, forgets a failure */
void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_str(struct buf *b, const char *text); /* up to the NUL */
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *format, ...) ERR_PRINTF(2, 3);
void buf_utf8(struct buf *b, const char *text, size_t len); /* invalid bytes become U+FFFD */
char *buf_reserve(struct buf *b, size_t len);               /* room for len more bytes; NULL on failure */
const char *buf_text(const struct buf *b);
bool buf_ok(const struct buf *b);
char *buf_take(struct buf *b); /* the bytes, to be freed by the caller, or NULL after a failure; b is empty */

#endif
