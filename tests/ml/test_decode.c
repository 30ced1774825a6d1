/* Decoding: every kind of picture against its formula (tests/data/make_pictures.py), damage at every byte, sizes. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "ml/image/image.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER "tests/data/pictures/"

static struct image load(const char *name, int want) {
    char path[128];
    struct image m = {0};
    struct err e = ERR_INIT;
    snprintf(path, sizeof path, FOLDER "%s", name);
    if (image_load(path, want, &m, &e)) {
        fail_msg("%s: %s", name, e.message);
    }
    return m;
}

static struct buf bytes_of(const char *name) {
    char path[128];
    struct buf b = BUF_INIT;
    struct err e = ERR_INIT;
    snprintf(path, sizeof path, FOLDER "%s", name);
    assert_int_equal(file_read(path, 1 << 20, &b, &e), ERR_OK);
    return b;
}

/* A picture with smooth tones, where JPEG loses little. */
static struct image ramp(int width, int height, int channels) {
    struct image m = {width, height, channels, malloc((size_t)width * (size_t)height * (size_t)channels)};
    assert_non_null(m.pixels);
    for (int y = 0, i = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            for (int c = 0; c < channels; c++) {
                m.pixels[i++] = (unsigned char)((c == 0 ? x : c == 1 ? y : (x + y) / 2) % 256);
            }
        }
    }
    return m;
}

static struct buf encoded(const struct image *m, int quality) {
    struct buf b = BUF_INIT;
    struct err e = ERR_INIT;
    assert_int_equal(image_encode_jpeg(m, quality, &b, &e), ERR_OK);
    return b;
}

/* The formulas of make_pictures.py. */
static int grey_at(int x, int y, int depth) {
    int most = (1 << depth) - 1, value = (x + 5 * y) * (depth == 16 ? 4321 : 7) % (most + 1);
    return (int)((value * 255.0) / most + 0.5);
}

static int rgb_at(int x, int y, int c) {
    return c == 0 ? x * 40 % 256 : c == 1 ? y * 80 % 256 : (x * y * 10 + 3) % 256;
}

static int alpha_at(int x, int y) {
    return (x * 60 + y) % 256;
}

static int over_white(int value, int alpha) {
    return (value * alpha + 255 * (255 - alpha) + 127) / 255;
}

static void test_png_kinds(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int depth; /* of grey; 0: RGB; -1: checkers */
        enum { SOLID, ALPHA, KEY } clear;
        int width, height, tolerance;
    } rows[] = {
        {"grey1.png", 1, SOLID, 5, 3, 0},
        {"grey2.png", 2, SOLID, 5, 3, 0},
        {"grey4.png", 4, SOLID, 5, 3, 0},
        {"grey8.png", 8, SOLID, 5, 3, 0},
        {"grey16.png", 16, SOLID, 5, 3, 0},
        {"grey1_clear.png", 1, KEY, 5, 3, 0},
        {"grey2_clear.png", 2, KEY, 5, 3, 0},
        {"grey4_clear.png", 4, KEY, 5, 3, 0},
        {"grey8_clear.png", 8, KEY, 5, 3, 0},
        {"grey16_clear.png", 16, KEY, 5, 3, 0},
        {"grey_alpha.png", 8, ALPHA, 5, 3, 0},
        {"palette.png", 0, SOLID, 5, 3, 0},
        {"palette_clear.png", 0, ALPHA, 5, 3, 0},
        {"rgb.png", 0, SOLID, 5, 3, 0},
        {"rgb16.png", 0, SOLID, 5, 3, 0},
        {"rgba.png", 0, ALPHA, 5, 3, 0},
        {"rgba16.png", 0, ALPHA, 5, 3, 0},
        {"interlaced.png", 0, SOLID, 13, 9, 0},
        {"interlaced_alpha.png", 0, ALPHA, 13, 9, 0},
        {"interlaced1.png", -1, SOLID, 13, 9, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct image m = load(rows[i].name, 0);
        int depth = rows[i].depth;
        assert_int_equal(m.width, rows[i].width);
        assert_int_equal(m.height, rows[i].height);
        assert_int_equal(m.channels, depth ? 1 : 3);
        for (int y = 0, at = 0; y < m.height; y++) {
            for (int x = 0; x < m.width; x++) {
                for (int c = 0; c < m.channels; c++, at++) {
                    int value = depth < 0 ? (x + y) % 2 * 255 : depth ? grey_at(x, y, depth) : rgb_at(x, y, c);
                    bool key = rows[i].clear == KEY && value == grey_at(2, 1, depth);
                    int alpha = key ? 0 : rows[i].clear == ALPHA ? alpha_at(x, y) : 255;
                    if (m.pixels[at] != over_white(value, alpha)) {
                        fail_msg("%s at %d, %d, %d: %d, not %d", rows[i].name, x, y, c, m.pixels[at],
                                 over_white(value, alpha));
                    }
                }
            }
        }
        image_release(&m);
    }
}

static void test_turned_by_exif(void **state) {
    (void)state;
    static const char *const names[] = {"turned.png", "turned_late.png"};
    for (size_t i = 0; i < 2; i++) {
        struct image m = load(names[i], 0);
        assert_int_equal(m.width, 3);
        assert_int_equal(m.height, 5);
        for (int y = 0; y < 5; y++) {
            for (int x = 0; x < 3; x++) { /* clockwise: the first row was the first column, from below */
                assert_int_equal(m.pixels[(y * 3 + x) * 3 + 1], rgb_at(y, 2 - x, 1));
                assert_int_equal(m.pixels[(y * 3 + x) * 3], rgb_at(y, 2 - x, 0));
            }
        }
        image_release(&m);
    }
    struct image m = load("turned.jpg", 0); /* 200 x 150, red grows to the right, green downwards */
    assert_int_equal(m.width, 150);
    assert_int_equal(m.height, 200);
    assert_in_range(m.pixels[0], 0, 8);                         /* red at the top left */
    assert_in_range(m.pixels[1], 141, 157);                     /* green: it was at the bottom left */
    assert_in_range(m.pixels[(199 * 150 + 149) * 3], 190, 207); /* bottom right was top right */
    assert_in_range(m.pixels[(199 * 150 + 149) * 3 + 1], 0, 8);
    image_release(&m);
}

static void test_cmyk(void **state) {
    (void)state;
    static const char *const names[] = {"cmyk.jpg", "cmyk_plain.jpg", "ycck.jpg"};
    static const int left[3] = {255, 0, 0}, right[3] = {0, 127, 127};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct image m = load(names[i], 0);
        assert_int_equal(m.channels, 3);
        for (int c = 0; c < 3; c++) {
            int a = m.pixels[(8 * 32 + 4) * 3 + c], b = m.pixels[(8 * 32 + 27) * 3 + c];
            if (abs(a - left[c]) > 4 || abs(b - right[c]) > 4) {
                fail_msg("%s channel %d: %d and %d", names[i], c, a, b);
            }
        }
        image_release(&m);
    }
}

static void test_jpeg_round_trip(void **state) {
    (void)state;
    static const int sizes[][2] = {{1, 1}, {28, 28}, {8, 8}, {17, 3}, {3, 17}, {1, 100}, {255, 255}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (int channels = 1; channels <= 3; channels += 2) {
            struct image m = ramp(sizes[i][0], sizes[i][1], channels), back = {0};
            struct buf b = encoded(&m, 98);
            struct err e = ERR_INIT;
            assert_string_equal(image_mime((unsigned char *)b.data, b.len), "image/jpeg");
            assert_int_equal(image_decode((unsigned char *)b.data, b.len, 0, &back, &e), ERR_OK);
            assert_int_equal(back.width, m.width);
            assert_int_equal(back.height, m.height);
            assert_int_equal(back.channels, channels);
            for (int p = 0; p < m.width * m.height * channels; p++) {
                assert_in_range(back.pixels[p] + 8, m.pixels[p], m.pixels[p] + 16);
            }
            image_release(&m);
            image_release(&back);
            buf_release(&b);
        }
    }
}

static void test_subsampled_and_progressive(void **state) {
    (void)state;
    static const char *const names[] = {"photo.jpg", "progressive.jpg", "photo444.jpg", "photo422.jpg"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct image m = load(names[i], 0);
        assert_int_equal(m.width, 200);
        assert_int_equal(m.height, 150);
        for (int y = 0; y < 150; y++) {
            for (int x = 0; x < 200; x++) {
                const unsigned char *p = m.pixels + (y * 200 + x) * 3;
                assert_true(abs(p[0] - x) < 9 && abs(p[1] - y) < 9 && abs(p[2] - (x + y) / 2) < 9);
            }
        }
        image_release(&m);
    }
}

static void test_scaled(void **state) {
    (void)state;
    static const struct {
        int want, width, height;
    } rows[] = {{0, 200, 150}, {18, 25, 19},   {19, 50, 38},     {37, 50, 38}, {38, 100, 75}, {64, 100, 75},
                {75, 100, 75}, {76, 200, 150}, {5000, 200, 150}, {1, 25, 19},  {-3, 200, 150}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct image m = load("photo.jpg", rows[i].want), p = load("progressive.jpg", rows[i].want);
        assert_int_equal(m.width, rows[i].width);
        assert_int_equal(m.height, rows[i].height);
        assert_int_equal(p.width, rows[i].width);
        double red = 0;
        for (int k = 0; k < m.width * m.height; k++) {
            red += m.pixels[k * 3];
        }
        red /= m.width * m.height;
        assert_true(red > 97 && red < 102); /* the mean stays what it was: 99.5 */
        image_release(&m);
        image_release(&p);
    }
}

/* Cut at every byte: an error, or the same picture (where only what follows the pixels is missing). */
static void check_cuts(const char *name, const unsigned char *bytes, size_t len) {
    struct image whole = {0};
    struct err e = ERR_INIT;
    size_t accepted = 0;
    assert_int_equal(image_decode(bytes, len, 0, &whole, &e), ERR_OK);
    size_t size = (size_t)whole.width * (size_t)whole.height * (size_t)whole.channels;
    for (size_t cut = 0; cut < len; cut++) {
        struct image m = {0};
        struct err why = ERR_INIT;
        unsigned char *exact = malloc(cut + !cut); /* so that the sanitizer sees a read beyond the end */
        assert_non_null(exact);
        memcpy(exact, bytes, cut);
        enum err_code code = image_decode(exact, cut, 0, &m, &why);
        if (code) {
            assert_int_equal(code, ERR_IMAGE);
            assert_true(why.message[0]);
            assert_null(m.pixels);
        } else {
            accepted++;
            assert_int_equal(memcmp(m.pixels, whole.pixels, size), 0);
        }
        image_release(&m);
        free(exact);
    }
    if (accepted > 40) {
        fail_msg("%s: %zu cuts of %zu were accepted", name, accepted, len);
    }
    image_release(&whole);
}

static void test_cut_at_every_byte(void **state) {
    (void)state;
    struct image m = ramp(28, 28, 1);
    struct buf grey = encoded(&m, 95);
    check_cuts("28 x 28 JPEG", (unsigned char *)grey.data, grey.len);
    image_release(&m);
    buf_release(&grey);
    static const char *const names[] = {"cmyk.jpg",          "rgba16.png", "interlaced_alpha.png",
                                        "palette_clear.png", "grey1.png",  "jpeg_in_disguise.png"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct buf b = bytes_of(names[i]);
        check_cuts(names[i], (unsigned char *)b.data, b.len);
        buf_release(&b);
    }
}

/* One byte changed, everywhere, to several values: anything but a crash, and only these outcomes. */
static void test_every_byte_changed(void **state) {
    (void)state;
    static const char *const names[] = {"cmyk.jpg", "progressive.jpg", "turned.png", "interlaced_alpha.png"};
    size_t refused = 0, total = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct buf b = bytes_of(names[i]);
        for (size_t at = 0; at < b.len; at += i == 1 ? 7 : 1) {
            char was = b.data[at];
            b.data[at] = (char)(at % 2 ? 0xff : was ^ (1 << at % 8));
            struct image m = {0};
            struct err e = ERR_INIT;
            enum err_code code = image_decode((unsigned char *)b.data, b.len, 16, &m, &e);
            assert_true(code == ERR_OK || code == ERR_IMAGE || code == ERR_NOMEM);
            refused += code != ERR_OK;
            total++;
            image_release(&m);
            b.data[at] = was;
        }
        buf_release(&b);
    }
    assert_in_range(refused, total / 10, total); /* CRCs and markers notice much of it */
}

static void test_refusals(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        const char *says;
    } rows[] = {
        {"", 0, "empty"},
        {"x", 1, "no JPEG or PNG"},
        {"GIF89a....", 10, "GIF"},
        {"RIFF\4\0\0\0WEBPVP8 ", 16, "WebP"},
        {"\0\0\0\x1c"
         "ftypavif",
         12, "AVIF"},
        {"BM123456", 8, "BMP"},
        {"<!DOCTYPE html>", 15, "HTML"},
        {"RIFF\4\0\0\0WAVEfmt ", 16, "no JPEG or PNG"},
        {"\xff\xd8\xff", 3, "damaged JPEG"},
        {"\x89PNG\r\n\x1a\n", 8, "damaged PNG"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct image m = {0};
        struct err e = ERR_INIT;
        assert_int_equal(image_decode((const unsigned char *)rows[i].bytes, rows[i].len, 0, &m, &e), ERR_IMAGE);
        if (!strstr(e.message, rows[i].says)) {
            fail_msg("row %zu: %s", i, e.message);
        }
    }
    struct image m = {0};
    struct err e = ERR_INIT;
    assert_int_equal(image_load(FOLDER "huge.png", 28, &m, &e), ERR_IMAGE);
    assert_non_null(strstr(e.message, "huge.png"));
    assert_non_null(strstr(e.message, "too large"));
    assert_true(e.hint[0]);
    e = ERR_INIT;
    assert_int_equal(image_load(FOLDER "missing.png", 28, &m, &e), ERR_FILE);
    assert_non_null(strstr(e.message, "missing.png"));
    e = ERR_INIT;
    assert_int_equal(image_load(FOLDER, 28, &m, &e), ERR_FILE);
    assert_null(m.pixels);
    struct image none = {0, 5, 1, NULL}, wide = {70000, 1, 1, NULL}, two = {1, 1, 2, NULL};
    struct buf b = BUF_INIT;
    e = ERR_INIT;
    assert_int_equal(image_encode_jpeg(&none, 95, &b, &e), ERR_IMAGE);
    e = ERR_INIT;
    assert_int_equal(image_encode_jpeg(&wide, 95, &b, &e), ERR_IMAGE);
    e = ERR_INIT;
    assert_int_equal(image_encode_jpeg(&two, 95, &b, &e), ERR_IMAGE);
}

/* A JPEG whose frame header claims other sizes: refused by number, or damaged, without the memory being touched. */
static void test_lying_jpeg(void **state) {
    (void)state;
    struct image m = ramp(16, 16, 1), out = {0};
    struct buf b = encoded(&m, 90);
    size_t at = 0;
    for (size_t i = 0; i + 9 < b.len; i++) {
        if ((unsigned char)b.data[i] == 0xff && (unsigned char)b.data[i + 1] == 0xc0) {
            at = i;
        }
    }
    assert_true(at > 0);
    memcpy(b.data + at + 5, "\xff\xdc\xff\xdc", 4); /* 65,500 x 65,500 */
    struct err e = ERR_INIT;
    assert_int_equal(image_decode((unsigned char *)b.data, b.len, 0, &out, &e), ERR_IMAGE);
    assert_non_null(strstr(e.message, "too large"));
    memcpy(b.data + at + 5, "\x10\0\x10\0", 4); /* 4,096 x 4,096, of which hardly anything follows */
    e = ERR_INIT;
    assert_int_equal(image_decode((unsigned char *)b.data, b.len, 0, &out, &e), ERR_IMAGE);
    memcpy(b.data + at + 5, "\0\0\0\0", 4);
    e = ERR_INIT;
    assert_int_equal(image_decode((unsigned char *)b.data, b.len, 0, &out, &e), ERR_IMAGE);
    image_release(&m);
    buf_release(&b);
}

static void test_wrong_extension(void **state) {
    (void)state;
    struct image m = load("jpeg_in_disguise.png", 0);
    assert_int_equal(m.width, 9);
    assert_int_equal(m.channels, 1);
    image_release(&m);
    m = load("one.png", 64);
    assert_int_equal(m.width, 1);
    assert_int_equal(m.pixels[0], 77);
    image_release(&m);
    image_release(&m);
    assert_null(image_mime((const unsigned char *)"", 0));
    assert_string_equal(image_mime((const unsigned char *)"GIF87a", 6), "image/gif");
}

/* The speed that CONVERT counts on; the bound is loose, for sanitizers and shared machines. */
static void test_speed(void **state) {
    (void)state;
    struct image m = ramp(28, 28, 1), out = {0};
    struct buf b = encoded(&m, 95);
    double began = clock_now();
    int count = 0;
    for (; count < 20000 && clock_now() - began < 1; count++) {
        struct err e = ERR_INIT;
        assert_int_equal(image_decode((unsigned char *)b.data, b.len, 28, &out, &e), ERR_OK);
        image_release(&out);
    }
    double rate = count / (clock_now() - began);
    print_message("28 x 28 grey JPEG: %.0f a second\n", rate);
    assert_true(rate > 3000);
    image_release(&m);
    buf_release(&b);
}

/* A huge PNG comes back as means of blocks, never smaller than wanted, and with want 0 whole. */
static void test_huge_png_is_reduced(void **state) {
    (void)state;
    static const struct {
        int width, height, channels, want, factor;
    } rows[] = {{3001, 2000, 1, 100, 20},
                {2000, 2505, 3, 64, 31},
                {2500, 1900, 3, 0, 1},
                {1000, 1000, 1, 10, 1},
                {2100, 2100, 1, 1, 1024}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct image m = ramp(rows[i].width, rows[i].height, rows[i].channels), back = {0};
        int f = rows[i].factor, channels = m.channels;
        struct buf b = BUF_INIT;
        struct err e = ERR_INIT;
        assert_int_equal(image_encode_png(&m, &b, &e), ERR_OK);
        assert_int_equal(image_decode((const unsigned char *)b.data, b.len, rows[i].want, &back, &e), ERR_OK);
        assert_int_equal(back.width, (m.width + f - 1) / f);
        assert_int_equal(back.height, (m.height + f - 1) / f);
        assert_int_equal(back.channels, channels);
        for (int y = 0; y<back.height; y += back.height> 50 ? 17 : 1) {
            for (int x = 0; x < back.width; x++) {
                for (int c = 0; c < channels; c++) {
                    double sum = 0;
                    int count = 0;
                    for (int v = y * f; v < (y + 1) * f && v < m.height; v++) {
                        for (int u = x * f; u < (x + 1) * f && u < m.width; u++, count++) {
                            sum += m.pixels[((size_t)v * (size_t)m.width + (size_t)u) * (size_t)channels + (size_t)c];
                        }
                    }
                    double got =
                        back.pixels[((size_t)y * (size_t)back.width + (size_t)x) * (size_t)channels + (size_t)c];
                    double off = sum / count - got;
                    assert_true(off <= .5 && off >= -.5);
                }
            }
        }
        buf_release(&b);
        image_release(&m);
        image_release(&back);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_png_kinds),
        cmocka_unit_test(test_turned_by_exif),
        cmocka_unit_test(test_cmyk),
        cmocka_unit_test(test_jpeg_round_trip),
        cmocka_unit_test(test_subsampled_and_progressive),
        cmocka_unit_test(test_scaled),
        cmocka_unit_test(test_cut_at_every_byte),
        cmocka_unit_test(test_every_byte_changed),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_lying_jpeg),
        cmocka_unit_test(test_wrong_extension),
        cmocka_unit_test(test_huge_png_is_reduced),
        cmocka_unit_test(test_speed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
