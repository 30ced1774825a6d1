/* PostgreSQL's text of arrays, {1,NULL,"a b"}, taken apart and put together. */
#ifndef LANG_SQL_ARRAY_H
#define LANG_SQL_ARRAY_H

#include "base/arena.h"
#include "base/buf.h"

struct array_item {
    const char *text; /* NULL: the element is NULL */
    size_t len;
    bool nested; /* an array within the array: its own text with braces */
};

struct array {
    struct array_item *items; /* in the arena */
    size_t count;
};

/* ERR_VALUE with PostgreSQL's words for what is no array. */
enum err_code array_parse(struct arena *a, const char *text, size_t len, struct array *out, struct err *e);

/* One element as it stands in an array's text, quoted where it must be. */
void array_print_item(const struct array_item *item, struct buf *out);
void array_print(const struct array *x, struct buf *out);

#endif
