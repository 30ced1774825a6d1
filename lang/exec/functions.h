/* The SQL functions that ThanoSQL adds to the store. One row a function in functions.c. */
#ifndef LANG_EXEC_FUNCTIONS_H
#define LANG_EXEC_FUNCTIONS_H

#include "lang/store/store.h"

enum err_code functions_register(struct store *s, struct err *e);

/* What help and completion say of a function of ours. NULL: it is none. */
struct function_row {
    const char *name, *signature, *about, *example;
    int arguments;
    store_function function;
};
const struct function_row *functions_find(const char *name);
const struct function_row *functions_at(size_t index); /* NULL past the end */

#endif
