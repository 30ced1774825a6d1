/* A recursive parser: alternatives, branches, atoms with what repeats them. */
#include "lang/sql/regex_tree.h"

#include "base/utf8.h"
#include "lang/sql/regex.h"
#include "lang/sql/regex_branch.h"
#include "lang/sql/regex_set.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 100, MOST_GROUPS = 64, MOST_TIMES = 255 };

struct parser {
    struct arena *a;
    const char *at, *end;
    unsigned flags;
    int depth, look; /* parentheses that are open; those of them that look ahead or behind */
    size_t groups, most_groups, copies;
    struct regex_node *closed[MOST_GROUPS]; /* groups that a \1 may mean */
    struct err *e;
};

static struct regex_node *bad(struct parser *p, const char *why) {
    err_set(p->e, ERR_VALUE, "invalid regular expression: %s", why);
    return NULL;
}

static struct regex_node *refuse(struct parser *p, const char *what) {
    err_set(p->e, ERR_UNSUPPORTED, "%s in a regular expression is not supported here", what);
    return NULL;
}

static struct regex_node *node(struct parser *p, enum regex_kind kind, struct regex_node *left,
                               struct regex_node *right) {
    return regex_node_new(p->a, kind, left, right, p->e);
}

static struct regex_node *set_node(struct parser *p, struct regex_set *set) {
    struct regex_node *n = node(p, REGEX_SET, NULL, NULL);
    if (n && set) {
        regex_set_close(set, p->flags & REGEX_INSENSITIVE);
        n->set = set;
    }
    return set ? n : NULL;
}

static struct regex_set *new_set(struct parser *p, bool negated) {
    struct regex_set *s = regex_set_new(p->a, negated);
    if (!s) {
        err_nomem(p->e);
    }
    return s;
}

static struct regex_node *place_node(struct parser *p, enum regex_place place) {
    struct regex_node *n = node(p, REGEX_PLACE, NULL, NULL);
    if (n) {
        n->place = place;
    }
    return n;
}

/* All but what is added, and where lines count, but their ends. */
static struct regex_set *others(struct parser *p) {
    struct regex_set *s = new_set(p, true);
    if (s && p->flags & REGEX_DOT_IN_LINE) {
        regex_set_add(p->a, s, '\n', '\n');
    }
    return s;
}

static struct regex_node *one_character(struct parser *p, uint32_t point) {
    struct regex_set *s = new_set(p, false);
    if (s) {
        regex_set_add(p->a, s, point, point);
    }
    return set_node(p, s);
}

/* Whether one of the signs stands here. */
static bool at_one_of(const struct parser *p, const char *signs) {
    return p->at < p->end && *p->at && strchr(signs, *p->at);
}

static uint32_t next_character(struct parser *p) {
    uint32_t point = 0;
    p->at += utf8_next(p->at, (size_t)(p->end - p->at), &point);
    return point;
}

/* Up to `most` digits of a base; below 0: there are none. */
static long read_digits(struct parser *p, int base, int most) {
    char digits[12] = "";
    int n = 0;
    while (n < most && at_one_of(p, base == 16 ? "0123456789abcdefABCDEF" : base == 8 ? "01234567" : "0123456789")) {
        digits[n++] = *p->at++;
    }
    return n ? strtol(digits, NULL, base) : -1;
}

/* The character that the escape of this letter is, which was read already. False: it is none. */
static bool character_escape(struct parser *p, char c, uint32_t *out) {
    static const char from[] = "abBefnrtv0", to[] = "\a\b\\\033\f\n\r\t\v\0";
    const char *at = c ? strchr(from, c) : NULL;
    long code;
    if (at && c != '0') {
        *out = (unsigned char)to[at - from];
        return true;
    }
    switch (c) {
    case 'c':
        *out = p->at < p->end ? (uint32_t)*p->at++ & 31 : 0;
        return true;
    case 'u':
    case 'U':
    case 'x':
        code = read_digits(p, 16, c == 'u' ? 4 : c == 'U' ? 8 : 8);
        *out = (uint32_t)code;
        return code > 0 && code <= 0x10ffff;
    case '0':
        code = read_digits(p, 8, 2);
        *out = code > 0 ? (uint32_t)code : 0;
        return true;
    default:
        *out = (unsigned char)c;
        return !isalnum((unsigned char)c);
    }
}

static const char *class_of(char c) {
    return c == 'd' ? "digit" : c == 'w' ? "alnum" : c == 's' ? "space" : NULL;
}

/* [:name:], [.x.] or [=x=] within brackets; *at is behind the first bracket. */
static bool bracket_class(struct parser *p, struct regex_set *set) {
    char sign = *p->at++, name[16] = "";
    const char close[3] = {sign, ']', '\0'}, *end = memmem(p->at, (size_t)(p->end - p->at), close, 2);
    size_t len = end ? (size_t)(end - p->at) : 0;
    if (!end) {
        bad(p, "brackets [] not balanced");
        return false;
    }
    if (sign == ':') {
        memcpy(name, p->at, len < sizeof name ? len : 0);
        bool known = len > 0 && len < sizeof name && regex_set_add_class(set, name);
        p->at = end + 2;
        return known || bad(p, "invalid character class");
    }
    uint32_t point = next_character(p);
    if (p->at != end) {
        refuse(p, "a collating element");
        return false;
    }
    regex_set_add(p->a, set, point, point);
    p->at = end + 2;
    return true;
}

/* One character of a bracket's list. *class: it was a class, which is in the set already. False: an error. */
static bool bracket_item(struct parser *p, struct regex_set *set, uint32_t *point, bool *class) {
    *class = false;
    if (*p->at == '[' && p->at + 1 < p->end && (p->at[1] == ':' || p->at[1] == '.' || p->at[1] == '=')) {
        p->at++;
        *class = true;
        return bracket_class(p, set);
    }
    if (*p->at != '\\' || p->at + 1 >= p->end) {
        *point = next_character(p);
        return true;
    }
    p->at++;
    const char *name = class_of(*p->at);
    if (name) {
        *class = true;
        regex_set_add_class(set, name);
        if (*p->at++ == 'w') {
            regex_set_add(p->a, set, '_', '_');
        }
        return true;
    }
    if ((unsigned char)*p->at >= 128) {
        *point = next_character(p);
        return true;
    }
    return character_escape(p, *p->at++, point) || bad(p, "invalid escape \\ sequence");
}

static struct regex_node *bracket(struct parser *p) {
    bool negated = p->at < p->end && *p->at == '^', first = true;
    struct regex_set *set = negated ? others(p) : new_set(p, false);
    p->at += negated;
    for (; set && p->at < p->end && (*p->at != ']' || first); first = false) {
        uint32_t from, to;
        bool class;
        if (!bracket_item(p, set, &from, &class)) {
            return NULL;
        }
        if (class) {
            continue;
        }
        to = from;
        if (p->end - p->at > 1 && *p->at == '-' && p->at[1] != ']') {
            p->at++;
            if (!bracket_item(p, set, &to, &class)) {
                return NULL;
            }
            if (class || to < from) {
                return bad(p, "invalid character range");
            }
        }
        regex_set_add(p->a, set, from, to);
    }
    if (!set || p->at >= p->end) {
        return set ? bad(p, "brackets [] not balanced") : NULL;
    }
    p->at++;
    return set_node(p, set);
}

static struct regex_node *back_reference(struct parser *p, char first) {
    size_t number = (size_t)(first - '0');
    while (p->at < p->end && isdigit((unsigned char)*p->at) && number * 10 + (size_t)(*p->at - '0') <= p->groups) {
        number = number * 10 + (size_t)(*p->at++ - '0');
    }
    if (number > p->groups || !p->closed[number] || p->look > 0) {
        return bad(p, "invalid backreference number");
    }
    struct regex_node *n = node(p, REGEX_BACK, p->closed[number], NULL);
    if (n) {
        n->group = (int)number;
    }
    return n;
}

static struct regex_node *escape(struct parser *p) {
    static const struct {
        char letter;
        enum regex_place place;
    } places[] = {{'A', REGEX_BEGIN},    {'Z', REGEX_END},       {'m', REGEX_WORD_BEGIN},
                  {'M', REGEX_WORD_END}, {'y', REGEX_WORD_EDGE}, {'Y', REGEX_NO_WORD_EDGE}};
    if (p->at >= p->end) {
        return bad(p, "invalid escape \\ sequence");
    }
    if ((unsigned char)*p->at >= 128) {
        return one_character(p, next_character(p));
    }
    char c = *p->at++;
    bool other = isupper((unsigned char)c);
    const char *name = class_of((char)tolower((unsigned char)c));
    if (name) {
        struct regex_set *set = new_set(p, other);
        if (set) {
            regex_set_add_class(set, name);
            if ((c | 32) == 'w') {
                regex_set_add(p->a, set, '_', '_');
            }
        }
        return set_node(p, set);
    }
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (places[i].letter == c) {
            return place_node(p, places[i].place);
        }
    }
    uint32_t point;
    if (c >= '1' && c <= '9') {
        return back_reference(p, c);
    }
    return character_escape(p, c, &point) ? one_character(p, point) : bad(p, "invalid escape \\ sequence");
}

static struct regex_node *alternatives(struct parser *p);

/* The number of a group is that of its parenthesis among those that open one. */
static struct regex_node *group(struct parser *p) {
    bool question = p->at < p->end && *p->at == '?';
    size_t number = 0;
    struct regex_node *look = NULL;
    if (++p->depth > DEEPEST) {
        return bad(p, "regular expression is too complex");
    }
    p->at += question;
    if (question && at_one_of(p, "=!<")) {
        look = node(p, REGEX_LOOK, NULL, NULL);
        if (!look) {
            return NULL;
        }
        look->behind = *p->at == '<';
        p->at += look->behind;
        if (!at_one_of(p, "=!")) {
            return bad(p, "quantifier operand invalid");
        }
        look->negated = *p->at++ == '!';
    } else if (question && (p->at >= p->end || *p->at++ != ':')) {
        return bad(p, "quantifier operand invalid");
    }
    if (!question && p->look == 0) {
        number = ++p->groups;
        if (number >= p->most_groups || number >= MOST_GROUPS) {
            return refuse(p, "so many groups");
        }
    }
    p->look += look != NULL;
    struct regex_node *inner = alternatives(p);
    p->look -= look != NULL;
    if (inner && (p->at >= p->end || *p->at++ != ')')) {
        return bad(p, "parentheses () not balanced");
    }
    p->depth--;
    if (look) {
        look->left = inner;
        return inner ? look : NULL;
    }
    if (!inner || number == 0) {
        return inner;
    }
    struct regex_node *n = node(p, REGEX_GROUP, inner, NULL);
    if (n) {
        n->group = (int)number;
        p->closed[number] = n;
    }
    return n;
}

static struct regex_node *atom(struct parser *p) {
    switch (*p->at) {
    case '(':
        p->at++;
        return group(p);
    case '[':
        p->at++;
        return bracket(p);
    case '\\':
        p->at++;
        return escape(p);
    case '.':
        p->at++;
        return set_node(p, others(p));
    case '^':
        p->at++;
        return place_node(p, p->flags & REGEX_LINES ? REGEX_LINE_BEGIN : REGEX_BEGIN);
    case '$':
        p->at++;
        return place_node(p, p->flags & REGEX_LINES ? REGEX_LINE_END : REGEX_END);
    case '*':
    case '+':
    case '?':
        return bad(p, "quantifier operand invalid");
    default:
        return one_character(p, next_character(p));
    }
}

/* What repeats begins here: * + ? or { and a digit. */
static bool at_repetition(const struct parser *p) {
    return at_one_of(p, "*+?") || (at_one_of(p, "{") && p->at + 1 < p->end && isdigit((unsigned char)p->at[1]));
}

/* {m}, {m,} or {m,n} */
static bool read_times(struct parser *p, int *least, int *most, bool *fixed) {
    p->at++;
    long m = read_digits(p, 10, 4), n = m;
    *fixed = true;
    if (p->at < p->end && *p->at == ',') {
        p->at++;
        n = read_digits(p, 10, 4); /* -1: no end */
        *fixed = false;
    }
    if (p->at >= p->end || *p->at != '}') {
        return bad(p, p->at >= p->end ? "braces {} not balanced" : "invalid repetition count(s)");
    }
    p->at++;
    if (m > MOST_TIMES || n > MOST_TIMES || (n >= 0 && n < m)) {
        return bad(p, "invalid repetition count(s)");
    }
    *least = (int)m;
    *most = (int)n;
    return true;
}

/* What repeats the atom, if anything does. A place that stands bare is not repeated. */
static bool read_repetition(struct parser *p, bool bare_place, struct regex_times *out) {
    *out = (struct regex_times){.least = 1, .most = 1};
    if (!at_repetition(p)) {
        return true;
    }
    bool fixed = false;
    if (bare_place) {
        return bad(p, "quantifier operand invalid");
    }
    if (*p->at == '{') {
        if (!read_times(p, &out->least, &out->most, &fixed)) {
            return false;
        }
    } else {
        out->least = *p->at == '+';
        out->most = *p->at++ == '?' ? 1 : -1;
    }
    bool shortest = p->at < p->end && *p->at == '?';
    p->at += shortest;
    out->wish = fixed ? REGEX_EITHER : shortest ? REGEX_SHORTEST : REGEX_LONGEST;
    return !at_repetition(p) || bad(p, "quantifier operand invalid");
}

static bool read_piece(struct parser *p, struct regex_piece *out) {
    bool bare = p->end - p->at < 3 || memcmp(p->at, "(?:", 3) != 0;
    struct regex_times times;
    struct regex_node *x = atom(p);
    return x && read_repetition(p, bare && (x->kind == REGEX_PLACE || x->kind == REGEX_LOOK), &times) &&
           regex_piece_make(p->a, x, &times, &p->copies, out, p->e) == ERR_OK;
}

/* Atoms one behind the other, up to | or ). */
static struct regex_node *branch(struct parser *p) {
    struct regex_piece *pieces = NULL;
    size_t count = 0, room = 0;
    while (p->at < p->end && *p->at != '|' && *p->at != ')') {
        if (count == room) {
            room = room ? 2 * room : 16;
            struct regex_piece *more = arena_alloc(p->a, room * sizeof *more);
            if (!more) {
                err_nomem(p->e);
                return NULL;
            }
            if (count) {
                memcpy(more, pieces, count * sizeof *more);
            }
            pieces = more;
        }
        if (!read_piece(p, &pieces[count++])) {
            return NULL;
        }
    }
    return regex_branch_join(p->a, pieces, count, p->e);
}

static struct regex_node *alternatives(struct parser *p) {
    struct regex_node *first = branch(p);
    if (!first || p->at >= p->end || *p->at != '|') {
        return first;
    }
    struct regex_node *all = node(p, REGEX_OR, first, NULL), *last = all;
    while (last && p->at < p->end && *p->at == '|') {
        p->at++;
        struct regex_node *next = branch(p);
        if (!next) {
            return NULL;
        }
        all->keeps = all->keeps || next->keeps;
        all->returns = all->returns || next->returns;
        all->mixed = all->mixed || next->mixed || next->wish == REGEX_SHORTEST;
        if (p->at < p->end && *p->at == '|') {
            last->right = node(p, REGEX_OR, next, NULL);
            last = last->right;
        } else {
            last->right = next;
        }
    }
    return last ? all : NULL;
}

bool regex_flag(char letter, unsigned *flags) {
    static const struct {
        char letter;
        unsigned gone, set;
    } rows[] = {{'i', 0, REGEX_INSENSITIVE},
                {'c', REGEX_INSENSITIVE, 0},
                {'n', 0, REGEX_DOT_IN_LINE | REGEX_LINES},
                {'m', 0, REGEX_DOT_IN_LINE | REGEX_LINES},
                {'p', REGEX_LINES, REGEX_DOT_IN_LINE},
                {'w', REGEX_DOT_IN_LINE, REGEX_LINES},
                {'s', REGEX_DOT_IN_LINE | REGEX_LINES, 0},
                {'t', 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].letter == letter) {
            *flags = (*flags & ~rows[i].gone) | rows[i].set;
            return true;
        }
    }
    return false;
}

/* (?i) and the like at the begin. */
static bool read_options(struct parser *p) {
    if (p->end - p->at < 4 || memcmp(p->at, "(?", 2) != 0 || !isalpha((unsigned char)p->at[2])) {
        return true;
    }
    for (p->at += 2; p->at < p->end && *p->at != ')'; p->at++) {
        if (!regex_flag(*p->at, &p->flags)) {
            return at_one_of(p, "beqx") ? refuse(p, "this option") : bad(p, "invalid embedded option");
        }
    }
    return p->at++ < p->end || bad(p, "invalid embedded option");
}

enum err_code regex_parse(struct arena *a, const char *pattern, size_t len, unsigned flags, size_t most_groups,
                          struct regex_tree *out, struct err *e) {
    struct parser p = {.a = a, .at = pattern, .end = pattern + len, .flags = flags, .most_groups = most_groups, .e = e};
    if (len > REGEX_MOST_BYTES) {
        bad(&p, "regular expression is too complex");
        return e->code;
    }
    struct regex_node *root = read_options(&p) ? alternatives(&p) : NULL;
    if (root && p.at < p.end) {
        bad(&p, "parentheses () not balanced");
    }
    if (e->code == ERR_OK && (!root || arena_failed(a))) {
        return err_nomem(e);
    }
    *out = (struct regex_tree){.root = root, .groups = p.groups, .insensitive = (p.flags & REGEX_INSENSITIVE) != 0};
    return e->code;
}
