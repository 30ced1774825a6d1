/* Sets of characters, in the making. */
#ifndef LANG_SQL_REGEX_SET_H
#define LANG_SQL_REGEX_SET_H

#include "lang/sql/regex_tree.h"

/* An empty set, or, negated, all but what is added. NULL: no memory. */
struct regex_set *regex_set_new(struct arena *a, bool negated);
void regex_set_add(struct arena *a, struct regex_set *s, uint32_t from, uint32_t to);
bool regex_set_add_class(struct regex_set *s, const char *name); /* false: there is none such */

/* No more is added; `insensitive`: small and capital letters are one. */
void regex_set_close(struct regex_set *s, bool insensitive);

#endif
