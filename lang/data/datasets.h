/* The catalogue of datasets, and the recipes that make them in the workspace. */
#ifndef LANG_DATA_DATASETS_H
#define LANG_DATA_DATASETS_H

#include "base/err.h"
#include "base/stop.h"
#include "lang/result.h"

#include <stdbool.h>

/* Row `index` of the catalogue, or NULL past the end. */
struct dataset {
    const char *name;      /* "mnist_data" */
    const char *data_type; /* "image", "tabular", … */
    const char *about;     /* one line */
};
const struct dataset *dataset_at(size_t index);

/* Put dataset `name` at <root>/thanosql-dataset/<name>/. An existing one is ERR_EXISTS unless `overwrite`;
 * it is replaced only when the new one is whole. Progress goes to out->progress, notes to out->text. */
enum err_code dataset_get(const char *root, const char *name, bool overwrite, struct stop *stop, const struct sink *out,
                          struct err *e);

#endif
