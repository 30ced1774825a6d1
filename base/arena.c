/* A list of blocks, each filled from its start. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 16384u

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    alignas(max_align_t) unsigned char bytes[];
};

void arena_release(struct arena *a) {
    while (a->blocks) {
        struct arena_block *next = a->blocks->next;
        free(a->blocks);
        a->blocks = next;
    }
    a->failed = false;
}

void *arena_alloc(struct arena *a, size_t size) {
    if (size > SIZE_MAX / 2) {
        a->failed = true;
        return NULL;
    }
    size_t align = alignof(max_align_t);
    size = (size + align - 1) / align * align;
    struct arena_block *block = a->blocks;
    if (!block || block->size - block->used < size) {
        size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
        block = calloc(1, sizeof *block + room);
        if (!block) {
            a->failed = true;
            return NULL;
        }
        block->size = room;
        block->next = a->blocks;
        a->blocks = block;
    }
    void *at = block->bytes + block->used;
    block->used += size;
    return at;
}

char *arena_strndup(struct arena *a, const char *text, size_t len) {
    char *copy = len < SIZE_MAX ? arena_alloc(a, len + 1) : NULL;
    if (copy && len) {
        memcpy(copy, text, len);
    }
    return copy;
}

char *arena_strdup(struct arena *a, const char *text) {
    return arena_strndup(a, text, strlen(text));
}

char *arena_printf(struct arena *a, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    char *text = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
    if (text) {
        vsnprintf(text, (size_t)n + 1, format, again);
    }
    va_end(again);
    va_end(args);
    return text;
}

bool arena_failed(const struct arena *a) {
    return a->failed;
}
