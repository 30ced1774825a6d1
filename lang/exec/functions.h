/* The SQL functions that ThanoSQL adds to the store. One row a function in functions.c. */
#ifndef LANG_EXEC_FUNCTIONS_H
#define LANG_EXEC_FUNCTIONS_H

#include "lang/store/store.h"

/* What they keep is freed by functions_free(), after the store is closed. */
struct functions;
enum err_code functions_register(struct store *s, struct functions **out, struct err *e);
void functions_free(struct functions *f); /* NULL is fine */

/* What help and completion say of a function of ours. NULL: it is none. */
struct function_help {
    const char *name, *signature, *about;
};
const struct function_help *functions_find(const char *name);
const struct function_help *functions_at(size_t index); /* NULL past the end */

#endif
