/* CSV files into tables. */
#ifndef LANG_DATA_CSV_H
#define LANG_DATA_CSV_H

#include "base/err.h"
#include "base/stop.h"
#include "lang/result.h"
#include "lang/store/store.h"

/* Read the CSV file at `path` (RFC 4180; UTF-8 with or without a byte-order mark; quoted newlines; a header)
 * into table `table`, made anew (the caller has dropped an old one and holds a transaction, which it rolls
 * back on failure). Column names are folded to lower case; types are what pandas.read_csv would infer
 * (integer, float, boolean, text; its NA words are NULL). A bad file is ERR_VALUE with file, line and column.
 * Streams: memory is a constant plus the longest row. *rows is the count of rows stored. */
enum err_code csv_load(struct store *s, const char *path, const char *table, struct stop *stop, const struct sink *out,
                       long long *rows, struct err *e);

#endif
