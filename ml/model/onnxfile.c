/* Layers to nodes. Messages are built in an arena, whose failure is asked for once at the end (a message that could not
 * be made is NULL, and what would go into it is dropped); tensors are pointed to where they are. protobuf-c's one room
 * within ml: onnx.pb-c.h is made from onnx.proto by its compiler. */
#include "ml/model/onnxfile.h"

#include "base/arena.h"
#include "base/file.h"
#include "ml/model/encoder_parts.h"

#include "ml/model/onnx.pb-c.h"

#include <stdlib.h>
#include <string.h>

#define IR_VERSION 7
#define OPERATOR_SET 13
#define FILE_MOST ((size_t)1 << 31) /* of a protobuf message */
#define ATTRIBUTES_MOST 4
#define NODES_OF_LAYER 4
#define FURTHER 32 /* nodes, and tensors, that are of no layer */

struct writer {
    struct arena arena;
    const struct backbone *b;
    Onnx__GraphProto graph;
};

/* inputs: up to a NULL. The node's output has a name of its own; there is room for another. */
static Onnx__NodeProto *add_node(struct writer *w, const char *type, const char *const *inputs) {
    size_t count = 0;
    while (inputs[count]) {
        count++;
    }
    Onnx__NodeProto *n = arena_alloc(&w->arena, sizeof *n);
    char **names = arena_alloc(&w->arena, (count + 2) * sizeof *names);
    Onnx__AttributeProto **attributes = arena_alloc(&w->arena, ATTRIBUTES_MOST * sizeof(void *));
    if (!n || !names || !attributes) {
        return NULL;
    }
    onnx__node_proto__init(n);
    for (size_t i = 0; i < count; i++) {
        names[i] = arena_strdup(&w->arena, inputs[i]);
    }
    names[count] = arena_printf(&w->arena, "%s_%zu", type, w->graph.n_node);
    n->op_type = arena_strdup(&w->arena, type);
    n->name = names[count];
    n->input = names;
    n->n_input = count;
    n->output = names + count;
    n->n_output = 1;
    n->attribute = attributes;
    w->graph.node[w->graph.n_node++] = n;
    return n;
}

static const char *output_of(const Onnx__NodeProto *n) {
    return n ? n->output[0] : "";
}

/* A node without attributes; its output. */
static const char *apply(struct writer *w, const char *type, const char *a, const char *b) {
    return output_of(add_node(w, type, (const char *const[]){a, b, NULL}));
}

static Onnx__AttributeProto *add_attribute(struct writer *w, Onnx__NodeProto *n, const char *name,
                                           Onnx__AttributeProto__AttributeType type) {
    Onnx__AttributeProto *a = n ? arena_alloc(&w->arena, sizeof *a) : NULL;
    if (a) {
        onnx__attribute_proto__init(a);
        a->name = arena_strdup(&w->arena, name);
        a->type = type;
        n->attribute[n->n_attribute++] = a;
    }
    return a;
}

static void set_ints(struct writer *w, Onnx__NodeProto *n, const char *name, const size_t *values, size_t count) {
    Onnx__AttributeProto *a = add_attribute(w, n, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS);
    int64_t *ints = a ? arena_alloc(&w->arena, count * sizeof *ints) : NULL;
    for (size_t i = 0; ints && i < count; i++) {
        ints[i] = (int64_t)values[i];
    }
    if (ints) {
        a->ints = ints;
        a->n_ints = count;
    }
}

static void set_int(struct writer *w, Onnx__NodeProto *n, const char *name, size_t value) {
    Onnx__AttributeProto *a = add_attribute(w, n, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);
    if (a) {
        a->i = (int64_t)value;
    }
}

/* The values are not copied. */
static const char *add_values(struct writer *w, const char *name, const size_t *shape, int rank, int type,
                              const void *values, size_t each) {
    Onnx__TensorProto *t = arena_alloc(&w->arena, sizeof *t);
    int64_t *dims = arena_alloc(&w->arena, ((size_t)rank + 1) * sizeof *dims);
    if (t && dims) {
        onnx__tensor_proto__init(t);
        for (int i = 0; i < rank; i++) {
            dims[i] = (int64_t)shape[i];
            each *= shape[i];
        }
        t->dims = dims;
        t->n_dims = (size_t)rank;
        t->data_type = type;
        t->name = arena_strdup(&w->arena, name);
        t->raw_data = (ProtobufCBinaryData){each, (uint8_t *)values};
        w->graph.initializer[w->graph.n_initializer++] = t;
    }
    return name;
}

static const char *add_tensor(struct writer *w, const char *name, const size_t *shape, int rank, const float *values) {
    return add_values(w, name, shape, rank, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, values, sizeof *values);
}

/* Whole numbers, which are copied. */
static const char *add_wholes(struct writer *w, const char *name, const int64_t *values, size_t count) {
    int64_t *copy = arena_alloc(&w->arena, count * sizeof *copy);
    if (copy) {
        memcpy(copy, values, count * sizeof *copy);
        add_values(w, name, &count, 1, ONNX__TENSOR_PROTO__DATA_TYPE__INT64, copy, sizeof *copy);
    }
    return name;
}

static Onnx__ValueInfoProto **describe(struct writer *w, const char *name, const size_t *sizes, size_t rank) {
    Onnx__ValueInfoProto **list = arena_alloc(&w->arena, sizeof *list), *v = arena_alloc(&w->arena, sizeof *v);
    Onnx__TypeProto *type = arena_alloc(&w->arena, sizeof *type);
    Onnx__TypeProto__Tensor *tensor = arena_alloc(&w->arena, sizeof *tensor);
    Onnx__TensorShapeProto *shape = arena_alloc(&w->arena, sizeof *shape);
    Onnx__TensorShapeProto__Dimension *dims = arena_alloc(&w->arena, (rank + 1) * sizeof *dims);
    Onnx__TensorShapeProto__Dimension **rows = arena_alloc(&w->arena, (rank + 1) * sizeof *rows);
    if (!list || !v || !type || !tensor || !shape || !dims || !rows) {
        return list;
    }
    onnx__value_info_proto__init(v);
    onnx__type_proto__init(type);
    onnx__type_proto__tensor__init(tensor);
    onnx__tensor_shape_proto__init(shape);
    for (size_t i = 0; i <= rank; i++) {
        rows[i] = &dims[i];
        onnx__tensor_shape_proto__dimension__init(rows[i]);
        dims[i].value_case = i ? ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE
                               : ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
        if (i) {
            dims[i].dim_value = (int64_t)sizes[i - 1];
        } else {
            dims[i].dim_param = arena_strdup(&w->arena, "n");
        }
    }
    shape->dim = rows;
    shape->n_dim = rank + 1;
    tensor->elem_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
    tensor->shape = shape;
    type->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    type->tensor_type = tensor;
    v->name = arena_strdup(&w->arena, name);
    v->type = type;
    list[0] = v;
    return list;
}

static const char *tensor_at(const struct net *n, size_t begin, bool state) {
    for (size_t i = 0; i < n->tensor_count; i++) {
        if (n->tensors[i].begin == begin && n->tensors[i].state == state) {
            return n->tensors[i].name;
        }
    }
    return "";
}

static const float zero = 0, six = 6, least = 1e-6F; /* least: of a length */

/* Convolution, norm, shortcut, activation. */
static const char *write_conv(struct writer *w, const struct net_layer *l, const char *x, const char *shortcut) {
    const struct net *net = w->b->net;
    const struct conv *c = &l->conv;
    size_t tall = (c->out_height - 1) * c->stride + c->kernel, wide = (c->out_width - 1) * c->stride + c->kernel;
    size_t bottom = tall > c->height + c->pad ? tall - c->height - c->pad : 0;
    size_t right = wide > c->width + c->pad ? wide - c->width - c->pad : 0;
    Onnx__NodeProto *conv = add_node(w, "Conv", (const char *const[]){x, tensor_at(net, l->weights, false), NULL});
    set_ints(w, conv, "kernel_shape", (const size_t[]){c->kernel, c->kernel}, 2);
    set_ints(w, conv, "strides", (const size_t[]){c->stride, c->stride}, 2);
    set_ints(w, conv, "pads", (const size_t[]){c->pad, c->pad, bottom, right}, 4);
    set_int(w, conv, "group", c->depthwise ? c->channels : 1);
    Onnx__NodeProto *norm =
        add_node(w, "BatchNormalization",
                 (const char *const[]){output_of(conv), tensor_at(net, l->scale, false), tensor_at(net, l->bias, false),
                                       tensor_at(net, l->mean, true), tensor_at(net, l->variance, true), NULL});
    Onnx__AttributeProto *epsilon = add_attribute(w, norm, "epsilon", ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT);
    if (epsilon) {
        epsilon->f = net->epsilon;
    }
    const char *y = output_of(norm);
    y = shortcut ? apply(w, "Add", y, shortcut) : y;
    switch (l->activation) {
    case ACTIVATION_RELU:
        return apply(w, "Relu", y, NULL);
    case ACTIVATION_RELU6:
        return output_of(add_node(w, "Clip", (const char *const[]){y, "zero", "six", NULL}));
    case ACTIVATION_NONE:
        break;
    }
    return y;
}

/* Adaptive pooling to two cells a side is plain pooling whose windows meet, or overlap by one where the side is odd. */
static const char *write_pool(struct writer *w, const struct net_layer *l, const char *x) {
    const struct pool *p = &l->pool;
    bool greatest = l->kind == NET_MAX_POOL;
    if (!greatest && p->out_height == 1) {
        return apply(w, "GlobalAveragePool", x, NULL);
    }
    size_t kernel = greatest ? p->kernel : (p->height + 1) / 2, stride = greatest ? p->stride : p->height / 2;
    size_t pad = greatest ? p->pad : 0;
    Onnx__NodeProto *n = add_node(w, greatest ? "MaxPool" : "AveragePool", (const char *const[]){x, NULL});
    set_ints(w, n, "kernel_shape", (const size_t[]){kernel, kernel}, 2);
    set_ints(w, n, "strides", (const size_t[]){stride, stride}, 2);
    set_ints(w, n, "pads", (const size_t[]){pad, pad, pad, pad}, 4);
    return output_of(n);
}

/* Rows to unit length. */
static const char *write_normalise(struct writer *w, const char *x) {
    Onnx__NodeProto *length = add_node(w, "ReduceL2", (const char *const[]){x, NULL});
    set_ints(w, length, "axes", (const size_t[]){1}, 1);
    return apply(w, "Div", x, apply(w, "Max", output_of(length), "least"));
}

/* Ink, as canvas_fill has it: the distance from the median of the outermost ring of pixels. */
static const char *write_ink(struct writer *w) {
    int64_t places[4 * CANVAS_MOST], side = w->b->size, ring = 0;
    for (int64_t i = 0; i < side * side; i++) {
        if (i / side % (side - 1) == 0 || i % side % (side - 1) == 0) {
            places[ring++] = i;
        }
    }
    const int64_t upper = ring - ring / 2, middle = upper - 1, axes[] = {2, 3};
    Onnx__NodeProto *border =
        add_node(w, "Gather",
                 (const char *const[]){apply(w, "Flatten", "pictures", NULL),
                                       add_wholes(w, "border.places", places, (size_t)ring), NULL});
    set_int(w, border, "axis", 1);
    Onnx__NodeProto *sorted =
        add_node(w, "TopK", (const char *const[]){output_of(border), add_wholes(w, "border.upper", &upper, 1), NULL});
    if (sorted) {
        sorted->output[sorted->n_output++] = arena_strdup(&w->arena, "places");
    }
    Onnx__NodeProto *median = add_node(
        w, "Gather", (const char *const[]){output_of(sorted), add_wholes(w, "border.middle", &middle, 1), NULL});
    set_int(w, median, "axis", 1);
    const char *ground = apply(w, "Unsqueeze", output_of(median), add_wholes(w, "border.axes", axes, 2));
    return apply(w, "Abs", apply(w, "Sub", "pictures", ground), NULL);
}

/* From pixels of 0..1 to what the first layer sees. */
static const char *write_input(struct writer *w) {
    const struct backbone *b = w->b;
    const size_t shape[] = {1, (size_t)b->channels, 1, 1};
    bool ink = b->preset.deskew && b->channels == 1 && b->size <= CANVAS_MOST;
    const char *x = ink ? write_ink(w) : "pictures";
    x = apply(w, "Sub", x, add_tensor(w, "input.mean", shape, 4, b->mean));
    return apply(w, "Div", x, add_tensor(w, "input.deviation", shape, 4, b->deviation));
}

/* As backbone_embed ends; the last node's output is the graph's. */
static void write_finish(struct writer *w, const char *x) {
    const size_t width = (size_t)backbone_dimension(w->b);
    Onnx__NodeProto *turned = add_node(w, "Transpose", (const char *const[]){x, NULL}); /* channels are last here */
    set_ints(w, turned, "perm", (const size_t[]){0, 2, 3, 1}, 4);
    x = write_normalise(w, apply(w, "Flatten", output_of(turned), NULL));
    x = write_normalise(w, apply(w, "Sub", x, add_tensor(w, "embedding.centre", &width, 1, w->b->centre)));
    if (w->b->basis) {
        const size_t shape[] = {(size_t)w->b->kept, width};
        Onnx__NodeProto *n = add_node(
            w, "Gemm", (const char *const[]){x, add_tensor(w, "embedding.basis", shape, 2, w->b->basis), NULL});
        set_int(w, n, "transB", 1);
        write_normalise(w, output_of(n));
    }
    if (w->graph.n_node) {
        w->graph.node[w->graph.n_node - 1]->output[0] = arena_strdup(&w->arena, "vectors");
    }
}

static void write_graph(struct writer *w) {
    const struct backbone *b = w->b;
    const struct net *n = b->net;
    const char **values = arena_alloc(&w->arena, n->value_count * sizeof *values);
    w->graph.node = arena_alloc(&w->arena, (NODES_OF_LAYER * n->layer_count + FURTHER) * sizeof(void *));
    w->graph.initializer = arena_alloc(&w->arena, (n->tensor_count + FURTHER) * sizeof(void *));
    if (!values || !w->graph.node || !w->graph.initializer) {
        return;
    }
    if (n->layers[0].activation == ACTIVATION_RELU6) {
        add_tensor(w, "zero", NULL, 0, &zero);
        add_tensor(w, "six", NULL, 0, &six);
    }
    add_tensor(w, "least", NULL, 0, &least);
    for (size_t i = 0; i < n->tensor_count; i++) {
        const struct net_tensor *t = &n->tensors[i];
        add_tensor(w, t->name, t->shape, t->rank, (t->state ? n->state : n->parameters) + t->begin);
    }
    values[0] = write_input(w);
    for (size_t i = 0; i < n->layer_count; i++) {
        const struct net_layer *l = &n->layers[i];
        const char *x = values[l->from];
        values[l->to] = l->kind == NET_CONV ? write_conv(w, l, x, l->shortcut >= 0 ? values[l->shortcut] : NULL)
                                            : write_pool(w, l, x);
    }
    write_finish(w, values[n->embedding]);
    const size_t side = (size_t)b->size, width = (size_t)b->kept;
    w->graph.input = describe(w, "pictures", (const size_t[]){(size_t)b->channels, side, side}, 3);
    w->graph.output = describe(w, "vectors", &width, 1);
    w->graph.n_input = w->graph.n_output = 1;
    w->graph.name = arena_strdup(&w->arena, b->arch->name);
}

static enum err_code write_file(const Onnx__GraphProto *graph, const char *path, bool replace, struct err *e) {
    Onnx__ModelProto model = ONNX__MODEL_PROTO__INIT;
    Onnx__OperatorSetIdProto set = ONNX__OPERATOR_SET_ID_PROTO__INIT, *sets[] = {&set};
    char producer[] = "thanosql-kernel";
    Onnx__GraphProto copy = *graph;
    set.version = OPERATOR_SET;
    model.ir_version = IR_VERSION;
    model.producer_name = producer;
    model.graph = &copy;
    model.opset_import = sets;
    model.n_opset_import = 1;
    size_t len = onnx__model_proto__get_packed_size(&model);
    if (len >= FILE_MOST) {
        return err_set(e, ERR_MODEL, "the model is too large for an ONNX file (2 GiB)");
    }
    unsigned char *bytes = malloc(len);
    if (!bytes) {
        return err_nomem(e);
    }
    onnx__model_proto__pack(&model, bytes);
    (replace ? file_replace : file_create)(path, bytes, len, e);
    free(bytes);
    return e->code;
}

enum err_code onnxfile_write(const struct encoder *m, const char *path, bool replace, struct err *e) {
    struct writer w = {.arena = ARENA_INIT, .b = m->backbone, .graph = ONNX__GRAPH_PROTO__INIT};
    if (encoder_is_fixed(m)) {
        err_set(e, ERR_UNSUPPORTED, "the model %s the default features, which are no network that ONNX could hold",
                m->backbone ? "joins a network with" : "is of");
        return err_hint(e, "as .safetensors it can be written, and read again");
    }
    write_graph(&w);
    if (arena_failed(&w.arena)) {
        err_nomem(e);
    } else {
        write_file(&w.graph, path, replace, e);
    }
    arena_release(&w.arena);
    return e->code;
}
