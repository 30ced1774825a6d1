/* zlib reads what is not gzip as it is, so there is one way to read. Writing is synced now and then, so that the sync
 * at the end, which nothing can interrupt, has little left to do. */
#include "lang/data/datafile.h"

#include "base/draft.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum {
    ZLIB_BUFFER = 128 << 10,
    MOST_AT_ONCE = 1 << 30,         /* zlib counts in unsigned int */
    BYTES_BETWEEN_SYNCS = 32 << 20, /* a slow disk writes as much in less than a second */
};

#define NOT_TO_ITS_END "the file was perhaps not copied or downloaded to its end"

bool datafile_is_gzip(const char *path) {
    size_t len = strlen(path);
    return len > 3 && strcasecmp(path + len - 3, ".gz") == 0;
}

bool datafile_ends(const char *path, const char *ending) {
    size_t len = strlen(path) - (datafile_is_gzip(path) ? 3 : 0), n = strlen(ending);
    return len > n && strncasecmp(path + len - n, ending, n) == 0;
}

struct datafile {
    const char *text; /* in memory, or NULL */
    size_t len, at;
    char *path;
    int fd; /* the gzFile's */
    gzFile in;
    unsigned long long most, unpacked; /* bytes: of gzip at most; read since the start */
    struct stat about;
};

struct datafile *datafile_of_text(const char *text, size_t len) {
    struct datafile *f = calloc(1, sizeof *f);
    if (f) {
        f->text = text;
        f->len = len;
    }
    return f;
}

static enum err_code open_gzip(struct datafile *f, struct err *e) {
    f->fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe's open must not wait for a writer */
    if (f->fd < 0 || fstat(f->fd, &f->about) != 0) {
        return err_set(e, ERR_FILE, "%s cannot be opened: %s", f->path, strerror(errno));
    }
    if (!S_ISREG(f->about.st_mode)) {
        return err_set(e, ERR_FILE, "%s is not a file", f->path);
    }
    if (datafile_is_gzip(f->path) && f->about.st_size == 0) {
        err_set(e, ERR_FILE, "%s is empty", f->path);
        return err_hint(e, NOT_TO_ITS_END);
    }
    f->in = gzdopen(f->fd, "rb");
    if (!f->in) {
        return err_nomem(e);
    }
    gzbuffer(f->in, ZLIB_BUFFER);
    if (datafile_is_gzip(f->path) && gzdirect(f->in)) {
        err_set(e, ERR_FILE, "%s is named .gz, but is no gzip file", f->path);
        return err_hint(e, "take .gz off its name if it is not compressed");
    }
    return ERR_OK;
}

enum err_code datafile_open(const char *path, unsigned long long most, struct datafile **out, struct err *e) {
    struct datafile *f = calloc(1, sizeof *f);
    if (!f || !(f->path = strdup(path))) {
        free(f);
        return err_nomem(e);
    }
    f->fd = -1;
    f->most = most;
    if (open_gzip(f, e) != ERR_OK) {
        datafile_close(f);
        return e->code;
    }
    *out = f;
    return ERR_OK;
}

void datafile_close(struct datafile *f) {
    if (f) {
        if (f->in) {
            gzclose_r(f->in);
        } else if (f->path && f->fd >= 0) {
            close(f->fd);
        }
        free(f->path);
        free(f);
    }
}

static enum err_code read_failed(struct datafile *f, int error, struct err *e) {
    if (error == Z_ERRNO) {
        return err_set(e, ERR_FILE, "%s cannot be read: %s", f->path, strerror(errno));
    }
    if (error == Z_MEM_ERROR) {
        return err_nomem(e);
    }
    err_set(e, ERR_FILE, "%s cannot be unpacked: %s", f->path,
            error == Z_BUF_ERROR ? "it ends too early" : "it is damaged");
    return err_hint(e, NOT_TO_ITS_END);
}

size_t datafile_read(struct datafile *f, char *bytes, size_t most, struct err *e) {
    if (f->text) {
        size_t n = f->len - f->at < most ? f->len - f->at : most;
        memcpy(bytes, f->text + f->at, n);
        f->at += n;
        return n;
    }
    int error = Z_OK, n = gzread(f->in, bytes, (unsigned)(most < MOST_AT_ONCE ? most : MOST_AT_ONCE));
    if (n <= 0) { /* a file that is cut off gives its bytes first, and then says so */
        gzerror(f->in, &error);
        if (error != Z_OK && error != Z_STREAM_END) {
            read_failed(f, error, e);
        }
        return 0;
    }
    f->unpacked += (unsigned)n;
    if (f->unpacked > f->most && !gzdirect(f->in)) {
        err_set(e, ERR_FILE, "%s unpacks to more than %llu bytes", f->path, f->most);
        err_hint(e, "unpack it with gunzip, and COPY the file that comes out");
        return 0;
    }
    return (size_t)n;
}

enum err_code datafile_rewind(struct datafile *f, struct err *e) {
    f->at = 0;
    f->unpacked = 0;
    if (!f->text && gzrewind(f->in) != 0) {
        return err_set(e, ERR_FILE, "%s cannot be read again: %s", f->path, strerror(errno));
    }
    return ERR_OK;
}

double datafile_size(const struct datafile *f) {
    return f->text ? (double)f->len : (double)f->about.st_size;
}

double datafile_at(const struct datafile *f) {
    return f->text ? (double)f->at : (double)gzoffset(f->in);
}

enum err_code datafile_check_same(const struct datafile *f, struct err *e) {
    struct stat now;
    const struct stat *was = &f->about;
    if (!f->text && (fstat(f->fd, &now) != 0 || now.st_size != was->st_size ||
                     now.st_mtim.tv_sec != was->st_mtim.tv_sec || now.st_mtim.tv_nsec != was->st_mtim.tv_nsec)) {
        err_set(e, ERR_FILE, "%s changed while it was being read", f->path);
        return err_hint(e, "run the cell again");
    }
    return ERR_OK;
}

struct datafile_out {
    struct draft draft;
    gzFile zip;      /* over a copy of its fd, or NULL */
    size_t unsynced; /* bytes */
};

static enum err_code write_failed(const struct datafile_out *f, struct err *e) {
    return draft_failed(f->draft.path, e);
}

static enum err_code open_zip(struct datafile_out *f, struct err *e) {
    int copy = fcntl(f->draft.fd, F_DUPFD_CLOEXEC, 0);
    f->zip = copy >= 0 ? gzdopen(copy, "wb") : NULL;
    if (!f->zip && copy >= 0) {
        close(copy);
    }
    return f->zip ? ERR_OK : err_nomem(e);
}

enum err_code datafile_create(const char *path, bool gzip, struct datafile_out **out, struct err *e) {
    struct datafile_out *f = calloc(1, sizeof *f);
    if (!f) {
        return err_nomem(e);
    }
    f->draft = DRAFT_INIT;
    if (draft_begin(&f->draft, path, e) != ERR_OK || (gzip && open_zip(f, e) != ERR_OK)) {
        datafile_discard(f);
        return e->code;
    }
    *out = f;
    return ERR_OK;
}

static enum err_code write_plain(struct datafile_out *f, const char *bytes, size_t len, struct err *e) {
    while (len > 0) {
        ssize_t n = write(f->draft.fd, bytes, len);
        if (n < 0 && errno != EINTR) {
            return write_failed(f, e);
        }
        bytes += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return ERR_OK;
}

static enum err_code write_zip(struct datafile_out *f, const char *bytes, size_t len, struct err *e) {
    while (len > 0) {
        unsigned n = len < MOST_AT_ONCE ? (unsigned)len : MOST_AT_ONCE;
        if (gzwrite(f->zip, bytes, n) != (int)n) {
            return write_failed(f, e);
        }
        bytes += n;
        len -= n;
    }
    return ERR_OK;
}

enum err_code datafile_write(struct datafile_out *f, const void *bytes, size_t len, struct err *e) {
    f->unsynced += len;
    if ((f->zip ? write_zip : write_plain)(f, bytes, len, e) == ERR_OK && f->unsynced >= BYTES_BETWEEN_SYNCS) {
        f->unsynced = 0;
        return fdatasync(f->draft.fd) == 0 ? ERR_OK : write_failed(f, e);
    }
    return e->code;
}

enum err_code datafile_write_start(struct datafile_out *f, const void *bytes, size_t len, struct err *e) {
    return lseek(f->draft.fd, 0, SEEK_SET) == 0 ? write_plain(f, bytes, len, e) : write_failed(f, e);
}

enum err_code datafile_finish(struct datafile_out *f, bool replace, struct err *e) {
    int closed = f->zip ? gzclose_w(f->zip) : Z_OK;
    f->zip = NULL;
    if (closed != Z_OK) {
        write_failed(f, e);
    } else {
        draft_place(&f->draft, replace, e);
    }
    datafile_discard(f);
    return e->code;
}

void datafile_discard(struct datafile_out *f) {
    if (f) {
        if (f->zip) {
            gzclose_w(f->zip);
        }
        draft_discard(&f->draft);
        free(f);
    }
}
