/* Labels of the gallery's pictures: which of them teach and which are kept back to judge what was learnt. */
#ifndef ML_MODEL_LABELS_H
#define ML_MODEL_LABELS_H

#include "base/err.h"
#include "ml/model/gallery.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct labels {
    size_t count;        /* pictures of the gallery */
    int *classes;        /* (count): 0..class_count-1, -1 for none */
    int *taught;         /* (count): the same, but -1 for those kept back too */
    size_t class_count;  /* among the gallery */
    size_t labelled;     /* pictures with a label */
    size_t *judges;      /* (judge_count): rows of the gallery kept back, rising */
    size_t judge_count;  /* a fifth of each class, but at least 1 of a class of 2; at most about 1,000 */
    const char *trouble; /* NULL, or why nothing can be learnt from them: static text */
};

/* source_labels: one a picture of the source, below 0 for none. The choice follows the seed. */
enum err_code labels_init(struct labels *l, const struct gallery *g, const int *source_labels, uint64_t seed,
                          struct err *e);
void labels_release(struct labels *l); /* fine on zeros */

/* Mean average precision of the judges among the pictures that taught (Manning, Raghavan and Schuetze 2008, section
 * 8.4), 0..1, of unit vectors (count, width). Precision at 3 would be 1 for easy pictures whatever the layer. `each`
 * (judge_count) is the average precision of each judge. */
enum err_code labels_score(const struct labels *l, const float *vectors, size_t width, float *score, float *each,
                           struct err *e);

/* Whether the judges' average precision rose by more than chance would have it: by two standard errors of the mean of
 * their differences. */
bool labels_better(const struct labels *l, const float *before, const float *after);

#endif
