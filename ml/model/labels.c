/* Sorted by class, the split is a walk over runs. */
#include "ml/model/labels.h"

#include "base/parallel.h"
#include "base/random.h"
#include "ml/nn/gemm.h"
#include "ml/recipe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STREAM_JUDGES 0x1abe1U
#define DEVIATIONS 2 /* of chance, that a gain must exceed */
#define BLOCK 64     /* judges whose scores are in memory */

struct row {
    int label;
    uint32_t row;
};

static int by_label(const void *a, const void *b) {
    const struct row *x = a, *y = b;
    return x->label != y->label ? (x->label > y->label) - (x->label < y->label) : (x->row > y->row) - (x->row < y->row);
}

static int by_number(const void *a, const void *b) {
    const size_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* One class: rows of the gallery. A seeded choice of them judges, as long as two of the class are there. */
static void split_class(struct labels *l, uint32_t *members, size_t count, size_t every, struct random *r) {
    size_t judges = count < 2 ? 0 : count / every > 0 ? count / every : 1;
    for (size_t i = 0; i < count; i++) {
        l->classes[members[i]] = l->taught[members[i]] = (int)l->class_count;
    }
    random_shuffle(r, members, count);
    for (size_t i = 0; i < judges && l->judge_count < RECIPE_JUDGES_MOST; i++) {
        l->judges[l->judge_count++] = members[i];
        l->taught[members[i]] = -1;
    }
    l->class_count++;
}

static void split_all(struct labels *l, const struct row *sorted, uint32_t *members, uint64_t seed) {
    struct random r = random_stream(seed, STREAM_JUDGES, l->count);
    size_t every =
        l->labelled / RECIPE_JUDGES_MOST > RECIPE_JUDGES_PART ? l->labelled / RECIPE_JUDGES_MOST : RECIPE_JUDGES_PART;
    for (size_t at = 0; at < l->labelled;) {
        size_t n = 0;
        while (at < l->labelled && (!n || sorted[at].label == sorted[at - 1].label)) {
            members[n++] = sorted[at++].row;
        }
        split_class(l, members, n, every, &r);
    }
    qsort(l->judges, l->judge_count, sizeof *l->judges, by_number);
    l->trouble = !l->labelled          ? "no picture has a label"
                 : l->class_count < 2  ? "all labels are the same, so there is nothing to tell apart"
                 : l->judge_count == 0 ? "no two pictures have the same label"
                                       : NULL;
}

enum err_code labels_init(struct labels *l, const struct gallery *g, const int *source_labels, uint64_t seed,
                          struct err *e) {
    size_t n = g->count;
    struct row *sorted = malloc((n + 1) * sizeof *sorted);
    uint32_t *members = malloc((n + 1) * sizeof *members);
    *l = (struct labels){.count = n};
    l->classes = malloc(2 * (n + 1) * sizeof *l->classes);
    l->judges = malloc((n + 1) * sizeof *l->judges);
    if (!sorted || !members || !l->classes || !l->judges) {
        err_nomem(e);
    } else {
        l->taught = l->classes + n;
        memset(l->classes, -1, 2 * n * sizeof *l->classes);
        for (size_t i = 0; i < n; i++) {
            if (source_labels[g->ids[i]] >= 0) {
                sorted[l->labelled++] = (struct row){source_labels[g->ids[i]], (uint32_t)i};
            }
        }
        qsort(sorted, l->labelled, sizeof *sorted, by_label);
        split_all(l, sorted, members, seed);
    }
    free(sorted);
    free(members);
    if (e->code) {
        labels_release(l);
    }
    return e->code;
}

void labels_release(struct labels *l) {
    free(l->classes);
    free(l->judges);
    *l = (struct labels){0};
}

struct scoring {
    const struct labels *l;
    const size_t *judges; /* of the block */
    float *scores;        /* (judges, count) */
    struct neighbour {
        float score;
        int hit;
    } * ranked; /* (judges, count) */
    float *precision;
};

/* What is no number comes last; among equals the misses come first, so that no layer wins by ties. */
static int by_score(const void *a, const void *b) {
    const struct neighbour *x = a, *y = b;
    return x->score != y->score ? (x->score < y->score) - (x->score > y->score) : x->hit - y->hit;
}

static void score_some(void *user, size_t begin, size_t end) {
    struct scoring *s = user;
    const struct labels *l = s->l;
    for (size_t j = begin; j < end; j++) {
        struct neighbour *ranked = s->ranked + j * l->count;
        const float *scores = s->scores + j * l->count;
        size_t have = 0, hits = 0;
        double sum = 0;
        for (size_t i = 0; i < l->count; i++) {
            if (l->taught[i] >= 0) {
                float score = scores[i] >= -2 ? scores[i] : -3;
                ranked[have++] = (struct neighbour){score, l->taught[i] == l->classes[s->judges[j]]};
            }
        }
        qsort(ranked, have, sizeof *ranked, by_score);
        for (size_t k = 0; k < have; k++) {
            hits += (size_t)ranked[k].hit;
            sum += ranked[k].hit ? (double)hits / (double)(k + 1) : 0;
        }
        s->precision[j] = hits ? (float)(sum / (double)hits) : 0;
    }
}

enum err_code labels_score(const struct labels *l, const float *vectors, size_t width, float *score, float *each,
                           struct err *e) {
    size_t block = l->judge_count < BLOCK ? l->judge_count : BLOCK;
    float *queries = malloc((block * (width + l->count) + 1) * sizeof *queries);
    struct scoring s = {.l = l};
    double sum = 0;
    s.ranked = malloc((block * l->count + 1) * sizeof *s.ranked);
    if (!queries || !s.ranked) {
        free(queries);
        free(s.ranked);
        return err_nomem(e);
    }
    s.scores = queries + block * width;
    for (size_t at = 0; at < l->judge_count; at += block) {
        size_t n = l->judge_count - at < block ? l->judge_count - at : block;
        s.judges = l->judges + at;
        s.precision = each + at;
        for (size_t i = 0; i < n; i++) {
            memcpy(queries + i * width, vectors + s.judges[i] * width, width * sizeof *queries);
        }
        gemm(n, l->count, width, 1, (struct gemm_matrix){queries, width, false},
             (struct gemm_matrix){vectors, width, true}, 0, s.scores, l->count);
        parallel_for(n, 4, score_some, &s);
        for (size_t i = 0; i < n; i++) {
            sum += (double)each[at + i];
        }
    }
    free(queries);
    free(s.ranked);
    *score = l->judge_count ? (float)(sum / (double)l->judge_count) : 0;
    return ERR_OK;
}

bool labels_better(const struct labels *l, const float *before, const float *after) {
    double sum = 0, square = 0, n = (double)l->judge_count;
    for (size_t i = 0; i < l->judge_count; i++) {
        double gain = (double)after[i] - (double)before[i];
        sum += gain;
        square += gain * gain;
    }
    double mean = n > 0 ? sum / n : 0, variance = n > 1 ? (square - n * mean * mean) / (n - 1) : 0;
    return mean > 0 && (n < 2 || mean > DEVIATIONS * sqrt(variance > 0 ? variance / n : 0));
}
