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
    static const char *const names[] = {"digits", "photo", "object"};
    static struct canvas from, one, same, other;
    for (size_t i = 0; i < 3; i++) {
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample), cmocka_unit_test(test_streams),   cmocka_unit_test(test_no_change),
        cmocka_unit_test(test_edges),  cmocka_unit_test(test_one_pixel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
