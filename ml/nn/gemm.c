/* Fixed row blocks over parallel_for, one cblas_sgemm each. */
#include "ml/nn/gemm.h"

#include "base/parallel.h"

#include <cblas.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Rows of a block: enough for BLAS to reach its speed, few enough to share 1,000 rows among many cores. */
#define BLOCK_ROWS 128

/* The most rows that every kernel of OpenBLAS 0.3.21 for x86-64 treats alike: with 12 and more, that for Haswell and
 * Zen adds some rows up in another order than others. Divides BLOCK_ROWS. */
#define ALIKE_ROWS 8

struct product {
    size_t columns, inner, c_stride;
    float alpha, beta;
    struct gemm_matrix a, b;
    float *c;
    float *spare; /* of gemm_alike: ALIKE_ROWS rows of a and of c */
};

static void one_thread(void) {
    openblas_set_num_threads(1);
}

void gemm_prepare(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, one_thread);
}

static void multiply_rows(void *user, size_t begin, size_t end) {
    const struct product *p = user;
    const float *a = p->a.values + (p->a.turned ? begin : begin * p->a.stride);
    cblas_sgemm(CblasRowMajor, p->a.turned ? CblasTrans : CblasNoTrans, p->b.turned ? CblasTrans : CblasNoTrans,
                (int)(end - begin), (int)p->columns, (int)p->inner, p->alpha, a, (int)p->a.stride, p->b.values,
                (int)p->b.stride, p->beta, p->c + begin * p->c_stride, (int)p->c_stride);
}

void gemm(size_t rows, size_t columns, size_t inner, float alpha, struct gemm_matrix a, struct gemm_matrix b,
          float beta, float *c, size_t c_stride) {
    if (rows == 0 || columns == 0) {
        return;
    }
    gemm_prepare();
    struct product p = {columns, inner, c_stride, alpha, beta, a, b, c, NULL};
    parallel_for(rows, BLOCK_ROWS, multiply_rows, &p);
}

/* One call for each few rows, all of the same size. */
static void multiply_alike(void *user, size_t begin, size_t end) {
    const struct product *p = user;
    for (size_t at = begin; at < end; at += ALIKE_ROWS) {
        struct product few = *p;
        few.a.values += at * p->a.stride;
        few.c += at * p->c_stride;
        size_t count = end - at;
        if (count >= ALIKE_ROWS || !p->spare) {
            multiply_rows(&few, 0, count < ALIKE_ROWS ? count : ALIKE_ROWS);
            continue;
        }
        float *c = p->spare + ALIKE_ROWS * p->inner;
        for (size_t r = 0; r < count; r++) {
            memcpy(p->spare + r * p->inner, few.a.values + r * p->a.stride, p->inner * sizeof *c);
            memcpy(c + r * p->columns, few.c + r * p->c_stride, p->columns * sizeof *c);
        }
        struct product filled = *p;
        filled.a = (struct gemm_matrix){p->spare, p->inner, false};
        filled.c = c;
        filled.c_stride = p->columns;
        multiply_rows(&filled, 0, ALIKE_ROWS);
        for (size_t r = 0; r < count; r++) {
            memcpy(few.c + r * p->c_stride, c + r * p->columns, p->columns * sizeof *c);
        }
    }
}

void gemm_alike(size_t rows, size_t columns, size_t inner, float alpha, const float *a, size_t a_stride,
                struct gemm_matrix b, float beta, float *c, size_t c_stride) {
    if (rows == 0 || columns == 0) {
        return;
    }
    gemm_prepare();
    struct product p = {columns, inner, c_stride, alpha, beta, {a, a_stride, false}, b, c, NULL};
    if (rows % ALIKE_ROWS) { /* without memory for it the last rows are right all the same, but for the last digits */
        p.spare = calloc(ALIKE_ROWS * (inner + columns), sizeof *p.spare);
    }
    parallel_for(rows, BLOCK_ROWS, multiply_alike, &p);
    free(p.spare);
}

const char *gemm_better_core(void) {
#if defined(__x86_64__)
    const char *core = openblas_get_corename();
    if (!getenv("OPENBLAS_CORETYPE") && core && !strcmp(core, "Prescott")) {
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
            __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")) {
            return "SkylakeX";
        }
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? "Haswell" : NULL;
    }
#endif
    return NULL;
}
