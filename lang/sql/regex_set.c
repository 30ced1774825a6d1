/* What is ASCII is looked up in a table of bits; the rest is compared with ranges and classes. */
#include "lang/sql/regex_set.h"

#include "base/letter.h"

#include <string.h>

enum { ASCII = 128, MOST_CLASSES = 16 };

struct regex_set {
    uint64_t ascii[2]; /* the answers, once the set is closed */
    bool negated, insensitive;
    struct {
        uint32_t from, to;
    } * ranges;
    size_t count, room;
    wctype_t classes[MOST_CLASSES];
    size_t class_count;
};

struct regex_set *regex_set_new(struct arena *a, bool negated) {
    struct regex_set *s = arena_alloc(a, sizeof *s);
    if (s) {
        s->negated = negated;
    }
    return s;
}

void regex_set_add(struct arena *a, struct regex_set *s, uint32_t from, uint32_t to) {
    if (s->count == s->room) {
        size_t room = s->room ? 2 * s->room : 2;
        void *more = arena_alloc(a, room * sizeof *s->ranges);
        if (!more) {
            return; /* the arena knows */
        }
        if (s->count) {
            memcpy(more, s->ranges, s->count * sizeof *s->ranges);
        }
        s->ranges = more;
        s->room = room;
    }
    s->ranges[s->count].from = from;
    s->ranges[s->count++].to = to;
}

bool regex_set_add_class(struct regex_set *s, const char *name) {
    wctype_t class = letter_class(name);
    for (size_t i = 0; i < s->class_count; i++) {
        if (s->classes[i] == class) {
            return true;
        }
    }
    if (!class || s->class_count == MOST_CLASSES) {
        return false;
    }
    s->classes[s->class_count++] = class;
    return true;
}

static bool listed(const struct regex_set *s, uint32_t point) {
    for (size_t i = 0; i < s->count; i++) {
        if (point >= s->ranges[i].from && point <= s->ranges[i].to) {
            return true;
        }
    }
    for (size_t i = 0; i < s->class_count; i++) {
        if (letter_is(point, s->classes[i])) {
            return true;
        }
    }
    return false;
}

static bool has(const struct regex_set *s, uint32_t point) {
    bool there =
        listed(s, point) || (s->insensitive && (listed(s, letter_lower(point)) || listed(s, letter_upper(point))));
    return there != s->negated;
}

void regex_set_close(struct regex_set *s, bool insensitive) {
    s->insensitive = insensitive;
    for (uint32_t point = 0; point < ASCII; point++) {
        if (has(s, point)) {
            s->ascii[point / 64] |= (uint64_t)1 << point % 64;
        }
    }
}

bool regex_set_has(const struct regex_set *s, uint32_t point) {
    return point < ASCII ? s->ascii[point / 64] >> point % 64 & 1 : has(s, point);
}
