/* Sums of values and squares a cell; counts a box. */
#include "ml/image/colour.h"

#include <math.h>
#include <string.h>

#define CELLS 4
#define BOXES 4

void colour_cells(const struct canvas *rgb, float *out) {
    int n = rgb->size, area = n * n, side = n / CELLS;
    float sums[CELLS * CELLS][6] = {{0}};
    for (int i = 0; i < area; i++) {
        float r = rgb->values[i], g = rgb->values[area + i], b = rgb->values[2 * area + i];
        float opponent[3] = {.299F * r + .587F * g + .114F * b, r - g, b - (r + g) / 2};
        float *cell = sums[(i / n / side) * CELLS + i % n / side];
        for (int k = 0; k < 3; k++) {
            cell[2 * k] += opponent[k];
            cell[2 * k + 1] += opponent[k] * opponent[k];
        }
    }
    float share = 1 / (float)(side * side);
    for (int c = 0; c < CELLS * CELLS; c++) {
        for (int k = 0; k < 3; k++) {
            float mean = sums[c][2 * k] * share, variance = sums[c][2 * k + 1] * share - mean * mean;
            *out++ = mean;
            *out++ = variance > 0 ? sqrtf(variance) : 0;
        }
    }
}

static int box(float v) {
    int i = (int)(v * BOXES);
    return i < 0 ? 0 : i >= BOXES ? BOXES - 1 : i;
}

void colour_histogram(const struct canvas *rgb, float *out) {
    int area = rgb->size * rgb->size;
    memset(out, 0, COLOUR_HISTOGRAM_LENGTH * sizeof *out);
    for (int i = 0; i < area; i++) {
        int r = box(rgb->values[i]), g = box(rgb->values[area + i]), b = box(rgb->values[2 * area + i]);
        out[(r * BOXES + g) * BOXES + b]++;
    }
    for (int i = 0; i < COLOUR_HISTOGRAM_LENGTH; i++) {
        out[i] = sqrtf(out[i]);
    }
}
