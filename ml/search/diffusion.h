/* Diffusion for retrieval (Zhou et al. 2004; Iscen et al. 2017): likeness spreads from the query along the graph of
 * mutual nearest neighbours, so that a row that is like rows that are like the query ranks high. f solves
 * (I - a S) f = y, with S the graph's affinities max(0, cosine)^3, divided by the roots of both degrees, and y those
 * of the query to its own neighbours. Transductive: every score depends on all rows. */
#ifndef ML_SEARCH_DIFFUSION_H
#define ML_SEARCH_DIFFUSION_H

#include "ml/search/nearest.h"

/* scores (rows of the index): f divided by its largest, so in (0, 1], where it reaches; elsewhere the cosine less 1, so
 * at most 0. Exact to about 1e-6, the same on any number of threads. The graph costs rows^2 (all neighbours are
 * searched for exactly). `stop` may be NULL. */
enum err_code diffusion_scores(const struct nearest_index *x, const float *vectors, size_t rows, size_t dimension,
                               const float *query, float *scores, struct stop *stop, struct err *e);

#endif
