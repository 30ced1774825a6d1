/* Pictures made for pages: PNG there and back, sizes that fit, thumbnails of large files alone, heat where it belongs.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/buf.h"
#include "ml/image/heat.h"
#include "tests/ml/pictures.h"

#include <stdlib.h>
#include <string.h>

static void test_png(void **state) {
    (void)state;
    static const struct {
        int width, height, channels;
    } rows[] = {{1, 1, 1}, {1, 1, 3}, {7, 5, 1}, {31, 2, 3}, {200, 300, 3}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pictures p = pictures_new(1);
        struct image *m = pictures_shape(&p, 0, rows[i].width, rows[i].height, rows[i].channels), back = {0};
        size_t all = (size_t)(m->width * m->height * m->channels);
        struct random r = random_stream(1, i, 0);
        struct buf file = BUF_INIT;
        struct err e = ERR_INIT;
        for (size_t k = 0; k < all; k++) {
            m->pixels[k] = (unsigned char)random_below(&r, 256);
        }
        assert_int_equal(image_encode_png(m, &file, &e), ERR_OK);
        assert_string_equal(image_mime((const unsigned char *)file.data, file.len), "image/png");
        assert_int_equal(image_decode((const unsigned char *)file.data, file.len, 0, &back, &e), ERR_OK);
        assert_true(back.width == m->width && back.height == m->height && back.channels == m->channels);
        assert_memory_equal(back.pixels, m->pixels, all);
        image_release(&back);
        buf_release(&file);
        pictures_release(&p);
    }
    struct image none = {0, 4, 3, NULL}, odd = {1, 1, 2, NULL};
    struct buf file = BUF_INIT;
    struct err e = ERR_INIT, late = ERR_INIT;
    assert_int_equal(image_encode_png(&none, &file, &e), ERR_IMAGE);
    assert_int_equal(image_encode_png(&odd, &file, &late), ERR_IMAGE);
}

static void test_fit(void **state) {
    (void)state;
    static const struct {
        int width, height, box, want_width, want_height;
    } rows[] = {{100, 50, 120, 120, 60}, {50, 100, 120, 60, 120}, {28, 28, 120, 120, 120},
                {4000, 1, 120, 120, 1},  {1, 4000, 64, 1, 64},    {3, 2, 1, 1, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int w, h;
        image_fit(rows[i].width, rows[i].height, rows[i].box, &w, &h);
        assert_true(w == rows[i].want_width && h == rows[i].want_height);
    }
}

static void test_thumbnail(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(1, 900, 3);
    struct buf file = BUF_INIT, small = BUF_INIT;
    struct image m = {0};
    struct err e = ERR_INIT;
    int w, h;
    assert_int_equal(image_encode_jpeg(&p.images[0], 95, &file, &e), ERR_OK);
    const unsigned char *bytes = (const unsigned char *)file.data;
    assert_int_equal(image_thumbnail(bytes, file.len, 100, file.len, &small, &w, &h, &e), ERR_OK);
    assert_int_equal(small.len, 0); /* small enough as it is */
    assert_int_equal(w, h);
    assert_int_equal(image_thumbnail(bytes, file.len, 100, 1000, &small, &w, &h, &e), ERR_OK);
    assert_true(small.len > 0 && small.len < file.len / 4);
    assert_int_equal(image_decode((const unsigned char *)small.data, small.len, 0, &m, &e), ERR_OK);
    assert_true(m.width == 100 && m.height == 100);
    image_release(&m);
    buf_clear(&small);
    assert_int_equal(image_thumbnail((const unsigned char *)"GIF89a", 6, 100, 1000, &small, &w, &h, &e), ERR_IMAGE);
    assert_int_equal(small.len, 0);
    buf_release(&file);
    buf_release(&small);
    pictures_release(&p);
}

static void test_heat(void **state) {
    (void)state;
    const float cells[4] = {1, 0, 0, -1};
    unsigned char grey[40 * 20];
    memset(grey, 100, sizeof grey);
    const struct image m = {40, 20, 1, grey};
    struct image heat = {0};
    struct err e = ERR_INIT;
    assert_int_equal(heat_draw(&m, cells, 2, 1, &heat, &e), ERR_OK);
    assert_true(heat.width == 40 && heat.height == 20 && heat.channels == 3);
    const unsigned char *first = heat.pixels, *last = heat.pixels + 3 * (40 * 20 - 1), *corner = heat.pixels + 3 * 39;
    assert_true(first[0] > first[2] + 100); /* orange above 0 */
    assert_true(last[2] > last[0] + 100);   /* blue below */
    assert_true(corner[0] == 100 && corner[1] == 100 && corner[2] == 100);
    image_release(&heat);
    assert_int_equal(heat_draw(&m, cells, 2, 0, &heat, &e), ERR_OK); /* no scale: no heat */
    assert_int_equal(heat.pixels[0], 100);
    image_release(&heat);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_png),
        cmocka_unit_test(test_fit),
        cmocka_unit_test(test_thumbnail),
        cmocka_unit_test(test_heat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
