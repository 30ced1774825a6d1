/* A builder appends layers, values and named tensors; its failure is sticky, so that the rows read like the papers'
 * tables. Names of tensors are torchvision's (ResNet) and lukemelas' (EfficientNet), as weights elsewhere have them. */
#include "ml/nn/arch.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct builder {
    struct net *net;
    int width, size, head;
    bool failed;
};

/* Room for one more row. */
static void *append(struct builder *b, void **rows, size_t *count, size_t row) {
    if (!b->failed && *count % 16 == 0) {
        void *larger = realloc(*rows, (*count + 16) * row);
        b->failed = !larger;
        *rows = larger ? larger : *rows;
    }
    if (b->failed) {
        return NULL;
    }
    void *at = (char *)*rows + (*count)++ * row;
    memset(at, 0, row);
    return at;
}

static int add_value(struct builder *b, size_t height, size_t width, size_t channels) {
    struct net *n = b->net;
    struct net_value *v = append(b, (void **)&n->values, &n->value_count, sizeof *v);
    if (!v) {
        return 0;
    }
    *v = (struct net_value){height, width, channels};
    return (int)n->value_count - 1;
}

/* "name.part", at the end of the parameters or of the state. */
static size_t add_tensor(struct builder *b, const char *name, const char *part, bool state, bool decayed, int rank,
                         const size_t *shape) {
    struct net *n = b->net;
    struct net_tensor *t = append(b, (void **)&n->tensors, &n->tensor_count, sizeof *t);
    size_t *end = state ? &n->state_count : &n->parameter_count;
    if (!t) {
        return 0;
    }
    *t = (struct net_tensor){.begin = *end, .count = 1, .rank = rank, .state = state, .decayed = decayed};
    snprintf(t->name, sizeof t->name, "%s.%s", name, part);
    for (int i = 0; i < rank; i++) {
        t->shape[i] = shape[i];
        t->count *= shape[i];
    }
    *end += t->count;
    return t->begin;
}

struct made {
    int from, shortcut; /* shortcut: a value, or -1 */
    size_t filters, kernel, stride;
    enum activation activation;
    bool depthwise, same; /* same: TensorFlow's padding, out = ceil(in / stride) */
};

static int add_conv(struct builder *b, const char *name, const char *norm, struct made m) {
    struct net *n = b->net;
    if (b->failed) {
        return 0;
    }
    struct net_value in = n->values[m.from];
    struct net_layer *l = append(b, (void **)&n->layers, &n->layer_count, sizeof *l);
    if (!l) {
        return 0;
    }
    struct conv c =
        conv_shape(in.height, in.width, in.channels, m.filters, m.kernel, m.stride, m.kernel / 2, m.depthwise);
    if (m.same) {
        c.out_height = (in.height + m.stride - 1) / m.stride;
        c.out_width = (in.width + m.stride - 1) / m.stride;
        size_t need = (c.out_height - 1) * m.stride + m.kernel;
        c.pad = need > in.height ? (need - in.height) / 2 : 0;
    }
    l->kind = NET_CONV;
    l->from = m.from;
    l->shortcut = m.shortcut;
    l->conv = c;
    l->activation = m.activation;
    size_t shape[4] = {m.filters, m.depthwise ? 1 : in.channels, m.kernel, m.kernel};
    l->weights = add_tensor(b, name, "weight", false, true, 4, shape);
    l->scale = add_tensor(b, norm, "weight", false, false, 1, &m.filters);
    l->bias = add_tensor(b, norm, "bias", false, false, 1, &m.filters);
    l->mean = add_tensor(b, norm, "running_mean", true, false, 1, &m.filters);
    l->variance = add_tensor(b, norm, "running_var", true, false, 1, &m.filters);
    return l->to = add_value(b, c.out_height, c.out_width, m.filters);
}

static int add_pool(struct builder *b, enum net_kind kind, int from, size_t kernel, size_t stride, size_t cells) {
    struct net *n = b->net;
    if (b->failed) {
        return 0;
    }
    struct net_value in = n->values[from];
    struct net_layer *l = append(b, (void **)&n->layers, &n->layer_count, sizeof *l);
    if (!l) {
        return 0;
    }
    size_t pad = kernel / 2;
    l->kind = kind;
    l->from = from;
    l->shortcut = -1;
    l->pool = (struct pool){in.height, in.width, in.channels, cells, cells, kernel, stride, pad};
    if (kind == NET_MAX_POOL) {
        l->pool.out_height = (in.height + 2 * pad - kernel) / stride + 1;
        l->pool.out_width = (in.width + 2 * pad - kernel) / stride + 1;
    }
    return l->to = add_value(b, l->pool.out_height, l->pool.out_width, in.channels);
}

static int add_linear(struct builder *b, const char *name, int from, size_t outputs, bool relu) {
    struct net *n = b->net;
    if (b->failed) {
        return 0;
    }
    struct net_layer *l = append(b, (void **)&n->layers, &n->layer_count, sizeof *l);
    if (!l) {
        return 0;
    }
    size_t shape[2] = {outputs, net_value_size(n, from)};
    l->kind = NET_LINEAR;
    l->from = from;
    l->shortcut = -1;
    l->activation = relu ? ACTIVATION_RELU : ACTIVATION_NONE;
    l->weights = add_tensor(b, name, "weight", false, true, 2, shape);
    l->bias = add_tensor(b, name, "bias", false, false, 1, shape);
    return l->to = add_value(b, 1, 1, outputs);
}

/* Four convolutions of 3x3, the later ones with stride 2. The embedding keeps 2x2 places: averaging digits to one place
 * costs 8 points (measured: 84 against 92 after 20 epochs). */
static void build_cnn(void *user, const struct arch *a) {
    static const size_t wide[4] = {1, 2, 4, 4};
    struct builder *b = user;
    int at = 0;
    (void)a;
    for (size_t i = 0; i < 4; i++) {
        char conv[NET_NAME], norm[NET_NAME];
        snprintf(conv, sizeof conv, "conv%zu", i + 1);
        snprintf(norm, sizeof norm, "bn%zu", i + 1);
        at = add_conv(b, conv, norm,
                      (struct made){.from = at,
                                    .shortcut = -1,
                                    .filters = (size_t)b->width * wide[i],
                                    .kernel = 3,
                                    .stride = i ? 2 : 1,
                                    .activation = ACTIVATION_RELU});
    }
    b->net->embedding = add_pool(b, NET_AVERAGE_POOL, at, 1, 1, 2);
}

/* conv1 .. conv2 or conv3 of a residual block (He et al. 2016, figure 5), the shortcut convolved where shapes change.
 */
static int add_block(struct builder *b, int expansion, int stage, int index, int from, size_t width) {
    char name[NET_NAME - 16], conv[NET_NAME], norm[NET_NAME];
    int convs = expansion == 1 ? 2 : 3, at = from, shortcut = from;
    size_t stride = stage > 0 && index == 0 ? 2 : 1, out = width * (size_t)expansion;
    snprintf(name, sizeof name, "layer%d.%d", stage + 1, index);
    if (!b->failed && (stride > 1 || b->net->values[from].channels != out)) {
        snprintf(conv, sizeof conv, "%s.downsample.0", name);
        snprintf(norm, sizeof norm, "%s.downsample.1", name);
        shortcut = add_conv(b, conv, norm,
                            (struct made){.from = from, .shortcut = -1, .filters = out, .kernel = 1, .stride = stride});
    }
    for (int i = 0; i < convs; i++) {
        bool last = i == convs - 1, strided = i == (convs == 2 ? 0 : 1);
        snprintf(conv, sizeof conv, "%s.conv%d", name, i + 1);
        snprintf(norm, sizeof norm, "%s.bn%d", name, i + 1);
        at = add_conv(b, conv, norm,
                      (struct made){.from = at,
                                    .shortcut = last ? shortcut : -1,
                                    .filters = last ? out : width,
                                    .kernel = convs == 3 && i != 1 ? 1 : 3,
                                    .stride = strided ? stride : 1,
                                    .activation = ACTIVATION_RELU});
    }
    return at;
}

static void build_resnet(void *user, const struct arch *a) {
    struct builder *b = user;
    bool small = b->size < 64; /* the CIFAR stem */
    int at = add_conv(b, "conv1", "bn1",
                      (struct made){.shortcut = -1,
                                    .filters = (size_t)b->width,
                                    .kernel = small ? 3 : 7,
                                    .stride = small ? 1 : 2,
                                    .activation = ACTIVATION_RELU});
    if (!small) {
        at = add_pool(b, NET_MAX_POOL, at, 3, 2, 0);
    }
    for (int stage = 0; stage < 4; stage++) {
        for (int i = 0; i < a->blocks[stage]; i++) {
            at = add_block(b, a->expansion, stage, i, at, (size_t)b->width << stage);
        }
    }
    b->net->embedding = add_pool(b, NET_AVERAGE_POOL, at, 1, 1, 1);
}

/* Stages of EfficientNet-Lite0: repeats, kernel, stride, expansion, filters (Tan and Le 2019, table 1, without
 * squeeze-and-excitation and with ReLU6). */
static const struct inverted {
    int repeats, kernel, stride, expansion, filters;
} lite0[] = {{1, 3, 1, 1, 16},  {2, 3, 2, 6, 24},  {2, 5, 2, 6, 40}, {3, 3, 2, 6, 80},
             {3, 5, 1, 6, 112}, {4, 5, 2, 6, 192}, {1, 3, 1, 6, 320}};

static int add_inverted(struct builder *b, const struct inverted *s, int index, bool first, int from) {
    char conv[NET_NAME], norm[NET_NAME];
    if (b->failed) {
        return 0;
    }
    size_t in = b->net->values[from].channels, out = (size_t)s->filters;
    struct made m = {.from = from,
                     .shortcut = -1,
                     .filters = in * (size_t)s->expansion,
                     .kernel = 1,
                     .stride = 1,
                     .activation = ACTIVATION_RELU6,
                     .same = true};
    if (s->expansion > 1) {
        snprintf(conv, sizeof conv, "_blocks.%d._expand_conv", index);
        snprintf(norm, sizeof norm, "_blocks.%d._bn0", index);
        m.from = add_conv(b, conv, norm, m);
    }
    m.kernel = (size_t)s->kernel;
    m.stride = first ? (size_t)s->stride : 1;
    m.depthwise = true;
    snprintf(conv, sizeof conv, "_blocks.%d._depthwise_conv", index);
    snprintf(norm, sizeof norm, "_blocks.%d._bn1", index);
    m.from = add_conv(b, conv, norm, m);
    snprintf(conv, sizeof conv, "_blocks.%d._project_conv", index);
    snprintf(norm, sizeof norm, "_blocks.%d._bn2", index);
    return add_conv(b, conv, norm,
                    (struct made){.from = m.from,
                                  .shortcut = m.stride == 1 && in == out ? from : -1,
                                  .filters = out,
                                  .kernel = 1,
                                  .stride = 1,
                                  .same = true});
}

static void build_lite0(void *user, const struct arch *a) {
    struct builder *b = user;
    struct made m = {.shortcut = -1,
                     .filters = (size_t)a->width,
                     .kernel = 3,
                     .stride = 2,
                     .activation = ACTIVATION_RELU6,
                     .same = true};
    int index = 0;
    b->net->epsilon = 1e-3F;
    m.from = add_conv(b, "_conv_stem", "_bn0", m);
    for (size_t i = 0; i < sizeof lite0 / sizeof *lite0; i++) {
        for (int r = 0; r < lite0[i].repeats; r++) {
            m.from = add_inverted(b, &lite0[i], index++, r == 0, m.from);
        }
    }
    m.filters = 1280;
    m.kernel = m.stride = 1;
    m.from = add_conv(b, "_conv_head", "_bn1", m);
    b->net->embedding = add_pool(b, NET_AVERAGE_POOL, m.from, 1, 1, 1);
}

static const struct arch archs[] = {
    {"cnn", 32, 2, 256, 16, true, "four 3x3 convolutions, embedding pooled to 2x2 places", build_cnn, {0}, 0},
    {"resnet18", 64, 2, 256, 16, true, "He et al. 2016, basic blocks", build_resnet, {2, 2, 2, 2}, 1},
    {"resnet50", 64, 2, 256, 16, true, "He et al. 2016, bottleneck blocks", build_resnet, {3, 4, 6, 3}, 4},
    {"efficientnet_lite0", 32, 32, 32, 32, false, "Tan and Le 2019, for weights learnt elsewhere", build_lite0, {0}, 0},
};

const struct arch *arch_at(size_t i) {
    return i < sizeof archs / sizeof *archs ? &archs[i] : NULL;
}

const struct arch *arch_find(const char *name) {
    for (size_t i = 0; i < sizeof archs / sizeof *archs; i++) {
        if (strcmp(archs[i].name, name) == 0) {
            return &archs[i];
        }
    }
    return NULL;
}

#define SIZE_MOST 1024

enum err_code arch_build(const struct arch *a, int width, int size, int channels, int head, struct net **out,
                         struct err *e) {
    width = width ? width : a->width;
    if (width < a->width_least || width > a->width_most) {
        return err_set(e, ERR_VALUE, "width is %d; for %s it must be %d to %d", width, a->name, a->width_least,
                       a->width_most);
    }
    if (size < a->size_least || size > SIZE_MOST) {
        return err_set(e, ERR_VALUE, "pictures of %d pixels; %s takes %d to %d", size, a->name, a->size_least,
                       SIZE_MOST);
    }
    struct builder b = {calloc(1, sizeof *b.net), width, size, head, false};
    struct net *n = b.net;
    if (!n) {
        return err_nomem(e);
    }
    n->epsilon = NORM_EPSILON;
    n->momentum = .1F;
    add_value(&b, (size_t)size, (size_t)size, (size_t)channels);
    a->build(&b, a);
    n->output = n->embedding;
    if (head > 0) {
        size_t hidden = b.failed ? 0 : n->values[n->embedding].channels;
        int at = add_linear(&b, "head.0", n->embedding, hidden, true);
        n->output = add_linear(&b, "head.2", at, (size_t)head, false);
    }
    n->parameters = b.failed ? NULL : calloc(n->parameter_count + n->state_count, sizeof *n->parameters);
    if (!n->parameters) {
        net_free(n);
        return err_nomem(e);
    }
    n->state = n->parameters + n->parameter_count;
    *out = n;
    return ERR_OK;
}
