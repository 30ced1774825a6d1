/* The encoder end to end: how well it retrieves (MNIST where it is), the same bytes on any threads, odd sets of
 * pictures, interrupts, failures. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/parallel.h"
#include "ml/model/encoder.h"
#include "tests/ml/pictures.h"

static float *train_and_embed(struct pictures *train, struct pictures *test, const struct encoder_options *o,
                              struct encoder_report *report, int *dimension) {
    struct ml_source train_source = pictures_source(train), test_source = pictures_source(test);
    struct encoder *m = NULL;
    struct err e = ERR_INIT;
    if (encoder_train(o, &train_source, NULL, &m, report, &e)) {
        fail_msg("%s", e.message);
    }
    *dimension = encoder_dimension(m);
    float *out = malloc(test->count * (size_t)*dimension * sizeof *out);
    assert_int_equal(encoder_embed(m, &test_source, 0, test->count, out, NULL, NULL, &e), ERR_OK);
    encoder_free(m);
    return out;
}

static void check_vectors(const float *vectors, size_t count, int dimension) {
    for (size_t i = 0; i < count; i++) {
        double square = 0;
        for (int k = 0; k < dimension; k++) {
            assert_true(isfinite(vectors[i * (size_t)dimension + (size_t)k]));
            square += pow((double)vectors[i * (size_t)dimension + (size_t)k], 2);
        }
        assert_true(square == 0 || fabs(square - 1) < 1e-4);
    }
}

static void test_mnist(void **state) {
    (void)state;
    struct pictures train = pictures_mnist("train"), test = pictures_mnist("test");
    if (!train.count || !test.count) {
        pictures_release(&train);
        pictures_release(&test);
        print_message("skipped: THANOSQL_DATASET_MIRROR names no folder with mnist/ and mnist_data_ids.csv\n");
        skip();
    }
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct encoder_options o = encoder_defaults;
        struct encoder_report report;
        int dimension;
        o.max_epochs = 1;
        o.seed = seed;
        float *vectors = train_and_embed(&train, &test, &o, &report, &dimension);
        struct retrieval r = pictures_retrieve(vectors, test.labels, test.count, (size_t)dimension);
        print_message("seed %d: %.3f s, P@1 %.3f P@3 %.3f P@10 %.3f mAP %.3f; views %.3f %.3f %.3f\n", (int)seed,
                      report.seconds, r.first, r.third, r.tenth, r.mean_average, (double)report.view_pixels,
                      (double)report.view_stem, (double)report.view_model);
        assert_true(r.first >= .97 && r.third >= .945 && r.tenth >= .885 && r.mean_average >= .825);
        assert_string_equal(report.preset, "digits");
        assert_true(report.view_model > report.view_stem && report.view_stem > report.view_pixels);
        check_vectors(vectors, test.count, dimension);
        free(vectors);
    }
    pictures_release(&train);
    pictures_release(&test);
}

/* Figures no picture of which was trained on, drawn anew: they find their like. */
static void test_drawn(void **state) {
    (void)state;
    static const struct {
        int size, channels;
        const char *preset;
    } rows[] = {{28, 1, "digits"}, {32, 3, "photo"}, {80, 3, "photo"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pictures all = pictures_drawn(240, rows[i].size, rows[i].channels);
        struct pictures train = all, test = all;
        struct encoder_options o = encoder_defaults;
        struct encoder_report report;
        int dimension;
        train.count = 160;
        test.count = 80;
        test.images += 160;
        test.labels += 160;
        o.max_epochs = 2;
        o.batch_size = 64;
        float *vectors = train_and_embed(&train, &test, &o, &report, &dimension);
        struct retrieval r = pictures_retrieve(vectors, test.labels, test.count, (size_t)dimension);
        assert_string_equal(report.preset, rows[i].preset);
        assert_int_equal(report.images, 160);
        assert_int_equal(report.epochs, 2);
        assert_true(isfinite(report.last_loss) && report.first_loss > 0);
        assert_true(r.first > .8);
        check_vectors(vectors, test.count, dimension);
        free(vectors);
        pictures_release(&all);
    }
}

/* A bright picture like no other: soft blobs of any place, size and colour. */
static void draw_blobs(struct pictures *p, size_t i, int size) {
    struct random r = random_stream(17, i, 0);
    struct image *m = pictures_shape(p, i, size, size, 3);
    for (int blob = 0; blob < 12; blob++) {
        float at_x = random_uniform(&r, 0, (float)size), at_y = random_uniform(&r, 0, (float)size);
        float radius = random_uniform(&r, .08F, .3F) * (float)size, paint[3];
        for (int k = 0; k < 3; k++) {
            paint[k] = random_uniform(&r, 60, 255);
        }
        for (int n = 0; n < size * size * 3; n++) {
            float far = hypotf((float)(n / 3 % size) - at_x, (float)(n / 3 / size) - at_y) / radius;
            float part = blob ? expf(-far * far) : 1, old = (float)m->pixels[n];
            m->pixels[n] = (unsigned char)(old + (paint[n % 3] - old) * part);
        }
    }
}

/* Pictures moved by 8 % to the right and down, with black where they were, find themselves. */
static void test_shifted_pictures_find_themselves(void **state) {
    (void)state;
    enum { N = 400, SIZE = 50, BY = 4 };
    struct pictures all = pictures_new(N), moved = pictures_new(N);
    struct encoder_options o = encoder_defaults;
    struct encoder *m = NULL;
    struct err e = ERR_INIT;
    struct ml_source source = pictures_source(&all), moved_source = pictures_source(&moved);
    for (size_t i = 0; i < N; i++) {
        draw_blobs(&all, i, SIZE);
        unsigned char *to = pictures_shape(&moved, i, SIZE, SIZE, 3)->pixels;
        for (size_t y = BY; y < SIZE; y++) {
            memcpy(to + (y * SIZE + BY) * 3, all.images[i].pixels + (y - BY) * SIZE * 3, (SIZE - BY) * 3);
        }
    }
    o.max_epochs = 1;
    assert_int_equal(encoder_train(&o, &source, NULL, &m, NULL, &e), ERR_OK);
    size_t d = (size_t)encoder_dimension(m), found = 0;
    float *vectors = malloc(2 * N * d * sizeof *vectors), *queries = vectors + N * d;
    assert_int_equal(encoder_embed(m, &source, 0, N, vectors, NULL, NULL, &e), ERR_OK);
    assert_int_equal(encoder_embed(m, &moved_source, 0, N, queries, NULL, NULL, &e), ERR_OK);
    for (size_t i = 0; i < N; i++) {
        size_t best = 0;
        float best_score = -2;
        for (size_t j = 0; j < N; j++) {
            float score = 0;
            for (size_t k = 0; k < d; k++) {
                score += queries[i * d + k] * vectors[j * d + k];
            }
            best = score > best_score ? j : best;
            best_score = score > best_score ? score : best_score;
        }
        found += best == i;
    }
    print_message("%zu of %d\n", found, N);
    assert_true(found >= 390); /* without shifts among the views of the whitening: 369 */
    free(vectors);
    encoder_free(m);
    pictures_release(&all);
    pictures_release(&moved);
}

static void test_same_bytes_on_any_threads(void **state) {
    (void)state;
    static const struct { int size, channels; } rows[] = {{28, 1}, {33, 3}};
    static const int threads[] = {1, 2, 8};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pictures p = pictures_drawn(300, rows[i].size, rows[i].channels);
        struct encoder_options o = encoder_defaults;
        struct encoder_report report;
        int dimension;
        float *first = NULL;
        o.max_epochs = 2;
        o.batch_size = 100;
        o.seed = 5;
        for (size_t k = 0; k < 3; k++) {
            parallel_set_threads(threads[k]);
            float *vectors = train_and_embed(&p, &p, &o, &report, &dimension);
            if (first) {
                assert_memory_equal(first, vectors, p.count * (size_t)dimension * sizeof *vectors);
                free(vectors);
            } else {
                first = vectors;
            }
        }
        o.seed = 6;
        float *other = train_and_embed(&p, &p, &o, &report, &dimension);
        assert_memory_not_equal(first, other, p.count * (size_t)dimension * sizeof *other);
        parallel_set_threads(0);
        free(first);
        free(other);
        pictures_release(&p);
    }
}

/* A picture has one vector, embedded alone or among others. */
static void test_same_bytes_alone(void **state) {
    (void)state;
    static const struct { int size, channels; } rows[] = {{28, 1}, {33, 3}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pictures p = pictures_drawn(140, rows[i].size, rows[i].channels);
        struct ml_source source = pictures_source(&p);
        struct encoder_options o = encoder_defaults;
        struct encoder *m = NULL;
        struct err e = ERR_INIT;
        o.max_epochs = 1;
        assert_int_equal(encoder_train(&o, &source, NULL, &m, NULL, &e), ERR_OK);
        size_t d = (size_t)encoder_dimension(m);
        float *all = malloc(p.count * d * sizeof *all), *some = malloc(p.count * d * sizeof *some);
        assert_int_equal(encoder_embed(m, &source, 0, p.count, all, NULL, NULL, &e), ERR_OK);
        for (size_t begin = 0, n = 1; begin < p.count; begin += n, n = 3 * n + 1) {
            size_t count = n < p.count - begin ? n : p.count - begin;
            assert_int_equal(encoder_embed(m, &source, begin, begin + count, some, NULL, NULL, &e), ERR_OK);
            assert_memory_equal(some, all + begin * d, count * d * sizeof *all);
        }
        free(all);
        free(some);
        encoder_free(m);
        pictures_release(&p);
    }
}

/* Sets that no one would choose. */
static struct pictures odd_set(const char *name) {
    struct pictures p = pictures_new(!strcmp(name, "two") ? 2 : !strcmp(name, "three") ? 3 : 12);
    for (size_t i = 0; i < p.count; i++) {
        bool colour = !strcmp(name, "mixed colour") && i % 2;
        if (!strcmp(name, "equal")) {
            pictures_draw(&p, i, 28, 1);
            memcpy(p.images[i].pixels, p.images[0].pixels, 784);
        } else if (!strcmp(name, "constant")) {
            memset(pictures_shape(&p, i, 9, 9, 1)->pixels, (int)i * 20, 81);
        } else if (!strcmp(name, "one pixel")) {
            pictures_shape(&p, i, 1, 1, 1)->pixels[0] = (unsigned char)(20 * i);
        } else if (!strcmp(name, "one pixel colour")) {
            memcpy(pictures_shape(&p, i, 1, 1, 3)->pixels, (unsigned char[]){(unsigned char)(20 * i), 255, 7}, 3);
        } else if (!strcmp(name, "thin")) {
            memset(pictures_shape(&p, i, i % 2 ? 1 : 3000, i % 2 ? 3000 : 1, 1)->pixels, (int)i, 1500);
        } else {
            pictures_draw(&p, i, !strcmp(name, "mixed sizes") ? 5 + 17 * (int)i : 28, colour ? 3 : 1);
        }
    }
    return p;
}

static void test_odd_sets(void **state) {
    (void)state;
    static const char *const sets[] = {
        "two", "three", "equal", "constant", "one pixel", "one pixel colour", "thin", "mixed sizes", "mixed colour"};
    static const char *const presets[] = {"auto", "digits", "photo", "object", "art", "none"};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        for (size_t k = 0; k < 5; k++) {
            struct pictures p = odd_set(sets[i]);
            struct encoder_options o = encoder_defaults;
            struct encoder_report report;
            int dimension;
            o.max_epochs = 3;
            o.augment = presets[k];
            float *vectors = train_and_embed(&p, &p, &o, &report, &dimension);
            assert_true(dimension >= 1 && dimension < (int)p.count);
            check_vectors(vectors, p.count, dimension);
            for (size_t v = 0; !strcmp(sets[i], "equal") && v < p.count * (size_t)dimension; v++) {
                assert_true(vectors[v] == 0);
            }
            free(vectors);
            pictures_release(&p);
        }
    }
}

#define DEFAULTS .max_epochs = 1, .batch_size = 64, .temperature = .2F, .switches = PRESET_UNSET

static void test_refusals(void **state) {
    (void)state;
    static const struct {
        size_t count;
        struct encoder_options o;
        enum err_code code;
        const char *message;
    } rows[] = {
        {0, {DEFAULTS}, ERR_VALUE, "at least 2 pictures"},
        {1, {DEFAULTS}, ERR_VALUE, "got 1"},
        {4, {.batch_size = 64, .temperature = .2F}, ERR_VALUE, "max_epochs"},
        {4, {.max_epochs = 1, .batch_size = 1, .temperature = .2F}, ERR_VALUE, "batch_size"},
        {4, {.max_epochs = 1, .batch_size = 64}, ERR_VALUE, "temperature"},
        {4, {.max_epochs = 1, .batch_size = 64, .temperature = NAN}, ERR_VALUE, "temperature"},
        {4, {DEFAULTS, .learning_rate = -1}, ERR_VALUE, "learning_rate"},
        {4, {DEFAULTS, .learning_rate = INFINITY}, ERR_VALUE, "learning_rate"},
        {4, {DEFAULTS, .embedding_size = 100000}, ERR_VALUE, "embedding_size"},
        {4, {DEFAULTS, .augment = "digit"}, ERR_OPTION, "digit"},
        {4,
         {.max_epochs = 1, .batch_size = 64, .temperature = .2F, .switches = {-1, -1, -1, 200, -1, -1, -1}},
         ERR_VALUE,
         "rotation is 200"},
        {4, {DEFAULTS, .image_size = 64}, ERR_VALUE, "preset digits looks at pictures of 28 pixels"},
        {4,
         {DEFAULTS, .image_size = 28, .augment = "photo"},
         ERR_VALUE,
         "preset photo looks at pictures of 32 or 64 pixels"},
        {40, {DEFAULTS, .learning_rate = 1e38F}, ERR_MODEL, "a weight is no longer a number in epoch 1"},
        {40,
         {.max_epochs = 5, .batch_size = 10, .temperature = .2F, .learning_rate = 1e38F, .switches = PRESET_UNSET},
         ERR_MODEL,
         "the loss is no longer a number in epoch 1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pictures p = pictures_drawn(rows[i].count, 28, 1);
        struct ml_source source = pictures_source(&p);
        struct encoder *m = NULL;
        struct encoder_report report;
        struct err e = ERR_INIT;
        assert_int_equal(encoder_train(&rows[i].o, &source, NULL, &m, &report, &e), rows[i].code);
        assert_non_null(strstr(e.message, rows[i].message));
        assert_null(m);
        pictures_release(&p);
    }
}

struct watching {
    double last, worst, stop_after, start;
    int count;
};

static int watch(void *user, const struct ml_progress *p) {
    struct watching *w = user;
    double now = clock_now();
    assert_non_null(p->stage);
    assert_true(p->done <= p->total);
    w->worst = w->count++ && now - w->last > w->worst ? now - w->last : w->worst;
    w->last = now;
    return now - w->start > w->stop_after;
}

/* Ten thousand epochs asked for; stopped at several moments, soon each time. */
static void test_interrupt(void **state) {
    (void)state;
    static const double moments[] = {0, .05, .2, .6};
    struct pictures p = pictures_drawn(600, 40, 3);
    struct ml_source source = pictures_source(&p);
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        struct encoder_options o = encoder_defaults;
        struct watching w = {.stop_after = moments[i], .start = clock_now()};
        struct ml_watch watcher = {&w, watch};
        struct encoder *m = NULL;
        struct err e = ERR_INIT;
        o.max_epochs = 10000;
        assert_int_equal(encoder_train(&o, &source, &watcher, &m, NULL, &e), ERR_INTERRUPT);
        assert_null(m);
        print_message("stopped after %.2f s, longest silence %.3f s\n", clock_now() - w.start, w.worst);
        assert_true(w.worst < 1.0); /* loose: instrumented builds and busy machines */
    }
    pictures_release(&p);
}

static void test_failing_pictures(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(60, 28, 1);
    struct ml_source source = pictures_source(&p);
    struct encoder_options o = encoder_defaults;
    struct encoder *m = NULL;
    struct err e = ERR_INIT;
    unsigned char failed[60];
    float *out = malloc(60 * 64 * sizeof *out);
    o.max_epochs = 1;
    assert_int_equal(encoder_train(&o, &source, NULL, &m, NULL, &e), ERR_OK);
    size_t d = (size_t)encoder_dimension(m);
    free(p.images[7].pixels);
    free(p.images[40].pixels);
    p.images[7].pixels = p.images[40].pixels = NULL;
    assert_int_equal(encoder_embed(m, &source, 5, 60, out, failed, NULL, &e), ERR_OK);
    for (size_t i = 0; i < 55; i++) {
        double square = 0;
        for (size_t k = 0; k < d; k++) {
            square += pow((double)out[i * d + k], 2);
        }
        assert_int_equal(failed[i], i == 2 || i == 35);
        assert_true(failed[i] ? square == 0 : fabs(square - 1) < 1e-4);
    }
    assert_int_equal(encoder_embed(m, &source, 0, 60, out, NULL, NULL, &e), ERR_IMAGE);
    assert_non_null(strstr(e.message, "picture 7 "));
    e.code = ERR_OK;
    assert_int_equal(encoder_embed(m, &source, 10, 61, out, NULL, NULL, &e), ERR_VALUE);
    e.code = ERR_OK;
    assert_int_equal(encoder_embed(m, &source, 9, 9, out, NULL, NULL, &e), ERR_OK);
    encoder_free(m);
    m = NULL;
    assert_int_equal(encoder_train(&o, &source, NULL, &m, NULL, &e), ERR_IMAGE);
    assert_null(m);
    encoder_free(NULL);
    free(out);
    pictures_release(&p);
}

/* More pictures than the gallery keeps: the others are fetched as the epochs need them. */
static void test_more_than_is_kept(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(5000, 20, 1);
    struct encoder_options o = encoder_defaults;
    struct encoder_report report;
    int dimension;
    o.max_epochs = 1;
    o.batch_size = 1000000;
    float *vectors = train_and_embed(&p, &p, &o, &report, &dimension);
    check_vectors(vectors, p.count, dimension);
    assert_int_equal(report.images, 5000);
    assert_int_equal(report.epochs, 1);
    free(vectors);
    pictures_release(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mnist),
        cmocka_unit_test(test_drawn),
        cmocka_unit_test(test_shifted_pictures_find_themselves),
        cmocka_unit_test(test_odd_sets),
        cmocka_unit_test(test_same_bytes_on_any_threads),
        cmocka_unit_test(test_same_bytes_alone),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_interrupt),
        cmocka_unit_test(test_failing_pictures),
        cmocka_unit_test(test_more_than_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
