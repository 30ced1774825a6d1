/* One function a kind of SIMD, as for dot products, instantiated for every number of rows so that the sums stay in
 * registers. Three rows share a pointer, because x86 can address base, base + row and base + 2 row. */
#include "ml/nn/tile.h"

#include <stdatomic.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define PART __attribute__((always_inline)) static inline

/* Four floats at a time, which compilers turn into SSE or NEON: 4 rows by 8 columns. */
typedef float quad __attribute__((vector_size(16)));

PART quad quad_load(const float *p) {
    quad v;
    memcpy(&v, p, sizeof v);
    return v;
}

static void finish_portable(const struct tile *t, size_t row, quad v, size_t column, size_t columns) {
    float *c = t->c + row * t->c_row;
    for (size_t k = 0; k < 4 && column + k < columns; k++) {
        float x = v[k] + (t->add ? t->add[row * t->c_row + column + k] : 0) + (t->bias ? t->bias[column + k] : 0);
        x = t->clamped && x < t->low ? t->low : x;
        c[column + k] = t->clamped && x > t->high ? t->high : x;
    }
}

PART void portable_block(const struct tile *t, size_t first, const size_t rows, size_t column, size_t columns) {
    quad sums[4][2] = {0};
    for (size_t run = 0; run < t->run_count; run++) {
        const float *a = t->a + t->runs[run].a + first * t->a_row, *b = t->b + t->runs[run].b + column;
        for (size_t i = 0; i < t->inner; i++, a += t->a_step, b += t->b_step) {
            quad left = quad_load(b), right = quad_load(b + 4);
#pragma GCC unroll 4
            for (size_t r = 0; r < rows; r++) {
                float x = a[r * t->a_row];
                sums[r][0] += x * left;
                sums[r][1] += x * right;
            }
        }
    }
#pragma GCC unroll 4
    for (size_t r = 0; r < rows; r++) {
        finish_portable(t, first + r, sums[r][0], column, columns);
        finish_portable(t, first + r, sums[r][1], column + 4, columns);
    }
}

static void multiply_portable(const struct tile *t, size_t rows, size_t columns) {
    for (size_t column = 0; column < columns; column += 8) {
        size_t r = 0;
        for (; r + 4 <= rows; r += 4) {
            portable_block(t, r, 4, column, columns);
        }
        for (; r < rows; r++) {
            portable_block(t, r, 1, column, columns);
        }
    }
}

static bool always(void) {
    return true;
}

#if defined(__x86_64__)

#define AVX512 __attribute__((target("avx512f")))
#define AVX2 __attribute__((target("avx2,fma")))

AVX512 PART void finish_avx512(const struct tile *t, size_t row, __m512 v, size_t column, size_t columns) {
    size_t at = row * t->c_row + column, left = columns - column;
    __mmask16 mask = left >= 16 ? (__mmask16)0xffff : (__mmask16)((1u << left) - 1);
    if (t->add) {
        v = _mm512_add_ps(v, _mm512_maskz_loadu_ps(mask, t->add + at));
    }
    if (t->bias) {
        v = _mm512_add_ps(v, _mm512_loadu_ps(t->bias + column));
    }
    if (t->clamped) {
        v = _mm512_min_ps(_mm512_max_ps(v, _mm512_set1_ps(t->low)), _mm512_set1_ps(t->high));
    }
    _mm512_mask_storeu_ps(t->c + at, mask, v);
}

AVX512 PART void block_avx512(const struct tile *t, const int rows, const int vectors, size_t columns) {
    __m512 sums[TILE_ROWS][2];
    size_t row = t->a_row;
#pragma GCC unroll 14
    for (int r = 0; r < rows; r++) {
        sums[r][0] = sums[r][1] = _mm512_setzero_ps();
    }
    for (size_t run = 0; run < t->run_count; run++) {
        const float *p0 = t->a + t->runs[run].a, *p1 = p0 + 3 * row, *p2 = p1 + 3 * row, *p3 = p2 + 3 * row,
                    *p4 = p3 + 3 * row, *b = t->b + t->runs[run].b;
        for (size_t i = t->inner; i > 0; i--) {
            __m512 left = _mm512_loadu_ps(b), right = vectors > 1 ? _mm512_loadu_ps(b + 16) : left;
#pragma GCC unroll 14
            for (int r = 0; r < rows; r++) {
                const float *p = r < 3 ? p0 : r < 6 ? p1 : r < 9 ? p2 : r < 12 ? p3 : p4;
                __m512 x = _mm512_set1_ps(p[(size_t)(r % 3) * row]);
                sums[r][0] = _mm512_fmadd_ps(x, left, sums[r][0]);
                if (vectors > 1) {
                    sums[r][1] = _mm512_fmadd_ps(x, right, sums[r][1]);
                }
            }
            p0 += t->a_step;
            p1 += t->a_step;
            p2 += t->a_step;
            p3 += t->a_step;
            p4 += t->a_step;
            b += t->b_step;
        }
    }
#pragma GCC unroll 14
    for (int r = 0; r < rows; r++) {
        finish_avx512(t, (size_t)r, sums[r][0], 0, columns);
        if (vectors > 1) {
            finish_avx512(t, (size_t)r, sums[r][1], 16, columns);
        }
    }
}

#define ROWS_AVX512(n)                      \
    case n:                                 \
        if (columns > 16) {                 \
            block_avx512(t, n, 2, columns); \
        } else {                            \
            block_avx512(t, n, 1, columns); \
        }                                   \
        break;

AVX512 static void multiply_avx512(const struct tile *t, size_t rows, size_t columns) {
    switch (rows) {
        ROWS_AVX512(1)
        ROWS_AVX512(2)
        ROWS_AVX512(3)
        ROWS_AVX512(4)
        ROWS_AVX512(5)
        ROWS_AVX512(6)
        ROWS_AVX512(7)
        ROWS_AVX512(8)
        ROWS_AVX512(9)
        ROWS_AVX512(10)
        ROWS_AVX512(11)
        ROWS_AVX512(12)
        ROWS_AVX512(13)
        ROWS_AVX512(14)
    default:
        break;
    }
}

/* Seven sums of two in 16 registers leave none for b: 6 rows by 16 columns. */
#define AVX2_ROWS 6

AVX2 PART void finish_avx2(const struct tile *t, size_t row, __m256 v, size_t column, size_t columns) {
    size_t at = row * t->c_row + column, left = columns - column < 8 ? columns - column : 8;
    float part[8] = {0};
    if (t->add) {
        memcpy(part, t->add + at, left * sizeof *part);
        v = _mm256_add_ps(v, _mm256_loadu_ps(part));
    }
    if (t->bias) {
        v = _mm256_add_ps(v, _mm256_loadu_ps(t->bias + column));
    }
    if (t->clamped) {
        v = _mm256_min_ps(_mm256_max_ps(v, _mm256_set1_ps(t->low)), _mm256_set1_ps(t->high));
    }
    _mm256_storeu_ps(part, v);
    memcpy(t->c + at, part, left * sizeof *part);
}

AVX2 PART void block_avx2(const struct tile *t, size_t first, const int rows, size_t column, size_t columns) {
    __m256 sums[AVX2_ROWS][2];
    size_t row = t->a_row;
#pragma GCC unroll 6
    for (int r = 0; r < rows; r++) {
        sums[r][0] = sums[r][1] = _mm256_setzero_ps();
    }
    for (size_t run = 0; run < t->run_count; run++) {
        const float *p0 = t->a + t->runs[run].a + first * row, *p1 = p0 + 3 * row, *b = t->b + t->runs[run].b + column;
        for (size_t i = t->inner; i > 0; i--) {
            __m256 left = _mm256_loadu_ps(b), right = _mm256_loadu_ps(b + 8);
#pragma GCC unroll 6
            for (int r = 0; r < rows; r++) {
                __m256 x = _mm256_set1_ps((r < 3 ? p0 : p1)[(size_t)(r % 3) * row]);
                sums[r][0] = _mm256_fmadd_ps(x, left, sums[r][0]);
                sums[r][1] = _mm256_fmadd_ps(x, right, sums[r][1]);
            }
            p0 += t->a_step;
            p1 += t->a_step;
            b += t->b_step;
        }
    }
#pragma GCC unroll 6
    for (int r = 0; r < rows; r++) {
        finish_avx2(t, first + (size_t)r, sums[r][0], column, columns);
        if (columns - column > 8) {
            finish_avx2(t, first + (size_t)r, sums[r][1], column + 8, columns);
        }
    }
}

#define ROWS_AVX2(n)                              \
    case n:                                       \
        block_avx2(t, first, n, column, columns); \
        break;

/* Rows in as few blocks as can be, of nearly equal height. */
AVX2 static void multiply_avx2(const struct tile *t, size_t rows, size_t columns) {
    size_t blocks = (rows + AVX2_ROWS - 1) / AVX2_ROWS;
    for (size_t column = 0; column < columns; column += 16) {
        for (size_t i = 0; i < blocks; i++) {
            size_t first = i * rows / blocks;
            switch ((i + 1) * rows / blocks - first) {
                ROWS_AVX2(1)
                ROWS_AVX2(2)
                ROWS_AVX2(3)
                ROWS_AVX2(4)
                ROWS_AVX2(5)
                ROWS_AVX2(6)
            default:
                break;
            }
        }
    }
}

static bool has_avx512(void) {
    return __builtin_cpu_supports("avx512f");
}

static bool has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

#endif

static const struct tile_path paths[] = {
#if defined(__x86_64__)
    {"AVX-512", has_avx512, multiply_avx512},
    {"AVX2", has_avx2, multiply_avx2},
#endif
    {"portable", always, multiply_portable},
};

const struct tile_path *tile_path(size_t i) {
    return i < sizeof paths / sizeof *paths ? &paths[i] : NULL;
}

typedef void multiply_function(const struct tile *t, size_t rows, size_t columns);

static void multiply_choosing(const struct tile *t, size_t rows, size_t columns);
static _Atomic(multiply_function *) chosen = multiply_choosing;

/* Threads that come here at once choose the same. */
static void multiply_choosing(const struct tile *t, size_t rows, size_t columns) {
    size_t i = 0;
    while (!paths[i].usable()) {
        i++;
    }
    atomic_store_explicit(&chosen, paths[i].multiply, memory_order_relaxed);
    paths[i].multiply(t, rows, columns);
}

void tile_multiply(const struct tile *t, size_t rows, size_t columns) {
    atomic_load_explicit(&chosen, memory_order_relaxed)(t, rows, columns);
}
