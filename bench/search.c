/* search [ROWS DIMENSION]: exact search against reading the memory once, in the same run, as absolute times drift.
 * Vectors are random and of unit length. Best of several runs, in milliseconds, and the ratio to reading. */
#include "base/clock.h"
#include "base/parallel.h"
#include "base/random.h"
#include "ml/search/nearest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 15, TOP = 10, QUERIES = 1000, QUERY_ROWS = 100000 };

struct bench {
    float *matrix;
    size_t rows, dimension;
    double *sums; /* one a piece, so that no read is left out */
};

static void fill(void *user, size_t begin, size_t end) {
    struct bench *b = user;
    for (size_t i = begin; i < end; i++) {
        struct random r = random_stream(1, i, 0);
        float *row = b->matrix + i * b->dimension;
        double square = 0;
        for (size_t k = 0; k < b->dimension; k++) {
            row[k] = random_normal(&r);
            square += (double)row[k] * row[k];
        }
        for (size_t k = 0; k < b->dimension; k++) {
            row[k] = (float)(row[k] / sqrt(square));
        }
    }
}

/* Adds the numbers up as bit patterns, sixteen sums in flight: bound by memory alone. */
static void read_rows(void *user, size_t begin, size_t end) {
    struct bench *b = user;
    const float *at = b->matrix + begin * b->dimension, *last = b->matrix + end * b->dimension;
    unsigned sums[64] = {0};
    for (; at + 64 <= last; at += 64) {
        unsigned bits[64];
        for (size_t k = 0; k < 64; k += 16) {
            __builtin_prefetch((const char *)(at + k) + 4096);
        }
        memcpy(bits, at, sizeof bits);
        for (size_t k = 0; k < 64; k++) {
            sums[k] += bits[k];
        }
    }
    for (size_t k = 1; k < 64; k++) {
        sums[0] += sums[k];
    }
    b->sums[begin / 512] = sums[0];
}

static double read_once(struct bench *b) {
    double began = clock_now();
    parallel_for(b->rows, 512, read_rows, b);
    return clock_now() - began;
}

static double search_once(const struct bench *b, const struct nearest_index *x, enum nearest_look look, size_t queries,
                          struct nearest_list *lists) {
    struct err e = ERR_INIT;
    struct nearest_request r = {.queries = b->matrix, .count = queries, .k = TOP, .at_least = -INFINITY, .look = look};
    double began = clock_now();
    if (nearest_search(x, &r, lists, NULL, &e) != ERR_OK) {
        fprintf(stderr, "search: %s\n", e.message);
        exit(EXIT_FAILURE);
    }
    return clock_now() - began;
}

static double best(double a, double b) {
    return a < b ? a : b;
}

static void show(const char *what, double seconds, double reading, const char *note) {
    printf("%-44s %9.2f ms   %5.2f of reading once%s\n", what, seconds * 1e3, seconds / reading, note);
}

static void one_query(struct bench *b, const struct nearest_index *x) {
    double reading = 1e9, floats = 1e9, bytes = 1e9;
    struct nearest_list exact, coded;
    int same = 1;
    size_t scored = 0;
    for (int i = 0; i < TRIES; i++) {
        reading = best(reading, read_once(b));
        floats = best(floats, search_once(b, x, NEAREST_FLOATS, 1, &exact));
        bytes = best(bytes, search_once(b, x, NEAREST_BYTES, 1, &coded));
        same = same && exact.count == coded.count && coded.look == NEAREST_BYTES;
        for (size_t k = 0; same && k < exact.count; k++) {
            same = exact.found[k].row == coded.found[k].row && exact.found[k].score == coded.found[k].score;
        }
        scored = coded.scored;
        nearest_release(&exact, 1);
        nearest_release(&coded, 1);
    }
    char note[120];
    show("reading the matrix once", reading, reading, "");
    show("top 10, floats", floats, reading, "");
    snprintf(note, sizeof note, ", %.2f times quicker than floats; %zu rows scored; the same rows and scores: %s",
             floats / bytes, scored, same ? "yes" : "NO");
    show("top 10, bytes first, then exact", bytes, reading, note);
}

static void many_queries(struct bench *b) {
    struct nearest_index *x = NULL;
    struct err e = ERR_INIT;
    static struct nearest_list lists[QUERIES];
    double seconds = 1e9;
    size_t rows = b->rows < QUERY_ROWS ? b->rows : QUERY_ROWS;
    if (nearest_index_new(b->matrix, rows, b->dimension, false, &x, &e) != ERR_OK) {
        return;
    }
    for (int i = 0; i < 3; i++) {
        seconds = best(seconds, search_once(b, x, NEAREST_CHOOSE, QUERIES, lists));
        nearest_release(lists, QUERIES);
    }
    printf("top 10 for each of %d queries over %zu rows     %7.1f ms   %.1f GFLOP/s\n", QUERIES, rows, seconds * 1e3,
           2.0 * QUERIES * (double)rows * (double)b->dimension / seconds / 1e9);
    nearest_index_free(x);
}

int main(int count, char **arguments) {
    struct bench b = {.rows = 1000000, .dimension = 128};
    struct nearest_index *x = NULL;
    struct err e = ERR_INIT;
    if (count == 3) {
        b.rows = strtoul(arguments[1], NULL, 10);
        b.dimension = strtoul(arguments[2], NULL, 10);
    }
    b.matrix = malloc(b.rows * b.dimension * sizeof *b.matrix);
    b.sums = calloc(b.rows / 512 + 1, sizeof *b.sums);
    if (!b.matrix || !b.sums || b.rows == 0 || b.dimension == 0) {
        fputs("usage: search [ROWS DIMENSION], as much as fits in memory\n", stderr);
        return EXIT_FAILURE;
    }
    parallel_for(b.rows, 512, fill, &b);
    double began = clock_now();
    if (nearest_index_new(b.matrix, b.rows, b.dimension, true, &x, &e) != ERR_OK) {
        fprintf(stderr, "search: %s\n", e.message);
        return EXIT_FAILURE;
    }
    printf("%zu x %zu, %d threads, best of %d; lengths and bytes made in %.0f ms\n", b.rows, b.dimension,
           parallel_threads(), TRIES, (clock_now() - began) * 1e3);
    one_query(&b, x);
    many_queries(&b);
    nearest_index_free(x);
    parallel_shutdown();
    free(b.matrix);
    free(b.sums);
    return EXIT_SUCCESS;
}
