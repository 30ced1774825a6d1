/* The first convolution tells width, channels and stem; then every tensor of the network must be there. */
#include "ml/model/weights.h"

#include "base/file.h"
#include "ml/model/torchfile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How pictures were prepared where such weights were learnt, and on which size. */
static const struct origin {
    const char *arch, *first; /* a tensor that is the architecture's alone */
    const char *stem;
    int size, small; /* with the usual stem, with the one of 3x3 */
    float mean[3], deviation[3];
} origins[] = {
    {"efficientnet_lite0",
     "_blocks.0._depthwise_conv.weight",
     "_conv_stem.weight",
     160,
     160,
     {127.F / 255, 127.F / 255, 127.F / 255},
     {128.F / 255, 128.F / 255, 128.F / 255}},
    {"resnet50", "layer1.0.conv3.weight", "conv1.weight", 224, 32, {.485F, .456F, .406F}, {.229F, .224F, .225F}},
    {"resnet18", "layer1.0.conv2.weight", "conv1.weight", 224, 32, {.485F, .456F, .406F}, {.229F, .224F, .225F}},
    {"cnn", "conv4.weight", "conv1.weight", 28, 28, {.5F, .5F, .5F}, {.5F, .5F, .5F}},
};
#define ORIGINS (sizeof origins / sizeof *origins)
static const char *const prefixes[] = {"", "module.", "backbone.", "encoder.", "model.", "module.backbone."};

static const float *find(const struct weights *w, const char *name, struct modelfile_shape *shape) {
    char full[NET_NAME + 32];
    snprintf(full, sizeof full, "%s%s", w->prefix, name);
    return modelfile_tensor(w->file, full, shape);
}

static const struct origin *find_origin(struct weights *w) {
    for (size_t p = 0; p < sizeof prefixes / sizeof *prefixes; p++) {
        w->prefix = prefixes[p];
        for (size_t i = 0; i < ORIGINS; i++) {
            if (find(w, origins[i].first, NULL) && find(w, origins[i].stem, NULL)) {
                return &origins[i];
            }
        }
    }
    w->prefix = "";
    return NULL;
}

void weights_close(struct weights *w) {
    modelfile_free(w->file);
    free(w->values);
    *w = (struct weights){0};
}

enum err_code weights_open(const char *path, struct weights *w, struct err *e) {
    struct buf bytes = BUF_INIT;
    struct err why = ERR_INIT;
    *w = (struct weights){.prefix = ""};
    if (file_read(path, MODELFILE_MOST, &bytes, e)) {
        buf_release(&bytes);
        return e->code;
    }
    bool torch = torchfile_is((const unsigned char *)bytes.data, bytes.len);
    if (torch && torchfile_read((const unsigned char *)bytes.data, bytes.len, &w->file, &w->values, &why)) {
        err_set(e, why.code, "'%.150s': %s", path, why.message);
        err_hint(e, "%s", why.hint);
    }
    buf_release(&bytes);
    return torch ? e->code : modelfile_open(path, &w->file, e);
}

const struct arch *weights_arch(const struct weights *w) {
    struct weights copy = *w;
    const struct origin *o = find_origin(&copy);
    return o ? arch_find(o->arch) : NULL;
}

/* What is wrong with the file's tensor of this name, or NULL. */
static const char *copy_tensor(const struct weights *w, struct net *n, const struct net_tensor *t) {
    struct modelfile_shape shape = {0};
    const float *values = find(w, t->name, &shape);
    float *to = (t->state ? n->state : n->parameters) + t->begin;
    if (!values) {
        return "is missing";
    }
    if (shape.rank != t->rank || memcmp(shape.sizes, t->shape, (size_t)t->rank * sizeof *t->shape) != 0) {
        return "has another shape";
    }
    for (size_t i = 0; i < t->count; i++) {
        if (!isfinite(values[i])) {
            return "holds a value that is not finite";
        }
        to[i] = values[i];
    }
    return NULL;
}

static enum err_code copy_weights(const struct weights *w, const char *path, struct net *n, struct err *e) {
    char list[300] = "";
    size_t wrong = 0;
    for (size_t i = 0; i < n->tensor_count; i++) {
        const char *why = copy_tensor(w, n, &n->tensors[i]);
        size_t len = strlen(list);
        if (why && wrong++ < 3) {
            snprintf(list + len, sizeof list - len, "%s%s %s", wrong > 1 ? ", " : "", n->tensors[i].name, why);
        }
    }
    return wrong ? err_set(e, ERR_MODEL, "'%.120s': of %zu tensors %zu do not fit: %s%s", path, n->tensor_count, wrong,
                           list, wrong > 3 ? ", …" : "")
                 : ERR_OK;
}

/* Shape of the network, from the first convolution. */
static enum err_code build(const struct weights *w, const struct origin *o, const char *path,
                           const struct preset *preset, int size, struct backbone **out, struct err *e) {
    struct modelfile_shape stem = {0};
    const char *own = modelfile_note(w->file, "backbone.size"); /* a file of ours says it */
    bool usual, resnet = !strncmp(o->arch, "resnet", 6);
    if (!find(w, o->stem, &stem) || stem.rank != 4 || stem.sizes[0] > 4096 ||
        (stem.sizes[1] != 1 && stem.sizes[1] != 3)) {
        return err_set(e, ERR_MODEL, "'%.150s': %s is no first convolution of %s", path, o->stem, o->arch);
    }
    usual = !resnet || stem.sizes[2] != 3;
    int side = size ? size : own ? (int)strtol(own, NULL, 10) : usual ? o->size : o->small;
    if (resnet && (side < 64) == usual) {
        err_set(e, ERR_VALUE, "the weights have the stem for pictures %s, and %d pixels were asked for",
                usual ? "of 64 pixels and more" : "under 64 pixels", side);
        return err_hint(e, "leave image_size out, or choose one of %d", usual ? o->size : o->small);
    }
    if (backbone_new(arch_find(o->arch), preset, (int)stem.sizes[0], side, (int)stem.sizes[1], out, e)) {
        return e->code;
    }
    const float *mean = o->mean, *deviation = o->deviation;
    if (own && (modelfile_require(w->file, "input.mean", &stem.sizes[1], 1, &mean, e) ||
                modelfile_require(w->file, "input.deviation", &stem.sizes[1], 1, &deviation, e))) {
        return e->code;
    }
    memcpy((*out)->mean, mean, stem.sizes[1] * sizeof *mean);
    memcpy((*out)->deviation, deviation, stem.sizes[1] * sizeof *deviation);
    return copy_weights(w, path, (*out)->net, e) ? e->code : backbone_check(*out, path, e);
}

enum err_code weights_backbone(const char *path, const struct arch *arch, const struct preset *preset, int size,
                               struct backbone **out, struct err *e) {
    struct weights w;
    struct backbone *b = NULL;
    if (weights_open(path, &w, e)) {
        weights_close(&w);
        return e->code;
    }
    const struct origin *o = find_origin(&w);
    if (!o || (arch && strcmp(o->arch, arch->name) != 0)) {
        err_set(e, ERR_MODEL, "'%.150s' holds no weights of %s%s%s", path, arch ? arch->name : "a known network",
                o ? ", but of " : "", o ? o->arch : "");
        err_hint(e, "known: torchvision's and timm's resnet18 and resnet50, efficientnet_lite0");
    } else {
        build(&w, o, path, preset, size, &b, e);
    }
    weights_close(&w);
    if (e->code) {
        backbone_free(b);
        return e->code;
    }
    *out = b;
    return ERR_OK;
}
