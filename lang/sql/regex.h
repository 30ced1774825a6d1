/* PostgreSQL's regular expressions. The first match is found, the longest there (or the shortest, where the pattern
 * says so); what its groups took is worked out from the whole inwards, each part the longest that leaves the others a
 * match, as PostgreSQL does. Without \1 the time is the pattern's times the text's, for groups times their number; with
 * \1 it may be exponential. All can be stopped. */
#ifndef LANG_SQL_REGEX_H
#define LANG_SQL_REGEX_H

#include "base/err.h"
#include "base/stop.h"

#include <stdbool.h>
#include <stddef.h>

enum { REGEX_GROUPS = 32 };

enum { /* flags */
       REGEX_INSENSITIVE = 1,
       REGEX_DOT_IN_LINE = 2, /* . and [^…] do not match the end of a line */
       REGEX_LINES = 4,       /* ^ and $ stand at the begin and end of each line */
};

/* Change the flags as a letter behind a pattern does: i, c, n, … False: there is none such. */
bool regex_flag(char letter, unsigned *flags);

struct regex;

/* Compiled patterns are kept for the next row, each thread its own; what is returned lasts until the thread's next
 * call. ERR_VALUE for a bad one. */
enum err_code regex_compile(const char *pattern, size_t len, unsigned flags, struct regex **out, struct err *e);

/* Let go of what this thread keeps. */
void regex_forget(void);

struct regex_hit {
    long from[REGEX_GROUPS], to[REGEX_GROUPS]; /* of the whole and the groups; below 0: took no part */
    size_t groups;                             /* in the pattern */
};

/* The first match at `start` or behind it; without `groups` only the place of the whole is told. ERR_INTERRUPT;
 * ERR_VALUE where the pattern's parts become too large. */
enum err_code regex_find(struct regex *r, const char *text, size_t len, size_t start, bool groups, struct stop *stop,
                         bool *found, struct regex_hit *hit, struct err *e);

#endif
