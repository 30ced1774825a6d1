/* Compiled patterns, the search, and the places of groups (PostgreSQL's regexec.c calls that dissecting). */
#include "lang/sql/regex.h"

#include "base/letter.h"
#include "base/utf8.h"
#include "lang/sql/regex_run.h"

#include <stdlib.h>
#include <string.h>

enum {
    KEPT = 8, /* a query applies one or two patterns to each row */
    TURNS_BETWEEN_CHECKS = 256,
};

struct regex {
    char *pattern;
    size_t len;
    unsigned flags;
    bool used;
    struct arena arena;
    struct regex_tree tree;
    size_t instructions;
    struct made {
        struct regex_program *program;
        struct made *next;
    } * programs; /* of the nodes */
};

static _Thread_local struct regex kept[KEPT];
static _Thread_local int next_kept;

static void forget(struct regex *r) {
    for (struct made *m = r->programs; m; m = m->next) {
        regex_program_free(m->program);
    }
    arena_release(&r->arena);
    free(r->pattern);
    *r = (struct regex){.used = false};
}

void regex_forget(void) {
    for (int i = 0; i < KEPT; i++) {
        forget(&kept[i]);
    }
}

enum err_code regex_compile(const char *pattern, size_t len, unsigned flags, struct regex **out, struct err *e) {
    for (int i = 0; i < KEPT; i++) {
        struct regex *r = &kept[i];
        if (r->used && r->len == len && r->flags == flags && memcmp(r->pattern, pattern, len) == 0) {
            *out = r;
            return ERR_OK;
        }
    }
    struct regex *r = &kept[next_kept];
    forget(r);
    *r = (struct regex){.flags = flags, .len = len, .pattern = malloc(len + 1), .used = true};
    if (!r->pattern) {
        err_nomem(e);
    } else {
        memcpy(r->pattern, pattern, len);
        regex_parse(&r->arena, r->pattern, len, flags, REGEX_GROUPS, &r->tree, e);
    }
    if (e->code != ERR_OK) {
        forget(r);
        return e->code;
    }
    next_kept = (next_kept + 1) % KEPT;
    *out = r;
    return ERR_OK;
}

struct search {
    struct regex *r;
    const char *text;
    size_t len;
    struct regex_hit *hit;
    struct stop *stop;
    struct err *e;
};

/* The node's program, made when it is needed first. NULL: an error. */
static struct regex_program *program_of(struct regex *r, struct regex_node *n, bool backward, struct err *e) {
    struct regex_program **p = backward ? &n->backward : &n->forward;
    if (!*p) {
        struct made *m = arena_alloc(&r->arena, sizeof *m);
        if (!m || regex_program_make(n, backward, &r->instructions, &m->program, e) != ERR_OK) {
            return e->code == ERR_OK ? (err_nomem(e), NULL) : NULL;
        }
        m->next = r->programs;
        r->programs = m;
        *p = m->program;
    }
    return *p;
}

/* All ends of the node's matches that begin at `from` (or at one of `starts`, unless NULL), within from..limit (or
 * limit..from, backward), as bits from the lower of both on. NULL: an error. */
static unsigned char *ends_of_all(struct search *s, struct regex_node *n, bool backward, size_t from,
                                  const unsigned char *starts, size_t limit) {
    struct regex_program *p = program_of(s->r, n, backward, s->e);
    struct regex_scan scan = {
        .text = s->text, .len = s->len, .from = from, .starts = starts, .limit = limit, .stop = s->stop};
    scan.base = from < limit ? from : limit;
    size_t span = from < limit ? limit - from : from - limit;
    if (!p) {
        return NULL;
    }
    scan.ends = calloc(span / 8 + 1, 1);
    if (!scan.ends) {
        err_nomem(s->e);
        return NULL;
    }
    regex_scan(p, &scan);
    if (scan.stopped) {
        free(scan.ends);
        err_interrupt(s->e);
        return NULL;
    }
    return scan.ends;
}

static unsigned char *ends_of(struct search *s, struct regex_node *n, bool backward, size_t from, size_t limit) {
    return ends_of_all(s, n, backward, from, NULL, limit);
}

static bool has_bit(const unsigned char *bits, size_t i) {
    return bits[i / 8] >> i % 8 & 1;
}

/* The next of the bits 0..count that is in both, from *at on (down, where the longest is wanted). */
static bool next_bit(const unsigned char *a, const unsigned char *b, size_t count, bool shortest, size_t *at) {
    for (;; *at += shortest ? 1 : (size_t)-1) {
        if (*at > count) { /* below 0, too */
            return false;
        }
        if (has_bit(a, *at) && has_bit(b, *at)) {
            return true;
        }
    }
}

static bool dissect(struct search *s, struct regex_node *n, size_t from, size_t to);

/* left from..middle, right middle..to. Without \1 the first middle that fits both is the one. */
static bool dissect_both(struct search *s, struct regex_node *n, size_t from, size_t to) {
    bool shortest = n->left->wish == REGEX_SHORTEST, done = false, more = true;
    unsigned char *left = ends_of(s, n->left, false, from, to);
    unsigned char *right = left ? ends_of(s, n->right, true, to, from) : NULL;
    size_t at = shortest ? 0 : to - from;
    while (right && more && !done && s->e->code == ERR_OK && next_bit(left, right, to - from, shortest, &at)) {
        more = n->returns;
        if (!more) { /* not to be held while the parts are taken apart */
            free(left);
            free(right);
            left = right = NULL;
        }
        done = dissect(s, n->left, from, from + at) && dissect(s, n->right, from + at, to);
        at += shortest ? 1 : (size_t)-1;
        if (stop_requested(s->stop)) {
            err_interrupt(s->e);
        }
    }
    free(left);
    free(right);
    return done;
}

/* The first of the alternatives that the whole of it is. */
static bool dissect_either(struct search *s, struct regex_node *n, size_t from, size_t to) {
    for (;; n = n->right) {
        struct regex_node *one = n->kind == REGEX_OR ? n->left : n;
        unsigned char *ends = ends_of(s, one, false, from, to);
        bool fits = ends && has_bit(ends, to - from);
        free(ends);
        if (fits && dissect(s, one, from, to)) {
            return true;
        }
        if (n->kind != REGEX_OR || s->e->code != ERR_OK) {
            return false;
        }
    }
}

/* The end of the longest (or shortest) turn of `left` from `begin` on, behind which others lead to the end: `rest` says
 * so, from `from` on. Not above `begin`: there is none, or an error. */
static size_t turn_end(struct search *s, struct regex_node *left, const unsigned char *rest, size_t from, size_t begin,
                       size_t to) {
    struct regex_program *p = program_of(s->r, left, false, s->e);
    struct regex_scan scan = {.text = s->text,
                              .len = s->len,
                              .from = begin,
                              .limit = to,
                              .shortest = left->wish == REGEX_SHORTEST,
                              .only = rest,
                              .base = from,
                              .stop = s->stop};
    if (!p) {
        return begin;
    }
    regex_scan(p, &scan);
    if (scan.stopped || (begin % TURNS_BETWEEN_CHECKS == 0 && stop_requested(s->stop))) {
        err_interrupt(s->e);
    }
    return scan.found && s->e->code == ERR_OK ? scan.end : begin;
}

/* Bits for each number of turns up to `count` - 1: where so many, or fewer, lead to the end. The last holds for all
 * higher numbers, too. */
struct rests {
    unsigned char **bits;
    size_t count;
};

static void rests_free(struct rests *r) {
    for (size_t i = 0; i < r->count; i++) {
        free(r->bits[i]);
    }
    free(r->bits);
}

/* Each from the one before it, up to the number of turns behind the first, or as long as there are more places. */
static bool rests_counted(struct search *s, struct regex_node *n, size_t from, size_t to, struct rests *r) {
    size_t bytes = (to - from) / 8 + 1;
    for (; r->count < (size_t)n->most; r->count++) {
        unsigned char *before = r->bits[r->count - 1];
        unsigned char *more = ends_of_all(s, n->left, true, to, before, from);
        if (!more) {
            return false;
        }
        for (size_t i = 0; i < bytes; i++) {
            more[i] |= before[i];
        }
        if (memcmp(more, before, bytes) == 0) {
            free(more);
            return true;
        }
        r->bits[r->count] = more;
    }
    return true;
}

static bool rests_make(struct search *s, struct regex_node *n, size_t from, size_t to, struct rests *r) {
    *r = (struct rests){.bits = calloc(n->most < 0 ? 1 : (size_t)n->most, sizeof *r->bits)};
    unsigned char *first = n->most < 0 ? ends_of(s, n, true, to, from) : calloc((to - from) / 8 + 1, 1);
    if (!r->bits || !first) {
        free(first);
        return s->e->code == ERR_OK ? err_nomem(s->e), false : false;
    }
    r->bits[r->count++] = first;
    first[(to - from) / 8] |= (unsigned char)(1u << (to - from) % 8); /* none at all */
    return n->most < 0 || rests_counted(s, n, from, to, r);
}

/* The turns one behind the other. What groups took is what they took in the last, so, but for \1, no other is taken
 * apart. */
static bool dissect_turns(struct search *s, struct regex_node *n, struct rests *r, size_t from, size_t to) {
    size_t left = n->most < 0 ? 0 : (size_t)n->most - 1; /* turns that may follow this one */
    for (size_t begin = from;; left -= left > 0) {
        unsigned char *rest = r->bits[left < r->count ? left : r->count - 1];
        size_t end = turn_end(s, n->left, rest, from, begin, to);
        while (n->returns && end > begin && s->e->code == ERR_OK && !dissect(s, n->left, begin, end)) {
            rest[(end - from) / 8] &= (unsigned char)~(1u << (end - from) % 8); /* not there */
            end = turn_end(s, n->left, rest, from, begin, to);
        }
        if (end <= begin) {
            return false;
        }
        if (end == to) {
            return n->returns || dissect(s, n->left, begin, end);
        }
        begin = end;
    }
}

static bool dissect_repeat(struct search *s, struct regex_node *n, size_t from, size_t to) {
    if (from == to && n->least == 0 && (n->spare || n->left->wish == REGEX_SHORTEST)) {
        return true;
    }
    if (from == to) { /* once, where that is possible */
        unsigned char *once = ends_of(s, n->left, false, from, to);
        bool fits = once && has_bit(once, 0);
        free(once);
        return !fits ? n->least == 0 : dissect(s, n->left, from, to);
    }
    if (n->most == 1) {
        return dissect(s, n->left, from, to);
    }
    struct rests rests;
    bool done = rests_make(s, n, from, to, &rests) && dissect_turns(s, n, &rests, from, to);
    rests_free(&rests);
    return done && s->e->code == ERR_OK;
}

static bool same_again(const struct search *s, const struct regex_node *n, size_t from, size_t to) {
    long begin = s->hit->from[n->group];
    size_t len = (size_t)(s->hit->to[n->group] - begin), a = 0, b = 0;
    if (begin < 0) {
        return false;
    }
    if (!s->r->tree.insensitive) {
        return to - from == len && memcmp(s->text + from, s->text + begin, len) == 0;
    }
    while (a < len && b < to - from) {
        uint32_t x, y;
        a += utf8_next(s->text + begin + a, len - a, &x);
        b += utf8_next(s->text + from + b, to - from - b, &y);
        if (letter_lower(x) != letter_lower(y)) {
            return false;
        }
    }
    return a == len && b == to - from;
}

/* What the groups within the node take, where it is known that from..to may be all of it. False: \1 says that it may
 * not, or an error. */
static bool dissect(struct search *s, struct regex_node *n, size_t from, size_t to) {
    if (!n->keeps && n->kind != REGEX_OR) {
        return true;
    }
    switch (n->kind) {
    case REGEX_CAT:
        return dissect_both(s, n, from, to);
    case REGEX_OR:
        return !n->keeps || dissect_either(s, n, from, to);
    case REGEX_REPEAT:
        return dissect_repeat(s, n, from, to);
    case REGEX_GROUP:
        if (!dissect(s, n->left, from, to)) {
            return false;
        }
        s->hit->from[n->group] = (long)from;
        s->hit->to[n->group] = (long)to;
        return true;
    case REGEX_BACK:
        return same_again(s, n, from, to);
    default:
        return true;
    }
}

static void no_groups(struct regex_hit *hit, size_t groups) {
    hit->groups = groups;
    for (size_t i = 0; i <= groups; i++) {
        hit->from[i] = hit->to[i] = -1;
    }
}

/* Each begin and end, until \1 agrees. */
static bool find_returning(struct search *s, size_t start) {
    struct regex_node *root = s->r->tree.root;
    bool shortest = root->wish == REGEX_SHORTEST;
    uint32_t point;
    for (size_t begin = start; s->e->code == ERR_OK;) {
        unsigned char *ends = ends_of(s, root, false, begin, s->len);
        size_t count = s->len - begin, at = shortest ? 0 : count;
        bool done = false;
        for (; ends && s->e->code == ERR_OK && next_bit(ends, ends, count, shortest, &at);
             at += shortest ? 1 : (size_t)-1) {
            no_groups(s->hit, s->r->tree.groups);
            if (dissect(s, root, begin, begin + at)) {
                s->hit->from[0] = (long)begin;
                s->hit->to[0] = (long)(begin + at);
                done = true;
                break;
            }
        }
        free(ends);
        if (done || begin >= s->len) {
            return done;
        }
        begin += utf8_next(s->text + begin, s->len - begin, &point);
    }
    return false;
}

enum err_code regex_find(struct regex *r, const char *text, size_t len, size_t start, bool groups, struct stop *stop,
                         bool *found, struct regex_hit *hit, struct err *e) {
    struct regex_node *root = r->tree.root;
    struct search s = {r, text, len, hit, stop, e};
    *found = false;
    no_groups(hit, r->tree.groups);
    if (root->returns) {
        *found = find_returning(&s, start) && e->code == ERR_OK;
        return e->code;
    }
    struct regex_scan scan = {.text = text,
                              .len = len,
                              .from = start,
                              .limit = len,
                              .search = true,
                              .shortest = root->wish == REGEX_SHORTEST,
                              .stop = stop};
    struct regex_program *p = program_of(r, root, false, e);
    if (!p) {
        return e->code;
    }
    regex_scan(p, &scan);
    if (scan.stopped) {
        return err_interrupt(e);
    }
    if (scan.found) {
        hit->from[0] = (long)scan.begin;
        hit->to[0] = (long)scan.end;
        if (groups) {
            dissect(&s, root, scan.begin, scan.end);
        }
        *found = e->code == ERR_OK;
    }
    return e->code;
}
