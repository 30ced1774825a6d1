/* history_request: range, tail and search, as the protocol specifies them. Only this session is kept, as number 0 says;
 * it is also session 1, the number that rows carry. */
#include "kernel/protocol/history.h"

#include "kernel/protocol/message.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SESSION 1

void history_add(struct history *h, const char *code, size_t len) {
    if (h->count == h->capacity) {
        size_t capacity = h->capacity ? h->capacity * 2 : 64;
        char **cells = realloc(h->cells, capacity * sizeof *cells);
        if (!cells) {
            return;
        }
        h->cells = cells;
        h->capacity = capacity;
    }
    char *copy = malloc(len + 1);
    if (copy) {
        memcpy(copy, code, len);
        copy[len] = '\0';
        h->cells[h->count++] = copy;
    }
}

void history_release(struct history *h) {
    for (size_t i = 0; i < h->count; i++) {
        free(h->cells[i]);
    }
    free(h->cells);
    *h = (struct history){NULL, 0, 0};
}

static void add_row(const struct history *h, size_t index, bool output, json_t *rows) {
    json_int_t line = (json_int_t)index + 1;
    const char *code = h->cells[index];
    json_array_append_new(rows, output ? json_pack("[i, I, [s, n]]", SESSION, line, code)
                                       : json_pack("[i, I, s]", SESSION, line, code));
}

static void answer_range(const struct history *h, const json_t *request, bool output, json_t *rows) {
    json_int_t session = message_number(request, "session", 0), start = message_number(request, "start", 1);
    json_int_t stop = message_number(request, "stop", (json_int_t)h->count + 1);
    if (session != 0 && session != SESSION) {
        return;
    }
    for (json_int_t line = start < 1 ? 1 : start; line < stop && line <= (json_int_t)h->count; line++) {
        add_row(h, (size_t)line - 1, output, rows);
    }
}

/* Whether all of `text` fits: * is any run of characters, ? any one byte. */
static bool glob_fits(const char *pattern, const char *text) {
    const char *star = NULL, *resume = NULL;
    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            resume = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*') {
        pattern++;
    }
    return !*pattern;
}

static bool seen_later(const struct history *h, size_t index) {
    for (size_t i = index + 1; i < h->count; i++) {
        if (strcmp(h->cells[i], h->cells[index]) == 0) {
            return true;
        }
    }
    return false;
}

/* The last n that match, in order; unique keeps the latest of equal ones. No pattern: the tail. */
static void answer_last(const struct history *h, const json_t *request, const char *pattern, bool output,
                        json_t *rows) {
    bool unique = pattern && json_is_true(json_object_get(request, "unique"));
    json_int_t n = message_number(request, "n", pattern ? (json_int_t)h->count : 10);
    unsigned char *taken = calloc(h->count + 1, 1);
    for (size_t i = h->count; taken && i > 0 && n > 0; i--) {
        bool fits = !pattern || glob_fits(pattern, h->cells[i - 1]);
        if (fits && !(unique && seen_later(h, i - 1))) {
            taken[i - 1] = 1;
            n--;
        }
    }
    for (size_t i = 0; taken && i < h->count; i++) {
        if (taken[i]) {
            add_row(h, i, output, rows);
        }
    }
    free(taken);
}

json_t *history_answer(const struct history *h, const json_t *request) {
    const char *kind = json_string_value(json_object_get(request, "hist_access_type"));
    const char *pattern = json_string_value(json_object_get(request, "pattern"));
    bool output = json_is_true(json_object_get(request, "output"));
    json_t *rows = json_array();
    if (kind && strcmp(kind, "range") == 0) {
        answer_range(h, request, output, rows);
    } else if (kind && strcmp(kind, "search") == 0) {
        answer_last(h, request, pattern ? pattern : "*", output, rows);
    } else {
        answer_last(h, request, NULL, output, rows);
    }
    return rows;
}
