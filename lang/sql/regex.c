/* Translation, and a small store of compiled patterns: a query applies one or two of them to each row. */
#include "lang/sql/regex.h"

#include "base/buf.h"

#include <ctype.h>
#include <locale.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT = 8, DEEPEST = 100, LONGEST = 4000 };

struct regex {
    regex_t compiled;
    char *pattern;
    size_t len;
    bool insensitive, used;
    int map[REGEX_GROUPS]; /* from PostgreSQL's groups to the library's, which cannot be told not to count */
    size_t groups;
};

static struct regex kept[KEPT];
static int next_kept;
static locale_t unicode;

void regex_forget(void) {
    for (int i = 0; i < KEPT; i++) {
        if (kept[i].used) {
            regfree(&kept[i].compiled);
            free(kept[i].pattern);
        }
        kept[i] = (struct regex){.used = false};
    }
}

struct translation {
    const char *at, *end;
    struct buf *out;
    struct regex *r;
    struct err *e;
    int depth, opened;
};

static enum err_code bad(struct translation *t, const char *why) {
    return err_set(t->e, ERR_VALUE, "invalid regular expression: %s", why);
}

static enum err_code refuse(struct translation *t, const char *what) {
    return err_set(t->e, ERR_UNSUPPORTED, "%s in a regular expression is not supported here", what);
}

/* What a class escape (\d, \w, \s) is within brackets; NULL: none. */
static const char *class_of(char c) {
    return c == 'd' ? "0-9" : c == 'w' ? "[:alnum:]_" : c == 's' ? "[:space:]" : NULL;
}

/* The sign of \n, \t, …; 0: the letter means something else. */
static char sign_of(char c) {
    static const char from[] = "nrtfvae", to[] = "\n\r\t\f\v\a\033";
    const char *at = c ? strchr(from, c) : NULL;
    return at ? to[at - from] : '\0';
}

static enum err_code bracket(struct translation *t) {
    struct buf set = BUF_INIT;
    bool negated = false, dash = false, closing = false, first = true;
    t->at++;
    if (t->at < t->end && *t->at == '^') {
        negated = true;
        t->at++;
    }
    for (; t->at < t->end && (*t->at != ']' || first); first = false) {
        if (*t->at == ']') {
            closing = true;
            t->at++;
        } else if (*t->at == '[' && t->at + 1 < t->end && strchr(":.=", t->at[1])) {
            char close[3] = {t->at[1], ']', '\0'};
            const char *end = strstr(t->at + 2, close);
            if (!end || end >= t->end) {
                break;
            }
            buf_add(&set, t->at, (size_t)(end + 2 - t->at));
            t->at = end + 2;
        } else if (*t->at == '\\' && t->at + 1 < t->end) {
            char c = t->at[1];
            const char *class = class_of(c);
            if (class) {
                buf_str(&set, class);
            } else if (c == ']') {
                closing = true;
            } else if (c == '-') {
                dash = true;
            } else if (isalnum((unsigned char)c) && !sign_of(c)) {
                refuse(t, "this escape within [ ]");
            } else {
                buf_char(&set, sign_of(c) ? sign_of(c) : c);
            }
            t->at += 2;
        } else {
            buf_char(&set, *t->at++);
        }
    }
    if (t->at >= t->end) {
        bad(t, "brackets [] not balanced");
    }
    t->at++;
    buf_printf(t->out, "[%s%s%s%s]", negated ? "^" : "", closing ? "]" : "", buf_text(&set), dash ? "-" : "");
    buf_release(&set);
    return t->e->code;
}

static enum err_code escape(struct translation *t) {
    if (t->at + 1 >= t->end) {
        return bad(t, "invalid escape \\ sequence");
    }
    char c = t->at[1];
    const char *class = class_of(c),
               *upper = isupper((unsigned char)c) ? class_of((char)tolower((unsigned char)c)) : NULL;
    static const struct {
        char letter;
        const char *posix;
    } places[] = {{'m', "\\<"}, {'M', "\\>"}, {'y', "\\b"}, {'Y', "\\B"}, {'A', "^"}, {'Z', "$"}};
    t->at += 2;
    if (class || upper) {
        buf_printf(t->out, "[%s%s]", upper ? "^" : "", class ? class : upper);
        return ERR_OK;
    }
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (places[i].letter == c) {
            buf_str(t->out, places[i].posix);
            return ERR_OK;
        }
    }
    if (sign_of(c)) {
        buf_char(t->out, sign_of(c));
        return ERR_OK;
    }
    if (c >= '1' && c <= '9') {
        size_t group = (size_t)(c - '0');
        if (group > t->r->groups || t->r->map[group] > 9) {
            return bad(t, "invalid backreference number");
        }
        buf_printf(t->out, "\\%d", t->r->map[group]);
        return ERR_OK;
    }
    if (isalnum((unsigned char)c)) {
        return refuse(t, "this escape");
    }
    buf_char(t->out, '\\');
    buf_char(t->out, c);
    return ERR_OK;
}

static enum err_code open_group(struct translation *t) {
    bool counts = true;
    if (++t->depth > DEEPEST) {
        return bad(t, "regular expression is too complex");
    }
    t->at++;
    if (t->at + 1 < t->end && *t->at == '?') {
        if (t->at[1] != ':') {
            return refuse(t, "look-ahead or look-behind (?= ?! ?<)");
        }
        counts = false;
        t->at += 2;
    }
    t->opened++;
    if (counts) {
        if (t->r->groups + 1 >= REGEX_GROUPS) {
            return refuse(t, "so many groups");
        }
        t->r->map[++t->r->groups] = t->opened;
    }
    buf_char(t->out, '(');
    return ERR_OK;
}

static enum err_code translate(struct translation *t) {
    bool operand = false;
    while (t->at < t->end && t->e->code == ERR_OK) {
        char c = *t->at;
        bool repeats = strchr("*+?", c) || (c == '{' && t->at + 1 < t->end && isdigit((unsigned char)t->at[1]));
        if (c == '\\') {
            escape(t);
            operand = true;
        } else if (c == '[') {
            bracket(t);
            operand = true;
        } else if (c == '(') {
            open_group(t);
            operand = false;
        } else if (repeats) {
            if (!operand) {
                return bad(t, "quantifier operand invalid");
            }
            const char *close = c == '{' ? memchr(t->at, '}', (size_t)(t->end - t->at)) : t->at;
            if (!close) {
                return bad(t, "braces {} not balanced");
            }
            if (c == '{' && (strtol(t->at + 1, NULL, 10) > 255 || (close - t->at) > 8)) {
                return bad(t, "invalid repetition count(s)");
            }
            buf_add(t->out, t->at, (size_t)(close + 1 - t->at));
            t->at = close + 1;
            if (t->at < t->end && *t->at == '?') {
                return refuse(t, "non-greedy repetition (*? +?)");
            }
            operand = t->at < t->end && !strchr("*+", *t->at);
        } else {
            if (c == ')' && --t->depth < 0) {
                return bad(t, "parentheses () not balanced");
            }
            if (c == '{') {
                buf_char(t->out, '\\');
            }
            operand = c != '|' && c != '^';
            buf_char(t->out, c);
            t->at++;
        }
    }
    return t->depth > 0 ? bad(t, "parentheses () not balanced") : t->e->code;
}

static enum err_code compile(struct regex *r, const char *pattern, size_t len, struct err *e) {
    struct buf posix = BUF_INIT;
    struct translation t = {.at = pattern, .end = pattern + len, .out = &posix, .r = r, .e = e};
    bool options = len >= 4 && memcmp(pattern, "(?i)", 4) == 0;
    int flags = REG_EXTENDED | (r->insensitive || options ? REG_ICASE : 0);
    t.at += options ? 4 : 0;
    if (len > LONGEST) {
        bad(&t, "regular expression is too complex");
    }
    translate(&t);
    if (e->code == ERR_OK && !buf_ok(&posix)) {
        err_nomem(e);
    }
    /* An empty pattern matches everywhere; glibc wants a group for that. */
    int result = e->code == ERR_OK ? regcomp(&r->compiled, posix.len ? buf_text(&posix) : "()", flags) : 0;
    if (result) {
        char why[100];
        regerror(result, &r->compiled, why, sizeof why);
        bad(&t, why);
    }
    buf_release(&posix);
    return e->code;
}

enum err_code regex_compile(const char *pattern, size_t len, bool insensitive, const struct regex **out,
                            struct err *e) {
    for (int i = 0; i < KEPT; i++) {
        struct regex *r = &kept[i];
        if (r->used && r->len == len && r->insensitive == insensitive && memcmp(r->pattern, pattern, len) == 0) {
            *out = r;
            return ERR_OK;
        }
    }
    struct regex *r = &kept[next_kept];
    next_kept = (next_kept + 1) % KEPT;
    if (r->used) {
        regfree(&r->compiled);
        free(r->pattern);
    }
    *r = (struct regex){.insensitive = insensitive, .len = len, .pattern = malloc(len + 1)};
    if (!r->pattern) {
        return err_nomem(e);
    }
    memcpy(r->pattern, pattern, len);
    r->pattern[len] = '\0';
    if (!unicode) {
        unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    }
    locale_t before = unicode ? uselocale(unicode) : (locale_t)0;
    compile(r, r->pattern, len, e);
    if (before) {
        uselocale(before);
    }
    if (e->code != ERR_OK) {
        free(r->pattern);
        *r = (struct regex){.used = false};
        return e->code;
    }
    r->used = true;
    *out = r;
    return ERR_OK;
}

bool regex_find(const struct regex *r, const char *text, size_t len, size_t start, struct regex_hit *hit) {
    regmatch_t found[2 * REGEX_GROUPS] = {{.rm_so = (regoff_t)start, .rm_eo = (regoff_t)len}};
    locale_t before = unicode ? uselocale(unicode) : (locale_t)0;
    int result = regexec(&r->compiled, text, 2 * REGEX_GROUPS, found, REG_STARTEND | (start ? REG_NOTBOL : 0));
    if (before) {
        uselocale(before);
    }
    hit->groups = r->groups;
    for (size_t i = 0; i <= r->groups && result == 0; i++) {
        int at = i ? r->map[i] : 0;
        bool took = at < 2 * REGEX_GROUPS;
        hit->from[i] = took ? found[at].rm_so : -1;
        hit->to[i] = took ? found[at].rm_eo : -1;
    }
    return result == 0;
}
