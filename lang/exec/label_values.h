/* Labels as a table has them (texts, numbers, truth values) as the numbers that training takes: 0 and up, in order of
 * appearance; -1 for NULL. */
#ifndef LANG_EXEC_LABEL_VALUES_H
#define LANG_EXEC_LABEL_VALUES_H

#include "base/arena.h"
#include "base/err.h"
#include "lang/value.h"

struct label_values {
    struct arena *arena;
    struct label_value *slots; /* a hash table; free() it by label_values_release */
    size_t room, count;
};

void label_values_release(struct label_values *l);

/* 8 and 8.0 are one label, 8 and '8' are two. ERR_VALUE for a blob or a vector. */
enum err_code label_values_number(struct label_values *l, const struct value *value, int *number, struct err *e);

#endif
