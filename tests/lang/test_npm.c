/* The way npm_pack() runs a client, with small programs called npm in front of the PATH. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "lang/data/npm.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static char folder[64], program[96], kept[96];

static int make_folder(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/thanosql-test-XXXXXX");
    char path[512];
    if (!mkdtemp(folder)) {
        return -1;
    }
    snprintf(path, sizeof path, "%s:/usr/bin:/bin", folder);
    snprintf(program, sizeof program, "%s/npm", folder);
    snprintf(kept, sizeof kept, "%s/kept", folder);
    return setenv("PATH", path, 1);
}

static int remove_folder(void **state) {
    (void)state;
    return file_remove_tree(folder, &(struct err){.code = ERR_OK});
}

static void install(const char *script) {
    struct err e = ERR_INIT;
    assert_int_equal(file_replace(program, script, strlen(script), &e), ERR_OK);
    assert_int_equal(chmod(program, 0755), 0);
}

static void arguments_reach_the_client(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    struct buf text = BUF_INIT;
    install("#!/bin/sh\necho noise; echo noise >&2\nfor last; do :; done\nprintf '%s\\n' \"$@\" >\"$last\"\n");
    assert_int_equal(npm_pack("a package@1; $(x)", kept, NULL, &e), ERR_OK);
    assert_int_equal(file_read(kept, 1000, &text, &e), ERR_OK);
    assert_memory_equal(buf_text(&text), "pack\na package@1; $(x)\n--ignore-scripts\n", 40);
    buf_release(&text);
}

static const char *const failing[] = {"#!/bin/sh\nexit 3\n", "#!/bin/sh\nkill -9 $$\n", NULL};

static void failures_are_told(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof failing / sizeof failing[0]; i++) {
        struct err e = ERR_INIT;
        if (failing[i]) {
            install(failing[i]);
        } else {
            remove(program);
            setenv("PATH", folder, 1);
        }
        assert_int_equal(npm_pack("a@1", kept, NULL, &e), ERR_CONNECTION);
        assert_non_null(strstr(e.message, "npm"));
    }
}

static void *request_soon(void *user) {
    nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL);
    stop_request(user);
    return NULL;
}

/* The client's own children end with it. */
static void interrupt_ends_the_group(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    struct stop stop = {.requested = false};
    struct buf text = BUF_INIT;
    pthread_t other;
    install("#!/bin/sh\nfor last; do :; done\nsleep 60 &\necho $! >\"$last\"\nwait\n");
    double begin = clock_now();
    assert_int_equal(pthread_create(&other, NULL, request_soon, &stop), 0);
    assert_int_equal(npm_pack("a@1", kept, &stop, &e), ERR_INTERRUPT);
    pthread_join(other, NULL);
    assert_true(clock_now() - begin < 1.0);
    assert_int_equal(file_read(kept, 100, &text, &(struct err){.code = ERR_OK}), ERR_OK);
    pid_t child = (pid_t)strtol(buf_text(&text), NULL, 10);
    buf_release(&text);
    assert_true(child > 1);
    char status[64], line[256] = "";
    snprintf(status, sizeof status, "/proc/%ld/stat", (long)child);
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    FILE *file = fopen(status, "r"); /* gone, or a zombie that nobody has reaped yet */
    if (file) {
        assert_non_null(fgets(line, sizeof line, file));
        fclose(file);
        assert_non_null(strstr(line, ") Z "));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(arguments_reach_the_client, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(failures_are_told, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(interrupt_ends_the_group, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
