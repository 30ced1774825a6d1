/* Forward and the derivative by x are one loop, a gather: each output pixel is a sum over taps of pixels of a padded
 * source. Forward, output pixel (y, x) begins at source pixel (stride y, stride x). Backward with a stride, the input
 * pixels fall into stride x stride classes by place, and each class sees some of the taps, at whole steps of dy.
 * The derivative by the weights is the same inner loop with pixels as the inner index. */
#include "ml/nn/conv.h"

#include "base/parallel.h"
#include "ml/nn/depthwise.h"
#include "ml/nn/tile.h"

#include <string.h>

#define TAPS (CONV_KERNEL_MOST * CONV_KERNEL_MOST)
#define CACHED ((size_t)96 << 10) /* floats of a source that stay near the core while weights pass by */
#define RUNS 256                  /* rows of pictures that one sum of the weights' derivative takes */

struct conv conv_shape(size_t height, size_t width, size_t channels, size_t filters, size_t kernel, size_t stride,
                       size_t pad, bool depthwise) {
    return (struct conv){.height = height,
                         .width = width,
                         .channels = channels,
                         .out_height = (height + 2 * pad - kernel) / stride + 1,
                         .out_width = (width + 2 * pad - kernel) / stride + 1,
                         .filters = filters,
                         .kernel = kernel,
                         .stride = stride,
                         .pad = pad,
                         .depthwise = depthwise};
}

static size_t blocks_of(size_t columns) {
    return (columns + TILE_COLUMNS - 1) / TILE_COLUMNS;
}

/* Pixels a power of two apart share a place in the nearest cache; a few floats more keep them from it. */
static size_t pixel_of(size_t channels) {
    return channels >= 256 && channels % 256 == 0 ? channels + 16 : channels;
}

/* A picture with its border, as it is copied. */
struct padded {
    size_t height, width, channels; /* of the picture */
    size_t above, left, rows, columns, pixel;
    bool direct; /* no border: read where it lies */
};

static size_t padded_size(const struct padded *p) {
    return p->rows * p->columns * p->pixel;
}

static void padded_copy(const struct padded *p, const float *from, size_t n, float *to) {
    memset(to, 0, n * padded_size(p) * sizeof *to);
    for (size_t i = 0; i < n * p->height; i++) {
        size_t picture = i / p->height, y = i % p->height;
        const float *row = from + i * p->width * p->channels;
        float *out = to + picture * padded_size(p) + ((y + p->above) * p->columns + p->left) * p->pixel;
        if (y + p->above >= p->rows) {
            continue;
        }
        size_t width = p->columns - p->left < p->width ? p->columns - p->left : p->width;
        if (p->pixel == p->channels) {
            memcpy(out, row, width * p->channels * sizeof *out);
            continue;
        }
        for (size_t x = 0; x < width; x++) {
            memcpy(out + x * p->pixel, row + x * p->channels, p->channels * sizeof *out);
        }
    }
}

static struct padded padded_input(const struct conv *c) {
    struct padded p = {c->height, c->width, c->channels, c->pad, c->pad, 0, 0, pixel_of(c->channels), false};
    p.rows = (c->out_height - 1) * c->stride + c->kernel;
    p.columns = (c->out_width - 1) * c->stride + c->kernel;
    if (c->kernel == 1 && c->pad == 0) {
        p = (struct padded){c->height, c->width, c->channels, 0, 0, c->height, c->width, c->channels, true};
    }
    return p;
}

/* Steps of dy from the pixels of a class to what tap `k` of it reads, upwards from -border. */
static size_t border_of(const struct conv *c) {
    return c->kernel == 1 ? 0 : (c->kernel - 1) / c->stride;
}

static struct padded padded_output(const struct conv *c) {
    size_t border = border_of(c);
    struct padded p = {c->out_height, c->out_width, c->filters, border, border, 0, 0, pixel_of(c->filters), false};
    p.rows = border + (c->height - 1 + c->pad) / c->stride + 1;
    p.columns = border + (c->width - 1 + c->pad) / c->stride + 1;
    if (c->kernel == 1 && c->pad == 0) {
        p = (struct padded){c->out_height, c->out_width, c->filters, 0,   0,
                            c->out_height, c->out_width, c->filters, true};
    }
    return p;
}

size_t conv_weights(const struct conv *c) {
    return c->filters * (c->depthwise ? 1 : c->channels) * c->kernel * c->kernel;
}

size_t conv_packed(const struct conv *c) {
    size_t taps = c->kernel * c->kernel;
    if (c->depthwise) {
        return taps * c->filters;
    }
    size_t forward = blocks_of(c->filters) * c->channels, backward = blocks_of(c->channels) * c->filters;
    return taps * TILE_COLUMNS * (forward > backward ? forward : backward);
}

/* Pictures that are copied together. */
static size_t group_of(const struct padded *p) {
    size_t size = padded_size(p);
    return size >= CACHED ? 1 : CACHED / size;
}

/* Parts of the batch that sum derivatives of their own: fewer where the weights are many, for memory's sake. */
static size_t sums_of(const struct conv *c) {
    size_t weights = conv_weights(c);
    return weights > ((size_t)1 << 20) ? 4 : weights > ((size_t)1 << 18) ? 8 : CONV_LANES;
}

static size_t lane_scratch(const struct padded *p) {
    return p->direct ? 0 : group_of(p) * padded_size(p) + TILE_SLACK;
}

size_t conv_scratch(const struct conv *c, bool training) {
    if (c->depthwise) {
        return 0;
    }
    struct padded in = padded_input(c), out = padded_output(c);
    size_t copy = lane_scratch(&in);
    if (!training) {
        return CONV_LANES * copy;
    }
    size_t input = CONV_LANES * lane_scratch(&out), weights = sums_of(c) * (copy + conv_weights(c));
    size_t most = CONV_LANES * copy > input ? CONV_LANES * copy : input;
    return most > weights ? most : weights;
}

struct packing {
    const struct conv *conv;
    const float *weights, *scale;
    float *packed;
};

/* packed (blocks of filters, taps, channels, 32). */
static void pack_forward(void *user, size_t begin, size_t end) {
    const struct packing *p = user;
    const struct conv *c = p->conv;
    size_t taps = c->kernel * c->kernel;
    for (size_t block = begin; block < end; block++) {
        float *out = p->packed + block * taps * c->channels * TILE_COLUMNS;
        memset(out, 0, taps * c->channels * TILE_COLUMNS * sizeof *out);
        for (size_t j = 0; j < TILE_COLUMNS && block * TILE_COLUMNS + j < c->filters; j++) {
            size_t k = block * TILE_COLUMNS + j;
            const float *w = p->weights + k * c->channels * taps;
            float scale = p->scale ? p->scale[k] : 1;
            for (size_t i = 0; i < c->channels * taps; i++) {
                out[((i % taps) * c->channels + i / taps) * TILE_COLUMNS + j] = w[i] * scale;
            }
        }
    }
}

/* packed (blocks of channels, taps, filters, 32). */
static void pack_backward(void *user, size_t begin, size_t end) {
    const struct packing *p = user;
    const struct conv *c = p->conv;
    size_t taps = c->kernel * c->kernel;
    for (size_t block = begin; block < end; block++) {
        float *out = p->packed + block * taps * c->filters * TILE_COLUMNS;
        memset(out, 0, taps * c->filters * TILE_COLUMNS * sizeof *out);
        for (size_t k = 0; k < c->filters; k++) {
            for (size_t j = 0; j < TILE_COLUMNS && block * TILE_COLUMNS + j < c->channels; j++) {
                const float *w = p->weights + (k * c->channels + block * TILE_COLUMNS + j) * taps;
                for (size_t t = 0; t < taps; t++) {
                    out[(t * c->filters + k) * TILE_COLUMNS + j] = w[t];
                }
            }
        }
    }
}

void conv_pack_forward(const struct conv *c, const float *weights, const float *scale, float *packed) {
    struct packing p = {c, weights, scale, packed};
    if (c->depthwise) {
        depthwise_pack(c, weights, scale, packed);
        return;
    }
    parallel_for(blocks_of(c->filters), 1, pack_forward, &p);
}

void conv_pack_backward(const struct conv *c, const float *weights, float *packed) {
    struct packing p = {c, weights, NULL, packed};
    parallel_for(blocks_of(c->channels), 1, pack_backward, &p);
}

struct gather {
    struct padded source;
    const float *from, *packed;
    size_t n;                                          /* pictures */
    size_t step;                                       /* source pixels from one output pixel to the next */
    size_t rows, columns;                              /* output pixels */
    size_t out_row, out_pixel, out_picture, out_begin; /* where they lie, in floats */
    size_t channels;                                   /* of an output pixel */
    size_t taps;                                       /* of packed, all */
    struct tile_run runs[TAPS];
    size_t run_count, inner;
    struct conv_finish finish;
    float *to, *scratch;
};

/* A row of output pixels, one block of channels. */
static void gather_row(const struct gather *g, struct tile *t, const float *source, size_t at, size_t columns) {
    size_t tiles = (g->columns + TILE_ROWS - 1) / TILE_ROWS;
    for (size_t i = 0; i < tiles; i++) {
        size_t first = i * g->columns / tiles, rows = (i + 1) * g->columns / tiles - first;
        size_t place = at + first * g->out_pixel;
        t->a = source + first * t->a_row;
        t->c = g->to + place;
        t->add = g->finish.add ? g->finish.add + place : NULL;
        tile_multiply(t, rows, columns);
    }
}

/* Rows begin..end of `count` pictures from `picture` on, whose source is at hand; all channels. */
static void gather_rows(const struct gather *g, const float *source, size_t picture, size_t count, size_t begin,
                        size_t end) {
    size_t pixel = g->source.pixel, size = padded_size(&g->source);
    struct tile t = {.a_row = g->step * pixel,
                     .a_step = 1,
                     .b_step = TILE_COLUMNS,
                     .runs = g->runs,
                     .run_count = g->run_count,
                     .inner = g->inner,
                     .c_row = g->out_pixel,
                     .clamped = g->finish.clamped,
                     .low = g->finish.low,
                     .high = g->finish.high};
    for (size_t first = 0; first < g->channels; first += TILE_COLUMNS) {
        size_t columns = g->channels - first < TILE_COLUMNS ? g->channels - first : TILE_COLUMNS;
        t.b = g->packed + first * g->taps * g->source.channels;
        t.bias = g->finish.bias ? g->finish.bias + first : NULL;
        for (size_t i = 0; i < count; i++) {
            for (size_t y = begin; y < end; y++) {
                size_t at = (picture + i) * g->out_picture + g->out_begin + y * g->out_row + first;
                gather_row(g, &t, source + i * size + y * g->step * g->source.columns * pixel, at, columns);
            }
        }
    }
}

static void gather_lane(void *user, size_t lane, size_t unused) {
    const struct gather *g = user;
    (void)unused;
    size_t begin = lane * g->n / CONV_LANES, end = (lane + 1) * g->n / CONV_LANES, group = group_of(&g->source);
    float *copy = g->scratch + lane * lane_scratch(&g->source);
    size_t row = g->source.columns * g->source.pixel * g->step, band = CACHED / row ? CACHED / row : 1;
    for (size_t at = begin; at < end; at += group) {
        size_t count = end - at < group ? end - at : group;
        const float *source = g->from + at * g->source.height * g->source.width * g->source.channels;
        if (!g->source.direct) {
            padded_copy(&g->source, source, count, copy);
            source = copy;
        }
        for (size_t y = 0; y < g->rows; y += band) {
            gather_rows(g, source, at, count, y, y + band < g->rows ? y + band : g->rows);
        }
    }
}

/* A 1x1 convolution of whole pictures is one of a single row of pixels, which tiles fill better. */
static void gather_flatten(struct gather *g, struct padded *p) {
    if (p->direct && g->step == 1 && g->run_count == 1) {
        g->columns *= g->rows;
        g->rows = 1;
        p->columns *= p->rows;
        p->rows = 1;
    }
}

void conv_forward(const struct conv *c, const float *x, size_t n, const float *packed, const struct conv_finish *finish,
                  float *y, float *scratch) {
    static const struct conv_finish plain = {0};
    if (c->depthwise) {
        depthwise_forward(c, x, n, packed, finish ? finish : &plain, y);
        return;
    }
    struct padded in = padded_input(c);
    bool together = in.pixel == c->channels; /* a row of taps is one run */
    struct gather g = {.from = x,
                       .packed = packed,
                       .n = n,
                       .step = c->stride,
                       .rows = c->out_height,
                       .columns = c->out_width,
                       .out_row = c->out_width * c->filters,
                       .out_pixel = c->filters,
                       .out_picture = c->out_height * c->out_width * c->filters,
                       .channels = c->filters,
                       .taps = c->kernel * c->kernel,
                       .inner = together ? c->kernel * c->channels : c->channels,
                       .finish = finish ? *finish : plain,
                       .to = y,
                       .scratch = scratch};
    for (size_t ky = 0; ky < c->kernel; ky++) {
        for (size_t kx = 0; kx < (together ? 1 : c->kernel); kx++) {
            g.runs[g.run_count++] = (struct tile_run){(ky * in.columns + kx) * in.pixel,
                                                      (ky * c->kernel + kx) * c->channels * TILE_COLUMNS};
        }
    }
    gather_flatten(&g, &in);
    g.source = in;
    parallel_for(CONV_LANES, 1, gather_lane, &g);
}

/* Taps of one axis that reach the pixels of a class, and the step of dy that they read, counted from the border. */
static size_t class_taps(const struct conv *c, size_t class, size_t *taps, size_t *steps) {
    size_t count = 0, border = border_of(c);
    for (size_t k = 0; k < c->kernel; k++) {
        if ((class + c->pad + c->stride * c->kernel - k) % c->stride == 0) {
            taps[count] = k;
            steps[count++] = (class + c->pad + c->stride * border - k) / c->stride;
        }
    }
    return count;
}

static void clear_images(void *user, size_t begin, size_t end) {
    const struct gather *g = user;
    memset(g->to + begin * g->out_picture, 0, (end - begin) * g->out_picture * sizeof *g->to);
}

void conv_backward_input(const struct conv *c, const float *dy, size_t n, const float *packed, bool add, float *dx,
                         float *scratch) {
    struct padded out = padded_output(c);
    struct gather g = {.source = out,
                       .from = dy,
                       .packed = packed,
                       .n = n,
                       .step = 1,
                       .out_row = c->stride * c->width * c->channels,
                       .out_pixel = c->stride * c->channels,
                       .out_picture = c->height * c->width * c->channels,
                       .channels = c->channels,
                       .taps = c->kernel * c->kernel,
                       .inner = c->filters,
                       .finish = {.add = add ? dx : NULL},
                       .to = dx,
                       .scratch = scratch};
    if (c->kernel < c->stride && !add) {
        parallel_for(n, 1, clear_images, &g); /* pixels that no tap reaches */
    }
    for (size_t class = 0; class < c->stride * c->stride; class ++) {
        size_t py = class / c->stride, px = class % c->stride, taps_y[CONV_KERNEL_MOST], taps_x[CONV_KERNEL_MOST];
        size_t steps_y[CONV_KERNEL_MOST], steps_x[CONV_KERNEL_MOST];
        size_t high = class_taps(c, py, taps_y, steps_y), wide = class_taps(c, px, taps_x, steps_x);
        if (!high || !wide || py >= c->height || px >= c->width) {
            continue;
        }
        g.run_count = 0;
        for (size_t i = 0; i < high * wide; i++) {
            size_t ky = i / wide, kx = i % wide;
            g.runs[g.run_count++] =
                (struct tile_run){(steps_y[ky] * out.columns + steps_x[kx]) * out.pixel,
                                  (taps_y[ky] * c->kernel + taps_x[kx]) * c->filters * TILE_COLUMNS};
        }
        g.rows = (c->height - 1 - py) / c->stride + 1;
        g.columns = (c->width - 1 - px) / c->stride + 1;
        g.out_begin = (py * c->width + px) * c->channels;
        g.source = out;
        if (c->stride == 1) {
            gather_flatten(&g, &g.source);
        }
        parallel_for(CONV_LANES, 1, gather_lane, &g);
    }
}

struct weighing {
    const struct conv *conv;
    struct padded source;
    const float *x, *dy;
    size_t n, sums, copy; /* copy: floats of a lane's copy */
    float *scratch, *dweights;
};

/* Add what the rows of `runs` say to one lane's sum (taps, channels, filters). */
static void weigh_rows(const struct weighing *w, const float *source, const float *dy, const struct tile_run *runs,
                       size_t run_count, size_t inner, float *sum) {
    const struct conv *c = w->conv;
    size_t pixel = w->source.pixel, step = pixel * c->stride;
    bool together = pixel == c->channels;
    size_t wide = together ? c->kernel * c->channels : c->channels, tiles = (wide + TILE_ROWS - 1) / TILE_ROWS;
    struct tile t = {.a_row = 1,
                     .a_step = step,
                     .b_step = c->filters,
                     .runs = runs,
                     .run_count = run_count,
                     .inner = inner,
                     .c_row = c->filters};
    for (size_t tap = 0; tap < c->kernel * c->kernel; tap += together ? c->kernel : 1) {
        const float *a = source + (tap / c->kernel * w->source.columns + tap % c->kernel) * pixel;
        for (size_t i = 0; i < tiles; i++) {
            size_t first = i * wide / tiles, rows = (i + 1) * wide / tiles - first;
            for (size_t k = 0; k < c->filters; k += TILE_COLUMNS) {
                t.a = a + first;
                t.b = dy + k;
                t.c = sum + (tap * c->channels + first) * c->filters + k;
                t.add = t.c;
                tile_multiply(&t, rows, c->filters - k < TILE_COLUMNS ? c->filters - k : TILE_COLUMNS);
            }
        }
    }
}

/* `count` pictures whose source is at hand, some rows at a time. */
static void weigh_group(const struct weighing *w, const float *source, const float *dy, size_t count, float *sum) {
    const struct conv *c = w->conv;
    struct tile_run runs[RUNS];
    size_t used = 0, inner = c->out_width, rows = c->out_height, size = padded_size(&w->source);
    if (w->source.direct && c->stride == 1) { /* all pixels are one row */
        inner *= rows;
        rows = 1;
    }
    size_t row = w->source.columns * w->source.pixel * c->stride * (inner / c->out_width);
    size_t most = CACHED / row ? CACHED / row : 1;
    most = most < RUNS ? most : RUNS;
    for (size_t i = 0; i < count * rows; i++) {
        size_t picture = i / rows, y = i % rows;
        runs[used++] = (struct tile_run){picture * size + y * row, i * inner * c->filters};
        if (used == most || i + 1 == count * rows) {
            weigh_rows(w, source, dy, runs, used, inner, sum);
            used = 0;
        }
    }
}

static void weigh_lane(void *user, size_t lane, size_t unused) {
    const struct weighing *w = user;
    const struct conv *c = w->conv;
    (void)unused;
    size_t begin = lane * w->n / w->sums, end = (lane + 1) * w->n / w->sums, group = group_of(&w->source);
    size_t in = c->height * c->width * c->channels, out = c->out_height * c->out_width * c->filters;
    float *copy = w->scratch + lane * (w->copy + conv_weights(c)), *sum = copy + w->copy;
    memset(sum, 0, conv_weights(c) * sizeof *sum);
    for (size_t at = begin; at < end; at += group) {
        size_t count = end - at < group ? end - at : group;
        const float *source = w->x + at * in;
        if (!w->source.direct) {
            padded_copy(&w->source, source, count, copy);
            source = copy;
        }
        weigh_group(w, source, w->dy + at * out, count, sum);
    }
}

/* Sums of the lanes, in order, from (taps, channels, filters) to (filters, channels, taps). */
static void reduce_channels(void *user, size_t begin, size_t end) {
    const struct weighing *w = user;
    const struct conv *c = w->conv;
    size_t taps = c->kernel * c->kernel, lane = w->copy + conv_weights(c);
    for (size_t channel = begin; channel < end; channel++) {
        for (size_t t = 0; t < taps; t++) {
            const float *sums = w->scratch + w->copy + (t * c->channels + channel) * c->filters;
            for (size_t k = 0; k < c->filters; k++) {
                float total = 0;
                for (size_t l = 0; l < w->sums; l++) {
                    total += sums[l * lane + k];
                }
                w->dweights[(k * c->channels + channel) * taps + t] = total;
            }
        }
    }
}

void conv_backward_weights(const struct conv *c, const float *x, const float *dy, size_t n, float *dweights,
                           float *scratch) {
    struct padded in = padded_input(c);
    struct weighing w = {c, in, x, dy, n, sums_of(c), lane_scratch(&in), scratch, dweights};
    parallel_for(w.sums, 1, weigh_lane, &w);
    parallel_for(c->channels, 4, reduce_channels, &w);
}
