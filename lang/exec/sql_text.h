/* A stretch of the cell as SQL for the store. */
#ifndef LANG_EXEC_SQL_TEXT_H
#define LANG_EXEC_SQL_TEXT_H

#include "base/buf.h"

/* Append code[at, at+len), byte for byte, but comments and unusual blanks become spaces: the store knows neither # nor
 * nested comments. A parameter (?, $1, :name, @name) is ERR_QUERY, since nothing would ever be bound to it. */
enum err_code sql_text_add(struct buf *sql, const char *code, size_t at, size_t len, struct err *e);

#endif
