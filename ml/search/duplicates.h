/* Groups of near-duplicates by complete linkage: in a group every two are at least as like as the threshold, so that a
 * chain of small differences joins nothing that is not alike. The two groups whose least like members are the most
 * alike are merged first (Defays 1977), ties in row order. */
#ifndef ML_SEARCH_DUPLICATES_H
#define ML_SEARCH_DUPLICATES_H

#include "ml/search/nearest.h"

/* Rows that hang together by pairs above the threshold, at most; more are ERR_VALUE, as the groups among them would
 * take memory and time by their square and cube. */
#define DUPLICATES_MOST ((size_t)4096)

/* groups (rows of the index): from 1, in the order of their first rows; 0 for a row without a duplicate. vectors are
 * those of the index, (rows, dimension). `stop` may be NULL. */
enum err_code duplicates_find(const struct nearest_index *x, const float *vectors, size_t rows, size_t dimension,
                              float threshold, size_t *groups, struct stop *stop, struct err *e);

#endif
