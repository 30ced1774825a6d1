/* The blocks of the stem and their join, the patch dictionary, and colour. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "ml/image/colour.h"
#include "ml/model/stem.h"
#include "tests/ml/pictures.h"

static void start(struct gallery *g, struct pictures *p, struct ml_source *source, int size, int channels,
                  struct pace *pace) {
    struct err e = ERR_INIT;
    *source = pictures_source(p);
    pace_init(pace, NULL);
    assert_int_equal(gallery_init(g, source, 1, &e), ERR_OK);
    assert_int_equal(gallery_read(g, size, channels, pace, &e), ERR_OK);
}

static void test_lengths(void **state) {
    (void)state;
    static const struct {
        const char *preset;
        int size, channels, length;
    } rows[] = {{"digits", 28, 1, 588},
                {"photo", 32, 3, 768 + 1600 + 160},
                {"photo", 64, 3, 768 + 1600 + 160},
                {"object", 32, 1, 768 + 1600}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stem s;
        struct err e = ERR_INIT;
        assert_int_equal(stem_init(&s, preset_find(rows[i].preset), rows[i].size, rows[i].channels, &e), ERR_OK);
        assert_int_equal(s.length, rows[i].length);
        stem_release(&s);
    }
}

/* Every block has the length of its weight; a picture equal to the mean has none. */
static void test_join(void **state) {
    (void)state;
    struct stem s;
    struct err e = ERR_INIT;
    struct random r = random_stream(1, 1, 1);
    static float features[2528];
    assert_int_equal(stem_init(&s, preset_find("photo"), 32, 3, &e), ERR_OK);
    for (int k = 0; k < s.length; k++) {
        s.mean[k] = random_uniform(&r, 0, 5);
        features[k] = s.mean[k] + (k < 768 + 1600 ? random_normal(&r) : 0);
    }
    stem_join(&s, features);
    const float *at = features;
    static const float want[] = {1, .7F, 0, 0};
    for (int b = 0; b < STEM_BLOCKS; b++) {
        float square = 0;
        for (int k = 0; k < s.blocks[b].length; k++) {
            square += at[k] * at[k];
        }
        assert_true(fabsf(sqrtf(square) - want[b]) < 1e-4F);
        at += s.blocks[b].length;
    }
    stem_release(&s);
}

static void test_views(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(3, 28, 1);
    struct ml_source source;
    struct gallery g;
    struct pace pace;
    struct stem s;
    struct err e = ERR_INIT;
    start(&g, &p, &source, 28, 1, &pace);
    assert_int_equal(stem_init(&s, preset_find("digits"), 28, 1, &e), ERR_OK);
    static const struct view views[] = {
        {0, VIEW_ORIGINAL}, {0, VIEW_DRAWN}, {0, VIEW_DRAWN}, {0, VIEW_DRAWN + 1}, {0, VIEW_ORIGINAL}};
    enum { N = sizeof views / sizeof *views };
    unsigned char bytes[N * 784];
    static float out[N * 588];
    for (int i = 0; i < N; i++) {
        memcpy(bytes + i * 784, g.bytes, 784);
    }
    assert_int_equal(stem_views(&s, views, bytes, N, 9, false, out, &pace, &e), ERR_OK);
    assert_memory_equal(out, out + 4 * 588, 588 * sizeof *out);
    assert_memory_equal(out + 588, out + 2 * 588, 588 * sizeof *out);
    assert_memory_not_equal(out, out + 588, 588 * sizeof *out);
    assert_memory_not_equal(out + 588, out + 3 * 588, 588 * sizeof *out);
    stem_release(&s);
    gallery_release(&g);
    pictures_release(&p);
}

static void check_dictionary(const struct dictionary *d) {
    for (int a = 0; a < DICTIONARY_ATOMS; a++) {
        float square = 0;
        for (int k = 0; k < DICTIONARY_PATCH; k++) {
            square += d->atoms[a * DICTIONARY_PATCH + k] * d->atoms[a * DICTIONARY_PATCH + k];
        }
        assert_true(fabsf(square - 1) < 1e-3F || square == 0);
    }
}

static void test_dictionary(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(60, 40, 3);
    static struct dictionary d, again;
    static struct dictionary_scratch scratch;
    static struct canvas canvas = {.size = 32, .channels = 1};
    float out[DICTIONARY_LENGTH], sum = 0;
    struct err e = ERR_INIT;
    static const int sizes[] = {32, 64};
    for (int i = 0; i < 2; i++) {
        struct ml_source source;
        struct gallery g;
        struct pace pace;
        start(&g, &p, &source, sizes[i], 3, &pace);
        assert_int_equal(dictionary_fit(&d, &g, 3, &pace, &e), ERR_OK);
        assert_int_equal(dictionary_fit(&again, &g, 3, &pace, &e), ERR_OK);
        assert_memory_equal(&d, &again, sizeof d);
        check_dictionary(&d);
        gallery_release(&g);
    }
    struct random r = random_stream(1, 5, 0);
    for (int i = 0; i < 1024; i++) {
        canvas.values[i] = random_uniform(&r, 0, 1);
    }
    dictionary_compute(&d, &canvas, &scratch, out);
    for (int i = 0; i < DICTIONARY_LENGTH; i++) {
        assert_true(out[i] >= 0 && out[i] <= 1); /* roots of means of cosines */
        sum += out[i];
    }
    assert_true(sum > 1);
    pictures_release(&p);
}

static void test_colour(void **state) {
    (void)state;
    static struct canvas c = {.size = 32, .channels = 3};
    float cells[COLOUR_CELLS_LENGTH], boxes[COLOUR_HISTOGRAM_LENGTH];
    for (int i = 0; i < 1024; i++) { /* left half red, right half blue */
        c.values[i] = i % 32 < 16;
        c.values[2048 + i] = i % 32 >= 16;
    }
    colour_cells(&c, cells);
    colour_histogram(&c, boxes);
    for (int i = 0; i < 16; i++) {
        bool red = i % 4 < 2;
        assert_true(fabsf(cells[6 * i] - (red ? .299F : .114F)) < 1e-5F);
        assert_true(fabsf(cells[6 * i + 2] - red) < 1e-5F);
        assert_true(fabsf(cells[6 * i + 4] - (red ? -.5F : 1)) < 1e-5F);
        assert_true(cells[6 * i + 1] < 1e-3F && cells[6 * i + 3] < 1e-3F && cells[6 * i + 5] < 1e-3F);
    }
    for (int i = 0; i < COLOUR_HISTOGRAM_LENGTH; i++) {
        assert_true(fabsf(boxes[i] - (i == 48 || i == 3 ? sqrtf(512) : 0)) < 1e-4F);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths),    cmocka_unit_test(test_join),   cmocka_unit_test(test_views),
        cmocka_unit_test(test_dictionary), cmocka_unit_test(test_colour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
