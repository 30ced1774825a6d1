/* Most blobs lie well already, and are not copied. */
#include "lang/store/aligned.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const float *aligned_bytes(struct aligned *a, const void *bytes, size_t size) {
    if ((uintptr_t)bytes % _Alignof(float) == 0) {
        return bytes;
    }
    if (size > a->room) {
        float *more = realloc(a->copy, size);
        if (!more) {
            return NULL;
        }
        a->copy = more;
        a->room = size;
    }
    memcpy(a->copy, bytes, size);
    return a->copy;
}
