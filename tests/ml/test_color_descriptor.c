/* The colour histogram: which colours are told apart, what a distance is, and pictures from a source. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/parallel.h"
#include "ml/model/color_descriptor.h"
#include "tests/ml/pictures.h"

enum { LENGTH = COLOR_DESCRIPTOR_LENGTH };

/* The parts that are not empty, and the first of them. */
static int parts(const unsigned char *rgb, size_t pixels, int *first) {
    float out[LENGTH];
    int count = 0;
    color_descriptor(rgb, pixels, out);
    for (int i = LENGTH - 1; i >= 0; i--) {
        if (out[i] > 0) {
            count++;
            *first = i;
        }
    }
    return count;
}

static int only_part(int r, int g, int b) {
    const unsigned char pixel[3] = {(unsigned char)r, (unsigned char)g, (unsigned char)b};
    int part = -1;
    assert_int_equal(parts(pixel, 1, &part), 1);
    return part;
}

/* [hue][saturation][value], 8 x 4 x 4. */
static void test_parts(void **state) {
    (void)state;
    static const struct {
        int r, g, b, hue, saturation, value;
    } rows[] = {
        {0, 0, 0, 0, 0, 0},       {255, 255, 255, 0, 0, 3}, {100, 100, 100, 0, 0, 1}, {255, 0, 0, 0, 3, 3},
        {255, 255, 0, 1, 3, 3},   {0, 255, 0, 2, 3, 3},     {0, 255, 255, 4, 3, 3},   {0, 0, 255, 5, 3, 3},
        {255, 0, 255, 6, 3, 3},   {255, 0, 1, 7, 3, 3},     {63, 0, 0, 0, 3, 0},      {64, 0, 0, 0, 3, 1},
        {200, 151, 151, 0, 0, 3}, {200, 150, 150, 0, 1, 3}, {200, 100, 100, 0, 2, 3}, {200, 50, 50, 0, 3, 3},
        {151, 151, 200, 0, 0, 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int wanted = (rows[i].hue * 4 + rows[i].saturation) * 4 + rows[i].value;
        assert_int_equal(only_part(rows[i].r, rows[i].g, rows[i].b), wanted);
    }
}

/* Every colour falls into a part, and vectors are of unit length. */
static void test_length(void **state) {
    (void)state;
    struct random r = random_stream(1, 2, 3);
    for (int n = 0; n < 200; n++) {
        unsigned char rgb[300];
        float out[LENGTH];
        double square = 0;
        for (size_t i = 0; i < sizeof rgb; i++) {
            rgb[i] = (unsigned char)(n < 100 ? random_below(&r, 256) : random_below(&r, 2) * 255);
        }
        color_descriptor(rgb, sizeof rgb / 3, out);
        for (int i = 0; i < LENGTH; i++) {
            assert_true(out[i] >= 0);
            square += (double)out[i] * out[i];
        }
        assert_true(fabs(square - 1) < 1e-5);
    }
    float nothing[LENGTH] = {1};
    color_descriptor(NULL, 0, nothing);
    assert_true(nothing[0] == 0);
}

static double distance(const float *a, const float *b) {
    double sum = 0;
    for (int i = 0; i < LENGTH; i++) {
        sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
    }
    return sqrt(sum / 2);
}

/* Hellinger's: half of the colours in common is sqrt(1 - 1/sqrt 2). */
static void test_distance(void **state) {
    (void)state;
    static const unsigned char red[] = {255, 0, 0, 255, 0, 0}, both[] = {0, 0, 255, 255, 0, 0}, blue[] = {0, 0, 255};
    float a[LENGTH], b[LENGTH], c[LENGTH];
    color_descriptor(red, 2, a);
    color_descriptor(both, 2, b);
    color_descriptor(blue, 1, c);
    assert_true(distance(a, a) == 0);
    assert_true(fabs(distance(a, b) - sqrt(1 - sqrt(.5))) < 1e-6);
    assert_true(fabs(distance(a, c) - 1) < 1e-6);
    color_descriptor(both, 1, a); /* the same colours in other numbers */
    assert_true(distance(a, c) == 0);
}

static void paint(struct image *m, int r, int g, int b) {
    for (int i = 0; i < m->width * m->height; i++) {
        const unsigned char rgb[3] = {(unsigned char)r, (unsigned char)g, (unsigned char)b};
        memcpy(m->pixels + i * m->channels, rgb, (size_t)m->channels);
    }
}

static void test_source(void **state) {
    (void)state;
    struct pictures p = pictures_new(4);
    struct err e = ERR_INIT;
    float out[3 * LENGTH], again[3 * LENGTH];
    unsigned char failed[3];
    paint(pictures_shape(&p, 0, 200, 10, 3), 9, 9, 9);
    paint(pictures_shape(&p, 1, 200, 10, 3), 255, 0, 0);
    p.images[2] = (struct image){0}; /* cannot be read */
    paint(pictures_shape(&p, 3, 5, 7, 1), 255, 0, 0);
    struct ml_source source = pictures_source(&p);
    assert_int_equal(color_descriptor_embed(&source, 1, 4, out, failed, NULL, &e), ERR_OK);
    assert_true(!failed[0] && failed[1] && !failed[2]);
    assert_true(out[only_part(255, 0, 0)] == 1 && out[2 * LENGTH + only_part(255, 255, 255)] == 1);
    for (int i = 0; i < LENGTH; i++) {
        assert_true(out[LENGTH + i] == 0);
    }
    assert_int_equal(color_descriptor_embed(&source, 1, 4, again, NULL, NULL, &e), ERR_IMAGE);
    assert_string_equal(e.message, "picture 2 cannot be read");
    e = ERR_INIT;
    assert_int_equal(color_descriptor_embed(&source, 3, 5, again, NULL, NULL, &e), ERR_VALUE);
    pictures_release(&p);
}

static int stop_at_once(void *user, const struct ml_progress *p) {
    *(size_t *)user = p->total;
    return 1;
}

static void test_stop(void **state) {
    (void)state;
    struct pictures p = pictures_new(1);
    size_t total = 0;
    struct ml_watch watch = {&total, stop_at_once};
    struct err e = ERR_INIT;
    float out[LENGTH];
    paint(pictures_shape(&p, 0, 2, 2, 3), 1, 2, 3);
    struct ml_source source = pictures_source(&p);
    assert_int_equal(color_descriptor_embed(&source, 0, 1, out, NULL, &watch, &e), ERR_INTERRUPT);
    assert_int_equal(total, 1);
    pictures_release(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),  cmocka_unit_test(test_length), cmocka_unit_test(test_distance),
        cmocka_unit_test(test_source), cmocka_unit_test(test_stop),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    parallel_shutdown();
    return failed;
}
