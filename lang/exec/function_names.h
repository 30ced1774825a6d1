/* The functions that SQL may call, for help and completion: ours over vectors, and PostgreSQL's with its
 * aggregates and window functions. */
#ifndef LANG_EXEC_FUNCTION_NAMES_H
#define LANG_EXEC_FUNCTION_NAMES_H

#include "base/arena.h"

#include <stddef.h>

/* Call each() once for every name, with the ways to call it: "left(text, integer)". */
void function_names_each(void (*each)(void *user, const char *name, const char *signature), void *user);

/* The ways to call a function of that name (lower case), joined by " or ", in the arena. NULL: there is none such. */
const char *function_names_signature(struct arena *a, const char *name);

#endif
