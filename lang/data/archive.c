/* Reading over libarchive; files are written by ourselves with O_EXCL, so that nothing in an archive can lead out of
 * the folder. Every byte that is unpacked is counted, wanted or not, so that a small file cannot keep us for ever. */
#include "lang/data/archive.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/library.h"

#include <archive.h>
#include <archive_entry.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 256 * 1024 };

#define LIBRARY_FILE "libarchive.so.13"
#define FUNCTIONS(X)                    \
    X(archive_entry_filetype)           \
    X(archive_entry_hardlink)           \
    X(archive_entry_is_encrypted)       \
    X(archive_entry_pathname)           \
    X(archive_entry_pathname_utf8)      \
    X(archive_entry_symlink)            \
    X(archive_error_string)             \
    X(archive_filter_code)              \
    X(archive_read_data)                \
    X(archive_read_free)                \
    X(archive_read_new)                 \
    X(archive_read_next_header)         \
    X(archive_read_open_filename)       \
    X(archive_read_support_filter_gzip) \
    X(archive_read_support_format_raw)  \
    X(archive_read_support_format_tar)  \
    X(archive_read_support_format_zip)

static struct { FUNCTIONS(LIBRARY_MEMBER) } lib;
static struct err unloaded; /* why the library is not there */

static void load_library(void) {
    static const char *const names[] = {FUNCTIONS(LIBRARY_NAME)};
    library_load(LIBRARY_FILE, names, sizeof names / sizeof *names, &lib, &unloaded);
}

struct reading {
    const char *path;
    struct archive *in;
    struct archive_limits limits;
    unsigned long long entries, bytes; /* so far */
    struct stop *stop;
    struct err *e;
};

static enum err_code damaged(struct reading *r) {
    const char *why = lib.archive_error_string(r->in);
    return err_set(r->e, ERR_FILE, "'%s' cannot be unpacked: %s", r->path, why ? why : "it is damaged");
}

enum kind { KIND_ARCHIVE, KIND_GZIP };

static enum err_code reading_open(struct reading *r, enum kind kind) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load_library);
    if (unloaded.code != ERR_OK) {
        *r->e = unloaded;
        return r->e->code;
    }
    r->in = lib.archive_read_new();
    if (!r->in) {
        return err_nomem(r->e);
    }
    lib.archive_read_support_filter_gzip(r->in);
    if (kind == KIND_GZIP) {
        lib.archive_read_support_format_raw(r->in);
    } else {
        lib.archive_read_support_format_tar(r->in);
        lib.archive_read_support_format_zip(r->in);
    }
    return lib.archive_read_open_filename(r->in, r->path, PIECE) == ARCHIVE_OK ? ERR_OK : damaged(r);
}

static void reading_close(struct reading *r) {
    if (r->in) {
        lib.archive_read_free(r->in);
    }
}

/* The next entry, or NULL at the end or after a failure. */
static struct archive_entry *reading_next(struct reading *r) {
    struct archive_entry *entry = NULL;
    if (stop_requested(r->stop)) {
        err_interrupt(r->e);
        return NULL;
    }
    int status = lib.archive_read_next_header(r->in, &entry);
    if (status == ARCHIVE_EOF) {
        return NULL;
    }
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
        damaged(r);
        return NULL;
    }
    if (++r->entries > r->limits.entries) {
        err_set(r->e, ERR_FILE, "'%s' holds more than %llu files", r->path, r->limits.entries);
        return NULL;
    }
    return entry;
}

/* All bytes of the entry to take() (or to nobody). Holes of sparse files come as zeros, and count. */
static enum err_code reading_stream(struct reading *r, const struct archive_member *to) {
    char *piece = malloc(PIECE);
    if (!piece) {
        return err_nomem(r->e);
    }
    while (r->e->code == ERR_OK) {
        la_ssize_t n = lib.archive_read_data(r->in, piece, PIECE);
        if (n == ARCHIVE_RETRY) {
            continue;
        }
        if (n < 0) {
            damaged(r);
        } else if (n == 0) {
            break;
        } else if (stop_requested(r->stop)) {
            err_interrupt(r->e);
        } else if ((unsigned long long)n > r->limits.bytes - r->bytes) {
            err_set(r->e, ERR_FILE, "'%s' unpacks to more than %llu bytes", r->path, r->limits.bytes);
        } else {
            r->bytes += (unsigned long long)n;
            if (to) {
                to->take(to->user, piece, (size_t)n, r->e);
            }
        }
    }
    free(piece);
    return r->e->code;
}

/* UTF-8 first: the other call depends on the locale. */
static const char *entry_name(struct archive_entry *entry) {
    const char *name = lib.archive_entry_pathname_utf8(entry);
    return name ? name : lib.archive_entry_pathname(entry);
}

/* NULL if the entry may be unpacked, else what is wrong with it. */
static const char *refusal(struct archive_entry *entry, const char *name) {
    if (lib.archive_entry_hardlink(entry) || lib.archive_entry_symlink(entry)) {
        return "a link";
    }
    if (lib.archive_entry_filetype(entry) != AE_IFREG && lib.archive_entry_filetype(entry) != AE_IFDIR) {
        return "neither a file nor a folder";
    }
    if (lib.archive_entry_is_encrypted(entry)) {
        return "encrypted";
    }
    if (name[0] == '/' || name[0] == '\\') {
        return "an absolute path";
    }
    for (const char *p = name; *p; p += *p == '/') {
        size_t len = strcspn(p, "/");
        if (len == 2 && p[0] == '.' && p[1] == '.') {
            return "a path with '..'";
        }
        p += len;
    }
    return NULL;
}

static enum err_code take_file(void *user, const void *bytes, size_t len, struct err *e) {
    const char *at = bytes;
    for (int fd = *(int *)user; len > 0;) {
        ssize_t n = write(fd, at, len);
        if (n < 0 && errno != EINTR) {
            return err_set(e, ERR_FILE, "cannot write what is unpacked: %s", strerror(errno));
        }
        if (n > 0) {
            at += n;
            len -= (size_t)n;
        }
    }
    return ERR_OK;
}

static enum err_code unpack_file(struct reading *r, char *target) {
    char *slash = strrchr(target, '/');
    *slash = '\0';
    file_make_folders(target, r->e);
    *slash = '/';
    if (r->e->code != ERR_OK) {
        return r->e->code;
    }
    int fd = open(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0) {
        return err_set(r->e, ERR_FILE, "cannot write '%s': %s", target, strerror(errno));
    }
    struct archive_member to = {.take = take_file, .user = &fd};
    reading_stream(r, &to);
    if (close(fd) != 0 && r->e->code == ERR_OK) {
        err_set(r->e, ERR_FILE, "cannot write '%s': %s", target, strerror(errno));
    }
    return r->e->code;
}

static enum err_code unpack_entry(struct reading *r, struct archive_entry *entry, const char *into) {
    const char *name = entry_name(entry);
    const char *wrong = name && *name ? refusal(entry, name) : "without a name";
    if (wrong) {
        return err_set(r->e, ERR_FILE, "'%s' is refused: its entry '%s' is %s", r->path, name ? name : "", wrong);
    }
    struct buf target = BUF_INIT;
    buf_printf(&target, "%s/%s", into, name);
    if (!buf_ok(&target)) {
        err_nomem(r->e);
    } else if (lib.archive_entry_filetype(entry) == AE_IFDIR) {
        file_make_folders(target.data, r->e);
    } else {
        unpack_file(r, target.data);
    }
    buf_release(&target);
    return r->e->code;
}

enum err_code archive_unpack(const char *path, const char *into, struct archive_limits limits, struct stop *stop,
                             struct err *e) {
    struct reading r = {.path = path, .limits = limits, .stop = stop, .e = e};
    reading_open(&r, KIND_ARCHIVE);
    while (e->code == ERR_OK) {
        struct archive_entry *entry = reading_next(&r);
        if (!entry) {
            break;
        }
        unpack_entry(&r, entry, into);
    }
    reading_close(&r);
    return e->code;
}

static struct archive_member *wanted_member(struct archive_member *members, size_t count, struct archive_entry *entry) {
    const char *name = entry_name(entry);
    for (size_t i = 0; name && i < count; i++) {
        if (!members[i].found && strcmp(members[i].name, name) == 0 && lib.archive_entry_filetype(entry) == AE_IFREG) {
            return &members[i];
        }
    }
    return NULL;
}

enum err_code archive_members(const char *path, struct archive_member *members, size_t count,
                              struct archive_limits limits, struct stop *stop, struct err *e) {
    struct reading r = {.path = path, .limits = limits, .stop = stop, .e = e};
    size_t missing = count;
    for (size_t i = 0; i < count; i++) {
        members[i].found = false;
    }
    reading_open(&r, KIND_ARCHIVE);
    while (e->code == ERR_OK && missing > 0) {
        struct archive_entry *entry = reading_next(&r);
        if (!entry) {
            break;
        }
        struct archive_member *to = wanted_member(members, count, entry);
        if (to) {
            to->found = true;
            missing--;
        }
        reading_stream(&r, to);
    }
    for (size_t i = 0; e->code == ERR_OK && i < count; i++) {
        if (!members[i].found) {
            err_set(e, ERR_FILE, "'%s' has no file '%s'", path, members[i].name);
        }
    }
    reading_close(&r);
    return e->code;
}

enum err_code archive_gunzip(const char *path, struct archive_member *member, unsigned long long most,
                             struct stop *stop, struct err *e) {
    struct reading r = {.path = path, .limits = {.entries = 1, .bytes = most}, .stop = stop, .e = e};
    member->found = false;
    if (reading_open(&r, KIND_GZIP) == ERR_OK && reading_next(&r)) {
        if (lib.archive_filter_code(r.in, 0) == ARCHIVE_FILTER_GZIP) {
            member->found = true;
            reading_stream(&r, member);
        }
    }
    if (e->code == ERR_OK && !member->found) {
        err_set(e, ERR_FILE, "'%s' is not a gzip file", path);
    }
    reading_close(&r);
    return e->code;
}
