/* Places in one block of memory for things that live for a while each: what is dead makes room. */
#ifndef ML_NN_PLACE_H
#define ML_NN_PLACE_H

#include <stddef.h>

struct place {
    size_t size;        /* of it; 0: none wanted */
    size_t first, last; /* steps at which it must be there */
    size_t begin;       /* out */
};

/* Fill in `begin` of each so that no two that are alive at a step overlap: each, in the order given, at the lowest
 * place that is free. Returns the size of the block. */
size_t place_all(struct place *places, size_t count);

#endif
