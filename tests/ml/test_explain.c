/* An explanation adds up to the score that the vectors have, and its cells are where they say. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "ml/model/explain.h"
#include "tests/ml/pictures.h"

#include <math.h>
#include <string.h>

enum { COUNT = 60 };

static const struct {
    const char *preset;
    int size, channels;
} rows[] = {{"digits", 28, 1}, {"photo", 32, 3}, {"photo", 70, 3}, {"object", 40, 1}, {"art", 32, 3}, {"none", 32, 3}};
#define ROWS (sizeof rows / sizeof *rows)

static struct encoder *train(struct pictures *p, const char *preset) {
    struct ml_source source = pictures_source(p);
    struct encoder_options o = encoder_defaults;
    struct encoder *m = NULL;
    struct err e = ERR_INIT;
    o.max_epochs = 1;
    o.augment = preset;
    assert_int_equal(encoder_train(&o, &source, NULL, &m, NULL, &e), ERR_OK);
    return m;
}

static void explain(const struct encoder *m, struct pictures *p, size_t a, size_t b, struct explanation *x) {
    struct ml_source source = pictures_source(p);
    struct err e = ERR_INIT;
    assert_int_equal(encoder_explain(m, &source, a, b, x, &e), ERR_OK);
}

static double sum_of(const struct explanation *x, const struct explain_side *s) {
    double sum = (double)s->histogram + (double)s->rest;
    for (int i = 0; i < x->side * x->side; i++) {
        sum += (double)s->cells[i];
    }
    return sum;
}

static void test_adds_up(void **state) {
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        struct pictures p = pictures_drawn(COUNT, rows[i].size, rows[i].channels);
        struct ml_source source = pictures_source(&p);
        struct encoder *m = train(&p, rows[i].preset);
        size_t d = (size_t)encoder_dimension(m);
        float *vectors = malloc(COUNT * d * sizeof *vectors);
        struct err e = ERR_INIT;
        assert_int_equal(encoder_embed(m, &source, 0, COUNT, vectors, NULL, NULL, &e), ERR_OK);
        for (size_t b = 0; b < COUNT; b += 7) {
            struct explanation x;
            double score = 0;
            for (size_t k = 0; k < d; k++) {
                score += (double)vectors[3 * d + k] * (double)vectors[b * d + k];
            }
            explain(m, &p, 3, b, &x);
            assert_true(fabs((double)x.score - score) < 1e-4);
            assert_true(fabs(sum_of(&x, &x.first) - score) < 1e-4);
            assert_true(fabs(sum_of(&x, &x.second) - score) < 1e-4);
            for (int side = 0; side < 2; side++) {
                const struct explain_side *s = side ? &x.second : &x.first;
                double blocks = (double)s->shape + (double)s->texture + (double)s->colour;
                assert_true(fabs(blocks + (double)s->histogram + (double)s->rest - score) < 1e-4);
                assert_true((s->histogram != 0) == (rows[i].channels == 3));
                assert_true(s->shape != 0 && (s->texture != 0) == (strcmp(rows[i].preset, "digits") != 0));
                assert_true(s->seen.width == s->seen.height && s->seen.pixels);
            }
            explanation_release(&x);
        }
        encoder_free(m);
        free(vectors);
        pictures_release(&p);
    }
}

/* The two sides of a score are named the other way round when the pictures are. */
static void test_order(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(COUNT, 32, 3);
    struct encoder *m = train(&p, "photo");
    struct explanation x, y;
    explain(m, &p, 4, 9, &x);
    explain(m, &p, 9, 4, &y);
    assert_memory_equal(x.first.cells, y.second.cells, sizeof x.first.cells);
    assert_memory_equal(x.second.cells, y.first.cells, sizeof x.first.cells);
    explanation_release(&x);
    explanation_release(&y);
    encoder_free(m);
    pictures_release(&p);
}

/* Where mirrored is the same, a mirrored picture has the same score from mirrored places. */
static void test_mirror(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(COUNT, 32, 3);
    struct encoder *m = train(&p, "photo");
    struct explanation x, y;
    explain(m, &p, 4, 9, &x);
    struct image *flipped = &p.images[9];
    for (int row = 0; row < 32; row++) {
        for (int i = 0; i < 16; i++) {
            for (int k = 0; k < 3; k++) {
                unsigned char *a = flipped->pixels + (row * 32 + i) * 3 + k;
                unsigned char *b = flipped->pixels + (row * 32 + 31 - i) * 3 + k, t = *a;
                *a = *b;
                *b = t;
            }
        }
    }
    explain(m, &p, 4, 9, &y);
    assert_true(fabsf(x.score - y.score) < 1e-4F);
    float most = 0;
    for (int i = 0; i < 64; i++) {
        assert_true(fabsf(x.first.cells[i] - y.first.cells[i]) < 1e-4F);
        assert_true(fabsf(x.second.cells[i] - y.second.cells[i / 8 * 8 + 7 - i % 8]) < 1e-4F);
        most = fmaxf(most, fabsf(x.second.cells[i] - y.second.cells[i]));
    }
    assert_true(most > 1e-3F); /* the map itself is not symmetric */
    explanation_release(&x);
    explanation_release(&y);
    encoder_free(m);
    pictures_release(&p);
}

/* A change in one corner changes that corner's cells most. */
static void test_place(void **state) {
    (void)state;
    for (int corner = 0; corner < 4; corner++) {
        struct pictures p = pictures_drawn(COUNT, 32, 3);
        struct encoder *m = train(&p, "art");
        struct explanation x, y;
        explain(m, &p, 4, 9, &x);
        for (int i = 0; i < 36; i++) {
            int px = i % 6 + (corner & 1 ? 25 : 1), py = i / 6 + (corner & 2 ? 25 : 1);
            unsigned char *pixel = p.images[9].pixels + (py * 32 + px) * 3;
            pixel[0] = pixel[1] = pixel[2] = (i / 6 + i % 6) % 3 ? 255 : 0;
        }
        explain(m, &p, 4, 9, &y);
        int changed = 0;
        for (int i = 1; i < 64; i++) {
            float now = fabsf(x.second.cells[i] - y.second.cells[i]);
            changed = now > fabsf(x.second.cells[changed] - y.second.cells[changed]) ? i : changed;
        }
        assert_int_equal(changed % 8 >= 4, corner & 1);
        assert_int_equal(changed / 8 >= 4, corner >> 1);
        explanation_release(&x);
        explanation_release(&y);
        encoder_free(m);
        pictures_release(&p);
    }
}

static enum err_code refuse(void *user, size_t index, int want, struct image *out, struct err *e) {
    struct ml_source source = pictures_source(user);
    return index == 2 ? err_set(e, ERR_IMAGE, "picture 2 is torn") : source.load(source.user, index, want, out, e);
}

static void test_failing_picture(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(COUNT, 28, 1);
    struct encoder *m = train(&p, "digits");
    struct ml_source source = {&p, COUNT, refuse};
    for (size_t i = 0; i < 2; i++) {
        struct explanation x;
        struct err e = ERR_INIT;
        assert_int_equal(encoder_explain(m, &source, i ? 2 : 1, i ? 1 : 2, &x, &e), ERR_IMAGE);
        assert_string_equal(e.message, "picture 2 is torn");
    }
    encoder_free(m);
    pictures_release(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_adds_up), cmocka_unit_test(test_order),           cmocka_unit_test(test_mirror),
        cmocka_unit_test(test_place),   cmocka_unit_test(test_failing_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
