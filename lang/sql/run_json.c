/* JSON: what is read out of it. What makes and changes it is in run_json_make.c. */
#include "lang/sql/array.h"
#include "lang/sql/convert.h"
#include "lang/sql/jsontext.h"
#include "lang/sql/run.h"

#include <stdlib.h>
#include <string.h>

static struct jsontext *read(struct arena *a, const struct value *v, struct err *e) {
    struct jsontext *j = NULL;
    jsontext_parse(a, v->text, v->length, &j, e);
    return j;
}

/* A part as JSON, or as text: then a string loses its quotes and null is NULL. */
static enum err_code give(const struct jsontext *j, bool text, struct buf *m, struct value *out, struct err *e) {
    if (e->code != ERR_OK || !j || (text && j->kind == JSON_NULL)) {
        return e->code;
    }
    if (text && j->kind == JSON_STRING) {
        buf_add(m, j->text, j->len);
    } else {
        buf_add(m, j->raw, j->raw_len);
    }
    return run_set_text(m, out, e);
}

static const struct jsontext *step(const struct jsontext *j, const char *key, size_t len) {
    if (j->kind == JSON_ARRAY) {
        char *end;
        long long index = strtoll(key, &end, 10);
        return len > 0 && end == key + len ? jsontext_element(j, index) : NULL;
    }
    return jsontext_member(j, key, len);
}

/* pg_json_get(json, key or index, 'json' or 'text') */
static enum err_code get(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    const struct jsontext *j = read(&arena, &a[0], e);
    (void)n;
    if (j) {
        j = a[1].type == VALUE_INTEGER ? jsontext_element(j, a[1].integer) : jsontext_member(j, a[1].text, a[1].length);
    }
    give(j, a[2].text[0] == 't', m, out, e);
    arena_release(&arena);
    return e->code;
}

/* pg_json_path(json, text[], 'json' or 'text') */
static enum err_code path(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    const struct jsontext *j = read(&arena, &a[0], e);
    struct array x = {.count = 0};
    (void)n;
    if (j && array_parse(&arena, a[1].text, a[1].length, &x, e) == ERR_OK) {
        for (size_t i = 0; i < x.count && j; i++) {
            j = x.items[i].text ? step(j, x.items[i].text, x.items[i].len) : NULL;
        }
    }
    give(j, a[2].text[0] == 't', m, out, e);
    arena_release(&arena);
    return e->code;
}

/* pg_json_steps('json' or 'text', json, keys…) */
static enum err_code steps(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    const struct jsontext *j = read(&arena, &a[1], e);
    for (size_t i = 2; i < n && j; i++) {
        j = step(j, a[i].text, a[i].length);
    }
    give(j, a[0].text[0] == 't', m, out, e);
    arena_release(&arena);
    return e->code;
}

static bool scalar(const struct jsontext *j) {
    return j->kind != JSON_ARRAY && j->kind != JSON_OBJECT;
}

static bool contains(const struct jsontext *a, const struct jsontext *b, bool top, struct err *e) {
    if (top && a->kind == JSON_ARRAY && scalar(b)) { /* PostgreSQL's exception: an array contains a bare scalar */
        for (const struct jsontext *x = a->first; x; x = x->next) {
            if (jsontext_equal(x, b)) {
                return true;
            }
        }
        return false;
    }
    if (a->kind != b->kind) {
        return false;
    }
    if (scalar(a)) {
        return jsontext_equal(a, b);
    }
    for (const struct jsontext *y = b->first; y; y = y->next) {
        bool found = false;
        if (a->kind == JSON_OBJECT) {
            const struct jsontext *x = jsontext_member(a, y->key, y->key_len);
            found = x && contains(x, y, false, e);
        }
        for (const struct jsontext *x = a->kind == JSON_ARRAY ? a->first : NULL; x && !found; x = x->next) {
            found = contains(x, y, false, e);
        }
        if (!found || run_stopped(e)) {
            return false;
        }
    }
    return true;
}

static enum err_code contains_all(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    struct jsontext *x = read(&arena, &a[0], e), *y = x ? read(&arena, &a[1], e) : NULL;
    (void)n;
    (void)m;
    if (y) {
        jsontext_normalise(x);
        jsontext_normalise(y);
        run_set_integer(contains(x, y, true, e), out);
    }
    arena_release(&arena);
    return e->code;
}

/* ? : a key of an object, a string of an array, or the string itself. */
static bool has_key(const struct jsontext *j, const char *key, size_t len) {
    for (const struct jsontext *m = j->first; m; m = m->next) {
        bool object = j->kind == JSON_OBJECT;
        const char *text = object ? m->key : m->text;
        size_t text_len = object ? m->key_len : m->len;
        if ((object || m->kind == JSON_STRING) && text_len == len && memcmp(text, key, len) == 0) {
            return true;
        }
    }
    return j->kind == JSON_STRING && j->len == len && memcmp(j->text, key, len) == 0;
}

static enum err_code has(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    const struct jsontext *j = read(&arena, &a[0], e);
    (void)n;
    (void)m;
    if (j) {
        run_set_integer(has_key(j, a[1].text, a[1].length), out);
    }
    arena_release(&arena);
    return e->code;
}

static enum err_code has_list(const struct value *a, bool all, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    const struct jsontext *j = read(&arena, &a[0], e);
    struct array x;
    size_t found = 0;
    if (j && array_parse(&arena, a[1].text, a[1].length, &x, e) == ERR_OK) {
        for (size_t i = 0; i < x.count; i++) {
            found += x.items[i].text && has_key(j, x.items[i].text, x.items[i].len);
        }
        run_set_integer(all ? found == x.count : found > 0, out);
    }
    arena_release(&arena);
    return e->code;
}

static enum err_code has_any(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    (void)m;
    return has_list(a, false, out, e);
}

static enum err_code has_all(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    (void)m;
    return has_list(a, true, out, e);
}

static enum err_code length(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    const struct jsontext *j = read(&arena, &a[0], e);
    (void)n;
    (void)m;
    if (j && j->kind != JSON_ARRAY) {
        err_set(e, ERR_VALUE, "cannot get array length of a %s", j->kind == JSON_OBJECT ? "non-array" : "scalar");
    } else if (j) {
        run_set_integer((int64_t)j->count, out);
    }
    arena_release(&arena);
    return e->code;
}

static enum err_code type_of(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    const struct jsontext *j = read(&arena, &a[0], e);
    (void)n;
    if (j) {
        buf_str(m, jsontext_kind_names[j->kind]);
        run_set_text(m, out, e);
    }
    arena_release(&arena);
    return e->code;
}

/* pg_json_scalar(jsonb, type): what a cast to that type takes out. */
static enum err_code take_scalar(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    const struct jsontext *j = read(&arena, &a[0], e);
    bool boolean = strcmp(a[1].text, "boolean") == 0;
    (void)n;
    (void)m;
    if (j && boolean && (j->kind == JSON_TRUE || j->kind == JSON_FALSE)) {
        run_set_integer(j->kind == JSON_TRUE, out);
    } else if (j && !boolean && j->kind == JSON_NUMBER) {
        bool whole = j->len < 18 && !memchr(j->text, '.', j->len) && !memchr(j->text, 'e', j->len);
        if (whole && strcmp(a[1].text, "double precision") != 0) {
            run_set_integer(strtoll(j->text, NULL, 10), out);
        } else {
            run_set_real(strtod(j->text, NULL), out);
        }
    } else if (j && e->code == ERR_OK) {
        err_set(e, ERR_VALUE, "cannot cast jsonb %s to type %s",
                j->kind == JSON_ARRAY || j->kind == JSON_OBJECT ? "array or object" : jsontext_kind_names[j->kind],
                a[1].text);
    }
    arena_release(&arena);
    return e->code;
}

const struct run_row run_json_rows[] = {
    {"pg_json_get", 3, false, get},
    {"pg_json_path", 3, false, path},
    {"pg_json_steps", -1, false, steps},
    {"pg_json_contains", 2, false, contains_all},
    {"pg_json_has", 2, false, has},
    {"pg_json_has_any", 2, false, has_any},
    {"pg_json_has_all", 2, false, has_all},
    {"pg_json_length", 1, false, length},
    {"pg_json_typeof", 1, false, type_of},
    {"pg_json_scalar", 2, false, take_scalar},
    {NULL, 0, false, NULL},
};
