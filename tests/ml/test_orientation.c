/* EXIF: reading the tag in both byte orders, cut and lying; and the eight turns. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/random.h"
#include "ml/image/orientation.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void put(unsigned char *to, uint32_t value, unsigned size, bool big) {
    for (unsigned i = 0; i < size; i++) {
        to[i] = (unsigned char)(value >> 8 * (big ? size - 1 - i : i));
    }
}

/* "Exif", a TIFF header and a directory of three entries, the orientation last. 56 bytes. */
enum { EXIF = 6 + 8 + 2 + 3 * 12 + 4 };
static void write_exif(unsigned char out[EXIF], int orientation, bool big) {
    memset(out, 0, EXIF);
    memcpy(out, "Exif\0\0", 6);
    memcpy(out + 6, big ? "MM\0*" : "II*\0", 4);
    put(out + 10, 8, 4, big);
    put(out + 14, 3, 2, big);
    for (unsigned i = 0; i < 3; i++) {
        unsigned char *entry = out + 16 + 12 * i;
        put(entry, i == 2 ? 0x0112 : 0x0100 + i, 2, big);
        put(entry + 2, 3, 2, big);
        put(entry + 4, 1, 4, big);
        put(entry + 8, i == 2 ? (uint32_t)orientation : 7, 2, big);
    }
}

static void test_read(void **state) {
    (void)state;
    unsigned char exif[EXIF];
    for (int big = 0; big <= 1; big++) {
        for (int o = 0; o <= 10; o++) {
            write_exif(exif, o, big);
            int want = o >= 1 && o <= 8 ? o : 1;
            assert_int_equal(orientation_read(exif, EXIF), want);
            assert_int_equal(orientation_read(exif + 6, EXIF - 6), want); /* as in a PNG */
        }
    }
}

static void test_damage(void **state) {
    (void)state;
    unsigned char exif[EXIF];
    write_exif(exif, 6, true);
    for (size_t cut = 0; cut <= EXIF; cut++) {
        unsigned char *exact = malloc(cut + !cut);
        assert_non_null(exact);
        memcpy(exact, exif, cut);
        assert_int_equal(orientation_read(exact, cut), cut >= EXIF - 4 ? 6 : 1);
        free(exact);
    }
    put(exif + 10, 0xfffffff0, 4, true); /* directory beyond the end */
    assert_int_equal(orientation_read(exif, EXIF), 1);
    write_exif(exif, 6, true);
    put(exif + 14, 0xffff, 2, true); /* more entries than bytes: the third is still found */
    assert_int_equal(orientation_read(exif, EXIF), 6);
    put(exif + 16 + 24 + 2, 4, 2, true); /* not a SHORT */
    assert_int_equal(orientation_read(exif, EXIF), 1);
    struct random r = random_stream(3, 1, 4);
    for (int i = 0; i < 20000; i++) {
        write_exif(exif, 6, i & 1);
        for (int k = 0; k < 3; k++) {
            exif[10 + random_below(&r, EXIF - 10)] = (unsigned char)random_u64(&r);
        }
        assert_in_range(orientation_read(exif, EXIF), 1, 8);
    }
}

static void test_apply(void **state) {
    (void)state;
    static const struct {
        int width, height;
        unsigned char pixels[7];
    } rows[] = {
        /* 0: ignored */ {3, 2, "\1\2\3\4\5\6"},
        {3, 2, "\1\2\3\4\5\6"},
        {3, 2, "\3\2\1\6\5\4"},
        {3, 2, "\6\5\4\3\2\1"},
        {3, 2, "\4\5\6\1\2\3"},
        {2, 3, "\1\4\2\5\3\6"},
        {2, 3, "\4\1\5\2\6\3"},
        {2, 3, "\6\3\5\2\4\1"},
        {2, 3, "\3\6\2\5\1\4"},
        /* 9: ignored */ {3, 2, "\1\2\3\4\5\6"},
    };
    for (int o = 0; o < 10; o++) {
        for (int channels = 1; channels <= 3; channels += 2) {
            struct image m = {3, 2, channels, malloc((size_t)(6 * channels))};
            struct err e = ERR_INIT;
            assert_non_null(m.pixels);
            for (int i = 0; i < 6 * channels; i++) {
                m.pixels[i] = (unsigned char)(i / channels + 1 + i % channels * 100);
            }
            assert_int_equal(orientation_apply(&m, o, &e), ERR_OK);
            assert_int_equal(m.width, rows[o].width);
            assert_int_equal(m.height, rows[o].height);
            for (int i = 0; i < 6 * channels; i++) {
                assert_int_equal(m.pixels[i], rows[o].pixels[i / channels] + i % channels * 100);
            }
            image_release(&m);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_apply),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
