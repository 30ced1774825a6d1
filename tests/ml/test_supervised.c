/* Encoders with labels, and encoders tuned from others: what is kept, what the report says, odd labels. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/parallel.h"
#include "ml/model/encoder.h"
#include "tests/ml/pictures.h"

static struct encoder *train(struct pictures *p, const int *labels, int epochs, struct encoder_report *report) {
    struct ml_source source = pictures_source(p);
    struct encoder_options o = encoder_defaults;
    struct encoder *m = NULL;
    struct err e = ERR_INIT;
    o.max_epochs = epochs;
    o.labels = labels;
    o.seed = 2;
    if (encoder_train(&o, &source, NULL, &m, report, &e)) {
        fail_msg("%s", e.message);
    }
    return m;
}

static float *embed(const struct encoder *m, struct pictures *p) {
    struct ml_source source = pictures_source(p);
    struct err e = ERR_INIT;
    float *out = malloc(p->count * (size_t)encoder_dimension(m) * sizeof *out);
    assert_int_equal(encoder_embed(m, &source, 0, p->count, out, NULL, NULL, &e), ERR_OK);
    return out;
}

static struct retrieval retrieve(const struct encoder *m, struct pictures *p) {
    float *vectors = embed(m, p);
    struct retrieval r = pictures_retrieve(vectors, p->labels, p->count, (size_t)encoder_dimension(m));
    free(vectors);
    return r;
}

static void test_mnist(void **state) {
    (void)state;
    struct pictures all = pictures_mnist("train"), test = pictures_mnist("test");
    if (!all.count || !test.count) {
        pictures_release(&all);
        pictures_release(&test);
        print_message("skipped: THANOSQL_DATASET_MIRROR names no folder with mnist/ and mnist_data_ids.csv\n");
        skip();
    }
    struct encoder_report report;
    struct encoder *m = train(&all, all.labels, 1, &report);
    struct retrieval r = retrieve(m, &test);
    print_message("%s (%.3f, LDA %.3f, SupCon %.3f of %zu): P@1 %.3f P@3 %.3f P@10 %.3f mAP %.3f; rows %.3f %.3f %.3f "
                  "%.3f\n",
                  report.chosen, (double)report.score_free, (double)report.score_lda, (double)report.score_supcon,
                  report.judges, r.first, r.third, r.tenth, r.mean_average, (double)report.first_pixels,
                  (double)report.first_stem, (double)report.first_closed, (double)report.first_model);
    assert_true(r.third >= .97 && r.tenth >= .96);
    assert_int_equal(report.labelled, 1000);
    assert_int_equal(report.classes, 10);
    assert_true(report.judges >= 190 && report.judges <= 200);
    assert_string_not_equal(report.chosen, "label-free");
    assert_true(report.score_lda > report.score_free);
    assert_true(report.sample == 1000 && report.first_pixels < report.first_stem);
    assert_true(report.first_stem < report.first_closed && report.first_closed < report.first_model);
    assert_true(report.view_closed > report.view_model); /* what labels give is not credited to the views, and back */
    encoder_free(m);
    pictures_release(&all);
    pictures_release(&test);
}

/* Ten figures, of which the labels say only whether the number is even: pictures of the same label come nearer than
 * without labels, on pictures no training saw. A third of the labels is missing. */
static void test_labels_move_vectors(void **state) {
    (void)state;
    struct pictures all = pictures_drawn(600, 28, 1), taught = all, others = all;
    int labels[400];
    struct encoder_report report;
    taught.count = 400;
    others.images += 400;
    others.labels += 400;
    others.count = 200;
    for (int i = 0; i < 400; i++) {
        labels[i] = i % 3 == 2 ? -1 : all.labels[i] % 2;
    }
    for (int i = 0; i < 200; i++) {
        others.labels[i] %= 2;
    }
    struct encoder *plain = train(&taught, NULL, 1, &report);
    assert_true(isnan(report.score_lda) && report.judges == 0 && report.sample == 0 && !report.trouble);
    struct encoder *with = train(&taught, labels, 1, &report);
    assert_string_not_equal(report.chosen, "label-free");
    assert_int_equal(report.labelled, 267);
    assert_int_equal(report.classes, 2);
    struct retrieval before = retrieve(plain, &others), after = retrieve(with, &others);
    print_message("mAP %.3f without labels, %.3f with\n", before.mean_average, after.mean_average);
    assert_true(after.mean_average > before.mean_average + .1);
    encoder_free(plain);
    encoder_free(with);
    pictures_release(&all);
}

/* Labels that say nothing of the pictures must not win: drawn by lot. And labels that cannot teach are told. */
static void test_useless_labels(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(200, 28, 1);
    struct encoder_report report;
    int labels[4][200];
    struct encoder *free_of = train(&p, NULL, 2, &report);
    float *want = embed(free_of, &p);
    static const char *const trouble[] = {"all labels are the same", "no picture has a label", "no two pictures"};
    for (int i = 0; i < 200; i++) {
        labels[0][i] = i % 9 ? 4 : -1;
        labels[1][i] = -1;
        labels[2][i] = i;
    }
    for (int k = 0; k < 3; k++) {
        struct encoder *m = train(&p, labels[k], 2, &report);
        float *got = embed(m, &p);
        assert_non_null(report.trouble);
        assert_non_null(strstr(report.trouble, trouble[k]));
        assert_string_equal(report.chosen, "label-free");
        assert_memory_equal(got, want, p.count * (size_t)encoder_dimension(m) * sizeof *got);
        free(got);
        encoder_free(m);
    }
    int lots = 0;
    for (uint64_t lot = 0; lot < 8; lot++) {
        struct random r = random_stream(31, lot, 0);
        for (int i = 0; i < 200; i++) {
            labels[3][i] = (int)random_below(&r, 3);
        }
        encoder_free(train(&p, labels[3], 1, &report));
        lots += strcmp(report.chosen, "label-free") != 0;
    }
    assert_true(lots <= 1);
    encoder_free(free_of);
    free(want);
    pictures_release(&p);
}

/* A few pictures, a class of one, classes of two: whatever is chosen, vectors are numbers. */
static void test_few(void **state) {
    (void)state;
    static const char *const augments[] = {"auto", "none"};
    for (size_t n = 2; n < 9; n++) {
        struct pictures p = pictures_drawn(n, 28, n % 2 ? 1 : 3);
        int labels[8];
        for (size_t i = 0; i < n; i++) {
            labels[i] = i < 3 ? 0 : i == 3 ? 1 : i == 4 ? -1 : 2;
        }
        for (int k = 0; k < 2; k++) {
            struct ml_source source = pictures_source(&p);
            struct encoder_options o = encoder_defaults;
            struct encoder_report report;
            struct encoder *m = NULL;
            struct err e = ERR_INIT;
            o.labels = labels;
            o.augment = augments[k];
            assert_int_equal(encoder_train(&o, &source, NULL, &m, &report, &e), ERR_OK);
            float *v = embed(m, &p);
            for (size_t i = 0; i < n * (size_t)encoder_dimension(m); i++) {
                assert_true(isfinite(v[i]));
            }
            assert_true(n >= 4 ? !report.trouble : report.trouble != NULL);
            free(v);
            encoder_free(m);
        }
        pictures_release(&p);
    }
}

/* Tuning: the stem and components stay (so does the dimension); new labels are learnt; without labels, and with nothing
 * gained, every vector stays as it was. */
static void test_tune(void **state) {
    (void)state;
    struct pictures all = pictures_drawn(700, 28, 1), first = all, second = all, third = all;
    struct encoder_report report;
    struct encoder_options o = encoder_defaults;
    struct err e = ERR_INIT;
    int labels[200];
    first.count = 300;
    second.images += 300;
    second.labels += 300;
    second.count = 200;
    third.images += 500;
    third.labels += 500;
    third.count = 200;
    for (int i = 0; i < 200; i++) {
        labels[i] = second.labels[i] / 5;
        third.labels[i] /= 5;
    }
    struct encoder *m = train(&first, NULL, 1, &report);
    struct ml_source source = pictures_source(&second);
    float *before = embed(m, &third);
    int dimension = encoder_dimension(m);
    struct retrieval old = retrieve(m, &third);
    o.max_epochs = 1;
    assert_int_equal(encoder_tune(m, &o, &source, NULL, &report, &e), ERR_OK);
    assert_string_equal(report.preset, "digits");
    assert_int_equal(report.images, 200);
    if (!report.kept_training) {
        float *after = embed(m, &third);
        assert_memory_equal(before, after, 200 * (size_t)dimension * sizeof *after);
        free(after);
    }
    o.labels = labels;
    o.embedding_size = 3; /* shapes an encoder, so it is not looked at */
    assert_int_equal(encoder_tune(m, &o, &source, NULL, &report, &e), ERR_OK);
    struct retrieval tuned = retrieve(m, &third);
    print_message("mAP %.3f before, %.3f tuned (%s)\n", old.mean_average, tuned.mean_average, report.chosen);
    assert_int_equal(encoder_dimension(m), dimension);
    assert_true(tuned.mean_average > old.mean_average + .1);
    source.count = 1;
    assert_int_equal(encoder_tune(m, &o, &source, NULL, &report, &e), ERR_VALUE);
    free(before);
    encoder_free(m);
    pictures_release(&all);
}

static void test_same_bytes_on_any_threads(void **state) {
    (void)state;
    static const int threads[] = {1, 2, 8};
    struct pictures p = pictures_drawn(300, 33, 3);
    float *first = NULL;
    for (size_t k = 0; k < 3; k++) {
        struct encoder_report report;
        struct ml_source source = pictures_source(&p);
        struct encoder_options o = encoder_defaults;
        struct err e = ERR_INIT;
        parallel_set_threads(threads[k]);
        struct encoder *m = train(&p, p.labels, 2, &report);
        o.labels = p.labels;
        o.max_epochs = 2;
        o.learning_rate = .01F;
        assert_int_equal(encoder_tune(m, &o, &source, NULL, &report, &e), ERR_OK);
        float *vectors = embed(m, &p);
        if (first) {
            assert_memory_equal(first, vectors, p.count * (size_t)encoder_dimension(m) * sizeof *vectors);
            free(vectors);
        } else {
            first = vectors;
        }
        encoder_free(m);
    }
    parallel_set_threads(0);
    free(first);
    pictures_release(&p);
}

/* The report of a plain training: times add up, the curve is there, thinned where it is long. */
static void test_report(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(24, 28, 1);
    struct encoder_report r;
    struct encoder *m = train(&p, NULL, 15, &r);
    assert_true(r.reading > 0 && r.preparing > 0 && r.training > 0);
    assert_true(r.reading + r.preparing + r.training <= r.seconds &&
                r.seconds < r.reading + r.preparing + r.training + 1);
    assert_int_equal(r.epochs, 15);
    assert_int_equal(r.loss_count, 15);
    assert_int_equal(r.loss_stride, 1);
    assert_true(r.losses[0] == r.first_loss && r.losses[14] == r.last_loss);
    assert_true(r.rank >= 1 && r.rank <= (float)encoder_dimension(m));
    assert_true(r.kept_training ? r.view_model == r.view_epochs : r.view_model == r.view_closed);
    assert_true(isnan(r.first_model));
    encoder_free(m);
    pictures_release(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mnist),          cmocka_unit_test(test_labels_move_vectors),
        cmocka_unit_test(test_useless_labels), cmocka_unit_test(test_few),
        cmocka_unit_test(test_tune),           cmocka_unit_test(test_same_bytes_on_any_threads),
        cmocka_unit_test(test_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
