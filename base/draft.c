/* Linux makes files without a name (O_TMPFILE), which can be linked to a free one. To replace a file takes a rename,
 * and so another name for a moment. */
#include "base/draft.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_TRIES = 100 /* for a name that is free */ };

enum err_code draft_failed(const char *path, struct err *e) {
    int error = errno;
    if (error == EEXIST) {
        return err_set(e, ERR_EXISTS, "the file '%s' exists already", path);
    }
    err_set(e, ERR_FILE, "%s cannot be written: %s", path, strerror(error));
    return error == ENOSPC || error == EDQUOT ? err_hint(e, "free some space on the disk and run the cell again")
                                              : e->code;
}

/* Behind all links; a path that leads nowhere stays as it is. */
static char *resolve(const char *path) {
    char *found = realpath(path, NULL);
    return found || errno == ENOMEM ? found : strdup(path);
}

/* Make d->temporary by `make`, which returns below 0 and sets errno where it fails, under the first name that is free.
 */
static int make_temporary(struct draft *d, int (*make)(const struct draft *d, mode_t mode), mode_t mode) {
    size_t room = strlen(d->path) + sizeof ".123456";
    d->temporary = malloc(room);
    for (int tries = 0; d->temporary && tries < MOST_TRIES; tries++) {
        unsigned number = 0;
        if (getrandom(&number, sizeof number, 0) != sizeof number) {
            continue;
        }
        snprintf(d->temporary, room, "%s.%06x", d->path, number & 0xffffff);
        int made = make(d, mode);
        if (made >= 0) {
            return made;
        }
        if (errno != EEXIST) {
            break;
        }
    }
    int error = errno;
    free(d->temporary);
    d->temporary = NULL;
    errno = error;
    return -1;
}

static int open_named(const struct draft *d, mode_t mode) {
    return open(d->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
}

/* Below 0 where the file system makes none, or where it could not be named later. */
static int open_nameless(const struct draft *d, mode_t mode) {
    const char *slash = strrchr(d->path, '/');
    char *folder = slash ? strndup(d->path, slash == d->path ? 1 : (size_t)(slash - d->path)) : strdup(".");
    int fd = folder && access("/proc/self/fd", X_OK) == 0 ? open(folder, O_RDWR | O_TMPFILE | O_CLOEXEC, mode) : -1;
    free(folder);
    return fd;
}

static int link_as(const struct draft *d, const char *name) {
    char own[40];
    snprintf(own, sizeof own, "/proc/self/fd/%d", d->fd);
    return linkat(AT_FDCWD, own, AT_FDCWD, name, AT_SYMLINK_FOLLOW);
}

static int link_temporary(const struct draft *d, mode_t mode) {
    (void)mode;
    return link_as(d, d->temporary);
}

enum err_code draft_begin(struct draft *d, const char *path, struct err *e) {
    struct stat old;
    d->path = resolve(path);
    if (!d->path) {
        return err_nomem(e);
    }
    bool there = stat(d->path, &old) == 0;
    mode_t mode = there ? 0600 : 0666; /* the latter less the umask */
    d->fd = open_nameless(d, mode);
    if (d->fd < 0) {
        d->fd = make_temporary(d, open_named, mode);
    }
    return d->fd < 0 || (there && fchmod(d->fd, old.st_mode & 0777) != 0) ? draft_failed(d->path, e) : ERR_OK;
}

enum err_code draft_write(struct draft *d, const void *bytes, size_t len, struct err *e) {
    const char *at = bytes;
    while (len > 0) {
        ssize_t n = write(d->fd, at, len);
        if (n < 0 && errno != EINTR) {
            return draft_failed(d->path, e);
        }
        at += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return ERR_OK;
}

/* NFS cannot rename so, but link. */
static int rename_to_free(const struct draft *d) {
    int done = renameat2(AT_FDCWD, d->temporary, AT_FDCWD, d->path, RENAME_NOREPLACE);
    if (done != 0 && errno == EINVAL) {
        done = link(d->temporary, d->path);
        done = done == 0 ? unlink(d->temporary) : done;
    }
    return done;
}

/* 0, or -1 with errno. */
static int name_it(struct draft *d, bool replace) {
    if (!d->temporary) {
        if (link_as(d, d->path) == 0) {
            return 0;
        }
        if (errno != EEXIST || !replace || make_temporary(d, link_temporary, 0) < 0) {
            return -1;
        }
    }
    int done = replace ? rename(d->temporary, d->path) : rename_to_free(d);
    if (done == 0) {
        free(d->temporary); /* it has its own name now */
        d->temporary = NULL;
    }
    return done;
}

enum err_code draft_place(struct draft *d, bool replace, struct err *e) {
    return fsync(d->fd) == 0 && name_it(d, replace) == 0 ? ERR_OK : draft_failed(d->path, e);
}

void draft_discard(struct draft *d) {
    if (d->fd >= 0) {
        close(d->fd);
    }
    if (d->temporary) {
        unlink(d->temporary);
    }
    free(d->temporary);
    free(d->path);
    *d = DRAFT_INIT;
}
