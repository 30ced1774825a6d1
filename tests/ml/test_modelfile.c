/* safetensors: round trip, determinism, cut at every byte, every byte changed, and headers that lie. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/random.h"
#include "ml/model/modelfile.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64], path[96];

static int set_up(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/modelfile-XXXXXX");
    if (!mkdtemp(folder)) {
        return -1;
    }
    snprintf(path, sizeof path, "%s/a.safetensors", folder);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    return (int)file_remove_tree(folder, &e);
}

static const float weights[6] = {1, -2, 3.5F, 0, 1e-30F, -1e30F};
static const float bias[2] = {7, 8};
static const float number = 42;

/* The same content in either order. */
static void write_sample(const char *to, bool turned) {
    struct modelfile *m = modelfile_new();
    struct err e = ERR_INIT;
    static const char *const notes[][2] = {{"note \"two\"", "Zeile\n\xc3\xa4"}, {"base", "simclr"}, {"", ""}};
    assert_non_null(m);
    for (int i = 0; i < 3; i++) {
        const char *const *n = notes[turned ? 2 - i : i];
        assert_int_equal(modelfile_set_note(m, n[0], "replaced", &e), ERR_OK);
        assert_int_equal(modelfile_set_note(m, n[0], n[1], &e), ERR_OK);
    }
    for (int i = 0; i < 4; i++) {
        switch (turned ? 3 - i : i) {
        case 0:
            modelfile_add_tensor(m, "weights", (const size_t[]){2, 3}, 2, weights, &e);
            break;
        case 1:
            modelfile_add_tensor(m, "bias \xe2\x82\xac", (const size_t[]){2}, 1, bias, &e);
            break;
        case 2:
            modelfile_add_tensor(m, "number", NULL, 0, &number, &e);
            break;
        default:
            modelfile_add_tensor(m, "none", (const size_t[]){0, 4}, 2, bias, &e);
        }
    }
    assert_int_equal(modelfile_write(m, to, &e), ERR_OK);
    modelfile_free(m);
}

static struct buf file_bytes(const char *from) {
    struct buf b = BUF_INIT;
    struct err e = ERR_INIT;
    assert_int_equal(file_read(from, 1 << 20, &b, &e), ERR_OK);
    return b;
}

static void test_round_trip(void **state) {
    (void)state;
    struct modelfile *m = NULL;
    struct err e = ERR_INIT;
    struct modelfile_shape shape;
    write_sample(path, false);
    assert_int_equal(modelfile_open(path, &m, &e), ERR_OK);
    const float *values = modelfile_tensor(m, "weights", &shape);
    assert_non_null(values);
    assert_int_equal(shape.rank, 2);
    assert_int_equal(shape.sizes[0], 2);
    assert_int_equal(shape.sizes[1], 3);
    assert_memory_equal(values, weights, sizeof weights);
    assert_memory_equal(modelfile_tensor(m, "bias \xe2\x82\xac", NULL), bias, sizeof bias);
    values = modelfile_tensor(m, "number", &shape);
    assert_true(values && *values == 42 && shape.rank == 0);
    assert_non_null(modelfile_tensor(m, "none", &shape));
    assert_int_equal(shape.sizes[0], 0);
    assert_null(modelfile_tensor(m, "missing", NULL));
    assert_string_equal(modelfile_note(m, "base"), "simclr");
    assert_string_equal(modelfile_note(m, "note \"two\""), "Zeile\n\xc3\xa4");
    assert_string_equal(modelfile_note(m, ""), "");
    assert_null(modelfile_note(m, "missing"));
    modelfile_free(m);
}

static void test_require(void **state) {
    (void)state;
    struct modelfile *m = NULL;
    struct err e = ERR_INIT;
    const float *values = NULL;
    size_t sizes[2] = {2, 0}, wrong[2] = {3, 0};
    write_sample(path, false);
    assert_int_equal(modelfile_open(path, &m, &e), ERR_OK);
    assert_int_equal(modelfile_require(m, "weights", wrong, 2, &values, &e), ERR_MODEL);
    assert_int_equal(wrong[1], 0);
    assert_null(values);
    assert_non_null(strstr(e.message, "weights"));
    e = ERR_INIT;
    assert_int_equal(modelfile_require(m, "weights", wrong, 1, &values, &e), ERR_MODEL);
    e = ERR_INIT;
    assert_int_equal(modelfile_require(m, "absent", wrong, 1, &values, &e), ERR_MODEL);
    assert_non_null(strstr(e.message, "absent"));
    e = ERR_INIT;
    assert_int_equal(modelfile_require(m, "weights", sizes, 2, &values, &e), ERR_OK);
    assert_int_equal(sizes[1], 3);
    assert_memory_equal(values, weights, sizeof weights);
    modelfile_free(m);
}

static void test_same_content_same_bytes(void **state) {
    (void)state;
    char other[96];
    snprintf(other, sizeof other, "%s/b.safetensors", folder);
    write_sample(path, false);
    write_sample(other, true);
    struct buf a = file_bytes(path), b = file_bytes(other);
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.data, b.data, a.len);
    uint64_t header = 0;
    memcpy(&header, a.data, 8);
    assert_int_equal(header % 8, 0);
    assert_int_equal(a.len, 8 + header + sizeof weights + sizeof bias + sizeof number);
    buf_release(&a);
    buf_release(&b);
}

/* Opens the bytes as a file; the message where it fails. */
static enum err_code opened(const char *bytes, size_t len, struct err *e) {
    struct modelfile *m = NULL;
    struct err file = ERR_INIT;
    *e = ERR_INIT;
    assert_int_equal(file_replace(path, bytes, len, &file), ERR_OK);
    enum err_code code = modelfile_open(path, &m, e);
    assert_true(code ? m == NULL && e->message[0] : m != NULL);
    modelfile_free(m);
    return code;
}

static void test_cut_and_changed(void **state) {
    (void)state;
    struct err e;
    write_sample(path, false);
    struct buf b = file_bytes(path);
    for (size_t cut = 0; cut < b.len; cut++) {
        assert_int_equal(opened(b.data, cut, &e), ERR_MODEL);
        assert_non_null(strstr(e.message, path));
    }
    struct random r = random_stream(2, 7, 1);
    size_t refused = 0;
    for (size_t at = 0; at < b.len; at++) {
        char was = b.data[at];
        b.data[at] = (char)random_u64(&r);
        enum err_code code = opened(b.data, b.len, &e);
        assert_true(code == ERR_OK || code == ERR_MODEL);
        refused += code == ERR_MODEL;
        b.data[at] = was;
    }
    assert_in_range(refused, b.len / 4, b.len);
    buf_add(&b, "\0\0\0\0", 4);
    assert_int_equal(opened(b.data, b.len, &e), ERR_MODEL);
    buf_release(&b);
}

static void test_lying_headers(void **state) {
    (void)state;
#define F32(shape, offsets) "{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":" offsets "}"
    static const struct {
        const char *header;
        size_t data;
        const char *says; /* NULL: fine */
    } rows[] = {
        {"{}", 0, NULL},
        {"{\"a\":" F32("[2]", "[0,8]") "}", 8, NULL},
        {"{\"a\":" F32("[2]", "[0,8]") "}   ", 8, NULL}, /* values not aligned */
        {"{\"a\":" F32("[1]", "[4,8]") ",\"b\":" F32("[]", "[0,4]") ",\"c\":" F32("[0]", "[4,4]") "}", 8, NULL},
        {"{}", 4, "belong to no tensor"},
        {"[]", 0, "no header"},
        {"{", 0, "no header"},
        {"{{", 0, "damaged header"},
        {"{} x", 0, "damaged header"},
        {"{\"a\":" F32("[2]", "[0,8]") ",\"a\":" F32("[2]", "[0,8]") "}", 8, "damaged header"},
        {"{\"\xff\":" F32("[2]", "[0,8]") "}", 8, "damaged header"},
        {"{\"\":" F32("[2]", "[0,8]") "}", 8, "has no name"},
        {"{\"a\":" F32("[2]", "[0,8]") ",\"b\":" F32("[1]", "[4,8]") "}", 8, "overlaps"},
        {"{\"a\":" F32("[1]", "[0,4]") ",\"b\":" F32("[1]", "[8,12]") "}", 12, "gap"},
        {"{\"a\":" F32("[2]", "[4,12]") "}", 12, "gap"},
        {"{\"a\":" F32("[2]", "[0,16]") "}", 16, "shape that is not"},
        {"{\"a\":" F32("[2]", "[0,8]") "}", 4, "outside"},
        {"{\"a\":" F32("[2]", "[8,0]") "}", 8, "outside"},
        {"{\"a\":" F32("[2]", "[-8,0]") "}", 8, "outside"},
        {"{\"a\":" F32("[2]", "[0,8.0]") "}", 8, "outside"},
        {"{\"a\":" F32("[2]", "[0,8,8]") "}", 8, "needs"},
        {"{\"a\":" F32("[2]", "8") "}", 8, "needs"},
        {"{\"a\":" F32("[-2]", "[0,8]") "}", 8, "whole number"},
        {"{\"a\":" F32("[\"2\"]", "[0,8]") "}", 8, "whole number"},
        {"{\"a\":" F32("[2.0]", "[0,8]") "}", 8, "whole number"},
        {"{\"a\":" F32("[4294967296,4294967296]", "[0,8]") "}", 8, "too large"},
        {"{\"a\":" F32("[4611686018427387906]", "[0,8]") "}", 8, "too large"},
        {"{\"a\":" F32("[99999999999999999999999]", "[0,8]") "}", 8, "damaged header"},
        {"{\"a\":" F32("[1,1,1,1,1,1,1,1,2]", "[0,8]") "}", 8, "dimensions"},
        {"{\"a\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[0,8]}}", 8, "not of type F32"},
        {"{\"a\":{\"dtype\":7,\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "needs"},
        {"{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "needs"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}}", 8, "needs"},
        {"{\"a\":null}", 0, "needs"},
        {"{\"a\":[1,2,3]}", 0, "needs"},
        {"{\"__metadata__\":[]}", 0, "not an object"},
        {"{\"__metadata__\":{\"k\":1}}", 0, "'k' is not text"},
        {"{\"__metadata__\":{\"k\":\"v\",\"k\":\"w\"}}", 0, "damaged header"},
        {"{\"__metadata__\":{\"k\":\"\\u0000\"}}", 0, "damaged header"},
        {"{\"__metadata__\":{\"k\":\"v\"}}", 0, NULL},
    };
#undef F32
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf b = BUF_INIT;
        struct err e;
        uint64_t len = strlen(rows[i].header);
        char data[16] = {0};
        buf_add(&b, &len, 8);
        buf_str(&b, rows[i].header);
        buf_add(&b, data, rows[i].data);
        enum err_code code = opened(b.data, b.len, &e);
        if (code != (rows[i].says ? ERR_MODEL : ERR_OK) || (rows[i].says && !strstr(e.message, rows[i].says))) {
            fail_msg("row %zu, %s: %s", i, rows[i].header, e.message);
        }
        buf_release(&b);
    }
}

/* Header lengths that no memory must be taken for, and nesting that no stack must be spent on. */
static void test_lying_lengths(void **state) {
    (void)state;
    static const uint64_t lengths[] = {0,          1,         3,          1 << 20,       (16 << 20) + 1,
                                       UINT32_MAX, INT64_MAX, UINT64_MAX, UINT64_MAX - 7};
    struct err e;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        char bytes[10] = "\0\0\0\0\0\0\0\0{}";
        memcpy(bytes, &lengths[i], 8);
        assert_int_equal(opened(bytes, 10, &e), ERR_MODEL);
    }
    struct buf deep = BUF_INIT;
    uint64_t len = 5 + 100000;
    buf_add(&deep, &len, 8);
    buf_str(&deep, "{\"a\":");
    for (int i = 0; i < 100000; i++) {
        buf_char(&deep, '[');
    }
    assert_int_equal(opened(deep.data, deep.len, &e), ERR_MODEL);
    buf_release(&deep);
    struct modelfile *m = NULL;
    char missing[128];
    snprintf(missing, sizeof missing, "%s/missing", folder);
    e = ERR_INIT;
    assert_int_equal(modelfile_open(missing, &m, &e), ERR_FILE);
    assert_non_null(strstr(e.message, "missing"));
    assert_null(m);
}

static void test_not_finite(void **state) {
    (void)state;
    static const float bad[] = {NAN, -NAN, INFINITY, -INFINITY};
    float values[33] = {0};
    for (size_t i = 0; i < 4; i++) {
        for (size_t at = 0; at < 33; at += 16) {
            struct modelfile *m = modelfile_new();
            struct err e = ERR_INIT;
            values[at] = 1;
            assert_int_equal(modelfile_add_tensor(m, "layer.weights", (const size_t[]){33}, 1, values, &e), ERR_OK);
            assert_int_equal(modelfile_write(m, path, &e), ERR_OK);
            struct buf b = file_bytes(path);
            values[at] = bad[i];
            assert_int_equal(modelfile_write(m, path, &e), ERR_MODEL);
            assert_non_null(strstr(e.message, "layer.weights"));
            memcpy(b.data + b.len - sizeof values + at * 4, &bad[i], 4);
            assert_int_equal(opened(b.data, b.len, &e), ERR_MODEL);
            assert_non_null(strstr(e.message, "layer.weights"));
            values[at] = 0;
            buf_release(&b);
            modelfile_free(m);
        }
    }
}

static void test_refused_when_added(void **state) {
    (void)state;
    static const struct {
        const char *name;
        size_t shape[9];
        int rank;
        enum err_code code;
    } rows[] = {
        {"good", {1}, 1, ERR_OK},
        {"good", {1}, 1, ERR_MODEL},
        {"", {1}, 1, ERR_MODEL},
        {"__metadata__", {1}, 1, ERR_MODEL},
        {"\xff", {1}, 1, ERR_MODEL},
        {"r", {1, 1, 1, 1, 1, 1, 1, 1, 1}, 9, ERR_MODEL},
        {"n", {1}, -1, ERR_MODEL},
        {"l", {SIZE_MAX}, 1, ERR_MODEL},
        {"w", {SIZE_MAX / 2, 4}, 2, ERR_MODEL},
        {"g", {1u << 20, 1u << 10}, 2, ERR_MODEL},
    };
    struct modelfile *m = modelfile_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = ERR_INIT;
        assert_int_equal(modelfile_add_tensor(m, rows[i].name, rows[i].shape, rows[i].rank, &number, &e), rows[i].code);
    }
    struct err e = ERR_INIT;
    assert_int_equal(modelfile_set_note(m, "k", "\xc3", &e), ERR_MODEL);
    e = ERR_INIT;
    assert_int_equal(modelfile_set_note(m, "\xc3", "v", &e), ERR_MODEL);
    assert_null(modelfile_note(m, "k"));
    e = ERR_INIT;
    assert_int_equal(modelfile_write(m, "/nonexistent/folder/x", &e), ERR_FILE);
    modelfile_free(m);
    modelfile_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_require),
        cmocka_unit_test(test_same_content_same_bytes),
        cmocka_unit_test(test_cut_and_changed),
        cmocka_unit_test(test_lying_headers),
        cmocka_unit_test(test_lying_lengths),
        cmocka_unit_test(test_not_finite),
        cmocka_unit_test(test_refused_when_added),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
