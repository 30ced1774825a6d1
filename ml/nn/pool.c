/* Pictures are spread over the cores; within one, channels side by side. */
#include "ml/nn/pool.h"

#include "base/parallel.h"

#include <string.h>

struct pooling {
    const struct pool *pool;
    const float *x, *dy;
    float *y, *dx;
    unsigned char *taps;
    const unsigned char *taken;
    bool add;
};

/* Input row or column of a tap, or -1 outside. */
static ptrdiff_t place_of(size_t out, size_t tap, const struct pool *p, size_t size) {
    ptrdiff_t at = (ptrdiff_t)(out * p->stride + tap) - (ptrdiff_t)p->pad;
    return at >= 0 && at < (ptrdiff_t)size ? at : -1;
}

static void max_window(const struct pooling *u, const float *x, size_t oy, size_t ox, float *y, unsigned char *taps) {
    const struct pool *p = u->pool;
    bool first = true;
    for (size_t t = 0; t < p->kernel * p->kernel; t++) {
        ptrdiff_t py = place_of(oy, t / p->kernel, p, p->height), px = place_of(ox, t % p->kernel, p, p->width);
        if (py < 0 || px < 0) {
            continue;
        }
        const float *v = x + ((size_t)py * p->width + (size_t)px) * p->channels;
        for (size_t k = 0; k < p->channels; k++) {
            if (first || v[k] > y[k]) {
                y[k] = v[k];
                taps[k] = (unsigned char)t;
            }
        }
        first = false;
    }
}

static void max_forward(void *user, size_t begin, size_t end) {
    const struct pooling *u = user;
    const struct pool *p = u->pool;
    for (size_t i = begin; i < end; i++) {
        for (size_t o = 0; o < p->out_height * p->out_width; o++) {
            size_t at = (i * p->out_height * p->out_width + o) * p->channels;
            max_window(u, u->x + i * p->height * p->width * p->channels, o / p->out_width, o % p->out_width, u->y + at,
                       u->taps + at);
        }
    }
}

void max_pool_forward(const struct pool *p, const float *x, size_t n, float *y, unsigned char *taps) {
    struct pooling u = {.pool = p, .x = x, .y = y, .taps = taps};
    parallel_for(n, 1, max_forward, &u);
}

static void max_backward(void *user, size_t begin, size_t end) {
    const struct pooling *u = user;
    const struct pool *p = u->pool;
    size_t size = p->height * p->width * p->channels;
    for (size_t i = begin; i < end; i++) {
        float *dx = u->dx + i * size;
        if (!u->add) {
            memset(dx, 0, size * sizeof *dx);
        }
        for (size_t o = 0; o < p->out_height * p->out_width; o++) {
            size_t at = (i * p->out_height * p->out_width + o) * p->channels;
            for (size_t k = 0; k < p->channels; k++) {
                size_t t = u->taken[at + k];
                ptrdiff_t py = place_of(o / p->out_width, t / p->kernel, p, p->height);
                ptrdiff_t px = place_of(o % p->out_width, t % p->kernel, p, p->width);
                dx[((size_t)py * p->width + (size_t)px) * p->channels + k] += u->dy[at + k];
            }
        }
    }
}

void max_pool_backward(const struct pool *p, const float *dy, size_t n, const unsigned char *taps, bool add,
                       float *dx) {
    struct pooling u = {.pool = p, .dy = dy, .taken = taps, .add = add, .dx = dx};
    parallel_for(n, 1, max_backward, &u);
}

static size_t cell_begin(size_t i, size_t size, size_t cells) {
    return i * size / cells;
}

static size_t cell_end(size_t i, size_t size, size_t cells) {
    return ((i + 1) * size + cells - 1) / cells;
}

static void average_forward(void *user, size_t begin, size_t end) {
    const struct pooling *u = user;
    const struct pool *p = u->pool;
    size_t cells = p->out_height * p->out_width;
    for (size_t o = begin * cells; o < end * cells; o++) {
        size_t oy = o % cells / p->out_width, ox = o % p->out_width;
        size_t top = cell_begin(oy, p->height, p->out_height), bottom = cell_end(oy, p->height, p->out_height);
        size_t left = cell_begin(ox, p->width, p->out_width), right = cell_end(ox, p->width, p->out_width);
        float *y = u->y + o * p->channels, part = 1 / (float)((bottom - top) * (right - left));
        memset(y, 0, p->channels * sizeof *y);
        for (size_t i = 0; i < (bottom - top) * (right - left); i++) {
            size_t row = top + i / (right - left), column = left + i % (right - left);
            const float *x = u->x + ((o / cells * p->height + row) * p->width + column) * p->channels;
            for (size_t k = 0; k < p->channels; k++) {
                y[k] += x[k];
            }
        }
        for (size_t k = 0; k < p->channels; k++) {
            y[k] *= part;
        }
    }
}

void average_pool_forward(const struct pool *p, const float *x, size_t n, float *y) {
    struct pooling u = {.pool = p, .x = x, .y = y};
    parallel_for(n, 1, average_forward, &u);
}

static void average_backward(void *user, size_t begin, size_t end) {
    const struct pooling *u = user;
    const struct pool *p = u->pool;
    size_t cells = p->out_height * p->out_width, size = p->height * p->width * p->channels;
    if (!u->add) {
        memset(u->dx + begin * size, 0, (end - begin) * size * sizeof *u->dx);
    }
    for (size_t o = begin * cells; o < end * cells; o++) {
        size_t oy = o % cells / p->out_width, ox = o % p->out_width;
        size_t top = cell_begin(oy, p->height, p->out_height), bottom = cell_end(oy, p->height, p->out_height);
        size_t left = cell_begin(ox, p->width, p->out_width), right = cell_end(ox, p->width, p->out_width);
        const float *dy = u->dy + o * p->channels;
        float part = 1 / (float)((bottom - top) * (right - left));
        for (size_t i = 0; i < (bottom - top) * (right - left); i++) {
            size_t row = top + i / (right - left), column = left + i % (right - left);
            float *dx = u->dx + ((o / cells * p->height + row) * p->width + column) * p->channels;
            for (size_t k = 0; k < p->channels; k++) {
                dx[k] += dy[k] * part;
            }
        }
    }
}

void average_pool_backward(const struct pool *p, const float *dy, size_t n, bool add, float *dx) {
    struct pooling u = {.pool = p, .dy = dy, .add = add, .dx = dx};
    parallel_for(n, 1, average_backward, &u);
}
