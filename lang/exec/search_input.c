/* What is searched with: pictures, rows of the query, numbers. Each input becomes a vector; with combine they become
 * one, the weighted mean of their directions. */
#include "lang/exec/embedder.h"
#include "lang/exec/pictures.h"
#include "lang/exec/search.h"

#include "base/random.h"
#include "base/suggest.h"
#include "lang/exec/statements.h"
#include "ml/search/similarity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAME "0.9999" /* a row that is the query itself has nothing to add */

enum {
    EXPANSION_NEIGHBORS = 5, /* measured on digits: 3 to 10 do about the same */
    SAMPLE_VECTORS = 2000,   /* of which the pairs for percentiles are drawn */
    SAMPLE_PAIRS = 20000,    /* a percentile is then exact to about 0.3 */
};

static const struct option *given(const struct search *x, const char *name) {
    return options_find(&search_options, x->statement->options, name);
}

static bool by(const struct search *x, const char *what) {
    return x->set.search_by && strcmp(x->set.search_by, what) == 0;
}

static enum err_code wrong_input(const struct literal *item, const char *wanted, struct err *e) {
    err_set(e, ERR_OPTION, "search_input must be %s", wanted);
    return context_at(e, item->span);
}

/* Room for `count` vectors of `dimension` numbers. */
static enum err_code make_room(struct context *c, struct search *x, size_t count, size_t dimension, struct err *e) {
    x->dimension = dimension;
    x->queries = arena_alloc(c->arena, (count ? count : 1) * (dimension ? dimension : 1) * sizeof *x->queries);
    return x->queries ? ERR_OK : err_nomem(e);
}

/* The next vector to be written. */
static float *next(const struct search *x) {
    return x->queries + x->count * x->dimension;
}

static size_t inputs(const struct search *x) {
    return x->input->kind == LITERAL_LIST ? x->input->count : 1;
}

static const struct literal *first_input(const struct search *x) {
    return x->input->kind == LITERAL_LIST ? x->input->items : x->input;
}

static enum err_code embed_one(struct context *c, struct search *x, const struct embedder *m,
                               const struct literal *item, struct err *e) {
    struct pictures p = PICTURES_INIT;
    if (item->kind != LITERAL_STRING) {
        return wrong_input(item, "the path of a picture in quotes, or a list of them", e);
    }
    if (!*item->text) {
        err_set(e, ERR_OPTION, "the path of the picture is empty");
        return context_at(e, item->span);
    }
    struct value path = {.type = VALUE_TEXT, .text = item->text, .length = strlen(item->text)};
    struct picture_watch watch;
    picture_watch_begin(&watch, c, "images");
    if (pictures_add(c, &p, c->arena, &path, 0, e) == ERR_OK) {
        struct ml_source source = pictures_source(&p);
        struct ml_watch reports = picture_watch_for(&watch);
        embedder_run(m, &source, 1, next(x), NULL, &reports, e);
        x->count++;
        context_hint_file(c, p.entries[0].path, item->text, e);
    }
    pictures_release(&p);
    return context_at(e, item->span);
}

static enum err_code embed_inputs(struct context *c, struct search *x, struct err *e) {
    struct embedder m;
    if (embedder_open(c, &x->statement->base, &m, e) == ERR_OK &&
        make_room(c, x, inputs(x), m.dimension, e) == ERR_OK) {
        for (const struct literal *item = first_input(x); item && x->count < inputs(x) && e->code == ERR_OK;
             item = item->next) {
            embed_one(c, x, &m, item, e);
        }
    }
    x->model = m.model;
    embedder_release(&m);
    return e->code;
}

/* [0.1, 0.2, …], or a list of such lists. */
static enum err_code read_numbers(struct context *c, struct search *x, struct err *e) {
    static const char wanted[] = "a list of numbers with search_by='vector', or a list of such lists";
    const struct literal *in = x->input;
    bool several = in->kind == LITERAL_LIST && in->count > 0 && in->items->kind == LITERAL_LIST;
    const struct literal *vector = several ? in->items : in;
    if (in->kind != LITERAL_LIST || vector->count == 0) {
        return wrong_input(in, wanted, e);
    }
    make_room(c, x, several ? in->count : 1, vector->count, e);
    for (; vector && e->code == ERR_OK; vector = several ? vector->next : NULL) {
        float *out = next(x);
        if (vector->kind != LITERAL_LIST || vector->count != x->dimension) {
            return wrong_input(vector, vector->kind != LITERAL_LIST ? wanted : "vectors of one length", e);
        }
        for (const struct literal *item = vector->items; item; item = item->next) {
            if (item->kind != LITERAL_NUMBER || !isfinite((float)item->number)) {
                return wrong_input(item, wanted, e);
            }
            *out++ = (float)item->number;
        }
        x->count++;
    }
    return e->code;
}

enum err_code search_read_inputs(struct context *c, struct search *x, struct err *e) {
    if (x->input && x->input->kind == LITERAL_LIST && x->input->count == 0) {
        err_set(e, ERR_OPTION, "the list of what is searched with is empty");
        return context_at(e, x->input->span);
    }
    if (x->input && !by(x, "row") && !by(x, "vector")) {
        return embed_inputs(c, x, e);
    }
    if (embedder_find(c, &x->statement->base, &x->model, e) != ERR_OK) {
        return e->code;
    }
    return by(x, "vector") ? read_numbers(c, x, e) : ERR_OK;
}

enum err_code search_query(struct context *c, const struct search *x, const struct relation *inner, const char *before,
                           const char *after, const struct value *first, struct store_query **out, struct err *e) {
    struct relation look = relation_inside(inner);
    look.ours = true;
    int number = 0;
    if (!first || relation_add_value(c, &look, *first, &number, e) == ERR_OK) {
        buf_str(&look.sql, before);
        buf_add(&look.sql, buf_text(&inner->sql), inner->sql.len);
        buf_str(&look.sql, after);
        relation_prepare(c, &look, x->statement->query.span, out, e);
    }
    relation_release(c, &look);
    return e->code;
}

/* A column's name, quoted, in the arena. */
static const char *quoted(struct context *c, const char *name) {
    struct buf text = BUF_INIT;
    store_add_identifier(&text, name);
    char *copy = buf_ok(&text) ? arena_strdup(c->arena, buf_text(&text)) : NULL;
    buf_release(&text);
    return copy;
}

static enum err_code no_such_row(struct context *c, const struct search *x, const struct relation *inner,
                                 const struct literal *item, struct err *e) {
    struct err ignored = ERR_INIT;
    struct store_query *q = NULL;
    struct suggest near;
    bool row = false;
    const char *path = quoted(c, x->path);
    char *before = path ? arena_printf(c->arena, "SELECT DISTINCT q.%s FROM (", path) : NULL;
    suggest_begin(&near, item->text);
    if (before && search_query(c, x, inner, before, "\n) AS q LIMIT 20000", NULL, &q, &ignored) == ERR_OK) {
        while (store_step(q, &row, &ignored) == ERR_OK && row) {
            struct value v = store_value(q, 0);
            suggest_offer(&near, v.type == VALUE_TEXT ? v.text : "");
        }
    }
    store_finish(q);
    err_set(e, ERR_NOT_FOUND, "the query has no row whose %s is '%s'", x->path, item->text);
    if (near.best[0]) {
        err_hint(e, "did you mean '%s'?", near.best);
    } else {
        err_hint(e, "search_by='row' looks among the rows that are searched, in column %s", x->path);
    }
    return context_at(e, item->span);
}

static enum err_code not_vectors(const struct search *x, struct err *e) {
    err_set(e, ERR_VALUE, "column '%s' holds something that is not a vector of one length", x->vectors);
    return context_at(e, x->statement->query.span);
}

/* The numbers of a value of the column of vectors; false where it is none. */
static bool numbers_of(const struct value *v, const float **out, size_t *length) {
    *out = v->type == VALUE_VECTOR ? v->vector : (const float *)(const void *)v->text;
    *length = v->type == VALUE_VECTOR ? v->length : v->length / sizeof(float);
    return v->type == VALUE_VECTOR || (v->type == VALUE_BLOB && v->length % sizeof(float) == 0);
}

static enum err_code read_row(struct context *c, struct search *x, const struct relation *inner,
                              const struct literal *item, struct err *e) {
    const char *path = quoted(c, x->path), *vectors = quoted(c, x->vectors);
    char *before = path && vectors ? arena_printf(c->arena, "SELECT q.%s FROM (", vectors) : NULL;
    char *after = before ? arena_printf(c->arena, "\n) AS q WHERE q.%s IS NOT NULL AND q.%s = ?%d", vectors, path,
                                        inner->parameter_count + 1)
                         : NULL;
    struct store_query *q = NULL;
    const float *numbers;
    size_t length;
    bool row = false;
    if (item->kind != LITERAL_STRING) {
        return wrong_input(item, "the path of a row in quotes, or a list of them", e);
    }
    struct value wanted = {.type = VALUE_TEXT, .text = item->text, .length = strlen(item->text)};
    if (!after) {
        return err_nomem(e);
    }
    if (search_query(c, x, inner, before, after, &wanted, &q, e) == ERR_OK && store_step(q, &row, e) == ERR_OK && row) {
        struct value v = store_value(q, 0);
        if (!numbers_of(&v, &numbers, &length) || (x->queries && length != x->dimension)) {
            not_vectors(x, e);
        } else if (x->queries || make_room(c, x, inputs(x), length, e) == ERR_OK) {
            memcpy(next(x), numbers, length * sizeof *numbers);
            x->count++;
        }
    }
    store_finish(q);
    return e->code == ERR_OK && !row ? no_such_row(c, x, inner, item, e) : e->code;
}

/* All inputs to one: the sum of their directions, each times its weight, of unit length. */
static enum err_code combine(struct context *c, struct search *x, struct err *e) {
    const struct literal *w = &x->set.weights;
    const struct option *option = given(x, "weights");
    bool list = w->kind == LITERAL_LIST;
    if (option && (list ? w->count : 1) != x->count) {
        size_t count = list ? w->count : 1;
        err_set(e, ERR_OPTION, "there %s %zu weight%s for %zu input%s", count == 1 ? "is" : "are", count,
                count == 1 ? "" : "s", x->count, x->count == 1 ? "" : "s");
        return context_at(e, option->value.span);
    }
    double *sums = arena_alloc(c->arena, x->dimension * sizeof *sums), square = 0;
    const struct literal *weight = list ? w->items : w;
    if (!sums) {
        return err_nomem(e);
    }
    for (size_t i = 0; i < x->count; i++) {
        const float *v = x->queries + i * x->dimension;
        double length = sqrt((double)similarity_dot(v, v, x->dimension));
        for (size_t k = 0; k < x->dimension; k++) {
            sums[k] += length > 0 ? (option ? weight->number : 1) * v[k] / length : 0;
        }
        weight = list ? weight->next : NULL;
    }
    for (size_t k = 0; k < x->dimension; k++) {
        square += sums[k] * sums[k];
    }
    if (!(square > 1e-12)) {
        err_set(e, ERR_VALUE, "the inputs cancel each other out: their weighted mean is no direction to search in");
        return context_at(e, option ? option->value.span : x->input->span);
    }
    for (size_t k = 0; k < x->dimension; k++) {
        x->queries[k] = (float)(sums[k] / sqrt(square));
    }
    x->count = 1;
    return ERR_OK;
}

/* Query expansion (Chum et al. 2007; weights as in Radenovic et al. 2019): the nearest rows, each times the third power
 * of its score, are added to the query. */
static enum err_code expand(struct context *c, struct search *x, const struct relation *inner, struct err *e) {
    const char *v = quoted(c, x->vectors);
    struct value query = {.type = VALUE_VECTOR, .vector = x->queries, .length = x->dimension};
    char *before = v ? arena_printf(c->arena, "SELECT q.%s FROM (", v) : NULL;
    int number = inner->parameter_count + 1;
    char *after =
        v ? arena_printf(c->arena,
                         "\n) AS q WHERE similarity(q.%s, ?%d) < " SAME " ORDER BY similarity(q.%s, ?%d) DESC LIMIT %d",
                         v, number, v, number, EXPANSION_NEIGHBORS)
          : NULL;
    struct store_query *q = NULL;
    double *sums = arena_alloc(c->arena, (x->dimension + 1) * sizeof *sums);
    const float *row;
    size_t length;
    bool more = false;
    if (!before || !after || !sums) {
        return err_nomem(e);
    }
    double own = sqrt((double)similarity_dot(x->queries, x->queries, x->dimension));
    for (size_t k = 0; k < x->dimension; k++) {
        sums[k] = own > 0 ? x->queries[k] / own : 0;
    }
    search_query(c, x, inner, before, after, &query, &q, e);
    while (e->code == ERR_OK && store_step(q, &more, e) == ERR_OK && more) {
        struct value value = store_value(q, 0);
        if (!numbers_of(&value, &row, &length) || length != x->dimension) {
            not_vectors(x, e);
            break;
        }
        double score = similarity_cosine(row, x->queries, length);
        double norm = sqrt((double)similarity_dot(row, row, length));
        for (size_t k = 0; k < length && norm > 0 && score > 0; k++) {
            sums[k] += score * score * score * row[k] / norm;
        }
    }
    store_finish(q);
    for (size_t k = 0; k < x->dimension; k++) {
        x->queries[k] = (float)sums[k];
    }
    return e->code;
}

static int by_value(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Scores of random pairs of `count` vectors, rising. */
static enum err_code score_pairs(struct context *c, struct search *x, const float *vectors, size_t count,
                                 struct err *e) {
    struct random r = random_stream((uint64_t)x->set.seed, 1, 0);
    float *scores = arena_alloc(c->arena, SAMPLE_PAIRS * sizeof *scores);
    if (!scores) {
        return err_nomem(e);
    }
    for (size_t i = 0; count > 1 && i < SAMPLE_PAIRS; i++) {
        size_t a = random_below(&r, (uint32_t)count), b = random_below(&r, (uint32_t)count - 1);
        b += b >= a; /* two different rows */
        scores[x->sample_count++] =
            similarity_cosine(vectors + a * x->dimension, vectors + b * x->dimension, x->dimension);
    }
    qsort(scores, x->sample_count, sizeof *scores, by_value);
    x->sample = scores;
    return ERR_OK;
}

/* A sample of the column (reservoir sampling: every row as likely as any other), and scores within it. */
static enum err_code draw_pairs(struct context *c, struct search *x, const struct relation *inner, struct err *e) {
    struct random r = random_stream((uint64_t)x->set.seed, 0, 0);
    const char *v = quoted(c, x->vectors);
    char *before = v ? arena_printf(c->arena, "SELECT q.%s FROM (", v) : NULL;
    float *vectors = arena_alloc(c->arena, SAMPLE_VECTORS * (x->dimension + 1) * sizeof *vectors);
    struct store_query *q = NULL;
    const float *row;
    size_t length, count = 0;
    bool more = false;
    if (!before || !vectors) {
        return err_nomem(e);
    }
    search_query(c, x, inner, before, "\n) AS q", NULL, &q, e);
    while (e->code == ERR_OK && store_step(q, &more, e) == ERR_OK && more) {
        struct value value = store_value(q, 0);
        if (value.type == VALUE_NULL) {
            continue;
        }
        if (!numbers_of(&value, &row, &length) || length != x->dimension) {
            not_vectors(x, e);
            break;
        }
        size_t at = count < SAMPLE_VECTORS || count >= UINT32_MAX ? count : random_below(&r, (uint32_t)count + 1);
        if (at < SAMPLE_VECTORS) {
            memcpy(vectors + at * x->dimension, row, length * sizeof *row);
        }
        count++;
    }
    store_finish(q);
    if (e->code == ERR_OK) {
        score_pairs(c, x, vectors, count < SAMPLE_VECTORS ? count : SAMPLE_VECTORS, e);
    }
    return e->code;
}

enum err_code search_read_rows(struct context *c, struct search *x, const struct relation *inner, struct err *e) {
    bool one = x->set.combine ? strcmp(x->set.combine, "mean") == 0 : x->set.weights.kind != LITERAL_NONE;
    for (const struct literal *item = by(x, "row") ? first_input(x) : NULL; item && x->count < inputs(x);
         item = item->next) {
        if (read_row(c, x, inner, item, e) != ERR_OK) {
            return e->code;
        }
    }
    if (one && combine(c, x, e) != ERR_OK) {
        return e->code;
    }
    if (x->set.rerank && strcmp(x->set.rerank, "none") != 0 && x->count != 1) {
        err_set(e, ERR_OPTION, "rerank needs one score, and there are %zu inputs with a score each", x->count);
        err_hint(e, "combine='mean' makes one of them");
        return context_at(e, given(x, "rerank")->value.span);
    }
    if (x->set.rerank && strcmp(x->set.rerank, "expansion") == 0 && expand(c, x, inner, e) != ERR_OK) {
        return e->code;
    }
    return x->set.percentile ? draw_pairs(c, x, inner, e) : ERR_OK;
}
