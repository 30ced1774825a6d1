/* The affine map is drawn in coordinates where the picture spans -1..1 and takes a point of the view to its source. */
#include "ml/image/augment.h"

#include <math.h>
#include <string.h>

struct affine {
    float xx, xy, yx, yy, x, y; /* source = (xx u + xy v + x, yx u + yy v + y) */
};

static float pixel(const float *plane, int size, int x, int y, bool clamped) {
    if (clamped) {
        x = x < 0 ? 0 : x >= size ? size - 1 : x;
        y = y < 0 ? 0 : y >= size ? size - 1 : y;
    } else if (x < 0 || y < 0 || x >= size || y >= size) {
        return 0;
    }
    return plane[y * size + x];
}

float augment_sample(const float *plane, int size, float x, float y, bool clamped) {
    /* Far outside, and so that the conversions below cannot overflow. */
    float limit = 4 * (float)size;
    x = x < -limit ? -limit : x > limit ? limit : x;
    y = y < -limit ? -limit : y > limit ? limit : y;
    int left = (int)(x + limit) - 4 * size, top = (int)(y + limit) - 4 * size; /* floor */
    float right = x - (float)left, down = y - (float)top;
    if (left >= 0 && top >= 0 && left + 1 < size && top + 1 < size) {
        const float *p = plane + top * size + left;
        return (p[0] * (1 - right) + p[1] * right) * (1 - down) + (p[size] * (1 - right) + p[size + 1] * right) * down;
    }
    float above =
        pixel(plane, size, left, top, clamped) * (1 - right) + pixel(plane, size, left + 1, top, clamped) * right;
    float below = pixel(plane, size, left, top + 1, clamped) * (1 - right) +
                  pixel(plane, size, left + 1, top + 1, clamped) * right;
    return above * (1 - down) + below * down;
}

/* Crop, turn, stretch, slant and shift in one. The draws are always the same number, so that a preset's switches do not
 * move the others' luck. */
static struct affine draw_affine(const struct preset *p, struct random *r) {
    float angle = random_uniform(r, -p->rotation, p->rotation);
    float area = random_uniform(r, p->area_least, 1), scale = 1 + random_uniform(r, -p->scale, p->scale);
    float aspect = random_uniform(r, -p->aspect, p->aspect), shear = random_uniform(r, -p->shear, p->shear);
    float side = p->area_least < 1 ? sqrtf(area) : 1;
    float wide = scale * side * expf(aspect / 2), high = scale * side * expf(-aspect / 2);
    float room_x = p->shift, room_y = p->shift;
    if (p->area_least < 1 && p->shift <= 0) { /* anywhere within the picture */
        wide = wide < 1 ? wide : 1;
        high = high < 1 ? high : 1;
        room_x = 1 - wide;
        room_y = 1 - high;
    }
    bool flip = random_uniform(r, 0, 1) < .5F && p->mirror;
    float c = cosf(angle), s = sinf(angle);
    struct affine a = {.xx = c * wide, .xy = (c * shear - s) * high, .yx = s * wide, .yy = (s * shear + c) * high};
    if (flip) {
        a.xx = -a.xx;
        a.yx = -a.yx;
    }
    a.x = random_uniform(r, -room_x, room_x);
    a.y = random_uniform(r, -room_y, room_y);
    return a;
}

static void resample(const struct canvas *from, struct canvas *to, const struct affine *a, bool clamped) {
    int n = from->size;
    float half = .5F * (float)(n - 1), unit = n > 1 ? 1 / half : 0;
    for (int k = 0; k < from->channels; k++) {
        const float *plane = from->values + k * n * n;
        float *out = to->values + k * n * n;
        for (int y = 0; y < n; y++) {
            float v = (float)y * unit - 1;
            float x0 = half * (1 + a->xy * v + a->x - a->xx), y0 = half * (1 + a->yy * v + a->y - a->yx);
            for (int x = 0; x < n; x++) {
                out[y * n + x] = augment_sample(plane, n, x0 + a->xx * (float)x, y0 + a->yx * (float)x, clamped);
            }
        }
    }
}

/* In place: brightness multiplies, contrast stretches about the mean (about 0 for ink), saturation about the grey. */
static void change_tone(const struct preset *p, struct canvas *c, struct random *r) {
    size_t area = (size_t)c->size * (size_t)c->size, all = area * (size_t)c->channels;
    float bright = 1 + random_uniform(r, -p->brightness, p->brightness);
    float contrast = 1 + random_uniform(r, -p->contrast, p->contrast);
    float saturation = 1 + random_uniform(r, -p->saturation, p->saturation);
    if (random_uniform(r, 0, 1) < p->grey) {
        saturation = 0;
    }
    float mean = 0;
    for (size_t i = 0; p->clamped && i < all; i++) {
        mean += c->values[i];
    }
    mean = all ? mean * bright / (float)all : 0;
    for (size_t i = 0; c->channels == 3 && i < area; i++) {
        float *v = c->values + i, grey = .299F * v[0] + .587F * v[area] + .114F * v[2 * area];
        for (size_t k = 0; k < 3; k++) {
            v[k * area] = grey + (v[k * area] - grey) * saturation;
        }
    }
    for (size_t i = 0; i < all; i++) {
        float v = mean + (c->values[i] * bright - mean) * contrast;
        c->values[i] = v < 0 ? 0 : v > 1 ? 1 : v;
    }
}

void augment_view(const struct preset *p, const struct canvas *from, struct canvas *to, struct random *r) {
    struct affine a = draw_affine(p, r);
    to->size = from->size;
    to->channels = from->channels;
    resample(from, to, &a, p->clamped);
    change_tone(p, to, r);
}
