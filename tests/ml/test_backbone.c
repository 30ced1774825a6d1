/* Backbones end to end, on drawn figures: learning, files, threads, stops at random places, limits of time and memory.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/parallel.h"
#include "ml/model/backbone.h"
#include "ml/model/encoder_parts.h"
#include "ml/model/weights.h"
#include "tests/ml/vectors.h"

#include <unistd.h>

#define PICTURES 60
#define PATH "build/test_backbone.safetensors"

static struct encoder_options options_of(const char *name, int width, int epochs) {
    struct encoder_options o = encoder_defaults;
    o.max_epochs = epochs;
    o.batch_size = 20;
    o.seed = 3;
    o.augment = "digits";
    o.backbone.name = name;
    o.backbone.width = width;
    return o;
}

static void test_learns_and_keeps(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(PICTURES, 28, 1);
    struct ml_source source = pictures_source(&p);
    static const char *const names[] = {"cnn", "resnet18", "resnet50"};
    for (size_t i = 0; i < 3; i++) {
        struct encoder_options o = options_of(names[i], 4, 6);
        struct encoder_report r = {0};
        struct encoder *m = NULL, *back = NULL;
        struct err e = ERR_INIT;
        o.image_size = i ? 16 : 0;
        assert_int_equal(encoder_train(&o, &source, NULL, &m, &r, &e), ERR_OK);
        if (!(r.last_loss < r.first_loss) || r.epochs != o.max_epochs) {
            fail_msg("%s: loss %g to %g in %d epochs", names[i], (double)r.first_loss, (double)r.last_loss, r.epochs);
        }
        float *before = vectors_of(m, &p);
        size_t width = (size_t)encoder_dimension(m);
        for (size_t k = 0; k < p.count; k++) {
            double square = 0;
            for (size_t c = 0; c < width; c++) {
                square += pow((double)before[k * width + c], 2);
            }
            assert_true(fabs(square - 1) < 1e-4);
        }
        assert_int_equal(encoder_save(m, PATH, NULL, &e), ERR_OK);
        assert_int_equal(encoder_load(PATH, &back, &e), ERR_OK);
        float *after = vectors_of(back, &p);
        assert_int_equal(encoder_dimension(back), (int)width);
        assert_memory_equal(before, after, p.count * width * sizeof *before);
        free(before);
        free(after);
        encoder_free(m);
        encoder_free(back);
    }
    unlink(PATH);
    pictures_release(&p);
}

/* A picture embedded alone is the same as among others, and one that cannot be read is marked. */
static void test_one_by_one(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(PICTURES, 28, 1);
    struct ml_source source = pictures_source(&p);
    struct encoder_options o = options_of("cnn", 4, 1);
    struct encoder *m = NULL;
    struct err e = ERR_INIT;
    assert_int_equal(encoder_train(&o, &source, NULL, &m, NULL, &e), ERR_OK);
    float *all = vectors_of(m, &p), one[256];
    size_t width = (size_t)encoder_dimension(m);
    unsigned char failed[3];
    assert_int_equal(encoder_embed(m, &source, 17, 18, one, NULL, NULL, &e), ERR_OK);
    assert_memory_equal(one, all + 17 * width, width * sizeof *one);
    free(p.images[1].pixels);
    p.images[1].pixels = NULL;
    assert_int_equal(encoder_embed(m, &source, 0, 3, all, failed, NULL, &e), ERR_OK);
    assert_true(!failed[0] && failed[1] && !failed[2]);
    for (size_t k = 0; k < width; k++) {
        assert_true(all[width + k] == 0);
    }
    assert_int_equal(encoder_embed(m, &source, 0, 3, all, NULL, NULL, &e), ERR_IMAGE);
    free(all);
    encoder_free(m);
    pictures_release(&p);
}

static void test_threads(void **state) {
    (void)state;
    static const int threads[] = {1, 2, 8};
    struct pictures p = pictures_drawn(PICTURES, 28, 1);
    struct ml_source source = pictures_source(&p);
    float *first = NULL;
    for (size_t i = 0; i < 6; i++) {
        struct encoder_options o = options_of(i < 3 ? "cnn" : "resnet18", 4, 2);
        struct encoder *m = NULL;
        struct err e = ERR_INIT;
        parallel_set_threads(threads[i % 3]);
        if (i == 3) {
            free(first);
            first = NULL;
        }
        assert_int_equal(encoder_train(&o, &source, NULL, &m, NULL, &e), ERR_OK);
        float *v = vectors_of(m, &p);
        if (first) {
            assert_memory_equal(first, v, p.count * (size_t)encoder_dimension(m) * sizeof *v);
            free(v);
        } else {
            first = v;
        }
        encoder_free(m);
    }
    parallel_set_threads(0);
    free(first);
    pictures_release(&p);
}

/* Stops after `epochs` are over and `left` more reports, which come by the clock. */
struct stopping {
    size_t epochs;
    int left;
};

static int stop_after(void *user, const struct ml_progress *progress) {
    struct stopping *s = user;
    return progress->loss_count >= s->epochs && s->left-- <= 0;
}

/* A stop anywhere: nothing, or with `keep` the best epoch where there is one. */
static void test_stops(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(PICTURES, 28, 1);
    struct ml_source slow = pictures_source(&p);
    struct random r = random_stream(1, 2, 3);
    size_t kept = 0, lost = 0;
    for (int i = 0; i < 50; i++) {
        struct encoder_options o = options_of("cnn", 32, 4);
        struct stopping s = {random_below(&r, 3), (int)random_below(&r, 6)};
        struct ml_watch watch = {&s, stop_after};
        struct encoder *m = NULL;
        struct encoder_report report = {0};
        struct err e = ERR_INIT;
        o.backbone.keep = i % 2;
        enum err_code code = encoder_train(&o, &slow, &watch, &m, &report, &e);
        if (code) {
            assert_int_equal(code, ERR_INTERRUPT);
            assert_null(m);
            lost++;
        } else {
            float *v = vectors_of(m, &p);
            assert_true(report.epochs == 4 || (report.interrupted && o.backbone.keep && report.epochs > 0));
            kept += report.interrupted;
            free(v);
            encoder_free(m);
        }
    }
    print_message("of 50 stops %zu left nothing, %zu the best epoch\n", lost, kept);
    assert_true(lost > 0 && kept > 0);
    pictures_release(&p);
}

static void test_time_limit(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(PICTURES, 28, 1);
    struct ml_source source = pictures_source(&p);
    struct encoder_options o = options_of("cnn", 4, 100000);
    struct encoder *m = NULL;
    struct encoder_report r = {0};
    struct err e = ERR_INIT;
    o.backbone.time_limit = .3;
    assert_int_equal(encoder_train(&o, &source, NULL, &m, &r, &e), ERR_OK);
    assert_true(r.interrupted && r.epochs >= 1 && r.epochs < 100000 && r.seconds < 10);
    encoder_free(m);
    pictures_release(&p);
}

static void expect(struct encoder_options o, const char *message, const char *hint) {
    struct pictures p = pictures_drawn(PICTURES, 28, 1);
    struct ml_source source = pictures_source(&p);
    struct encoder *m = NULL;
    struct err e = ERR_INIT;
    if (!encoder_train(&o, &source, NULL, &m, NULL, &e)) {
        fail_msg("was taken: %s", message);
    }
    if (!strstr(e.message, message) || (hint && !strstr(e.hint, hint))) {
        fail_msg("\"%s\" (%s) does not say \"%s\" (%s)", e.message, e.hint, message, hint ? hint : "");
    }
    assert_null(m);
    pictures_release(&p);
}

static void test_refusals(void **state) {
    (void)state;
    struct encoder_options o = options_of("cnn", 32, 1);
    expect(options_of("cnn", 1, 1), "width is 1", NULL);
    expect(options_of("vgg", 0, 1), "no backbone 'vgg'", NULL);
    expect(options_of("efficientnet_lite0", 0, 1), "needs weights", "pretrained");
    o.image_size = 128;
    expect(o, "up to 64 pixels", "max_epochs=0");
    o = options_of("cnn", 8, 3);
    o.augment = "none";
    expect(o, "has no views", "augment");
    o = options_of("cnn", 8, 30);
    o.learning_rate = 1e30F;
    expect(o, "no longer a number", "learning_rate");
    o = options_of("cnn", 8, 3);
    o.backbone.weights = "tests/data/weights/bad_os_system.pth";
    expect(o, "os.system", NULL);
    o.backbone.weights = "tests/data/weights/none.pth";
    expect(o, "none.pth", NULL);
    o.backbone.weights = "tests/data/weights/good_zip.pth";
    o.backbone.name = "resnet18";
    expect(o, "but of cnn", NULL);
}

/* The batch that the message names fits, and one more does not. */
static void test_memory(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(PICTURES, 28, 1);
    struct ml_source source = pictures_source(&p);
    struct encoder_options o = options_of("cnn", 32, 1);
    struct encoder *m = NULL;
    struct err e = ERR_INIT;
    o.batch_size = PICTURES;
    o.backbone.memory = (size_t)60 << 20;
    assert_int_equal(encoder_train(&o, &source, NULL, &m, NULL, &e), ERR_VALUE);
    int fits = 0;
    assert_int_equal(sscanf(e.hint, "the largest batch_size that fits is %d", &fits), 1);
    assert_true(fits >= 2 && fits < PICTURES);
    for (int more = 0; more < 2; more++) {
        struct err why = ERR_INIT;
        o.batch_size = fits + more;
        assert_int_equal(encoder_train(&o, &source, NULL, &m, NULL, &why), more ? ERR_VALUE : ERR_OK);
    }
    encoder_free(m);
    pictures_release(&p);
}

/* Weights from elsewhere, as they are and as a start. */
static void test_weights(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(PICTURES, 28, 1);
    struct ml_source source = pictures_source(&p);
    struct encoder_options o = options_of("cnn", 0, 0);
    struct encoder *as_is = NULL, *trained = NULL;
    struct encoder_report r = {0};
    struct err e = ERR_INIT;
    o.backbone.weights = "tests/data/weights/good_zip.pth";
    assert_int_equal(encoder_train(&o, &source, NULL, &as_is, &r, &e), ERR_OK);
    assert_int_equal(r.epochs, 0);
    struct backbone *file = NULL;
    assert_int_equal(weights_backbone(o.backbone.weights, NULL, preset_find("digits"), 0, &file, &e), ERR_OK);
    size_t bytes = file->net->parameter_count * sizeof(float);
    assert_memory_equal(as_is->backbone->net->parameters, file->net->parameters, bytes);
    o.max_epochs = 3;
    assert_int_equal(encoder_train(&o, &source, NULL, &trained, &r, &e), ERR_OK);
    assert_true(r.epochs == 3 && r.last_loss < r.first_loss);
    assert_memory_not_equal(trained->backbone->net->parameters, file->net->parameters, bytes);
    backbone_free(file);
    encoder_free(as_is);
    encoder_free(trained);
    pictures_release(&p);
}

/* Pictures of a label come near each other where labels are given; the decoupled loss falls too; and going on from a
 * backbone begins at its weights. */
static void test_labels_and_going_on(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(2 * PICTURES, 28, 1);
    struct ml_source source = pictures_source(&p);
    double found[2], losses[2];
    for (int with = 0; with < 2; with++) {
        struct encoder_options o = options_of("cnn", 8, 20);
        struct encoder *m = NULL;
        struct encoder_report r = {0};
        struct err e = ERR_INIT;
        o.labels = with ? p.labels : NULL;
        assert_int_equal(encoder_train(&o, &source, NULL, &m, &r, &e), ERR_OK);
        assert_true(r.last_loss < r.first_loss && r.loss_count == 20);
        assert_string_equal(r.chosen, with ? "SupCon" : "label-free");
        float *v = vectors_of(m, &p);
        found[with] = pictures_retrieve(v, p.labels, p.count, (size_t)encoder_dimension(m)).mean_average;
        losses[with] = (double)r.last_loss;
        o.max_epochs = 1;
        o.backbone.name = NULL;
        o.backbone.loss = with ? NULL : "dcl";
        assert_int_equal(encoder_tune(m, &o, &source, NULL, &r, &e), ERR_OK);
        float *after = vectors_of(m, &p);
        assert_memory_not_equal(v, after, p.count * (size_t)encoder_dimension(m) * sizeof *v);
        assert_true(!with || fabs((double)r.first_loss - losses[1]) < 1);
        free(v);
        free(after);
        encoder_free(m);
    }
    print_message("mAP %.3f without labels, %.3f with them\n", found[0], found[1]);
    assert_true(found[1] > found[0]);
    pictures_release(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_learns_and_keeps),
        cmocka_unit_test(test_one_by_one),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_stops),
        cmocka_unit_test(test_time_limit),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_labels_and_going_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
