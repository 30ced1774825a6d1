/* Dot products: one function a kind of SIMD, compiled for it by a target attribute, so that one binary serves all
 * machines; the first call chooses. Each has four sums in flight, because a fused multiply-add takes four cycles before
 * its result can be added to. Loads need no alignment. */
#include "ml/search/similarity.h"

#include "ml/search/similarity_paths.h"

#include <math.h>
#include <stdatomic.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

typedef float dot_function(const float *a, const float *b, size_t n);

#define DISTANCE ((size_t)16384) /* bytes that are asked for ahead of their use in a run through rows */
#define LINE ((size_t)64)        /* bytes of a cache line */

/* Ask for rows of n that come soon; beyond the last one nothing is read, so no harm is done. */
static inline void fetch_ahead(const float *row, size_t n) {
    const char *ahead = (const char *)row + DISTANCE;
    for (size_t k = 0; k < n * sizeof *row; k += LINE) {
        __builtin_prefetch(ahead + k);
    }
}

static void dots_by(dot_function *dot, const float *rows, size_t count, const float *query, size_t n, float *out) {
    for (size_t i = 0; i < count; i++) {
        fetch_ahead(rows + i * n, n);
        out[i] = dot(rows + i * n, query, n);
    }
}

/* Eight sums that do not wait for each other, which compilers turn into whatever the baseline has. */
static float dot_portable(const float *a, const float *b, size_t n) {
    float sums[8] = {0}, total = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        for (size_t k = 0; k < 8; k++) {
            sums[k] += a[i + k] * b[i + k];
        }
    }
    for (; i < n; i++) {
        total += a[i] * b[i];
    }
    return total + ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

static void dots_portable(const float *rows, size_t count, const float *query, size_t n, float *out) {
    dots_by(dot_portable, rows, count, query, n, out);
}

static bool always(void) {
    return true;
}

#if defined(__x86_64__)

__attribute__((target("avx512f"))) static float dot_avx512(const float *a, const float *b, size_t n) {
    __m512 s0 = _mm512_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
    size_t i = 0;
    for (; i + 64 <= n; i += 64) {
        s0 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i), s0);
        s1 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 16), _mm512_loadu_ps(b + i + 16), s1);
        s2 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 32), _mm512_loadu_ps(b + i + 32), s2);
        s3 = _mm512_fmadd_ps(_mm512_loadu_ps(a + i + 48), _mm512_loadu_ps(b + i + 48), s3);
    }
    for (; i < n; i += 16) { /* the last step loads only what is there */
        __mmask16 mask = n - i >= 16 ? (__mmask16)0xffff : (__mmask16)((1u << (n - i)) - 1);
        s0 = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, a + i), _mm512_maskz_loadu_ps(mask, b + i), s0);
    }
    return _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(s0, s1), _mm512_add_ps(s2, s3)));
}

__attribute__((target("avx2,fma"))) static float dot_avx2(const float *a, const float *b, size_t n) {
    __m256 s0 = _mm256_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        s0 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i), s0);
        s1 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 8), _mm256_loadu_ps(b + i + 8), s1);
        s2 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 16), _mm256_loadu_ps(b + i + 16), s2);
        s3 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i + 24), _mm256_loadu_ps(b + i + 24), s3);
    }
    for (; i + 8 <= n; i += 8) {
        s0 = _mm256_fmadd_ps(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i), s0);
    }
    s0 = _mm256_add_ps(_mm256_add_ps(s0, s1), _mm256_add_ps(s2, s3));
    __m128 half = _mm_add_ps(_mm256_castps256_ps128(s0), _mm256_extractf128_ps(s0, 1));
    half = _mm_add_ps(half, _mm_movehl_ps(half, half));
    half = _mm_add_ss(half, _mm_movehdup_ps(half));
    float total = _mm_cvtss_f32(half);
    for (; i < n; i++) {
        total += a[i] * b[i];
    }
    return total;
}

/* Four rows at once share the loads of the query and the sum across the lanes. */
__attribute__((target("avx512f"))) static void dots_avx512(const float *rows, size_t count, const float *query,
                                                           size_t n, float *out) {
    size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        const float *a = rows + i * n, *b = a + n, *c = b + n, *d = c + n;
        __m512 s0 = _mm512_setzero_ps(), s1 = s0, s2 = s0, s3 = s0;
        fetch_ahead(a, 4 * n);
        for (size_t k = 0; k < n; k += 16) {
            __mmask16 mask = n - k >= 16 ? (__mmask16)0xffff : (__mmask16)((1u << (n - k)) - 1);
            __m512 q = _mm512_maskz_loadu_ps(mask, query + k);
            s0 = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, a + k), q, s0);
            s1 = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, b + k), q, s1);
            s2 = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, c + k), q, s2);
            s3 = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(mask, d + k), q, s3);
        }
        out[i] = _mm512_reduce_add_ps(s0);
        out[i + 1] = _mm512_reduce_add_ps(s1);
        out[i + 2] = _mm512_reduce_add_ps(s2);
        out[i + 3] = _mm512_reduce_add_ps(s3);
    }
    dots_by(dot_avx512, rows + i * n, count - i, query, n, out + i);
}

static void dots_avx2(const float *rows, size_t count, const float *query, size_t n, float *out) {
    dots_by(dot_avx2, rows, count, query, n, out);
}

static bool has_avx512(void) {
    return __builtin_cpu_supports("avx512f");
}

static bool has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

#elif defined(__aarch64__)

static float dot_neon(const float *a, const float *b, size_t n) {
    float32x4_t s0 = vdupq_n_f32(0), s1 = s0, s2 = s0, s3 = s0;
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        s0 = vfmaq_f32(s0, vld1q_f32(a + i), vld1q_f32(b + i));
        s1 = vfmaq_f32(s1, vld1q_f32(a + i + 4), vld1q_f32(b + i + 4));
        s2 = vfmaq_f32(s2, vld1q_f32(a + i + 8), vld1q_f32(b + i + 8));
        s3 = vfmaq_f32(s3, vld1q_f32(a + i + 12), vld1q_f32(b + i + 12));
    }
    float total = vaddvq_f32(vaddq_f32(vaddq_f32(s0, s1), vaddq_f32(s2, s3)));
    for (; i < n; i++) {
        total += a[i] * b[i];
    }
    return total;
}

static void dots_neon(const float *rows, size_t count, const float *query, size_t n, float *out) {
    dots_by(dot_neon, rows, count, query, n, out);
}

#endif

static const struct similarity_path paths[] = {
#if defined(__x86_64__)
    {"AVX-512", has_avx512, dot_avx512, dots_avx512},
    {"AVX2", has_avx2, dot_avx2, dots_avx2},
#elif defined(__aarch64__)
    {"NEON", always, dot_neon, dots_neon},
#endif
    {"portable", always, dot_portable, dots_portable},
};

const struct similarity_path *similarity_path(size_t i) {
    return i < sizeof paths / sizeof *paths ? &paths[i] : NULL;
}

static const struct similarity_path *best_path(void) {
    static _Atomic(const struct similarity_path *) chosen;
    const struct similarity_path *path = atomic_load_explicit(&chosen, memory_order_relaxed);
    for (size_t i = 0; !path; i++) {
        path = paths[i].usable() ? &paths[i] : NULL;
        if (path) { /* threads that come here at once choose the same */
            atomic_store_explicit(&chosen, path, memory_order_relaxed);
        }
    }
    return path;
}

float similarity_dot(const float *a, const float *b, size_t n) {
    return best_path()->dot(a, b, n);
}

void similarity_dots(const float *rows, size_t count, const float *query, size_t n, float *out) {
    best_path()->dots(rows, count, query, n, out);
}

/* The plain way, in double: for vectors whose squares are too large or too small for float. */
static float cosine_double(const float *a, const float *b, size_t n) {
    double dot = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < n; i++) {
        dot += (double)a[i] * b[i];
        aa += (double)a[i] * a[i];
        bb += (double)b[i] * b[i];
    }
    double length = sqrt(aa) * sqrt(bb);
    return length > 0 ? (float)fmax(-1, fmin(1, dot / length)) : 0;
}

bool similarity_regular(float square) {
    return square > 1e-18F && square < 1e18F;
}

/* Both squares are regular. */
static float cosine(float dot, float aa, float bb) {
    return (float)fmax(-1, fmin(1, dot / (sqrt(aa) * sqrt(bb))));
}

float similarity_cosine(const float *a, const float *b, size_t n) {
    return similarity_cosine_of(a, b, n, similarity_dot(a, a, n), similarity_dot(b, b, n));
}

float similarity_cosine_of(const float *a, const float *b, size_t n, float aa, float bb) {
    if (!similarity_regular(aa) || !similarity_regular(bb)) {
        return cosine_double(a, b, n);
    }
    return cosine(similarity_dot(a, b, n), aa, bb);
}
