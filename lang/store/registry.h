/* The registry of models: a table of the store, one row a model; and a second, of the columns with vectors. Models'
 * names are compared without case. */
#ifndef LANG_STORE_REGISTRY_H
#define LANG_STORE_REGISTRY_H

#include "base/arena.h"
#include "base/err.h"
#include "lang/store/store.h"

struct model_record {
    const char *name;       /* lower case */
    const char *class_name; /* the base model: "SimCLR" */
    const char *file;       /* within .thanosql/: "models/<name>.<fingerprint>.safetensors" */
    const char *image_col;  /* the column it was built from */
    const char *last_updated_utc;
};

/* The model of that name, in the arena. ERR_NOT_FOUND with "did you mean". */
enum err_code registry_find(struct store *s, struct arena *a, const char *name, struct model_record *out,
                            struct err *e);
enum err_code registry_has(struct store *s, const char *name, bool *found, struct err *e);

/* Remove the model's row, if there is one. The registry is made where there is none, so from here on the store's write
 * lock is held, if a transaction is open. */
enum err_code registry_remove(struct store *s, const char *name, struct err *e);

/* Add a model; registry_remove() comes before. last_updated_utc is set to now. */
enum err_code registry_put(struct store *s, const struct model_record *model, struct err *e);

/* Every model, by name; the record is borrowed for the call. No registry yet: no call. */
enum err_code registry_each(struct store *s, void (*each)(void *user, const struct model_record *m), void *user,
                            struct err *e);

/* Which model made the vectors of a column of a table. */
struct vectors_record {
    const char *table, *column;
    const char *model, *file; /* as of model_record */
};

/* Add or replace what is known of that column. */
enum err_code registry_put_vectors(struct store *s, const struct vectors_record *vectors, struct err *e);

/* What is known of the column, in the arena; *found is false where nothing is. */
enum err_code registry_find_vectors(struct store *s, struct arena *a, const char *table, const char *column,
                                    struct vectors_record *out, bool *found, struct err *e);

#endif
