/* A regular expression taken apart: PostgreSQL's "advanced" ones (its documentation, section 9.7.3), which are POSIX
 * extended ones with escapes, repetition that prefers the shortest, and places to look ahead and behind. */
#ifndef LANG_SQL_REGEX_TREE_H
#define LANG_SQL_REGEX_TREE_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REGEX_MOST_BYTES = 4000 }; /* of a pattern */

/* Characters: some of ASCII, ranges, classes; or all others. */
struct regex_set;
bool regex_set_has(const struct regex_set *set, uint32_t point);

enum regex_kind {
    REGEX_NOTHING, /* the empty text */
    REGEX_SET,     /* one character */
    REGEX_CAT,     /* left, then right, which may be a CAT again */
    REGEX_OR,      /* left or right, which may be an OR again */
    REGEX_REPEAT,  /* left, `least` to `most` times */
    REGEX_GROUP,   /* left, whose place is kept */
    REGEX_BACK,    /* the text of a group again; left is that group */
    REGEX_PLACE,   /* between two characters */
    REGEX_LOOK,    /* what left matches stands there, or does not */
};

enum regex_place {
    REGEX_BEGIN,
    REGEX_END,
    REGEX_LINE_BEGIN,
    REGEX_LINE_END,
    REGEX_WORD_BEGIN,
    REGEX_WORD_END,
    REGEX_WORD_EDGE,
    REGEX_NO_WORD_EDGE,
};

/* Whether the longest or the shortest text is wanted, where both are possible. */
enum regex_wish { REGEX_EITHER, REGEX_LONGEST, REGEX_SHORTEST };

struct regex_program;

struct regex_node {
    enum regex_kind kind;
    struct regex_node *left, *right;
    const struct regex_set *set;
    enum regex_place place;
    enum regex_wish wish;
    int least, most;                          /* REPEAT; most below 0: without end */
    bool spare;                               /* REPEAT: of the empty text it takes none, though it could */
    size_t size;                              /* at most of its program, and one more; 0: not yet known */
    int group;                                /* of GROUP and BACK, from 1 */
    bool behind, negated;                     /* LOOK */
    bool keeps, returns;                      /* a GROUP or BACK is within, and counts; a BACK is */
    bool mixed;                               /* both wishes are within */
    struct regex_program *forward, *backward; /* made when they are needed first */
};

struct regex_tree {
    struct regex_node *root;
    size_t groups;
    bool insensitive;
};

/* The flags are regex.h's. The nodes are the arena's. ERR_VALUE with PostgreSQL's words for what is none,
 * ERR_UNSUPPORTED for what is not here; more than `most_groups` groups among it. */
enum err_code regex_parse(struct arena *a, const char *pattern, size_t len, unsigned flags, size_t most_groups,
                          struct regex_tree *out, struct err *e);

#endif
