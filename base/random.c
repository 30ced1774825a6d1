/* xoshiro256** with SplitMix64 seeding. */
#include "base/random.h"

#include <math.h>

static uint64_t rotate_left(uint64_t x, int k) {
    return x << k | x >> (64 - k);
}

static uint64_t splitmix(uint64_t *x) {
    uint64_t z = *x += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

struct random random_stream(uint64_t seed, uint64_t a, uint64_t b) {
    struct random r;
    uint64_t x = seed;
    x = splitmix(&x) ^ a;
    x = splitmix(&x) ^ b;
    for (int i = 0; i < 4; i++) {
        r.state[i] = splitmix(&x);
    }
    return r;
}

uint64_t random_u64(struct random *r) {
    uint64_t *s = r->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint32_t random_below(struct random *r, uint32_t n) {
    if (n == 0) {
        return 0;
    }
    uint32_t reject = (0u - n) % n; /* 2^32 mod n: the values below it would make small results likelier */
    for (;;) {
        uint32_t x = (uint32_t)(random_u64(r) >> 32);
        if (x >= reject) {
            return x % n;
        }
    }
}

float random_uniform(struct random *r, float low, float high) {
    float unit = (float)(random_u64(r) >> 40) * 0x1p-24f;
    return low + (high - low) * unit;
}

float random_normal(struct random *r) {
    double u = ((double)(random_u64(r) >> 11) + 0.5) * 0x1p-53, v = (double)(random_u64(r) >> 11) * 0x1p-53;
    return (float)(sqrt(-2.0 * log(u)) * cos(6.283185307179586 * v));
}

void random_shuffle(struct random *r, uint32_t *items, size_t n) {
    for (size_t i = n; i > 1; i--) {
        size_t j = random_below(r, (uint32_t)i);
        uint32_t t = items[i - 1];
        items[i - 1] = items[j];
        items[j] = t;
    }
}
