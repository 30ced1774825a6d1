/* Splitting a cell into magic lines and statement text. Statement text is read token by token, to see the lines
 * that begin with % or ! where no string, comment or parenthesis is open. */
#include "lang/syntax/magic.h"

#include "base/suggest.h"
#include "base/utf8.h"
#include "lang/syntax/foreign.h"
#include "lang/syntax/lexer.h"
#include "lang/syntax/notebook_line.h"
#include "lang/syntax/python.h"

#include <string.h>
#include <strings.h>

struct splitter {
    struct arena *arena;
    const char *code;
    size_t at, end;
    struct magic_part **tail;
    struct span into; /* the variable that the magic line being read sets */
    struct err *e;
};

/* One magic line: %word and the rest of the line, blanks at both ends taken off. */
struct magic_line {
    struct span span, word, rest;
    bool whole_cell; /* %% */
};

static bool blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

static size_t line_end(const struct splitter *s, size_t at) {
    const char *newline = memchr(s->code + at, '\n', s->end - at);
    return newline ? (size_t)(newline - s->code) : s->end;
}

static void add_part(struct splitter *s, const char *word, bool line, struct span span, const char *detail) {
    struct magic_part *part = arena_alloc(s->arena, sizeof *part);
    if (!part) {
        err_nomem(s->e);
        return;
    }
    *part = (struct magic_part){word, line, span, detail, s->into, NULL};
    *s->tail = part;
    s->tail = &part->next;
}

static struct span trimmed(const struct splitter *s, size_t at, size_t end) {
    while (at < end && blank(s->code[at])) {
        at++;
    }
    while (end > at && blank(s->code[end - 1])) {
        end--;
    }
    return (struct span){at, end - at};
}

static struct magic_line read_line(const struct splitter *s, size_t at) {
    struct magic_line l = {.span = trimmed(s, at, line_end(s, at))};
    size_t i = l.span.at + 1, end = l.span.at + l.span.len;
    l.whole_cell = i < end && s->code[i] == '%';
    i += l.whole_cell;
    l.word.at = i;
    while (i < end && !blank(s->code[i])) {
        i++;
    }
    l.word.len = i - l.word.at;
    l.rest = trimmed(s, i, end);
    return l;
}

static bool spelt(const struct splitter *s, struct span span, const char *word) {
    return span.len == strlen(word) && strncasecmp(s->code + span.at, word, span.len) == 0;
}

/* How much of a word an error may show: what follows a blank, = or : may be a token. */
static size_t shown_length(const struct splitter *s, struct span word) {
    size_t n = 0;
    while (n < word.len && n < 40 && !blank(s->code[word.at + n]) && !strchr("=:", s->code[word.at + n])) {
        n++;
    }
    return utf8_cut(s->code + word.at, n);
}

/* The line's rest without a comment at its end: `thanosql -- comment`. */
static struct span without_comment(const struct splitter *s, struct span rest) {
    for (size_t i = 1; i < rest.len; i++) {
        const char *at = s->code + rest.at + i;
        if (blank(at[-1]) && (*at == '#' || (i + 1 < rest.len && at[0] == '-' && at[1] == '-'))) {
            return trimmed(s, rest.at, rest.at + i);
        }
    }
    return rest;
}

/* %load_ext and %reload_ext. */
static void load_extension(struct splitter *s, const struct magic_line *l) {
    static const char *const names[] = {"thanosql", "thanosql_magic", "thanosql.magic"};
    const char *word = spelt(s, l->word, "load_ext") ? "load_ext" : "reload_ext";
    struct span name = without_comment(s, l->rest);
    size_t shown = shown_length(s, name);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (spelt(s, name, names[i])) {
            add_part(s, word, true, l->span, names[i]);
            return;
        }
    }
    if (name.len == 0 || shown == 0) {
        err_set(s->e, ERR_SYNTAX, "%%%s needs the name of an extension", word);
    } else if (spelt(s, (struct span){name.at, shown}, names[0])) {
        err_set(s->e, ERR_SYNTAX, "%%%s takes the name of an extension, and nothing behind it", word);
    } else {
        err_set(s->e, ERR_UNSUPPORTED, "There is no extension %.*s in this kernel, only thanosql", (int)shown,
                s->code + l->rest.at);
    }
    err_hint(s->e, "write %%load_ext thanosql, or leave it out: it is always loaded");
    err_at(s->e, l->span.at, l->rest.at + shown - l->span.at);
}

/* API_TOKEN=…: what follows is kept nowhere, and shown nowhere. */
static bool is_token(struct splitter *s, struct span rest) {
    static const char name[] = "API_TOKEN";
    size_t len = sizeof name - 1;
    if (rest.len < len || strncasecmp(s->code + rest.at, name, len) != 0) {
        return false;
    }
    struct span after = trimmed(s, rest.at + len, rest.at + rest.len);
    if (after.len == 0 || s->code[after.at] != '=') {
        err_set(s->e, ERR_SYNTAX, "expected = after API_TOKEN");
        err_hint(s->e, "write %%thanosql API_TOKEN=…, or leave the line out: no token is needed here");
        err_at(s->e, rest.at, len);
    }
    return true;
}

/* An address without what may be secret in it: the user before @, and the query after ?. */
static const char *address(const struct splitter *s, struct span rest) {
    const char *text = s->code + rest.at;
    size_t scheme = 0, len = rest.len;
    while (scheme < len && ((text[scheme] | 32) >= 'a' && (text[scheme] | 32) <= 'z')) {
        scheme++;
    }
    if (scheme == 0 || len - scheme < 3 || memcmp(text + scheme, "://", 3) != 0) {
        return NULL;
    }
    const char *host = text + scheme + 3, *end = text + len;
    for (const char *p = host; p < end; p++) {
        if (*p == '?' || *p == '#') {
            end = p;
        }
    }
    const char *at_sign = memrchr(host, '@', (size_t)(end - host));
    host = at_sign ? at_sign + 1 : host;
    return arena_printf(s->arena, "%.*s://%.*s", (int)scheme, text, (int)(end - host), host);
}

/* %thanosql, %psql and their %% forms. Returns where reading goes on. */
static size_t run_line(struct splitter *s, const struct magic_line *l) {
    size_t stop = line_end(s, l->span.at);
    const char *url = address(s, l->rest);
    if (is_token(s, l->rest)) {
        add_part(s, "api_token", true, l->span, NULL);
    } else if (url) {
        add_part(s, "api_url", true, l->span, url);
    } else if (l->whole_cell) {
        return l->rest.len > 0 ? l->rest.at : stop; /* the text begins here and runs on below */
    } else if (l->rest.len > 0 && python_refuse(s->code, l->rest.at, stop, s->e) == ERR_OK) {
        add_part(s, NULL, true, l->rest, NULL);
    }
    return stop;
}

static void refuse_magic(struct splitter *s, const struct magic_line *l) {
    static const char *const names[] = {"thanosql", "psql", "load_ext", "reload_ext", "lsmagic", "who"};
    const char *advice = foreign_advice(s->code + l->word.at, l->word.len);
    char word[64];
    size_t len = shown_length(s, l->word);
    memcpy(word, s->code + l->word.at, len);
    word[len] = '\0';
    const char *percent = l->whole_cell ? "%%" : "%";
    if (advice) {
        err_set(s->e, ERR_UNSUPPORTED, "%s%s belongs to Python notebooks; this kernel runs ThanoSQL and SQL", percent,
                word);
        err_hint(s->e, "%s", advice);
    } else {
        struct suggest near;
        suggest_begin(&near, word);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            suggest_offer(&near, names[i]);
        }
        err_set(s->e, ERR_SYNTAX, "There is no magic %s%s%s%s%s%s", percent, word,
                near.best[0] ? "; did you mean " : "", near.best[0] ? percent : "", near.best, near.best[0] ? "?" : "");
        err_hint(s->e,
                 "there are %%%%thanosql, %%thanosql, %%%%psql, %%psql, %%load_ext, %%reload_ext, %%lsmagic and %%who");
    }
    err_at(s->e, l->span.at, l->word.at + len - l->span.at);
}

/* Handle the magic line at `at`; where reading goes on. */
static size_t magic_line(struct splitter *s, size_t at) {
    struct magic_line l = read_line(s, at);
    if (spelt(s, l.word, "thanosql") || spelt(s, l.word, "psql")) {
        return run_line(s, &l);
    }
    if (!l.whole_cell && (spelt(s, l.word, "load_ext") || spelt(s, l.word, "reload_ext"))) {
        load_extension(s, &l);
    } else if (!l.whole_cell && (spelt(s, l.word, "lsmagic") || spelt(s, l.word, "magic"))) {
        add_part(s, "lsmagic", true, l.span, NULL);
    } else if (!l.whole_cell && (spelt(s, l.word, "who") || spelt(s, l.word, "whos"))) {
        add_part(s, "who", true, l.span, NULL);
    } else {
        refuse_magic(s, &l);
    }
    return line_end(s, at);
}

/* An editor's mark at the very beginning, which is no text. */
static size_t mark_length(const char *code, size_t len) {
    return len >= 3 && memcmp(code, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

static bool begins_line(const struct splitter *s, size_t at, size_t from) {
    while (at > from && blank(s->code[at - 1])) {
        at--;
    }
    return at == 0 || s->code[at - 1] == '\n' || at == mark_length(s->code, s->end);
}

/* Whether a line that begins with % (or !) inside statement text leaves it. `% b` goes on with an expression, and
 * so does `%b` below an unfinished line, unless it is one of ours. */
static bool leaves_text(const struct splitter *s, size_t at, bool pending) {
    struct magic_line l = read_line(s, at);
    bool ours = spelt(s, l.word, "thanosql") || spelt(s, l.word, "psql") || spelt(s, l.word, "load_ext") ||
                spelt(s, l.word, "reload_ext");
    return ours || (!pending && (s->code[at] == '!' || l.word.len > 0));
}

/* Whether a line of the notebook's own begins at the word or question mark. */
static bool is_notebook_line(const struct splitter *s, const struct token *t, size_t from) {
    bool may = t->kind == TOKEN_WORD || (t->kind == TOKEN_SIGN && t->sign == '?');
    return may && begins_line(s, t->span.at, from) &&
           notebook_line_read(s->arena, s->code, t->span.at, s->end).kind != LINE_STATEMENT;
}

/* A variable, a question or exit; false where the line at `at` is none of them. */
static bool notebook_line(struct splitter *s, size_t at) {
    static const char *const words[] = {[LINE_TEXT] = "variable", [LINE_HELP] = "help", [LINE_EXIT] = "exit"};
    struct notebook_line line = notebook_line_read(s->arena, s->code, at, s->end);
    struct span span = {at, line.end - at};
    s->into = line.name;
    if (line.kind == LINE_ASSIGNED) {
        s->at = magic_line(s, line.end);
    } else if (line.kind != LINE_STATEMENT) {
        add_part(s, words[line.kind], true, span, line.text);
        s->at = line.end;
    }
    s->into = (struct span){0, 0};
    return line.kind != LINE_STATEMENT;
}

/* Statement text from s->at to the next magic line or the end. */
static void statement_text(struct splitter *s) {
    size_t start = s->at, stop = s->end, depth = 0;
    bool pending = false; /* a statement has begun and no ; has ended it */
    struct lexer x = {.code = s->code, .at = start, .end = s->end};
    struct err ignored = ERR_INIT;
    struct token t;
    while (lexer_next(&x, &t, &ignored) == ERR_OK && t.kind != TOKEN_END) {
        bool outside = depth == 0 && t.kind == TOKEN_SIGN && (t.sign == '%' || t.sign == '!');
        bool magic = outside && begins_line(s, t.span.at, start) && leaves_text(s, t.span.at, pending);
        if (magic || (!pending && depth == 0 && is_notebook_line(s, &t, start))) {
            stop = t.span.at;
            break;
        }
        bool is_sign = t.kind == TOKEN_SIGN;
        depth += is_sign && t.sign == '(';
        depth -= is_sign && t.sign == ')' && depth > 0;
        pending = !(is_sign && t.sign == ';' && depth == 0);
    }
    s->at = stop;
    struct span text = {start, stop - start};
    if (python_refuse(s->code, start, stop, s->e) == ERR_OK && text.len > 0) {
        add_part(s, NULL, false, text, NULL);
    }
}

enum err_code magic_split(struct arena *a, const char *code, size_t len, struct magic_part **out, struct err *e) {
    struct magic_part *first = NULL;
    struct splitter s = {.arena = a, .code = code, .at = mark_length(code, len), .end = len, .tail = &first, .e = e};
    while (s.at < len && e->code == ERR_OK) {
        size_t at = s.at;
        while (at < len && (blank(code[at]) || code[at] == '\n')) {
            at++;
        }
        if (at < len && begins_line(&s, at, 0) && notebook_line(&s, at)) {
            continue;
        }
        if (at < len && code[at] == '%' && begins_line(&s, at, 0)) {
            s.at = magic_line(&s, at);
        } else if (at < len && code[at] == '!' && begins_line(&s, at, 0)) {
            python_refuse(code, at, line_end(&s, at), e);
        } else {
            statement_text(&s);
        }
    }
    if (e->code == ERR_OK) {
        *out = first;
    }
    return e->code;
}
