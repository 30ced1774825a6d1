/* PostgreSQL's regular expressions by the C library's: the same leftmost-longest matching, the escapes translated.
 * What POSIX has not (look-around, non-greedy repetition) is refused by name. */
#ifndef LANG_SQL_REGEX_H
#define LANG_SQL_REGEX_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { REGEX_GROUPS = 32 };

struct regex;

/* Compiled patterns are kept for the next row; what is returned lasts until the next call. ERR_VALUE for a bad one. */
enum err_code regex_compile(const char *pattern, size_t len, bool insensitive, const struct regex **out, struct err *e);

/* Let go of what is kept. */
void regex_forget(void);

struct regex_hit {
    long from[REGEX_GROUPS], to[REGEX_GROUPS]; /* of the whole and the groups; below 0: took no part */
    size_t groups;                             /* in the pattern */
};

/* The first match at `start` or behind it. */
bool regex_find(const struct regex *r, const char *text, size_t len, size_t start, struct regex_hit *hit);

#endif
