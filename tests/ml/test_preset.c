/* The choice of a preset, by real digits where they are, by drawn pictures else; names and their near misses. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "ml/image/canvas.h"
#include "ml/image/preset.h"
#include "tests/ml/pictures.h"

#include <math.h>

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

/* Each switch sets its own fields and no other. */
static void test_switches(void **state) {
    (void)state;
    static const struct {
        struct preset_switches set;
        struct preset want; /* only what differs from "art", which has each of these otherwise */
    } rows[] = {
        {{1, -1, -1, -1, -1, -1, -1}, {.mirror = true}},
        {{-1, 1, -1, -1, -1, -1, -1}, {.vertical_flip = true}},
        {{-1, -1, 1, -1, -1, -1, -1}, {.brightness = .3F, .contrast = .3F, .saturation = .4F, .grey = .1F}},
        {{-1, -1, -1, 90, -1, -1, -1}, {.rotation = 1.57079633F}},
        {{-1, -1, -1, -1, 1, -1, -1}, {.shear = 1}},
        {{-1, -1, -1, -1, -1, .05F, -1}, {.area_least = .05F}},
        {{-1, -1, -1, -1, -1, -1, 1}, {.blur = .0625F}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct preset p = *preset_find("art"), want = p;
        const struct preset *differs = &rows[i].want;
        struct err e = ERR_INIT;
        want.mirror = differs->mirror;
        want.vertical_flip = differs->vertical_flip;
        want.rotation = differs->rotation > 0 ? differs->rotation : p.rotation;
        want.shear = differs->shear > 0 ? differs->shear : p.shear;
        want.area_least = differs->area_least > 0 ? differs->area_least : p.area_least;
        want.blur = differs->blur;
        if (differs->brightness > 0) {
            want.brightness = differs->brightness;
            want.contrast = differs->contrast;
            want.saturation = differs->saturation;
            want.grey = differs->grey;
        }
        assert_int_equal(preset_apply(&p, &rows[i].set, &e), ERR_OK);
        assert_memory_equal(&p, &want, sizeof p);
    }
}

static void test_unset_switches(void **state) {
    (void)state;
    static const char *const names[] = {"digits", "photo", "object", "art", "none"};
    for (size_t i = 0; i < 5; i++) {
        struct preset p = *preset_find(names[i]);
        const struct preset_switches unset = PRESET_UNSET;
        struct err e = ERR_INIT;
        assert_int_equal(preset_apply(&p, &unset, &e), ERR_OK);
        assert_memory_equal(&p, preset_find(names[i]), sizeof p);
    }
}

/* A switch makes views where the preset has none; all off, there are none to learn from. */
static void test_augmented(void **state) {
    (void)state;
    struct preset none = *preset_find("none"), art = *preset_find("art");
    const struct preset_switches turned = {-1, -1, -1, 5, -1, -1, -1}, still = {0, 0, 0, 0, 0, 1, 0};
    struct err e = ERR_INIT;
    char text[160];
    assert_int_equal(preset_apply(&none, &turned, &e), ERR_OK);
    assert_true(none.augmented);
    assert_int_equal(preset_apply(&none, &still, &e), ERR_OK);
    assert_false(none.augmented);
    assert_int_equal(preset_apply(&art, &still, &e), ERR_OK);
    assert_true(art.augmented); /* its crops still change the shape */
    preset_describe(&turned, text);
    assert_string_equal(text, "rotation=5");
    preset_describe(&still, text);
    assert_string_equal(
        text, "horizontal_flip=False, vertical_flip=False, color=0, rotation=0, shear=0, crop_min_scale=1, blur=0");
}

static void test_switch_bounds(void **state) {
    (void)state;
    static const struct preset_switches rows[] = {
        {2, -1, -1, -1, -1, -1, -1},    {-1, 2, -1, -1, -1, -1, -1}, {-1, -1, 2.1F, -1, -1, -1, -1},
        {-1, -1, -1, 181, -1, -1, -1},  {-1, -1, -1, -1, 2, -1, -1}, {-1, -1, -1, -1, -1, .04F, -1},
        {-1, -1, -1, -1, -1, 1.1F, -1}, {-1, -1, -1, -1, -1, -1, 2}, {-1, -1, NAN, -1, -1, -1, -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct preset p = *preset_find("photo");
        struct err e = ERR_INIT;
        assert_int_equal(preset_apply(&p, &rows[i], &e), ERR_VALUE);
        assert_memory_equal(&p, preset_find("photo"), sizeof p);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_switches),  cmocka_unit_test(test_unset_switches),
        cmocka_unit_test(test_augmented), cmocka_unit_test(test_switch_bounds),
        cmocka_unit_test(test_drawn),     cmocka_unit_test(test_grey_noise_is_an_object),
        cmocka_unit_test(test_mnist),     cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
