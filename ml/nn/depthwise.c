/* An output pixel is a sum over the taps that lie within the picture; no border is copied, since a tap is used once. */
#include "ml/nn/depthwise.h"

#include "base/parallel.h"

#include <string.h>

#define WIDE 16 /* channels in hand */

void depthwise_pack(const struct conv *c, const float *weights, const float *scale, float *packed) {
    size_t taps = c->kernel * c->kernel;
    for (size_t k = 0; k < c->filters; k++) {
        for (size_t t = 0; t < taps; t++) {
            packed[t * c->filters + k] = weights[k * taps + t] * (scale ? scale[k] : 1);
        }
    }
}

struct sliding {
    const struct conv *conv;
    const float *x, *packed;
    const struct conv_finish *finish;
    float *y;
};

/* Taps first..end of an axis whose pixel, at place (may be negative) + tap, lies within 0..size. */
struct span {
    size_t first, end;
    ptrdiff_t place;
};

static struct span span_of(size_t out, size_t stride, size_t pad, size_t kernel, size_t size) {
    struct span s = {0, kernel, (ptrdiff_t)(out * stride) - (ptrdiff_t)pad};
    s.first = s.place < 0 ? (size_t)-s.place : 0;
    while (s.end > s.first && s.place + (ptrdiff_t)s.end > (ptrdiff_t)size) {
        s.end--;
    }
    return s;
}

/* `wide` channels of an output pixel; a constant at both calls. */
__attribute__((always_inline)) static inline void slide_channels(const struct sliding *s, const float *x,
                                                                 struct span down, struct span right, size_t channel,
                                                                 size_t at, const size_t wide) {
    const struct conv *c = s->conv;
    const struct conv_finish *f = s->finish;
    float sums[WIDE] = {0};
    for (size_t ky = down.first; ky < down.end; ky++) {
        for (size_t kx = right.first; kx < right.end; kx++) {
            const float *v = x + ((down.place + (ptrdiff_t)ky) * (ptrdiff_t)c->width + right.place + (ptrdiff_t)kx) *
                                     (ptrdiff_t)c->channels;
            const float *w = s->packed + (ky * c->kernel + kx) * c->filters + channel;
            for (size_t k = 0; k < wide; k++) {
                sums[k] += v[channel + k] * w[k];
            }
        }
    }
    for (size_t k = 0; k < wide; k++) {
        float v = sums[k] + (f->add ? f->add[at + channel + k] : 0) + (f->bias ? f->bias[channel + k] : 0);
        v = f->clamped && v < f->low ? f->low : v;
        s->y[at + channel + k] = f->clamped && v > f->high ? f->high : v;
    }
}

static void slide_rows(void *user, size_t begin, size_t end) {
    const struct sliding *s = user;
    const struct conv *c = s->conv;
    for (size_t i = begin; i < end; i++) {
        const float *x = s->x + i / c->out_height * c->height * c->width * c->channels;
        struct span down = span_of(i % c->out_height, c->stride, c->pad, c->kernel, c->height);
        for (size_t column = 0; column < c->out_width; column++) {
            struct span right = span_of(column, c->stride, c->pad, c->kernel, c->width);
            size_t at = (i * c->out_width + column) * c->filters, k = 0;
            for (; k + WIDE <= c->filters; k += WIDE) {
                slide_channels(s, x, down, right, k, at, WIDE);
            }
            for (; k < c->filters; k++) {
                slide_channels(s, x, down, right, k, at, 1);
            }
        }
    }
}

void depthwise_forward(const struct conv *c, const float *x, size_t n, const float *packed,
                       const struct conv_finish *finish, float *y) {
    struct sliding s = {c, x, packed, finish, y};
    parallel_for(n * c->out_height, 8, slide_rows, &s);
}
