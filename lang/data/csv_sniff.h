/* Which character parts the fields of a CSV file, from its first rows. */
#ifndef LANG_DATA_CSV_SNIFF_H
#define LANG_DATA_CSV_SNIFF_H

#include <stdbool.h>
#include <stddef.h>

/* One of , tab ; and |. The one by which most rows have as many fields as the first row, and more than one; quoted
 * fields are looked past. Where none parts most rows, or two do equally well, `likely` (what the file's name says).
 * `whole`: the sample is all of the file; else its last line may be cut, and does not count. */
char csv_sniff(const char *sample, size_t len, bool whole, char likely);

#endif
