/* A file in the making, which gets its name only when it is whole: a reader sees the old file or the new, and a process
 * that is killed leaves nothing behind (but for file systems that cannot make a file without a name). Errors are
 * ERR_FILE and name the path. */
#ifndef BASE_DRAFT_H
#define BASE_DRAFT_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct draft {
    int fd;          /* to write to */
    char *path;      /* where it is to be, behind all links */
    char *temporary; /* its name until then, or NULL */
};

#define DRAFT_INIT ((struct draft){.fd = -1})

/* Begin what is to be at `path`. It has the permissions of the file that is there, else what the umask leaves. *d is
 * DRAFT_INIT before, and is to be discarded in any case. */
enum err_code draft_begin(struct draft *d, const char *path, struct err *e);

/* Write all of the bytes at its end. */
enum err_code draft_write(struct draft *d, const void *bytes, size_t len, struct err *e);

/* Sync it and put it in its place, where a file is replaced, or, without `replace`, is ERR_EXISTS. */
enum err_code draft_place(struct draft *d, bool replace, struct err *e);

/* Close it; what has not been placed is gone. */
void draft_discard(struct draft *d);

/* What errno says of writing to `path`. */
enum err_code draft_failed(const char *path, struct err *e);

#endif
