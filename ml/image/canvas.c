/* Plain loops over small squares. */
#include "ml/image/canvas.h"

#include "ml/image/resize.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t canvas_bytes(int size, int channels) {
    return (size_t)size * (size_t)size * (size_t)channels;
}

/* One pixel of `have` channels to one of `wanted`. */
static void convert(const unsigned char *from, int have, unsigned char *to, int wanted) {
    if (have == wanted) {
        memcpy(to, from, (size_t)wanted);
    } else if (wanted == 1) {
        to[0] = (unsigned char)((299 * from[0] + 587 * from[1] + 114 * from[2] + 500) / 1000);
    } else {
        memset(to, from[0], (size_t)wanted);
    }
}

enum err_code canvas_shrink(const struct image *picture, int size, int channels, unsigned char *bytes, struct err *e) {
    size_t area = (size_t)size * (size_t)size;
    bool known = picture->pixels && (picture->channels == 1 || picture->channels == 3);
    if (known && picture->width == size && picture->height == size) { /* as it is: most digits */
        for (size_t i = 0; i < area; i++) {
            convert(picture->pixels + i * (size_t)picture->channels, picture->channels, bytes + i * (size_t)channels,
                    channels);
        }
        return ERR_OK;
    }
    float *planes = malloc(area * (size_t)channels * sizeof *planes);
    if (!planes) {
        return err_nomem(e);
    }
    enum err_code code = image_resize(picture, size, size, channels, planes, e);
    if (!code) {
        image_round(planes, area, channels, bytes);
    }
    free(planes);
    return code;
}

/* The median of the outermost ring, by counting. */
static int border_median(const unsigned char *bytes, int size) {
    int counts[256] = {0}, all = 0, seen = 0;
    for (int y = 0; y < size; y++) {
        int step = y == 0 || y == size - 1 || size == 1 ? 1 : size - 1;
        for (int x = 0; x < size; x += step) {
            counts[bytes[y * size + x]]++;
            all++;
        }
    }
    int value = 0;
    while (value < 255 && (seen += counts[value]) <= all / 2) {
        value++;
    }
    return value;
}

void canvas_fill(struct canvas *c, const unsigned char *bytes, int size, int channels, bool ink) {
    size_t area = (size_t)size * (size_t)size;
    c->size = size;
    c->channels = channels;
    int ground = ink && channels == 1 ? border_median(bytes, size) : 0;
    for (size_t i = 0; i < area; i++) {
        for (size_t k = 0; k < (size_t)channels; k++) {
            c->values[k * area + i] = (float)abs(*bytes++ - ground) * (1 / 255.0F);
        }
    }
}

void canvas_grey(const struct canvas *c, struct canvas *out) {
    size_t area = (size_t)c->size * (size_t)c->size;
    out->size = c->size;
    out->channels = 1;
    if (c->channels == 1) {
        memcpy(out->values, c->values, area * sizeof(float));
        return;
    }
    for (size_t i = 0; i < area; i++) {
        out->values[i] = .299F * c->values[i] + .587F * c->values[area + i] + .114F * c->values[2 * area + i];
    }
}

void canvas_halve(const struct canvas *c, struct canvas *out) {
    int n = c->size, half = n / 2;
    out->size = half;
    out->channels = c->channels;
    for (int k = 0; k < c->channels; k++) {
        for (int y = 0; y < half; y++) {
            const float *p = c->values + k * n * n + 2 * y * n;
            float *q = out->values + (k * half + y) * half;
            for (int x = 0; x < half; x++) {
                q[x] = .25F * (p[2 * x] + p[2 * x + 1] + p[n + 2 * x] + p[n + 2 * x + 1]);
            }
        }
    }
}

void canvas_mirror(struct canvas *c) {
    int n = c->size;
    for (int row = 0; row < n * c->channels; row++) {
        float *p = c->values + row * n;
        for (int x = 0; x < n / 2; x++) {
            float other = p[n - 1 - x];
            p[n - 1 - x] = p[x];
            p[x] = other;
        }
    }
}
