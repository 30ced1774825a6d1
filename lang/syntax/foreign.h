/* What people bring along from Python notebooks and shells, and what to do here instead. */
#ifndef LANG_SYNTAX_FOREIGN_H
#define LANG_SYNTAX_FOREIGN_H

#include <stddef.h>

/* The advice for a magic or command of that name (in any case); NULL: the name is not known. */
const char *foreign_advice(const char *word, size_t len);

#endif
