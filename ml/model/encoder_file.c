/* An encoder is its preset and some numbers, as metadata, and nine tensors. Loading makes an empty encoder of that
 * shape first, so that each tensor's size is known before a byte of it is read. */
#include "ml/model/encoder.h"

#include "ml/model/encoder_parts.h"
#include "ml/model/modelfile.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT "thanosql encoder 1" /* of the metadata and tensors below */
#define FORMAT_BACKBONE "thanosql backbone 1"
#define FORMAT_JOINED "thanosql joined 1" /* both */
#define JOINED_MOST 100                   /* of the weight */

/* The numbers that shape it, as notes. */
struct shape {
    int size, channels, components, dimension;
};
static const struct number {
    const char *key;
    size_t at;
    int least, most;
} numbers[] = {
    {"encoder.size", offsetof(struct shape, size), 1, CANVAS_MOST},
    {"encoder.channels", offsetof(struct shape, channels), 1, 3},
    {"encoder.components", offsetof(struct shape, components), 1, PROJECTION_COMPONENTS},
    {"encoder.dimension", offsetof(struct shape, dimension), 1, PROJECTION_COMPONENTS},
};
#define NUMBERS (sizeof numbers / sizeof *numbers)

/* What switches may have changed of the preset that the file names: how its views were drawn, and `mirror`, which
 * embedding needs too. A file without such a note is older than it, and has the preset as it was. */
static const struct amount {
    const char *key;
    size_t at;
    bool is_flag;
    float most;
} amounts[] = {
    {"augment.mirror", offsetof(struct preset, mirror), true, 1},
    {"augment.vertical_flip", offsetof(struct preset, vertical_flip), true, 1},
    {"augment.rotation", offsetof(struct preset, rotation), false, 4},
    {"augment.scale", offsetof(struct preset, scale), false, 1},
    {"augment.area_least", offsetof(struct preset, area_least), false, 1},
    {"augment.aspect", offsetof(struct preset, aspect), false, 4},
    {"augment.shear", offsetof(struct preset, shear), false, 4},
    {"augment.shift", offsetof(struct preset, shift), false, 1},
    {"augment.brightness", offsetof(struct preset, brightness), false, 1},
    {"augment.contrast", offsetof(struct preset, contrast), false, 1},
    {"augment.saturation", offsetof(struct preset, saturation), false, 1},
    {"augment.grey", offsetof(struct preset, grey), false, 1},
    {"augment.blur", offsetof(struct preset, blur), false, 1},
};
#define AMOUNTS (sizeof amounts / sizeof *amounts)

/* Where a tensor lives in an encoder. */
struct part {
    const char *name;
    float *values;
    size_t rows, columns; /* rows 0: a vector of `columns` */
};
#define PARTS 9

static size_t list_parts(struct encoder *m, struct part parts[PARTS]) {
    struct projection *p = &m->projection;
    struct stem *s = &p->stem;
    size_t n = 0, k = (size_t)p->components, d = m->layer.outputs, length = (size_t)s->length;
    parts[n++] = (struct part){"stem.mean", s->mean, 0, length};
    if (s->preset->texture) {
        size_t patch = DICTIONARY_PATCH;
        parts[n++] = (struct part){"dictionary.mean", s->dictionary.mean, 0, patch};
        parts[n++] = (struct part){"dictionary.whitening", s->dictionary.whitening, patch, patch};
        parts[n++] = (struct part){"dictionary.atoms", s->dictionary.atoms, DICTIONARY_ATOMS, patch};
    }
    parts[n++] = (struct part){"components.basis", p->basis, k, length};
    parts[n++] = (struct part){"components.offset", p->offset, 0, k};
    parts[n++] = (struct part){"layer.weights", m->layer.weights, k, d};
    parts[n++] = (struct part){"layer.bias", m->layer.bias, 0, d};
    parts[n++] = (struct part){"layer.centre", m->layer.centre, 0, d};
    return n;
}

/* All zeros, of a shape that was checked. */
static enum err_code make_empty(const struct preset *preset, const struct shape *shape, struct encoder **out,
                                struct err *e) {
    struct encoder *m = calloc(1, sizeof *m);
    if (!m) {
        return err_nomem(e);
    }
    struct projection *p = &m->projection;
    size_t k = (size_t)shape->components;
    m->preset = *preset;
    if (!stem_init(&p->stem, &m->preset, shape->size, shape->channels, e) &&
        !dense_init(&m->layer, k, (size_t)shape->dimension, e)) {
        p->components = shape->components;
        p->basis = calloc(k * (size_t)p->stem.length, sizeof *p->basis);
        p->offset = calloc(k, sizeof *p->offset);
        if (p->basis && p->offset) {
            *out = m;
            return ERR_OK;
        }
        err_nomem(e);
    }
    encoder_free(m);
    return e->code;
}

static enum err_code add_amounts(const struct preset *preset, struct modelfile *file, struct err *e) {
    char text[32];
    for (size_t i = 0; i < AMOUNTS; i++) {
        const char *at = (const char *)preset + amounts[i].at;
        double value = amounts[i].is_flag ? *(const bool *)at : (double)*(const float *)at;
        snprintf(text, sizeof text, "%.9g", value); /* nine digits give the float back */
        if (modelfile_set_note(file, amounts[i].key, text, e)) {
            break;
        }
    }
    return e->code;
}

static enum err_code add_notes(const struct encoder *m, struct modelfile *file, const char *const *notes,
                               struct err *e) {
    const struct stem *s = &m->projection.stem;
    const char *format = !m->backbone ? FORMAT : m->joined > 0 ? FORMAT_JOINED : FORMAT_BACKBONE;
    struct shape shape = {s->size, s->channels, m->projection.components, (int)m->layer.outputs};
    char text[16];
    for (size_t i = 0; notes && notes[i]; i += 2) {
        if (modelfile_set_note(file, notes[i], notes[i + 1] ? notes[i + 1] : "", e) || !notes[i + 1]) {
            break;
        }
    }
    /* Last, so that no note of the caller can stand in for them. */
    const struct preset *preset = encoder_is_fixed(m) ? s->preset : &m->backbone->preset;
    if (e->code || modelfile_set_note(file, "encoder.format", format, e) ||
        modelfile_set_note(file, "encoder.preset", preset->name, e) || add_amounts(preset, file, e)) {
        return e->code;
    }
    if (m->joined > 0) {
        snprintf(text, sizeof text, "%.9g", (double)m->joined);
        modelfile_set_note(file, "encoder.joined", text, e);
    }
    for (size_t i = 0; i < NUMBERS && encoder_is_fixed(m) && !e->code; i++) {
        snprintf(text, sizeof text, "%d", *(const int *)((const char *)&shape + numbers[i].at));
        if (modelfile_set_note(file, numbers[i].key, text, e)) {
            return e->code;
        }
    }
    return e->code;
}

enum err_code encoder_save(const struct encoder *m, const char *path, const char *const *notes, struct err *e) {
    struct encoder view = *m; /* list_parts hands out pointers to write to; the dictionary's are into the copy */
    struct part parts[PARTS];
    size_t count = encoder_is_fixed(m) ? list_parts(&view, parts) : 0;
    struct modelfile *file = modelfile_new();
    if (!file) {
        return err_nomem(e);
    }
    enum err_code code = add_notes(m, file, notes, e);
    code = !code && m->backbone ? backbone_store(m->backbone, file, e) : code;
    for (size_t i = 0; !code && i < count; i++) {
        size_t shape[2] = {parts[i].rows ? parts[i].rows : parts[i].columns, parts[i].columns};
        code = modelfile_add_tensor(file, parts[i].name, shape, parts[i].rows ? 2 : 1, parts[i].values, e);
    }
    code = code ? code : modelfile_write(file, path, e);
    modelfile_free(file);
    return code;
}

static enum err_code read_number(const struct modelfile *file, const char *path, const struct number *n,
                                 struct shape *shape, struct err *e) {
    const char *text = modelfile_note(file, n->key);
    char *end = NULL;
    long value = text ? strtol(text, &end, 10) : 0;
    if (!text || end == text || *end || value < n->least || value > n->most) {
        return err_set(e, ERR_MODEL, "%.200s: note \"%s\" is %.40s; it must be a number, %d to %d", path, n->key,
                       text ? text : "missing", n->least, n->most);
    }
    *(int *)((char *)shape + n->at) = (int)value;
    return ERR_OK;
}

static enum err_code read_amounts(const struct modelfile *file, const char *path, struct preset *preset,
                                  struct err *e) {
    for (size_t i = 0; i < AMOUNTS; i++) {
        const char *text = modelfile_note(file, amounts[i].key);
        char *end = NULL, *at = (char *)preset + amounts[i].at;
        float value = text ? strtof(text, &end) : 0;
        if (!text) {
            continue;
        }
        if (end == text || *end || !(value >= 0 && value <= amounts[i].most)) {
            return err_set(e, ERR_MODEL, "%.200s: note \"%s\" is %.40s; it must be a number, 0 to %g", path,
                           amounts[i].key, text, (double)amounts[i].most);
        }
        if (amounts[i].is_flag) {
            *(bool *)at = value > 0;
        } else {
            *(float *)at = value;
        }
    }
    const struct preset_switches unset = PRESET_UNSET;
    return preset_apply(preset, &unset, e); /* for what follows from the amounts */
}

static enum err_code read_preset(const struct modelfile *file, const char *path, struct preset *preset, struct err *e) {
    const char *name = modelfile_note(file, "encoder.preset");
    const struct preset *named = name ? preset_find(name) : NULL;
    if (!named) {
        return err_set(e, ERR_MODEL, "%.200s: there is no preset \"%.40s\"", path, name ? name : "");
    }
    *preset = *named;
    return read_amounts(file, path, preset, e);
}

/* Preset and numbers, which must fit each other. */
static enum err_code read_shape(const struct modelfile *file, const char *path, struct preset *preset,
                                struct shape *shape, struct err *e) {
    if (read_preset(file, path, preset, e)) {
        return e->code;
    }
    for (size_t i = 0; i < NUMBERS; i++) {
        if (read_number(file, path, &numbers[i], shape, e)) {
            return e->code;
        }
    }
    bool size = shape->size == preset->size || (preset->texture && shape->size == 2 * preset->size);
    bool channels = shape->channels == 1 || (shape->channels == 3 && !preset->deskew);
    if (!size || !channels || shape->dimension > shape->components) {
        return err_set(e, ERR_MODEL,
                       "%.200s: preset %s does not go with size %d, channels %d, components %d, dimension %d", path,
                       preset->name, shape->size, shape->channels, shape->components, shape->dimension);
    }
    return ERR_OK;
}

static enum err_code read_parts(const struct modelfile *file, struct encoder *m, struct err *e) {
    struct part parts[PARTS];
    size_t count = list_parts(m, parts);
    for (size_t i = 0; i < count; i++) {
        size_t shape[2] = {parts[i].rows ? parts[i].rows : parts[i].columns, parts[i].columns};
        size_t all = (parts[i].rows ? parts[i].rows : 1) * parts[i].columns;
        const float *values;
        if (modelfile_require(file, parts[i].name, shape, parts[i].rows ? 2 : 1, &values, e)) {
            return e->code;
        }
        memcpy(parts[i].values, values, all * sizeof *values);
    }
    if (m->projection.stem.preset->texture) {
        dictionary_finish(&m->projection.stem.dictionary);
    }
    return ERR_OK;
}

static enum err_code read_weight(const struct modelfile *file, const char *path, float *out, struct err *e) {
    const char *text = modelfile_note(file, "encoder.joined");
    char *end = NULL;
    *out = text ? strtof(text, &end) : 0;
    if (!text || end == text || *end || !(*out > 0 && *out <= JOINED_MOST)) {
        return err_set(e, ERR_MODEL, "%.200s: note \"encoder.joined\" is %.40s; it must be a number, above 0 to %d",
                       path, text ? text : "missing", JOINED_MOST);
    }
    return ERR_OK;
}

/* By its format: fixed features, a backbone, or both. */
static enum err_code read_encoder(const struct modelfile *file, const char *path, struct encoder **m, struct err *e) {
    const char *format = modelfile_note(file, "encoder.format");
    bool joined = format && !strcmp(format, FORMAT_JOINED), alone = format && !strcmp(format, FORMAT_BACKBONE);
    struct preset preset;
    struct shape shape = {0};
    if (!joined && !alone && (!format || strcmp(format, FORMAT) != 0)) {
        return err_set(e, ERR_MODEL, "%.200s is no encoder of this version (its format is %.60s, wanted: %s)", path,
                       format ? format : "missing", FORMAT);
    }
    if (alone) {
        *m = calloc(1, sizeof **m);
        return !*m                                   ? err_nomem(e)
               : read_preset(file, path, &preset, e) ? e->code
                                                     : backbone_restore(file, path, &preset, &(*m)->backbone, e);
    }
    if (read_shape(file, path, &preset, &shape, e) || make_empty(&preset, &shape, m, e) || read_parts(file, *m, e) ||
        !joined || read_weight(file, path, &(*m)->joined, e)) {
        return e->code;
    }
    return backbone_restore(file, path, &preset, &(*m)->backbone, e);
}

enum err_code encoder_load(const char *path, struct encoder **out, struct err *e) {
    struct modelfile *file = NULL;
    struct encoder *m = NULL;
    if (!modelfile_open(path, &file, e) && !read_encoder(file, path, &m, e)) {
        *out = m;
        m = NULL;
    }
    encoder_free(m);
    modelfile_free(file);
    return e->code;
}
