/* Four floats at a time, several rows at a time: these passes wait for memory, not for arithmetic. */
#include "ml/nn/norm.h"

#include "base/parallel.h"

#include <math.h>
#include <string.h>

#define CHUNK 64   /* rows whose sums are kept in float */
#define PIVOT 64   /* rows whose mean the squares are taken about, against cancellation */
#define PIECE 8192 /* floats, about, of an elementwise pass */

typedef float quad __attribute__((vector_size(16)));
typedef int quad_mask __attribute__((vector_size(16)));

static inline quad quad_load(const float *p) {
    quad v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void quad_store(float *p, quad v) {
    memcpy(p, &v, sizeof v);
}

static inline quad quad_of(float v) {
    return (quad){v, v, v, v};
}

/* mask ? a : b */
static inline quad quad_choose(quad_mask mask, quad a, quad b) {
    quad_mask bits_a, bits_b, bits;
    memcpy(&bits_a, &a, sizeof a);
    memcpy(&bits_b, &b, sizeof b);
    bits = (bits_a & mask) | (bits_b & ~mask);
    memcpy(&a, &bits, sizeof a);
    return a;
}

/* Columns by the float where they are no multiple of four: a quad of what is there. */
static inline quad quad_part(const float *p, size_t left) {
    quad v = {0};
    if (left >= 4) {
        return quad_load(p);
    }
    for (size_t k = 0; k < left; k++) {
        v[k] = p[k];
    }
    return v;
}

static inline void quad_keep(float *p, quad v, size_t left) {
    if (left >= 4) {
        quad_store(p, v);
        return;
    }
    for (size_t k = 0; k < left; k++) {
        p[k] = v[k];
    }
}

/* Scratch: for each lane two rows of doubles and two rows of floats; behind them a row of pivots. Rows are padded. */
static size_t padded_row(size_t channels) {
    return (channels + 3) / 4 * 4;
}

size_t norm_scratch(size_t channels) {
    return (NORM_LANES * 6 + 1) * padded_row(channels) + 4;
}

struct summing {
    const float *x;
    const struct norm_backward *back; /* or NULL: statistics */
    size_t rows, channels;
    float *pivot;
    double *sums;  /* (lanes, 2, padded channels) */
    float *floats; /* the same */
};

static struct summing summing_of(const float *x, size_t rows, size_t channels, float *scratch) {
    size_t row = padded_row(channels);
    struct summing s = {.x = x, .rows = rows, .channels = channels};
    float *aligned = (float *)(((size_t)scratch + 7) / 8 * 8);
    s.sums = (double *)(void *)aligned;
    s.floats = aligned + NORM_LANES * 4 * row;
    s.pivot = s.floats + NORM_LANES * 2 * row;
    return s;
}

static void sum_statistics(const struct summing *s, size_t begin, size_t end, float *sums, float *squares) {
    size_t n = s->channels;
    for (size_t r = begin; r < end; r++) {
        const float *x = s->x + r * n;
        for (size_t k = 0; k < n; k += 4) {
            quad v = quad_part(x + k, n - k) - quad_load(s->pivot + k);
            quad_store(sums + k, quad_load(sums + k) + v);
            quad_store(squares + k, quad_load(squares + k) + v * v);
        }
    }
}

/* The derivative by what the activation got: dy where it passes. */
static inline quad through(const struct norm_backward *b, size_t at, size_t k, size_t left, quad x) {
    quad dy = quad_part(b->dy + at, left), before;
    if (b->activation == ACTIVATION_NONE) {
        return dy;
    }
    before =
        b->shortcut ? quad_part(b->y + at, left) : x * quad_part(b->scale + k, left) + quad_part(b->shift + k, left);
    quad_mask open = before > quad_of(0);
    if (b->activation == ACTIVATION_RELU6) {
        open &= before < quad_of(6);
    }
    return quad_choose(open, dy, quad_of(0));
}

/* Sums of dy behind the activation, and of it times the normalised x; the shortcut gets its derivative on the way. */
static void sum_derivatives(const struct summing *s, size_t begin, size_t end, float *sums, float *products) {
    const struct norm_backward *b = s->back;
    size_t n = s->channels;
    for (size_t r = begin; r < end; r++) {
        for (size_t k = 0; k < n; k += 4) {
            size_t at = r * n + k, left = n - k;
            quad x = quad_part(b->x + at, left), g = through(b, at, k, left, x);
            quad normal = (x - quad_part(b->mean + k, left)) * quad_part(b->inverse + k, left);
            quad_store(sums + k, quad_load(sums + k) + g);
            quad_store(products + k, quad_load(products + k) + g * normal);
            if (b->dadd) {
                quad_keep(b->dadd + at, b->adding ? quad_part(b->dadd + at, left) + g : g, left);
            }
        }
    }
}

static void sum_lane(void *user, size_t lane, size_t unused) {
    const struct summing *s = user;
    size_t row = padded_row(s->channels), begin = lane * s->rows / NORM_LANES, end = (lane + 1) * s->rows / NORM_LANES;
    double *sums = s->sums + lane * 2 * row;
    float *floats = s->floats + lane * 2 * row;
    (void)unused;
    memset(sums, 0, 2 * row * sizeof *sums);
    for (size_t at = begin; at < end; at += CHUNK) {
        size_t stop = end - at < CHUNK ? end : at + CHUNK;
        memset(floats, 0, 2 * row * sizeof *floats);
        if (s->back) {
            sum_derivatives(s, at, stop, floats, floats + row);
        } else {
            sum_statistics(s, at, stop, floats, floats + row);
        }
        for (size_t k = 0; k < 2 * row; k++) {
            sums[k] += (double)floats[k];
        }
    }
}

/* All lanes' sums, in order, into the first lane's. */
static void sum_all(struct summing *s) {
    size_t row = padded_row(s->channels);
    parallel_for(NORM_LANES, 1, sum_lane, s);
    for (size_t lane = 1; lane < NORM_LANES; lane++) {
        for (size_t k = 0; k < 2 * row; k++) {
            s->sums[k] += s->sums[lane * 2 * row + k];
        }
    }
}

void norm_statistics(const float *x, size_t rows, size_t channels, float *mean, float *variance, float *scratch) {
    struct summing s = summing_of(x, rows, channels, scratch);
    size_t row = padded_row(channels), some = rows < PIVOT ? rows : PIVOT;
    memset(s.pivot, 0, row * sizeof *s.pivot);
    for (size_t r = 0; r < some; r++) {
        for (size_t k = 0; k < channels; k++) {
            s.pivot[k] += x[r * channels + k] / (float)some;
        }
    }
    sum_all(&s);
    for (size_t k = 0; k < channels; k++) {
        double n = rows ? (double)rows : 1, first = s.sums[k] / n, second = s.sums[row + k] / n;
        mean[k] = (float)(first + (double)s.pivot[k]);
        variance[k] = (float)fmax(second - first * first, 0);
    }
}

struct applying {
    const float *x, *scale, *shift, *add;
    size_t channels;
    enum activation activation;
    float *y;
};

static void apply_rows(void *user, size_t begin, size_t end) {
    const struct applying *a = user;
    size_t n = a->channels;
    for (size_t r = begin; r < end; r++) {
        for (size_t k = 0; k < n; k += 4) {
            size_t at = r * n + k, left = n - k;
            quad v = quad_part(a->x + at, left) * quad_part(a->scale + k, left) + quad_part(a->shift + k, left);
            if (a->add) {
                v += quad_part(a->add + at, left);
            }
            if (a->activation != ACTIVATION_NONE) {
                v = quad_choose(v < quad_of(0), quad_of(0), v); /* NaN stays */
            }
            if (a->activation == ACTIVATION_RELU6) {
                v = quad_choose(v > quad_of(6), quad_of(6), v);
            }
            quad_keep(a->y + at, v, left);
        }
    }
}

static size_t piece_of(size_t channels) {
    return channels < PIECE ? PIECE / channels : 1;
}

void norm_apply(const float *x, size_t rows, size_t channels, const float *scale, const float *shift, const float *add,
                enum activation activation, float *y) {
    struct applying a = {x, scale, shift, add, channels, activation, y};
    parallel_for(rows, piece_of(channels), apply_rows, &a);
}

static void derive_rows(void *user, size_t begin, size_t end) {
    const struct summing *s = user;
    const struct norm_backward *b = s->back;
    size_t n = b->channels;
    const float *means = s->floats, *slopes = s->floats + padded_row(n);
    for (size_t r = begin; r < end; r++) {
        for (size_t k = 0; k < n; k += 4) {
            size_t at = r * n + k, left = n - k;
            quad x = quad_part(b->x + at, left), g = through(b, at, k, left, x);
            quad normal = (x - quad_part(b->mean + k, left)) * quad_part(b->inverse + k, left);
            g = quad_part(b->scale + k, left) * (g - quad_load(means + k) - normal * quad_load(slopes + k));
            quad_keep(b->dy + at, g, left);
        }
    }
}

void norm_backward(const struct norm_backward *b, float *scratch) {
    struct summing s = summing_of(b->x, b->rows, b->channels, scratch);
    size_t row = padded_row(b->channels);
    s.back = b;
    sum_all(&s);
    for (size_t k = 0; k < b->channels; k++) {
        b->dbias[k] = (float)s.sums[k];
        b->dweight[k] = (float)s.sums[row + k];
        s.floats[k] = (float)(s.sums[k] / (double)b->rows);
        s.floats[row + k] = (float)(s.sums[row + k] / (double)b->rows);
    }
    parallel_for(b->rows, piece_of(b->channels), derive_rows, &s);
}
