/* Letters beyond ASCII: case and classes by the C library's tables for Unicode, which do not differ by country. The
 * process's own locale is not touched. */
#ifndef BASE_LETTER_H
#define BASE_LETTER_H

#include <stdbool.h>
#include <stdint.h>
#include <wctype.h>

uint32_t letter_lower(uint32_t point);
uint32_t letter_upper(uint32_t point);

/* "alpha", "space", …, as in [[:alpha:]]; 0: there is none such. */
wctype_t letter_class(const char *name);
bool letter_is(uint32_t point, wctype_t class);
bool letter_is_alnum(uint32_t point);

/* Whether the byte is one of the signs, which a NUL is not, though strchr() finds it. */
bool letter_among(char c, const char *signs);

#endif
