/* The ways to a dot product, for choosing one at run time and for testing each against the others. */
#ifndef ML_SEARCH_SIMILARITY_PATHS_H
#define ML_SEARCH_SIMILARITY_PATHS_H

#include <stdbool.h>
#include <stddef.h>

struct similarity_path {
    const char *name;
    bool (*usable)(void); /* on this machine */
    float (*dot)(const float *a, const float *b, size_t n);
    void (*dots)(const float *rows, size_t count, const float *query, size_t n, float *out);
};

/* Path number i, widest first; the last one is usable everywhere. NULL past the end. */
const struct similarity_path *similarity_path(size_t i);

#endif
