/* Almost every row fails against the floor, the k-th highest score that is sure; so whole runs of rows are held against
 * it by the highest bound among them, which a loop that compilers turn into SIMD finds where the bounds are made. */
#include "ml/search/candidates.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define WIDE ((size_t)16)

bool candidates_begin(struct candidates *c) {
    c->count = c->room = c->sure = 0;
    c->crowded = c->no_memory = false;
    c->items = NULL;
    c->least = malloc((c->k ? c->k : 1) * sizeof *c->least);
    return c->least != NULL;
}

void candidates_release(struct candidates *c) {
    free(c->items);
    free(c->least);
    c->items = NULL;
    c->least = NULL;
}

static float floor_of(const struct candidates *c) {
    return c->k && c->sure == c->k && c->least[0] > c->at_least ? c->least[0] : c->at_least;
}

/* Let least[at] sink until no child is lower than it. */
static void sink(float *least, size_t count, size_t at) {
    float moved = least[at];
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        child += child + 1 < count && least[child + 1] < least[child];
        if (!(least[child] < moved)) {
            break;
        }
        least[at] = least[child];
    }
    least[at] = moved;
}

static void add_sure(struct candidates *c, float lower) {
    lower = isnan(lower) ? -INFINITY : lower;
    if (c->sure < c->k) {
        size_t at = c->sure++;
        for (size_t parent; at > 0 && c->least[parent = (at - 1) / 2] > lower; at = parent) {
            c->least[at] = c->least[parent];
        }
        c->least[at] = lower;
    } else if (lower > c->least[0]) {
        c->least[0] = lower;
        sink(c->least, c->k, 0);
    }
}

void candidates_prune(struct candidates *c) {
    float floor = floor_of(c);
    size_t kept = 0;
    for (size_t i = 0; i < c->count; i++) {
        if (!(c->items[i].score < floor)) {
            c->items[kept++] = c->items[i];
        }
    }
    c->count = kept;
}

static void keep(struct candidates *c, size_t row, float upper) {
    if (c->count == c->room) {
        candidates_prune(c);
        if (c->count >= c->most) {
            c->crowded = true;
            return;
        }
        size_t room = c->room ? c->room * 2 : 256;
        struct nearest *items = c->count > c->room / 2 || !c->items ? realloc(c->items, room * sizeof *items) : NULL;
        if (items) {
            c->items = items;
            c->room = room;
        } else if (c->count == c->room) {
            c->no_memory = true;
            return;
        }
    }
    c->items[c->count++] = (struct nearest){row, upper};
}

static bool wanted(const struct candidates *c, size_t row) {
    return row != c->but && (!c->allowed || c->allowed[row / 8] >> row % 8 & 1);
}

static float top_of(const float *upper, size_t n) {
    float tops[WIDE], top = -INFINITY;
    int odd[WIDE] = {0}, any = 0;
    size_t i = 0;
    for (size_t k = 0; k < WIDE; k++) {
        tops[k] = -INFINITY;
    }
    for (; i + WIDE <= n; i += WIDE) {
        for (size_t k = 0; k < WIDE; k++) {
            tops[k] = upper[i + k] > tops[k] ? upper[i + k] : tops[k];
            odd[k] |= upper[i + k] != upper[i + k];
        }
    }
    for (; i < n; i++) {
        top = upper[i] > top ? upper[i] : top;
        any |= upper[i] != upper[i];
    }
    for (size_t k = 0; k < WIDE; k++) {
        top = tops[k] > top ? tops[k] : top;
        any |= odd[k];
    }
    return any ? INFINITY : top;
}

void candidates_tops(const float *upper, size_t n, float *tops) {
    for (size_t at = 0; at < n; at += CANDIDATES_RUN) {
        tops[at / CANDIDATES_RUN] = top_of(upper + at, n - at < CANDIDATES_RUN ? n - at : CANDIDATES_RUN);
    }
}

void candidates_offer(struct candidates *c, const float *upper, const float *tops, const float *errors, float factor,
                      float constant, size_t first, size_t n) {
    for (size_t at = 0; at < n && c->k; at += CANDIDATES_RUN) {
        size_t end = at + CANDIDATES_RUN < n ? at + CANDIDATES_RUN : n;
        if (tops[at / CANDIDATES_RUN] < floor_of(c)) {
            continue;
        }
        for (size_t i = at; i < end && !c->crowded && !c->no_memory; i++) {
            if (!(upper[i] < floor_of(c)) && wanted(c, first + i)) {
                add_sure(c, upper[i] - 2 * ((errors ? errors[i] * factor : 0) + constant));
                keep(c, first + i, upper[i]);
            }
        }
    }
}

static int best_first(const void *a, const void *b) {
    const struct nearest *x = a, *y = b;
    if (x->score != y->score) {
        return x->score < y->score ? 1 : -1;
    }
    return (x->row > y->row) - (x->row < y->row);
}

void candidates_choose(struct candidates *c, bool ties) {
    size_t kept = 0;
    for (size_t i = 0; i < c->count; i++) {
        if (c->items[i].score >= c->at_least) {
            c->items[kept++] = c->items[i];
        }
    }
    if (kept) {
        qsort(c->items, kept, sizeof *c->items, best_first);
    }
    size_t end = kept < c->k ? kept : c->k;
    while (ties && end > 0 && end < kept && c->items[end].score == c->items[end - 1].score) {
        end++;
    }
    c->count = end;
}
