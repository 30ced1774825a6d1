/* Weights that PyTorch saved (tests/data/make_weights.py): the forms that occur give the same numbers; pickles that
 * would run something are refused and run nothing; truncated, changed and lying files are refused. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "ml/model/torchfile.h"
#include "ml/model/weights.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "tests/data/weights/"

/* As make_parity.py fills them. */
static float number(uint64_t stream, uint64_t i) {
    uint64_t z = ((stream << 32) + i + 1) * 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return (float)((z ^ (z >> 31)) >> 52) / 2048 - 1;
}

static void check_numbers(const char *path, const struct backbone *b, float close) {
    for (size_t i = 0; i < b->net->tensor_count; i++) {
        const struct net_tensor *t = &b->net->tensors[i];
        const float *got = (t->state ? b->net->state : b->net->parameters) + t->begin;
        uint64_t stream = 0;
        for (size_t k = 0; t->name[k]; k++) {
            stream += (uint64_t)(unsigned char)t->name[k] * (k + 1);
        }
        bool one = strstr(t->name, "running_var") || (t->rank == 1 && strstr(t->name, ".weight"));
        float scale = t->rank > 1 ? (float)sqrt(3.0 / (double)(t->count / t->shape[0])) : 1;
        for (size_t k = 0; k < t->count; k++) {
            float v = number(stream, k);
            v = t->rank > 1 ? v * scale : one ? (1 + v / 4) / (strstr(t->name, "bn3.weight") ? 8 : 1) : v / 8;
            if (!(fabsf(v - got[k]) <= close * fabsf(v) + 1e-7F)) {
                fail_msg("%s: %s[%zu] is %g, not %g", path, t->name, k, (double)got[k], (double)v);
            }
        }
    }
}

static void test_forms(void **state) {
    (void)state;
    static const struct {
        const char *path;
        float close;
    } forms[] = {{FOLDER "good_zip.pth", 1e-6F},    {FOLDER "good_before_1_6.pth", 1e-6F},
                 {FOLDER "good_double.pth", 1e-6F}, {FOLDER "good_half.pth", 1e-3F},
                 {FOLDER "good_bfloat.pth", 1e-2F}, {FOLDER "good_checkpoint.pth", 1e-6F},
                 {FOLDER "good_turned.pth", 1e-6F}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct backbone *b = NULL;
        struct err e = ERR_INIT;
        if (weights_backbone(forms[i].path, NULL, preset_find("digits"), 0, &b, &e)) {
            fail_msg("%s", e.message);
        }
        assert_string_equal(b->arch->name, "cnn");
        assert_int_equal(b->width, 2);
        assert_int_equal(b->channels, 1);
        check_numbers(forms[i].path, b, forms[i].close);
        backbone_free(b);
    }
}

static void expect_refused(const char *path, const char *part) {
    struct backbone *b = NULL;
    struct err e = ERR_INIT;
    if (!weights_backbone(path, NULL, preset_find("digits"), 0, &b, &e)) {
        fail_msg("%s was taken", path);
    }
    assert_int_equal(e.code, ERR_MODEL);
    if (part && !strstr(e.message, part)) {
        fail_msg("%s: \"%s\" does not say \"%s\"", path, e.message, part);
    }
}

static void read_file(const char *path, struct buf *bytes) {
    struct err e = ERR_INIT;
    *bytes = BUF_INIT;
    assert_int_equal(file_read(path, 1 << 20, bytes, &e), ERR_OK);
}

/* A copy of exactly this length, so that a sanitizer sees a read past its end. Whether it was taken. */
static bool taken(const char *bytes, size_t len) {
    unsigned char *copy = malloc(len ? len : 1);
    struct modelfile *file = NULL;
    float *values = NULL;
    struct err e = ERR_INIT;
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    bool ok = torchfile_is(copy, len) && !torchfile_read(copy, len, &file, &values, &e);
    if (ok) {
        modelfile_free(file);
        free(values);
    }
    free(copy);
    return ok;
}

/* Files of the folder whose names begin so: refused while they are read, and not for want of weights afterwards. */
static size_t refuse_all(const char *prefix) {
    DIR *folder = opendir(FOLDER);
    struct dirent *entry;
    size_t seen = 0;
    assert_non_null(folder);
    while ((entry = readdir(folder))) {
        char path[400];
        struct buf bytes;
        if (!strncmp(entry->d_name, prefix, strlen(prefix))) {
            snprintf(path, sizeof path, FOLDER "%s", entry->d_name);
            read_file(path, &bytes);
            if (taken(bytes.data, bytes.len)) {
                fail_msg("%s was taken", path);
            }
            buf_release(&bytes);
            expect_refused(path, NULL);
            seen++;
        }
    }
    closedir(folder);
    return seen;
}

static void test_malicious(void **state) {
    (void)state;
    assert_true(refuse_all("bad_") >= 50);
    assert_false(file_exists("tests_were_run_by_a_pickle"));
    expect_refused(FOLDER "bad_os_system.pth", "os.system");
    expect_refused(FOLDER "bad_before_1_6.pth", "os.system");
    expect_refused(FOLDER "bad_stack_global.pth", "os.system");
    expect_refused(FOLDER "bad_name_with_newline.pth", "collections?OrderedDict.x, which");
    expect_refused(FOLDER "lacking.pth", "bn3.bias is missing");
}

/* An archive of one tensor is read; with one lie in it, it is not. */
static void test_lying_archives(void **state) {
    (void)state;
    struct buf bytes;
    read_file(FOLDER "sound.pth", &bytes);
    assert_true(taken(bytes.data, bytes.len));
    buf_release(&bytes);
    assert_true(refuse_all("lying_") >= 40);
    expect_refused(FOLDER "lying_checksum.pth", "checksum");
    expect_refused(FOLDER "lying_storage_short.pth", NULL);
}

static void test_truncated(void **state) {
    (void)state;
    static const char *const paths[] = {FOLDER "good_zip.pth", FOLDER "good_before_1_6.pth"};
    for (size_t i = 0; i < 2; i++) {
        struct buf bytes;
        read_file(paths[i], &bytes);
        assert_true(taken(bytes.data, bytes.len));
        for (size_t len = 0; len < bytes.len; len += len < 4000 ? 1 : 7) {
            if (taken(bytes.data, len)) {
                fail_msg("%s cut to %zu bytes was taken", paths[i], len);
            }
        }
        buf_release(&bytes);
    }
}

/* Any byte may lie. In the archive every entry has a checksum, so a change within one must be seen; elsewhere it is
 * enough that nothing breaks. */
static void test_lying(void **state) {
    (void)state;
    static const char *const paths[] = {FOLDER "good_zip.pth", FOLDER "good_before_1_6.pth"};
    static const unsigned char lies[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
    for (size_t i = 0; i < 2; i++) {
        struct buf bytes;
        size_t took = 0, tried = 0;
        read_file(paths[i], &bytes);
        for (size_t at = 0; at < bytes.len; at++) {
            for (size_t k = 0; k < sizeof lies; k++) {
                char keep = bytes.data[at];
                bytes.data[at] = (char)lies[k];
                took += taken(bytes.data, bytes.len) && bytes.data[at] != keep;
                bytes.data[at] = keep;
                tried++;
            }
        }
        buf_release(&bytes);
        assert_true(took < tried);
    }
}

/* One bit of a weight: the file is as well formed as before, and only its checksum tells. */
static void test_checksum(void **state) {
    (void)state;
    struct buf bytes;
    struct backbone *b = NULL;
    struct err e = ERR_INIT;
    read_file(FOLDER "good_zip.pth", &bytes);
    assert_int_equal(weights_backbone(FOLDER "good_zip.pth", NULL, preset_find("digits"), 0, &b, &e), ERR_OK);
    char *at = memmem(bytes.data, bytes.len, b->net->parameters, conv_weights(&b->net->layers[0].conv) * sizeof(float));
    assert_non_null(at);
    *at ^= 1;
    assert_false(taken(bytes.data, bytes.len));
    *at ^= 1;
    assert_true(taken(bytes.data, bytes.len));
    backbone_free(b);
    buf_release(&bytes);
}

/* A storage that says it holds more than there is, and a tensor that reaches beyond its storage. */
static void test_sizes(void **state) {
    (void)state;
    struct buf bytes;
    read_file(FOLDER "good_before_1_6.pth", &bytes);
    static const char needle[] = "FloatStorage\nq";
    char *at = memmem(bytes.data, bytes.len, needle, sizeof needle - 1);
    assert_non_null(at);
    size_t changed = 0;
    for (char *p = at; p < at + 60; p++) { /* BININT1 numbers behind it: counts, offsets, sizes */
        if (*p == 'K' && (unsigned char)p[1] > 0) {
            char keep = p[1];
            p[1] = (char)0xff;
            changed += !taken(bytes.data, bytes.len);
            p[1] = keep;
        }
    }
    assert_true(changed >= 2);
    buf_release(&bytes);
}

/* 50 pictures of patches of 8 pixels, as make_parity.py has them. */
static void draw_patches(size_t count, size_t side, float *x) {
    enum { PATCH = 8 };
    for (size_t i = 0; i < count * side * side * 3; i++) {
        size_t k = i % 3, column = i / 3 % side, row = i / 3 / side % side, n = i / 3 / side / side;
        if (column % PATCH || row % PATCH) { /* as the patch's first pixel, which came before */
            x[i] = x[((n * side + row / PATCH * PATCH) * side + column / PATCH * PATCH) * 3 + k];
            continue;
        }
        double sum = 0;
        for (size_t t = 0; t < PATCH * PATCH; t++) {
            sum += (double)number(7, ((n * side + row + t / PATCH) * side + column + t % PATCH) * 3 + k);
        }
        x[i] = (float)(sum / (PATCH * PATCH) * 4);
    }
}

/* The published weights of EfficientNet-Lite0, where they are: every 20th feature of 50 pictures of each size. */
static void test_published(void **state) {
    (void)state;
    enum { COUNT = 50, EVERY = 20 };
    static const int sides[] = {64, 128, 160};
    const char *mirror = getenv("THANOSQL_DATASET_MIRROR");
    char path[4096], name[32];
    snprintf(path, sizeof path, "%s/models/efficientnet-lite0-57934424.pth", mirror ? mirror : "");
    if (!file_exists(path)) {
        print_message("skipped: THANOSQL_DATASET_MIRROR has no models/efficientnet-lite0-57934424.pth\n");
        skip();
    }
    struct modelfile *file = NULL;
    struct err e = ERR_INIT;
    assert_int_equal(modelfile_open("tests/parity/efficientnet_lite0_real.safetensors", &file, &e), ERR_OK);
    for (size_t s = 0; s < sizeof sides / sizeof *sides; s++) {
        struct backbone *b = NULL;
        struct net_work *work = NULL;
        struct modelfile_shape shape;
        float worst = 0;
        assert_int_equal(weights_backbone(path, NULL, preset_find("photo"), sides[s], &b, &e), ERR_OK);
        assert_int_equal(net_work_new(b->net, COUNT, false, &work, &e), ERR_OK);
        draw_patches(COUNT, (size_t)sides[s], net_input(work));
        net_fold(work);
        net_forward(work, COUNT, NULL, NULL);
        snprintf(name, sizeof name, "features.%d", sides[s]);
        const float *got = net_result(work, b->net->embedding), *want = modelfile_tensor(file, name, &shape);
        size_t width = (size_t)backbone_dimension(b), each = width / EVERY;
        assert_true(want && shape.rank == 2 && shape.sizes[0] == COUNT && shape.sizes[1] == each);
        for (size_t i = 0; i < COUNT * each; i++) {
            worst = fmaxf(worst, fabsf(got[i / each * width + i % each * EVERY] - want[i]));
        }
        print_message("%d pixels: features differ by at most %g\n", sides[s], (double)worst);
        assert_true(worst < 1e-3F);
        net_work_free(work);
        backbone_free(b);
    }
    modelfile_free(file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),     cmocka_unit_test(test_malicious), cmocka_unit_test(test_lying_archives),
        cmocka_unit_test(test_truncated), cmocka_unit_test(test_lying),     cmocka_unit_test(test_checksum),
        cmocka_unit_test(test_sizes),     cmocka_unit_test(test_published),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
