/* The archive is found under one of three names, downloaded where the mirror is an address, and unpacked with caps. */
#include "lang/data/hosted.h"

#include "base/buf.h"
#include "base/file.h"
#include "lang/data/archive.h"
#include "lang/data/download.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const names[] = {
    "bike_sharing_data", "cat_and_dog_data",       "coco_person_data", "diet_data",
    "healthcare_data",   "electricity_usage_data", "kinetics700_data", "korean_voice_data",
    "librispeech_data",  "movie_review_data",      "nsmc_data",        "product_image_data",
    "titanic_data",      "unsplash_data",
};

static const char *const endings[] = {".tar.gz", ".tgz", ".zip"};
enum { ENDINGS = sizeof endings / sizeof endings[0] };

static const unsigned long long most_download = 8ULL << 30;
static const struct archive_limits limits = {.entries = 2000000, .bytes = 32ULL << 30};

const char *hosted_at(size_t index) {
    return index < sizeof names / sizeof names[0] ? names[index] : NULL;
}

/* ERR_NOT_FOUND: there is none with this ending. */
static enum err_code unpack_one(const char *from, const char *name, const char *work, struct stop *stop,
                                const struct sink *out, struct err *e) {
    if (!download_is_url(from)) {
        return file_exists(from) ? archive_unpack(from, work, limits, stop, e)
                                 : err_set(e, ERR_NOT_FOUND, "there is no file '%s'", from);
    }
    char what[96];
    snprintf(what, sizeof what, "Downloading %s", name);
    struct download d = {.url = from, .most = most_download, .stop = stop, .what = what, .out = out};
    struct buf kept = BUF_INIT;
    buf_printf(&kept, "%s.download", work); /* beside the folder: nothing in the archive can meet it */
    if (!buf_ok(&kept)) {
        err_nomem(e);
    } else if (download_file(&d, kept.data, e) == ERR_OK) {
        archive_unpack(kept.data, work, limits, stop, e);
        unlink(kept.data);
    }
    buf_release(&kept);
    return e->code;
}

static enum err_code move_folder(const char *name, const char *work, const char *folder, struct err *e) {
    struct buf unpacked = BUF_INIT;
    buf_printf(&unpacked, "%s/%s", work, name);
    if (!buf_ok(&unpacked)) {
        err_nomem(e);
    } else if (!file_is_folder(unpacked.data)) {
        err_set(e, ERR_FILE, "the archive of %s has no folder '%s' inside", name, name);
    } else if (rename(unpacked.data, folder) != 0) {
        err_set(e, ERR_FILE, "cannot make the folder '%s': %s", folder, strerror(errno));
    }
    buf_release(&unpacked);
    return e->code;
}

enum err_code hosted_make(const char *mirror, const char *name, const char *work, const char *folder, struct stop *stop,
                          const struct sink *out, struct err *e) {
    struct buf from = BUF_INIT;
    for (size_t i = 0; i < ENDINGS; i++) {
        struct err why = ERR_INIT;
        buf_clear(&from);
        buf_printf(&from, "%s/%s%s", mirror, name, endings[i]);
        if (!buf_ok(&from)) {
            err_nomem(&why);
        } else if (unpack_one(from.data, name, work, stop, out, &why) == ERR_OK) {
            move_folder(name, work, folder, e);
            break;
        }
        if (why.code != ERR_NOT_FOUND || i + 1 == ENDINGS) {
            *e = why;
            break;
        }
    }
    buf_release(&from);
    return e->code;
}
