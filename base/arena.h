/* Memory that dies all at once, with the request it was taken for. Parsers take, and never free.
 * Every call returns NULL when memory is out; arena_failed() tells afterwards whether any did. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks;
    bool failed;
};

#define ARENA_INIT ((struct arena){.blocks = NULL})

void arena_release(struct arena *a);
void *arena_alloc(struct arena *a, size_t size); /* zeroed, aligned for any type */
char *arena_strndup(struct arena *a, const char *text, size_t len);
char *arena_strdup(struct arena *a, const char *text);
char *arena_printf(struct arena *a, const char *format, ...) ERR_PRINTF(2, 3);
bool arena_failed(const struct arena *a);

#endif
