/* Files: read whole with a cap, replace atomically, make and remove folders. Errors are ERR_FILE and name the path. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

/* Append the file's bytes to *out. More than `most` bytes is an error, and so is what is no regular file. */
enum err_code file_read(const char *path, size_t most, struct buf *out, struct err *e);

/* Write a file whole (base/draft.h): a reader sees the old or the new. file_create() replaces none: ERR_EXISTS. */
enum err_code file_replace(const char *path, const void *bytes, size_t len, struct err *e);
enum err_code file_create(const char *path, const void *bytes, size_t len, struct err *e);

/* mkdir -p. */
enum err_code file_make_folders(const char *path, struct err *e);

/* rm -rf; a path that is not there is fine. Never follows a symbolic link. */
enum err_code file_remove_tree(const char *path, struct err *e);

bool file_exists(const char *path);
bool file_is_folder(const char *path);

#endif
