/* JSON made of values, and jsonb changed. */
#include "lang/sql/array.h"
#include "lang/sql/convert.h"
#include "lang/sql/jsontext.h"
#include "lang/sql/run.h"

#include <stdlib.h>
#include <string.h>

static struct jsontext *read(struct arena *a, const struct value *v, struct err *e) {
    struct jsontext *j = NULL;
    if (jsontext_parse(a, v->text, v->length, &j, e) == ERR_OK) {
        jsontext_normalise(j);
    }
    return j;
}

static enum err_code give(struct jsontext *j, struct arena *a, struct buf *m, struct value *out, struct err *e) {
    if (e->code == ERR_OK && j) {
        jsontext_print(j, m);
        run_set_text(m, out, e);
    }
    arena_release(a);
    return e->code;
}

static void print_json(const struct value *v, struct pgtype t, struct buf *m, struct err *e);

static void print_array(const char *text, size_t len, enum pg_base base, struct buf *m, struct err *e) {
    struct arena a = ARENA_INIT;
    struct array x = {.count = 0};
    array_parse(&a, text, len, &x, e);
    buf_char(m, '[');
    for (size_t i = 0; i < x.count; i++) {
        struct value v = {.type = VALUE_TEXT, .text = x.items[i].text, .length = x.items[i].len};
        buf_str(m, i ? "," : "");
        if (!x.items[i].text) {
            buf_str(m, "null");
        } else if (x.items[i].nested) {
            print_array(v.text, v.length, base, m, e);
        } else if (base == PG_BOOL) {
            buf_str(m, v.text[0] == 't' ? "true" : "false");
        } else if (pgtype_is_number(PGTYPE(base))) {
            buf_add(m, v.text, v.length);
        } else {
            print_json(&v, PGTYPE(base), m, e);
        }
    }
    buf_char(m, ']');
    arena_release(&a);
}

static void print_json(const struct value *v, struct pgtype t, struct buf *m, struct err *e) {
    struct buf text = BUF_INIT;
    if (v->type == VALUE_NULL) {
        buf_str(m, "null");
    } else if (t.array) {
        print_array(v->text, v->length, t.base, m, e);
    } else if (pgtype_is(t, PG_BOOL)) {
        buf_str(m, v->integer ? "true" : "false");
    } else if (pgtype_is(t, PG_JSON) || pgtype_is(t, PG_JSONB)) {
        buf_add(m, v->text, v->length);
    } else if (v->type == VALUE_INTEGER || v->type == VALUE_REAL) {
        convert_print(v, t, m);
    } else {
        convert_print(v, t, &text);
        bool moment = pgtype_is(t, PG_TIMESTAMP) || pgtype_is(t, PG_TIMESTAMPTZ);
        if (moment && text.len > 10) {
            text.data[10] = 'T';
            buf_str(&text, pgtype_is(t, PG_TIMESTAMPTZ) ? ":00" : "");
        }
        jsontext_print_string(buf_text(&text), text.len, m);
    }
    buf_release(&text);
}

/* pg_to_json(value, base, array, scale) */
static enum err_code to_json(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct pgtype t = {.base = (enum pg_base)a[1].integer, .array = a[2].integer != 0};
    (void)n;
    t.scaled = a[3].integer >= 0;
    t.scale = t.scaled ? (int)a[3].integer : 0;
    print_json(&a[0], t, m, e);
    return e->code == ERR_OK ? run_set_text(m, out, e) : e->code;
}

static enum err_code normal(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    (void)n;
    return give(read(&arena, &a[0], e), &arena, m, out, e);
}

static enum err_code make_array(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    for (size_t i = 0; i < n; i++) {
        buf_str(m, i ? ", " : "[");
        buf_add(m, a[i].text, a[i].length);
    }
    buf_char(m, ']');
    return run_set_text(m, out, e);
}

/* Arguments are JSON already; a key that is no string is printed as one. */
static enum err_code make_object(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    if (n % 2) {
        err_set(e, ERR_VALUE, "argument list must have even number of elements");
        return err_hint(e, "The arguments of json_build_object() must consist of alternating keys and values.");
    }
    for (size_t i = 0; i < n; i++) {
        buf_str(m, i % 2 ? " : " : i ? ", " : "{");
        if (i % 2 == 0 && strcmp(a[i].text, "null") == 0) {
            return err_set(e, ERR_VALUE, "argument %zu: key must not be null", i + 1);
        }
        if (i % 2 == 0 && a[i].text[0] != '"') {
            jsontext_print_string(a[i].text, a[i].length, m);
        } else {
            buf_add(m, a[i].text, a[i].length);
        }
    }
    buf_char(m, '}');
    return run_set_text(m, out, e);
}

/* ---- changes */

static void drop(struct jsontext *j, const struct jsontext *gone) {
    for (struct jsontext **at = &j->first; *at; at = &(*at)->next) {
        if (*at == gone) {
            *at = gone->next;
            j->count--;
            return;
        }
    }
}

static void drop_key(struct jsontext *j, const char *key, size_t len) {
    for (struct jsontext *m = j->first, *next; m; m = next) {
        next = m->next;
        bool hit = j->kind == JSON_OBJECT ? m->key_len == len && memcmp(m->key, key, len) == 0
                                          : m->kind == JSON_STRING && m->len == len && memcmp(m->text, key, len) == 0;
        if (hit) {
            drop(j, m);
        }
    }
}

static enum err_code check_container(const struct jsontext *j, bool object, struct err *e) {
    if (j && j->kind != JSON_ARRAY && j->kind != JSON_OBJECT) {
        return err_set(e, ERR_VALUE, "cannot delete from scalar");
    }
    return j && !object && j->kind == JSON_OBJECT
               ? err_set(e, ERR_VALUE, "cannot delete from object using integer index")
               : e->code;
}

/* jsonb - key, jsonb - index */
static enum err_code take_out(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    struct jsontext *j = read(&arena, &a[0], e);
    bool index = a[1].type == VALUE_INTEGER;
    (void)n;
    if (j && check_container(j, !index, e) == ERR_OK) {
        if (index) {
            drop(j, jsontext_element(j, a[1].integer));
        } else {
            drop_key(j, a[1].text, a[1].length);
        }
    }
    return give(j, &arena, m, out, e);
}

static enum err_code take_all_out(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    struct jsontext *j = read(&arena, &a[0], e);
    struct array x = {.count = 0};
    (void)n;
    if (j && check_container(j, true, e) == ERR_OK && array_parse(&arena, a[1].text, a[1].length, &x, e) == ERR_OK) {
        for (size_t i = 0; i < x.count; i++) {
            drop_key(j, x.items[i].text ? x.items[i].text : "", x.items[i].len);
        }
    }
    return give(j, &arena, m, out, e);
}

static struct jsontext *member_of(struct jsontext *j, const struct array_item *key) {
    char *end;
    if (!key->text) {
        return NULL;
    }
    if (j->kind != JSON_ARRAY) {
        return jsontext_member(j, key->text, key->len);
    }
    long long index = strtoll(key->text, &end, 10);
    return *key->text && !*end ? jsontext_element(j, index) : NULL;
}

/* jsonb #- path */
static enum err_code take_path_out(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    struct jsontext *top = read(&arena, &a[0], e), *j = top;
    struct array x = {.count = 0};
    (void)n;
    if (j && check_container(j, true, e) == ERR_OK) {
        array_parse(&arena, a[1].text, a[1].length, &x, e);
    }
    for (size_t i = 0; i < x.count && j; i++) {
        struct jsontext *next = member_of(j, &x.items[i]);
        if (next && i + 1 == x.count) {
            drop(j, next);
        }
        j = next;
    }
    return give(top, &arena, m, out, e);
}

static void append(struct jsontext *j, struct jsontext *member) {
    struct jsontext **tail = &j->first;
    while (*tail) {
        tail = &(*tail)->next;
    }
    member->next = NULL;
    *tail = member;
    j->count++;
}

/* jsonb || jsonb */
static enum err_code concat(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    struct jsontext *x = read(&arena, &a[0], e), *y = x ? read(&arena, &a[1], e) : NULL;
    struct jsontext *both = arena_alloc(&arena, sizeof *both);
    (void)n;
    if (y && both) {
        bool objects = x->kind == JSON_OBJECT && y->kind == JSON_OBJECT;
        both->kind = objects ? JSON_OBJECT : JSON_ARRAY;
        struct jsontext *sides[] = {x, y};
        for (int i = 0; i < 2; i++) {
            bool opened = objects || sides[i]->kind == JSON_ARRAY;
            for (struct jsontext *member = opened ? sides[i]->first : sides[i], *next; member; member = next) {
                next = opened ? member->next : NULL;
                if (objects && i == 1) {
                    drop_key(both, member->key, member->key_len);
                }
                append(both, member);
            }
        }
        jsontext_normalise(both);
    }
    return give(y ? both : NULL, &arena, m, out, e);
}

/* pg_json_set(jsonb, path, new value, create) */
static enum err_code set(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    struct jsontext *top = read(&arena, &a[0], e), *j = top, *fresh = top ? read(&arena, &a[2], e) : NULL;
    struct array x = {.count = 0};
    (void)n;
    if (fresh && (top->kind == JSON_ARRAY || top->kind == JSON_OBJECT)) {
        array_parse(&arena, a[1].text, a[1].length, &x, e);
    } else if (fresh) {
        err_set(e, ERR_VALUE, "cannot set path in scalar");
    }
    for (size_t i = 0; i < x.count && j; i++) {
        const struct array_item *key = &x.items[i];
        struct jsontext *next = member_of(j, key);
        if (i + 1 < x.count) {
            j = next;
            continue;
        }
        if (next) { /* the new value takes its place */
            struct jsontext kept = *next;
            *next = *fresh;
            next->key = kept.key;
            next->key_len = kept.key_len;
            next->next = kept.next;
        } else if (a[3].integer && j->kind == JSON_OBJECT) {
            fresh->key = key->text;
            fresh->key_len = key->len;
            append(j, fresh);
        } else if (a[3].integer && j->kind == JSON_ARRAY) {
            bool front = key->text && key->text[0] == '-';
            fresh->next = front ? j->first : NULL;
            if (front) {
                j->first = fresh;
                j->count++;
            } else {
                append(j, fresh);
            }
        }
    }
    if (top) {
        jsontext_normalise(top);
    }
    return give(top, &arena, m, out, e);
}

static void print_pretty(const struct jsontext *j, int depth, struct buf *m) {
    bool object = j->kind == JSON_OBJECT;
    if ((!object && j->kind != JSON_ARRAY) || !j->first) {
        jsontext_print(j, m);
        if ((object || j->kind == JSON_ARRAY) && m->len >= 2) {
            m->len -= 2; /* PostgreSQL puts the closing sign on a line of its own */
            buf_printf(m, "%c\n%*s%c", object ? '{' : '[', 4 * depth, "", object ? '}' : ']');
        }
        return;
    }
    buf_char(m, object ? '{' : '[');
    for (const struct jsontext *x = j->first; x; x = x->next) {
        buf_printf(m, "\n%*s", 4 * (depth + 1), "");
        if (object) {
            jsontext_print_string(x->key, x->key_len, m);
            buf_str(m, ": ");
        }
        print_pretty(x, depth + 1, m);
        buf_str(m, x->next ? "," : "");
    }
    buf_printf(m, "\n%*s%c", 4 * depth, "", object ? '}' : ']');
}

static enum err_code pretty(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    struct jsontext *j = read(&arena, &a[0], e);
    (void)n;
    if (j) {
        print_pretty(j, 0, m);
        run_set_text(m, out, e);
    }
    arena_release(&arena);
    return e->code;
}

static void print_stripped(const struct jsontext *j, bool spaced, struct buf *m) {
    bool object = j->kind == JSON_OBJECT, first = true;
    if (!object && j->kind != JSON_ARRAY) {
        jsontext_print(j, m);
        return;
    }
    buf_char(m, object ? '{' : '[');
    for (const struct jsontext *x = j->first; x; x = x->next) {
        if (object && x->kind == JSON_NULL) {
            continue;
        }
        buf_str(m, first ? "" : spaced ? ", " : ",");
        first = false;
        if (object) {
            jsontext_print_string(x->key, x->key_len, m);
            buf_str(m, spaced ? ": " : ":");
        }
        print_stripped(x, spaced, m);
    }
    buf_char(m, object ? '}' : ']');
}

/* pg_json_strip(json, binary): without members that are null */
static enum err_code strip(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    struct jsontext *j = NULL;
    (void)n;
    if (jsontext_parse(&arena, a[0].text, a[0].length, &j, e) == ERR_OK) {
        print_stripped(j, a[1].integer != 0, m);
        run_set_text(m, out, e);
    }
    arena_release(&arena);
    return e->code;
}

const struct run_row run_json_make_rows[] = {
    {"pg_to_json", 4, true, to_json},
    {"pg_jsonb", 1, false, normal},
    {"pg_json_array", -1, false, make_array},
    {"pg_json_object", -1, false, make_object},
    {"pg_json_remove", 2, false, take_out},
    {"pg_json_remove_all", 2, false, take_all_out},
    {"pg_json_remove_path", 2, false, take_path_out},
    {"pg_json_concat", 2, false, concat},
    {"pg_json_set", 4, false, set},
    {"pg_json_pretty", 1, false, pretty},
    {"pg_json_strip", 2, false, strip},
    {NULL, 0, false, NULL},
};
