/* The lines that a failed cell shows: the place, the hint, and "ename: evalue". */
#ifndef KERNEL_DISPLAY_ERROR_TEXT_H
#define KERNEL_DISPLAY_ERROR_TEXT_H

#include "base/buf.h"

#include <stdint.h>

/* Columns a terminal gives a character: 2 for wide East Asian ones and emoji, 0 for combining marks, else 1. (Unicode
 * Standard Annex 11, ranges merged where nothing else lies between.) */
int error_text_columns(uint32_t point);

/* Two lines, appended: the line of code in which code[at] lies and carets under at..at+len, cut at the line's end.
 * A cell of several lines shows its line number too; of a long line a window is shown; tokens are not. Nothing is
 * appended for an empty cell. */
void error_text_place(struct buf *out, const char *code, size_t code_len, size_t at, size_t len);

#endif
