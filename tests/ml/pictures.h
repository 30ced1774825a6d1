/* Pictures for tests: MNIST from $THANOSQL_DATASET_MIRROR/mnist (idx files, gzipped), and drawn ones. */
#ifndef TESTS_ML_PICTURES_H
#define TESTS_ML_PICTURES_H

#include "base/random.h"
#include "ml/source.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* A set of pictures in memory, with labels, as a source. */
struct pictures {
    size_t count;
    struct image *images;
    int *labels;
};

static inline enum err_code pictures_load(void *user, size_t index, int want, struct image *out, struct err *e) {
    const struct pictures *p = user;
    const struct image *m = &p->images[index];
    size_t bytes = (size_t)m->width * (size_t)m->height * (size_t)m->channels;
    (void)want;
    if (!m->pixels) {
        return err_set(e, ERR_IMAGE, "picture %zu cannot be read", index);
    }
    *out = *m;
    out->pixels = malloc(bytes);
    if (!out->pixels) {
        return err_nomem(e);
    }
    memcpy(out->pixels, m->pixels, bytes);
    return ERR_OK;
}

static inline struct ml_source pictures_source(struct pictures *p) {
    return (struct ml_source){p, p->count, pictures_load};
}

static inline struct pictures pictures_new(size_t count) {
    return (struct pictures){count, calloc(count + 1, sizeof(struct image)), calloc(count + 1, sizeof(int))};
}

static inline void pictures_release(struct pictures *p) {
    for (size_t i = 0; i < p->count; i++) {
        free(p->images[i].pixels);
    }
    free(p->images);
    free(p->labels);
    *p = (struct pictures){0};
}

static inline struct image *pictures_shape(struct pictures *p, size_t i, int width, int height, int channels) {
    struct image *m = &p->images[i];
    *m = (struct image){width, height, channels, calloc((size_t)width * (size_t)height, (size_t)channels)};
    return m;
}

/* One of 10 figures of three strokes each, shaky, on an even dark ground; or with colour on an uneven one. */
static inline void pictures_draw(struct pictures *p, size_t i, int size, int channels) {
    struct random r = random_stream(7, i, 0), figure = random_stream(99, i % 10, 0);
    struct image *m = pictures_shape(p, i, size, size, channels);
    float points[4][2], slant = random_uniform(&r, -.2F, .2F);
    p->labels[i] = (int)(i % 10);
    for (int k = 0; k < 4; k++) {
        float x = random_uniform(&figure, -.7F, .7F), y = random_uniform(&figure, -.7F, .7F);
        points[k][0] = x + slant * y + random_uniform(&r, -.08F, .08F);
        points[k][1] = y + random_uniform(&r, -.08F, .08F);
    }
    for (int y = 0; y < size; y++) {
        for (int x = 0; x < size; x++) {
            float u = (2 * (float)x + 1) / (float)size - 1, v = (2 * (float)y + 1) / (float)size - 1, best = 9;
            for (int k = 0; k < 3; k++) {
                float ax = points[k][0], ay = points[k][1], bx = points[k + 1][0] - ax, by = points[k + 1][1] - ay;
                float t = ((u - ax) * bx + (v - ay) * by) / (bx * bx + by * by + 1e-6F);
                t = t < 0 ? 0 : t > 1 ? 1 : t;
                float d = hypotf(u - ax - t * bx, v - ay - t * by);
                best = d < best ? d : best;
            }
            float ink = best < .08F ? 1 : best < .16F ? (.16F - best) / .08F : 0;
            for (int k = 0; k < channels; k++) {
                float ground = channels == 3 ? .3F + .2F * u * (float)(k - 1) + random_uniform(&r, 0, .2F) : 0;
                float paint = channels == 3 ? .4F + .3F * (float)k : 1;
                float value = ink * paint + (1 - ink) * ground;
                m->pixels[(y * size + x) * channels + k] = (unsigned char)(255 * (value > 1 ? 1 : value));
            }
        }
    }
}

static inline struct pictures pictures_drawn(size_t count, int size, int channels) {
    struct pictures p = pictures_new(count);
    for (size_t i = 0; i < count; i++) {
        pictures_draw(&p, i, size, channels);
    }
    return p;
}

/* The whole of a gzipped idx file after its header of `skip` bytes, or NULL. */
static inline unsigned char *pictures_idx(const char *name, size_t skip, size_t bytes) {
    const char *mirror = getenv("THANOSQL_DATASET_MIRROR");
    char path[4096];
    if (!mirror || snprintf(path, sizeof path, "%s/mnist/%s", mirror, name) >= (int)sizeof path) {
        return NULL;
    }
    gzFile f = gzopen(path, "rb");
    unsigned char *all = malloc(skip + bytes);
    if (!f || !all || gzread(f, all, (unsigned)(skip + bytes)) != (int)(skip + bytes)) {
        free(all);
        all = NULL;
    } else {
        memmove(all, all + skip, bytes);
    }
    if (f) {
        gzclose(f);
    }
    return all;
}

/* The tutorial's sample: `split` "train" (1,000) or "test" (200) of mnist_data_ids.csv beside the mnist folder; or
 * "t10k": the 10,000 test images. An empty set where the files are not there. */
static inline struct pictures pictures_mnist(const char *split) {
    int whole = !strcmp(split, "t10k");
    size_t all = whole ? 10000 : 60000;
    unsigned char *pixels =
        pictures_idx(whole ? "t10k-images-idx3-ubyte.gz" : "train-images-idx3-ubyte.gz", 16, all * 784);
    unsigned char *labels = pictures_idx(whole ? "t10k-labels-idx1-ubyte.gz" : "train-labels-idx1-ubyte.gz", 8, all);
    struct pictures p = pictures_new(whole ? all : 1000);
    const char *mirror = getenv("THANOSQL_DATASET_MIRROR");
    char path[4096], line[100], word[16];
    FILE *ids = NULL;
    if (mirror && snprintf(path, sizeof path, "%s/mnist_data_ids.csv", mirror) < (int)sizeof path) {
        ids = fopen(path, "r");
    }
    size_t have = 0;
    for (size_t i = 0; pixels && labels && ids && have < p.count; i++) {
        size_t index = i;
        if (!whole) {
            if (!fgets(line, sizeof line, ids)) {
                break;
            }
            if (sscanf(line, "%15[a-z],%zu", word, &index) != 2 || strcmp(word, split) || index >= all) {
                continue;
            }
        }
        memcpy(pictures_shape(&p, have, 28, 28, 1)->pixels, pixels + index * 784, 784);
        p.labels[have++] = labels[index];
    }
    p.count = have;
    if (ids) {
        fclose(ids);
    }
    free(pixels);
    free(labels);
    return p;
}

/* Leave-one-out precision of the first 1, 3 and 10 neighbours by dot product, and mean average precision. */
struct retrieval {
    double first, third, tenth, mean_average;
};

struct pictures_neighbour {
    float score;
    size_t index;
};

static inline int pictures_by_score(const void *a, const void *b) {
    const struct pictures_neighbour *x = a, *y = b;
    return x->score < y->score ? 1 : x->score > y->score ? -1 : (x->index > y->index) - (x->index < y->index);
}

static inline struct retrieval pictures_retrieve(const float *vectors, const int *labels, size_t n, size_t width) {
    struct retrieval all = {0};
    struct pictures_neighbour *row = malloc(n * sizeof *row);
    for (size_t i = 0; i < n; i++) {
        size_t have = 0, hits = 0;
        double average = 0;
        for (size_t j = 0; j < n; j++) {
            float dot = 0;
            for (size_t k = 0; k < width; k++) {
                dot += vectors[i * width + k] * vectors[j * width + k];
            }
            if (j != i) {
                row[have++] = (struct pictures_neighbour){dot, j};
            }
        }
        qsort(row, have, sizeof *row, pictures_by_score);
        for (size_t k = 0; k < have; k++) {
            int hit = labels[row[k].index] == labels[i];
            hits += (size_t)hit;
            average += hit ? (double)hits / (double)(k + 1) : 0;
            all.first += k < 1 && hit ? 1.0 / (double)n : 0;
            all.third += k < 3 && hit ? 1.0 / 3 / (double)n : 0;
            all.tenth += k < 10 && hit ? .1 / (double)n : 0;
        }
        all.mean_average += hits ? average / (double)hits / (double)n : 0;
    }
    free(row);
    return all;
}

#endif
