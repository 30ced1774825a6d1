/* The gallery: a fair sample, shrunk pictures, any other picture on demand, failures named. The canvas under it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "ml/model/gallery.h"
#include "tests/ml/pictures.h"

/* Pictures that need no memory: one pixel that tells the number. */
static enum err_code numbered(void *user, size_t index, int want, struct image *out, struct err *e) {
    (void)want;
    if (index >= *(size_t *)user) {
        return err_set(e, ERR_FILE, "picture %zu is not there", index);
    }
    *out = (struct image){1, 1, 1, malloc(1)};
    out->pixels[0] = (unsigned char)(index % 251);
    return ERR_OK;
}

static void test_sample(void **state) {
    (void)state;
    static const size_t counts[] = {2, 100, GALLERY_MOST, GALLERY_MOST + 1, 1000000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct ml_source source = {(void *)(uintptr_t)&counts[i], counts[i], numbered};
        struct gallery g;
        struct pace pace;
        struct err e = ERR_INIT;
        size_t want = counts[i] < GALLERY_MOST ? counts[i] : GALLERY_MOST;
        double mean = 0;
        pace_init(&pace, NULL);
        assert_int_equal(gallery_init(&g, &source, 7, &e), ERR_OK);
        assert_int_equal(g.count, want);
        for (size_t k = 0; k < g.count; k++) {
            assert_true(k == 0 || g.ids[k] > g.ids[k - 1]);
            assert_true(g.ids[k] < counts[i]);
            mean += (double)g.ids[k] / (double)g.count / (double)counts[i];
        }
        assert_true(counts[i] < 1000 || fabs(mean - .5) < .03);
        assert_int_equal(gallery_read(&g, 2, 1, &pace, &e), ERR_OK);
        uint32_t ids[3] = {0, (uint32_t)counts[i] - 1, (uint32_t)counts[i] / 2};
        unsigned char bytes[12];
        assert_int_equal(gallery_fetch(&g, ids, 3, bytes, NULL, false, &pace, &e), ERR_OK);
        for (int k = 0; k < 12; k++) {
            assert_int_equal(bytes[k], ids[k / 4] % 251);
        }
        gallery_release(&g);
    }
}

static void test_failures(void **state) {
    (void)state;
    size_t there = 50;
    struct ml_source source = {&there, 60, numbered};
    struct gallery g;
    struct pace pace;
    struct err e = ERR_INIT;
    pace_init(&pace, NULL);
    assert_int_equal(gallery_init(&g, &source, 7, &e), ERR_OK);
    assert_int_equal(gallery_read(&g, 2, 1, &pace, &e), ERR_FILE);
    assert_string_equal(e.message, "picture 50 is not there"); /* the lowest, on any number of threads */
    gallery_release(&g);
}

static void test_shrink(void **state) {
    (void)state;
    static const struct {
        int width, height, channels, size, wanted;
    } rows[] = {{28, 28, 1, 28, 1}, {56, 28, 1, 28, 1}, {100, 37, 3, 32, 3},
                {5, 5, 1, 32, 3},   {1, 1, 3, 28, 1},   {7, 900, 3, 64, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pictures p = pictures_new(1);
        struct image *m = pictures_shape(&p, 0, rows[i].width, rows[i].height, rows[i].channels);
        unsigned char *out = malloc(canvas_bytes(rows[i].size, rows[i].wanted));
        struct err e = ERR_INIT;
        memset(m->pixels, 77, (size_t)(m->width * m->height * m->channels));
        assert_int_equal(canvas_shrink(m, rows[i].size, rows[i].wanted, out, &e), ERR_OK);
        for (size_t k = 0; k < canvas_bytes(rows[i].size, rows[i].wanted); k++) {
            assert_in_range(out[k], 76, 78);
        }
        free(out);
        pictures_release(&p);
    }
    struct image empty = {0};
    struct err e = ERR_INIT;
    unsigned char one;
    assert_int_equal(canvas_shrink(&empty, 1, 1, &one, &e), ERR_IMAGE);
}

static void test_ink_is_what_stands_out(void **state) {
    (void)state;
    unsigned char light[25], dark[25];
    static struct canvas a, b;
    for (int i = 0; i < 25; i++) {
        light[i] = i == 12 ? 10 : 250;
        dark[i] = (unsigned char)(255 - light[i]);
    }
    canvas_fill(&a, light, 5, 1, true);
    canvas_fill(&b, dark, 5, 1, true);
    for (int i = 0; i < 25; i++) {
        assert_true(fabsf(a.values[i] - (i == 12 ? 240 / 255.F : 0)) < 1e-6F);
        assert_true(fabsf(a.values[i] - b.values[i]) < 1e-6F);
    }
}

static void test_mirror_and_halve(void **state) {
    (void)state;
    static struct canvas c = {.size = 2, .channels = 3, .values = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}}, half;
    canvas_halve(&c, &half);
    assert_true(half.size == 1 && half.values[0] == 1.5F && half.values[1] == 5.5F && half.values[2] == 9.5F);
    canvas_mirror(&c);
    assert_true(c.values[0] == 1 && c.values[1] == 0 && c.values[10] == 11 && c.values[11] == 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample),           cmocka_unit_test(test_failures),
        cmocka_unit_test(test_shrink),           cmocka_unit_test(test_ink_is_what_stands_out),
        cmocka_unit_test(test_mirror_and_halve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
