/* Telling Python and shell lines from statements, to answer them with words that help. */
#ifndef LANG_SYNTAX_PYTHON_H
#define LANG_SYNTAX_PYTHON_H

#include "base/err.h"

/* ERR_UNSUPPORTED, with what to use instead, where the text at [at, end) of the code begins like Python or a shell
 * line (comments before it aside); else ERR_OK. Never for what begins like a statement, however misspelt. A bare
 * API_TOKEN=… is ERR_SYNTAX, and shows nothing of the token. */
enum err_code python_refuse(const char *code, size_t at, size_t end, struct err *e);

#endif
