/* Could a cell be run as it stands? For consoles, which ask at every Enter. */
#ifndef LANG_SYNTAX_COMPLETENESS_H
#define LANG_SYNTAX_COMPLETENESS_H

#include "lang/session.h"

#include <stddef.h>

/* COMPLETE: the parser takes it, and it does not end in the middle of SQL. INCOMPLETE: it only ends too early (an
 * open quote, comment or parenthesis, BUILD MODEL m USING, SELECT a,); *indent is then what to put before the next
 * line, a string that lives forever, and may be "". INVALID: no more text mends it. UNKNOWN: memory is out. */
enum completeness syntax_completeness(const char *code, size_t len, const char **indent);

#endif
