/* One query: blocks of rows are looked at in parallel, then offered in row order to its candidates. Many: the block is
 * a matrix product, and each query's candidates are offered their part of it, in parallel. */
#include "ml/search/nearest.h"

#include "base/parallel.h"
#include "ml/nn/gemm.h"
#include "ml/search/codes.h"
#include "ml/search/similarity.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define BLOCK_ROWS ((size_t)262144)  /* between two looks at the stop flag: 1 MiB of bounds */
#define GRAIN_VALUES ((size_t)65536) /* of the matrix, in a piece of work */
#define WIDE ((size_t)16)            /* values in a step of a loop that is to become SIMD */
#define TILE_QUERIES ((size_t)1024)  /* of the matrix product: 8 MiB of bounds */
#define TILE_ROWS ((size_t)2048)
#define FEW_QUERIES ((size_t)4)    /* below, one after the other is faster */
#define CODED_ROWS ((size_t)16384) /* fewer are in the cache anyhow */

struct nearest_index {
    const float *vectors;
    size_t rows, dimension;
    float *squares;  /* (rows): dot products with themselves */
    float *inverses; /* (rows): 1 / length; not a number where the square is not regular */
    bool coded;
    struct codes codes;
};

static void measure_rows(void *user, size_t begin, size_t end) {
    struct nearest_index *x = user;
    for (size_t i = begin; i < end; i++) {
        const float *row = x->vectors + i * x->dimension;
        float square = similarity_dot(row, row, x->dimension);
        x->squares[i] = square;
        x->inverses[i] = similarity_regular(square) ? (float)(1 / sqrt(square)) : NAN;
    }
}

static size_t grain_of(const struct nearest_index *x) {
    return x->dimension < GRAIN_VALUES ? GRAIN_VALUES / (x->dimension ? x->dimension : 1) : 1;
}

enum err_code nearest_index_new(const float *vectors, size_t rows, size_t dimension, bool codes,
                                struct nearest_index **out, struct err *e) {
    struct nearest_index *x = calloc(1, sizeof *x);
    if (!x) {
        return err_nomem(e);
    }
    *x = (struct nearest_index){.vectors = vectors, .rows = rows, .dimension = dimension};
    x->squares = malloc((rows + 1) * sizeof *x->squares);
    x->inverses = malloc((rows + 1) * sizeof *x->inverses);
    x->coded = codes && dimension > 0 && dimension <= CODES_MOST_DIMENSION;
    if (x->squares && x->inverses) {
        parallel_for(rows, grain_of(x), measure_rows, x);
        if (!x->coded || codes_make(&x->codes, vectors, x->squares, rows, dimension)) {
            *out = x;
            return ERR_OK;
        }
    }
    nearest_index_free(x);
    return err_nomem(e);
}

void nearest_index_free(struct nearest_index *x) {
    if (x) {
        codes_release(&x->codes);
        free(x->squares);
        free(x->inverses);
        free(x);
    }
}

size_t nearest_index_bytes(const struct nearest_index *x) {
    return x->rows * (2 * sizeof(float) + (x->coded ? x->codes.stride + 2 * sizeof(float) : 0));
}

/* One query on its way. */
struct search {
    const struct nearest_index *index;
    const struct nearest_request *request;
    const float *query;
    float square, inverse, spread; /* spread: how far a float's look can be from the score */
    struct codes_query *coded;
    size_t first, rows; /* of the block */
    enum nearest_look look;
    float *upper, *tops; /* (block), and of each run in it */
};

/* A float's look is two sums of n products in another order than the score's, and a few roundings: each product and sum
 * may be half a unit off, of at most 1. */
static float float_spread(size_t dimension) {
    return (float)(2 * dimension + 32) * 0x1p-24F;
}

static float score(const struct search *s, size_t row) {
    const struct nearest_index *x = s->index;
    return similarity_cosine_of(x->vectors + row * x->dimension, s->query, x->dimension, x->squares[row], s->square);
}

/* upper[i] to the bound that dot product upper[i] of row first + i makes. */
static void bound_products(const struct search *s, size_t first, size_t n, float *upper) {
    const float *inverses = s->index->inverses + first;
    size_t i = 0;
    for (; i + WIDE <= n; i += WIDE) {
        for (size_t k = 0; k < WIDE; k++) {
            upper[i + k] = upper[i + k] * (inverses[i + k] * s->inverse) + s->spread;
        }
    }
    for (; i < n; i++) {
        upper[i] = upper[i] * (inverses[i] * s->inverse) + s->spread;
    }
}

/* Runs begin..end of the block. */
static void look(void *user, size_t begin_at, size_t end_at) {
    const struct search *s = user;
    const struct nearest_index *x = s->index;
    size_t at = begin_at * CANDIDATES_RUN, end = end_at * CANDIDATES_RUN, row = s->first + at;
    size_t n = (end < s->rows ? end : s->rows) - at;
    float *upper = s->upper + at;
    if (s->look == NEAREST_BYTES) {
        codes_bounds(&x->codes, s->coded, row, n, upper);
    } else if (s->look == NEAREST_FLOATS) {
        similarity_dots(x->vectors + row * x->dimension, n, s->query, x->dimension, upper);
        bound_products(s, row, n, upper);
    } else {
        for (size_t i = 0; i < n; i++) {
            upper[i] = score(s, row + i);
        }
    }
    candidates_tops(upper, n, s->tops + begin_at);
}

static struct search search_of(const struct nearest_index *x, const struct nearest_request *r, size_t number) {
    struct search s = {.index = x, .request = r, .query = r->queries + number * x->dimension};
    s.square = similarity_dot(s.query, s.query, x->dimension);
    s.inverse = similarity_regular(s.square) ? (float)(1 / sqrt(s.square)) : NAN;
    s.spread = float_spread(x->dimension);
    return s;
}

/* The candidates of query `number`; false: no memory. */
static bool begin(const struct nearest_index *x, const struct nearest_request *r, size_t number, size_t most,
                  struct candidates *c) {
    *c = (struct candidates){.k = r->k < x->rows ? r->k : x->rows,
                             .at_least = r->at_least,
                             .allowed = r->allowed,
                             .but = r->but ? r->but[number] : SIZE_MAX,
                             .most = most};
    return candidates_begin(c);
}

/* As many as cost about as much as the second look saves. */
static size_t worthwhile(const struct nearest_index *x) {
    return x->rows / 16 + 1024;
}

/* Exact scores for the candidates, and the best of them as the list. */
static void finish(const struct search *s, struct candidates *c, struct nearest_list *out) {
    candidates_prune(c);
    for (size_t i = 0; i < c->count && s->look != NEAREST_EXACT; i++) {
        c->items[i].score = score(s, c->items[i].row);
    }
    out->scored = s->look == NEAREST_EXACT ? s->index->rows : c->count;
    out->look = s->look;
    candidates_choose(c, s->request->ties);
    out->found = c->items;
    out->count = c->count;
    c->items = NULL;
}

static enum err_code look_at_all(struct search *s, struct candidates *c, struct stop *stop, struct err *e) {
    const struct nearest_index *x = s->index;
    bool bytes = s->look == NEAREST_BYTES;
    size_t run_values = CANDIDATES_RUN * (x->dimension ? x->dimension : 1) / (bytes ? sizeof(float) : 1);
    size_t grain = run_values < GRAIN_VALUES ? GRAIN_VALUES / run_values : 1;
    float factor = 0, constant = s->look == NEAREST_FLOATS ? s->spread : 0;
    if (bytes) {
        codes_spread(&x->codes, s->coded, &factor, &constant);
    }
    for (s->first = 0; s->first < x->rows && e->code == ERR_OK && !c->crowded; s->first += s->rows) {
        s->rows = x->rows - s->first < BLOCK_ROWS ? x->rows - s->first : BLOCK_ROWS;
        parallel_for((s->rows + CANDIDATES_RUN - 1) / CANDIDATES_RUN, grain, look, s);
        candidates_offer(c, s->upper, s->tops, bytes ? x->codes.errors + s->first : NULL, factor, constant, s->first,
                         s->rows);
        if (stop_requested(stop)) {
            err_interrupt(e);
        } else if (c->no_memory) {
            err_nomem(e);
        }
    }
    return e->code;
}

/* One query by one way. *done is false where its bound left too many rows. */
static enum err_code search_by(struct search *s, size_t number, enum nearest_look way, bool *done,
                               struct nearest_list *out, struct stop *stop, struct err *e) {
    size_t block = s->index->rows < BLOCK_ROWS ? s->index->rows : BLOCK_ROWS;
    struct candidates c;
    struct codes_query coded;
    s->look = way;
    s->coded = &coded;
    s->upper = malloc((block + 1) * sizeof *s->upper);
    s->tops = malloc((block / CANDIDATES_RUN + 1) * sizeof *s->tops);
    if (!begin(s->index, s->request, number, way == NEAREST_EXACT ? SIZE_MAX : worthwhile(s->index), &c) || !s->upper ||
        !s->tops) {
        err_nomem(e);
    }
    if (way == NEAREST_BYTES) {
        codes_query_make(&coded, s->query, s->index->dimension);
    }
    look_at_all(s, &c, stop, e);
    *done = e->code == ERR_OK && !c.crowded;
    if (*done) {
        finish(s, &c, out);
    }
    candidates_release(&c);
    free(s->upper);
    free(s->tops);
    return e->code;
}

static enum err_code search_one(const struct nearest_index *x, const struct nearest_request *r, size_t number,
                                struct nearest_list *out, struct stop *stop, struct err *e) {
    struct search s = search_of(x, r, number);
    bool regular = similarity_regular(s.square), done = false;
    bool bytes = x->coded && regular && (r->look == NEAREST_CHOOSE ? x->rows >= CODED_ROWS : r->look == NEAREST_BYTES);
    bool floats = regular && (r->look != NEAREST_EXACT) && r->k < worthwhile(x);
    if (bytes && r->k < worthwhile(x)) {
        search_by(&s, number, NEAREST_BYTES, &done, out, stop, e);
    }
    if (floats && !done && e->code == ERR_OK) {
        search_by(&s, number, NEAREST_FLOATS, &done, out, stop, e);
    }
    if (!done && e->code == ERR_OK) {
        search_by(&s, number, NEAREST_EXACT, &done, out, stop, e);
    }
    return e->code;
}

/* Queries that go together. */
struct batch {
    const struct nearest_index *index;
    const struct nearest_request *request;
    size_t first, rows, row; /* number of its first query; rows of the tile, and its first */
    float *products;         /* (queries, TILE_ROWS) */
    struct search *searches;
    struct candidates *candidates;
    struct nearest_list *lists;
};

static void offer_products(void *user, size_t begin_at, size_t end) {
    struct batch *b = user;
    float tops[TILE_ROWS / CANDIDATES_RUN];
    for (size_t q = begin_at; q < end; q++) {
        const struct search *s = &b->searches[q];
        float *upper = b->products + q * TILE_ROWS;
        bound_products(s, b->row, b->rows, upper);
        candidates_tops(upper, b->rows, tops);
        candidates_offer(&b->candidates[q], upper, tops, NULL, 0, s->spread, b->row, b->rows);
    }
}

static void finish_queries(void *user, size_t begin_at, size_t end) {
    struct batch *b = user;
    for (size_t q = begin_at; q < end; q++) {
        if (!b->candidates[q].crowded && !b->candidates[q].no_memory) {
            finish(&b->searches[q], &b->candidates[q], &b->lists[q]);
        }
    }
}

static enum err_code multiply(struct batch *b, size_t queries, struct stop *stop, struct err *e) {
    const struct nearest_index *x = b->index;
    struct gemm_matrix left = {b->request->queries + b->first * x->dimension, x->dimension, false};
    for (b->row = 0; b->row < x->rows && e->code == ERR_OK; b->row += TILE_ROWS) {
        struct gemm_matrix right = {x->vectors + b->row * x->dimension, x->dimension, true};
        b->rows = x->rows - b->row < TILE_ROWS ? x->rows - b->row : TILE_ROWS;
        gemm(queries, b->rows, x->dimension, 1, left, right, 0, b->products, TILE_ROWS);
        parallel_for(queries, 16, offer_products, b);
        if (stop_requested(stop)) {
            err_interrupt(e);
        }
    }
    return e->code;
}

/* `queries` queries from b->first on; those whose candidates are a crowd go one by one afterwards. */
static enum err_code search_together(struct batch *b, size_t queries, struct stop *stop, struct err *e) {
    size_t begun = 0;
    for (; begun < queries && e->code == ERR_OK; begun++) {
        size_t number = b->first + begun;
        b->searches[begun] = search_of(b->index, b->request, number);
        b->searches[begun].look = NEAREST_FLOATS;
        b->lists[begun] = (struct nearest_list){.found = NULL};
        if (!begin(b->index, b->request, number, worthwhile(b->index), &b->candidates[begun])) {
            err_nomem(e);
        }
    }
    if (e->code == ERR_OK && multiply(b, queries, stop, e) == ERR_OK) {
        parallel_for(queries, 16, finish_queries, b);
    }
    for (size_t q = 0; q < begun; q++) {
        bool apart = e->code == ERR_OK && (b->candidates[q].crowded || b->candidates[q].no_memory);
        candidates_release(&b->candidates[q]);
        if (apart) {
            search_one(b->index, b->request, b->first + q, &b->lists[q], stop, e);
        }
    }
    return e->code;
}

static enum err_code search_many(const struct nearest_index *x, const struct nearest_request *r,
                                 struct nearest_list *lists, struct stop *stop, struct err *e) {
    struct batch b = {.index = x, .request = r};
    size_t most = r->count < TILE_QUERIES ? r->count : TILE_QUERIES;
    b.products = malloc(most * TILE_ROWS * sizeof *b.products);
    b.searches = malloc(most * sizeof *b.searches);
    b.candidates = malloc(most * sizeof *b.candidates);
    if (!b.products || !b.searches || !b.candidates) {
        err_nomem(e);
    }
    for (; b.first < r->count && e->code == ERR_OK; b.first += most) {
        b.lists = lists + b.first;
        search_together(&b, r->count - b.first < most ? r->count - b.first : most, stop, e);
    }
    free(b.products);
    free(b.searches);
    free(b.candidates);
    return e->code;
}

enum err_code nearest_search(const struct nearest_index *x, const struct nearest_request *r, struct nearest_list *lists,
                             struct stop *stop, struct err *e) {
    for (size_t i = 0; i < r->count; i++) {
        lists[i] = (struct nearest_list){.found = NULL};
    }
    bool together = r->count > FEW_QUERIES && x->dimension > 0 && r->k < worthwhile(x) && r->look == NEAREST_CHOOSE;
    if (together) {
        search_many(x, r, lists, stop, e);
    }
    for (size_t i = 0; !together && i < r->count && e->code == ERR_OK; i++) {
        search_one(x, r, i, &lists[i], stop, e);
    }
    if (e->code != ERR_OK) {
        nearest_release(lists, r->count);
    }
    return e->code;
}

void nearest_release(struct nearest_list *lists, size_t count) {
    for (size_t i = 0; i < count; i++) {
        free(lists[i].found);
        lists[i].found = NULL;
    }
}
