/* A gzip file is one member or more, one behind the other, perhaps padded with zeros. Writing is synced now and then,
 * so that the sync at the end, which nothing can interrupt, has little left to do. */
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
    int fd;
    unsigned char *block;         /* ZLIB_BUFFER bytes of the file, of which zip has the rest */
    unsigned long long from_disk; /* bytes read since the start */
    z_stream zip;
    bool gzip, between, rest;          /* not in a member; bytes that begin none */
    unsigned long long most, unpacked; /* bytes: of gzip at most; since the start */
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

/* More bytes of the file behind those that are left. False at its end, or where it cannot be read. */
static bool fill(struct datafile *f, struct err *e) {
    ssize_t n;
    memmove(f->block, f->zip.next_in, f->zip.avail_in);
    do {
        n = read(f->fd, f->block + f->zip.avail_in, ZLIB_BUFFER - f->zip.avail_in);
    } while (n < 0 && errno == EINTR);
    f->zip.next_in = f->block;
    if (n < 0) {
        err_set(e, ERR_FILE, "%s cannot be read: %s", f->path, strerror(errno));
    } else {
        f->zip.avail_in += (unsigned)n;
        f->from_disk += (unsigned long long)n;
    }
    return n > 0;
}

static bool begins_member(struct datafile *f, struct err *e) {
    while (f->zip.avail_in < 2 && fill(f, e)) {
    }
    return f->zip.avail_in >= 2 && f->zip.next_in[0] == 0x1f && f->zip.next_in[1] == 0x8b;
}

static enum err_code open_file(struct datafile *f, struct err *e) {
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
    f->zip.next_in = f->block = malloc(ZLIB_BUFFER);
    if (!f->block) {
        return err_nomem(e);
    }
    f->between = begins_member(f, e);
    f->gzip = f->between && inflateInit2(&f->zip, MAX_WBITS + 16) == Z_OK;
    if (f->between && !f->gzip) {
        return err_nomem(e);
    }
    if (e->code == ERR_OK && datafile_is_gzip(f->path) && !f->gzip) {
        err_set(e, ERR_FILE, "%s is named .gz, but is no gzip file", f->path);
        return err_hint(e, "take .gz off its name if it is not compressed");
    }
    return e->code;
}

enum err_code datafile_open(const char *path, unsigned long long most, struct datafile **out, struct err *e) {
    struct datafile *f = calloc(1, sizeof *f);
    if (!f || !(f->path = strdup(path))) {
        free(f);
        return err_nomem(e);
    }
    f->fd = -1;
    f->most = most;
    if (open_file(f, e) != ERR_OK) {
        datafile_close(f);
        return e->code;
    }
    *out = f;
    return ERR_OK;
}

void datafile_close(struct datafile *f) {
    if (f) {
        if (f->gzip) {
            inflateEnd(&f->zip);
        }
        if (f->path && f->fd >= 0) {
            close(f->fd);
        }
        free(f->block);
        free(f->path);
        free(f);
    }
}

static enum err_code unpack_failed(const struct datafile *f, int error, struct err *e) {
    if (error == Z_MEM_ERROR) {
        return err_nomem(e);
    }
    err_set(e, ERR_FILE, "%s cannot be unpacked: %s", f->path,
            error == Z_BUF_ERROR ? "it ends too early" : "it is damaged");
    return err_hint(e, NOT_TO_ITS_END);
}

/* To the next member. False: there is none. */
static bool next_member(struct datafile *f, struct err *e) {
    while ((f->zip.avail_in > 0 || fill(f, e)) && *f->zip.next_in == 0) {
        f->zip.next_in++;
        f->zip.avail_in--;
    }
    if (begins_member(f, e)) {
        inflateReset(&f->zip);
        f->between = false;
        return true;
    }
    f->rest = f->zip.avail_in > 0;
    return false;
}

static size_t read_gzip(struct datafile *f, char *bytes, unsigned most, struct err *e) {
    f->zip.next_out = (unsigned char *)bytes;
    f->zip.avail_out = most;
    while (f->zip.avail_out > 0 && e->code == ERR_OK && (!f->between || next_member(f, e))) {
        int done = f->zip.avail_in > 0 || fill(f, e) ? inflate(&f->zip, Z_NO_FLUSH) : Z_BUF_ERROR;
        f->between = done == Z_STREAM_END;
        if (done != Z_OK && done != Z_STREAM_END) {
            unpack_failed(f, done, e);
        }
    }
    f->unpacked += most - f->zip.avail_out;
    if (f->unpacked > f->most) {
        err_set(e, ERR_FILE, "%s unpacks to more than %llu bytes", f->path, f->most);
        err_hint(e, "unpack it with gunzip, and COPY the file that comes out");
    }
    return e->code == ERR_OK ? most - f->zip.avail_out : 0;
}

static size_t read_plain(struct datafile *f, char *bytes, size_t most, struct err *e) {
    if (f->zip.avail_in == 0 && !fill(f, e)) {
        return 0;
    }
    size_t n = f->zip.avail_in < most ? f->zip.avail_in : most;
    memcpy(bytes, f->zip.next_in, n);
    f->zip.next_in += n;
    f->zip.avail_in -= (unsigned)n;
    return n;
}

size_t datafile_read(struct datafile *f, char *bytes, size_t most, struct err *e) {
    if (!f->text) {
        return f->gzip ? read_gzip(f, bytes, (unsigned)(most < MOST_AT_ONCE ? most : MOST_AT_ONCE), e)
                       : read_plain(f, bytes, most, e);
    }
    size_t n = f->len - f->at < most ? f->len - f->at : most;
    memcpy(bytes, f->text + f->at, n);
    f->at += n;
    return n;
}

enum err_code datafile_rewind(struct datafile *f, struct err *e) {
    f->at = 0;
    f->unpacked = f->from_disk = 0;
    f->zip.avail_in = 0;
    f->between = true;
    f->rest = false;
    if (!f->text && lseek(f->fd, 0, SEEK_SET) != 0) {
        return err_set(e, ERR_FILE, "%s cannot be read again: %s", f->path, strerror(errno));
    }
    return ERR_OK;
}

bool datafile_has_rest(const struct datafile *f) {
    return f->rest;
}

double datafile_size(const struct datafile *f) {
    return f->text ? (double)f->len : (double)f->about.st_size;
}

double datafile_at(const struct datafile *f) {
    return f->text ? (double)f->at : (double)(f->from_disk - f->zip.avail_in);
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
    if ((f->zip ? write_zip(f, bytes, len, e) : draft_write(&f->draft, bytes, len, e)) == ERR_OK &&
        f->unsynced >= BYTES_BETWEEN_SYNCS) {
        f->unsynced = 0;
        return fdatasync(f->draft.fd) == 0 ? ERR_OK : write_failed(f, e);
    }
    return e->code;
}

enum err_code datafile_write_start(struct datafile_out *f, const void *bytes, size_t len, struct err *e) {
    return lseek(f->draft.fd, 0, SEEK_SET) == 0 ? draft_write(&f->draft, bytes, len, e) : write_failed(f, e);
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
