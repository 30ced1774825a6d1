/* Open addressing; a label's key is its kind (text, number, truth value) and its text. */
#include "lang/exec/label_values.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXACT 9007199254740992.0 /* whole numbers up to here are the same as integers and as reals */

struct label_value {
    const char *key; /* NULL: free */
    size_t len;
    int number;
    char kind;
};

void label_values_release(struct label_values *l) {
    free(l->slots);
    *l = (struct label_values){0};
}

/* Where the key is, or would be. FNV-1a. */
static struct label_value *find_slot(struct label_value *slots, size_t room, char kind, const char *key, size_t len) {
    uint64_t hash = 14695981039346656037U ^ (unsigned char)kind;
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ (unsigned char)key[i]) * 1099511628211U;
    }
    size_t at = (size_t)hash & (room - 1);
    while (slots[at].key && (slots[at].kind != kind || slots[at].len != len || memcmp(slots[at].key, key, len) != 0)) {
        at = (at + 1) & (room - 1);
    }
    return &slots[at];
}

static enum err_code grow(struct label_values *l, struct err *e) {
    size_t room = l->room ? 2 * l->room : 64;
    struct label_value *slots = calloc(room, sizeof *slots);
    if (!slots) {
        return err_nomem(e);
    }
    for (size_t i = 0; i < l->room; i++) {
        if (l->slots[i].key) {
            const struct label_value *old = &l->slots[i];
            *find_slot(slots, room, old->kind, old->key, old->len) = *old;
        }
    }
    free(l->slots);
    l->slots = slots;
    l->room = room;
    return ERR_OK;
}

static enum err_code number_of(struct label_values *l, char kind, const char *key, size_t len, int *number,
                               struct err *e) {
    if (2 * l->count >= l->room && grow(l, e) != ERR_OK) {
        return e->code;
    }
    struct label_value *slot = find_slot(l->slots, l->room, kind, key, len);
    if (!slot->key) {
        const char *copy = arena_strndup(l->arena, key, len);
        if (!copy) {
            return err_nomem(e);
        }
        *slot = (struct label_value){copy, len, (int)l->count++, kind};
    }
    *number = slot->number;
    return ERR_OK;
}

enum err_code label_values_number(struct label_values *l, const struct value *value, int *number, struct err *e) {
    char key[40];
    bool whole = value->type == VALUE_REAL && fabs(value->real) < EXACT && value->real == floor(value->real);
    switch (value->type) {
    case VALUE_NULL:
        *number = -1;
        return ERR_OK;
    case VALUE_TEXT:
        return number_of(l, 't', value->text, value->length, number, e);
    case VALUE_BOOLEAN:
        snprintf(key, sizeof key, "%d", value->integer != 0);
        break;
    case VALUE_INTEGER:
        snprintf(key, sizeof key, "%" PRId64, value->integer);
        break;
    case VALUE_REAL:
        snprintf(key, sizeof key, whole ? "%.0f" : "%.17g", whole ? value->real + 0 : value->real);
        break;
    default:
        return err_set(e, ERR_VALUE, "a label must be a text or a number");
    }
    return number_of(l, value->type == VALUE_BOOLEAN ? 'b' : 'n', key, strlen(key), number, e);
}
