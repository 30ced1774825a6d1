/* One transfer at a time over libcurl's multi interface: its poll wakes ten times a second to read the stop flag. */
#include "lang/data/download.h"

#include "base/clock.h"
#include "base/library.h"

#define CURL_DISABLE_TYPECHECK /* it names the functions themselves */
#include <curl/curl.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { POLL_MILLISECONDS = 100, CONNECT_SECONDS = 10, MOST_REDIRECTS = 5, SLOW_BYTES = 1024, SLOW_SECONDS = 20 };

#define LIBRARY_FILE "libcurl.so.4"
#define FUNCTIONS(X)            \
    X(curl_easy_cleanup)        \
    X(curl_easy_getinfo)        \
    X(curl_easy_init)           \
    X(curl_easy_setopt)         \
    X(curl_easy_strerror)       \
    X(curl_free)                \
    X(curl_global_init)         \
    X(curl_multi_add_handle)    \
    X(curl_multi_cleanup)       \
    X(curl_multi_info_read)     \
    X(curl_multi_init)          \
    X(curl_multi_perform)       \
    X(curl_multi_poll)          \
    X(curl_multi_remove_handle) \
    X(curl_multi_strerror)      \
    X(curl_url)                 \
    X(curl_url_cleanup)         \
    X(curl_url_get)             \
    X(curl_url_set)

static struct { FUNCTIONS(LIBRARY_MEMBER) } lib;
static struct err unloaded; /* why the library is not there */

/* Where the bytes go, and what went wrong on our side of the connection. */
struct transfer {
    const struct download *d;
    int fd;          /* -1: into the buffer */
    struct buf *out; /* NULL: into the file */
    unsigned long long done;
    double begin, reported; /* clock at the start, and at the last progress call */
    struct err *e;
    char host[96];
    char reason[CURL_ERROR_SIZE];
};

static bool begins_with(const char *text, const char *start) {
    return strncasecmp(text, start, strlen(start)) == 0;
}

bool download_is_url(const char *text) {
    return begins_with(text, "https://") || begins_with(text, "http://") || begins_with(text, "file://");
}

static void start_library(void) {
    static const char *const names[] = {FUNCTIONS(LIBRARY_NAME)};
    if (library_load(LIBRARY_FILE, names, sizeof names / sizeof *names, &lib, &unloaded) == ERR_OK) {
        lib.curl_global_init(CURL_GLOBAL_DEFAULT);
    }
}

static void name_host(struct transfer *t) {
    char *host = NULL;
    CURLU *parts = lib.curl_url();
    if (parts && lib.curl_url_set(parts, CURLUPART_URL, t->d->url, 0) == CURLUE_OK) {
        lib.curl_url_get(parts, CURLUPART_HOST, &host, 0);
    }
    snprintf(t->host, sizeof t->host, "%s", host && *host ? host : "the mirror");
    lib.curl_free(host);
    lib.curl_url_cleanup(parts);
}

static bool write_file(struct transfer *t, const char *bytes, size_t len) {
    while (len > 0) {
        ssize_t n = write(t->fd, bytes, len);
        if (n < 0 && errno != EINTR) {
            err_set(t->e, ERR_FILE, "cannot keep what %s sends: %s", t->host, strerror(errno));
            return false;
        }
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
    }
    return true;
}

static void too_large(struct transfer *t) {
    err_set(t->e, ERR_CONNECTION, "%s sends more than the %llu bytes expected", t->host, t->d->most);
}

/* libcurl gives up when we take in fewer bytes than it has. */
static size_t take_bytes(char *bytes, size_t one, size_t len, void *user) {
    struct transfer *t = user;
    (void)one;
    if (stop_requested(t->d->stop)) {
        err_interrupt(t->e);
        return 0;
    }
    if (len > t->d->most - t->done) {
        too_large(t);
        return 0;
    }
    if (t->out) {
        buf_add(t->out, bytes, len);
        if (!buf_ok(t->out)) {
            err_nomem(t->e);
            return 0;
        }
    } else if (!write_file(t, bytes, len)) {
        return 0;
    }
    t->done += len;
    return len;
}

static void set_protocols(CURL *easy, const char *url) {
    bool secure = begins_with(url, "https://");
#if LIBCURL_VERSION_NUM >= 0x075500
    lib.curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https,http,file");
    lib.curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "https,http");
#else
    lib.curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTPS | CURLPROTO_HTTP | CURLPROTO_FILE));
    lib.curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS,
                         (long)(secure ? CURLPROTO_HTTPS : CURLPROTO_HTTPS | CURLPROTO_HTTP));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
    lib.curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* an interrupt does not wait for the name server */
#endif
}

static void set_options(CURL *easy, struct transfer *t) {
    int connect = t->d->connect_seconds > 0 ? t->d->connect_seconds : CONNECT_SECONDS;
    set_protocols(easy, t->d->url);
    lib.curl_easy_setopt(easy, CURLOPT_URL, t->d->url);
    lib.curl_easy_setopt(easy, CURLOPT_USERAGENT, "thanosql-kernel");
    lib.curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    lib.curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
    lib.curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
    lib.curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)MOST_REDIRECTS);
    lib.curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)connect);
    lib.curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
    lib.curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)SLOW_SECONDS);
    lib.curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)t->d->most);
    lib.curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->reason);
    lib.curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_bytes);
    lib.curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
}

static void report(struct transfer *t, CURL *easy, bool last) {
    double now = clock_now();
    const struct sink *out = t->d->out;
    if (!t->d->what || !out || !out->progress || (!last && t->done == 0) ||
        (!last && now - t->reported < POLL_MILLISECONDS / 1e3)) {
        return;
    }
    t->reported = now;
    curl_off_t total = 0;
    lib.curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &total);
    struct progress p = {.what = t->d->what, .unit = "bytes", .done = (double)t->done, .seconds = now - t->begin};
    p.total = last ? p.done : (total > 0 ? (double)total : 0);
    out->progress(out->user, &p);
}

/* What the library's code means to a reader. */
static enum err_code judge(struct transfer *t, CURL *easy, CURLcode code) {
    if (code == CURLE_OK || t->e->code != ERR_OK) {
        return t->e->code;
    }
    if (code == CURLE_FILESIZE_EXCEEDED) {
        too_large(t);
    } else if (code == CURLE_HTTP_RETURNED_ERROR) {
        long status = 0;
        lib.curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        const char *file = strrchr(t->d->url, '/');
        err_set(t->e, status == 404 || status == 410 ? ERR_NOT_FOUND : ERR_CONNECTION, "%s answers %ld for '%s'",
                t->host, status, file ? file + 1 : t->d->url);
    } else if (code == CURLE_FILE_COULDNT_READ_FILE) {
        err_set(t->e, ERR_NOT_FOUND, "no such file on %s", t->host);
    } else if (code == CURLE_OUT_OF_MEMORY) {
        err_nomem(t->e);
    } else if (code == CURLE_COULDNT_RESOLVE_HOST) {
        err_set(t->e, ERR_CONNECTION, "%s cannot be found", t->host);
    } else {
        err_set(t->e, ERR_CONNECTION, "%s: %s", t->host, *t->reason ? t->reason : lib.curl_easy_strerror(code));
    }
    return t->e->code;
}

static enum err_code drive(struct transfer *t, CURLM *multi, CURL *easy) {
    for (int running = 1; running > 0;) {
        if (stop_requested(t->d->stop)) {
            return err_interrupt(t->e);
        }
        CURLMcode bad = lib.curl_multi_perform(multi, &running);
        if (bad == CURLM_OK && running > 0) {
            report(t, easy, false);
            bad = lib.curl_multi_poll(multi, NULL, 0, POLL_MILLISECONDS, NULL);
        }
        if (bad != CURLM_OK) {
            return err_set(t->e, ERR_CONNECTION, "%s: %s", t->host, lib.curl_multi_strerror(bad));
        }
    }
    int left = 0;
    for (CURLMsg *message; (message = lib.curl_multi_info_read(multi, &left));) {
        if (message->msg == CURLMSG_DONE) {
            judge(t, easy, message->data.result);
        }
    }
    if (t->e->code == ERR_OK) {
        report(t, easy, true);
    }
    return t->e->code;
}

static enum err_code run(struct transfer *t) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_library);
    if (unloaded.code != ERR_OK) {
        *t->e = unloaded;
        return t->e->code;
    }
    if (!download_is_url(t->d->url)) {
        return err_set(t->e, ERR_CONNECTION, "only https, http and file addresses can be downloaded");
    }
    name_host(t);
    t->begin = clock_now();
    CURLM *multi = lib.curl_multi_init();
    CURL *easy = lib.curl_easy_init();
    if (multi && easy) {
        set_options(easy, t);
        lib.curl_multi_add_handle(multi, easy);
        drive(t, multi, easy);
        lib.curl_multi_remove_handle(multi, easy);
    } else {
        err_nomem(t->e);
    }
    lib.curl_easy_cleanup(easy);
    lib.curl_multi_cleanup(multi);
    return t->e->code;
}

enum err_code download_file(const struct download *d, const char *path, struct err *e) {
    struct transfer t = {.d = d, .e = e};
    t.fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (t.fd < 0) {
        return err_set(e, ERR_FILE, "cannot write '%s': %s", path, strerror(errno));
    }
    run(&t);
    if (close(t.fd) != 0 && e->code == ERR_OK) {
        err_set(e, ERR_FILE, "cannot write '%s': %s", path, strerror(errno));
    }
    if (e->code != ERR_OK) {
        unlink(path);
    }
    return e->code;
}

enum err_code download_buffer(const struct download *d, struct buf *out, struct err *e) {
    struct transfer t = {.d = d, .fd = -1, .out = out, .e = e};
    size_t before = out->len;
    if (run(&t) != ERR_OK && out->data) {
        out->len = before;
        out->data[before] = '\0';
    }
    return e->code;
}
