/* Types of CSV columns, as pandas.read_csv infers them from the words of the whole column. Two ways apart: a missing
 * word makes no column of integers a column of floats, nor one of booleans a column of objects. */
#ifndef LANG_DATA_CSV_TYPES_H
#define LANG_DATA_CSV_TYPES_H

#include "lang/value.h"

#include <stddef.h>

/* What was seen of a column; zero-initialised. */
struct csv_type {
    unsigned kinds;
};

/* Take in a field (with a NUL after its `len` bytes). */
void csv_type_see(struct csv_type *t, const char *field, size_t len);

/* VALUE_BOOLEAN, VALUE_INTEGER, VALUE_REAL or VALUE_TEXT. Nothing seen at all: VALUE_TEXT. Nothing but missing words:
 * VALUE_REAL. Integers past 64 bits: VALUE_REAL up to 2^64, beyond that VALUE_TEXT, which keeps their digits. */
enum value_type csv_type_of(const struct csv_type *t);

/* The value of a field of a column of `type`; a text is borrowed from the field. A missing word, and a field that does
 * not fit the type, is VALUE_NULL. */
struct value csv_type_value(enum value_type type, const char *field, size_t len);

#endif
