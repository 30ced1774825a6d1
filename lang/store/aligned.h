/* Bytes that a database keeps at any address, at one where floats may stand. */
#ifndef LANG_STORE_ALIGNED_H
#define LANG_STORE_ALIGNED_H

#include <stddef.h>

/* Zero-initialised; the owner frees `copy`. */
struct aligned {
    float *copy;
    size_t room; /* bytes of copy */
};

/* The `size` bytes where they are, or a copy that lives until the next call on `a`. NULL: no memory. */
const float *aligned_bytes(struct aligned *a, const void *bytes, size_t size);

#endif
