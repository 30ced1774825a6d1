/* safetensors in and out. The file is read whole, the header is turned into rows of tensors and notes, and the tensors
 * stay where they were read. Jansson's one room within ml. */
#include "ml/model/modelfile.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "tensors are read and written as they lie in memory");
_Static_assert(sizeof(float) == 4, "F32 is float");

#define METADATA "__metadata__"

struct tensor {
    char *name;
    struct modelfile_shape shape;
    size_t count;      /* values */
    size_t begin, end; /* bytes within the data */
    const float *values;
};

struct note {
    char *key, *value;
};

struct modelfile {
    struct tensor *tensors;
    struct note *notes;
    size_t tensor_count, tensor_room, note_count, note_room;
    struct buf bytes; /* of the file that was read */
};

struct modelfile *modelfile_new(void) {
    return calloc(1, sizeof(struct modelfile));
}

void modelfile_free(struct modelfile *m) {
    if (!m) {
        return;
    }
    for (size_t i = 0; i < m->tensor_count; i++) {
        free(m->tensors[i].name);
    }
    for (size_t i = 0; i < m->note_count; i++) {
        free(m->notes[i].key);
        free(m->notes[i].value);
    }
    free(m->tensors);
    free(m->notes);
    buf_release(&m->bytes);
    free(m);
}

/* Room for one more row. */
static void *grown(void *rows, size_t count, size_t *room, size_t row) {
    if (count < *room) {
        return rows;
    }
    size_t more = *room ? *room * 2 : 16;
    void *larger = realloc(rows, more * row);
    *room = larger ? more : *room;
    return larger;
}

/* Bytes of a name that an error message shows. */
static int shown(const char *name) {
    size_t len = strlen(name);
    return (int)(len > 80 ? utf8_cut(name, 80) : len);
}

static const struct tensor *tensor_find(const struct modelfile *m, const char *name) {
    for (size_t i = 0; i < m->tensor_count; i++) {
        if (strcmp(m->tensors[i].name, name) == 0) {
            return &m->tensors[i];
        }
    }
    return NULL;
}

static struct note *note_find(const struct modelfile *m, const char *key) {
    for (size_t i = 0; i < m->note_count; i++) {
        if (strcmp(m->notes[i].key, key) == 0) {
            return &m->notes[i];
        }
    }
    return NULL;
}

/* Number of values of a shape; false where they would not fit into a file. */
static bool shape_count(const struct modelfile_shape *shape, size_t *count) {
    const size_t most = MODELFILE_MOST / sizeof(float);
    size_t product = 1;
    for (int i = 0; i < shape->rank; i++) {
        if (shape->sizes[i] > most || (shape->sizes[i] && product > most / shape->sizes[i])) {
            return false;
        }
        product *= shape->sizes[i];
    }
    *count = product;
    return true;
}

static enum err_code append_tensor(struct modelfile *m, const struct tensor *t, const char *name, struct err *e) {
    struct tensor *rows = grown(m->tensors, m->tensor_count, &m->tensor_room, sizeof *rows);
    char *copy = rows ? strdup(name) : NULL;
    m->tensors = rows ? rows : m->tensors;
    if (!copy) {
        return err_nomem(e);
    }
    rows[m->tensor_count] = *t;
    rows[m->tensor_count++].name = copy;
    return ERR_OK;
}

static enum err_code append_note(struct modelfile *m, const char *key, const char *value, struct err *e) {
    struct note *rows = grown(m->notes, m->note_count, &m->note_room, sizeof *rows);
    m->notes = rows ? rows : m->notes;
    struct note n = {rows ? strdup(key) : NULL, rows ? strdup(value) : NULL};
    if (!n.key || !n.value) {
        free(n.key);
        free(n.value);
        return err_nomem(e);
    }
    rows[m->note_count++] = n;
    return ERR_OK;
}

enum err_code modelfile_add_tensor(struct modelfile *m, const char *name, const size_t *shape, int rank,
                                   const float *values, struct err *e) {
    struct tensor t = {.shape.rank = rank, .values = values};
    if (!*name || strcmp(name, METADATA) == 0 || !utf8_valid(name, strlen(name))) {
        return err_set(e, ERR_MODEL, "'%.*s' cannot be a tensor's name", shown(name), name);
    }
    if (tensor_find(m, name)) {
        return err_set(e, ERR_MODEL, "the model has a tensor '%.*s' already", shown(name), name);
    }
    if (rank < 0 || rank > MODELFILE_RANK_MOST) {
        return err_set(e, ERR_MODEL, "tensor '%.*s' has %d dimensions; at most %d", shown(name), name, rank,
                       MODELFILE_RANK_MOST);
    }
    for (int i = 0; i < rank; i++) {
        t.shape.sizes[i] = shape[i];
    }
    if (!shape_count(&t.shape, &t.count)) {
        return err_set(e, ERR_MODEL, "tensor '%.*s' is too large for a file", shown(name), name);
    }
    return append_tensor(m, &t, name, e);
}

enum err_code modelfile_set_note(struct modelfile *m, const char *key, const char *value, struct err *e) {
    if (!utf8_valid(key, strlen(key)) || !utf8_valid(value, strlen(value))) {
        return err_set(e, ERR_MODEL, "note '%.*s' is not UTF-8", shown(key), key);
    }
    struct note *n = note_find(m, key);
    if (!n) {
        return append_note(m, key, value, e);
    }
    char *copy = strdup(value);
    if (!copy) {
        return err_nomem(e);
    }
    free(n->value);
    n->value = copy;
    return ERR_OK;
}

/* NaN and the infinities have all bits of the exponent set. */
static bool all_finite(const float *values, size_t count) {
    uint32_t bad = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        bad |= (bits & 0x7f800000u) == 0x7f800000u;
    }
    return !bad;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct tensor *)a)->name, ((const struct tensor *)b)->name);
}

static json_t *tensor_to_json(const struct tensor *t) {
    json_t *sizes = json_array();
    for (int i = 0; i < t->shape.rank; i++) {
        if (json_array_append_new(sizes, json_integer((json_int_t)t->shape.sizes[i]))) {
            json_decref(sizes);
            return NULL;
        }
    }
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", "F32", "shape", sizes, "data_offsets", (json_int_t)t->begin,
                     (json_int_t)t->end);
}

static int add_text(const char *text, size_t len, void *user) {
    buf_add(user, text, len);
    return buf_ok(user) ? 0 : -1;
}

/* The JSON header, its keys in order, and the spaces behind it. */
static enum err_code write_header(const struct modelfile *m, struct buf *out, struct err *e) {
    json_t *header = json_object(), *notes = m->note_count ? json_object() : NULL;
    int failed = !header || (m->note_count && !notes);
    for (size_t i = 0; i < m->note_count && !failed; i++) {
        failed = json_object_set_new(notes, m->notes[i].key, json_string(m->notes[i].value));
    }
    if (notes) {
        failed |= json_object_set_new(header, METADATA, notes);
    }
    for (size_t i = 0; i < m->tensor_count && !failed; i++) {
        failed = json_object_set_new(header, m->tensors[i].name, tensor_to_json(&m->tensors[i]));
    }
    failed = failed || json_dump_callback(header, add_text, out, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(header);
    buf_add(out, "       ", (8 - out->len % 8) % 8);
    return failed || !buf_ok(out) ? err_nomem(e) : ERR_OK;
}

/* Tensors in order of their names get their places. */
static enum err_code lay_out(struct modelfile *m, struct err *e) {
    size_t at = 0;
    if (m->tensor_count) {
        qsort(m->tensors, m->tensor_count, sizeof *m->tensors, by_name);
    }
    for (size_t i = 0; i < m->tensor_count; i++) {
        struct tensor *t = &m->tensors[i];
        if (!all_finite(t->values, t->count)) {
            return err_set(e, ERR_MODEL, "tensor '%.*s' holds a value that is not a finite number", shown(t->name),
                           t->name);
        }
        t->begin = at;
        at += t->count * sizeof(float);
        t->end = at;
        if (at > MODELFILE_MOST) {
            return err_set(e, ERR_MODEL, "the model is too large for a file (2 GiB)");
        }
    }
    return ERR_OK;
}

enum err_code modelfile_write(struct modelfile *m, const char *path, struct err *e) {
    struct buf out = BUF_INIT;
    if (lay_out(m, e)) {
        return e->code;
    }
    buf_add(&out, "\0\0\0\0\0\0\0", 8);
    if (write_header(m, &out, e)) {
        buf_release(&out);
        return e->code;
    }
    size_t header = out.len - 8;
    for (unsigned i = 0; i < 8; i++) {
        out.data[i] = (char)((uint64_t)header >> 8 * i);
    }
    for (size_t i = 0; i < m->tensor_count; i++) {
        buf_add(&out, m->tensors[i].values, m->tensors[i].count * sizeof(float));
    }
    if (!buf_ok(&out)) {
        err_nomem(e);
    } else if (header > MODELFILE_HEADER_MOST || out.len > MODELFILE_MOST) {
        err_set(e, ERR_MODEL, "the model is too large for a file (header 16 MiB, all 2 GiB)");
    } else {
        file_replace(path, out.data, out.len, e);
    }
    buf_release(&out);
    return e->code;
}

static enum err_code read_notes(struct modelfile *m, json_t *notes, const char *path, struct err *e) {
    const char *key = NULL;
    json_t *value = NULL;
    if (!json_is_object(notes)) {
        return err_set(e, ERR_MODEL, "model file '%s': " METADATA " is not an object", path);
    }
    json_object_foreach(notes, key, value) {
        if (!json_is_string(value)) {
            return err_set(e, ERR_MODEL, "model file '%s': note '%.*s' is not text", path, shown(key), key);
        }
        if (append_note(m, key, json_string_value(value), e)) {
            return e->code;
        }
    }
    return ERR_OK;
}

/* A whole number that is not negative, or false. */
static bool read_size(const json_t *value, size_t *out) {
    json_int_t n = json_integer_value(value);
    if (!json_is_integer(value) || n < 0 || (uint64_t)n > SIZE_MAX) {
        return false;
    }
    *out = (size_t)n;
    return true;
}

/* One entry of the header. What is wrong with it, or NULL. */
static const char *read_tensor(struct tensor *t, json_t *entry, size_t data) {
    const json_t *sizes = json_object_get(entry, "shape"), *offsets = json_object_get(entry, "data_offsets");
    const char *type = json_string_value(json_object_get(entry, "dtype"));
    if (!json_is_object(entry) || json_object_size(entry) != 3 || !type || !json_is_array(sizes) ||
        !json_is_array(offsets) || json_array_size(offsets) != 2) {
        return "needs dtype, shape and two data_offsets, and nothing else";
    }
    if (strcmp(type, "F32") != 0) {
        return "is not of type F32";
    }
    if (json_array_size(sizes) > MODELFILE_RANK_MOST) {
        return "has too many dimensions";
    }
    t->shape.rank = (int)json_array_size(sizes);
    for (int i = 0; i < t->shape.rank; i++) {
        if (!read_size(json_array_get(sizes, (size_t)i), &t->shape.sizes[i])) {
            return "has a size that is no whole number";
        }
    }
    if (!shape_count(&t->shape, &t->count)) {
        return "has a shape that is too large";
    }
    if (!read_size(json_array_get(offsets, 0), &t->begin) || !read_size(json_array_get(offsets, 1), &t->end) ||
        t->begin > t->end || t->end > data) {
        return "lies outside of the file";
    }
    return t->end - t->begin == t->count * sizeof(float) ? NULL : "has a shape that is not that of its data";
}

static int by_place(const void *a, const void *b) {
    const struct tensor *x = a, *y = b;
    if (x->begin != y->begin) {
        return x->begin < y->begin ? -1 : 1;
    }
    return (x->end > y->end) - (x->end < y->end);
}

/* Sorted by place, each must begin where the one before ended, and the last must end with the file. */
static enum err_code check_places(struct modelfile *m, size_t data, const char *path, struct err *e) {
    size_t at = 0;
    if (m->tensor_count) {
        qsort(m->tensors, m->tensor_count, sizeof *m->tensors, by_place);
    }
    for (size_t i = 0; i < m->tensor_count; i++) {
        const struct tensor *t = &m->tensors[i];
        if (t->begin != at) {
            return err_set(e, ERR_MODEL, "model file '%s': tensor '%.*s' %s", path, shown(t->name), t->name,
                           t->begin < at ? "overlaps another one" : "comes after a gap");
        }
        at = t->end;
    }
    if (at != data) {
        return err_set(e, ERR_MODEL, "model file '%s': %zu bytes belong to no tensor", path, data - at);
    }
    return ERR_OK;
}

static enum err_code read_header(struct modelfile *m, json_t *header, size_t data, const char *path, struct err *e) {
    const char *name = NULL;
    json_t *entry = NULL;
    json_object_foreach(header, name, entry) {
        if (strcmp(name, METADATA) == 0) {
            if (read_notes(m, entry, path, e)) {
                return e->code;
            }
            continue;
        }
        struct tensor t = {0};
        const char *wrong = *name ? read_tensor(&t, entry, data) : "has no name";
        if (wrong) {
            return err_set(e, ERR_MODEL, "model file '%s': tensor '%.*s' %s", path, shown(name), name, wrong);
        }
        if (append_tensor(m, &t, name, e)) {
            return e->code;
        }
    }
    return check_places(m, data, path, e);
}

/* Point the tensors at their values. Other writers may leave them unaligned; then they move to where the header was. */
static enum err_code attach_values(struct modelfile *m, size_t begin, const char *path, struct err *e) {
    if (begin % 8) {
        memmove(m->bytes.data + 8, m->bytes.data + begin, m->bytes.len - begin);
        begin = 8;
    }
    for (size_t i = 0; i < m->tensor_count; i++) {
        struct tensor *t = &m->tensors[i];
        t->values = (const float *)(const void *)(m->bytes.data + begin + t->begin);
        if (!all_finite(t->values, t->count)) {
            return err_set(e, ERR_MODEL, "model file '%s': tensor '%.*s' holds a value that is not a finite number",
                           path, shown(t->name), t->name);
        }
    }
    return ERR_OK;
}

static enum err_code read_model(struct modelfile *m, const char *path, struct err *e) {
    uint64_t len = 0;
    if (file_read(path, MODELFILE_MOST, &m->bytes, e)) {
        return e->code;
    }
    for (unsigned i = 0; i < 8 && m->bytes.len >= 8; i++) {
        len |= (uint64_t)(unsigned char)m->bytes.data[i] << 8 * i;
    }
    if (len < 2 || len > MODELFILE_HEADER_MOST || len > m->bytes.len - 8 || m->bytes.data[8] != '{') {
        return err_set(e, ERR_MODEL, "'%s' is no model file, or is damaged: no header", path);
    }
    json_error_t why;
    json_t *header = json_loadb(m->bytes.data + 8, (size_t)len, JSON_REJECT_DUPLICATES, &why);
    if (!header) {
        return err_set(e, ERR_MODEL, "model file '%s': damaged header: %s", path, why.text);
    }
    size_t begin = 8 + (size_t)len;
    read_header(m, header, m->bytes.len - begin, path, e);
    json_decref(header);
    return e->code ? e->code : attach_values(m, begin, path, e);
}

enum err_code modelfile_open(const char *path, struct modelfile **out, struct err *e) {
    struct modelfile *m = modelfile_new();
    struct err why = ERR_INIT;
    if (!m) {
        return err_nomem(e);
    }
    if (read_model(m, path, &why)) {
        modelfile_free(m);
        err_set(e, why.code, "%s", why.message);
        return err_hint(e, "%s", why.hint);
    }
    *out = m;
    return ERR_OK;
}

const float *modelfile_tensor(const struct modelfile *m, const char *name, struct modelfile_shape *shape) {
    const struct tensor *t = tensor_find(m, name);
    if (t && shape) {
        *shape = t->shape;
    }
    return t ? t->values : NULL;
}

enum err_code modelfile_require(const struct modelfile *m, const char *name, size_t *sizes, int rank,
                                const float **values, struct err *e) {
    const struct tensor *t = tensor_find(m, name);
    if (!t) {
        return err_set(e, ERR_MODEL, "the model has no tensor '%.*s'", shown(name), name);
    }
    if (t->shape.rank != rank) {
        return err_set(e, ERR_MODEL, "tensor '%.*s' has %d dimensions, not %d", shown(name), name, t->shape.rank, rank);
    }
    for (int i = 0; i < rank; i++) {
        if (sizes[i] && sizes[i] != t->shape.sizes[i]) {
            return err_set(e, ERR_MODEL, "tensor '%.*s' is %zu long in dimension %d, not %zu", shown(name), name,
                           t->shape.sizes[i], i, sizes[i]);
        }
    }
    for (int i = 0; i < rank; i++) {
        sizes[i] = t->shape.sizes[i];
    }
    *values = t->values;
    return ERR_OK;
}

bool modelfile_note_at(const struct modelfile *m, size_t index, const char **key, const char **value) {
    if (index >= m->note_count) {
        return false;
    }
    *key = m->notes[index].key;
    *value = m->notes[index].value;
    return true;
}

const char *modelfile_note(const struct modelfile *m, const char *key) {
    const struct note *n = note_find(m, key);
    return n ? n->value : NULL;
}
