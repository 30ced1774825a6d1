/* A model of the user's that is called color_descriptor hides the other. */
#include "lang/exec/embedder.h"

#include "lang/exec/bases.h"
#include "lang/exec/models.h"
#include "ml/model/color_descriptor.h"

#include <string.h>
#include <strings.h>

static const struct model_record colours = {"color_descriptor", "Color_Descriptor", "", "image_path", ""};

enum err_code embedder_find(struct context *c, const struct name *name, struct model_record *model, struct err *e) {
    struct err why = ERR_INIT;
    if (registry_find(c->store, c->arena, name->text, model, &why) == ERR_OK) {
        return ERR_OK;
    }
    if (why.code == ERR_NOT_FOUND && strcasecmp(name->text, colours.name) == 0) {
        *model = colours;
        return ERR_OK;
    }
    if (why.code != ERR_NOT_FOUND || bases_missing(name, e) == ERR_OK) {
        *e = why;
    }
    return context_at(e, name->span);
}

bool embedder_is_learnt(const struct model_record *model) {
    return model->file[0] != '\0';
}

const char *embedder_column(struct context *c, const struct model_record *model) {
    char *text = embedder_is_learnt(model) ? arena_printf(c->arena, "%s_%s", model->name, model->class_name)
                                           : arena_strdup(c->arena, model->class_name);
    for (char *p = text; p && *p; p++) {
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p | 32) : *p;
    }
    return text;
}

/* The file behind the record. */
static enum err_code load(struct context *c, const struct name *name, const struct model_record *model,
                          struct encoder **out, struct err *e) {
    const char *path = models_path(c, model, e);
    if (path && encoder_load(path, out, e) != ERR_OK) {
        err_hint(e, "build it again with BUILD MODEL %s … OPTIONS (overwrite=True)", model->name);
    }
    return context_at(e, name->span);
}

enum err_code embedder_load(struct context *c, const struct name *name, struct model_record *model,
                            struct encoder **out, struct err *e) {
    if (embedder_find(c, name, model, e) == ERR_OK && !embedder_is_learnt(model)) {
        err_set(e, ERR_MODEL, "%s has learnt nothing: it can CONVERT and SEARCH, and no more", model->class_name);
        context_at(e, name->span);
    }
    return e->code == ERR_OK ? load(c, name, model, out, e) : e->code;
}

enum err_code embedder_open(struct context *c, const struct name *name, struct embedder *x, struct err *e) {
    *x = (struct embedder){.encoder = NULL};
    if (embedder_find(c, name, &x->model, e) != ERR_OK) {
        return e->code;
    }
    x->dimension = COLOR_DESCRIPTOR_LENGTH;
    if (embedder_is_learnt(&x->model) && load(c, name, &x->model, &x->encoder, e) == ERR_OK) {
        x->dimension = (size_t)encoder_dimension(x->encoder);
    }
    return e->code;
}

void embedder_release(struct embedder *x) {
    encoder_free(x->encoder);
    x->encoder = NULL;
}

enum err_code embedder_run(const struct embedder *x, const struct ml_source *source, size_t count, float *out,
                           unsigned char *failed, const struct ml_watch *watch, struct err *e) {
    return x->encoder ? encoder_embed(x->encoder, source, 0, count, out, failed, watch, e)
                      : color_descriptor_embed(source, 0, count, out, failed, watch, e);
}
