/* Datasets that are not made here: archives from $THANOSQL_DATASET_MIRROR. */
#ifndef LANG_DATA_HOSTED_H
#define LANG_DATA_HOSTED_H

#include "base/err.h"
#include "base/stop.h"
#include "lang/result.h"

#include <stddef.h>

/* Name number `index` of the datasets that ThanoSQL's hosted service served, or NULL past the end. */
const char *hosted_at(size_t index);

/* Unpack <mirror>/<name>.tar.gz, .tgz or .zip (a folder or address) below `work` and put its folder <name> at
 * `folder`, which is not there yet. ERR_NOT_FOUND where the mirror has none of the three. */
enum err_code hosted_make(const char *mirror, const char *name, const char *work, const char *folder, struct stop *stop,
                          const struct sink *out, struct err *e);

#endif
