/* Data files as streams: what is written is read back; files that are cut off, damaged or no gzip; a full disk. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "lang/data/datafile.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

static char folder[64], path[96];
static unsigned long long most = DATAFILE_MOST;

static int set_up(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/thanosql-test-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    return file_remove_tree(folder, &e);
}

static void name(const char *file) {
    snprintf(path, sizeof path, "%s/%s", folder, file);
}

static int files_in_folder(void) {
    int count = 0;
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *entry; (entry = readdir(d));) {
        count += entry->d_name[0] != '.';
    }
    closedir(d);
    return count;
}

static void write_bytes(const void *bytes, size_t len) {
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

static enum err_code read_all(struct datafile *f, struct buf *out, struct err *e) {
    char piece[1000];
    size_t n;
    while ((n = datafile_read(f, piece, sizeof piece, e)) > 0) {
        buf_add(out, piece, n);
    }
    return e->code;
}

static enum err_code read_path(struct buf *out, struct err *e) {
    struct datafile *f = NULL;
    if (datafile_open(path, most, &f, e) == ERR_OK) {
        read_all(f, out, e);
    }
    datafile_close(f);
    return e->code;
}

/* Numbers that do not repeat, so that a piece lost or doubled shows. */
static void fill(struct buf *text) {
    for (int i = 0; i < 30000; i++) {
        buf_printf(text, "%d\n", i * 7919);
    }
}

static void reads_what_was_written(void **state) {
    (void)state;
    struct buf text = BUF_INIT;
    fill(&text);
    for (int gzip = 0; gzip < 2; gzip++) {
        struct err e = ERR_INIT;
        struct datafile_out *out = NULL;
        struct datafile *in = NULL;
        struct stat about;
        name(gzip ? "x.csv.GZ" : "x.csv");
        assert_int_equal(datafile_is_gzip(path), gzip);
        assert_int_equal(datafile_create(path, gzip, &out, &e), ERR_OK);
        for (size_t at = 0; at < text.len; at += 4000) {
            assert_int_equal(datafile_write(out, text.data + at, text.len - at < 4000 ? text.len - at : 4000, &e), 0);
        }
        assert_false(file_exists(path));
        assert_int_equal(datafile_finish(out, true, &e), ERR_OK);
        assert_int_equal(files_in_folder(), 1 + gzip);
        assert_int_equal(stat(path, &about), 0);
        assert_true(gzip ? (size_t)about.st_size < text.len / 2 : (size_t)about.st_size == text.len);
        assert_int_equal(datafile_open(path, most, &in, &e), ERR_OK);
        for (int pass = 0; pass < 2; pass++) {
            struct buf back = BUF_INIT;
            assert_int_equal(datafile_rewind(in, &e), ERR_OK);
            assert_int_equal(read_all(in, &back, &e), ERR_OK);
            assert_int_equal(back.len, text.len);
            assert_memory_equal(back.data, text.data, text.len);
            assert_true(datafile_at(in) == datafile_size(in) && datafile_size(in) == (double)about.st_size);
            buf_release(&back);
        }
        assert_int_equal(datafile_check_same(in, &e), ERR_OK);
        write_bytes("a", 1);
        assert_int_equal(datafile_check_same(in, &e), ERR_FILE);
        datafile_close(in);
    }
    buf_release(&text);
}

/* Two gzip files one behind the other are one, as gzip has it. */
static void reads_joined_gzip(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    struct buf zipped = BUF_INIT, back = BUF_INIT;
    assert_int_equal(file_read("tests/data/tables/people.csv.gz", 1000, &zipped, &e), ERR_OK);
    buf_add(&zipped, zipped.data, zipped.len);
    name("x.csv.gz");
    write_bytes(zipped.data, zipped.len);
    assert_int_equal(read_path(&back, &e), ERR_OK);
    assert_string_equal(back.data, "name,age,score\nAda,36,1.5\nBob,,2\nname,age,score\nAda,36,1.5\nBob,,2\n");
    buf_release(&zipped);
    buf_release(&back);
}

/* What stands behind is told, but for zeros, which tapes pad with. */
static void tells_what_is_behind(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        bool rest;
    } behind[] = {{"", 0, false},   {"\0", 1, false},  {"\0\0\0", 3, false}, {"x", 1, true},
                  {"\0x", 2, true}, {"\x1f", 1, true}, {"\x1fx", 2, true},   {"rubbish\0", 8, true}};
    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
        struct err e = ERR_INIT;
        struct buf zipped = BUF_INIT;
        struct datafile *f = NULL;
        assert_int_equal(file_read("tests/data/tables/people.csv.gz", 1000, &zipped, &e), ERR_OK);
        buf_add(&zipped, behind[i].bytes, behind[i].len);
        name("x.csv.gz");
        write_bytes(zipped.data, zipped.len);
        assert_int_equal(datafile_open(path, most, &f, &e), ERR_OK);
        for (int pass = 0; pass < 2; pass++) {
            struct buf back = BUF_INIT;
            assert_int_equal(datafile_rewind(f, &e), ERR_OK);
            assert_false(datafile_has_rest(f));
            assert_int_equal(read_all(f, &back, &e), ERR_OK);
            assert_string_equal(back.data, "name,age,score\nAda,36,1.5\nBob,,2\n");
            assert_int_equal(datafile_has_rest(f), behind[i].rest);
            buf_release(&back);
        }
        datafile_close(f);
        buf_release(&zipped);
    }
}

/* Wherever it is cut, and whatever byte of it is another. */
static void refuses_damaged_gzip(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    struct buf zipped = BUF_INIT;
    assert_int_equal(file_read("tests/data/tables/people.csv.gz", 1000, &zipped, &e), ERR_OK);
    name("x.csv.gz");
    for (size_t len = 0; len < zipped.len; len++) {
        struct buf back = BUF_INIT;
        write_bytes(zipped.data, len);
        e = ERR_INIT;
        assert_int_equal(read_path(&back, &e), ERR_FILE);
        assert_true(strstr(e.message, "x.csv.gz") && e.hint[0]);
        if (len == 0 || len > 10) {
            assert_non_null(strstr(e.message, len ? "ends too early" : "is empty"));
        }
        buf_release(&back);
    }
    int harmless = 0;
    for (size_t i = 10; i < zipped.len; i++) { /* behind the head, which has a time and the like */
        struct buf back = BUF_INIT;
        zipped.data[i] ^= 0x10;
        write_bytes(zipped.data, zipped.len);
        zipped.data[i] ^= 0x10;
        e = ERR_INIT;
        if (read_path(&back, &e) == ERR_OK) { /* a bit that pads the last block */
            harmless++;
            assert_string_equal(back.data, "name,age,score\nAda,36,1.5\nBob,,2\n");
        }
        buf_release(&back);
    }
    assert_true(harmless <= 1);
    buf_release(&zipped);
}

/* Of what is packed only: a plain file may be as large as it is. */
static void caps_what_is_unpacked(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    struct buf zipped = BUF_INIT, back = BUF_INIT;
    assert_int_equal(file_read("tests/data/tables/people.csv.gz", 1000, &zipped, &e), ERR_OK);
    name("x.csv.gz");
    write_bytes(zipped.data, zipped.len);
    for (most = 32; most <= 33; most++) {
        e = ERR_INIT;
        assert_int_equal(read_path(&back, &e), most == 33 ? ERR_OK : ERR_FILE);
        assert_true(most == 33 || strstr(e.message, "x.csv.gz unpacks to more than 32 bytes"));
    }
    name("x.csv");
    most = 1;
    write_bytes("abc", 3);
    assert_int_equal(read_path(&back, &e), ERR_OK);
    most = DATAFILE_MOST;
    buf_release(&zipped);
    buf_release(&back);
}

static void refuses_what_is_no_file(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    struct datafile *f = NULL;
    name("none.csv");
    assert_int_equal(datafile_open(path, most, &f, &e), ERR_FILE);
    assert_non_null(strstr(e.message, "none.csv cannot be opened: No such file"));
    e = ERR_INIT;
    assert_int_equal(datafile_open(folder, most, &f, &e), ERR_FILE);
    e = ERR_INIT;
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(datafile_open(path, most, &f, &e), ERR_FILE); /* and does not wait for a writer */
    assert_null(f);
}

static void reads_text_in_memory(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    struct buf back = BUF_INIT;
    struct datafile *f = datafile_of_text("abc", 3);
    assert_non_null(f);
    for (int pass = 0; pass < 2; pass++) {
        assert_int_equal(datafile_rewind(f, &e), ERR_OK);
        assert_int_equal(read_all(f, &back, &e), ERR_OK);
    }
    assert_string_equal(back.data, "abcabc");
    datafile_close(f);
    buf_release(&back);
}

/* The old file stays, and nothing is beside it. A limit on the size of files stands for the end of the disk. */
static void full_disk_leaves_the_old(void **state) {
    (void)state;
    struct buf text = BUF_INIT, back = BUF_INIT;
    struct rlimit before, little = {.rlim_cur = 50000};
    fill(&text);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    little.rlim_max = before.rlim_max;
    for (int gzip = 0; gzip < 2; gzip++) {
        struct err e = ERR_INIT;
        struct datafile_out *out = NULL;
        name(gzip ? "x.csv.gz" : "x.csv");
        write_bytes("old", 3);
        assert_int_equal(datafile_create(path, gzip, &out, &e), ERR_OK);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
        for (int i = 0; i < 3 && e.code == ERR_OK; i++) {
            datafile_write(out, text.data, text.len, &e);
        }
        if (e.code == ERR_OK) {
            datafile_finish(out, true, &e);
        } else {
            datafile_discard(out);
        }
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_int_equal(e.code, ERR_FILE);
        assert_non_null(strstr(e.message, "cannot be written: File too large"));
        assert_int_equal(files_in_folder(), 1 + gzip);
        e = ERR_INIT;
        buf_clear(&back);
        assert_int_equal(file_read(path, 100, &back, &e), ERR_OK);
        assert_string_equal(back.data, "old");
    }
    buf_release(&text);
    buf_release(&back);
}

static void writes_the_start_again(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    struct buf back = BUF_INIT;
    struct datafile_out *out = NULL;
    name("x.npy");
    assert_int_equal(datafile_create(path, false, &out, &e), ERR_OK);
    assert_int_equal(datafile_write(out, "....tail", 8, &e), ERR_OK);
    assert_int_equal(datafile_write_start(out, "head", 4, &e), ERR_OK);
    assert_int_equal(datafile_finish(out, true, &e), ERR_OK);
    assert_int_equal(file_read(path, 100, &back, &e), ERR_OK);
    assert_string_equal(back.data, "headtail");
    buf_release(&back);
    snprintf(path, sizeof path, "%s/none/x.csv", folder);
    assert_int_equal(datafile_create(path, false, &out, &e), ERR_FILE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_what_was_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_joined_gzip, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_what_is_behind, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_damaged_gzip, set_up, tear_down),
        cmocka_unit_test_setup_teardown(caps_what_is_unpacked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_what_is_no_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_text_in_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(full_disk_leaves_the_old, set_up, tear_down),
        cmocka_unit_test_setup_teardown(writes_the_start_again, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
