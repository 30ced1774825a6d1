/* JSON text taken apart, and put together in the form that PostgreSQL keeps jsonb in. */
#ifndef LANG_SQL_JSONTEXT_H
#define LANG_SQL_JSONTEXT_H

#include "base/arena.h"
#include "base/buf.h"

enum jsontext_kind { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct jsontext {
    enum jsontext_kind kind;
    const char *raw; /* as it is written */
    size_t raw_len;
    const char *text; /* of a string, decoded; else raw */
    size_t len;
    const char *key; /* in an object */
    size_t key_len;
    struct jsontext *first, *next; /* members */
    size_t count;
};

/* The tree borrows `text`. NULL: it is no JSON, and *wrong is the byte where that shows (len: it ends too early); or
 * it has more than is read here, which *limit then says ("more than 500 levels"; else NULL); or memory is out, and the
 * arena has failed. */
struct jsontext *jsontext_read(struct arena *a, const char *text, size_t len, size_t *wrong, const char **limit);

/* The same; ERR_VALUE has PostgreSQL's words. */
enum err_code jsontext_parse(struct arena *a, const char *text, size_t len, struct jsontext **out, struct err *e);

/* Members in jsonb's order (shorter keys first), the last of equal keys kept. In place. */
void jsontext_normalise(struct jsontext *j);

/* One line, as PostgreSQL prints jsonb: {"a": 1, "b": [1, 2]}. */
void jsontext_print(const struct jsontext *j, struct buf *out);
void jsontext_print_string(const char *text, size_t len, struct buf *out);

struct jsontext *jsontext_member(const struct jsontext *j, const char *key,
                                 size_t len);                                 /* the last of that name, or NULL */
struct jsontext *jsontext_element(const struct jsontext *j, long long index); /* below 0: from the end */
bool jsontext_equal(const struct jsontext *a, const struct jsontext *b);      /* both normalised */

extern const char *const jsontext_kind_names[];

#endif
