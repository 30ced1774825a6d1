/* A digit is a table of strokes; a hand bends their points a little, turns, slants, scales and shifts the whole, and
 * chooses the pen. The ink of a pixel falls off with its distance to the nearest stroke. */
#include "lang/data/digits.h"

#include "base/parallel.h"
#include "base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_POINTS = 12, MOST_STROKES = 3, PIECES = 6, MOST_SEGMENTS = MOST_STROKES * MOST_POINTS * PIECES, GRAIN = 8 };

struct point {
    float x, y;
};

/* A smooth curve through its points (corners where `straight`), in a box of -1..1 with y downwards. */
struct stroke {
    int count, straight;
    struct point points[MOST_POINTS];
};

struct shape {
    int digit, count;
    struct stroke strokes[MOST_STROKES];
};

/* Some digits are written in more than one way. */
static const struct shape shapes[] = {
    {0,
     1,
     {{9,
       0,
       {{.1F, -1}, {-.45F, -.7F}, {-.6F, 0}, {-.4F, .75F}, {0, 1}, {.45F, .7F}, {.6F, 0}, {.4F, -.7F}, {.1F, -1}}}}},
    {1, 1, {{2, 1, {{.1F, -1}, {-.1F, 1}}}}},
    {1, 1, {{3, 1, {{-.35F, -.6F}, {.1F, -1}, {.05F, 1}}}}},
    {2,
     1,
     {{8,
       0,
       {{-.55F, -.6F}, {-.1F, -1}, {.45F, -.75F}, {.4F, -.2F}, {-.1F, .4F}, {-.6F, .95F}, {0, .9F}, {.65F, .95F}}}}},
    {2,
     1,
     {{9,
       0,
       {{-.55F, -.6F},
        {0, -1},
        {.5F, -.6F},
        {.2F, .1F},
        {-.4F, .85F},
        {-.6F, .6F},
        {-.2F, .55F},
        {.2F, .9F},
        {.65F, .85F}}}}},
    {3,
     1,
     {{9,
       0,
       {{-.5F, -.75F},
        {0, -1},
        {.5F, -.65F},
        {.2F, -.15F},
        {-.1F, -.05F},
        {.3F, .05F},
        {.55F, .5F},
        {.1F, 1},
        {-.55F, .75F}}}}},
    {4, 2, {{3, 1, {{-.35F, -.9F}, {-.6F, .15F}, {.6F, .1F}}}, {2, 1, {{.4F, -1}, {.25F, 1}}}}},
    {4, 2, {{3, 1, {{.2F, -1}, {-.65F, .3F}, {.65F, .3F}}}, {2, 1, {{.2F, -1}, {.2F, 1}}}}},
    {5,
     2,
     {{6, 0, {{-.4F, -.1F}, {.1F, -.3F}, {.55F, .1F}, {.45F, .7F}, {0, 1}, {-.55F, .8F}}},
      {3, 1, {{.55F, -1}, {-.35F, -.95F}, {-.4F, -.1F}}}}},
    {6,
     1,
     {{9,
       0,
       {{.35F, -1},
        {-.25F, -.55F},
        {-.55F, .2F},
        {-.35F, .85F},
        {.1F, 1},
        {.5F, .6F},
        {.25F, .1F},
        {-.2F, .2F},
        {-.5F, .6F}}}}},
    {7, 1, {{3, 1, {{-.6F, -.85F}, {.55F, -.9F}, {-.1F, 1}}}}},
    {7, 2, {{3, 1, {{-.6F, -.85F}, {.55F, -.9F}, {-.1F, 1}}}, {2, 1, {{-.35F, .1F}, {.45F, .05F}}}}},
    {8,
     1,
     {{11,
       0,
       {{.4F, -.75F},
        {-.05F, -1},
        {-.45F, -.65F},
        {0, -.1F},
        {.5F, .45F},
        {.3F, .9F},
        {-.1F, 1},
        {-.5F, .6F},
        {-.1F, .05F},
        {.4F, -.4F},
        {.4F, -.75F}}}}},
    {9,
     1,
     {{10,
       0,
       {{.5F, -.6F},
        {.1F, -1},
        {-.4F, -.7F},
        {-.4F, -.2F},
        {.05F, -.05F},
        {.45F, -.4F},
        {.5F, -.6F},
        {.5F, 0},
        {.35F, .5F},
        {.2F, 1}}}}},
};

struct segment {
    struct point from, to;
};

struct drawing {
    struct segment segments[MOST_SEGMENTS];
    size_t count;
    float a, b, c, d; /* the turn, slant and scale */
    struct point shift;
};

/* The curve between the second and the third of four points (Catmull and Rom, 1974), at 0 <= t <= 1. */
static float spline(float p0, float p1, float p2, float p3, float t) {
    return .5F *
           (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t * t + (3 * p1 - p0 - 3 * p2 + p3) * t * t * t);
}

static struct point curve_at(const struct point *p, int count, int piece, float t) {
    struct point p0 = p[piece > 0 ? piece - 1 : 0], p1 = p[piece], p2 = p[piece + 1];
    struct point p3 = p[piece + 2 < count ? piece + 2 : count - 1];
    return (struct point){spline(p0.x, p1.x, p2.x, p3.x, t), spline(p0.y, p1.y, p2.y, p3.y, t)};
}

static struct point place(const struct drawing *w, struct point p) {
    return (struct point){w->a * p.x + w->b * p.y + w->shift.x, w->c * p.x + w->d * p.y + w->shift.y};
}

static void add_stroke(struct drawing *w, const struct stroke *s, struct random *r) {
    struct point bent[MOST_POINTS] = {{0, 0}};
    for (int i = 0; i < s->count; i++) {
        bent[i].x = s->points[i].x + .06F * random_normal(r);
        bent[i].y = s->points[i].y + .06F * random_normal(r);
    }
    int pieces = s->straight ? 1 : PIECES;
    for (int i = 0; i + 1 < s->count; i++) {
        for (int k = 0; k < pieces; k++) {
            struct point from = s->straight ? bent[i] : curve_at(bent, s->count, i, (float)k / (float)pieces);
            struct point to = s->straight ? bent[i + 1] : curve_at(bent, s->count, i, (float)(k + 1) / (float)pieces);
            w->segments[w->count++] = (struct segment){place(w, from), place(w, to)};
        }
    }
}

/* Squared distance of a point to a segment. */
static float distance2(const struct segment *s, float x, float y) {
    float dx = s->to.x - s->from.x, dy = s->to.y - s->from.y;
    float px = x - s->from.x, py = y - s->from.y;
    float length2 = dx * dx + dy * dy;
    float t = length2 > 0 ? (px * dx + py * dy) / length2 : 0;
    t = t < 0 ? 0 : (t > 1 ? 1 : t);
    px -= t * dx;
    py -= t * dy;
    return px * px + py * py;
}

static const struct shape *choose_shape(int digit, struct random *r) {
    const struct shape *chosen = &shapes[0];
    uint32_t ways = 0;
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        if (shapes[i].digit == digit && random_below(r, ++ways) == 0) {
            chosen = &shapes[i];
        }
    }
    return chosen;
}

void digits_draw(int digit, uint64_t hand, unsigned char pixels[SAMPLE_PIXELS]) {
    struct random r = random_stream(20, (uint64_t)digit, hand);
    struct drawing w = {.count = 0};
    const struct shape *shape = choose_shape(digit, &r);
    float turn = .13F * random_normal(&r), slant = .18F * random_normal(&r);
    float wide = random_uniform(&r, 6.5F, 9.5F), high = random_uniform(&r, 8.F, 9.6F);
    w.a = wide * cosf(turn);
    w.c = wide * sinf(turn);
    w.b = high * (-sinf(turn) - slant * cosf(turn));
    w.d = high * (cosf(turn) - slant * sinf(turn));
    w.shift.x = SAMPLE_SIDE / 2.F - .5F + .7F * random_normal(&r);
    w.shift.y = SAMPLE_SIDE / 2.F - .5F + .7F * random_normal(&r);
    float pen = random_uniform(&r, .8F, 1.8F);
    for (int i = 0; i < shape->count; i++) {
        add_stroke(&w, &shape->strokes[i], &r);
    }
    for (int i = 0; i < SAMPLE_PIXELS; i++) {
        float near2 = 1e9F;
        for (size_t k = 0; k < w.count; k++) {
            near2 = fminf(near2, distance2(&w.segments[k], (float)(i % SAMPLE_SIDE), (float)(i / SAMPLE_SIDE)));
        }
        float ink = fminf(fmaxf(pen + .6F - sqrtf(near2), 0), 1);
        pixels[i] = (unsigned char)lrintf(255 * ink);
    }
}

struct drawings {
    uint64_t first; /* hand of the first */
    const struct sample_row *rows;
    unsigned char *pixels;
    struct stop *stop;
};

static void draw_some(void *user, size_t begin, size_t end) {
    const struct drawings *all = user;
    for (size_t i = begin; i < end && !stop_requested(all->stop); i++) {
        digits_draw(all->rows[i].label, all->first + i, all->pixels + i * SAMPLE_PIXELS);
    }
}

static enum err_code make_split(const char *split, size_t count, uint64_t first, const char *folder, struct stop *stop,
                                struct err *e) {
    unsigned char *pixels = malloc(count * SAMPLE_PIXELS);
    struct sample_row *rows = malloc(count * sizeof *rows);
    if (pixels && rows) {
        for (size_t i = 0; i < count; i++) {
            rows[i] = (struct sample_row){.number = (int)i, .label = (int)(i % 10)};
        }
        struct drawings all = {.first = first, .rows = rows, .pixels = pixels, .stop = stop};
        parallel_for(count, GRAIN, draw_some, &all);
        struct sample sample = {.dataset = "digits_data",
                                .prefix = "digits",
                                .split = split,
                                .count = count,
                                .rows = rows,
                                .pixels = pixels};
        if (stop_requested(stop)) {
            err_interrupt(e);
        } else {
            sample_write(&sample, folder, stop, e);
        }
    } else {
        err_nomem(e);
    }
    free(pixels);
    free(rows);
    return e->code;
}

enum err_code digits_make(const char *folder, struct stop *stop, struct err *e) {
    return make_split("train", DIGITS_TRAIN, 0, folder, stop, e) == ERR_OK
               ? make_split("test", DIGITS_TEST, DIGITS_TRAIN, folder, stop, e)
               : e->code;
}
