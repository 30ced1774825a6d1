/* Shared libraries that are loaded when they are first needed. What a library brings along stays in memory, so one that
 * few kernels use is not linked. */
#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H

#include "base/err.h"

#include <stddef.h>

/* For lists of functions, X(name) each: a struct's members of their types, and their names in the same order. */
#define LIBRARY_MEMBER(name) __typeof__(&name) name;
#define LIBRARY_NAME(name) #name,

/* Load the library `file` and write the addresses of its functions to `members`, the storage of a struct that was
 * declared so. ERR_UNSUPPORTED names what is missing. The library is never unloaded. */
enum err_code library_load(const char *file, const char *const *names, size_t count, void *members, struct err *e);

#endif
