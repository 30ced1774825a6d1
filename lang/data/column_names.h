/* Names of the columns of a table, made from a file's own (a CSV file's header, the keys of JSON records) as
 * pandas.read_csv makes them. */
#ifndef LANG_DATA_COLUMN_NAMES_H
#define LANG_DATA_COLUMN_NAMES_H

#include "base/arena.h"

#include <stddef.h>

/* In the arena: `count` names from those in the file, no two alike. ASCII letters are folded to lower case; a name
 * that is empty becomes "unnamed: <index>"; one that was there before gets ".1", ".2", … NULL: no memory. */
const char **column_names(struct arena *a, const char *const *header, size_t count);

#endif
