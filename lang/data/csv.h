/* CSV files into tables. */
#ifndef LANG_DATA_CSV_H
#define LANG_DATA_CSV_H

#include "base/err.h"
#include "lang/data/import.h"

#include <stdbool.h>

struct csv_format {
    char delimiter; /* 0: what the first rows say (lang/data/csv_sniff.h) */
    bool no_header; /* the first row is data; columns are called column1, column2, … */
};

/* Read the CSV file at `path`, plain or gzip (RFC 4180; UTF-8 with or without a byte-order mark; quoted newlines).
 * Column names are folded to lower case; types are what pandas.read_csv would infer (integer, float, boolean, text; its
 * NA words, and fields with nothing in them, are NULL). A bad file is ERR_VALUE with file, line and column. Streams:
 * memory is a constant plus the longest row. *rows is the count of rows stored. */
enum err_code csv_load(const char *path, const struct csv_format *format, const struct import_target *to,
                       long long *rows, struct err *e);

#endif
