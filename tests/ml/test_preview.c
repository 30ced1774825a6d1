/* A preview shows the views that training draws: the same choice, the same random numbers. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "ml/image/augment.h"
#include "ml/image/resize.h"
#include "ml/model/preview.h"
#include "ml/model/stem.h"
#include "tests/ml/pictures.h"

#include <string.h>

enum { PICTURES = 3, VIEWS = 4, BYTES = 64 * 64 * 3 };

struct shown {
    size_t count;
    struct image last;
    unsigned char pixels[PICTURES][VIEWS][BYTES];
};

static enum err_code keep(void *user, size_t picture, size_t view, const struct image *m, struct err *e) {
    struct shown *s = user;
    (void)e;
    assert_int_equal(s->count, picture * VIEWS + view);
    s->count++;
    s->last = *m;
    memcpy(s->pixels[picture][view], m->pixels, (size_t)(m->width * m->height * m->channels));
    return ERR_OK;
}

static struct choice preview(struct pictures *p, const char *augment, uint64_t seed, struct shown *s) {
    struct ml_source source = pictures_source(p);
    struct preset_switches switches = PRESET_UNSET;
    struct choice choice;
    struct err e = ERR_INIT;
    memset(s, 0, sizeof *s);
    const struct preview_sink sink = {s, keep};
    assert_int_equal(preview_views(augment, &switches, &source, PICTURES, VIEWS, seed, &sink, &choice, NULL, &e),
                     ERR_OK);
    return choice;
}

static void test_views(void **state) {
    (void)state;
    static struct shown s, again, other;
    static struct canvas from, to;
    struct pictures p = pictures_drawn(20, 32, 3);
    struct choice c = preview(&p, "auto", 5, &s);
    assert_string_equal(c.preset.name, "photo");
    assert_int_equal(s.count, PICTURES * VIEWS);
    assert_true(s.last.width == 32 && s.last.height == 32 && s.last.channels == 3);
    for (size_t i = 0; i < PICTURES; i++) {
        for (uint32_t v = 0; v < VIEWS; v++) { /* the pictures have the canvas's size, so their bytes are what waits */
            struct random r = random_stream(5, i, VIEW_DRAWN + v);
            unsigned char want[BYTES];
            canvas_fill(&from, p.images[i].pixels, 32, 3, false);
            augment_view(preset_find("photo"), &from, &to, &r);
            image_round(to.values, 32 * 32, 3, want);
            assert_memory_equal(want, s.pixels[i][v], 32 * 32 * 3);
        }
    }
    preview(&p, "auto", 5, &again);
    preview(&p, "auto", 6, &other);
    assert_memory_equal(s.pixels, again.pixels, sizeof s.pixels);
    assert_memory_not_equal(s.pixels, other.pixels, sizeof s.pixels);
    pictures_release(&p);
}

static void test_shapes(void **state) {
    (void)state;
    static const struct {
        const char *augment, *name, *reason;
        int size, channels, want_size, want_channels;
    } rows[] = {{"auto", "digits", "no colour", 28, 1, 28, 1},
                {"digits", "digits", "auto would choose photo", 40, 3, 28, 1},
                {"art", "art", "asked for", 70, 3, 64, 3},
                {"none", "none", "asked for", 28, 1, 32, 1}};
    static struct shown s;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pictures p = pictures_drawn(20, rows[i].size, rows[i].channels);
        struct choice c = preview(&p, rows[i].augment, 1, &s);
        assert_string_equal(c.preset.name, rows[i].name);
        assert_non_null(strstr(c.reason, rows[i].reason));
        assert_true(s.last.width == rows[i].want_size && s.last.channels == rows[i].want_channels);
        pictures_release(&p);
    }
}

static void test_refusals(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(20, 28, 1);
    struct ml_source source = pictures_source(&p);
    struct preset_switches unset = PRESET_UNSET, wrong = PRESET_UNSET;
    static struct shown s;
    const struct preview_sink sink = {&s, keep};
    struct choice c;
    struct err e = ERR_INIT, late = ERR_INIT;
    wrong.blur = 7;
    assert_int_equal(preview_views("digit", &unset, &source, 3, 4, 0, &sink, &c, NULL, &e), ERR_OPTION);
    assert_int_equal(preview_views("digits", &wrong, &source, 3, 4, 0, &sink, &c, NULL, &late), ERR_VALUE);
    assert_int_equal(s.count, 0);
    pictures_release(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_views),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
