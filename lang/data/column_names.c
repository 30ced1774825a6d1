/* Fold first, then tell doubles apart, since the store compares names without case. */
#include "lang/data/column_names.h"

#include <stdbool.h>
#include <string.h>

static void fold(char *name) {
    for (; *name; name++) {
        if (*name >= 'A' && *name <= 'Z') {
            *name = (char)(*name - 'A' + 'a');
        }
    }
}

static size_t count_equal(const char *const *names, size_t count, const char *name) {
    size_t equal = 0;
    for (size_t i = 0; i < count; i++) {
        equal += strcmp(names[i], name) == 0;
    }
    return equal;
}

/* Free means: neither given to an earlier column nor the header's own word for another. */
static const char *number(struct arena *a, const char *const *folded, const char *const *names, size_t count,
                          size_t index) {
    const char *name = folded[index];
    size_t doubles = count_equal(folded, index, name);
    bool taken = doubles > 0 || count_equal(names, index, name) > 0;
    for (size_t n = doubles ? doubles : 1; name && taken; n++) {
        name = arena_printf(a, "%s.%zu", folded[index], n);
        taken = name && (count_equal(names, index, name) > 0 || count_equal(folded, count, name) > 0);
    }
    return name;
}

const char **column_names(struct arena *a, const char *const *header, size_t count) {
    const char **folded = arena_alloc(a, (count + 1) * sizeof *folded);
    const char **names = arena_alloc(a, (count + 1) * sizeof *names);
    for (size_t i = 0; folded && names && i < count; i++) {
        char *name = *header[i] ? arena_strdup(a, header[i]) : arena_printf(a, "unnamed: %zu", i);
        if (!name) {
            return NULL;
        }
        fold(name);
        folded[i] = name;
    }
    for (size_t i = 0; folded && names && i < count; i++) {
        names[i] = number(a, folded, names, count, i);
        if (!names[i]) {
            return NULL;
        }
    }
    return folded ? names : NULL;
}
