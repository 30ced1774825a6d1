/* Values and columns as they travel between the store, the statements and the sink. */
#ifndef LANG_VALUE_H
#define LANG_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_type {
    VALUE_NULL,
    VALUE_BOOLEAN, /* integer is 0 or 1 */
    VALUE_INTEGER,
    VALUE_REAL,
    VALUE_TEXT,
    VALUE_BLOB,
    VALUE_VECTOR, /* float32 */
};

/* Pointers are borrowed: valid until the next step of the query they came from, or for the call. */
struct value {
    enum value_type type;
    int64_t integer;
    double real;
    const char *text;    /* TEXT (UTF-8, also NUL-terminated) and BLOB bytes */
    const float *vector; /* may be unaligned memory's copy; `length` floats */
    size_t length;       /* bytes of text or blob; floats of a vector */
};

/* `type` is what the column is declared to hold, VALUE_NULL where nothing is known (an expression). */
struct column {
    const char *name;
    enum value_type type;
    const char *declared; /* the words of the declaration, or NULL */
    bool key;             /* part of the primary key; with store_each_column() only */
};

#endif
