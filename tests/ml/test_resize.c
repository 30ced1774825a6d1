/* Resizing against a twin that weighs every source pixel by the definition. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/random.h"
#include "ml/image/resize.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct image noise(int width, int height, int channels) {
    size_t size = (size_t)width * (size_t)height * (size_t)channels;
    struct image m = {width, height, channels, malloc(size)};
    struct random r = random_stream(1, (uint64_t)width, (uint64_t)height);
    assert_non_null(m.pixels);
    for (size_t i = 0; i < size; i++) {
        m.pixels[i] = (unsigned char)random_below(&r, 256);
    }
    return m;
}

/* Weight of source pixel i in output pixel at, by the definition of each way. */
static double weight(int from, int to, int at, int i) {
    if (to <= from) {
        double begin = (double)at * from / to, end = (double)(at + 1) * from / to;
        return fmax(0, fmin(end, i + 1) - fmax(begin, i)) / (end - begin);
    }
    double centre = fmin(from - 1, fmax(0, (at + 0.5) * from / to - 0.5));
    return fmax(0, 1 - fabs(centre - i));
}

static double value(const struct image *m, int x, int y, int channel, int channels) {
    const unsigned char *p = m->pixels + ((size_t)y * (size_t)m->width + (size_t)x) * (size_t)m->channels;
    if (m->channels == 1) {
        return p[0] / 255.0;
    }
    return channels == 3 ? p[channel] / 255.0 : (.299 * p[0] + .587 * p[1] + .114 * p[2]) / 255.0;
}

static void check(int width, int height, int given, int to_width, int to_height, int channels) {
    struct image m = noise(width, height, given);
    size_t size = (size_t)to_width * (size_t)to_height * (size_t)channels;
    float *out = malloc(size * sizeof *out), *at = out;
    struct err e = ERR_INIT;
    assert_non_null(out);
    assert_int_equal(image_resize(&m, to_width, to_height, channels, out, &e), ERR_OK);
    for (int c = 0; c < channels; c++) {
        for (int y = 0; y < to_height; y++) {
            for (int x = 0; x < to_width; x++) {
                double want = 0, total = 0;
                for (int j = 0; j < height; j++) {
                    double down = weight(height, to_height, y, j);
                    for (int i = 0; down > 0 && i < width; i++) {
                        double w = down * weight(width, to_width, x, i);
                        want += w > 0 ? w * value(&m, i, j, c, channels) : 0;
                        total += w;
                    }
                }
                assert_true(fabs(total - 1) < 1e-9);
                if (fabs(*at - want) > 2e-6) {
                    fail_msg("%dx%dx%d to %dx%dx%d at %d, %d, %d: %.8f, not %.8f", width, height, given, to_width,
                             to_height, channels, c, x, y, (double)*at, want);
                }
                at++;
            }
        }
    }
    free(out);
    image_release(&m);
}

static void test_against_twin(void **state) {
    (void)state;
    static const int rows[][4] = {
        {28, 28, 28, 28},  {28, 28, 32, 32}, {56, 56, 28, 28}, {57, 43, 28, 28}, {1, 1, 7, 5},     {1, 1, 1, 1},
        {1, 90, 28, 28},   {90, 1, 28, 28},  {3, 200, 40, 7},  {200, 3, 7, 40},  {29, 28, 28, 29}, {2, 2, 1, 1},
        {100, 99, 33, 33}, {7, 7, 6, 8},     {64, 64, 48, 32}, {33, 21, 20, 20},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int k = 0; k < 4; k++) {
            check(rows[i][0], rows[i][1], k & 1 ? 3 : 1, rows[i][2], rows[i][3], k & 2 ? 3 : 1);
        }
    }
}

/* A flat picture stays flat and a same-sized one the same, to the bit. */
static void test_exact(void **state) {
    (void)state;
    unsigned char flat[35 * 21];
    memset(flat, 255, sizeof flat);
    struct image m = {35, 21, 1, flat};
    float out[64 * 64];
    struct err e = ERR_INIT;
    for (int size = 1; size <= 64; size++) {
        assert_int_equal(image_resize(&m, size, size, 1, out, &e), ERR_OK);
        for (int i = 0; i < size * size; i++) {
            assert_true(fabsf(out[i] - 1) < 1e-5F);
        }
    }
    struct image same = noise(9, 9, 1);
    assert_int_equal(image_resize(&same, 9, 9, 1, out, &e), ERR_OK);
    for (int i = 0; i < 81; i++) {
        assert_int_equal(lroundf(out[i] * 255), same.pixels[i]);
    }
    image_release(&same);
}

static void test_large(void **state) {
    (void)state;
    struct image m = {20000, 500, 1, malloc(20000 * 500)};
    assert_non_null(m.pixels);
    memset(m.pixels, 51, 20000 * 500);
    float out[28 * 28];
    struct err e = ERR_INIT;
    assert_int_equal(image_resize(&m, 28, 28, 1, out, &e), ERR_OK);
    for (int i = 0; i < 28 * 28; i++) {
        assert_true(fabsf(out[i] - .2F) < 1e-5F);
    }
    image_release(&m);
}

static void test_refusals(void **state) {
    (void)state;
    unsigned char pixel[3] = {1, 2, 3};
    float out[4] = {9, 9, 9, 9};
    static const struct {
        int width, height, channels, to_width, to_height, to_channels;
        enum err_code code;
    } rows[] = {
        {0, 1, 1, 1, 1, 1, ERR_IMAGE},   {1, 0, 1, 1, 1, 1, ERR_IMAGE},  {1, 1, 2, 1, 1, 1, ERR_IMAGE},
        {1, 1, 3, 0, 1, 1, ERR_VALUE},   {1, 1, 3, 1, -1, 1, ERR_VALUE}, {1, 1, 3, 1, 1, 2, ERR_VALUE},
        {-4, -4, 3, 1, 1, 1, ERR_IMAGE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct image m = {rows[i].width, rows[i].height, rows[i].channels, pixel};
        struct err e = ERR_INIT;
        assert_int_equal(image_resize(&m, rows[i].to_width, rows[i].to_height, rows[i].to_channels, out, &e),
                         rows[i].code);
        assert_true(out[0] == 9);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_twin),
        cmocka_unit_test(test_exact),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
