/* Slanted strokes stand up and come to the middle; nothing is nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "ml/image/deskew.h"

#include <math.h>

struct moments {
    double mass, x, y, slant;
};

static struct moments measure(const struct canvas *c) {
    struct moments m = {0};
    double xy = 0, yy = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < c->size * c->size; i++) {
            double v = c->values[i], x = i % c->size, y = i / c->size;
            m.mass += pass ? 0 : v;
            m.x += pass ? 0 : v * x;
            m.y += pass ? 0 : v * y;
            xy += pass ? v * (x - m.x) * (y - m.y) : 0;
            yy += pass ? v * (y - m.y) * (y - m.y) : 0;
        }
        m.x /= pass ? 1 : m.mass;
        m.y /= pass ? 1 : m.mass;
    }
    m.slant = xy / yy;
    return m;
}

/* A stroke through (x, y) whose x moves by slant a row. */
static void stroke(struct canvas *c, double x, double y, double slant) {
    *c = (struct canvas){.size = 28, .channels = 1};
    for (int i = 0; i < 784; i++) {
        double row = i / 28 - y, off = fabs(i % 28 - x - slant * row);
        c->values[i] = fabs(row) < 7 && off < 2 ? (float)(1 - off / 2) : 0;
    }
}

static void test_strokes(void **state) {
    (void)state;
    static const double rows[][3] = {{14, 14, .6}, {10, 12, -.5}, {17, 15, .1}, {13.5, 13.5, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct canvas from, to;
        stroke(&from, rows[i][0], rows[i][1], rows[i][2]);
        deskew(&from, &to);
        struct moments before = measure(&from), after = measure(&to);
        assert_true(fabs(before.slant - rows[i][2]) < .1);
        assert_true(fabs(after.slant) < .03);
        assert_true(fabs(after.x - 13.5) < .1 && fabs(after.y - 13.5) < .1);
        assert_true(fabs(after.mass / before.mass - 1) < .05);
    }
}

static void test_empty_and_one_pixel(void **state) {
    (void)state;
    struct canvas from = {.size = 28, .channels = 1}, to;
    deskew(&from, &to);
    for (int i = 0; i < 784; i++) {
        assert_true(to.values[i] == 0);
    }
    from.values[5 * 28 + 5] = 1;
    deskew(&from, &to);
    struct moments m = measure(&to);
    assert_true(fabs(m.mass - 1) < 1e-3 && fabs(m.x - 13.5) < .01 && fabs(m.y - 13.5) < .01);
    from = (struct canvas){.size = 1, .channels = 1, .values = {.5F}};
    deskew(&from, &to);
    assert_true(to.size == 1 && fabsf(to.values[0] - .5F) < 1e-6F);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strokes),
        cmocka_unit_test(test_empty_and_one_pixel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
