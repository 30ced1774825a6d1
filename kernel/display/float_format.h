/* Floating-point numbers as text: columns as pandas prints them, single floats as Python's repr does.
 * Source: FloatArrayFormatter, pandas/io/formats/format.py (1.5.3), with display.precision 6. */
#ifndef KERNEL_DISPLAY_FLOAT_FORMAT_H
#define KERNEL_DISPLAY_FLOAT_FORMAT_H

#include "base/buf.h"

/* The texts of a float64 column, appended to texts[0..count): fixed with a common number of decimals, or all in
 * scientific notation where a value is too small or the texts too long. Numbers have a blank or a minus in front,
 * NaN (which stands for NULL too) has none. */
void float_format_column(const double *values, size_t count, struct buf *texts);

/* One float among an object column's values: six decimals, zeros trimmed, blank or minus in front. */
void float_format_single(double value, struct buf *out);

/* The shortest decimal that reads back as the same float32, spelt as Python does: 0.8833517, 1.0, 1e-05. */
void float_format_shortest(float value, struct buf *out);

#endif
