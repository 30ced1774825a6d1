/* What is wrong with a piece of SQL: the place in its text, and what was perhaps meant. */
#ifndef LANG_STORE_QUERY_ERROR_H
#define LANG_STORE_QUERY_ERROR_H

#include "base/err.h"
#include "lang/store/store.h"

#include <stddef.h>

/* Length of the token at the start of sql[0..len): a word, a number, a quoted string or name, or one character. */
size_t query_error_token(const char *sql, size_t len);

/* Offset of the first byte of sql[0..len) that is not white space, a comment or a semicolon; len if there is none. */
size_t query_error_skip(const char *sql, size_t len);

/* Record ERR_QUERY with the database's `message` about sql[0..len). `offset` is where it happened, or below 0 where
 * that is not known: then the name that the message speaks of is looked for. */
enum err_code query_error_set(struct store *s, const char *message, const char *sql, size_t len, long offset,
                              struct err *e);

#endif
