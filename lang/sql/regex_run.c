/* Threads are program counters, each once, in the order of where their matches began. */
#include "lang/sql/regex_run.h"

#include "base/letter.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS_BETWEEN_CHECKS = 1 << 14 };

enum operation { OP_SET, OP_BOTH, OP_JUMP, OP_PLACE, OP_LOOK, OP_MATCH };

struct instruction {
    enum operation op;
    uint32_t to; /* of JUMP; of BOTH, beside the next one */
    const struct regex_set *set;
    const struct regex_node *node; /* of PLACE and LOOK */
    struct regex_program *look;
};

struct threads {
    uint32_t *at; /* instructions, each an OP_SET */
    size_t *begins;
    size_t count;
};

struct regex_program {
    struct instruction *code;
    uint32_t count;
    bool backward;
    struct threads now, next;
    uint32_t *marks, *stack; /* marks: the turn in which an instruction was added last */
    uint32_t turn;
    unsigned char firsts[256]; /* bytes that a match may begin with; all of them where it may be empty */
};

/* ---- making */

static size_t size_of(struct regex_node *n);

static size_t count_size(struct regex_node *n) {
    size_t times = (size_t)(n->most < 0 ? n->least + 1 : n->most);
    switch (n->kind) {
    case REGEX_SET:
    case REGEX_PLACE:
    case REGEX_LOOK:
        return 1;
    case REGEX_CAT:
    case REGEX_OR:
        return size_of(n->left) + size_of(n->right) + 2;
    case REGEX_GROUP:
    case REGEX_BACK:
        return size_of(n->left);
    case REGEX_REPEAT:
        return (size_of(n->left) + 2) * (times ? times : 1);
    default:
        return 0;
    }
}

/* Instructions for the node, a few too many. Kept, as what is written out often is one node. */
static size_t size_of(struct regex_node *n) {
    const size_t most = REGEX_MOST_INSTRUCTIONS + 1;
    if (!n->size) {
        size_t size = count_size(n);
        n->size = (size < most ? size : most) + 1;
    }
    return n->size - 1;
}

struct maker {
    struct regex_program *p;
    size_t *used;
    struct err *e;
    int again; /* above 0: what \\1 repeats, for which no place counts */
};

static struct instruction *add(struct maker *m, enum operation op) {
    struct instruction *i = &m->p->code[m->p->count++];
    *i = (struct instruction){.op = op};
    return i;
}

static void emit(struct maker *m, const struct regex_node *n);

static void emit_chain(struct maker *m, const struct regex_node *n) {
    if (!m->p->backward) {
        for (; n->kind == REGEX_CAT; n = n->right) {
            emit(m, n->left);
        }
        emit(m, n);
        return;
    }
    /* From the last on: the chain is turned around, then back. */
    size_t count = 1;
    for (const struct regex_node *at = n; at->kind == REGEX_CAT; at = at->right) {
        count++;
    }
    const struct regex_node **parts = malloc(count * sizeof *parts);
    if (!parts) {
        err_nomem(m->e);
        return;
    }
    for (size_t i = 0; i < count; i++, n = n->right) {
        parts[i] = i + 1 < count ? n->left : n;
    }
    while (count > 0) {
        emit(m, parts[--count]);
    }
    free(parts);
}

static void emit_either(struct maker *m, const struct regex_node *n) {
    uint32_t last = UINT32_MAX; /* jumps to the end, each naming the one before it */
    for (; n->kind == REGEX_OR; n = n->right) {
        uint32_t both = m->p->count;
        add(m, OP_BOTH);
        emit(m, n->left);
        uint32_t jump = m->p->count;
        add(m, OP_JUMP)->to = last;
        last = jump;
        m->p->code[both].to = m->p->count;
    }
    emit(m, n);
    while (last != UINT32_MAX) {
        uint32_t before = m->p->code[last].to;
        m->p->code[last].to = m->p->count;
        last = before;
    }
}

static void emit_repeat(struct maker *m, const struct regex_node *n) {
    for (int i = 0; i < n->least; i++) {
        emit(m, n->left);
    }
    if (n->most < 0) {
        uint32_t both = m->p->count;
        add(m, OP_BOTH);
        emit(m, n->left);
        add(m, OP_JUMP)->to = both;
        m->p->code[both].to = m->p->count;
    }
    for (int i = n->least; i < n->most; i++) {
        uint32_t both = m->p->count;
        add(m, OP_BOTH);
        emit(m, n->left);
        m->p->code[both].to = m->p->count;
    }
}

static void emit(struct maker *m, const struct regex_node *n) {
    if (m->e->code != ERR_OK) {
        return;
    }
    switch (n->kind) {
    case REGEX_NOTHING:
        break;
    case REGEX_SET:
        add(m, OP_SET)->set = n->set;
        break;
    case REGEX_PLACE:
        if (m->again == 0) {
            add(m, OP_PLACE)->node = n;
        }
        break;
    case REGEX_LOOK: {
        if (m->again > 0) {
            break;
        }
        struct instruction *i = add(m, OP_LOOK);
        i->node = n;
        regex_program_make(n->left, n->behind, m->used, &i->look, m->e);
        break;
    }
    case REGEX_CAT:
        emit_chain(m, n);
        break;
    case REGEX_OR:
        emit_either(m, n);
        break;
    case REGEX_REPEAT:
        emit_repeat(m, n);
        break;
    case REGEX_GROUP:
        emit(m, n->left);
        break;
    case REGEX_BACK:
        m->again++;
        emit(m, n->left->left);
        m->again--;
        break;
    }
}

static void find_firsts(struct regex_program *p);

enum err_code regex_program_make(struct regex_node *n, bool backward, size_t *used, struct regex_program **out,
                                 struct err *e) {
    size_t size = size_of(n) + 1;
    if (size > REGEX_MOST_INSTRUCTIONS || (*used += size) > REGEX_MOST_INSTRUCTIONS) {
        return err_set(e, ERR_VALUE, "invalid regular expression: regular expression is too complex");
    }
    struct regex_program *p = calloc(1, sizeof *p);
    if (!p) {
        return err_nomem(e);
    }
    p->backward = backward;
    p->code = malloc(size * sizeof *p->code);
    p->marks = calloc(size, sizeof *p->marks);
    p->stack = malloc((2 * size + 2) * sizeof *p->stack);
    for (int i = 0; i < 2; i++) {
        struct threads *t = i ? &p->next : &p->now;
        t->at = malloc(size * sizeof *t->at);
        t->begins = malloc(size * sizeof *t->begins);
        if (!t->at || !t->begins) {
            err_nomem(e);
        }
    }
    if (!p->code || !p->marks || !p->stack) {
        err_nomem(e);
    }
    struct maker m = {p, used, e, 0};
    emit(&m, n);
    if (e->code != ERR_OK) {
        regex_program_free(p);
        return e->code;
    }
    add(&m, OP_MATCH);
    find_firsts(p);
    *out = p;
    return ERR_OK;
}

void regex_program_free(struct regex_program *p) {
    if (!p) {
        return;
    }
    for (uint32_t i = 0; i < p->count; i++) {
        regex_program_free(p->code[i].look);
    }
    free(p->code);
    free(p->marks);
    free(p->stack);
    free(p->now.at);
    free(p->now.begins);
    free(p->next.at);
    free(p->next.begins);
    free(p);
}

/* ---- running */

size_t regex_step_back(const char *text, size_t at, uint32_t *point) {
    size_t from = at, n = at < 4 ? at : 4;
    if (at == 0) {
        return 0;
    }
    while (n > 0 && ((unsigned char)text[from - 1] & 0xc0) == 0x80) {
        from--;
        n--;
    }
    from -= n > 0;
    if (utf8_next(text + from, at - from, point) == at - from) {
        return at - from;
    }
    *point = 0xfffd;
    return 1;
}

static bool is_word(uint32_t point) {
    return point == '_' || letter_is_alnum(point);
}

static bool stands_at(const struct regex_scan *s, enum regex_place place, size_t at) {
    uint32_t before = 0, behind = 0;
    if (place == REGEX_BEGIN || place == REGEX_END) {
        return at == (place == REGEX_BEGIN ? 0 : s->len);
    }
    if (place == REGEX_LINE_BEGIN || place == REGEX_LINE_END) {
        return place == REGEX_LINE_BEGIN ? at == 0 || s->text[at - 1] == '\n' : at == s->len || s->text[at] == '\n';
    }
    bool left = regex_step_back(s->text, at, &before) > 0 && is_word(before);
    bool right = utf8_next(s->text + at, s->len - at, &behind) > 0 && is_word(behind);
    switch (place) {
    case REGEX_WORD_BEGIN:
        return !left && right;
    case REGEX_WORD_END:
        return left && !right;
    case REGEX_WORD_EDGE:
        return left != right;
    default:
        return left == right;
    }
}

static bool looks_like(struct regex_scan *s, const struct instruction *i, size_t at) {
    struct regex_scan look = {.text = s->text,
                              .len = s->len,
                              .from = at,
                              .limit = i->node->behind ? 0 : s->len,
                              .shortest = true,
                              .stop = s->stop};
    regex_scan(i->look, &look);
    s->stopped = s->stopped || look.stopped;
    return look.found != i->node->negated;
}

static void found(struct regex_scan *s, size_t begin, size_t at) {
    if (s->only && (at == begin || !(s->only[(at - s->base) / 8] >> (at - s->base) % 8 & 1))) {
        return;
    }
    if (s->ends) {
        s->ends[(at - s->base) / 8] |= (unsigned char)(1u << (at - s->base) % 8);
    }
    if (!s->found || begin < s->begin || (begin == s->begin && !s->shortest)) {
        s->found = true;
        s->begin = begin;
        s->end = at;
    }
}

/* All that the instruction leads to without reading a character. */
static void enter(struct regex_program *p, struct threads *t, struct regex_scan *s, uint32_t first, size_t begin,
                  size_t at) {
    size_t depth = 0;
    p->stack[depth++] = first;
    while (depth > 0) {
        uint32_t pc = p->stack[--depth];
        const struct instruction *i = &p->code[pc];
        if (p->marks[pc] == p->turn) {
            continue;
        }
        p->marks[pc] = p->turn;
        switch (i->op) {
        case OP_SET:
            t->at[t->count] = pc;
            t->begins[t->count++] = begin;
            break;
        case OP_BOTH:
            p->stack[depth++] = i->to;
            p->stack[depth++] = pc + 1;
            break;
        case OP_JUMP:
            p->stack[depth++] = i->to;
            break;
        case OP_PLACE:
            if (stands_at(s, i->node->place, at)) {
                p->stack[depth++] = pc + 1;
            }
            break;
        case OP_LOOK:
            if (looks_like(s, i, at)) {
                p->stack[depth++] = pc + 1;
            }
            break;
        case OP_MATCH:
            found(s, begin, at);
            break;
        }
    }
}

/* A new turn. The marks are forgotten when the turns have been counted through. */
static void begin_turn(struct regex_program *p) {
    if (++p->turn == 0) {
        memset(p->marks, 0, p->count * sizeof *p->marks);
        p->turn = 1;
    }
}

/* Where a match may begin at `at` or behind it. */
static size_t skip(const struct regex_program *p, const struct regex_scan *s, size_t at) {
    while (at < s->limit && !p->firsts[(unsigned char)s->text[at]]) {
        at++;
    }
    return at;
}

void regex_scan(struct regex_program *p, struct regex_scan *s) {
    size_t at = s->from, steps = 0;
    s->found = s->stopped = false;
    p->now.count = 0;
    begin_turn(p);
    for (;;) {
        if (s->search && p->now.count == 0 && !s->found) {
            at = skip(p, s, at);
            begin_turn(p);
        }
        if ((s->search && !s->found) || at == s->from) {
            enter(p, &p->now, s, 0, at, at);
        } else if (s->starts && s->starts[(at - s->base) / 8] >> (at - s->base) % 8 & 1) {
            enter(p, &p->now, s, 0, s->from, at);
        }
        /* Those that began behind the match's begin, or, where the shortest is wanted, at it, are of no use. */
        while (s->found && p->now.count > 0 && p->now.begins[p->now.count - 1] + (s->shortest && !s->ends) > s->begin) {
            p->now.count--;
        }
        if (at == s->limit || (p->now.count == 0 && !s->starts && (!s->search || s->found))) {
            return;
        }
        uint32_t point;
        size_t len = p->backward ? regex_step_back(s->text + s->limit, at - s->limit, &point)
                                 : utf8_next(s->text + at, s->limit - at, &point);
        at = p->backward ? at - len : at + len;
        begin_turn(p);
        p->next.count = 0;
        for (size_t i = 0; i < p->now.count; i++) {
            if (regex_set_has(p->code[p->now.at[i]].set, point)) {
                enter(p, &p->next, s, p->now.at[i] + 1, p->now.begins[i], at);
            }
        }
        steps += p->now.count + 1;
        if (steps >= STEPS_BETWEEN_CHECKS) {
            steps = 0;
            s->stopped = s->stopped || stop_requested(s->stop);
        }
        if (s->stopped) {
            s->found = false;
            return;
        }
        struct threads before = p->now;
        p->now = p->next;
        p->next = before;
    }
}

/* With every place and look taken as passed. */
static void find_firsts(struct regex_program *p) {
    bool *seen = calloc(p->count, sizeof *seen), empty = false;
    size_t depth = 0;
    p->stack[depth++] = 0;
    while (seen && depth > 0) {
        uint32_t pc = p->stack[--depth];
        const struct instruction *i = &p->code[pc];
        if (seen[pc]) {
            continue;
        }
        seen[pc] = true;
        empty = empty || i->op == OP_MATCH;
        for (uint32_t c = 0; i->op == OP_SET && c < 256; c++) {
            p->firsts[c] = p->firsts[c] || c >= 128 || regex_set_has(i->set, c);
        }
        if (i->op == OP_BOTH || i->op == OP_JUMP) {
            p->stack[depth++] = i->to;
        }
        if (i->op == OP_BOTH || i->op == OP_PLACE || i->op == OP_LOOK) {
            p->stack[depth++] = pc + 1;
        }
    }
    if (!seen || empty) {
        memset(p->firsts, 1, sizeof p->firsts);
    }
    free(seen);
}
