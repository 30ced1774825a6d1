/* Names of the columns of a table, made from the header of a CSV file as pandas.read_csv makes them. */
#ifndef LANG_DATA_CSV_NAMES_H
#define LANG_DATA_CSV_NAMES_H

#include "base/arena.h"

#include <stddef.h>

/* In the arena: `count` names from the header's fields, no two alike. ASCII letters are folded to lower case; a name
 * that is empty becomes "unnamed: <index>"; one that was there before gets ".1", ".2", … NULL: no memory. */
const char **csv_names(struct arena *a, const char *const *header, size_t count);

#endif
