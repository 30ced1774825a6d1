/* A backbone as notes and tensors, which go by the names that weights have elsewhere. */
#include "ml/model/backbone.h"

#include "ml/model/modelfile.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIDE_MOST 1024

static const struct number {
    const char *key;
    size_t at;
    int most;
} numbers[] = {
    {"backbone.width", offsetof(struct backbone, width), 4096},
    {"backbone.size", offsetof(struct backbone, size), SIDE_MOST},
    {"backbone.channels", offsetof(struct backbone, channels), 3},
};
#define NUMBERS (sizeof numbers / sizeof *numbers)

enum err_code backbone_store(const struct backbone *b, struct modelfile *file, struct err *e) {
    size_t channels = (size_t)b->channels, width = (size_t)backbone_dimension(b), basis[] = {(size_t)b->kept, width};
    char text[16];
    for (size_t i = 0; i < NUMBERS; i++) {
        snprintf(text, sizeof text, "%d", *(const int *)((const char *)b + numbers[i].at));
        if (modelfile_set_note(file, numbers[i].key, text, e)) {
            return e->code;
        }
    }
    if (modelfile_set_note(file, "backbone.arch", b->arch->name, e) ||
        modelfile_add_tensor(file, "input.mean", &channels, 1, b->mean, e) ||
        modelfile_add_tensor(file, "input.deviation", &channels, 1, b->deviation, e) ||
        modelfile_add_tensor(file, "embedding.centre", &width, 1, b->centre, e) ||
        (b->basis && modelfile_add_tensor(file, "embedding.basis", basis, 2, b->basis, e))) {
        return e->code;
    }
    for (size_t i = 0; i < b->net->tensor_count; i++) {
        const struct net_tensor *t = &b->net->tensors[i];
        const float *values = (t->state ? b->net->state : b->net->parameters) + t->begin;
        if (modelfile_add_tensor(file, t->name, t->shape, t->rank, values, e)) {
            return e->code;
        }
    }
    return ERR_OK;
}

static enum err_code read_number(const struct modelfile *file, const char *path, const struct number *n,
                                 struct backbone *b, struct err *e) {
    const char *text = modelfile_note(file, n->key);
    char *end = NULL;
    long value = text ? strtol(text, &end, 10) : 0;
    if (!text || end == text || *end || value < 1 || value > n->most) {
        return err_set(e, ERR_MODEL, "%.200s: note \"%s\" is %.40s; it must be a number, 1 to %d", path, n->key,
                       text ? text : "missing", n->most);
    }
    *(int *)((char *)b + n->at) = (int)value;
    return ERR_OK;
}

static enum err_code read_tensor(const struct modelfile *file, const char *name, const size_t *shape, int rank,
                                 float *to, struct err *e) {
    size_t sizes[4] = {0}, count = 1;
    const float *values;
    for (int i = 0; i < rank; i++) {
        sizes[i] = shape[i];
        count *= shape[i];
    }
    if (modelfile_require(file, name, sizes, rank, &values, e)) {
        return e->code;
    }
    memcpy(to, values, count * sizeof *to);
    return ERR_OK;
}

/* Which may not be there: then all is kept. */
static enum err_code read_basis(const struct modelfile *file, struct backbone *b, struct err *e) {
    size_t sizes[2] = {0, (size_t)b->kept};
    const float *values = NULL;
    if (!modelfile_tensor(file, "embedding.basis", NULL)) {
        return ERR_OK;
    }
    if (modelfile_require(file, "embedding.basis", sizes, 2, &values, e)) {
        return e->code;
    }
    if (sizes[0] < 1 || sizes[0] > sizes[1]) {
        return err_set(e, ERR_MODEL, "embedding.basis has %zu rows; 1 to %zu are possible", sizes[0], sizes[1]);
    }
    b->basis = malloc(sizes[0] * sizes[1] * sizeof *b->basis);
    if (!b->basis) {
        return err_nomem(e);
    }
    memcpy(b->basis, values, sizes[0] * sizes[1] * sizeof *values);
    b->kept = (int)sizes[0];
    return ERR_OK;
}

static enum err_code read_tensors(const struct modelfile *file, struct backbone *b, struct err *e) {
    size_t channels = (size_t)b->channels, width = (size_t)backbone_dimension(b);
    if (read_tensor(file, "input.mean", &channels, 1, b->mean, e) ||
        read_tensor(file, "input.deviation", &channels, 1, b->deviation, e) ||
        read_tensor(file, "embedding.centre", &width, 1, b->centre, e) || read_basis(file, b, e)) {
        return e->code;
    }
    for (size_t i = 0; i < b->net->tensor_count; i++) {
        const struct net_tensor *t = &b->net->tensors[i];
        if (read_tensor(file, t->name, t->shape, t->rank, (t->state ? b->net->state : b->net->parameters) + t->begin,
                        e)) {
            return e->code;
        }
    }
    return ERR_OK;
}

enum err_code backbone_check(const struct backbone *b, const char *path, struct err *e) {
    for (int k = 0; k < b->channels; k++) {
        if (!(b->deviation[k] > 1e-6F)) {
            return err_set(e, ERR_MODEL, "%.200s: input.deviation must be above 0", path);
        }
    }
    for (size_t i = 0; i < b->net->layer_count; i++) {
        const struct net_layer *l = &b->net->layers[i];
        for (size_t k = 0; l->kind == NET_CONV && k < l->conv.filters; k++) {
            if (!(b->net->state[l->variance + k] >= 0)) {
                return err_set(e, ERR_MODEL, "%.200s: a variance (running_var) is below 0", path);
            }
        }
    }
    return ERR_OK;
}

enum err_code backbone_restore(const struct modelfile *file, const char *path, const struct preset *preset,
                               struct backbone **out, struct err *e) {
    const char *name = modelfile_note(file, "backbone.arch");
    const struct arch *arch = name ? arch_find(name) : NULL;
    struct backbone shape = {0}, *b = NULL;
    if (!arch) {
        return err_set(e, ERR_MODEL, "%.200s: there is no backbone \"%.40s\"", path, name ? name : "");
    }
    for (size_t i = 0; i < NUMBERS; i++) {
        if (read_number(file, path, &numbers[i], &shape, e)) {
            return e->code;
        }
    }
    if (shape.channels == 2) {
        return err_set(e, ERR_MODEL, "%.200s: backbone.channels is 2; it must be 1 or 3", path);
    }
    if (!backbone_new(arch, preset, shape.width, shape.size, shape.channels, &b, e) && !read_tensors(file, b, e)) {
        backbone_check(b, path, e);
    }
    if (e->code) {
        backbone_free(b);
        return e->code;
    }
    *out = b;
    return ERR_OK;
}
