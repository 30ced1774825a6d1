/* Data files as streams of bytes, plain or gzip; zlib's one room. Errors are ERR_FILE and name the file. */
#ifndef LANG_DATA_DATAFILE_H
#define LANG_DATA_DATAFILE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Reading. What is gzip is unpacked on the way, to at most `most` bytes; one named .gz that is not, and one that ends
 * too early, is an error. */
#define DATAFILE_MOST (16ULL << 30) /* what a table may be read from */
struct datafile;
enum err_code datafile_open(const char *path, unsigned long long most, struct datafile **out, struct err *e);
/* The same over a text in memory, which stays the caller's. NULL: no memory. */
struct datafile *datafile_of_text(const char *text, size_t len);
void datafile_close(struct datafile *f); /* NULL is fine */

/* Up to `most` bytes; 0 at the end, or after a failure. */
size_t datafile_read(struct datafile *f, char *bytes, size_t most, struct err *e);
enum err_code datafile_rewind(struct datafile *f, struct err *e);

/* For progress: bytes on the disk, of the whole file and of what was read. */
double datafile_size(const struct datafile *f);
double datafile_at(const struct datafile *f);

/* Whether bytes that are no gzip, nor zeros, stand behind what was unpacked to its end. They are not read. */
bool datafile_has_rest(const struct datafile *f);

/* ERR_FILE if the file has changed since it was opened. */
enum err_code datafile_check_same(const struct datafile *f, struct err *e);

/* Writing, of a draft (base/draft.h). Only datafile_finish() puts it in its place, synced, where a file is replaced or
 * is ERR_EXISTS; datafile_discard() leaves nothing. Either ends `f`, whatever it returns. */
struct datafile_out;
enum err_code datafile_create(const char *path, bool gzip, struct datafile_out **out, struct err *e);
enum err_code datafile_write(struct datafile_out *f, const void *bytes, size_t len, struct err *e);
/* Write over the first bytes; not for gzip. */
enum err_code datafile_write_start(struct datafile_out *f, const void *bytes, size_t len, struct err *e);
enum err_code datafile_finish(struct datafile_out *f, bool replace, struct err *e);
void datafile_discard(struct datafile_out *f); /* NULL is fine */

/* What a file's name says, in any case of its letters: whether it ends in .gz, and whether it (or, where it does, what
 * stands before .gz) ends in `ending`, as in ".csv". */
bool datafile_is_gzip(const char *path);
bool datafile_ends(const char *path, const char *ending);

#endif
