/* Downloads from a small HTTP server in a thread of this test, which answers well, badly, slowly or not at all. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "lang/data/download.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* What the server says to each path; with `stall` it then says nothing more until the client goes away. */
static const struct {
    const char *path, *says;
    bool stall;
} answers[] = {
    {"/good", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n", false},
    {"/unsized", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello\n", false},
    {"/empty", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false},
    {"/none", "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nsorry", false},
    {"/gone", "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", false},
    {"/broken", "HTTP/1.1 500 Oh no\r\nContent-Length: 0\r\n\r\n", false},
    {"/cut", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhel", false},
    {"/nothing", "", false},
    {"/garbage", "these are words\r\n\r\n", false},
    {"/moved", "HTTP/1.1 302 Found\r\nLocation: /good\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", false},
    {"/loop", "HTTP/1.1 302 Found\r\nLocation: /loop\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", false},
    {"/to-file",
     "HTTP/1.1 302 Found\r\nLocation: file:///etc/hostname\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", false},
    {"/stalled", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhel", true},
    {"/silent", "", true},
};

static int listener = -1, port;
static pthread_t server;

static void answer(int client) {
    char request[2048] = "";
    for (size_t len = 0; len + 1 < sizeof request && !strstr(request, "\r\n\r\n");) {
        ssize_t n = recv(client, request + len, sizeof request - 1 - len, 0);
        if (n <= 0) {
            return;
        }
        len += (size_t)n;
        request[len] = '\0';
    }
    char path[64] = "";
    sscanf(request, "GET %63s ", path);
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        if (strcmp(answers[i].path, path) == 0) {
            send(client, answers[i].says, strlen(answers[i].says), MSG_NOSIGNAL);
            while (answers[i].stall && recv(client, request, sizeof request, 0) > 0) {
            }
        }
    }
}

static void *serve(void *unused) {
    for (int client; (client = accept(listener, NULL, NULL)) >= 0;) {
        answer(client);
        close(client);
    }
    return unused;
}

static int start_server(void **state) {
    (void)state;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(listener, 16) != 0 ||
        getsockname(listener, (struct sockaddr *)&at, &size) != 0) {
        return -1;
    }
    port = ntohs(at.sin_port);
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    unsetenv("ALL_PROXY");
    return pthread_create(&server, NULL, serve, NULL);
}

static int end_server(void **state) {
    (void)state;
    shutdown(listener, SHUT_RDWR);
    close(listener);
    return pthread_join(server, NULL);
}

static enum err_code get(const char *path, unsigned long long most, struct stop *stop, struct buf *out, struct err *e) {
    char url[128];
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", port, path);
    struct download d = {.url = url, .most = most, .stop = stop};
    return download_buffer(&d, out, e);
}

static const struct {
    const char *path;
    unsigned long long most;
    enum err_code code;
    const char *text; /* what comes, or a part of the message */
} cases[] = {
    {"/good", 100, ERR_OK, "hello\n"},
    {"/good", 6, ERR_OK, "hello\n"},
    {"/unsized", 6, ERR_OK, "hello\n"},
    {"/empty", 0, ERR_OK, ""},
    {"/moved", 100, ERR_OK, "hello\n"},
    {"/good", 5, ERR_CONNECTION, "more than the 5 bytes"},
    {"/unsized", 5, ERR_CONNECTION, "more than the 5 bytes"},
    {"/none", 100, ERR_NOT_FOUND, "404 for 'none'"},
    {"/gone", 100, ERR_NOT_FOUND, "410"},
    {"/broken", 100, ERR_CONNECTION, "500"},
    {"/cut", 2000, ERR_CONNECTION, "127.0.0.1"},
    {"/nothing", 100, ERR_CONNECTION, "127.0.0.1"},
    {"/garbage", 100, ERR_CONNECTION, "127.0.0.1"},
    {"/loop", 100, ERR_CONNECTION, "redirects"},
    {"/to-file", 100, ERR_CONNECTION, "file"},
};

static void answers_of_a_server(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err e = ERR_INIT;
        struct buf out = BUF_INIT;
        buf_str(&out, "<");
        enum err_code code = get(cases[i].path, cases[i].most, NULL, &out, &e);
        if (code != cases[i].code || !strstr(code == ERR_OK ? buf_text(&out) : e.message, cases[i].text)) {
            fail_msg("%s: %d %s", cases[i].path, (int)code, e.message);
        }
        assert_int_equal(out.len, 1 + (code == ERR_OK ? strlen(cases[i].text) : 0));
        buf_release(&out);
    }
}

static void nobody_answers(void **state) {
    (void)state;
    static const char *const urls[] = {"http://127.0.0.1:1/x", "http://no-such-host.invalid/x", "https://[bad/x",
                                       "ftp://127.0.0.1/x", "/etc/hostname"};
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct err e = ERR_INIT;
        struct buf out = BUF_INIT;
        struct download d = {.url = urls[i], .most = 100};
        assert_int_equal(download_buffer(&d, &out, &e), ERR_CONNECTION);
        assert_int_equal(out.len, 0);
        buf_release(&out);
    }
}

static void passwords_stay_out_of_messages(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    struct buf out = BUF_INIT;
    struct download d = {.url = "http://me:secret@127.0.0.1:1/x", .most = 100};
    assert_int_equal(download_buffer(&d, &out, &e), ERR_CONNECTION);
    assert_null(strstr(e.message, "secret"));
    buf_release(&out);
}

static void *request_soon(void *user) {
    nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
    stop_request(user);
    return NULL;
}

static void interrupt_ends_a_stalled_server(void **state) {
    (void)state;
    static const char *const paths[] = {"/stalled", "/silent"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct err e = ERR_INIT;
        struct buf out = BUF_INIT;
        struct stop stop = {.requested = false};
        pthread_t other;
        double begin = clock_now();
        assert_int_equal(pthread_create(&other, NULL, request_soon, &stop), 0);
        assert_int_equal(get(paths[i], 10000, &stop, &out, &e), ERR_INTERRUPT);
        pthread_join(other, NULL);
        assert_true(clock_now() - begin < 1.0);
        assert_int_equal(out.len, 0);
        buf_release(&out);
    }
}

struct seen {
    int calls;
    double done, total;
};

static void see(void *user, const struct progress *p) {
    struct seen *seen = user;
    seen->calls++;
    seen->done = p->done;
    seen->total = p->total;
    assert_string_equal(p->what, "Downloading it");
}

static void into_a_file(void **state) {
    (void)state;
    char folder[] = "/tmp/thanosql-test-XXXXXX", path[64], url[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/it", folder);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/good", port);
    struct err e = ERR_INIT;
    struct buf text = BUF_INIT;
    struct seen seen = {.calls = 0};
    struct sink out = {.user = &seen, .progress = see};
    struct download d = {.url = url, .most = 100, .what = "Downloading it", .out = &out};
    assert_int_equal(download_file(&d, path, &e), ERR_OK);
    assert_int_equal(file_read(path, 100, &text, &e), ERR_OK);
    assert_string_equal(buf_text(&text), "hello\n");
    assert_true(seen.calls >= 1 && seen.done == 6 && seen.total == 6);

    snprintf(url, sizeof url, "http://127.0.0.1:%d/cut", port);
    assert_int_equal(download_file(&d, path, &e), ERR_CONNECTION);
    assert_false(file_exists(path));

    struct err local = ERR_INIT;
    snprintf(path, sizeof path, "%s/none/it", folder);
    assert_int_equal(download_file(&d, path, &local), ERR_FILE);
    buf_release(&text);
    rmdir(folder);
}

static void from_a_file_address(void **state) {
    (void)state;
    struct err e = ERR_INIT;
    struct buf text = BUF_INIT;
    struct download d = {.url = "file:///dev/null/none", .most = 100};
    assert_int_equal(download_buffer(&d, &text, &e), ERR_NOT_FOUND);
    char path[] = "/tmp/thanosql-test-XXXXXX", url[64];
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, "words", 5) == 5);
    close(fd);
    snprintf(url, sizeof url, "file://%s", path);
    d.url = url;
    e = ERR_INIT;
    assert_int_equal(download_buffer(&d, &text, &e), ERR_OK);
    assert_string_equal(buf_text(&text), "words");
    unlink(path);
    buf_release(&text);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_of_a_server),
        cmocka_unit_test(nobody_answers),
        cmocka_unit_test(passwords_stay_out_of_messages),
        cmocka_unit_test(interrupt_ends_a_stalled_server),
        cmocka_unit_test(into_a_file),
        cmocka_unit_test(from_a_file_address),
    };
    return cmocka_run_group_tests(tests, start_server, end_server);
}
