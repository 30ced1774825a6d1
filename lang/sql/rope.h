/* SQL text in the making: a chain of pieces, each with the place in the user's text that it comes from. Joining two
 * costs nothing, so an operand is lowered first and wrapped afterwards. All in an arena; a failure of the arena shows
 * in arena_failed(). */
#ifndef LANG_SQL_ROPE_H
#define LANG_SQL_ROPE_H

#include "base/arena.h"
#include "base/buf.h"

#define ROPE_NOWHERE (-1L)

struct rope_piece {
    const char *text;
    size_t len;
    long place; /* a byte of the cell, or ROPE_NOWHERE */
    int nested; /* above 0: the SQL of that nested statement stands here instead of text */
    struct rope_piece *next;
};

struct rope {
    struct rope_piece *first, *last;
};

#define ROPE_INIT ((struct rope){.first = NULL})

/* Append text that outlives the rope; `place` is where the user wrote it. */
void rope_add(struct arena *a, struct rope *r, const char *text, long place);
void rope_add_identifier(struct arena *a, struct rope *r, const char *name, long place);
void rope_add_string(struct arena *a, struct rope *r, const char *text, size_t len, long place);
void rope_add_nested(struct arena *a, struct rope *r, int number, long place);

/* Append another rope, which is used up. */
void rope_join(struct rope *r, struct rope more);
struct rope rope_copy(struct arena *a, const struct rope *from);

/* Append a pattern in which $1 to $9 stand for the ropes, and $* for all of them with commas. A rope may be used
 * again. The pattern must outlive the rope; its own text gets `place`. */
void rope_fill(struct arena *a, struct rope *r, const char *pattern, const struct rope *ropes, size_t count,
               long place);

/* The text alone, in the arena; for comparing. NULL: no memory. */
const char *rope_text(struct arena *a, const struct rope *r);

#endif
