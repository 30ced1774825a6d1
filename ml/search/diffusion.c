/* The graph is kept as lists of NEIGHBORS per row, with weight 0 where a neighbour is not mutual; the system is solved
 * by conjugate gradients, as I - a S is symmetric and positive definite for a < 1. */
#include "ml/search/diffusion.h"

#include "ml/search/similarity.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    NEIGHBORS = 5, /* as in the recipe: 5 for digits, where 8 is as good for photographs */
    MOST_STEPS = 100,
    QUERIES = 1024,
};
#define SPREAD 0.99    /* a; of Iscen et al. */
#define PRECISION 1e-7 /* of the residual, relative */
#define REACHED 1e-9   /* of the largest: less is rounding */

struct graph {
    size_t rows, dimension;
    size_t *neighbors; /* (rows, NEIGHBORS); SIZE_MAX: fewer */
    double *weights;   /* (rows, NEIGHBORS) */
};

static double affinity(float cosine) {
    return cosine > 0 ? (double)cosine * cosine * cosine : 0;
}

static enum err_code find_neighbors(struct graph *g, const struct nearest_index *x, const float *vectors,
                                    struct stop *stop, struct err *e) {
    struct nearest_list *lists = malloc(QUERIES * sizeof *lists);
    size_t *but = malloc(QUERIES * sizeof *but);
    if (!lists || !but) {
        err_nomem(e);
    }
    for (size_t first = 0; first < g->rows && e->code == ERR_OK; first += QUERIES) {
        size_t n = g->rows - first < QUERIES ? g->rows - first : QUERIES;
        for (size_t i = 0; i < n; i++) {
            but[i] = first + i;
        }
        struct nearest_request r = {
            .queries = vectors + first * g->dimension, .count = n, .k = NEIGHBORS, .at_least = -INFINITY, .but = but};
        if (nearest_search(x, &r, lists, stop, e) != ERR_OK) {
            break;
        }
        for (size_t i = 0; i < n; i++) {
            for (size_t k = 0; k < NEIGHBORS; k++) {
                size_t at = (first + i) * NEIGHBORS + k;
                bool there = k < lists[i].count;
                g->neighbors[at] = there ? lists[i].found[k].row : SIZE_MAX;
                g->weights[at] = there ? affinity(lists[i].found[k].score) : 0;
            }
        }
        nearest_release(lists, n);
    }
    free(lists);
    free(but);
    return e->code;
}

static bool is_neighbor(const struct graph *g, size_t of, size_t row) {
    for (size_t k = 0; k < NEIGHBORS; k++) {
        if (g->neighbors[of * NEIGHBORS + k] == row) {
            return true;
        }
    }
    return false;
}

/* Weights of mutual neighbours only, divided by the roots of both degrees. */
static void normalize(struct graph *g, double *degrees) {
    for (size_t i = 0; i < g->rows; i++) {
        degrees[i] = 0;
        for (size_t k = 0; k < NEIGHBORS; k++) {
            size_t at = i * NEIGHBORS + k, other = g->neighbors[at];
            g->weights[at] = other != SIZE_MAX && is_neighbor(g, other, i) ? g->weights[at] : 0;
            degrees[i] += g->weights[at];
        }
    }
    for (size_t at = 0; at < g->rows * NEIGHBORS; at++) {
        if (g->weights[at] > 0) {
            g->weights[at] /= sqrt(degrees[at / NEIGHBORS] * degrees[g->neighbors[at]]);
        }
    }
}

/* out = (I - a S) f */
static void multiply(const struct graph *g, const double *f, double *out) {
    for (size_t i = 0; i < g->rows; i++) {
        double sum = 0;
        for (size_t k = 0; k < NEIGHBORS; k++) {
            size_t at = i * NEIGHBORS + k;
            sum += g->weights[at] > 0 ? g->weights[at] * f[g->neighbors[at]] : 0;
        }
        out[i] = f[i] - SPREAD * sum;
    }
}

static double dot(const double *a, const double *b, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

/* f, which is 0, from y in `rest`; three more vectors are scratch. */
static void solve(const struct graph *g, double *f, double *rest, double *direction, double *product) {
    size_t n = g->rows;
    double square = dot(rest, rest, n), enough = square * PRECISION * PRECISION;
    memcpy(direction, rest, n * sizeof *rest);
    for (int step = 0; step < MOST_STEPS && square > enough; step++) {
        multiply(g, direction, product);
        double length = square / dot(direction, product, n), before = square;
        for (size_t i = 0; i < n; i++) {
            f[i] += length * direction[i];
            rest[i] -= length * product[i];
        }
        square = dot(rest, rest, n);
        for (size_t i = 0; i < n; i++) {
            direction[i] = rest[i] + square / before * direction[i];
        }
    }
}

static enum err_code spread(struct graph *g, const struct nearest_index *x, const float *vectors, const float *query,
                            double *memory, float *scores, struct stop *stop, struct err *e) {
    size_t n = g->rows;
    double *f = memory, *rest = f + n, *direction = rest + n, *product = direction + n, largest = 0;
    struct nearest_request r = {.queries = query, .count = 1, .k = NEIGHBORS, .at_least = -INFINITY};
    struct nearest_list list;
    if (find_neighbors(g, x, vectors, stop, e) != ERR_OK || nearest_search(x, &r, &list, stop, e) != ERR_OK) {
        return e->code;
    }
    normalize(g, direction);
    for (size_t k = 0; k < list.count; k++) {
        rest[list.found[k].row] = affinity(list.found[k].score);
    }
    nearest_release(&list, 1);
    solve(g, f, rest, direction, product);
    for (size_t i = 0; i < n; i++) {
        largest = fmax(largest, f[i]);
    }
    for (size_t i = 0; i < n; i++) {
        bool reached = f[i] > REACHED * largest;
        scores[i] =
            reached ? (float)(f[i] / largest) : similarity_cosine(vectors + i * g->dimension, query, g->dimension) - 1;
    }
    return ERR_OK;
}

enum err_code diffusion_scores(const struct nearest_index *x, const float *vectors, size_t rows, size_t dimension,
                               const float *query, float *scores, struct stop *stop, struct err *e) {
    struct graph g = {.rows = rows, .dimension = dimension};
    double *memory = calloc(4 * rows + 1, sizeof *memory);
    g.neighbors = calloc(rows * NEIGHBORS + 1, sizeof *g.neighbors);
    g.weights = calloc(rows * NEIGHBORS + 1, sizeof *g.weights);
    if (!memory || !g.neighbors || !g.weights) {
        err_nomem(e);
    } else {
        spread(&g, x, vectors, query, memory, scores, stop, e);
    }
    free(memory);
    free(g.neighbors);
    free(g.weights);
    return e->code;
}
