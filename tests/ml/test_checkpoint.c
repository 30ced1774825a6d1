/* Training that is cut short and goes on from its checkpoint ends with the bytes of one that never was; a checkpoint of
 * another training, or a damaged one, is passed over. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/parallel.h"
#include "ml/model/encoder.h"
#include "tests/ml/vectors.h"

#include <glob.h>
#include <unistd.h>

#define PICTURES 60
#define EPOCHS 40 /* the watch hears of every twentieth of a second only */
#define FILE_OWN "build/test_checkpoint.checkpoint"
#define FILE_MODEL "build/test_checkpoint.safetensors"
#define FILE_OTHER "build/test_checkpoint_other.checkpoint"

/* The file, and those that were put aside for it. */
static void remove_files(void) {
    glob_t found;
    if (glob(FILE_OWN "*", 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++) {
            unlink(found.gl_pathv[i]);
        }
        globfree(&found);
    }
}

static struct encoder_options options_of(const char *name) {
    struct encoder_options o = encoder_defaults;
    o.max_epochs = EPOCHS;
    o.batch_size = 20;
    o.seed = 3;
    o.augment = "digits";
    o.image_size = name[0] == 'c' ? 0 : 16;
    o.backbone.name = name;
    o.backbone.width = 4;
    return o;
}

static int stop_after_epochs(void *user, const struct ml_progress *progress) {
    return progress->loss_count >= *(const size_t *)user && progress->done > 0;
}

/* A training that ends with an interrupt after some epochs. */
static void cut(struct encoder_options o, struct pictures *p, size_t epochs) {
    struct ml_source source = pictures_source(p);
    struct ml_watch watch = {&epochs, stop_after_epochs};
    struct encoder *m = NULL;
    struct err e = ERR_INIT;
    assert_int_equal(encoder_train(&o, &source, &watch, &m, NULL, &e), ERR_INTERRUPT);
    assert_true(file_exists(o.backbone.checkpoint));
}

static struct encoder *train(const struct encoder_options *o, struct pictures *p, struct encoder_report *r) {
    struct ml_source source = pictures_source(p);
    struct encoder *m = NULL;
    struct err e = ERR_INIT;
    assert_int_equal(encoder_train(o, &source, NULL, &m, r, &e), ERR_OK);
    assert_string_equal(r->unkept, "");
    return m;
}

static void expect_same(const struct encoder *a, const struct encoder *b, struct pictures *p) {
    float *x = vectors_of(a, p), *y = vectors_of(b, p);
    assert_int_equal(encoder_dimension(a), encoder_dimension(b));
    assert_memory_equal(x, y, p->count * (size_t)encoder_dimension(a) * sizeof *x);
    free(x);
    free(y);
}

static void test_same_bytes(void **state) {
    (void)state;
    static const struct {
        const char *name, *optimizer, *loss;
        int labels;
        size_t epochs;
    } rows[] = {{"cnn", "adam", NULL, 0, 1},
                {"cnn", "sgd", "dcl", 1, 2},
                {"cnn", "lars", NULL, 0, 4},
                {"resnet18", NULL, NULL, 0, 3}};
    struct pictures p = pictures_drawn(PICTURES, 28, 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct encoder_options o = options_of(rows[i].name);
        struct encoder_report whole = {0}, parts = {0};
        o.backbone.optimizer = rows[i].optimizer;
        o.backbone.loss = rows[i].loss;
        o.labels = rows[i].labels ? p.labels : NULL;
        struct encoder *straight = train(&o, &p, &whole);
        unlink(FILE_OWN);
        o.backbone.checkpoint = FILE_OWN;
        parallel_set_threads(1);
        cut(o, &p, rows[i].epochs);
        parallel_set_threads(8);
        o.backbone.keep = true; /* neither this nor a time limit makes another training of it */
        o.backbone.time_limit = 1000;
        struct encoder *gone_on = train(&o, &p, &parts);
        parallel_set_threads(0);
        assert_in_range(parts.resumed, 1, EPOCHS - 1);
        assert_int_equal(parts.epochs, whole.epochs);
        assert_int_equal(parts.checkpoint, CHECKPOINT_TAKEN);
        assert_memory_equal(parts.losses, whole.losses, (size_t)whole.epochs * sizeof *whole.losses);
        assert_true(parts.view_model == whole.view_model && parts.view_closed == whole.view_closed);
        expect_same(straight, gone_on, &p);
        encoder_free(straight);
        encoder_free(gone_on);
    }
    unlink(FILE_OWN);
    pictures_release(&p);
}

/* What is a training of its own: it begins at the beginning, and ends as if there had been no file. */
static void test_another_training(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(PICTURES, 28, 1);
    for (int i = 0; i < 8; i++) {
        struct encoder_options o = options_of("cnn");
        struct encoder_report alone = {0}, r = {0};
        o.backbone.checkpoint = FILE_OWN;
        remove_files();
        cut(o, &p, 2);
        unsigned char kept = p.images[0].pixels[300];
        o.max_epochs += i == 0;
        o.batch_size += i == 1;
        o.temperature *= i == 2 ? 2 : 1;
        o.learning_rate = i == 3 ? .01F : 0;
        o.seed += i == 4;
        o.backbone.optimizer = i == 5 ? "sgd" : NULL;
        o.switches.rotation = i == 6 ? 1 : o.switches.rotation;
        p.images[0].pixels[300] = (unsigned char)(kept + 50 * (i == 7));
        struct encoder *m = train(&o, &p, &r);
        assert_true(r.checkpoint == CHECKPOINT_OTHER && r.resumed == 0);
        o.backbone.checkpoint = NULL;
        struct encoder *want = train(&o, &p, &alone);
        assert_true(alone.checkpoint == CHECKPOINT_NONE && alone.epochs == r.epochs);
        expect_same(m, want, &p);
        p.images[0].pixels[300] = kept;
        encoder_free(m);
        encoder_free(want);
    }
    remove_files();
    pictures_release(&p);
}

static void note_state(void *user, const struct encoder_report *so_far) {
    assert_int_equal(so_far->epochs, 0); /* none was run */
    *(enum checkpoint_state *)user = so_far->checkpoint;
}

/* Trainings that take turns in one place take nothing from each other, and each is told at its beginning what it
 * finds. */
static void test_taking_turns(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(PICTURES, 28, 1);
    struct encoder *straight[3];
    struct encoder_report r = {0};
    struct encoder_options o = options_of("cnn");
    for (uint64_t i = 0; i < 3; i++) {
        o.seed = i;
        straight[i] = train(&o, &p, &r);
    }
    enum checkpoint_state begun;
    remove_files();
    o.backbone.checkpoint = FILE_OWN;
    o.backbone.begins = note_state;
    o.backbone.user = &begun;
    for (uint64_t i = 0; i < 6; i++) {
        o.seed = i % 3;
        begun = CHECKPOINT_DAMAGED;
        cut(o, &p, 1 + i);
        assert_int_equal(begun, i == 0 ? CHECKPOINT_NONE : i < 3 ? CHECKPOINT_OTHER : CHECKPOINT_TAKEN);
    }
    for (uint64_t i = 0; i < 3; i++) {
        o.seed = i;
        struct encoder *m = train(&o, &p, &r);
        assert_true(r.checkpoint == CHECKPOINT_TAKEN && r.resumed > 0 && begun == CHECKPOINT_TAKEN);
        expect_same(m, straight[i], &p);
        encoder_free(m);
        encoder_free(straight[i]);
    }
    remove_files();
    pictures_release(&p);
}

/* A file that was cut off or changed anywhere is known as such, and changes nothing of what is learnt. */
static void test_damage(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(PICTURES, 28, 1);
    struct encoder_options o = options_of("cnn");
    struct encoder_report r = {0};
    struct random random = random_stream(1, 2, 3);
    struct buf whole = BUF_INIT;
    struct err e = ERR_INIT;
    struct encoder *want = train(&o, &p, &r);
    o.backbone.checkpoint = FILE_OWN;
    unlink(FILE_OWN);
    cut(o, &p, 1);
    assert_int_equal(file_read(FILE_OWN, SIZE_MAX, &whole, &e), ERR_OK);
    for (int i = 0; i < 15; i++) {
        size_t len = i % 3 ? whole.len : random_below(&random, (uint32_t)whole.len);
        size_t at = 8 + random_below(&random, i % 3 == 1 ? 1200 : (uint32_t)whole.len - 8);
        char before = whole.data[at];
        whole.data[at] = i % 3 ? (char)(before ^ (1 << i % 8)) : before;
        assert_int_equal(file_replace(FILE_OWN, whole.data, len, &e), ERR_OK);
        whole.data[at] = before;
        struct encoder *m = train(&o, &p, &r);
        assert_int_equal(r.checkpoint, CHECKPOINT_DAMAGED);
        expect_same(m, want, &p);
        encoder_free(m);
    }
    buf_release(&whole);
    encoder_free(want);
    unlink(FILE_OWN);
    pictures_release(&p);
}

/* A model that was kept by an interrupt is tuned with the same pictures and options: that is the rest of its training,
 * whatever file the new model has; and with other pictures it begins at the model's weights. */
static void test_tuning_goes_on(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(PICTURES, 28, 1), others = pictures_drawn(PICTURES + 1, 28, 1);
    struct ml_source source = pictures_source(&p), other = pictures_source(&others);
    struct encoder_options o = options_of("cnn"), from_file = encoder_defaults;
    struct encoder_report r = {0};
    size_t epochs = 3;
    struct ml_watch watch = {&epochs, stop_after_epochs};
    struct encoder *straight = train(&o, &p, &r);
    for (int i = 0; i < 2; i++) {
        struct err e = ERR_INIT;
        struct encoder *m = NULL;
        unlink(FILE_OWN);
        unlink(FILE_OTHER);
        o = options_of("cnn");
        o.backbone.checkpoint = FILE_OWN;
        o.backbone.keep = true;
        assert_int_equal(encoder_train(&o, &source, &watch, &m, &r, &e), ERR_OK);
        assert_true(r.interrupted && r.epochs < EPOCHS);
        for (int own = 0; own < 2; own++) {
            const char *const notes[] = {ENCODER_NOTE_TRAINING, own ? r.identity : "another", NULL};
            assert_int_equal(encoder_save(m, FILE_MODEL, notes, &e), ERR_OK);
            assert_int_equal(checkpoint_options(FILE_OWN, FILE_MODEL, &from_file), own);
        }
        assert_true(from_file.max_epochs == EPOCHS && from_file.batch_size == 20 && from_file.seed == 3);
        from_file.backbone.checkpoint = FILE_OTHER;
        from_file.backbone.earlier = FILE_OWN;
        assert_int_equal(encoder_tune(m, &from_file, i ? &other : &source, NULL, &r, &e), ERR_OK);
        assert_int_equal(r.checkpoint, CHECKPOINT_NONE);
        assert_int_equal(r.earlier, i ? CHECKPOINT_OTHER : CHECKPOINT_TAKEN);
        if (i) {
            assert_int_equal(r.resumed, 0);
        } else {
            assert_in_range(r.resumed, 1, EPOCHS - 1);
            expect_same(straight, m, &p);
        }
        encoder_free(m);
    }
    assert_false(checkpoint_options("build/no_such.checkpoint", FILE_MODEL, &from_file));
    encoder_free(straight);
    unlink(FILE_OWN);
    unlink(FILE_OTHER);
    unlink(FILE_MODEL);
    pictures_release(&p);
    pictures_release(&others);
}

/* A folder that is not there: training goes on without. */
static void test_cannot_be_written(void **state) {
    (void)state;
    struct pictures p = pictures_drawn(PICTURES, 28, 1);
    struct ml_source source = pictures_source(&p);
    struct encoder_options o = options_of("cnn");
    struct encoder_report r = {0};
    struct encoder *m = NULL;
    struct err e = ERR_INIT;
    o.backbone.checkpoint = "build/no_such_folder/x.checkpoint";
    assert_int_equal(encoder_train(&o, &source, NULL, &m, &r, &e), ERR_OK);
    assert_non_null(strstr(r.unkept, "no_such_folder"));
    encoder_free(m);
    pictures_release(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bytes),     cmocka_unit_test(test_another_training),
        cmocka_unit_test(test_taking_turns),   cmocka_unit_test(test_damage),
        cmocka_unit_test(test_tuning_goes_on), cmocka_unit_test(test_cannot_be_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
