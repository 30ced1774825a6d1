/* Who may still be among the k best of one query, when scores are only known between bounds. Rows are offered in
 * rising order with the most that their score can be; whoever is surely beaten by k others is forgotten. What is left
 * at the end holds the k best and everything that ties with the last of them, for exact scores to decide. */
#ifndef ML_SEARCH_CANDIDATES_H
#define ML_SEARCH_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>

struct nearest {
    size_t row;
    float score;
};

struct candidates {
    size_t k;
    float at_least;               /* rows whose score is less are not wanted; -infinity: all are */
    const unsigned char *allowed; /* bit row % 8 of byte row / 8; NULL: all rows are */
    size_t but;                   /* a row that is not wanted, or SIZE_MAX */
    size_t most;                  /* candidates that are worth keeping; beyond, `crowded` is set */
    struct nearest *items;        /* row, and the most that its score can be */
    size_t count, room;
    float *least; /* heap of the k highest that scores are sure to reach, the lowest on top */
    size_t sure;
    bool crowded, no_memory; /* either: the rest is void */
};

/* False: no memory. */
bool candidates_begin(struct candidates *c);
void candidates_release(struct candidates *c);

/* Rows whose bounds have one top, so that most of them are passed over at once. */
#define CANDIDATES_RUN ((size_t)256)

/* tops[i]: the highest of upper[i * CANDIDATES_RUN ...], infinity where one is not a number; n bounds, of any number of
 * runs. */
void candidates_tops(const float *upper, size_t n, float *tops);

/* Offer rows first..first + n with scores of at most upper[i] and at least upper[i] - 2 * (errors[i] * factor +
 * constant); errors may be NULL for none. A bound that is not a number excludes nothing. */
void candidates_offer(struct candidates *c, const float *upper, const float *tops, const float *errors, float factor,
                      float constant, size_t first, size_t n);

/* Forget all who are surely beaten. */
void candidates_prune(struct candidates *c);

/* With exact scores in items: leave the k best, highest first, ties in row order; `ties`: and all that tie with the
 * last. */
void candidates_choose(struct candidates *c, bool ties);

#endif
