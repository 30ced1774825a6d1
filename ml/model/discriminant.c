/* Whiten by the scatter within classes; in that space the class means span the directions that count. */
#include "ml/model/discriminant.h"

#include "ml/model/whitening.h"
#include "ml/nn/eigen.h"
#include "ml/nn/gemm.h"
#include "ml/recipe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct work {
    const float *x, *scatter;
    const int *classes;
    size_t count, width, class_count, labelled;
    float *z;                    /* (count, width): rows in work */
    float *means;                /* (class_count, width) */
    float *sizes;                /* (class_count) */
    float *within, *whitener;    /* (width, width) */
    float *directions, *between; /* (width, width) */
    float *values;               /* (width) */
};

/* Means of the rows by class, and the classes' sizes. */
static void class_means(struct work *w, const float *rows) {
    size_t width = w->width;
    memset(w->means, 0, w->class_count * width * sizeof *w->means);
    memset(w->sizes, 0, w->class_count * sizeof *w->sizes);
    w->labelled = 0;
    for (size_t r = 0; r < w->count; r++) {
        if (w->classes[r] >= 0) {
            float *mean = w->means + (size_t)w->classes[r] * width;
            w->sizes[w->classes[r]]++;
            w->labelled++;
            for (size_t k = 0; k < width; k++) {
                mean[k] += rows[r * width + k];
            }
        }
    }
    for (size_t c = 0; c < w->class_count; c++) {
        for (size_t k = 0; k < width && w->sizes[c] > 0; k++) {
            w->means[c * width + k] /= w->sizes[c];
        }
    }
}

static float trace(const float *matrix, size_t width) {
    float sum = 0;
    for (size_t k = 0; k < width; k++) {
        sum += matrix[k * width + k];
    }
    return sum;
}

/* Scatter within classes, shrunk: the fewer labels there are for its components, the more. */
static void scatter_within(struct work *w) {
    size_t width = w->width, rows = 0;
    class_means(w, w->x);
    for (size_t r = 0; r < w->count; r++) {
        if (w->classes[r] >= 0) {
            for (size_t k = 0; k < width; k++) {
                w->z[rows * width + k] = w->x[r * width + k] - w->means[(size_t)w->classes[r] * width + k];
            }
            rows++;
        }
    }
    float freedom = rows > w->class_count ? (float)(rows - w->class_count) : 1;
    gemm(width, width, rows, 1 / freedom, (struct gemm_matrix){w->z, width, true},
         (struct gemm_matrix){w->z, width, false}, 0, w->within, width);
    float own = trace(w->within, width), other = w->scatter ? trace(w->scatter, width) : (float)width;
    float share = own > 0 ? (float)width / (float)(width + rows) : 1;
    if (w->scatter && share < RECIPE_VIEWS_LEAST) {
        share = RECIPE_VIEWS_LEAST;
    }
    float scale = other > 0 ? (own > 0 ? own : 1) / other : 0;
    for (size_t i = 0; i < width * width; i++) {
        float target = w->scatter ? w->scatter[i] : i % (width + 1) ? 0 : 1;
        w->within[i] = (1 - share) * w->within[i] + share * scale * target;
    }
}

/* Leading directions of the class means of z, (class_count - 1 or width, width); returns how many by *found. */
static enum err_code class_directions(struct work *w, size_t *found, struct pace *pace, struct err *e) {
    size_t width = w->width, most = w->class_count - 1 < width ? w->class_count - 1 : width;
    class_means(w, w->z);
    for (size_t k = 0; k < width; k++) {
        float mean = 0;
        for (size_t c = 0; c < w->class_count; c++) {
            mean += w->means[c * width + k] * w->sizes[c] / (float)w->labelled;
        }
        for (size_t c = 0; c < w->class_count; c++) {
            w->means[c * width + k] = (w->means[c * width + k] - mean) * sqrtf(w->sizes[c] / (float)w->labelled);
        }
    }
    gemm(width, width, w->class_count, 1, (struct gemm_matrix){w->means, width, true},
         (struct gemm_matrix){w->means, width, false}, 0, w->between, width);
    *found = most;
    return eigen_leading(width, w->between, most, w->values, w->directions, pace, e);
}

/* whitener (d I + (1 - d) directions' directions), d the damping, into `within`, which is not needed any more. */
static void damp_others(struct work *w, size_t directions) {
    size_t width = w->width;
    struct gemm_matrix d = {w->directions, width, false}, turned = {w->directions, width, true};
    memset(w->between, 0, width * width * sizeof *w->between);
    for (size_t k = 0; k < width; k++) {
        w->between[k * width + k] = RECIPE_DAMPING;
    }
    gemm(width, width, directions, 1 - RECIPE_DAMPING, turned, d, 1, w->between, width);
    gemm(width, width, width, 1, (struct gemm_matrix){w->whitener, width, false},
         (struct gemm_matrix){w->between, width, false}, 0, w->within, width);
}

enum err_code discriminant_layer(struct dense *layer, const float *scatter, const float *x, const int *classes,
                                 size_t count, size_t class_count, struct pace *pace, struct err *e) {
    size_t width = layer->inputs, square = width * width, found;
    struct work w = {
        .x = x, .scatter = scatter, .classes = classes, .count = count, .width = width, .class_count = class_count};
    if (class_count < 2) {
        return err_set(e, ERR_VALUE, "a discriminant needs at least 2 classes, got %zu", class_count);
    }
    w.z = malloc((count * width + class_count * (width + 1) + 4 * square + width) * sizeof *w.z);
    if (!w.z) {
        return err_nomem(e);
    }
    w.means = w.z + count * width;
    w.sizes = w.means + class_count * width;
    w.within = w.sizes + class_count;
    w.whitener = w.within + square;
    w.directions = w.whitener + square;
    w.between = w.directions + square;
    w.values = w.between + square;
    scatter_within(&w);
    if (!whitening_matrix(w.within, width, w.whitener, pace, e) &&
        !whitening_vectors(w.whitener, x, count, width, w.z, e) && !class_directions(&w, &found, pace, e)) {
        damp_others(&w, found);
        whitening_turn(layer, w.within, x, count, pace, e);
    }
    free(w.z);
    return e->code;
}
