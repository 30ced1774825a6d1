/* JSON text taken apart, and put together in the form that PostgreSQL keeps jsonb in. */
#ifndef LANG_SQL_JSON_H
#define LANG_SQL_JSON_H

#include "base/arena.h"
#include "base/buf.h"

enum json_kind { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
    enum json_kind kind;
    const char *raw; /* as it is written */
    size_t raw_len;
    const char *text; /* of a string, decoded; else raw */
    size_t len;
    const char *key; /* in an object */
    size_t key_len;
    struct json *first, *next; /* members */
    size_t count;
};

/* ERR_VALUE with PostgreSQL's words. The tree borrows `text`. */
enum err_code json_parse(struct arena *a, const char *text, size_t len, struct json **out, struct err *e);

/* Members in jsonb's order (shorter keys first), the last of equal keys kept. In place. */
void json_normalise(struct json *j);

/* One line, as PostgreSQL prints jsonb: {"a": 1, "b": [1, 2]}. */
void json_print(const struct json *j, struct buf *out);
void json_print_string(const char *text, size_t len, struct buf *out);

struct json *json_member(const struct json *j, const char *key, size_t len); /* the last of that name, or NULL */
struct json *json_element(const struct json *j, long long index);            /* below 0: from the end */
bool json_equal(const struct json *a, const struct json *b);                 /* both normalised */

extern const char *const json_kind_names[];

#endif
