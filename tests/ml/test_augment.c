/* Views: the same stream gives the same view, ranges hold, and the bilinear sample is what it says. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "ml/image/augment.h"

#include <math.h>
#include <string.h>

static void draw(struct canvas *c, int size, int channels) {
    struct random r = random_stream(4, (uint64_t)size, (uint64_t)channels);
    *c = (struct canvas){.size = size, .channels = channels};
    for (int i = 0; i < size * size * channels; i++) {
        c->values[i] = random_uniform(&r, 0, 1);
    }
}

static void test_sample(void **state) {
    (void)state;
    const float plane[4] = {0, 1, 2, 3};
    static const struct {
        float x, y;
        bool clamped;
        float want;
    } rows[] = {{0, 0, false, 0},   {1, 1, false, 3},    {.5F, .5F, false, 1.5F},  {.25F, 0, false, .25F},
                {-1, 0, true, 0},   {5, 5, true, 3},     {5, 5, false, 0},         {1.5F, 1, false, 1.5F},
                {1.5F, 1, true, 3}, {-.5F, 1, false, 1}, {1e30F, -1e30F, true, 1}, {-1e30F, 0, false, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(fabsf(augment_sample(plane, 2, rows[i].x, rows[i].y, rows[i].clamped) - rows[i].want) < 1e-6F);
    }
}

static void test_streams(void **state) {
    (void)state;
    static const char *const names[] = {"digits", "photo", "object", "art"};
    static struct canvas from, one, same, other;
    for (size_t i = 0; i < 4; i++) {
        const struct preset *p = preset_find(names[i]);
        size_t bytes = sizeof(float) * (size_t)(p->size * p->size * 3);
        draw(&from, p->size, 3);
        for (uint64_t view = 0; view < 50; view++) {
            struct random a = random_stream(1, 2, view), b = a, c = random_stream(1, 3, view);
            augment_view(p, &from, &one, &a);
            augment_view(p, &from, &same, &b);
            augment_view(p, &from, &other, &c);
            assert_memory_equal(one.values, same.values, bytes);
            assert_memory_not_equal(one.values, other.values, bytes);
            for (int k = 0; k < p->size * p->size * 3; k++) {
                assert_true(one.values[k] >= 0 && one.values[k] <= 1);
            }
        }
    }
}

/* An augmentation of nothing but size 0 leaves the picture as it is. */
static void test_no_change(void **state) {
    (void)state;
    static struct canvas from, to;
    struct preset still = {.name = "still", .area_least = 1, .clamped = true};
    struct random r = random_stream(1, 1, 1);
    draw(&from, 32, 3);
    augment_view(&still, &from, &to, &r);
    for (int k = 0; k < 32 * 32 * 3; k++) {
        assert_true(fabsf(from.values[k] - to.values[k]) < 1e-4F);
    }
}

/* Ink beyond the edge is none, so a shifted digit keeps its ground; a photograph's edge goes on. */
static void test_edges(void **state) {
    (void)state;
    static struct canvas from, to;
    for (int clamped = 0; clamped < 2; clamped++) {
        struct preset shifting = {.name = "shifting", .area_least = 1, .shift = .5F, .clamped = clamped};
        from = (struct canvas){.size = 28, .channels = 1};
        float least = 1;
        for (int k = 0; k < 784; k++) {
            from.values[k] = 1;
        }
        for (uint64_t view = 0; view < 20; view++) {
            struct random r = random_stream(1, 1, view);
            augment_view(&shifting, &from, &to, &r);
            for (int k = 0; k < 784; k++) {
                least = to.values[k] < least ? to.values[k] : least;
            }
        }
        assert_true(clamped ? least > .999F : least == 0);
    }
}

static void test_one_pixel(void **state) {
    (void)state;
    static struct canvas from, to;
    struct random r = random_stream(1, 1, 1);
    draw(&from, 1, 1);
    augment_view(preset_find("photo"), &from, &to, &r);
    assert_true(isfinite(to.values[0]));
}

/* A preset where everything varies, and each switch alone over it. */
static const struct {
    const char *name;
    struct preset_switches set;
} alone[] = {
    {"horizontal_flip", {1, -1, -1, -1, -1, -1, -1}},
    {"vertical_flip", {-1, 1, -1, -1, -1, -1, -1}},
    {"color", {-1, -1, 1.5F, -1, -1, -1, -1}},
    {"rotation", {-1, -1, -1, 40, -1, -1, -1}},
    {"shear", {-1, -1, -1, -1, .5F, -1, -1}},
    {"crop_min_scale", {-1, -1, -1, -1, -1, .3F, -1}},
    {"blur", {-1, -1, -1, -1, -1, -1, 1}},
};
#define ALONE (sizeof alone / sizeof *alone)

static struct preset with_switch(const struct preset *base, size_t i) {
    struct preset p = *base;
    struct err e = ERR_INIT;
    assert_int_equal(preset_apply(&p, &alone[i].set, &e), ERR_OK);
    return p;
}

/* A switch takes no draw away from the others and gives them none. Seen on a picture of one colour, which only the tone
 * can change; and on ink, where tone multiplies and so cannot change which pixels have any. */
static void test_switches_stay_in_step(void **state) {
    (void)state;
    static struct canvas flat, ink, before, after;
    struct preset photo = *preset_find("photo"), digits = *preset_find("digits");
    flat = (struct canvas){.size = 32, .channels = 3};
    for (int k = 0; k < 3 * 1024; k++) {
        flat.values[k] = .3F + .1F * (float)(k / 1024);
    }
    draw(&ink, 28, 1);
    for (int k = 0; k < 784; k++) {
        ink.values[k] = ink.values[k] < .3F ? .5F : 0;
    }
    for (size_t i = 0; i < ALONE; i++) {
        struct preset other = with_switch(&photo, i), inked = with_switch(&digits, i);
        size_t changed = 0;
        for (uint64_t view = 0; view < 40; view++) {
            struct random a = random_stream(7, 1, view), b = a;
            augment_view(&photo, &flat, &before, &a);
            augment_view(&other, &flat, &after, &b);
            assert_memory_equal(&a, &b, sizeof a);
            if (i != 2) {
                for (int k = 0; k < 3 * 1024; k++) {
                    assert_true(fabsf(before.values[k] - after.values[k]) < 1e-5F);
                }
            }
            a = b = random_stream(7, 2, view);
            augment_view(&digits, &ink, &before, &a);
            augment_view(&inked, &ink, &after, &b);
            changed += memcmp(before.values, after.values, 784 * sizeof(float)) != 0;
            for (int k = 0; i == 2 && k < 784; k++) {
                assert_true((before.values[k] > 0) == (after.values[k] > 0));
            }
        }
        assert_in_range(changed, 10, 40); /* it does change something, flips and blur half the views */
    }
}

/* The view as its definition has it: the draws in their order, one map, one sample a pixel, in double. */
static void naive_view(const struct preset *p, const struct canvas *from, double *to, struct random *r) {
    int n = from->size;
    double angle = (double)random_uniform(r, -p->rotation, p->rotation);
    double area = (double)random_uniform(r, p->area_least, 1);
    double scale = 1 + (double)random_uniform(r, -p->scale, p->scale);
    double aspect = exp((double)random_uniform(r, -p->aspect, p->aspect) / 2);
    double shear = (double)random_uniform(r, -p->shear, p->shear);
    int mirror = random_uniform(r, 0, 1) < .5F && p->mirror;
    double x_luck = (double)random_uniform(r, -1, 1), y_luck = (double)random_uniform(r, -1, 1);
    for (int i = 0; i < 4; i++) {
        random_uniform(r, 0, 1); /* tone, which this preset does not change */
    }
    int vertical = random_uniform(r, 0, 1) < .5F && p->vertical_flip;
    double wide = scale * sqrt(area) * aspect, high = scale * sqrt(area) / aspect;
    double room_x = (double)p->shift, room_y = (double)p->shift;
    if (p->area_least < 1 && p->shift <= 0) {
        wide = fmin(wide, 1);
        high = fmin(high, 1);
        room_x = 1 - wide;
        room_y = 1 - high;
    }
    for (int y = 0; y < n; y++) {
        for (int x = 0; x < n; x++) {
            double u = (2.0 * x / (n - 1) - 1) * wide * (mirror ? -1 : 1);
            double v = (2.0 * y / (n - 1) - 1) * high * (vertical ? -1 : 1);
            double slanted = u + shear * v;
            double px = (cos(angle) * slanted - sin(angle) * v + x_luck * room_x + 1) * (n - 1) / 2;
            double py = (sin(angle) * slanted + cos(angle) * v + y_luck * room_y + 1) * (n - 1) / 2;
            double sum = 0;
            for (int j = -n; j < 2 * n; j++) {
                for (int i = -n; i < 2 * n; i++) {
                    double weight = fmax(0, 1 - fabs(px - i)) * fmax(0, 1 - fabs(py - j));
                    int cx = i < 0 ? 0 : i >= n ? n - 1 : i, cy = j < 0 ? 0 : j >= n ? n - 1 : j;
                    bool inside = cx == i && cy == j;
                    sum += weight > 0 && (inside || p->clamped) ? weight * (double)from->values[cy * n + cx] : 0;
                }
            }
            to[y * n + x] = sum;
        }
    }
}

static void test_naive_twin(void **state) {
    (void)state;
    static struct canvas from, to;
    static double twin[144];
    draw(&from, 12, 1);
    for (int variant = 0; variant < 4; variant++) {
        struct preset p = {.rotation = .5F, .scale = .2F, .area_least = variant & 1 ? 1 : .4F, .aspect = .3F};
        p.shear = .2F;
        p.shift = variant & 1 ? .2F : 0;
        p.mirror = p.vertical_flip = true;
        p.clamped = variant & 2;
        for (uint64_t view = 0; view < 20; view++) {
            struct random r = random_stream(3, (uint64_t)variant, view), same = r;
            augment_view(&p, &from, &to, &r);
            naive_view(&p, &from, twin, &same);
            for (int k = 0; k < 144; k++) {
                assert_true(fabs((double)to.values[k] - twin[k]) < 1e-4);
            }
        }
    }
}

static void test_blur(void **state) {
    (void)state;
    static struct canvas c, from;
    static const float deviations[] = {.3F, 1, 2};
    for (int variant = 0; variant < 6; variant++) {
        double s = (double)deviations[variant / 2];
        bool clamped = variant & 1;
        int n = 20, reach = (int)ceil(3 * s);
        draw(&from, n, 3);
        c = from;
        augment_blur(&c, (float)s, clamped);
        for (int k = 0; k < n * n; k++) { /* the definition, in two dimensions */
            double sum = 0, weights = 0;
            for (int j = -reach; j <= reach; j++) {
                for (int i = -reach; i <= reach; i++) {
                    int x = k % n + i, y = k / n + j;
                    int cx = x < 0 ? 0 : x >= n ? n - 1 : x, cy = y < 0 ? 0 : y >= n ? n - 1 : y;
                    double w = exp(-(i * i + j * j) / (2 * s * s));
                    weights += w;
                    sum += clamped || (cx == x && cy == y) ? w * (double)from.values[n * n + cy * n + cx] : 0;
                }
            }
            assert_true(fabs((double)c.values[n * n + k] - sum / weights) < 1e-5);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample),     cmocka_unit_test(test_streams),
        cmocka_unit_test(test_no_change),  cmocka_unit_test(test_edges),
        cmocka_unit_test(test_one_pixel),  cmocka_unit_test(test_switches_stay_in_step),
        cmocka_unit_test(test_naive_twin), cmocka_unit_test(test_blur),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
