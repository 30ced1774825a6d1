/* Pairs above the threshold come from the exact search; what they join (union and find) is small where duplicates are
 * few, and each such part is clustered with a dense matrix of its own. */
#include "ml/search/duplicates.h"

#include "ml/search/similarity.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define QUERIES ((size_t)1024)

struct finding {
    const struct nearest_index *index;
    const float *vectors;
    size_t rows, dimension;
    float threshold;
    size_t *parts; /* (rows): union and find; a root is its part's lowest row */
    size_t *groups;
    struct stop *stop;
};

static size_t root_of(size_t *parts, size_t row) {
    while (parts[row] != row) {
        parts[row] = parts[parts[row]];
        row = parts[row];
    }
    return row;
}

static void join(size_t *parts, size_t a, size_t b) {
    a = root_of(parts, a);
    b = root_of(parts, b);
    parts[a < b ? b : a] = a < b ? a : b;
}

static enum err_code too_many(struct err *e) {
    err_set(e, ERR_VALUE, "more than %zu pictures hang together by pairs above the threshold", DUPLICATES_MOST);
    return err_hint(e, "raise the threshold: near-duplicates are well above what most pictures have in common");
}

static enum err_code join_pairs(struct finding *f, struct err *e) {
    struct nearest_list *lists = malloc(QUERIES * sizeof *lists);
    size_t *but = malloc(QUERIES * sizeof *but);
    if (!lists || !but) {
        err_nomem(e);
    }
    for (size_t first = 0; first < f->rows && e->code == ERR_OK; first += QUERIES) {
        size_t n = f->rows - first < QUERIES ? f->rows - first : QUERIES;
        for (size_t i = 0; i < n; i++) {
            but[i] = first + i;
        }
        struct nearest_request r = {.queries = f->vectors + first * f->dimension,
                                    .count = n,
                                    .k = DUPLICATES_MOST,
                                    .at_least = f->threshold,
                                    .but = but};
        if (nearest_search(f->index, &r, lists, f->stop, e) != ERR_OK) {
            break;
        }
        for (size_t i = 0; i < n; i++) {
            if (lists[i].count == DUPLICATES_MOST) {
                too_many(e);
            }
            for (size_t k = 0; k < lists[i].count; k++) {
                join(f->parts, first + i, lists[i].found[k].row);
            }
        }
        nearest_release(lists, n);
    }
    free(lists);
    free(but);
    return e->code;
}

/* One part: members in row order; like (n, n) is how alike clusters i and j are, by their least like members; a cluster
 * is known by its first member. */
struct part {
    size_t n;
    const size_t *members;
    float *like;
    size_t *cluster; /* (n): first member of each one's cluster */
    size_t *partner; /* (n): of a cluster, the later one that it is most like; n: none is above the threshold */
};

static void find_partner(struct part *p, size_t i, float threshold) {
    float best = -INFINITY;
    p->partner[i] = p->n;
    for (size_t j = i + 1; j < p->n; j++) {
        float like = p->like[i * p->n + j];
        if (p->cluster[j] == j && like >= threshold && like > best) {
            best = like;
            p->partner[i] = j;
        }
    }
}

/* The two clusters to be merged next; false: no more are above the threshold. */
static bool next_pair(const struct part *p, size_t *first, size_t *second) {
    float best = -INFINITY;
    for (size_t i = 0; i < p->n; i++) {
        if (p->cluster[i] == i && p->partner[i] < p->n && p->like[i * p->n + p->partner[i]] > best) {
            best = p->like[i * p->n + p->partner[i]];
            *first = i;
            *second = p->partner[i];
        }
    }
    return best > -INFINITY;
}

static void merge(struct part *p, size_t a, size_t b, float threshold) {
    size_t n = p->n;
    for (size_t k = 0; k < n; k++) {
        p->cluster[k] = p->cluster[k] == b ? a : p->cluster[k];
        float least = fminf(p->like[a * n + k], p->like[b * n + k]);
        p->like[a * n + k] = p->like[k * n + a] = least;
    }
    for (size_t i = 0; i < n; i++) {
        if (p->cluster[i] == i && (i == a || p->partner[i] == a || p->partner[i] == b)) {
            find_partner(p, i, threshold);
        }
    }
}

static enum err_code cluster(struct finding *f, struct part *p, struct err *e) {
    size_t n = p->n, a = 0, b = 0;
    p->like = malloc(n * n * sizeof *p->like);
    p->cluster = malloc(n * sizeof *p->cluster);
    p->partner = malloc(n * sizeof *p->partner);
    if (!p->like || !p->cluster || !p->partner) {
        err_nomem(e);
    }
    for (size_t i = 0; i < n && e->code == ERR_OK; i++) {
        p->cluster[i] = i;
        for (size_t j = 0; j < n; j++) {
            p->like[i * n + j] = similarity_cosine(f->vectors + p->members[i] * f->dimension,
                                                   f->vectors + p->members[j] * f->dimension, f->dimension);
        }
    }
    for (size_t i = 0; i < n && e->code == ERR_OK; i++) {
        find_partner(p, i, f->threshold);
    }
    while (e->code == ERR_OK && next_pair(p, &a, &b)) {
        if (stop_requested(f->stop)) {
            err_interrupt(e);
        } else {
            merge(p, a, b, f->threshold);
        }
    }
    for (size_t i = 0; i < n && e->code == ERR_OK; i++) {
        f->groups[p->members[i]] = p->members[p->cluster[i]] + 1; /* until they are numbered */
    }
    free(p->like);
    free(p->cluster);
    free(p->partner);
    return e->code;
}

/* Members of all parts, one part after the other, in row order: counted, then placed. */
static enum err_code cluster_parts(struct finding *f, size_t *starts, size_t *members, struct err *e) {
    for (size_t i = 0; i < f->rows; i++) {
        starts[root_of(f->parts, i) + 1]++;
    }
    for (size_t i = 0; i < f->rows; i++) {
        starts[i + 1] += starts[i];
    }
    for (size_t i = f->rows; i-- > 0;) { /* from behind, each part's end moving to its start */
        members[--starts[root_of(f->parts, i) + 1]] = i;
    }
    /* Now starts[root + 1] is where the part of root begins. */
    for (size_t i = 0, at = 0; i < f->rows && e->code == ERR_OK; i = at) {
        size_t root = root_of(f->parts, members[at]);
        while (at < f->rows && root_of(f->parts, members[at]) == root) {
            at++;
        }
        struct part p = {.n = at - i, .members = members + i};
        if (p.n > DUPLICATES_MOST) {
            too_many(e);
        } else if (p.n > 1) {
            cluster(f, &p, e);
        }
    }
    return e->code;
}

/* Groups of one are none; the others are numbered by their first rows. `seen` (rows) is for counting. */
static void number(struct finding *f, size_t *seen) {
    size_t last = 0;
    memset(seen, 0, f->rows * sizeof *seen);
    for (size_t i = 0; i < f->rows; i++) {
        if (f->groups[i]) {
            seen[f->groups[i] - 1]++;
        }
    }
    for (size_t i = 0; i < f->rows; i++) {
        size_t first = f->groups[i] - 1;
        if (f->groups[i] && seen[first] < 2) {
            f->groups[i] = 0;
        } else if (f->groups[i] && first == i) {
            f->groups[i] = ++last;
        } else if (f->groups[i]) {
            f->groups[i] = f->groups[first]; /* which stands before it, and has its number */
        }
    }
}

enum err_code duplicates_find(const struct nearest_index *x, const float *vectors, size_t rows, size_t dimension,
                              float threshold, size_t *groups, struct stop *stop, struct err *e) {
    struct finding f = {x, vectors, rows, dimension, threshold, NULL, groups, stop};
    size_t *starts = calloc(rows + 2, sizeof *starts), *members = calloc(rows + 1, sizeof *members);
    f.parts = calloc(rows + 1, sizeof *f.parts);
    if (!starts || !members || !f.parts) {
        err_nomem(e);
    }
    for (size_t i = 0; i < rows && e->code == ERR_OK; i++) {
        f.parts[i] = i;
        groups[i] = 0;
    }
    if (e->code == ERR_OK && join_pairs(&f, e) == ERR_OK && cluster_parts(&f, starts, members, e) == ERR_OK) {
        number(&f, members);
    }
    free(starts);
    free(members);
    free(f.parts);
    return e->code;
}
