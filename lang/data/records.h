/* JSON records into tables. */
#ifndef LANG_DATA_RECORDS_H
#define LANG_DATA_RECORDS_H

#include "base/err.h"
#include "lang/data/datafile.h"
#include "lang/data/import.h"

/* Read records, [{"a": 1, "b": "x"}, …] or one after the other as in JSON lines, from `f`, which messages call `name`
 * (NULL: nothing, it is a text of the cell). Columns are the keys in the order in which they come first, folded to
 * lower case; a record without one of them has NULL there. Types are those of pandas.DataFrame(records), but that what
 * is of several kinds is text; arrays and objects stay as JSON text, and strings are texts whatever they spell. What is
 * wrong is ERR_VALUE with line and column, and its byte in *wrong. Streams: memory is a constant plus the longest
 * record. *rows is the count of rows stored. */
enum err_code records_load(struct datafile *f, const char *name, const struct import_target *to, long long *rows,
                           size_t *wrong, struct err *e);

#endif
