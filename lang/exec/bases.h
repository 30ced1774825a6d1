/* The base models that notebooks name after USING, and the ready models that the hosted service had of them: what is
 * built here, and what to do instead of the others. */
#ifndef LANG_EXEC_BASES_H
#define LANG_EXEC_BASES_H

#include "base/err.h"
#include "lang/syntax/ast.h"

#include <stddef.h>

enum base_state {
    BASE_UNBUILT,
    BASE_TRAINED, /* by BUILD MODEL */
    BASE_FIXED,   /* has nothing to learn, and is used by its own name */
};

struct base {
    const char *name;    /* to the letter: "ConvNeXt_Tiny" */
    const char *ready;   /* names of ready models of it, parted by blanks; "" where there were none */
    const char *does;    /* "tells the class of a picture" */
    const char *instead; /* the way to what it does, or to what comes near it */
    enum base_state state;
};

/* Row `index`, or NULL past the end. */
const struct base *bases_at(size_t index);

/* The row of that name or ready model, compared without case; NULL: none. */
const struct base *bases_find(const char *name);

/* ERR_OK where BUILD MODEL can train the base model of that name; else an error at the name: ERR_UNSUPPORTED where it
 * is known, ERR_NOT_FOUND with the nearest name where it is not. */
enum err_code bases_check(const struct name *name, struct err *e);

/* A model of that name is not stored: an error that says what it was, where the service had one or it is a base
 * model's own name. ERR_OK where nothing is known of it. */
enum err_code bases_missing(const struct name *name, struct err *e);

/* The same for GET THANOSQL MODEL: weights that are not to be had. */
enum err_code bases_not_to_be_had(const struct name *name, struct err *e);

#endif
