/* Tables as text: CSV, JSON records, JSON lines (where infinity is null). What COPY writes, COPY reads back as the same
 * table, and pandas too.
 */
#ifndef LANG_DATA_EXPORT_H
#define LANG_DATA_EXPORT_H

#include "base/buf.h"
#include "lang/sql/pgtype.h"
#include "lang/value.h"

#include <stdbool.h>

struct export_table {
    const struct pgtype *types; /* of the columns, as declared */
    const char *const *names;   /* no two alike */
    size_t count;
    char delimiter; /* of CSV: no letter, digit, quote or any of . + - \\ */
    bool header;
};

struct export_format {
    const char *ending; /* of a file's name */
    char delimiter;     /* CSV: the usual one; else 0 */
    /* Append to `out`: what stands before all rows, a row (from 0), and what stands behind all. */
    void (*begin)(const struct export_table *t, struct buf *out);
    void (*row)(const struct export_table *t, long long number, const struct value *values, struct buf *out);
    void (*end)(const struct export_table *t, long long rows, struct buf *out);
};

/* By the ending of the path, behind which .gz is looked past. NULL: none of ours. */
const struct export_format *export_find(const char *path);

#endif
