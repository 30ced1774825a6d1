/* Tokens in a cell's text, which is shown in errors and kept in the history, where they must not be seen. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stddef.h>

/* Overwrite with * what follows API_TOKEN (also misspelt, or with something in front of it), a blank and = or :, up to
 * the end of its line; the length stays. In a line with a magic's %, any word with TOKEN in it counts, and a blank is
 * enough after it. */
void secret_hide(char *text, size_t len);

#endif
