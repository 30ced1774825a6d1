/* Functions of regular expressions. */
#include "lang/sql/array.h"
#include "lang/sql/regex.h"
#include "lang/sql/run.h"

#include "base/letter.h"
#include "base/utf8.h"

#include <string.h>

static enum err_code compile(const struct value *pattern, unsigned flags, struct regex **r, struct err *e) {
    return regex_compile(pattern->text, pattern->length, flags, r, e);
}

/* Whether there is a match at `at` or behind it; false also after an error. */
static bool find(struct regex *r, const struct value *text, size_t at, bool groups, struct regex_hit *hit,
                 struct err *e) {
    bool found = false;
    return regex_find(r, text->text, text->length, at, groups, run_stop(), &found, hit, e) == ERR_OK && found;
}

/* The letters behind a pattern: g, and the flags. */
static enum err_code read_flags(const struct value *v, bool *global, unsigned *flags, struct err *e) {
    for (size_t i = 0; i < v->length; i++) {
        char c = v->text[i];
        *global = *global || c == 'g';
        if (c != 'g' && !regex_flag(c, flags)) {
            bool known = letter_among(c, "qxbe");
            return err_set(e, known ? ERR_UNSUPPORTED : ERR_VALUE,
                           known ? "the regular expression option \"%c\" is not supported here"
                                 : "invalid regular expression option: \"%c\"",
                           c);
        }
    }
    return ERR_OK;
}

/* pg_regex(text, pattern, insensitive) */
static enum err_code matches(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct regex *r;
    struct regex_hit hit;
    (void)n;
    (void)m;
    if (compile(&a[1], a[2].integer ? REGEX_INSENSITIVE : 0, &r, e) == ERR_OK) {
        run_set_integer(find(r, &a[0], 0, false, &hit, e), out);
    }
    return e->code;
}

static enum err_code matches_with(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct regex *r;
    struct regex_hit hit;
    bool global = false;
    unsigned flags = 0;
    (void)n;
    (void)m;
    if (read_flags(&a[2], &global, &flags, e) == ERR_OK && compile(&a[1], flags, &r, e) == ERR_OK) {
        run_set_integer(find(r, &a[0], 0, false, &hit, e), out);
    }
    return e->code;
}

static enum err_code piece(const struct value *text, const struct regex_hit *hit, size_t group, struct value *out) {
    if (hit->from[group] >= 0) {
        *out = (struct value){.type = VALUE_TEXT,
                              .text = text->text + hit->from[group],
                              .length = (size_t)(hit->to[group] - hit->from[group])};
    }
    return ERR_OK;
}

/* substring(text from pattern): the first group, or the whole. */
static enum err_code substring(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct regex *r;
    struct regex_hit hit;
    (void)n;
    (void)m;
    if (compile(&a[1], 0, &r, e) == ERR_OK && find(r, &a[0], 0, true, &hit, e)) {
        piece(&a[0], &hit, hit.groups ? 1 : 0, out);
    }
    return e->code;
}

static enum err_code whole(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct regex *r;
    struct regex_hit hit;
    (void)n;
    (void)m;
    if (compile(&a[1], 0, &r, e) == ERR_OK && find(r, &a[0], 0, false, &hit, e)) {
        piece(&a[0], &hit, 0, out);
    }
    return e->code;
}

/* Where to look for the next match: behind this one, or behind the next character where it was empty. */
static size_t behind(const struct value *text, const struct regex_hit *hit) {
    uint32_t point;
    size_t to = (size_t)hit->to[0];
    return hit->to[0] > hit->from[0]
               ? to
               : to + (to < text->length ? utf8_next(text->text + to, text->length - to, &point) : 1);
}

/* \1 is a group, \& the whole match, \\ a backslash. */
static void add_replacement(const struct value *text, const struct value *by, const struct regex_hit *hit,
                            struct buf *m) {
    for (size_t i = 0; i < by->length; i++) {
        char c = by->text[i], d = i + 1 < by->length ? by->text[i + 1] : '\0';
        if (c == '\\' && ((d >= '1' && d <= '9') || d == '&')) {
            size_t group = d == '&' ? 0 : (size_t)(d - '0');
            if (group <= hit->groups && hit->from[group] >= 0) {
                buf_add(m, text->text + hit->from[group], (size_t)(hit->to[group] - hit->from[group]));
            }
            i++;
        } else if (c == '\\' && d == '\\') {
            buf_char(m, '\\');
            i++;
        } else {
            buf_char(m, c);
        }
    }
}

static enum err_code replace(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct regex *r;
    struct regex_hit hit;
    bool global = false;
    unsigned flags = 0;
    bool keeps = memchr(a[2].text, '\\', a[2].length) != NULL;
    size_t at = 0, copied = 0;
    (void)n;
    if (read_flags(&a[3], &global, &flags, e) != ERR_OK || compile(&a[1], flags, &r, e) != ERR_OK) {
        return e->code;
    }
    while (at <= a[0].length && find(r, &a[0], at, keeps, &hit, e)) {
        buf_add(m, a[0].text + copied, (size_t)hit.from[0] - copied);
        add_replacement(&a[0], &a[2], &hit, m);
        copied = (size_t)hit.to[0];
        at = behind(&a[0], &hit);
        if (!global) {
            break;
        }
    }
    buf_add(m, a[0].text + copied, a[0].length - copied);
    return e->code == ERR_OK ? run_set_text(m, out, e) : e->code;
}

static void add_groups(const struct value *text, const struct regex_hit *hit, struct buf *m) {
    buf_char(m, '{');
    for (size_t g = hit->groups ? 1 : 0; g <= hit->groups; g++) {
        struct value v = {.type = VALUE_NULL};
        piece(text, hit, g, &v);
        struct array_item item = {.text = v.text, .len = v.length};
        buf_str(m, g > 1 ? "," : "");
        array_print_item(&item, m);
    }
    buf_char(m, '}');
}

/* pg_regex_match(text, pattern, flags) */
static enum err_code match(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct regex *r;
    struct regex_hit hit;
    bool global = false;
    unsigned flags = 0;
    (void)n;
    if (read_flags(&a[2], &global, &flags, e) != ERR_OK || compile(&a[1], flags, &r, e) != ERR_OK) {
        return e->code;
    }
    if (global) {
        err_set(e, ERR_VALUE, "regexp_match() does not support the \"global\" option");
        return err_hint(e, "Use the regexp_matches function instead.");
    }
    if (find(r, &a[0], 0, true, &hit, e)) {
        add_groups(&a[0], &hit, m);
        run_set_text(m, out, e);
    }
    return e->code;
}

static enum err_code count(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct regex *r;
    struct regex_hit hit;
    int64_t found = 0;
    (void)n;
    (void)m;
    if (compile(&a[1], 0, &r, e) != ERR_OK) {
        return e->code;
    }
    for (size_t at = 0; at <= a[0].length && find(r, &a[0], at, false, &hit, e); at = behind(&a[0], &hit)) {
        found++;
    }
    return e->code == ERR_OK ? run_set_integer(found, out) : e->code;
}

/* All matches of the pattern as an array of arrays of groups, for regexp_matches(). */
enum err_code run_regex_matches(const struct value *text, const struct value *pattern, const struct value *letters,
                                void (*each)(void *user, const char *text, size_t len), void *user, struct err *e) {
    struct regex *r;
    struct regex_hit hit;
    bool global = false;
    unsigned flags = 0;
    if ((letters && read_flags(letters, &global, &flags, e) != ERR_OK) || compile(pattern, flags, &r, e) != ERR_OK) {
        return e->code;
    }
    for (size_t at = 0; at <= text->length && find(r, text, at, true, &hit, e); at = behind(text, &hit)) {
        struct buf m = BUF_INIT;
        add_groups(text, &hit, &m);
        each(user, buf_text(&m), m.len);
        buf_release(&m);
        if (!global) {
            break;
        }
    }
    return e->code;
}

/* The pieces between matches. */
enum err_code run_regex_pieces(const struct value *text, const struct value *pattern,
                               void (*each)(void *user, const char *text, size_t len), void *user, struct err *e) {
    struct regex *r;
    struct regex_hit hit;
    size_t at = 0, copied = 0;
    if (compile(pattern, 0, &r, e) != ERR_OK) {
        return e->code;
    }
    while (at <= text->length && find(r, text, at, false, &hit, e)) {
        bool empty = hit.from[0] == hit.to[0];
        at = behind(text, &hit);
        if (empty && ((size_t)hit.to[0] == copied || (size_t)hit.to[0] >= text->length)) {
            continue; /* an empty match at an end of a piece parts nothing */
        }
        each(user, text->text + copied, (size_t)hit.from[0] - copied);
        copied = (size_t)hit.to[0];
    }
    if (e->code == ERR_OK) {
        each(user, text->text + copied, text->length - copied);
    }
    return e->code;
}

static void add_piece(void *user, const char *text, size_t len) {
    struct buf *m = user;
    struct array_item item = {.text = text, .len = len};
    buf_str(m, m->len > 1 ? "," : "");
    array_print_item(&item, m);
}

static enum err_code split(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)n;
    buf_char(m, '{');
    if (run_regex_pieces(&a[0], &a[1], add_piece, m, e) != ERR_OK) {
        return e->code;
    }
    buf_char(m, '}');
    return run_set_text(m, out, e);
}

/* SIMILAR TO: % and _ as in LIKE, | * + ? { } ( ) [ ] as in regular expressions; the whole text must match. */
static enum err_code similar(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    struct regex *r;
    struct regex_hit hit;
    bool bracket = false;
    (void)n;
    buf_str(m, "^(?:");
    for (size_t i = 0; i < a[1].length; i++) {
        char c = a[1].text[i];
        if (c == '\\' && i + 1 < a[1].length) {
            char d = a[1].text[++i];
            buf_printf(m, letter_among(d, ".^$*+?()[]{}|\\") ? "\\%c" : "%c", d);
        } else if (c == '\\') {
            break; /* the last one escapes nothing */
        } else if (bracket || letter_among(c, "|*+?{}()[]")) {
            bracket = bracket ? c != ']' : c == '[';
            buf_char(m, c);
        } else if (c == '%' || c == '_') {
            buf_str(m, c == '%' ? ".*" : ".");
        } else if (c == '.' || c == '^' || c == '$') {
            buf_printf(m, "\\%c", c);
        } else {
            buf_char(m, c);
        }
    }
    buf_str(m, ")$");
    if (!buf_ok(m)) {
        return err_nomem(e);
    }
    if (regex_compile(buf_text(m), m->len, 0, &r, e) == ERR_OK) {
        run_set_integer(find(r, &a[0], 0, false, &hit, e), out);
    }
    return e->code;
}

const struct run_row run_regex_rows[] = {
    {"pg_regex", 3, false, matches},          {"pg_regex_like", 3, false, matches_with},
    {"pg_regex_substr", 2, false, substring}, {"pg_regex_whole", 2, false, whole},
    {"pg_regex_replace", 4, false, replace},  {"pg_regex_match", 3, false, match},
    {"pg_regex_count", 2, false, count},      {"pg_regex_split", 2, false, split},
    {"pg_similar", 2, false, similar},        {NULL, 0, false, NULL},
};
