/* First the dictionary, then the storages that its tensors point into, then a copy of each tensor in row-major order.
 */
#include "ml/model/torchfile.h"

#include "ml/model/pickle.h"
#include "ml/model/zip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PICKLE_MOST ((size_t)16 << 20) /* of a dictionary of names; the numbers are elsewhere */
#define TENSORS_MOST 20000
#define KEY_MOST 64

/* The number that files before 1.6 begin with, as a pickle. */
static const unsigned char magic[] = {0x80, 2,    0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46,
                                      0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.'};

/* Bytes of a storage, by key. */
struct storages {
    const struct zip *zip;
    const struct pickle_value *keys; /* before 1.6: in the order of `places` */
    const unsigned char **places;
    size_t *sizes;
};

struct reading {
    struct arena arena;
    struct modelfile *file;
    float *values;
    size_t used, room;
    struct storages storages;
};

bool torchfile_is(const unsigned char *bytes, size_t len) {
    return (len >= 4 && !memcmp(bytes, "PK\3\4", 4)) || (len >= sizeof magic && !memcmp(bytes, magic, sizeof magic));
}

static enum err_code find_bytes(const struct storages *s, const struct pickle_value *storage,
                                const unsigned char **bytes, struct err *e) {
    size_t have = 0, wanted = storage->count * storage->bytes;
    *bytes = NULL;
    if (s->zip) {
        char name[KEY_MOST + 16];
        snprintf(name, sizeof name, "/data/%s", storage->text);
        const struct zip_entry *entry = strlen(storage->text) < KEY_MOST ? zip_find(s->zip, name) : NULL;
        *bytes = entry ? entry->bytes : NULL;
        have = entry ? entry->len : 0;
    }
    for (size_t i = 0; s->keys && i < s->keys->count; i++) {
        if (!strcmp(s->keys->items[i]->text, storage->text)) {
            *bytes = s->places[i];
            have = s->sizes[i] * storage->bytes;
            have = (size_t)(s->places[i + 1] - s->places[i]) < have ? 0 : have;
        }
    }
    if (!*bytes || have < wanted) {
        return err_set(e, ERR_MODEL, "the file has %zu bytes of a storage of which its tensors need %zu", have, wanted);
    }
    return ERR_OK;
}

/* Half precision (IEEE 754 binary16) by its parts. */
static float from_half(uint16_t h) {
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = h >> 10 & 31, fraction = h & 1023;
    uint32_t bits;
    float v;
    if (exponent == 0) { /* zero and what is below normal */
        v = (float)fraction / (1 << 24);
        memcpy(&bits, &v, sizeof bits);
        bits |= sign;
    } else {
        bits = sign | (exponent == 31 ? 255 : exponent + 112) << 23 | fraction << 13;
    }
    memcpy(&v, &bits, sizeof v);
    return v;
}

static float number_at(const unsigned char *p, enum pickle_type type) {
    float v = 0;
    double d;
    uint16_t h;
    uint32_t bits;
    switch (type) {
    case PICKLE_FLOAT:
        memcpy(&v, p, sizeof v);
        break;
    case PICKLE_DOUBLE:
        memcpy(&d, p, sizeof d);
        v = (float)d;
        break;
    case PICKLE_HALF:
        memcpy(&h, p, sizeof h);
        v = from_half(h);
        break;
    case PICKLE_BFLOAT:
        memcpy(&h, p, sizeof h);
        bits = (uint32_t)h << 16;
        memcpy(&v, &bits, sizeof v);
        break;
    case PICKLE_WHOLE:
        break;
    }
    return v;
}

static size_t count_of(const struct pickle_value *tensor) {
    size_t count = 1;
    for (size_t i = 0; i < tensor->count; i++) {
        count *= tensor->sizes[i];
    }
    return count;
}

/* Walk the sizes like the digits of a number. */
static void copy_values(const struct pickle_value *t, const unsigned char *bytes, float *out) {
    size_t digits[PICKLE_RANK_MOST] = {0}, count = count_of(t), at = t->offset;
    for (size_t i = 0; i < count; i++) {
        out[i] = number_at(bytes + at * t->storage->bytes, t->storage->type);
        for (size_t k = t->count; k-- > 0;) {
            at += t->strides[k];
            if (++digits[k] < t->sizes[k]) {
                break;
            }
            at -= t->sizes[k] * t->strides[k];
            digits[k] = 0;
        }
    }
}

/* The dictionary of tensors: the thing itself, or under one of the names that training scripts use. */
static const struct pickle_value *find_tensors(const struct pickle_value *top) {
    static const char *const keys[] = {"state_dict", "model_state_dict", "model", "net", "ema"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct pickle_value *inner = pickle_find(top, keys[i]);
        if (inner && inner->kind == PICKLE_DICT) {
            return inner;
        }
    }
    return top;
}

static enum err_code add_tensor(struct reading *r, const char *name, const struct pickle_value *t, struct err *e) {
    const unsigned char *bytes;
    size_t count = count_of(t);
    if (find_bytes(&r->storages, t->storage, &bytes, e)) {
        return e->code;
    }
    float *out = r->values + r->used;
    r->used += count;
    copy_values(t, bytes, out);
    return modelfile_add_tensor(r->file, name, t->sizes, (int)t->count, out, e);
}

static bool is_wanted(const struct pickle_value *dict, size_t i) {
    const struct pickle_value *v = dict->items[i + 1];
    return dict->items[i]->kind == PICKLE_TEXT && v->kind == PICKLE_TENSOR && v->storage->type != PICKLE_WHOLE;
}

static enum err_code read_tensors(struct reading *r, const struct pickle_value *top, struct err *e) {
    const struct pickle_value *dict = find_tensors(top);
    size_t found = 0;
    if (dict->kind != PICKLE_DICT) {
        err_set(e, ERR_MODEL, "the file holds no dictionary of weights");
        return err_hint(e, "in Python: torch.save(model.state_dict(), path)");
    }
    for (size_t i = 0; i + 1 < dict->count; i += 2) {
        if (is_wanted(dict, i)) {
            found++;
            r->room += count_of(dict->items[i + 1]);
        }
        if (found > TENSORS_MOST || r->room > MODELFILE_MOST / sizeof(float)) {
            return err_set(e, ERR_MODEL, "the file holds more weights than a model may have");
        }
    }
    r->values = malloc((r->room + 1) * sizeof *r->values);
    r->file = modelfile_new();
    if (!r->values || !r->file) {
        return err_nomem(e);
    }
    for (size_t i = 0; i + 1 < dict->count; i += 2) {
        if (is_wanted(dict, i) && add_tensor(r, dict->items[i]->text, dict->items[i + 1], e)) {
            return e->code;
        }
    }
    return found ? ERR_OK : err_set(e, ERR_MODEL, "the file holds no weights");
}

static enum err_code read_archive(struct reading *r, const unsigned char *bytes, size_t len, struct err *e) {
    struct zip zip;
    struct pickle_value *top;
    size_t used;
    if (zip_open(bytes, len, &zip, e)) {
        return e->code;
    }
    const struct zip_entry *entry = zip_find(&zip, "data.pkl"), *order = zip_find(&zip, "/byteorder");
    r->storages = (struct storages){.zip = &zip};
    if (!entry || entry->len > PICKLE_MOST) {
        err_set(e, ERR_MODEL, "the archive is none that PyTorch saved: it has no data.pkl");
    } else if (order && (order->len != 6 || memcmp(order->bytes, "little", 6) != 0)) {
        err_set(e, ERR_MODEL, "the file was saved on a big-endian machine, whose numbers are not read here");
    } else if (!pickle_read(entry->bytes, entry->len, &r->arena, &top, &used, e)) {
        read_tensors(r, top, e);
    }
    zip_release(&zip);
    return e->code;
}

/* One pickle after the other, the next one from *at. */
static enum err_code next_pickle(struct reading *r, const unsigned char *bytes, size_t len, size_t *at,
                                 struct pickle_value **out, struct err *e) {
    size_t used, left = len - *at;
    if (!pickle_read(bytes + *at, left < PICKLE_MOST ? left : PICKLE_MOST, &r->arena, out, &used, e)) {
        *at += used;
    }
    return e->code;
}

/* Behind the pickles, in the order of the keys: a count, and as many numbers. How wide a number is the storages know,
 * so here the places are found through the dictionary's tensors. */
static enum err_code find_places(struct reading *r, const struct pickle_value *top, const unsigned char *bytes,
                                 size_t len, size_t at, struct err *e) {
    const struct pickle_value *keys = r->storages.keys, *dict = find_tensors(top);
    const unsigned char **places = arena_alloc(&r->arena, (keys->count + 1) * sizeof *places);
    size_t *sizes = arena_alloc(&r->arena, (keys->count + 1) * sizeof *sizes);
    if (!places || !sizes) {
        return err_nomem(e);
    }
    for (size_t i = 0; i < keys->count; i++) {
        uint64_t count = 0;
        size_t width = 0;
        for (size_t k = 0; dict->kind == PICKLE_DICT && k + 1 < dict->count && !width; k += 2) {
            const struct pickle_value *v = dict->items[k + 1];
            bool same = v->kind == PICKLE_TENSOR && keys->items[i]->kind == PICKLE_TEXT &&
                        !strcmp(v->storage->text, keys->items[i]->text);
            width = same ? v->storage->bytes : 0;
        }
        for (unsigned k = 0; k < 8 && len - at >= 8; k++) {
            count |= (uint64_t)bytes[at + k] << 8 * k;
        }
        if (!width || len - at < 8 || count > (len - at - 8) / width) {
            return err_set(e, ERR_MODEL, "the file ends before its weights do");
        }
        places[i] = bytes + at + 8;
        sizes[i] = (size_t)count;
        at += 8 + (size_t)count * width;
        places[i + 1] = bytes + at;
    }
    r->storages.places = places;
    r->storages.sizes = sizes;
    return ERR_OK;
}

static enum err_code read_pickles(struct reading *r, const unsigned char *bytes, size_t len, struct err *e) {
    size_t at = sizeof magic;
    struct pickle_value *version, *system, *top, *keys;
    if (next_pickle(r, bytes, len, &at, &version, e) || next_pickle(r, bytes, len, &at, &system, e) ||
        next_pickle(r, bytes, len, &at, &top, e) || next_pickle(r, bytes, len, &at, &keys, e)) {
        return e->code;
    }
    if (version->kind != PICKLE_NUMBER || version->number != 1001 || keys->kind != PICKLE_LIST) {
        return err_set(e, ERR_MODEL, "the file is of a version of PyTorch that is not known here");
    }
    r->storages = (struct storages){.keys = keys};
    return find_places(r, top, bytes, len, at, e) ? e->code : read_tensors(r, top, e);
}

enum err_code torchfile_read(const unsigned char *bytes, size_t len, struct modelfile **out, float **values,
                             struct err *e) {
    struct reading r = {.arena = ARENA_INIT};
    if (len >= 4 && !memcmp(bytes, "PK\3\4", 4)) {
        read_archive(&r, bytes, len, e);
    } else {
        read_pickles(&r, bytes, len, e);
    }
    arena_release(&r.arena);
    if (e->code) {
        modelfile_free(r.file);
        free(r.values);
        return e->code;
    }
    *out = r.file;
    *values = r.values;
    return ERR_OK;
}
