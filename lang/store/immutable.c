/* The file's name as a URI, and a look at the log beside it. */
#include "lang/store/immutable.h"

#include "base/buf.h"
#include "base/file.h"

#include <stdio.h>
#include <string.h>

bool immutable_fits(const char *path) {
    struct buf log = BUF_INIT;
    buf_printf(&log, "%s-wal", path);
    FILE *f = buf_ok(&log) ? fopen(log.data, "rb") : NULL;
    bool whole = !f || fgetc(f) == EOF;
    if (f) {
        fclose(f);
    }
    buf_release(&log);
    return whole && file_exists(path);
}

char *immutable_uri(const char *path) {
    struct buf uri = BUF_INIT;
    buf_str(&uri, "file:");
    for (const char *c = path; *c; c++) {
        if (strchr("?#%", *c)) {
            buf_printf(&uri, "%%%02X", (unsigned)(unsigned char)*c);
        } else {
            buf_char(&uri, *c);
        }
    }
    buf_str(&uri, "?immutable=1");
    return buf_take(&uri);
}
