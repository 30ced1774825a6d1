/* Plain loops: the layers are small. */
#include "ml/nn/optimizer.h"

#include <math.h>
#include <stdlib.h>

#define BETA_FIRST 0.9 /* the paper's defaults */
#define BETA_SECOND 0.999
#define EPSILON 1e-8F

enum err_code optimizer_init(struct optimizer *o, size_t count, float rate, size_t steps, struct err *e) {
    float *moments = calloc(2 * count + 1, sizeof *moments);
    *o = (struct optimizer){count, moments, moments ? moments + count : NULL, rate, 0, steps ? steps : 1};
    return moments ? ERR_OK : err_nomem(e);
}

void optimizer_release(struct optimizer *o) {
    free(o->first);
    *o = (struct optimizer){0};
}

float optimizer_rate(const struct optimizer *o, size_t step) {
    double part = step < o->steps ? (double)step / (double)o->steps : 1;
    return (float)(o->rate * 0.5 * (1 + cos(3.14159265358979323846 * part)));
}

void optimizer_update(struct optimizer *o, float *weights, const float *grad) {
    float rate = optimizer_rate(o, o->step);
    o->step++;
    float first_part = (float)(1 - pow(BETA_FIRST, (double)o->step));
    float second_part = (float)(1 - pow(BETA_SECOND, (double)o->step));
    float b1 = (float)BETA_FIRST, b2 = (float)BETA_SECOND;
    for (size_t i = 0; i < o->count; i++) {
        o->first[i] = b1 * o->first[i] + (1 - b1) * grad[i];
        o->second[i] = b2 * o->second[i] + (1 - b2) * grad[i] * grad[i];
        weights[i] -= rate * (o->first[i] / first_part) / (sqrtf(o->second[i] / second_part) + EPSILON);
    }
}
