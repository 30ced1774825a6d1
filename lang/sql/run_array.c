/* Arrays are text; these take them apart and put them together again. */
#include "lang/sql/array.h"
#include "lang/sql/convert.h"
#include "lang/sql/run.h"

#include <stdlib.h>
#include <string.h>

static enum err_code read(struct arena *a, const struct value *v, struct array *out, struct err *e) {
    *out = (struct array){.count = 0};
    return v->type == VALUE_NULL ? ERR_OK : array_parse(a, v->text, v->length, out, e);
}

static struct array_item item_of(const struct value *v) {
    bool null = v->type == VALUE_NULL;
    return (struct array_item){.text = null ? NULL : v->text, .len = null ? 0 : v->length};
}

static bool same_item(const struct array_item *a, const struct array_item *b) {
    return !a->text || !b->text ? a->text == b->text : a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

static enum err_code give(const struct array *x, struct arena *a, struct buf *m, struct value *out, struct err *e) {
    if (e->code == ERR_OK) {
        array_print(x, m);
        run_set_text(m, out, e);
    }
    arena_release(a);
    return e->code;
}

/* pg_array(base, elements…): PG_VOID where the elements are arrays. */
static enum err_code make(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct pgtype t = PGTYPE((enum pg_base)a[0].integer);
    buf_char(m, '{');
    for (size_t i = 1; i < n; i++) {
        struct buf printed = BUF_INIT;
        convert_print(&a[i], t, &printed);
        struct array_item item = {.text = a[i].type == VALUE_NULL ? NULL : buf_text(&printed),
                                  .len = printed.len,
                                  .nested = t.base == PG_VOID};
        buf_str(m, i > 1 ? "," : "");
        array_print_item(&item, m);
        buf_release(&printed);
    }
    buf_char(m, '}');
    return run_set_text(m, out, e);
}

static enum err_code give_item(const struct array_item *item, struct arena *a, struct buf *m, struct value *out,
                               struct err *e) {
    if (item && item->text) {
        buf_add(m, item->text, item->len);
        run_set_text(m, out, e);
    }
    arena_release(a);
    return e->code;
}

static enum err_code get(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    struct array x;
    (void)n;
    read(&arena, &a[0], &x, e);
    bool there = e->code == ERR_OK && a[1].integer >= 1 && a[1].integer <= (int64_t)x.count;
    const struct array_item *item = there ? &x.items[a[1].integer - 1] : NULL;
    return give_item(item && !item->nested ? item : NULL, &arena, m, out, e);
}

/* pg_array_slice(array, from, to): NULL is the end. */
static enum err_code slice(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    struct array x;
    (void)n;
    if (a[0].type == VALUE_NULL) {
        return ERR_OK;
    }
    read(&arena, &a[0], &x, e);
    int64_t count = (int64_t)x.count, from = a[1].type == VALUE_NULL ? 1 : a[1].integer;
    int64_t to = a[2].type == VALUE_NULL ? count : a[2].integer;
    from = from < 1 ? 1 : from;
    to = to > count ? count : to;
    x.count = to >= from ? (size_t)(to - from + 1) : 0;
    x.items += x.count ? from - 1 : 0;
    return give(&x, &arena, m, out, e);
}

static enum err_code cat(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    struct array x, y;
    (void)n;
    if (a[0].type == VALUE_NULL && a[1].type == VALUE_NULL) {
        return ERR_OK;
    }
    if (read(&arena, &a[0], &x, e) == ERR_OK && read(&arena, &a[1], &y, e) == ERR_OK) {
        struct array both = {.items = arena_alloc(&arena, (x.count + y.count + 1) * sizeof *both.items)};
        for (size_t i = 0; both.items && i < x.count + y.count; i++) {
            both.items[both.count++] = i < x.count ? x.items[i] : y.items[i - x.count];
        }
        return give(&both, &arena, m, out, e);
    }
    arena_release(&arena);
    return e->code;
}

static enum err_code add(const struct value *array, const struct value *element, bool front, struct buf *m,
                         struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    struct array x;
    read(&arena, array, &x, e);
    struct array longer = {.items = arena_alloc(&arena, (x.count + 1) * sizeof *longer.items)};
    if (longer.items) {
        struct array_item item = item_of(element);
        longer.items[front ? 0 : x.count] = item;
        for (size_t i = 0; i < x.count; i++) {
            longer.items[i + front] = x.items[i];
        }
        longer.count = x.count + 1;
    }
    return give(&longer, &arena, m, out, e);
}

static enum err_code append(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    return add(&a[0], &a[1], false, m, out, e);
}

static enum err_code prepend(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    return add(&a[1], &a[0], true, m, out, e);
}

static enum err_code drop(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    struct array x;
    struct array_item wanted = item_of(&a[1]);
    size_t kept = 0;
    (void)n;
    if (a[0].type == VALUE_NULL) {
        return ERR_OK;
    }
    read(&arena, &a[0], &x, e);
    for (size_t i = 0; i < x.count; i++) {
        if (!same_item(&x.items[i], &wanted)) {
            x.items[kept++] = x.items[i];
        }
    }
    x.count = kept;
    return give(&x, &arena, m, out, e);
}

static enum err_code replace(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    struct array x;
    struct array_item wanted = item_of(&a[1]), other = item_of(&a[2]);
    (void)n;
    if (a[0].type == VALUE_NULL) {
        return ERR_OK;
    }
    read(&arena, &a[0], &x, e);
    for (size_t i = 0; i < x.count; i++) {
        x.items[i] = same_item(&x.items[i], &wanted) ? other : x.items[i];
    }
    return give(&x, &arena, m, out, e);
}

static enum err_code position(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    struct array x;
    struct array_item wanted = item_of(&a[1]);
    (void)n;
    (void)m;
    read(&arena, &a[0], &x, e);
    for (size_t i = 0; i < x.count && out->type == VALUE_NULL; i++) {
        if (same_item(&x.items[i], &wanted)) {
            run_set_integer((int64_t)i + 1, out);
        }
    }
    arena_release(&arena);
    return e->code;
}

static enum err_code positions(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    struct array x;
    struct array_item wanted = item_of(&a[1]);
    (void)n;
    if (a[0].type == VALUE_NULL) {
        return ERR_OK;
    }
    read(&arena, &a[0], &x, e);
    buf_char(m, '{');
    for (size_t i = 0; i < x.count; i++) {
        if (same_item(&x.items[i], &wanted)) {
            buf_printf(m, "%s%zu", m->len > 1 ? "," : "", i + 1);
        }
    }
    buf_char(m, '}');
    arena_release(&arena);
    return e->code == ERR_OK ? run_set_text(m, out, e) : e->code;
}

/* pg_array_to_string(array, between, for NULL) */
static enum err_code to_string(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    struct array x;
    bool any = false;
    (void)n;
    if (a[0].type == VALUE_NULL || a[1].type == VALUE_NULL) {
        return ERR_OK;
    }
    read(&arena, &a[0], &x, e);
    for (size_t i = 0; i < x.count; i++) {
        if (x.items[i].text || a[2].type != VALUE_NULL) {
            buf_add(m, a[1].text, any ? a[1].length : 0);
            buf_add(m, x.items[i].text ? x.items[i].text : a[2].text, x.items[i].text ? x.items[i].len : a[2].length);
            any = true;
        }
    }
    arena_release(&arena);
    return e->code == ERR_OK ? run_set_text(m, out, e) : e->code;
}

/* pg_array_length(array, dimension) */
static enum err_code length(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    struct array x;
    (void)n;
    (void)m;
    read(&arena, &a[0], &x, e);
    for (int64_t d = 1; e->code == ERR_OK && d < a[1].integer; d++) {
        struct value inner = {.type = VALUE_TEXT};
        if (x.count == 0 || !x.items[0].nested) {
            x.count = 0;
            break;
        }
        inner.text = x.items[0].text;
        inner.length = x.items[0].len;
        read(&arena, &inner, &x, e);
    }
    if (e->code == ERR_OK && x.count > 0 && a[1].integer >= 1) {
        run_set_integer((int64_t)x.count, out);
    }
    arena_release(&arena);
    return e->code;
}

static enum err_code size(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct value both[2] = {a[0], {.type = VALUE_INTEGER, .integer = 1}};
    int64_t total = 1;
    (void)n;
    for (; both[1].integer <= 6; both[1].integer++) {
        struct value one = {.type = VALUE_NULL};
        if (length(both, 2, m, &one, e) != ERR_OK || one.type == VALUE_NULL) {
            break;
        }
        total *= one.integer;
    }
    return e->code == ERR_OK ? run_set_integer(both[1].integer > 1 ? total : 0, out) : e->code;
}

static bool holds(const struct array *x, const struct array_item *item) {
    for (size_t i = 0; item->text && i < x->count; i++) {
        if (x->items[i].text && same_item(&x->items[i], item)) {
            return true;
        }
    }
    return false;
}

static enum err_code compare_sets(const struct value *a, bool all, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    struct array x, y;
    size_t found = 0;
    if (read(&arena, &a[0], &x, e) == ERR_OK && read(&arena, &a[1], &y, e) == ERR_OK) {
        for (size_t i = 0; i < y.count && !run_stopped(e); i++) {
            found += holds(&x, &y.items[i]);
        }
        run_set_integer(all ? found == y.count : found > 0, out);
    }
    arena_release(&arena);
    return e->code;
}

static enum err_code contains(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    (void)m;
    return compare_sets(a, true, out, e);
}

static enum err_code overlaps(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    (void)m;
    return compare_sets(a, false, out, e);
}

/* pg_array_cast(array, from, to, precision, scale) */
static enum err_code cast(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct pgtype to = {.base = (enum pg_base)a[2].integer, .array = true, .precision = (int)a[3].integer};
    struct buf text = BUF_INIT;
    char now[48];
    (void)n;
    to.scaled = a[4].integer >= 0;
    to.scale = to.scaled ? (int)a[4].integer : 0;
    convert_now(now);
    bool from_number = a[1].integer == PG_NUMERIC || a[1].integer == PG_FLOAT4 || a[1].integer == PG_FLOAT8;
    struct value from = a[0];
    if (from_number && pgtype_is_integer(PGTYPE(to.base))) { /* round first */
        struct arena arena = ARENA_INIT;
        struct array x;
        read(&arena, &a[0], &x, e);
        for (size_t i = 0; i < x.count; i++) {
            if (x.items[i].text && !x.items[i].nested) {
                double r = convert_round(strtod(x.items[i].text, NULL), 0);
                char *whole = arena_printf(&arena, "%.0f", r);
                x.items[i] = (struct array_item){.text = whole, .len = whole ? strlen(whole) : 0};
            }
        }
        array_print(&x, &text);
        from = (struct value){.type = VALUE_TEXT, .text = buf_text(&text), .length = text.len};
        arena_release(&arena);
    }
    if (e->code == ERR_OK) {
        convert_text(&from, to, now, m, out, e);
    }
    buf_release(&text);
    return e->code;
}

/* What arrays are ordered by: element by element, a shorter one first. Numbers become text whose order is theirs. */
static enum err_code key(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct arena arena = ARENA_INIT;
    struct array x;
    (void)n;
    read(&arena, &a[0], &x, e);
    for (size_t i = 0; i < x.count; i++) {
        const char *text = x.items[i].text;
        char *end = NULL;
        double number = text ? strtod(text, &end) : 0;
        if (!text) {
            buf_str(m, "\x03");
        } else if (end > text && !*end) {
            /* The bits of a double, flipped so that they sort as the numbers do. */
            uint64_t bits;
            memcpy(&bits, &number, sizeof bits);
            bits = bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
            buf_printf(m, "\x02%016llx", (unsigned long long)bits);
        } else {
            buf_str(m, "\x02");
            buf_add(m, text, x.items[i].len);
        }
        buf_char(m, '\x01');
    }
    arena_release(&arena);
    return e->code == ERR_OK ? run_set_text(m, out, e) : e->code;
}

static enum err_code from_vector(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    buf_char(m, '{');
    for (size_t i = 0; i + sizeof(float) <= a[0].length; i += sizeof(float)) {
        float x;
        memcpy(&x, a[0].text + i, sizeof x);
        buf_str(m, i ? "," : "");
        convert_shortest((double)x, true, m);
    }
    buf_char(m, '}');
    return run_set_text(m, out, e);
}

/* Bytes whose order is that of the numbers, one after the other: a float's bits rise with it, but for the sign. */
static enum err_code vector_key(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    for (size_t i = 0; i + sizeof(float) <= a[0].length; i += sizeof(float)) {
        uint32_t bits;
        memcpy(&bits, a[0].text + i, sizeof bits);
        bits = bits == 0x80000000u ? 0 : bits; /* -0 is 0 */
        bits = bits >> 31 ? ~bits : bits | 0x80000000u;
        for (int shift = 24; shift >= 0; shift -= 8) {
            buf_char(m, (char)(bits >> shift & 255));
        }
    }
    if (!buf_ok(m)) {
        return err_nomem(e);
    }
    *out = (struct value){.type = VALUE_BLOB, .text = buf_text(m), .length = m->len};
    return ERR_OK;
}

/* pg_string_to_array(text, between, what means NULL): without `between` each character is one. */
static enum err_code from_string(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    const char *at = a[0].text, *end = at + a[0].length;
    (void)n;
    if (a[0].type == VALUE_NULL) {
        return ERR_OK;
    }
    buf_char(m, '{');
    for (bool more = a[0].length > 0, first = true; more; first = false) {
        const char *hit = a[1].type == VALUE_NULL ? at + 1 : NULL;
        while (a[1].type == VALUE_NULL && hit < end && ((unsigned char)*hit & 0xc0) == 0x80) {
            hit++;
        }
        if (a[1].type != VALUE_NULL && a[1].length > 0) {
            hit = memmem(at, (size_t)(end - at), a[1].text, a[1].length);
        }
        more = hit != NULL && (a[1].type != VALUE_NULL || hit < end);
        hit = hit ? hit : end;
        struct array_item item = {.text = at, .len = (size_t)(hit - at)};
        struct array_item null = item_of(&a[2]);
        item.text = null.text && same_item(&item, &null) ? NULL : item.text;
        buf_str(m, first ? "" : ",");
        array_print_item(&item, m);
        at = hit + (a[1].type == VALUE_NULL ? 0 : a[1].length);
    }
    buf_char(m, '}');
    return run_set_text(m, out, e);
}

const struct run_row run_array_rows[] = {
    {"pg_array", -1, true, make},
    {"pg_array_get", 2, false, get},
    {"pg_array_slice", 3, true, slice},
    {"pg_array_cat", 2, true, cat},
    {"pg_array_append", 2, true, append},
    {"pg_array_prepend", 2, true, prepend},
    {"pg_array_remove", 2, true, drop},
    {"pg_array_replace", 3, true, replace},
    {"pg_array_position", 2, true, position},
    {"pg_array_positions", 2, true, positions},
    {"pg_array_to_string", 3, true, to_string},
    {"pg_array_length", 2, false, length},
    {"pg_array_size", 1, false, size},
    {"pg_array_contains", 2, false, contains},
    {"pg_array_overlaps", 2, false, overlaps},
    {"pg_array_cast", 5, false, cast},
    {"pg_array_key", 1, false, key},
    {"pg_vector_key", 1, false, vector_key},
    {"pg_vector_array", 1, false, from_vector},
    {"pg_string_to_array", 3, true, from_string},
    {NULL, 0, false, NULL},
};
