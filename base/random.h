/* Seeded random numbers, the same on every machine and for any thread count: give each picture, view or
 * batch a stream of its own (random_stream) and the order of the work no longer matters. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>
#include <stddef.h>

struct random {
    uint64_t state[4];
};

/* The stream that belongs to (seed, a, b). xoshiro256** seeded by SplitMix64 (Blackman and Vigna, 2018). */
struct random random_stream(uint64_t seed, uint64_t a, uint64_t b);

uint64_t random_u64(struct random *r);
uint32_t random_below(struct random *r, uint32_t n);              /* 0 <= result < n, unbiased; 0 if n is 0 */
float random_uniform(struct random *r, float low, float high);    /* low <= result < high */
float random_normal(struct random *r);                            /* mean 0, deviation 1 */
void random_shuffle(struct random *r, uint32_t *items, size_t n); /* Fisher-Yates, n below 2^32 */

#endif
