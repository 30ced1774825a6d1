/* A reader over the text of a date or an interval. */
#ifndef LANG_SQL_TIME_READER_H
#define LANG_SQL_TIME_READER_H

#include <stdbool.h>
#include <stddef.h>

struct time_reader {
    const char *at, *end;
};

void time_skip_blanks(struct time_reader *r); /* and commas */
bool time_is_digit(const struct time_reader *r, size_t ahead);
size_t time_digits(struct time_reader *r, int *out); /* how many, at most 9 */
bool time_accept(struct time_reader *r, char c);
size_t time_word(struct time_reader *r, char out[16]); /* letters, and a full stop behind them */
int time_fraction(struct time_reader *r);              /* .5, in microseconds */

#endif
