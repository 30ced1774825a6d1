/* GET of a file over https, http or file URLs. libcurl's one room.
 *
 * At most 5 redirects, and never from https to http or to a file. A server that does not take the connection within
 * `connect_seconds`, or sends less than 1 KB/s for 20 s, is given up. The stop flag ends a download within 0.2 s, even
 * on a server that says nothing.
 *
 * Errors name the host and the reason, never the whole address (it may hold a password): ERR_NOT_FOUND where the
 * server says there is no such file (404, 410), ERR_CONNECTION for every other failure of the other side and for more
 * than `most` bytes, ERR_FILE for the local disk, ERR_INTERRUPT. */
#ifndef LANG_DATA_DOWNLOAD_H
#define LANG_DATA_DOWNLOAD_H

#include "base/buf.h"
#include "base/err.h"
#include "base/stop.h"
#include "lang/result.h"

#include <stdbool.h>

struct download {
    const char *url;
    unsigned long long most; /* bytes; more is an error */
    int connect_seconds;     /* 0: 10 seconds */
    struct stop *stop;       /* may be NULL */
    /* Progress in bytes goes to out->progress about ten times a second, and at the end, called `what`
     * ("Downloading …"). None where either is NULL. */
    const char *what;
    const struct sink *out;
};

/* Into the file `path`, made anew; nothing is left of it on failure. */
enum err_code download_file(const struct download *d, const char *path, struct err *e);

/* Appended to *out; the bytes added are taken back on failure. */
enum err_code download_buffer(const struct download *d, struct buf *out, struct err *e);

/* Whether `text` begins with a scheme that can be downloaded ("https://", "http://", "file://"). */
bool download_is_url(const char *text);

#endif
