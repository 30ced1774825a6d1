/* A pixel gives its magnitude to the two bins next to its direction, times its 8 cell weights along x: one row of
 * (12, 8) sums a pixel row; that row is then added to each row of cells with the weights along y. So the cost is a few
 * hundred additions a pixel row instead of one a pixel, bin and cell, and pixels without gradient cost nothing. */
#include "ml/image/gradient.h"

#include <math.h>
#include <string.h>

#define LEAST_SQUARE 1e-10F /* of the magnitude, for picture values 0..1 */

void gradient_init(struct gradient *g, int size, int cells, bool blurred) {
    *g = (struct gradient){.size = size, .cells = cells, .blurred = blurred};
    float cell = (float)size / (float)cells, deviation = RECIPE_CELL_WIDTH * cell;
    for (int x = 0; x < size; x++) {
        for (int i = 0; i < cells; i++) {
            float d = ((float)i + .5F) * cell - .5F - (float)x;
            g->weights[x][i] = expf(-d * d / (2 * deviation * deviation));
        }
    }
}

int gradient_length(const struct gradient *g) {
    return g->cells * g->cells * GRADIENT_BINS;
}

/* The direction of (x, y) in bins, 0 <= result < 12: a polynomial for the arc tangent on an eighth of the turn, off by
 * less than a thousandth of a bin. */
static float direction(float x, float y) {
    float ax = fabsf(x), ay = fabsf(y), high = ax > ay ? ax : ay, low = ax > ay ? ay : ax;
    float t = low / high, s = t * t;
    float turn = ((-.0464964749F * s + .15931422F) * s - .327622764F) * s * t + t; /* radians */
    turn = ay > ax ? 1.57079633F - turn : turn;
    turn = x < 0 ? 3.14159265F - turn : turn;
    turn = y < 0 ? 6.28318531F - turn : turn;
    float bins = turn * (GRADIENT_BINS / 6.28318531F);
    return bins < 0 || bins >= GRADIENT_BINS ? 0 : bins;
}

/* One row of a blurred in x and y, edges repeated. */
static void blur(const float *in, int n, float *out) {
    float rows[CANVAS_MOST];
    for (int y = 0; y < n; y++) {
        const float *here = in + y * n, *above = in + (y > 0 ? y - 1 : 0) * n;
        const float *below = in + (y + 1 < n ? y + 1 : y) * n;
        for (int x = 0; x < n; x++) {
            rows[x] = RECIPE_BLUR_SIDE * (above[x] + below[x]) + RECIPE_BLUR_MIDDLE * here[x];
        }
        for (int x = 0; x < n; x++) {
            float left = rows[x > 0 ? x - 1 : 0], right = rows[x + 1 < n ? x + 1 : x];
            out[y * n + x] = RECIPE_BLUR_SIDE * (left + right) + RECIPE_BLUR_MIDDLE * rows[x];
        }
    }
}

static void sum_row(const struct gradient *g, const float *above, const float *here, const float *below,
                    float sums[GRADIENT_BINS][GRADIENT_CELLS_MOST]) {
    int n = g->size;
    memset(sums, 0, sizeof(float) * GRADIENT_BINS * GRADIENT_CELLS_MOST);
    for (int x = 0; x < n; x++) {
        float dx = here[x + 1 < n ? x + 1 : x] - here[x > 0 ? x - 1 : 0], dy = below[x] - above[x];
        float square = dx * dx + dy * dy;
        if (square < LEAST_SQUARE) {
            continue;
        }
        float magnitude = sqrtf(square), bins = direction(dx, dy);
        int bin = (int)bins, next = bin + 1 < GRADIENT_BINS ? bin + 1 : 0;
        float share = (bins - (float)bin) * magnitude, rest = magnitude - share;
        float *restrict low = sums[bin], *restrict high = sums[next];
        const float *restrict weights = g->weights[x];
        for (int i = 0; i < GRADIENT_CELLS_MOST; i++) {
            low[i] += rest * weights[i];
            high[i] += share * weights[i];
        }
    }
}

void gradient_compute(const struct gradient *g, const struct canvas *grey, float *out) {
    int n = g->size;
    float smooth[CANVAS_MOST * CANVAS_MOST], sums[GRADIENT_BINS][GRADIENT_CELLS_MOST];
    float cells[GRADIENT_CELLS_MOST][GRADIENT_BINS * GRADIENT_CELLS_MOST] = {{0}};
    const float *plane = grey->values;
    if (g->blurred) {
        blur(grey->values, n, smooth);
        plane = smooth;
    }
    for (int y = 0; y < n; y++) {
        const float *here = plane + y * n;
        sum_row(g, y > 0 ? here - n : here, here, y + 1 < n ? here + n : here, sums);
        const float *restrict flat = &sums[0][0];
        for (int i = 0; i < g->cells; i++) {
            float weight = g->weights[y][i], *restrict cell = cells[i];
            for (int k = 0; k < GRADIENT_BINS * GRADIENT_CELLS_MOST; k++) {
                cell[k] += weight * flat[k];
            }
        }
    }
    for (int i = 0; i < g->cells; i++) {
        for (int bin = 0; bin < GRADIENT_BINS; bin++) {
            for (int j = 0; j < g->cells; j++) {
                *out++ = sqrtf(cells[i][bin * GRADIENT_CELLS_MOST + j]);
            }
        }
    }
}
