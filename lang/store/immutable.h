/* A store in a folder that cannot be written, where SQLite cannot put the files that go with it. */
#ifndef LANG_STORE_IMMUTABLE_H
#define LANG_STORE_IMMUTABLE_H

#include <stdbool.h>

/* Whether the file is there and whole: a log of changes beside it would not be seen by a reader of an immutable file.
 */
bool immutable_fits(const char *path);

/* "file:<path>?immutable=1" (sqlite.org/uri.html), to be freed. NULL: no memory. */
char *immutable_uri(const char *path);

#endif
