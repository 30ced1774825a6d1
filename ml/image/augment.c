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

/* Every random number of a view. They are always the same ones in the same order, so that a switch of the preset does
 * not move the others' luck; new ones go at the end. */
struct luck {
    float angle, area, scale, aspect, shear; /* low..high, in the preset's units */
    float mirror, x, y;                      /* 0..1; x and y from one end of the room there is to the other */
    float brightness, contrast, saturation;
    float grey, vertical, blurred, blur; /* 0..1 */
};

static struct luck draw_luck(const struct preset *p, struct random *r) {
    struct luck l;
    l.angle = random_uniform(r, -p->rotation, p->rotation);
    l.area = random_uniform(r, p->area_least, 1);
    l.scale = random_uniform(r, -p->scale, p->scale);
    l.aspect = random_uniform(r, -p->aspect, p->aspect);
    l.shear = random_uniform(r, -p->shear, p->shear);
    l.mirror = random_uniform(r, 0, 1);
    l.x = random_uniform(r, 0, 1);
    l.y = random_uniform(r, 0, 1);
    l.brightness = random_uniform(r, -p->brightness, p->brightness);
    l.contrast = random_uniform(r, -p->contrast, p->contrast);
    l.saturation = random_uniform(r, -p->saturation, p->saturation);
    l.grey = random_uniform(r, 0, 1);
    l.vertical = random_uniform(r, 0, 1);
    l.blurred = random_uniform(r, 0, 1);
    l.blur = random_uniform(r, 0, 1);
    return l;
}

/* Crop, turn, stretch, slant, flip and shift in one. */
static struct affine make_affine(const struct preset *p, const struct luck *l) {
    float side = p->area_least < 1 ? sqrtf(l->area) : 1, scale = 1 + l->scale;
    float wide = scale * side * expf(l->aspect / 2), high = scale * side * expf(-l->aspect / 2);
    float room_x = p->shift, room_y = p->shift;
    if (p->area_least < 1 && p->shift <= 0) { /* anywhere within the picture */
        wide = wide < 1 ? wide : 1;
        high = high < 1 ? high : 1;
        room_x = 1 - wide;
        room_y = 1 - high;
    }
    float c = cosf(l->angle), s = sinf(l->angle);
    struct affine a = {
        .xx = c * wide, .xy = (c * l->shear - s) * high, .yx = s * wide, .yy = (s * l->shear + c) * high};
    if (p->mirror && l->mirror < .5F) {
        a.xx = -a.xx;
        a.yx = -a.yx;
    }
    if (p->vertical_flip && l->vertical < .5F) {
        a.xy = -a.xy;
        a.yy = -a.yy;
    }
    a.x = -room_x + 2 * room_x * l->x;
    a.y = -room_y + 2 * room_y * l->y;
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
static void change_tone(const struct preset *p, const struct luck *l, struct canvas *c) {
    size_t area = (size_t)c->size * (size_t)c->size, all = area * (size_t)c->channels;
    float bright = 1 + l->brightness, contrast = 1 + l->contrast,
          saturation = l->grey < p->grey ? 0 : 1 + l->saturation;
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

#define BLUR_TAPS 12 /* to either side: three deviations of the greatest blur, a 16th of the largest canvas */

/* One axis of a Gaussian: `step` from one value to the next, edges as the sample has them. */
static void blur_line(const float *weights, int reach, float *line, int n, int step, bool clamped) {
    float copy[CANVAS_MOST];
    for (int i = 0; i < n; i++) {
        copy[i] = line[i * step];
    }
    for (int i = 0; i < n; i++) {
        float sum = 0;
        for (int k = -reach; k <= reach; k++) {
            int at = i + k;
            at = clamped && at < 0 ? 0 : clamped && at >= n ? n - 1 : at;
            sum += at < 0 || at >= n ? 0 : weights[k < 0 ? -k : k] * copy[at];
        }
        line[i * step] = sum;
    }
}

void augment_blur(struct canvas *c, float deviation, bool clamped) {
    float weights[BLUR_TAPS + 1], sum = 0;
    int n = c->size, reach = (int)ceilf(3 * deviation);
    reach = reach > BLUR_TAPS ? BLUR_TAPS : reach;
    for (int k = 0; k <= reach; k++) {
        weights[k] = expf(-(float)(k * k) / (2 * deviation * deviation));
        sum += k ? 2 * weights[k] : weights[k];
    }
    for (int k = 0; k <= reach; k++) {
        weights[k] /= sum;
    }
    for (int plane = 0; plane < c->channels; plane++) {
        float *values = c->values + plane * n * n;
        for (int i = 0; i < n; i++) {
            blur_line(weights, reach, values + i * n, n, 1, clamped);
        }
        for (int i = 0; i < n; i++) {
            blur_line(weights, reach, values + i, n, n, clamped);
        }
    }
}

#define LEAST_BLUR .2F /* pixels: less changes nothing */

void augment_view(const struct preset *p, const struct canvas *from, struct canvas *to, struct random *r) {
    struct luck l = draw_luck(p, r);
    struct affine a = make_affine(p, &l);
    float deviation = p->blur * l.blur * (float)from->size;
    to->size = from->size;
    to->channels = from->channels;
    resample(from, to, &a, p->clamped);
    change_tone(p, &l, to);
    if (l.blurred < .5F && deviation > LEAST_BLUR) {
        augment_blur(to, deviation, p->clamped);
    }
}
