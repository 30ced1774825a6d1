/* Archives: unpack a .tar.gz, .tgz or .zip into a folder, and read single members as a stream. libarchive's one room.
 * Archives come from outside and are not trusted: every size is capped, and links, devices, absolute paths and `..`
 * are refused. Errors are ERR_FILE and name the archive and the member, or ERR_INTERRUPT. */
#ifndef LANG_DATA_ARCHIVE_H
#define LANG_DATA_ARCHIVE_H

#include "base/err.h"
#include "base/stop.h"

#include <stdbool.h>
#include <stddef.h>

/* What may come out of an archive at most. */
struct archive_limits {
    unsigned long long entries;
    unsigned long long bytes; /* all files together, unpacked */
};

/* Unpack the archive at `path` into the folder `into`, which is there and is the caller's own (nobody else puts
 * links into it). A failure leaves what was unpacked so far, for the caller to remove with the folder. */
enum err_code archive_unpack(const char *path, const char *into, struct archive_limits limits, struct stop *stop,
                             struct err *e);

/* A file wanted out of an archive: take() gets its bytes piece by piece, and ends the reading by returning an error. */
struct archive_member {
    const char *name; /* the whole path inside the archive */
    enum err_code (*take)(void *user, const void *bytes, size_t len, struct err *e);
    void *user;
    bool found; /* set by archive_members() */
};

/* Read the `count` members in one pass, and no further than the last of them. A missing one is ERR_FILE. */
enum err_code archive_members(const char *path, struct archive_member *members, size_t count,
                              struct archive_limits limits, struct stop *stop, struct err *e);

/* Read the gzip file at `path` (no archive inside). `member->name` is only for messages. */
enum err_code archive_gunzip(const char *path, struct archive_member *member, unsigned long long most,
                             struct stop *stop, struct err *e);

#endif
