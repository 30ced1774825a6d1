/* similarity(a, b): the cosine of two vectors; NULL where either is NULL. */
#include "lang/exec/functions.h"

#include "ml/search/similarity.h"

#include <string.h>

/* A vector argument: bytes of a column are floats, whatever type the value came with. */
static enum err_code vector_argument(const struct value *v, const float **out, size_t *length, struct err *e) {
    if (v->type == VALUE_VECTOR) {
        *out = v->vector;
        *length = v->length;
    } else if (v->type == VALUE_BLOB && v->length % sizeof(float) == 0) {
        *out = (const float *)(const void *)v->text;
        *length = v->length / sizeof(float);
    } else {
        return err_set(e, ERR_VALUE, "similarity() compares vectors, and this value is not one");
    }
    return ERR_OK;
}

static enum err_code similarity(void *user, const struct value *arguments, size_t count, struct value *result,
                                struct err *e) {
    const float *a = NULL, *b = NULL;
    size_t n = 0, m = 0;
    (void)user;
    (void)count;
    *result = (struct value){.type = VALUE_NULL};
    if (arguments[0].type == VALUE_NULL || arguments[1].type == VALUE_NULL) {
        return ERR_OK;
    }
    if (vector_argument(&arguments[0], &a, &n, e) != ERR_OK || vector_argument(&arguments[1], &b, &m, e) != ERR_OK) {
        return e->code;
    }
    if (n != m) {
        err_set(e, ERR_VALUE, "vectors of %zu and %zu numbers cannot be compared: they come from different models", n,
                m);
        return err_hint(e, "run CONVERT again with the model that is searched with");
    }
    result->type = VALUE_REAL;
    result->real = (double)similarity_cosine(a, b, n);
    return ERR_OK;
}

static const struct function_row rows[] = {
    {"similarity", "similarity(a, b)",
     "The cosine of two vectors: 1 for the same direction. NULL where either is NULL.",
     "SELECT a.image_path, similarity(a.m_simclr, b.m_simclr) AS score FROM t a, t b", 2, similarity},
};

enum err_code functions_register(struct store *s, struct err *e) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (store_register(s, rows[i].name, rows[i].arguments, rows[i].function, NULL, e) != ERR_OK) {
            return e->code;
        }
    }
    return ERR_OK;
}

const struct function_row *functions_at(size_t index) {
    return index < sizeof rows / sizeof *rows ? &rows[index] : NULL;
}

const struct function_row *functions_find(const char *name) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}
