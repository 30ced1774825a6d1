/* Vectors of a network cut to their components, and joined with the fixed features: made of what each part gives alone,
 * the same from a file and on any number of threads. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/parallel.h"
#include "ml/model/encoder_parts.h"
#include "ml/model/onnxfile.h"
#include "tests/ml/vectors.h"

#include <unistd.h>

#define PICTURES 60
#define SIZE 20
#define PATH "build/test_joined.safetensors"

static struct encoder *train(struct pictures *p, const char *name, bool joined, int size, const int *labels,
                             struct encoder_report *r) {
    struct ml_source source = pictures_source(p);
    struct encoder_options o = encoder_defaults;
    struct encoder *m = NULL;
    struct err e = ERR_INIT;
    o.max_epochs = 2;
    o.batch_size = 20;
    o.seed = 3;
    o.augment = "digits";
    o.embedding_size = size;
    o.labels = labels;
    o.backbone.name = name;
    o.backbone.width = 4;
    o.backbone.joined = joined;
    if (encoder_train(&o, &source, NULL, &m, r, &e)) {
        fail_msg("%s", e.message);
    }
    return m;
}

static double dot(const float *a, const float *b, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += (double)a[i] * (double)b[i];
    }
    return sum;
}

/* The same network with fewer numbers: the basis is orthonormal, the vectors are projections of the whole ones on it,
 * and no choice of as many of their numbers holds as much of them. */
static void test_components(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(PICTURES, 28, 1);
    struct encoder *whole = train(&p, "cnn", false, 0, NULL, NULL), *less = train(&p, "cnn", false, SIZE, NULL, NULL);
    size_t width = (size_t)encoder_dimension(whole);
    const float *basis = less->backbone->basis;
    assert_true(encoder_dimension(less) == SIZE && width > SIZE && !whole->backbone->basis);
    float *v = vectors_of(whole, &p), *cut = vectors_of(less, &p), *powers = calloc(width, sizeof *powers);
    double held = 0, best = 0;
    for (size_t i = 0; i < SIZE; i++) {
        for (size_t k = 0; k < SIZE; k++) {
            assert_true(fabs(dot(basis + i * width, basis + k * width, width) - (i == k)) < 1e-4);
        }
    }
    for (size_t r = 0; r < PICTURES; r++) {
        float projected[SIZE];
        for (size_t i = 0; i < SIZE; i++) {
            projected[i] = (float)dot(v + r * width, basis + i * width, width);
        }
        double length = sqrt(dot(projected, projected, SIZE));
        held += length * length;
        for (size_t i = 0; i < SIZE; i++) {
            assert_true(fabs((double)projected[i] / length - (double)cut[r * SIZE + i]) < 1e-4);
        }
        for (size_t k = 0; k < width; k++) {
            powers[k] += v[r * width + k] * v[r * width + k];
        }
    }
    for (size_t i = 0; i < SIZE; i++) { /* the strongest numbers */
        size_t most = 0;
        for (size_t k = 0; k < width; k++) {
            most = powers[k] > powers[most] ? k : most;
        }
        best += (double)powers[most];
        powers[most] = 0;
    }
    print_message("%d components hold %.3f of the vectors, %d numbers %.3f\n", SIZE, held / PICTURES, SIZE,
                  best / PICTURES);
    assert_true(held > best);
    free(v);
    free(cut);
    free(powers);
    encoder_free(whole);
    encoder_free(less);
    pictures_release(&p);
}

static void test_parts(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(PICTURES, 28, 1);
    struct encoder_report r = {0};
    struct encoder *both = train(&p, "cnn", true, 2 * SIZE, NULL, &r);
    struct encoder *network = train(&p, "cnn", false, SIZE, NULL, NULL),
                   *fixed = train(&p, NULL, false, SIZE, NULL, NULL);
    float *v = vectors_of(both, &p), *a = vectors_of(network, &p), *b = vectors_of(fixed, &p);
    float weight = preset_find("digits")->joined;
    assert_true(encoder_dimension(both) == 2 * SIZE && weight > 0);
    assert_true(r.epochs == 2 && r.loss_count == 2 && isnan(r.view_model) && r.sample == 0 && r.seconds > 0);
    for (size_t i = 0; i < PICTURES; i++) {
        for (size_t k = 0; k < SIZE; k++) {
            float length = sqrtf(1 + weight * weight);
            assert_true(fabsf(v[i * 2 * SIZE + k] - a[i * SIZE + k] / length) < 1e-5F);
            assert_true(fabsf(v[i * 2 * SIZE + SIZE + k] - weight * b[i * SIZE + k] / length) < 1e-5F);
        }
    }
    free(v);
    free(a);
    free(b);
    encoder_free(both);
    encoder_free(network);
    encoder_free(fixed);
    pictures_release(&p);
}

/* Labels are the fixed part's to learn from, going on leaves the network as it is, and the file gives the same bytes
 * back. */
static void test_labels_and_file(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(2 * PICTURES, 28, 1);
    struct ml_source source = pictures_source(&p);
    struct encoder_options o = encoder_defaults;
    struct encoder_report r = {0};
    struct encoder *m = train(&p, "cnn", true, 0, NULL, &r), *back = NULL;
    struct err e = ERR_INIT;
    size_t width = (size_t)encoder_dimension(m);
    assert_string_equal(r.chosen, "label-free");
    float *first = vectors_of(m, &p);
    o.labels = p.labels;
    o.max_epochs = 1;
    assert_int_equal(encoder_tune(m, &o, &source, NULL, &r, &e), ERR_OK);
    assert_true(r.labelled == p.count && isnan(r.first_model) && !isnan(r.score_lda));
    float *tuned = vectors_of(m, &p);
    size_t kept = (size_t)m->backbone->kept;
    for (size_t i = 0; i < p.count; i++) {
        assert_memory_equal(first + i * width, tuned + i * width, kept * sizeof *first);
    }
    assert_int_equal(encoder_save(m, PATH, NULL, &e), ERR_OK);
    assert_int_equal(encoder_load(PATH, &back, &e), ERR_OK);
    float *again = vectors_of(back, &p);
    assert_memory_equal(tuned, again, p.count * width * sizeof *tuned);
    assert_int_equal(onnxfile_write(m, "build/test_joined.onnx", true, &e), ERR_UNSUPPORTED);
    assert_true(access("build/test_joined.onnx", F_OK) != 0);
    free(first);
    free(tuned);
    free(again);
    encoder_free(m);
    encoder_free(back);
    pictures_release(&p);
}

/* A picture embedded alone is the same as among others, one that cannot be read is marked, and threads change nothing.
 */
static void test_one_by_one(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(PICTURES, 28, 1);
    struct ml_source source = pictures_source(&p);
    float *first = NULL, one[2 * SIZE];
    struct encoder *m = NULL;
    struct err e = ERR_INIT;
    for (int threads = 1; threads <= 3; threads++) {
        encoder_free(m);
        parallel_set_threads(threads);
        m = train(&p, "cnn", true, 2 * SIZE, NULL, NULL);
        float *v = vectors_of(m, &p);
        assert_true(!first || !memcmp(first, v, sizeof one * PICTURES));
        free(first);
        first = v;
    }
    parallel_set_threads(0);
    assert_int_equal(encoder_embed(m, &source, 17, 18, one, NULL, NULL, &e), ERR_OK);
    assert_memory_equal(one, first + 17 * 2 * SIZE, sizeof one);
    unsigned char failed[3];
    free(p.images[1].pixels);
    p.images[1].pixels = NULL;
    assert_int_equal(encoder_embed(m, &source, 0, 3, first, failed, NULL, &e), ERR_OK);
    assert_true(!failed[0] && failed[1] && !failed[2] && first[0] != 0);
    for (size_t k = 0; k < 2 * SIZE; k++) {
        assert_true(first[2 * SIZE + k] == 0);
    }
    assert_int_equal(encoder_embed(m, &source, 0, 3, first, NULL, NULL, &e), ERR_IMAGE);
    free(first);
    encoder_free(m);
    pictures_release(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_components),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_labels_and_file),
        cmocka_unit_test(test_one_by_one),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(PATH);
    return failed;
}
