/* UTF-8: decode, count, cut and repair. Jupyter counts code points, C counts bytes. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Decode the character at text[0..len). *point is U+FFFD where the bytes are not valid (overlong forms,
 * surrogates and values past U+10FFFF are not valid). Returns its length in bytes, at least 1; 0 if len is 0. */
size_t utf8_next(const char *text, size_t len, uint32_t *point);

/* Append code point `point` to out (room for 4 bytes). Returns the bytes written. */
size_t utf8_encode(uint32_t point, char *out);

/* Whether all of text is valid UTF-8. */
int utf8_valid(const char *text, size_t len);

/* Code points in text; an invalid byte counts as one. */
size_t utf8_count(const char *text, size_t len);

/* Byte offset of code point number `points`, at most len. */
size_t utf8_offset(const char *text, size_t len, size_t points);

/* The largest n <= len at which text may be cut without splitting a character. */
size_t utf8_cut(const char *text, size_t len);

#endif
