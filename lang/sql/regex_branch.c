/* Pieces of a branch: repetitions, and what is bundled. */
#include "lang/sql/regex_branch.h"

enum { MOST_COPIES = 2000 };

static enum regex_wish first_wish(enum regex_wish a, enum regex_wish b) {
    return a != REGEX_EITHER ? a : b;
}

static bool clash(enum regex_wish a, enum regex_wish b) {
    return a != REGEX_EITHER && b != REGEX_EITHER && a != b;
}

struct regex_node *regex_node_new(struct arena *a, enum regex_kind kind, struct regex_node *left,
                                  struct regex_node *right, struct err *e) {
    struct regex_node *n = arena_alloc(a, sizeof *n);
    if (!n) {
        err_nomem(e);
        return NULL;
    }
    *n = (struct regex_node){.kind = kind, .left = left, .right = right};
    if (kind == REGEX_BACK) { /* left is elsewhere */
        n->keeps = n->returns = true;
        return n;
    }
    enum regex_wish before = left ? left->wish : REGEX_EITHER, behind = right ? right->wish : REGEX_EITHER;
    n->keeps = kind == REGEX_GROUP || (left && left->keeps) || (right && right->keeps);
    n->returns = (left && left->returns) || (right && right->returns);
    n->mixed = (left && left->mixed) || (right && right->mixed);
    if (kind == REGEX_OR) {
        n->wish = REGEX_LONGEST;
        n->mixed = n->mixed || clash(before, n->wish) || clash(behind, n->wish);
    } else {
        n->wish = first_wish(before, behind);
        n->mixed = n->mixed || clash(before, behind);
    }
    return n;
}

static struct regex_node *repeated(struct arena *a, struct regex_node *x, int least, int most, struct err *e) {
    struct regex_node *n = regex_node_new(a, REGEX_REPEAT, x, NULL, e);
    if (n) {
        n->least = least;
        n->most = most;
    }
    return n;
}

static struct regex_node *spare(struct arena *a, struct regex_node *x, int most, struct err *e) {
    struct regex_node *n = repeated(a, x, 0, most, e);
    if (n) {
        n->spare = true;
    }
    return n;
}

/* A repetition with \1 is written out, so that it ends in one that may be of any number. */
static struct regex_node *written_out(struct arena *a, struct regex_node *x, const struct regex_times *times,
                                      size_t *copies, struct err *e) {
    int least = times->least, most = times->most;
    struct regex_node *n = most < 0 ? spare(a, x, -1, e) : regex_node_new(a, REGEX_NOTHING, NULL, NULL, e);
    *copies += (size_t)(most < 0 ? least : most);
    if (*copies > MOST_COPIES) {
        err_set(e, ERR_VALUE, "invalid regular expression: regular expression is too complex");
        return NULL;
    }
    for (int i = least; n && i < most; i++) {
        struct regex_node *both = i > least ? regex_node_new(a, REGEX_CAT, x, n, e) : x;
        n = both ? spare(a, both, 1, e) : NULL;
    }
    for (int i = 0; n && i < least; i++) {
        n = regex_node_new(a, REGEX_CAT, x, n, e);
    }
    return n;
}

/* Groups keep what they took in the last turn, so those before it are one text: x{m,n} is x{m-1,n-1}x. */
static struct regex_node *last_apart(struct arena *a, struct regex_node *x, const struct regex_times *times,
                                     enum regex_wish wish, struct err *e) {
    struct regex_node *before = repeated(a, x, times->least - 1, times->most < 0 ? -1 : times->most - 1, e);
    if (!before) {
        return NULL;
    }
    before->keeps = false;
    before->wish = wish;
    return regex_node_new(a, REGEX_CAT, before, x, e);
}

enum err_code regex_piece_make(struct arena *a, struct regex_node *atom, const struct regex_times *times,
                               size_t *copies, struct regex_piece *out, struct err *e) {
    int least = times->least, most = times->most;
    enum regex_wish wish = first_wish(times->wish, atom->wish);
    bool mixed = atom->mixed || clash(times->wish, atom->wish);
    bool as_it_is = least == 1 && most == 1 && (times->wish == REGEX_EITHER || !mixed);
    *out = (struct regex_piece){.node = atom, .wish = wish, .apart = atom->keeps || mixed};
    if (most == 0) {
        *out = (struct regex_piece){.node = regex_node_new(a, REGEX_NOTHING, NULL, NULL, e)};
    } else if (!as_it_is) {
        bool loop = (most < 0 && least <= 1) || (least == 0 && most == 1);
        out->node = atom->returns && !loop                   ? written_out(a, atom, times, copies, e)
                    : atom->keeps && !atom->returns && least ? last_apart(a, atom, times, wish, e)
                                                             : repeated(a, atom, least, most, e);
        if (out->node) {
            out->node->wish = wish;
            out->node->mixed = mixed;
        }
    }
    return e->code;
}

static struct regex_node *cat(struct arena *a, struct regex_node *left, struct regex_node *right, struct err *e) {
    return left && right ? regex_node_new(a, REGEX_CAT, left, right, e) : left ? left : right;
}

/* A piece that stands apart, and all behind it. */
static struct regex_node *join_apart(struct arena *a, const struct regex_piece *p, struct regex_node *all,
                                     struct err *e) {
    struct regex_node *n = cat(a, p->node, all, e);
    if (n && all) {
        n->wish = first_wish(p->wish, all->wish);
        n->mixed = n->mixed || clash(p->wish, all->wish);
    }
    return n;
}

struct regex_node *regex_branch_join(struct arena *a, struct regex_piece *pieces, size_t count, struct err *e) {
    enum regex_wish wish = REGEX_EITHER;
    for (size_t i = 0; i < count; i++) {
        pieces[i].apart = pieces[i].apart || clash(wish, pieces[i].wish);
        wish = pieces[i].apart ? REGEX_EITHER : first_wish(wish, pieces[i].wish);
    }
    struct regex_node *all = NULL;
    while (count > 0 && e->code == ERR_OK) {
        if (pieces[count - 1].apart) {
            all = join_apart(a, &pieces[--count], all, e);
        }
        struct regex_node *bundle = NULL;
        while (count > 0 && !pieces[count - 1].apart && e->code == ERR_OK) {
            struct regex_piece *p = &pieces[--count];
            enum regex_wish behind = bundle ? bundle->wish : REGEX_EITHER;
            bundle = cat(a, p->node, bundle, e);
            if (bundle) {
                bundle->wish = first_wish(p->wish, behind);
            }
        }
        all = cat(a, bundle, all, e);
    }
    if (e->code != ERR_OK) {
        return NULL;
    }
    return all ? all : regex_node_new(a, REGEX_NOTHING, NULL, NULL, e);
}
