/* The cells of this session, for history_request. */
#ifndef KERNEL_PROTOCOL_HISTORY_H
#define KERNEL_PROTOCOL_HISTORY_H

#include <jansson.h>
#include <stddef.h>

struct history {
    char **cells; /* cells[i] is line i + 1 */
    size_t count, capacity;
};

/* Keep a copy of the cell, tokens blanked out. */
void history_add(struct history *h, const char *code, size_t len);
void history_release(struct history *h);

/* The rows [session, line, input] (or [session, line, [input, null]] with output) that a request asks for. */
json_t *history_answer(const struct history *h, const json_t *request);

#endif
