/* The choice of a preset, by real digits where they are, by drawn pictures else; names and their near misses. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "ml/image/canvas.h"
#include "ml/image/preset.h"
#include "tests/ml/pictures.h"

static const char *choose(struct pictures *p, char reason[160]) {
    struct preset_signs signs[100];
    bool colour;
    size_t n = p->count < 100 ? p->count : 100;
    for (size_t i = 0; i < n; i++) {
        unsigned char rgb[28 * 28 * 3];
        struct err e = ERR_INIT;
        assert_int_equal(canvas_shrink(&p->images[i], 28, 3, rgb, &e), ERR_OK);
        preset_measure(rgb, 28, &signs[i]);
    }
    return preset_choose(signs, n, &colour, reason)->name;
}

static void invert(struct pictures *p) {
    for (size_t i = 0; i < p->count; i++) {
        struct image *m = &p->images[i];
        for (int k = 0; k < m->width * m->height * m->channels; k++) {
            m->pixels[k] = (unsigned char)(255 - m->pixels[k]);
        }
    }
}

static void test_drawn(void **state) {
    (void)state;
    static const struct {
        int size, channels, inverted;
        const char *want;
    } rows[] = {{28, 1, 0, "digits"}, {100, 1, 0, "digits"}, {28, 1, 1, "digits"}, {40, 3, 0, "photo"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pictures p = pictures_drawn(50, rows[i].size, rows[i].channels);
        char reason[160];
        if (rows[i].inverted) {
            invert(&p);
        }
        assert_string_equal(choose(&p, reason), rows[i].want);
        assert_true(strlen(reason) > 10);
        pictures_release(&p);
    }
}

static void test_grey_noise_is_an_object(void **state) {
    (void)state;
    struct pictures p = pictures_new(20);
    struct random r = random_stream(1, 2, 3);
    char reason[160];
    for (size_t i = 0; i < p.count; i++) {
        struct image *m = pictures_shape(&p, i, 30, 20, 1);
        for (int k = 0; k < 600; k++) {
            m->pixels[k] = (unsigned char)random_below(&r, 256);
        }
    }
    assert_string_equal(choose(&p, reason), "object");
    pictures_release(&p);
}

static void test_mnist(void **state) {
    (void)state;
    struct pictures p = pictures_mnist("train");
    char reason[160];
    if (!p.count) {
        pictures_release(&p);
        print_message("skipped: THANOSQL_DATASET_MIRROR names no folder with mnist/\n");
        skip();
    }
    assert_string_equal(choose(&p, reason), "digits");
    pictures_release(&p);
}

static void test_names(void **state) {
    (void)state;
    static const struct {
        const char *name, *found, *hint;
    } rows[] = {{"auto", NULL, ""},        {NULL, NULL, ""},        {"digits", "digits", ""},    {"none", "none", ""},
                {"digit", NULL, "digits"}, {"foto", NULL, "photo"}, {"zzzzzzzz", NULL, "choose"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct preset *p = NULL;
        struct err e = ERR_INIT;
        enum err_code code = preset_parse(rows[i].name, &p, &e);
        assert_int_equal(code, rows[i].hint[0] ? ERR_OPTION : ERR_OK);
        assert_true(rows[i].found ? p && !strcmp(p->name, rows[i].found) : !p);
        assert_non_null(strstr(e.hint, rows[i].hint));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drawn),
        cmocka_unit_test(test_grey_noise_is_an_object),
        cmocka_unit_test(test_mnist),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
