/* Exact top-k: blocks of rows are scored in parallel; then one thread offers the scores, in row order, to a heap with
 * the worst of the k best on top. Almost every score fails against that one, so the second step costs next to nothing.
 */
#include "ml/search/nearest.h"

#include "base/parallel.h"
#include "ml/search/similarity.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define BLOCK_ROWS ((size_t)262144)  /* between two looks at the stop flag: 1 MiB of scores */
#define GRAIN_VALUES ((size_t)65536) /* of the matrix, in a piece of work */
#define AHEAD_VALUES ((size_t)2048)  /* fetched before they are needed: 8 KiB, a tenth faster than without */
#define LINE_VALUES ((size_t)16)     /* of a cache line */

struct scoring {
    const float *matrix, *query;
    size_t dimension;
    float *scores;
};

static void score_rows(void *user, size_t begin, size_t end) {
    const struct scoring *s = user;
    size_t rows_ahead = s->dimension ? AHEAD_VALUES / s->dimension + 1 : 1;
    for (size_t i = begin; i < end; i++) {
        const float *row = s->matrix + i * s->dimension;
        const float *ahead = i + rows_ahead < end ? row + rows_ahead * s->dimension : row;
        for (size_t k = 0; k < s->dimension; k += LINE_VALUES) {
            __builtin_prefetch(ahead + k);
        }
        float score = similarity_dot(row, s->query, s->dimension);
        s->scores[i] = isnan(score) ? -INFINITY : score;
    }
}

static bool worse(const struct nearest *a, const struct nearest *b) {
    return a->score < b->score || (a->score == b->score && a->row > b->row);
}

/* Let heap[at] sink until no child is worse than it. */
static void sink(struct nearest *heap, size_t count, size_t at) {
    struct nearest moved = heap[at];
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && worse(&heap[child + 1], &heap[child])) {
            child++;
        }
        if (!worse(&heap[child], &moved)) {
            break;
        }
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

/* Offer rows begin..end, which come in rising order: an equal score does not push an earlier row out. */
static void offer(struct nearest *heap, size_t k, size_t *count, const float *scores, size_t begin, size_t end) {
    size_t i = begin;
    for (; i < end && *count < k; i++) {
        heap[(*count)++] = (struct nearest){i, scores[i - begin]};
        for (size_t at = *count == k ? k / 2 : 0; at-- > 0;) {
            sink(heap, k, at);
        }
    }
    for (; i < end; i++) {
        if (scores[i - begin] > heap[0].score) {
            heap[0] = (struct nearest){i, scores[i - begin]};
            sink(heap, k, 0);
        }
    }
}

/* The worst leaves the top for the end, one after the other. */
static void sort_best_first(struct nearest *heap, size_t count) {
    while (count > 1) {
        struct nearest worst = heap[0];
        heap[0] = heap[--count];
        heap[count] = worst;
        sink(heap, count, 0);
    }
}

enum err_code nearest_search(const float *matrix, size_t rows, size_t dimension, const float *query, size_t k,
                             struct nearest *found, size_t *count, struct stop *stop, struct err *e) {
    size_t kept = 0, block = rows < BLOCK_ROWS ? rows : BLOCK_ROWS;
    size_t grain = dimension < GRAIN_VALUES ? GRAIN_VALUES / (dimension ? dimension : 1) : 1;
    k = k < rows ? k : rows;
    if (k == 0) {
        *count = 0;
        return ERR_OK;
    }
    struct scoring s = {matrix, query, dimension, malloc(block * sizeof *s.scores)};
    if (!s.scores) {
        return err_nomem(e);
    }
    for (size_t begin = 0; begin < rows && !stop_requested(stop); begin += block) {
        size_t n = rows - begin < block ? rows - begin : block;
        s.matrix = matrix + begin * dimension;
        parallel_for(n, grain, score_rows, &s);
        offer(found, k, &kept, s.scores, begin, begin + n);
    }
    free(s.scores);
    if (stop_requested(stop)) {
        return err_interrupt(e);
    }
    sort_best_first(found, kept);
    *count = kept;
    return ERR_OK;
}
