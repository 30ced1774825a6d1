/* Python's pickles, as far as saved weights need them: numbers, text, tuples, lists, dictionaries, and of everything
 * that a pickle could name only the rows of a table (tensors, their storage, OrderedDict). Anything else is refused by
 * name and nothing is ever run: the format is a small stack machine, and this reads it as data.
 * https://docs.python.org/3/library/pickletools.html */
#ifndef ML_MODEL_PICKLE_H
#define ML_MODEL_PICKLE_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PICKLE_RANK_MOST 8

enum pickle_kind {
    PICKLE_NONE,
    PICKLE_NUMBER,
    PICKLE_TEXT,
    PICKLE_TUPLE,
    PICKLE_LIST,
    PICKLE_DICT, /* items: key, value, key, value … */
    PICKLE_NAME, /* of the table of what may be named */
    PICKLE_STORAGE,
    PICKLE_TENSOR,
    PICKLE_MARK,
};

/* Types of numbers that storages hold. */
enum pickle_type { PICKLE_FLOAT, PICKLE_DOUBLE, PICKLE_HALF, PICKLE_BFLOAT, PICKLE_WHOLE };

struct pickle_value {
    enum pickle_kind kind;
    int64_t number;   /* NUMBER: whole ones, and False and True; NAME: row */
    const char *text; /* TEXT, and the key of a STORAGE; NUL-terminated */
    struct pickle_value **items;
    size_t count, room;
    enum pickle_type type;        /* STORAGE */
    size_t bytes;                 /* STORAGE: of one number; its count is `count` */
    struct pickle_value *storage; /* TENSOR; count: of dimensions */
    size_t offset, sizes[PICKLE_RANK_MOST], strides[PICKLE_RANK_MOST];
};

/* One pickle from the beginning of bytes; *used is how long it is. Values live in the arena. ERR_MODEL says what is
 * refused, or where the bytes end too early. */
enum err_code pickle_read(const unsigned char *bytes, size_t len, struct arena *a, struct pickle_value **out,
                          size_t *used, struct err *e);

/* Value of a text key, or NULL. */
const struct pickle_value *pickle_find(const struct pickle_value *dict, const char *key);

#endif
