/* ssyevd for small matrices; above that, subspace iteration: multiply a random frame by the matrix a few times,
 * orthonormalise it each time (Householder QR), and solve the small problem inside the frame. */
#include "ml/nn/eigen.h"

#include "base/random.h"
#include "ml/nn/gemm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* LAPACK, from libopenblas, which ships no prototypes of its own. The size_t at the end is Fortran's hidden length of
 * each text argument. */
void ssyevd_(const char *job, const char *half, const int *n, float *a, const int *stride, float *values, float *work,
             const int *work_size, int *index_work, const int *index_work_size, int *info, size_t, size_t);
void sgeqrf_(const int *rows, const int *columns, float *a, const int *stride, float *tau, float *work,
             const int *work_size, int *info);
void sorgqr_(const int *rows, const int *columns, const int *reflectors, float *a, const int *stride, const float *tau,
             float *work, const int *work_size, int *info);

#define WHOLE_UP_TO 640 /* ssyevd of this size takes about 0.1 s, and nothing can stop it */
#define EXTRA 64        /* directions beyond those asked for; the last ones found are the least exact */
#define ROUNDS 5        /* multiplications by the matrix */

/* LAPACK's column-major columns are our rows. Rows come in rising order of value. */
static enum err_code solve_whole(size_t n, float *a, float *values, struct err *e) {
    int size = (int)n, info = 0, work_size = -1, index_size = -1, index_query = 0;
    float query = 0;
    gemm_prepare();
    ssyevd_("V", "L", &size, a, &size, values, &query, &work_size, &index_query, &index_size, &info, 1, 1);
    work_size = (int)query + 64; /* the size comes back as a float, which may round it down */
    index_size = index_query;
    float *work = malloc((size_t)work_size * sizeof *work);
    int *index_work = malloc((size_t)(index_size > 0 ? index_size : 1) * sizeof *index_work);
    if (!work || !index_work) {
        free(work);
        free(index_work);
        return err_nomem(e);
    }
    ssyevd_("V", "L", &size, a, &size, values, work, &work_size, index_work, &index_size, &info, 1, 1);
    free(work);
    free(index_work);
    return info ? err_set(e, ERR_MODEL, "the statistics of the pictures have no eigenvectors (LAPACK says %d)", info)
                : ERR_OK;
}

static void fix_sign(float *v, size_t n) {
    size_t best = 0;
    for (size_t i = 1; i < n; i++) {
        if (fabsf(v[i]) > fabsf(v[best])) {
            best = i;
        }
    }
    if (n && v[best] < 0) {
        for (size_t i = 0; i < n; i++) {
            v[i] = -v[i];
        }
    }
}

static enum err_code leading_whole(size_t n, const float *a, size_t count, float *values, float *vectors,
                                   struct err *e) {
    float *copy = malloc((n * n + n) * sizeof *copy);
    if (!copy) {
        return err_nomem(e);
    }
    float *all = copy + n * n;
    memcpy(copy, a, n * n * sizeof *a);
    enum err_code code = solve_whole(n, copy, all, e);
    for (size_t i = 0; !code && i < count; i++) {
        values[i] = all[n - 1 - i];
        memcpy(vectors + i * n, copy + (n - 1 - i) * n, n * sizeof *a);
        fix_sign(vectors + i * n, n);
    }
    free(copy);
    return code;
}

/* Rows of `frame` (m, n) become orthonormal. */
static enum err_code orthonormalise(size_t m, size_t n, float *frame, struct err *e) {
    int rows = (int)n, columns = (int)m, info = 0, work_size = (int)m * 64;
    float *tau = malloc(m * sizeof *tau), *work = malloc((size_t)work_size * sizeof *work);
    if (tau && work) {
        sgeqrf_(&rows, &columns, frame, &rows, tau, work, &work_size, &info);
        sorgqr_(&rows, &columns, &columns, frame, &rows, tau, work, &work_size, &info);
    } else {
        err_nomem(e);
    }
    free(tau);
    free(work);
    return e->code;
}

/* The small problem inside the frame: t = frame a frame', its eigenvectors turned back by the frame. `moved` is scratch
 * of the frame's size. */
static enum err_code solve_inside(size_t m, size_t n, const float *a, const float *frame, float *moved, size_t count,
                                  float *values, float *vectors, struct err *e) {
    float *small = malloc((m * m + count * m) * sizeof *small);
    if (!small) {
        return err_nomem(e);
    }
    float *inner = small + m * m;
    gemm(m, n, n, 1, (struct gemm_matrix){frame, n, false}, (struct gemm_matrix){a, n, false}, 0, moved, n);
    gemm(m, m, n, 1, (struct gemm_matrix){moved, n, false}, (struct gemm_matrix){frame, n, true}, 0, small, m);
    enum err_code code = leading_whole(m, small, count, values, inner, e);
    if (!code) {
        gemm(count, n, m, 1, (struct gemm_matrix){inner, m, false}, (struct gemm_matrix){frame, n, false}, 0, vectors,
             n);
        for (size_t i = 0; i < count; i++) {
            fix_sign(vectors + i * n, n);
        }
    }
    free(small);
    return code;
}

static enum err_code leading_part(size_t n, const float *a, size_t count, float *values, float *vectors,
                                  struct pace *pace, struct err *e) {
    size_t m = count + EXTRA < n ? count + EXTRA : n;
    float *frame = malloc(2 * m * n * sizeof *frame);
    if (!frame) {
        return err_nomem(e);
    }
    float *moved = frame + m * n;
    struct random r = random_stream(n, m, 0);
    for (size_t i = 0; i < m * n; i++) {
        frame[i] = random_normal(&r);
    }
    gemm_prepare();
    enum err_code code = ERR_OK;
    for (int round = 0; !code && round < ROUNDS; round++) {
        gemm(m, n, n, 1, (struct gemm_matrix){frame, n, false}, (struct gemm_matrix){a, n, false}, 0, moved, n);
        code = orthonormalise(m, n, moved, e);
        memcpy(frame, moved, m * n * sizeof *frame);
        code = code ? code : pace_check(pace, e);
    }
    code = code ? code : solve_inside(m, n, a, frame, moved, count, values, vectors, e);
    free(frame);
    return code;
}

enum err_code eigen_leading(size_t n, const float *a, size_t count, float *values, float *vectors, struct pace *pace,
                            struct err *e) {
    for (size_t i = 0; i < n * n; i++) {
        if (!isfinite(a[i])) {
            return err_set(e, ERR_MODEL, "the statistics of the pictures hold a value that is not a number");
        }
    }
    if (n <= WHOLE_UP_TO) {
        return leading_whole(n, a, count, values, vectors, e);
    }
    return leading_part(n, a, count, values, vectors, pace, e);
}
