/* Two sets: when the young one is full it becomes the old one, whose signatures are forgotten. Of a signature its first
 * 64 bits are kept, which nobody without the key can choose, and which spread over a set as they are. */
#include "kernel/transport/replay.h"

#include <stdlib.h>

#define PLACES (2 * REPLAY_KEPT)

void replay_release(struct replay *r) {
    free(r->young);
    free(r->old);
    *r = (struct replay){.young = NULL};
}

static uint64_t number_of(struct slice signature) {
    uint64_t number = 0;
    for (size_t i = 0; i < signature.len && i < 16; i++) {
        unsigned digit = (unsigned char)signature.bytes[i];
        number = number << 4 | ((digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10) & 15);
    }
    return number ? number : 1;
}

/* The place where the number is, or would be put. */
static uint64_t *place_of(uint64_t *set, uint64_t number) {
    size_t at = number % PLACES;
    while (set[at] && set[at] != number) {
        at = (at + 1) % PLACES;
    }
    return &set[at];
}

bool replay_is_new(struct replay *r, struct slice signature) {
    uint64_t number = number_of(signature);
    if (signature.len == 0) {
        return true;
    }
    if (r->count == REPLAY_KEPT || !r->young) {
        uint64_t *fresh = calloc(PLACES, sizeof *fresh);
        if (!fresh) {
            return true;
        }
        free(r->old);
        r->old = r->young;
        r->young = fresh;
        r->count = 0;
    }
    uint64_t *place = place_of(r->young, number);
    if (*place || (r->old && *place_of(r->old, number))) {
        return false;
    }
    *place = number;
    r->count++;
    return true;
}
