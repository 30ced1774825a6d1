/* The declared types of SQL columns, and the values they stand for. */
#ifndef LANG_STORE_TYPES_H
#define LANG_STORE_TYPES_H

#include "lang/value.h"

/* What a column declared as `declared` holds: "VECTOR(128)" is VALUE_VECTOR, "double precision" VALUE_REAL. The case
 * and what stands in parentheses do not matter. VALUE_NULL for NULL and for words that are not known. */
enum value_type types_of_declaration(const char *declared);

#endif
