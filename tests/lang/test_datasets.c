/* Datasets into a workspace of their own. What needs MNIST itself is skipped where THANOSQL_DATASET_MIRROR is unset. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "lang/data/datasets.h"
#include "lang/data/digits.h"
#include "lang/data/mnist.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIRROR "THANOSQL_DATASET_MIRROR"

static char root[64], folder[96];
static char *mirror; /* the tester's own, or NULL */

static int make_root(void **state) {
    (void)state;
    snprintf(root, sizeof root, "/tmp/thanosql-test-XXXXXX");
    if (!mkdtemp(root)) {
        return -1;
    }
    snprintf(folder, sizeof folder, "%s/thanosql-dataset", root);
    return unsetenv(MIRROR);
}

static int remove_root(void **state) {
    (void)state;
    return file_remove_tree(root, &(struct err){.code = ERR_OK});
}

/* Entries of a folder, hidden ones too; -1 where there is none. */
static int entries(const char *path) {
    DIR *listing = opendir(path);
    int count = listing ? -2 : -1;
    while (listing && readdir(listing)) {
        count++;
    }
    if (listing) {
        closedir(listing);
    }
    return count;
}

static void read_text(const char *name, struct buf *text) {
    char path[256];
    struct err e = ERR_INIT;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    buf_clear(text);
    assert_int_equal(file_read(path, 1 << 20, text, &e), ERR_OK);
}

static int lines(const struct buf *text) {
    int count = 0;
    for (size_t i = 0; i < text->len; i++) {
        count += text->data[i] == '\n';
    }
    return count;
}

struct heard {
    struct buf text, warning;
};

static void hear_text(void *user, const char *text, size_t len) {
    buf_add(&((struct heard *)user)->text, text, len);
}

static void hear_warning(void *user, const char *text, size_t len) {
    buf_add(&((struct heard *)user)->warning, text, len);
}

/* The shape that every sample of digits has. */
static void assert_sample(const char *name, const char *prefix) {
    static const struct {
        const char *split;
        int count;
    } splits[] = {{"train", 1000}, {"test", 200}};
    struct buf text = BUF_INIT;
    char path[256];
    assert_int_equal(entries(folder), 1);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(entries(path), 4);
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s/%s", folder, name, splits[i].split);
        assert_int_equal(entries(path), splits[i].count);
        snprintf(path, sizeof path, "%s/%s_%s.csv", name, prefix, splits[i].split);
        read_text(path, &text);
        assert_int_equal(lines(&text), splits[i].count + 1);
        assert_memory_equal(buf_text(&text), "image_path,filename,label\n", 26);
    }
    buf_release(&text);
}

static void draws_digits(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    struct heard heard = {.text = BUF_INIT};
    struct sink out = {.user = &heard, .text = hear_text};
    assert_int_equal(dataset_get(root, "digits_data", false, NULL, &out, &e), ERR_OK);
    assert_non_null(strstr(buf_text(&heard.text), "not MNIST"));
    assert_sample("digits_data", "digits");
    struct buf text = BUF_INIT;
    read_text("digits_data/digits_train.csv", &text);
    assert_non_null(strstr(buf_text(&text), "\nthanosql-dataset/digits_data/train/7.jpg,7.jpg,7\n"));
    read_text("digits_data/train/7.jpg", &text);
    assert_memory_equal(buf_text(&text), "\xff\xd8\xff", 3);
    buf_release(&text);
    buf_release(&heard.text);
}

static void digits_are_of_one_hand(void **state) {
    (void)state;
    for (int digit = 0; digit < 10; digit++) {
        unsigned char first[SAMPLE_PIXELS], again[SAMPLE_PIXELS], other[SAMPLE_PIXELS];
        long ink = 0;
        digits_draw(digit, 1, first);
        digits_draw(digit, 1, again);
        digits_draw(digit, 2, other);
        assert_memory_equal(first, again, SAMPLE_PIXELS);
        assert_memory_not_equal(first, other, SAMPLE_PIXELS);
        for (int i = 0; i < SAMPLE_PIXELS; i++) {
            ink += first[i];
        }
        assert_in_range(ink / SAMPLE_PIXELS, 8, 90); /* MNIST's mean is 33 */
    }
}

static void existing_needs_overwrite(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    char path[128];
    snprintf(path, sizeof path, "%s/digits_data/old", folder);
    assert_int_equal(file_make_folders(path, &e), ERR_OK);
    assert_int_equal(dataset_get(root, "digits_data", false, NULL, NULL, &e), ERR_EXISTS);
    assert_non_null(strstr(e.hint, "overwrite"));
    assert_true(file_exists(path));
    e = ERR_INIT;
    assert_int_equal(dataset_get(root, "digits_data", true, NULL, NULL, &e), ERR_OK);
    assert_false(file_exists(path));
    assert_sample("digits_data", "digits");
}

static void interrupt_keeps_the_old(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    struct stop stop = {.requested = true};
    char path[128];
    assert_int_equal(dataset_get(root, "digits_data", false, &stop, NULL, &e), ERR_INTERRUPT);
    assert_int_equal(entries(root), 0);
    snprintf(path, sizeof path, "%s/digits_data/old", folder);
    e = ERR_INIT;
    assert_int_equal(file_make_folders(path, &e), ERR_OK);
    assert_int_equal(dataset_get(root, "digits_data", true, &stop, NULL, &e), ERR_INTERRUPT);
    assert_true(file_exists(path));
    assert_int_equal(entries(folder), 1);
}

static const struct {
    const char *name, *says, *hint;
} missing[] = {
    {"mnist_dat", "no dataset 'mnist_dat'", "mnist_data"},
    {"titanic_dta", "no dataset", "titanic_data"},
    {"titanic_data", "known", MIRROR},
    {"../evil", "no dataset", "LIST THANOSQL DATASET"},
    {"", "no dataset", "LIST THANOSQL DATASET"},
};

static void unknown_names(void **state) {
    (void)state;
    for (int mirrored = 0; mirrored < 2; mirrored++) {
        if (mirrored) {
            setenv(MIRROR, root, 1);
        }
        for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++) {
            struct err e = ERR_INIT;
            assert_int_equal(dataset_get(root, missing[i].name, false, NULL, NULL, &e), ERR_NOT_FOUND);
            assert_non_null(strstr(e.message, missing[i].says));
            assert_non_null(strstr(e.hint, missing[i].hint));
            assert_int_equal(entries(root), 0);
        }
    }
}

static void archives_of_a_mirror(void **state) {
    (void)state;
    static const char *const served[] = {"titanic_data", "diet_data"};
    char here[512], url[600];
    assert_non_null(getcwd(here, sizeof here));
    snprintf(url, sizeof url, "file://%s/tests/data/archives/", here);
    for (int as_address = 0; as_address < 2; as_address++) {
        setenv(MIRROR, as_address ? url : "tests/data/archives", 1);
        for (size_t i = 0; i < 2; i++) {
            struct err e = ERR_INIT;
            assert_int_equal(dataset_get(root, served[i], as_address, NULL, NULL, &e), ERR_OK);
            assert_int_equal(entries(folder), (int)i + 1 + (as_address && i == 0));
        }
        struct buf text = BUF_INIT;
        read_text("titanic_data/titanic_train.csv", &text);
        assert_string_equal(buf_text(&text), "passengerid,survived\n1,0\n2,1\n");
        buf_release(&text);
        struct err e = ERR_INIT;
        assert_int_equal(dataset_get(root, "nsmc_data", false, NULL, NULL, &e), ERR_FILE);
        assert_non_null(strstr(e.message, "no folder 'nsmc_data'"));
        e = ERR_INIT;
        assert_int_equal(dataset_get(root, "parent", false, NULL, NULL, &e), ERR_FILE);
        assert_int_equal(entries(folder), 2);
        assert_int_equal(entries(root), 1);
    }
}

/* A source whose files are gzip but not MNIST, one that is not there, and a server that does not answer. */
static void sources_that_fail(void **state) {
    (void)state;
    char wrong[80], made[80], work[80], path[256];
    struct err e = ERR_INIT;
    struct buf gzip = BUF_INIT;
    snprintf(wrong, sizeof wrong, "%s/wrong", root);
    snprintf(made, sizeof made, "%s/made", root);
    snprintf(work, sizeof work, "%s/work", root);
    assert_int_equal(file_make_folders(wrong, &e), ERR_OK);
    assert_int_equal(file_make_folders(made, &e), ERR_OK);
    assert_int_equal(file_make_folders(work, &e), ERR_OK);
    assert_int_equal(file_read("tests/data/archives/plain.gz", 1000, &gzip, &e), ERR_OK);
    for (int f = 0; f < MNIST_FILES; f++) {
        snprintf(path, sizeof path, "%s/%s.gz", wrong, mnist_files[f].name);
        assert_int_equal(file_replace(path, gzip.data, gzip.len, &e), ERR_OK);
    }
    buf_release(&gzip);
    const struct mnist_source sources[] = {
        {.base = wrong}, {.base = "/none/mnist"}, {.base = "http://127.0.0.1:1/mnist"}};
    assert_int_equal(mnist_make(sources, 3, work, made, NULL, NULL, &e), ERR_CONNECTION);
    assert_non_null(strstr(e.message, "wrong SHA-256"));
    assert_non_null(strstr(e.message, "/none/mnist"));
    assert_non_null(strstr(e.message, "127.0.0.1"));
    assert_non_null(strstr(e.hint, "digits_data"));
    assert_int_equal(entries(work), 0);
    assert_int_equal(entries(made), 0);
}

static void makes_mnist(void **state) {
    (void)state;
    if (!mirror) {
        print_message("skipped: " MIRROR " is not set\n");
        skip();
    }
    setenv(MIRROR, mirror, 1);
    struct err e = ERR_INIT;
    double begin = clock_now();
    if (dataset_get(root, "mnist_data", false, NULL, NULL, &e) != ERR_OK) {
        fail_msg("%s", e.message);
    }
    print_message("mnist_data in %.0f ms\n", 1e3 * (clock_now() - begin));
    assert_sample("mnist_data", "mnist");
    struct buf text = BUF_INIT;
    read_text("mnist_data/mnist_train.csv", &text);
    assert_memory_equal(buf_text(&text) + 26, "thanosql-dataset/mnist_data/train/6782.jpg,6782.jpg,5\n", 54);
    read_text("mnist_data/mnist_test.csv", &text);
    assert_non_null(strstr(buf_text(&text), "\nthanosql-dataset/mnist_data/test/923.jpg,923.jpg,8\n"));
    buf_release(&text);
}

/* A mirror that does not have the files is left for the next source, and the user hears of it. */
static void falls_back_with_a_warning(void **state) {
    (void)state;
    if (!mirror) {
        print_message("skipped: " MIRROR " is not set\n");
        skip();
    }
    char good[512], made[80], work[80];
    struct err e = ERR_INIT;
    snprintf(good, sizeof good, "%s/mnist", mirror);
    snprintf(made, sizeof made, "%s/made", root);
    snprintf(work, sizeof work, "%s/work", root);
    assert_int_equal(file_make_folders(made, &e), ERR_OK);
    assert_int_equal(file_make_folders(work, &e), ERR_OK);
    struct heard heard = {.warning = BUF_INIT};
    struct sink out = {.user = &heard, .warning = hear_warning};
    const struct mnist_source sources[] = {{.base = "/none/mnist", .told = true}, {.base = good}};
    assert_int_equal(mnist_make(sources, 2, work, made, NULL, &out, &e), ERR_OK);
    assert_non_null(strstr(buf_text(&heard.warning), "/none/mnist"));
    buf_release(&heard.warning);
}

static void lists_what_can_be_had(void **state) {
    (void)state;
    assert_string_equal(dataset_at(0)->name, "mnist_data");
    assert_string_equal(dataset_at(1)->name, "digits_data");
    assert_string_equal(dataset_at(1)->data_type, "image");
    assert_null(dataset_at(2));
}

int main(void) {
    const char *set = getenv(MIRROR);
    mirror = set && *set ? strdup(set) : NULL;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_what_can_be_had),
        cmocka_unit_test(digits_are_of_one_hand),
        cmocka_unit_test_setup_teardown(draws_digits, make_root, remove_root),
        cmocka_unit_test_setup_teardown(existing_needs_overwrite, make_root, remove_root),
        cmocka_unit_test_setup_teardown(interrupt_keeps_the_old, make_root, remove_root),
        cmocka_unit_test_setup_teardown(unknown_names, make_root, remove_root),
        cmocka_unit_test_setup_teardown(archives_of_a_mirror, make_root, remove_root),
        cmocka_unit_test_setup_teardown(sources_that_fail, make_root, remove_root),
        cmocka_unit_test_setup_teardown(makes_mnist, make_root, remove_root),
        cmocka_unit_test_setup_teardown(falls_back_with_a_warning, make_root, remove_root),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(mirror);
    return failed;
}
