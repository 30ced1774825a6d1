/* What a statement names after USING: a stored model, or Color_Descriptor, which is always there and has learnt
 * nothing. Both turn pictures into vectors. */
#ifndef LANG_EXEC_EMBEDDER_H
#define LANG_EXEC_EMBEDDER_H

#include "lang/exec/context.h"
#include "lang/store/registry.h"
#include "ml/model/encoder.h"
#include "ml/source.h"

/* Its record, errors at the name: what the hosted service knew under a name is said where there is none stored. */
enum err_code embedder_find(struct context *c, const struct name *name, struct model_record *model, struct err *e);

/* Whether there is a file behind the record; else it is Color_Descriptor. */
bool embedder_is_learnt(const struct model_record *model);

/* "<model>_<base>" in lower case: the column that its vectors have by default; of Color_Descriptor the base alone.
 * NULL: no memory. */
const char *embedder_column(struct context *c, const struct model_record *model);

struct embedder {
    struct model_record model;
    struct encoder *encoder; /* NULL: Color_Descriptor */
    size_t dimension;
};

/* Release it in any case. */
enum err_code embedder_open(struct context *c, const struct name *name, struct embedder *x, struct err *e);
void embedder_release(struct embedder *x);

/* Vectors of the first `count` pictures, as encoder_embed() gives them. */
enum err_code embedder_run(const struct embedder *x, const struct ml_source *source, size_t count, float *out,
                           unsigned char *failed, const struct ml_watch *watch, struct err *e);

/* A stored model, for what only such a one can do. */
enum err_code embedder_load(struct context *c, const struct name *name, struct model_record *model,
                            struct encoder **out, struct err *e);

#endif
