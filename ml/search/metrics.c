/* Leave-one-out retrieval. A query's ranking is a sort of 64-bit keys, score above and row below, so that one
 * comparison of numbers gives both the order and the ties. Queries go a batch at a time, each with a row of keys of its
 * own, and their results are added up in row order: the same sums on any number of threads. */
#include "ml/search/metrics.h"

#include "base/parallel.h"
#include "ml/search/similarity.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BATCH ((size_t)64)

static const size_t cuts[METRICS_CUTS] = {1, 3, 10};

struct retrieval {
    bool counts; /* has something to find */
    double precision[METRICS_CUTS], average;
};

struct batch {
    const float *vectors;
    const int *labels;
    size_t rows, dimension, first; /* first: row of the batch's first query */
    uint64_t *keys;                /* (BATCH, rows) */
    struct retrieval results[BATCH];
};

/* A number that is smaller for a higher score (a float's bits, made to sort), and for the same score, for an earlier
 * row. */
static uint64_t key_of(float score, size_t row) {
    uint32_t bits;
    score = isnan(score) ? -INFINITY : score + 0.0F; /* -0 and 0 tie */
    memcpy(&bits, &score, sizeof bits);
    bits = bits & 0x80000000u ? bits : ~bits & 0x7fffffffu;
    return (uint64_t)bits << 32 | (uint32_t)row;
}

static int by_key(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void measure(const struct batch *b, size_t query, uint64_t *keys, struct retrieval *out) {
    size_t n = 0, relevant = 0, hits = 0;
    const float *vector = b->vectors + query * b->dimension;
    for (size_t i = 0; i < b->rows; i++) {
        if (i != query) {
            keys[n++] = key_of(similarity_dot(vector, b->vectors + i * b->dimension, b->dimension), i);
            relevant += b->labels[i] == b->labels[query];
        }
    }
    *out = (struct retrieval){.counts = relevant > 0};
    if (!out->counts) {
        return;
    }
    qsort(keys, n, sizeof *keys, by_key);
    for (size_t i = 0; i < n && (hits < relevant || i < cuts[METRICS_CUTS - 1]); i++) {
        bool hit = b->labels[(uint32_t)keys[i]] == b->labels[query];
        if (hit) {
            hits++;
            out->average += (double)hits / (double)(i + 1);
        }
        for (size_t c = 0; c < METRICS_CUTS; c++) {
            size_t cut = cuts[c] < n ? cuts[c] : n;
            out->precision[c] += hit && i < cut ? 1.0 / (double)cut : 0;
        }
    }
    out->average /= (double)relevant;
}

static void measure_range(void *user, size_t begin, size_t end) {
    struct batch *b = user;
    for (size_t i = begin; i < end; i++) {
        measure(b, b->first + i, b->keys + i * b->rows, &b->results[i]);
    }
}

static void add(struct metrics *to, const struct retrieval *r) {
    if (r->counts) {
        to->queries++;
        to->mean_average_precision += r->average;
        for (size_t c = 0; c < METRICS_CUTS; c++) {
            to->precision[c] += r->precision[c];
        }
    }
}

enum err_code metrics_leave_one_out(const float *vectors, const int *labels, size_t rows, size_t dimension,
                                    struct metrics *out, struct stop *stop, struct err *e) {
    struct metrics sum = {0};
    if (rows > INT32_MAX) {
        return err_set(e, ERR_VALUE, "%zu vectors are too many to be measured against each other", rows);
    }
    struct batch b = {.vectors = vectors, .labels = labels, .rows = rows, .dimension = dimension};
    b.keys = malloc(BATCH * (rows + 1) * sizeof *b.keys);
    if (!b.keys) {
        return err_nomem(e);
    }
    for (; b.first < rows && !stop_requested(stop); b.first += BATCH) {
        size_t n = rows - b.first < BATCH ? rows - b.first : BATCH;
        parallel_for(n, 1, measure_range, &b);
        for (size_t i = 0; i < n; i++) {
            add(&sum, &b.results[i]);
        }
    }
    free(b.keys);
    if (stop_requested(stop)) {
        return err_interrupt(e);
    }
    double queries = sum.queries ? (double)sum.queries : 1;
    sum.mean_average_precision /= queries;
    for (size_t c = 0; c < METRICS_CUTS; c++) {
        sum.precision[c] /= queries;
    }
    *out = sum;
    return ERR_OK;
}
