/* Fixed row blocks over parallel_for, one cblas_sgemm each. */
#include "ml/nn/gemm.h"

#include "base/parallel.h"

#include <cblas.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Rows of a block: enough for BLAS to reach its speed, few enough to share 1,000 rows among many cores. */
#define BLOCK_ROWS 128

struct product {
    size_t columns, inner, c_stride;
    float alpha, beta;
    struct gemm_matrix a, b;
    float *c;
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
    struct product p = {columns, inner, c_stride, alpha, beta, a, b, c};
    parallel_for(rows, BLOCK_ROWS, multiply_rows, &p);
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
