/* LIKE and ILIKE. */
#include "lang/sql/run.h"

#include "base/letter.h"
#include "base/utf8.h"

#include <string.h>

enum { STEPS_BETWEEN_CHECKS = 1 << 16 };

/* From `t` on, where the first byte of the pattern can be, as after a %; at once where it could be anything. */
static const char *like_ahead(const char *t, const char *te, const char *p, const char *pe, uint32_t escape,
                              bool insensitive) {
    bool any = p == pe || insensitive || *p == '%' || *p == '_' || (unsigned char)*p >= 128 || (uint32_t)*p == escape;
    const char *hit = any ? t : memchr(t, *p, (size_t)(te - t));
    return hit ? hit : te;
}

/* LIKE with % and _; iterative, so that no pattern takes exponential time, but that of both lengths' product. */
static bool like_matches(const struct value *text, const struct value *pattern, uint32_t escape, bool insensitive,
                         struct err *e) {
    size_t steps = 0;
    const char *t = text->text, *te = t + text->length, *p = pattern->text, *pe = p + pattern->length;
    const char *star_p = NULL, *star_t = NULL;
    while (t < te && (++steps % STEPS_BETWEEN_CHECKS || !run_stopped(e))) {
        uint32_t a, b = 0;
        size_t tn = utf8_next(t, (size_t)(te - t), &a), pn = p < pe ? utf8_next(p, (size_t)(pe - p), &b) : 0;
        bool escaped = pn && b == escape && p + pn < pe;
        if (pn && b == escape && !escaped) {
            err_set(e, ERR_VALUE, "LIKE pattern must not end with escape character");
            return false;
        }
        if (escaped) {
            pn += utf8_next(p + pn, (size_t)(pe - p) - pn, &b);
        }
        if (pn && !escaped && b == '%') {
            star_p = p += pn;
            if (p == pe) {
                return true;
            }
            star_t = t = like_ahead(t, te, p, pe, escape, insensitive);
            continue;
        }
        bool same = pn && ((!escaped && b == '_') || a == b || (insensitive && letter_lower(a) == letter_lower(b)));
        if (same) {
            t += tn;
            p += pn;
        } else if (star_p) {
            star_t += utf8_next(star_t, (size_t)(te - star_t), &a);
            star_t = t = like_ahead(star_t, te, star_p, pe, escape, insensitive);
            p = star_p;
        } else {
            return false;
        }
    }
    while (p < pe && *p == '%') {
        p++;
    }
    return p == pe;
}

static enum err_code like_with(const struct value *a, size_t n, bool insensitive, struct value *out, struct err *e) {
    uint32_t escape = '\\';
    if (n == 3) {
        size_t len = utf8_next(a[2].text, a[2].length, &escape);
        if (a[2].length == 0) {
            escape = 0xffffffff;
        } else if (len != a[2].length) {
            return err_set(e, ERR_VALUE, "invalid escape string");
        }
    }
    run_set_integer(like_matches(&a[0], &a[1], escape, insensitive, e), out);
    return e->code;
}

static enum err_code like(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)m;
    return like_with(a, n, false, out, e);
}

static enum err_code ilike(const struct value *a, size_t n, struct buf *m, struct value *out, struct err *e) {
    (void)m;
    return like_with(a, n, true, out, e);
}

const struct run_row run_like_rows[] = {
    {"pg_like", 2, false, like},   {"pg_like", 3, false, like}, {"pg_ilike", 2, false, ilike},
    {"pg_ilike", 3, false, ilike}, {NULL, 0, false, NULL},
};
