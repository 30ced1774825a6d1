/* Codes are kept as unsigned bytes and queries as signed ones, because that is the pair that x86 multiplies; a query's
 * halves end at 63, so that two products fit the 16 bits where AVX2 puts their sum. All paths give the same integers.
 */
#include "ml/search/codes.h"

#include "base/parallel.h"
#include "ml/search/similarity.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define LANE ((size_t)64)
#define HALF 63              /* largest of a query's halves */
#define STEP 127             /* of the high half, in steps of the low one */
#define ROUNDING 1e-6F       /* relative; for sums in float that must not come out too small */
#define AHEAD ((size_t)4096) /* bytes that are asked for before they are needed; past the end that does no harm */
#define ROUNDER 12582912.0F  /* 1.5 * 2^23: adding it leaves no bits for a fraction, so it rounds */
#define WIDE ((size_t)16)
#define GRAIN ((size_t)1024)

static void sums_portable(const unsigned char *bytes, size_t stride, size_t count, const signed char *high,
                          const signed char *low, int32_t *out) {
    for (size_t i = 0; i < count; i++) {
        const unsigned char *row = bytes + i * stride;
        int32_t h = 0, l = 0;
        for (size_t k = 0; k < stride; k++) {
            h += row[k] * high[k];
            l += row[k] * low[k];
        }
        out[i] = STEP * h + l;
    }
}

static bool always(void) {
    return true;
}

#if defined(__x86_64__)

/* The sums of the four lanes of a, b, c and d, as one vector. */
__attribute__((target("avx2"))) static inline __m128i sums_of_four(__m256i a, __m256i b, __m256i c, __m256i d) {
    __m256i ab = _mm256_hadd_epi32(a, b), cd = _mm256_hadd_epi32(c, d), all = _mm256_hadd_epi32(ab, cd);
    return _mm_add_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
}

__attribute__((target("avx512f,avx512bw,avx512vnni"))) static inline __m256i
row_avx512(const unsigned char *row, size_t stride, const signed char *high, const signed char *low) {
    __m512i h = _mm512_setzero_si512(), l = h;
    for (size_t k = 0; k < stride; k += LANE) {
        __m512i bytes = _mm512_loadu_si512(row + k);
        h = _mm512_dpbusd_epi32(h, bytes, _mm512_load_si512(high + k));
        l = _mm512_dpbusd_epi32(l, bytes, _mm512_load_si512(low + k));
    }
    __m512i both = _mm512_add_epi32(_mm512_mullo_epi32(h, _mm512_set1_epi32(STEP)), l);
    return _mm256_add_epi32(_mm512_castsi512_si256(both), _mm512_extracti64x4_epi64(both, 1));
}

__attribute__((target("avx2"))) static inline __m256i row_avx2(const unsigned char *row, size_t stride,
                                                               const signed char *high, const signed char *low) {
    __m256i h = _mm256_setzero_si256(), l = h, ones = _mm256_set1_epi16(1);
    for (size_t k = 0; k < stride; k += LANE / 2) {
        __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)(row + k));
        __m256i a = _mm256_load_si256((const __m256i *)(const void *)(high + k));
        __m256i b = _mm256_load_si256((const __m256i *)(const void *)(low + k));
        h = _mm256_add_epi32(h, _mm256_madd_epi16(_mm256_maddubs_epi16(bytes, a), ones));
        l = _mm256_add_epi32(l, _mm256_madd_epi16(_mm256_maddubs_epi16(bytes, b), ones));
    }
    return _mm256_add_epi32(_mm256_mullo_epi32(h, _mm256_set1_epi32(STEP)), l);
}

/* Four rows at a time share one sum across; the last few are counted apart. */
#define DEFINE_SUMS(name, row_sums, targets)                                                                           \
    __attribute__((target(targets))) static void name(const unsigned char *bytes, size_t stride, size_t count,         \
                                                      const signed char *high, const signed char *low, int32_t *out) { \
        size_t i = 0;                                                                                                  \
        for (; i + 4 <= count; i += 4) {                                                                               \
            const unsigned char *row = bytes + i * stride;                                                             \
            for (size_t k = 0; k < 4 * stride; k += LANE) {                                                            \
                __builtin_prefetch(row + AHEAD + k);                                                                   \
            }                                                                                                          \
            __m128i four = sums_of_four(row_sums(row, stride, high, low), row_sums(row + stride, stride, high, low),   \
                                        row_sums(row + 2 * stride, stride, high, low),                                 \
                                        row_sums(row + 3 * stride, stride, high, low));                                \
            _mm_storeu_si128((__m128i *)(void *)(out + i), four);                                                      \
        }                                                                                                              \
        sums_portable(bytes + i * stride, stride, count - i, high, low, out + i);                                      \
    }
DEFINE_SUMS(sums_avx512, row_avx512, "avx512f,avx512bw,avx512vnni")
DEFINE_SUMS(sums_avx2, row_avx2, "avx2")

static bool has_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vnni");
}

static bool has_avx2(void) {
    return __builtin_cpu_supports("avx2");
}

#endif

static const struct codes_path paths[] = {
#if defined(__x86_64__)
    {"AVX-512 VNNI", has_avx512, sums_avx512},
    {"AVX2", has_avx2, sums_avx2},
#endif
    {"portable", always, sums_portable},
};

const struct codes_path *codes_path(size_t i) {
    return i < sizeof paths / sizeof *paths ? &paths[i] : NULL;
}

static const struct codes_path *best_path(void) {
    static _Atomic(const struct codes_path *) chosen;
    const struct codes_path *path = atomic_load_explicit(&chosen, memory_order_relaxed);
    for (size_t i = 0; !path; i++) {
        path = paths[i].usable() ? &paths[i] : NULL;
        if (path) {
            atomic_store_explicit(&chosen, path, memory_order_relaxed);
        }
    }
    return path;
}

struct making {
    struct codes *codes;
    const float *x, *squares;
};

static float largest_of(const float *x, size_t n) {
    float tops[WIDE] = {0}, top = 0;
    size_t k = 0;
    for (; k + WIDE <= n; k += WIDE) {
        for (size_t i = 0; i < WIDE; i++) {
            float size = fabsf(x[k + i]);
            tops[i] = size > tops[i] ? size : tops[i];
        }
    }
    for (; k < n; k++) {
        top = fmaxf(top, fabsf(x[k]));
    }
    for (size_t i = 0; i < WIDE; i++) {
        top = fmaxf(top, tops[i]);
    }
    return top;
}

/* One number as a code; its rest. */
static inline float code_of(float x, float step, float steps, unsigned char *code) {
    float c = (x * steps + ROUNDER) - ROUNDER;
    c = c > 127 ? 127 : c;
    c = c < -127 ? -127 : c;
    *code = (unsigned char)((int)c + 128);
    return x - step * c;
}

static void make_row(struct codes *c, const float *x, float square, size_t row) {
    unsigned char *bytes = c->bytes + row * c->stride;
    float rests[WIDE] = {0}, rest = 0;
    size_t k = 0;
    memset(bytes, 128, c->stride);
    c->scales[row] = 0;
    c->errors[row] = INFINITY;
    if (!similarity_regular(square)) {
        return;
    }
    double length = sqrt(square);
    float step = largest_of(x, c->dimension) / 127, steps = 1 / step;
    for (; k + WIDE <= c->dimension; k += WIDE) {
        for (size_t i = 0; i < WIDE; i++) {
            float left = code_of(x[k + i], step, steps, &bytes[k + i]);
            rests[i] += left * left;
        }
    }
    for (; k < c->dimension; k++) {
        float left = code_of(x[k], step, steps, &bytes[k]);
        rest += left * left;
    }
    for (size_t i = 0; i < WIDE; i++) {
        rest += rests[i];
    }
    c->scales[row] = (float)(step / length);
    c->errors[row] = (float)(sqrt(rest) / length) * (1 + 100 * ROUNDING) + ROUNDING;
}

static void make_rows(void *user, size_t begin, size_t end) {
    const struct making *m = user;
    for (size_t i = begin; i < end; i++) {
        make_row(m->codes, m->x + i * m->codes->dimension, m->squares[i], i);
    }
}

bool codes_make(struct codes *out, const float *x, const float *squares, size_t rows, size_t dimension) {
    struct codes c = {.rows = rows, .dimension = dimension, .stride = (dimension + LANE - 1) / LANE * LANE};
    size_t size = (rows ? rows : 1) * (c.stride ? c.stride : LANE);
    c.bytes = aligned_alloc(LANE, size);
    c.scales = malloc((rows + 1) * sizeof *c.scales);
    c.errors = malloc((rows + 1) * sizeof *c.errors);
    if (!c.bytes || !c.scales || !c.errors) {
        codes_release(&c);
        return false;
    }
    parallel_for(rows, GRAIN, make_rows, &(struct making){&c, x, squares});
    *out = c;
    return true;
}

void codes_release(struct codes *c) {
    free(c->bytes);
    free(c->scales);
    free(c->errors);
    *c = (struct codes){.rows = 0};
}

void codes_query_make(struct codes_query *out, const float *query, size_t dimension) {
    double length = sqrt(similarity_dot(query, query, dimension)), largest = 0, rest = 0;
    memset(out, 0, sizeof *out);
    for (size_t k = 0; k < dimension; k++) {
        largest = fmax(largest, fabs(query[k]));
    }
    /* The largest number is 63 whole steps of the high half, so that the low half is never asked for more. */
    out->scale = (float)(largest / length / (HALF * STEP));
    for (size_t k = 0; k < dimension; k++) {
        double v = query[k] / length, steps = nearbyint(v / out->scale);
        double high = fmax(-HALF, fmin(HALF, nearbyint(steps / STEP)));
        double low = fmax(-HALF, fmin(HALF, steps - STEP * high));
        double left = v - out->scale * (STEP * high + low);
        out->high[k] = (signed char)high;
        out->low[k] = (signed char)low;
        out->offset += 128 * (int32_t)(STEP * high + low);
        rest += left * left;
    }
    out->error = (float)sqrt(rest) * (1 + ROUNDING);
}

void codes_spread(const struct codes *c, const struct codes_query *q, float *factor, float *constant) {
    /* What lengths and the score itself lose to float32, each sum of n products at most n units in the last place. */
    float units = (float)(2 * c->dimension + 32) * 0x1p-24F;
    *factor = (1 + q->error) * (1 + 4 * ROUNDING);
    *constant = (q->error + units) * (1 + 4 * ROUNDING);
}

/* n sums of rows from `row` on to bounds. */
static void bound_sums(const struct codes *c, const struct codes_query *q, const int32_t *sums, size_t row, size_t n,
                       float *upper) {
    const float *scales = c->scales + row, *errors = c->errors + row;
    float factor, constant;
    size_t i = 0;
    codes_spread(c, q, &factor, &constant);
    for (; i + WIDE <= n; i += WIDE) {
        for (size_t k = 0; k < WIDE; k++) {
            upper[i + k] =
                (float)(sums[i + k] - q->offset) * (scales[i + k] * q->scale) + (errors[i + k] * factor + constant);
        }
    }
    for (; i < n; i++) {
        upper[i] = (float)(sums[i] - q->offset) * (scales[i] * q->scale) + (errors[i] * factor + constant);
    }
}

void codes_bounds(const struct codes *c, const struct codes_query *q, size_t first, size_t count, float *upper) {
    enum { PIECE = 256 };
    int32_t sums[PIECE];
    for (size_t at = 0; at < count; at += PIECE) {
        size_t n = count - at < PIECE ? count - at : PIECE;
        best_path()->sums(c->bytes + (first + at) * c->stride, c->stride, n, q->high, q->low, sums);
        bound_sums(c, q, sums, first + at, n, upper + at);
    }
}
