/* Words of progress: counts, sizes, times and a curve of block letters. All append to `out`. */
#ifndef KERNEL_DISPLAY_PROGRESS_TEXT_H
#define KERNEL_DISPLAY_PROGRESS_TEXT_H

#include "base/buf.h"

#include <stdbool.h>

/* "1,000 images", "12.5 MB". The unit "bytes" is told in powers of ten. */
void progress_text_amount(struct buf *out, double amount, const char *unit);

/* "0.8 s", "42 s", "3 min 05 s", "2 h 10 min". */
void progress_text_time(struct buf *out, double seconds);

/* "▁▂▃▄▅▆▇█" from the least to the greatest value; a blank where a value is not finite. */
void progress_text_curve(struct buf *out, const float *values, size_t count);

/* `width` block letters of which the share from 0 to 1 is full. */
void progress_text_bar(struct buf *out, double share, int width);

#endif
