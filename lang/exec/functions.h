/* The SQL functions that ThanoSQL adds to the store. One row a function in functions.c. */
#ifndef LANG_EXEC_FUNCTIONS_H
#define LANG_EXEC_FUNCTIONS_H

#include "lang/store/store.h"

enum err_code functions_register(struct store *s, struct err *e);

#endif
