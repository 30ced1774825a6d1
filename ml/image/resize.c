/* Separable resize. A span says which source pixels make an output pixel: whole ones and, at both ends, parts. Rows are
 * first resized sideways, each once (two are kept, because neighbouring output rows share at most two), and then added
 * up downwards; luminance is taken in between, when there is the least left to weigh. */
#include "ml/image/resize.h"

#include <stdlib.h>
#include <string.h>

/* Source pixels first..last; those between the ends weigh 1. The sum of all weights times scale is 1. */
struct span {
    int first, last;
    float head, tail; /* weights of first and last; where they are the same pixel, tail is 0 */
    float scale;
};

static struct span span_shrinking(int from, int to, int at) {
    double begin = (double)at * from / to, end = (double)(at + 1) * from / to;
    struct span s = {.first = (int)begin, .last = (int)end, .scale = (float)((double)to / from)};
    if (s.last >= from || (double)s.last >= end) {
        s.last--; /* ends on an edge: nothing of that pixel */
    }
    if (s.last <= s.first) {
        s.last = s.first;
        s.head = 1;
        s.scale = 1;
        return s;
    }
    s.head = (float)(s.first + 1 - begin);
    s.tail = (float)(end - s.last);
    return s;
}

static struct span span_growing(int from, int to, int at) {
    double centre = (at + 0.5) * from / to - 0.5;
    centre = centre < 0 ? 0 : centre > from - 1 ? from - 1 : centre;
    struct span s = {.first = (int)centre, .scale = 1};
    s.last = s.first + 1 < from ? s.first + 1 : s.first;
    s.tail = s.last > s.first ? (float)(centre - s.first) : 0;
    s.head = 1 - s.tail;
    return s;
}

static struct span span_of(int from, int to, int at) {
    return to <= from ? span_shrinking(from, to, at) : span_growing(from, to, at);
}

struct resizing {
    const struct image *image;
    int width, planes; /* of the output */
    struct span *columns;
    float *rows[2]; /* source rows, resized sideways: (planes, width) */
    int held[2];    /* which ones; -1 none */
};

/* One source row into (channels of the source, width) sums, 0..255. */
static void squeeze(const struct resizing *r, const unsigned char *row, int channels, float *out) {
    for (int c = 0; c < channels; c++) {
        const unsigned char *from = row + c;
        for (int x = 0; x < r->width; x++) {
            struct span s = r->columns[x];
            unsigned long whole = 0;
            for (int i = s.first + 1; i < s.last; i++) {
                whole += from[(size_t)i * (size_t)channels];
            }
            *out++ = s.scale * (s.head * from[(size_t)s.first * (size_t)channels] + (float)whole +
                                s.tail * from[(size_t)s.last * (size_t)channels]);
        }
    }
}

/* RGB planes of a row to luminance, in place. */
static void to_luminance(float *row, int width) {
    const float *green = row + width, *blue = green + width;
    for (int x = 0; x < width; x++) {
        row[x] = .299F * row[x] + .587F * green[x] + .114F * blue[x];
    }
}

static const float *source_row(struct resizing *r, int y) {
    const struct image *m = r->image;
    int slot = y & 1;
    if (r->held[slot] != y) {
        size_t stride = (size_t)m->width * (size_t)m->channels;
        squeeze(r, m->pixels + (size_t)y * stride, m->channels, r->rows[slot]);
        if (m->channels == 3 && r->planes == 1) {
            to_luminance(r->rows[slot], r->width);
        }
        r->held[slot] = y;
    }
    return r->rows[slot];
}

/* to[p][x] += weight * row[p][x], a plane of the output every `plane` floats. */
static void add_row(const struct resizing *r, const float *row, float weight, float *to, size_t plane) {
    int given = r->image->channels == 3 ? r->planes : 1;
    for (int p = 0; p < given; p++) {
        for (int x = 0; x < r->width; x++) {
            to[(size_t)p * plane + (size_t)x] += weight * row[p * r->width + x];
        }
    }
}

static void resize_rows(struct resizing *r, int height, float *out) {
    size_t width = (size_t)r->width, plane = width * (size_t)height;
    memset(out, 0, plane * (size_t)r->planes * sizeof *out);
    for (int y = 0; y < height; y++) {
        struct span s = span_of(r->image->height, height, y);
        float unit = s.scale / 255;
        for (int i = s.first; i <= s.last; i++) {
            float weight = i == s.first ? s.head : i == s.last ? s.tail : 1;
            add_row(r, source_row(r, i), weight * unit, out + (size_t)y * width, plane);
        }
    }
    for (int p = 1; p < r->planes && r->image->channels == 1; p++) {
        memcpy(out + (size_t)p * plane, out, plane * sizeof *out);
    }
}

enum err_code image_resize(const struct image *m, int width, int height, int channels, float *out, struct err *e) {
    if (m->width < 1 || m->height < 1 || !m->pixels || (m->channels != 1 && m->channels != 3)) {
        return err_set(e, ERR_IMAGE, "the picture is empty");
    }
    if (width < 1 || height < 1 || (channels != 1 && channels != 3)) {
        return err_set(e, ERR_VALUE, "a picture cannot be resized to %d x %d with %d channels", width, height,
                       channels);
    }
    size_t row = (size_t)width * 3;
    struct resizing r = {.image = m, .width = width, .planes = channels, .held = {-1, -1}};
    r.columns = malloc((size_t)width * sizeof *r.columns);
    r.rows[0] = malloc(2 * row * sizeof *r.rows[0]);
    if (!r.columns || !r.rows[0]) {
        free(r.columns);
        free(r.rows[0]);
        return err_nomem(e);
    }
    r.rows[1] = r.rows[0] + row;
    for (int x = 0; x < width; x++) {
        r.columns[x] = span_of(m->width, width, x);
    }
    resize_rows(&r, height, out);
    free(r.columns);
    free(r.rows[0]);
    return ERR_OK;
}

void image_round(const float *planes, size_t area, int channels, unsigned char *bytes) {
    for (size_t i = 0; i < area; i++) {
        for (size_t k = 0; k < (size_t)channels; k++) {
            float v = planes[k * area + i] * 255 + .5F;
            *bytes++ = (unsigned char)(v < 0 ? 0 : v > 255 ? 255 : v);
        }
    }
}

enum err_code image_scale(const struct image *m, int width, int height, struct image *out, struct err *e) {
    size_t area = (size_t)width * (size_t)height, all = area * (size_t)m->channels;
    struct image scaled = {width, height, m->channels, malloc(all + 1)};
    float *planes = malloc((all + 1) * sizeof *planes);
    if (!planes || !scaled.pixels) {
        err_nomem(e);
    } else if (!image_resize(m, width, height, m->channels, planes, e)) {
        image_round(planes, area, m->channels, scaled.pixels);
        *out = scaled;
        scaled.pixels = NULL;
    }
    free(planes);
    free(scaled.pixels);
    return e->code;
}
