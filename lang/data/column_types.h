/* Types of columns as pandas infers them: of a CSV file from the words of the whole column (pandas.read_csv), of JSON
 * from its values (pandas.DataFrame). Two ways apart: what is missing makes no column of integers a column of floats,
 * nor one of booleans a column of objects. */
#ifndef LANG_DATA_COLUMN_TYPES_H
#define LANG_DATA_COLUMN_TYPES_H

#include "lang/value.h"

#include <stdbool.h>
#include <stddef.h>

/* What was seen of a column; zero-initialised. */
struct column_type {
    unsigned kinds;
};

/* Take in a word of a CSV file (with a NUL after its `len` bytes). */
void column_type_see(struct column_type *t, const char *field, size_t len);

/* Take in a value whose kind is known; a number as it is written, with a NUL behind. */
void column_type_see_number(struct column_type *t, const char *number, size_t len);
void column_type_see_boolean(struct column_type *t);
void column_type_see_text(struct column_type *t);

/* VALUE_BOOLEAN, VALUE_INTEGER, VALUE_REAL or VALUE_TEXT. Nothing seen at all: VALUE_TEXT. Nothing but missing words:
 * VALUE_REAL. Integers past 64 bits: VALUE_REAL up to 2^64, beyond that VALUE_TEXT, which keeps their digits. */
enum value_type column_type_of(const struct column_type *t);

/* The value of a word in a column of `type`; a text is borrowed from the word. A missing word is VALUE_NULL. False: the
 * word does not fit the type. A whole number fits integers, whatever it is written like: 3.0. */
bool column_type_value(enum value_type type, const char *field, size_t len, struct value *out);

#endif
