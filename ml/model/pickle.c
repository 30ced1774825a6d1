/* One function an opcode, found by table. Depth and sizes are held by the length of the input: every value costs at
 * least one of its bytes. */
#include "ml/model/pickle.h"

#include <stdio.h>
#include <string.h>

#define STACK_MOST ((size_t)1 << 20)
#define MEMO_MOST ((size_t)1 << 20)
#define COUNT_MOST ((size_t)1 << 31) /* numbers of a storage */

struct machine {
    const unsigned char *bytes;
    size_t len, at;
    struct arena *arena;
    struct pickle_value **stack, **memo;
    size_t depth, stack_room, memo_room;
    bool done;
    struct err *err;
};

/* What a pickle may name. */
enum { NAME_DICT, NAME_TENSOR, NAME_STORAGE };
static const struct known {
    const char *module, *name;
    int what;
    enum pickle_type type;
    size_t bytes;
} names[] = {
    {"collections", "OrderedDict", NAME_DICT, 0, 0},
    {"torch._utils", "_rebuild_tensor_v2", NAME_TENSOR, 0, 0},
    {"torch", "FloatStorage", NAME_STORAGE, PICKLE_FLOAT, 4},
    {"torch", "DoubleStorage", NAME_STORAGE, PICKLE_DOUBLE, 8},
    {"torch", "HalfStorage", NAME_STORAGE, PICKLE_HALF, 2},
    {"torch", "BFloat16Storage", NAME_STORAGE, PICKLE_BFLOAT, 2},
    {"torch", "LongStorage", NAME_STORAGE, PICKLE_WHOLE, 8},
    {"torch", "IntStorage", NAME_STORAGE, PICKLE_WHOLE, 4},
    {"torch", "ShortStorage", NAME_STORAGE, PICKLE_WHOLE, 2},
    {"torch", "CharStorage", NAME_STORAGE, PICKLE_WHOLE, 1},
    {"torch", "ByteStorage", NAME_STORAGE, PICKLE_WHOLE, 1},
    {"torch", "BoolStorage", NAME_STORAGE, PICKLE_WHOLE, 1},
};

static enum err_code damaged(struct machine *m, const char *why) {
    return err_set(m->err, ERR_MODEL, "the pickle is damaged at byte %zu: %s", m->at, why);
}

static struct pickle_value *value_new(struct machine *m, enum pickle_kind kind) {
    struct pickle_value *v = arena_alloc(m->arena, sizeof *v);
    if (!v) {
        err_nomem(m->err);
        return NULL;
    }
    v->kind = kind;
    return v;
}

/* Room for one more, in the arena; what was there stays there until all of it goes. */
static bool grow(struct machine *m, struct pickle_value ***items, size_t wanted, size_t *room) {
    if (wanted <= *room) {
        return true;
    }
    size_t more = *room ? *room * 2 : 8;
    while (more < wanted) {
        more *= 2;
    }
    struct pickle_value **larger = arena_alloc(m->arena, more * sizeof *larger);
    if (!larger) {
        err_nomem(m->err);
        return false;
    }
    if (*room) {
        memcpy(larger, *items, *room * sizeof *larger);
    }
    *items = larger;
    *room = more;
    return true;
}

static enum err_code push(struct machine *m, struct pickle_value *v) {
    if (!v) {
        return m->err->code;
    }
    if (m->depth >= STACK_MOST) {
        return damaged(m, "too much is nested");
    }
    if (!grow(m, &m->stack, m->depth + 1, &m->stack_room)) {
        return m->err->code;
    }
    m->stack[m->depth++] = v;
    return ERR_OK;
}

/* The topmost value, which is no mark; NULL after a failure. */
static struct pickle_value *pop(struct machine *m) {
    if (m->depth == 0 || m->stack[m->depth - 1]->kind == PICKLE_MARK) {
        damaged(m, "the stack is empty");
        return NULL;
    }
    return m->stack[--m->depth];
}

/* `n` bytes of the input, or NULL. */
static const unsigned char *take(struct machine *m, size_t n) {
    if (n > m->len - m->at) {
        damaged(m, "it ends too early");
        return NULL;
    }
    m->at += n;
    return m->bytes + m->at - n;
}

static bool take_number(struct machine *m, size_t n, uint64_t *out) {
    const unsigned char *p = take(m, n);
    *out = 0;
    for (size_t i = 0; p && i < n; i++) {
        *out |= (uint64_t)p[i] << 8 * i;
    }
    return p;
}

static enum err_code push_number(struct machine *m, int64_t number) {
    struct pickle_value *v = value_new(m, PICKLE_NUMBER);
    if (v) {
        v->number = number;
    }
    return push(m, v);
}

static enum err_code append(struct machine *m, struct pickle_value *to, struct pickle_value *item) {
    if (!grow(m, &to->items, to->count + 1, &to->room)) {
        return m->err->code;
    }
    to->items[to->count++] = item;
    return ERR_OK;
}

/* Where the values above the last mark begin, or 0 after a failure (a mark is never below them). */
static size_t above_mark(struct machine *m) {
    for (size_t i = m->depth; i > 0; i--) {
        if (m->stack[i - 1]->kind == PICKLE_MARK) {
            return i;
        }
    }
    damaged(m, "there is no mark");
    return 0;
}

/* --- opcodes; `n` is a number of the table's row --- */

static enum err_code op_protocol(struct machine *m, size_t n) {
    const unsigned char *p = take(m, 1);
    (void)n;
    return p && *p > 4 ? err_set(m->err, ERR_MODEL, "the pickle is of protocol %d; at most 4 is read", *p)
                       : m->err->code;
}

static enum err_code op_frame(struct machine *m, size_t n) {
    take(m, n);
    return m->err->code;
}

static enum err_code op_stop(struct machine *m, size_t n) {
    (void)n;
    m->done = true;
    return ERR_OK;
}

static enum err_code op_empty(struct machine *m, size_t n) {
    return push(m, value_new(m, (enum pickle_kind)n));
}

static enum err_code op_number(struct machine *m, size_t n) {
    uint64_t v;
    if (!take_number(m, n, &v)) {
        return m->err->code;
    }
    return push_number(m, n == 4 ? (int64_t)(int32_t)(uint32_t)v : (int64_t)v);
}

static enum err_code op_bool(struct machine *m, size_t n) {
    return push_number(m, (int64_t)n);
}

static enum err_code op_long(struct machine *m, size_t n) {
    uint64_t len, v;
    (void)n;
    if (!take_number(m, 1, &len) || (len > 8 ? damaged(m, "a number is too large") : ERR_OK) ||
        !take_number(m, (size_t)len, &v)) {
        return m->err->code;
    }
    if (len && len < 8 && v >> (8 * len - 1)) {
        v |= ~(uint64_t)0 << 8 * len;
    }
    return push_number(m, (int64_t)v);
}

/* Real numbers occur beside weights (a learning rate) and are of no use here. */
static enum err_code op_real(struct machine *m, size_t n) {
    take(m, n);
    return m->err->code ? m->err->code : push(m, value_new(m, PICKLE_NONE));
}

static enum err_code op_text(struct machine *m, size_t n) {
    uint64_t len;
    const unsigned char *p = take_number(m, n, &len) ? take(m, (size_t)len) : NULL;
    struct pickle_value *v = p ? value_new(m, PICKLE_TEXT) : NULL;
    if (!v) {
        return m->err->code;
    }
    if (memchr(p, 0, (size_t)len)) {
        return damaged(m, "a text holds a NUL");
    }
    v->text = arena_strndup(m->arena, (const char *)p, (size_t)len);
    return v->text ? push(m, v) : err_nomem(m->err);
}

static enum err_code op_put(struct machine *m, size_t n) {
    uint64_t at;
    if (!take_number(m, n, &at)) {
        return m->err->code;
    }
    if (at >= MEMO_MOST || m->depth == 0 || m->stack[m->depth - 1]->kind == PICKLE_MARK) {
        return damaged(m, "a note that cannot be kept");
    }
    if (!grow(m, &m->memo, (size_t)at + 1, &m->memo_room)) {
        return m->err->code;
    }
    m->memo[at] = m->stack[m->depth - 1];
    return ERR_OK;
}

static enum err_code op_get(struct machine *m, size_t n) {
    uint64_t at;
    if (!take_number(m, n, &at)) {
        return m->err->code;
    }
    return at < m->memo_room && m->memo[at] ? push(m, m->memo[at]) : damaged(m, "a note that was never kept");
}

static enum err_code op_tuple(struct machine *m, size_t n) {
    struct pickle_value *v = value_new(m, PICKLE_TUPLE);
    size_t begin = n ? (m->depth >= n ? m->depth - n : SIZE_MAX) : above_mark(m);
    if (!v || m->err->code) {
        return m->err->code;
    }
    for (size_t i = begin; i < m->depth || begin == SIZE_MAX; i++) {
        if (begin == SIZE_MAX || m->stack[i]->kind == PICKLE_MARK) {
            return damaged(m, "a tuple of what is not there");
        }
        if (append(m, v, m->stack[i])) {
            return m->err->code;
        }
    }
    m->depth = n ? begin : begin - 1;
    return push(m, v);
}

/* n 0: all above the mark; else that many. */
static enum err_code fill(struct machine *m, size_t n, enum pickle_kind kind, size_t group) {
    size_t begin = n ? (m->depth > n ? m->depth - n : 0) : above_mark(m), below = n ? begin : begin - 1;
    if (m->err->code) {
        return m->err->code;
    }
    if (begin == 0 || below == 0 || m->stack[below - 1]->kind != kind || (m->depth - begin) % group) {
        return damaged(m, "items for what is no list or dictionary");
    }
    struct pickle_value *to = m->stack[below - 1];
    for (size_t i = begin; i < m->depth; i++) {
        if (m->stack[i]->kind == PICKLE_MARK || append(m, to, m->stack[i])) {
            return m->err->code ? m->err->code : damaged(m, "a mark within items");
        }
    }
    m->depth = below;
    return ERR_OK;
}

static enum err_code op_append(struct machine *m, size_t n) {
    return fill(m, n, PICKLE_LIST, 1);
}

static enum err_code op_set(struct machine *m, size_t n) {
    return fill(m, n, PICKLE_DICT, 2);
}

/* Up to the end of the line. */
static const char *take_line(struct machine *m) {
    const unsigned char *begin = m->bytes + m->at, *end = memchr(begin, '\n', m->len - m->at);
    if (!end) {
        damaged(m, "it ends too early");
        return NULL;
    }
    m->at += (size_t)(end - begin) + 1;
    return arena_strndup(m->arena, (const char *)begin, (size_t)(end - begin));
}

/* For a message: names are ASCII, and what is not, or moves the cursor, comes from somebody who means no good. */
static const char *plain(struct machine *m, const char *text) {
    char *copy = arena_strndup(m->arena, text, strnlen(text, 80));
    for (char *p = copy; p && *p; p++) {
        *p = *p >= ' ' && *p <= '~' ? *p : '?';
    }
    return copy ? copy : "";
}

static enum err_code push_name(struct machine *m, const char *module, const char *name) {
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!strcmp(names[i].module, module) && !strcmp(names[i].name, name)) {
            struct pickle_value *v = value_new(m, PICKLE_NAME);
            if (v) {
                v->number = (int64_t)i;
            }
            return push(m, v);
        }
    }
    err_set(m->err, ERR_MODEL, "the file names %s.%s, which is no part of weights; nothing of it was run",
            plain(m, module), plain(m, name));
    return err_hint(m->err, "in Python: torch.save(model.state_dict(), path), or save as safetensors");
}

static enum err_code op_global(struct machine *m, size_t n) {
    const char *module = take_line(m), *name = module ? take_line(m) : NULL;
    (void)n;
    if (!name) {
        return m->err->code ? m->err->code : err_nomem(m->err);
    }
    return push_name(m, module, name);
}

static enum err_code op_stack_global(struct machine *m, size_t n) {
    struct pickle_value *name = pop(m), *module = name ? pop(m) : NULL;
    (void)n;
    if (!module || name->kind != PICKLE_TEXT || module->kind != PICKLE_TEXT) {
        return m->err->code ? m->err->code : damaged(m, "a name that is no text");
    }
    return push_name(m, module->text, name->text);
}

/* ('storage', type, key, place, count[, None]) */
static enum err_code op_storage(struct machine *m, size_t n) {
    struct pickle_value *id = pop(m), *v;
    (void)n;
    if (!id) {
        return m->err->code;
    }
    bool fits = id->kind == PICKLE_TUPLE && id->count >= 5 && id->items[0]->kind == PICKLE_TEXT &&
                !strcmp(id->items[0]->text, "storage") && id->items[1]->kind == PICKLE_NAME &&
                names[id->items[1]->number].what == NAME_STORAGE && id->items[2]->kind == PICKLE_TEXT &&
                id->items[4]->kind == PICKLE_NUMBER;
    int64_t count = fits ? id->items[4]->number : -1;
    if (!fits || count < 0 || (uint64_t)count > COUNT_MOST || (id->count > 5 && id->items[5]->kind != PICKLE_NONE)) {
        return damaged(m, "a storage of unknown form");
    }
    if (!(v = value_new(m, PICKLE_STORAGE))) {
        return m->err->code;
    }
    v->type = names[id->items[1]->number].type;
    v->bytes = names[id->items[1]->number].bytes;
    v->text = id->items[2]->text;
    v->count = (size_t)count;
    return push(m, v);
}

/* (storage, offset, sizes, strides, …): a view that lies within its storage and is no larger. */
static enum err_code push_tensor(struct machine *m, const struct pickle_value *args) {
    bool fits = args->count >= 4 && args->items[0]->kind == PICKLE_STORAGE && args->items[1]->kind == PICKLE_NUMBER &&
                args->items[2]->kind == PICKLE_TUPLE && args->items[3]->kind == PICKLE_TUPLE &&
                args->items[2]->count == args->items[3]->count && args->items[2]->count <= PICKLE_RANK_MOST;
    struct pickle_value *v = fits ? value_new(m, PICKLE_TENSOR) : NULL;
    if (!v) {
        return m->err->code ? m->err->code : damaged(m, "a tensor of unknown form");
    }
    const struct pickle_value *storage = args->items[0], *sizes = args->items[2], *strides = args->items[3];
    size_t last = 0, all = 1, most = storage->count;
    v->storage = args->items[0];
    v->count = sizes->count;
    fits = args->items[1]->number >= 0 && (uint64_t)args->items[1]->number <= most;
    v->offset = fits ? (size_t)args->items[1]->number : 0;
    for (size_t i = 0; fits && i < v->count; i++) {
        int64_t size = sizes->items[i]->number, stride = strides->items[i]->number;
        fits = sizes->items[i]->kind == PICKLE_NUMBER && strides->items[i]->kind == PICKLE_NUMBER && size >= 0 &&
               stride >= 0 && (uint64_t)size <= most && (uint64_t)stride <= most;
        v->sizes[i] = fits ? (size_t)size : 0;
        v->strides[i] = fits ? (size_t)stride : 0;
        all *= v->sizes[i];
        last += v->sizes[i] ? (v->sizes[i] - 1) * v->strides[i] : 0;
        fits = fits && all <= most && last < COUNT_MOST * 2;
    }
    if (!fits || (all && v->offset + last >= most)) {
        return damaged(m, "a tensor that does not lie within its storage");
    }
    return push(m, v);
}

static enum err_code op_reduce(struct machine *m, size_t n) {
    struct pickle_value *args = pop(m), *name = args ? pop(m) : NULL;
    (void)n;
    if (!name) {
        return m->err->code;
    }
    if (name->kind != PICKLE_NAME || args->kind != PICKLE_TUPLE) {
        return damaged(m, "a call of what cannot be called");
    }
    if (names[name->number].what == NAME_DICT && args->count == 0) {
        return push(m, value_new(m, PICKLE_DICT));
    }
    return names[name->number].what == NAME_TENSOR ? push_tensor(m, args) : damaged(m, "a call of unknown form");
}

/* The attributes of an OrderedDict (versions of modules) are let go. */
static enum err_code op_build(struct machine *m, size_t n) {
    (void)n;
    if (!pop(m)) {
        return m->err->code;
    }
    return m->depth && m->stack[m->depth - 1]->kind == PICKLE_DICT ? ERR_OK : damaged(m, "attributes of no dictionary");
}

static const struct opcode {
    unsigned char code;
    enum err_code (*run)(struct machine *m, size_t n);
    size_t n;
} opcodes[] = {
    {0x80, op_protocol, 0},
    {0x95, op_frame, 8},
    {'.', op_stop, 0},
    {'N', op_empty, PICKLE_NONE},
    {'}', op_empty, PICKLE_DICT},
    {']', op_empty, PICKLE_LIST},
    {')', op_empty, PICKLE_TUPLE},
    {'(', op_empty, PICKLE_MARK},
    {'J', op_number, 4},
    {'K', op_number, 1},
    {'M', op_number, 2},
    {0x88, op_bool, 1},
    {0x89, op_bool, 0},
    {0x8a, op_long, 0},
    {'G', op_real, 8},
    {'X', op_text, 4},
    {0x8c, op_text, 1},
    {'U', op_text, 1},
    {'q', op_put, 1},
    {'r', op_put, 4},
    {'h', op_get, 1},
    {'j', op_get, 4},
    {'t', op_tuple, 0},
    {0x85, op_tuple, 1},
    {0x86, op_tuple, 2},
    {0x87, op_tuple, 3},
    {'a', op_append, 1},
    {'e', op_append, 0},
    {'s', op_set, 2},
    {'u', op_set, 0},
    {'c', op_global, 0},
    {0x93, op_stack_global, 0},
    {'Q', op_storage, 0},
    {'R', op_reduce, 0},
    {'b', op_build, 0},
};

static enum err_code step(struct machine *m) {
    const unsigned char *code = take(m, 1);
    for (size_t i = 0; code && i < sizeof opcodes / sizeof *opcodes; i++) {
        if (opcodes[i].code == *code) {
            return opcodes[i].run(m, opcodes[i].n);
        }
    }
    return code ? err_set(m->err, ERR_MODEL,
                          "the pickle does what no weights need (opcode 0x%02x at byte %zu); refused", *code, m->at - 1)
                : m->err->code;
}

enum err_code pickle_read(const unsigned char *bytes, size_t len, struct arena *a, struct pickle_value **out,
                          size_t *used, struct err *e) {
    struct machine m = {.bytes = bytes, .len = len, .arena = a, .err = e};
    while (!m.done && !step(&m)) {
    }
    struct pickle_value *top = e->code ? NULL : pop(&m);
    if (!top) {
        return e->code;
    }
    *out = top;
    *used = m.at;
    return ERR_OK;
}

const struct pickle_value *pickle_find(const struct pickle_value *dict, const char *key) {
    for (size_t i = 0; dict->kind == PICKLE_DICT && i + 1 < dict->count; i += 2) {
        if (dict->items[i]->kind == PICKLE_TEXT && !strcmp(dict->items[i]->text, key)) {
            return dict->items[i + 1];
        }
    }
    return NULL;
}
