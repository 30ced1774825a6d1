/* Try 0 and the end of every neighbour; the lowest that fits is taken. Quadratic to cubic, on some hundred things. */
#include "ml/nn/place.h"

#include <stdbool.h>

static bool meet(const struct place *a, const struct place *b) {
    return a->size && b->size && a->first <= b->last && b->first <= a->last;
}

static bool is_free(const struct place *places, size_t count, const struct place *p, size_t begin) {
    for (size_t i = 0; i < count; i++) {
        const struct place *other = &places[i];
        if (meet(other, p) && begin < other->begin + other->size && other->begin < begin + p->size) {
            return false;
        }
    }
    return true;
}

size_t place_all(struct place *places, size_t count) {
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        struct place *p = &places[i];
        bool found = is_free(places, i, p, 0);
        p->begin = 0;
        for (size_t j = 0; j < i; j++) {
            size_t end = places[j].begin + places[j].size;
            if (meet(&places[j], p) && (!found || end < p->begin) && is_free(places, i, p, end)) {
                p->begin = end;
                found = true;
            }
        }
        total = p->begin + p->size > total ? p->begin + p->size : total;
    }
    return total;
}
