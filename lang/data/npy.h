/* The head of NumPy's .npy format, version 1.0 (numpy/lib/format.py). */
#ifndef LANG_DATA_NPY_H
#define LANG_DATA_NPY_H

#include <stddef.h>

/* Of a fixed length, so that it can be written again when the rows have been counted. Behind it come the numbers,
 * float32 in little-endian order, row by row. */
enum { NPY_HEAD = 128 };
void npy_head(unsigned long long rows, size_t columns, char out[NPY_HEAD]);

#endif
