/* Encoders as files: what comes back embeds to the same bytes, and a damaged or foreign file is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "ml/model/encoder.h"
#include "ml/model/modelfile.h"
#include "tests/ml/pictures.h"

#include <unistd.h>

static char folder[] = "/tmp/encoder-file-XXXXXX";
static char path[64], other[64];

static struct encoder *train(struct pictures *p, const char *preset, float flip) {
    struct ml_source source = pictures_source(p);
    struct encoder_options o = encoder_defaults;
    struct encoder *m = NULL;
    struct err e = ERR_INIT;
    o.max_epochs = 1;
    o.augment = preset;
    o.switches.horizontal_flip = flip;
    assert_int_equal(encoder_train(&o, &source, NULL, &m, NULL, &e), ERR_OK);
    return m;
}

static void test_round_trip(void **state) {
    (void)state;
    static const struct {
        const char *preset;
        int size, channels;
        float flip;
    } rows[] = {{"digits", 28, 1, -1}, {"photo", 32, 3, -1}, {"photo", 70, 3, -1}, {"object", 30, 1, -1},
                {"none", 30, 3, -1},   {"digits", 28, 1, 1}, {"photo", 32, 3, 0},  {"art", 32, 3, 1}};
    static const char *const notes[] = {"dataset", "drawn", "encoder.size", "99", NULL};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pictures p = pictures_drawn(40, rows[i].size, rows[i].channels);
        struct ml_source source = pictures_source(&p);
        struct encoder *m = train(&p, rows[i].preset, rows[i].flip), *back = NULL;
        struct modelfile *file = NULL;
        struct err e = ERR_INIT;
        size_t d = (size_t)encoder_dimension(m);
        float *before = malloc(40 * d * sizeof *before), *after = malloc(40 * d * sizeof *after);
        assert_int_equal(encoder_save(m, path, notes, &e), ERR_OK);
        assert_int_equal(encoder_load(path, &back, &e), ERR_OK);
        assert_int_equal(encoder_dimension(back), d);
        assert_int_equal(encoder_embed(m, &source, 0, 40, before, NULL, NULL, &e), ERR_OK);
        assert_int_equal(encoder_embed(back, &source, 0, 40, after, NULL, NULL, &e), ERR_OK);
        assert_memory_equal(before, after, 40 * d * sizeof *before);
        assert_int_equal(modelfile_open(path, &file, &e), ERR_OK);
        assert_string_equal(modelfile_note(file, "dataset"), "drawn");
        modelfile_free(file);
        encoder_free(m);
        encoder_free(back);
        free(before);
        free(after);
        pictures_release(&p);
    }
}

/* Copy the file with one note or one tensor's shape other than it was, keeping it a sound model file. */
static void forge(const char *key, const char *value, const char *tensor) {
    static const char *const tensors[] = {"stem.mean",     "components.basis", "components.offset",
                                          "layer.weights", "layer.bias",       "layer.centre"};
    static const char *const keys[] = {"encoder.format",   "encoder.preset",     "encoder.size",
                                       "encoder.channels", "encoder.components", "encoder.dimension"};
    struct modelfile *from = NULL, *to = modelfile_new();
    struct err e = ERR_INIT;
    assert_int_equal(modelfile_open(path, &from, &e), ERR_OK);
    for (size_t i = 0; i < 6; i++) {
        struct modelfile_shape shape;
        const float *values = modelfile_tensor(from, tensors[i], &shape);
        if (strcmp(tensors[i], tensor) == 0) {
            shape.sizes[shape.rank - 1]--;
        }
        assert_int_equal(modelfile_add_tensor(to, tensors[i], shape.sizes, shape.rank, values, &e), ERR_OK);
        bool mine = !strcmp(keys[i], key);
        if (!mine || value) {
            assert_int_equal(modelfile_set_note(to, keys[i], mine ? value : modelfile_note(from, keys[i]), &e), ERR_OK);
        }
    }
    if (!strncmp(key, "augment.", 8)) {
        assert_int_equal(modelfile_set_note(to, key, value, &e), ERR_OK);
    }
    assert_int_equal(modelfile_write(to, other, &e), ERR_OK);
    modelfile_free(from);
    modelfile_free(to);
}

static void test_refusals(void **state) {
    (void)state;
    static const struct {
        const char *key, *value, *tensor;
        enum err_code code;
    } rows[] = {
        {"", NULL, "", ERR_OK},
        {"encoder.format", "another 7", "", ERR_MODEL},
        {"encoder.format", NULL, "", ERR_MODEL},
        {"encoder.preset", "dogs", "", ERR_MODEL},
        {"encoder.preset", "photo", "", ERR_MODEL},
        {"encoder.preset", NULL, "", ERR_MODEL},
        {"encoder.size", "29", "", ERR_MODEL},
        {"encoder.size", "56", "", ERR_MODEL},
        {"encoder.size", "-28", "", ERR_MODEL},
        {"encoder.size", "28x", "", ERR_MODEL},
        {"encoder.size", "99999999999999999999", "", ERR_MODEL},
        {"encoder.channels", "2", "", ERR_MODEL},
        {"encoder.channels", "3", "", ERR_MODEL},
        {"encoder.components", "0", "", ERR_MODEL},
        {"encoder.components", "38", "", ERR_MODEL},
        {"encoder.components", "256", "", ERR_MODEL},
        {"encoder.dimension", "1", "", ERR_MODEL},
        {"encoder.dimension", "", "", ERR_MODEL},
        {"augment.rotation", "0.5", "", ERR_OK},
        {"augment.rotation", "9", "", ERR_MODEL},
        {"augment.rotation", "nan", "", ERR_MODEL},
        {"augment.rotation", "", "", ERR_MODEL},
        {"augment.area_least", "-0.1", "", ERR_MODEL},
        {"augment.mirror", "yes", "", ERR_MODEL},
        {"", NULL, "stem.mean", ERR_MODEL},
        {"", NULL, "components.basis", ERR_MODEL},
        {"", NULL, "layer.weights", ERR_MODEL},
        {"", NULL, "layer.centre", ERR_MODEL},
    };
    struct pictures p = pictures_drawn(40, 28, 1);
    struct encoder *m = train(&p, "digits", -1);
    struct err saved = ERR_INIT;
    assert_int_equal(encoder_save(m, path, NULL, &saved), ERR_OK);
    encoder_free(m);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct encoder *back = NULL;
        struct err e = ERR_INIT;
        forge(rows[i].key, rows[i].value, rows[i].tensor);
        assert_int_equal(encoder_load(other, &back, &e), rows[i].code);
        assert_true(!back == !!rows[i].code);
        assert_true(!rows[i].code || strlen(e.message) > 10);
        encoder_free(back);
    }
    pictures_release(&p);
}

/* Every cut of the file, and bytes turned over here and there: refused or read, never believed blindly. */
static void test_damage(void **state) {
    (void)state;
    struct buf all = BUF_INIT;
    struct err e = ERR_INIT;
    struct encoder *back = NULL;
    assert_int_equal(file_read(path, (size_t)1 << 30, &all, &e), ERR_OK);
    for (size_t cut = 0; cut < all.len; cut += cut < 1500 ? 37 : all.len / 7) {
        struct err why = ERR_INIT;
        assert_int_equal(file_replace(other, all.data, cut, &e), ERR_OK);
        assert_int_equal(encoder_load(other, &back, &why), ERR_MODEL);
        assert_null(back);
    }
    for (size_t at = 0; at < 1500; at += 11) {
        struct err why = ERR_INIT;
        all.data[at] ^= 0x15;
        assert_int_equal(file_replace(other, all.data, all.len, &e), ERR_OK);
        encoder_load(other, &back, &why);
        encoder_free(back);
        back = NULL;
        all.data[at] ^= 0x15;
    }
    buf_release(&all);
    assert_int_equal(encoder_load("/nonexistent/model", &back, &e), ERR_FILE);
}

int main(void) {
    if (!mkdtemp(folder)) {
        return 1;
    }
    snprintf(path, sizeof path, "%s/model", folder);
    snprintf(other, sizeof other, "%s/other", folder);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_damage),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    struct err e = ERR_INIT;
    file_remove_tree(folder, &e);
    return failed;
}
