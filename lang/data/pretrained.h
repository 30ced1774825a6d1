/* Weights learnt elsewhere that can be had without a hub, and the way to them. */
#ifndef LANG_DATA_PRETRAINED_H
#define LANG_DATA_PRETRAINED_H

#include "base/err.h"
#include "base/stop.h"
#include "lang/result.h"

#include <stddef.h>

struct pretrained {
    const char *name;      /* the architecture's */
    const char *file;      /* as it was published; a mirror has it as models/<file> */
    const char *package;   /* of the PyPI registry, with its version */
    const char *member;    /* path of the file in the package's wheel */
    const char *sha256;    /* of the file */
    const char *published; /* "2020-06-20" */
};

/* Row i, or NULL past the end; and by name, or NULL. */
const struct pretrained *pretrained_at(size_t i);
const struct pretrained *pretrained_find(const char *name);

/* Put the file at `path`, unless it is there already. $THANOSQL_DATASET_MIRROR (a folder or an address) comes first,
 * then the package. What comes is checked by its hash before it takes its place. */
enum err_code pretrained_get(const struct pretrained *p, const char *path, struct stop *stop, const struct sink *out,
                             struct err *e);

#endif
