/* The parser says whether its text ended too early. What it does not judge, SQL, is taken for unfinished where the last
 * word or sign is one that something has to follow. */
#include "lang/syntax/completeness.h"

#include "lang/syntax/parse_clause.h"

#include <string.h>
#include <strings.h>

/* SQL words that nothing ends with. */
static const char *const unfinished[] = {
    "select",  "from",     "where", "and",       "or",     "not",     "by",        "join",   "on",
    "as",      "using",    "in",    "like",      "ilike",  "limit",   "offset",    "values", "into",
    "set",     "between",  "is",    "having",    "union",  "except",  "intersect", "all",    "case",
    "when",    "then",     "else",  "insert",    "update", "delete",  "create",    "drop",   "alter",
    "with",    "inner",    "left",  "right",     "full",   "cross",   "natural",   "order",  "group",
    "explain", "distinct", "table", "returning", "window", "lateral", "exists",
};

static bool unfinished_token(const char *code, const struct token *t) {
    if (t->kind == TOKEN_SIGN) {
        return strchr(",=<>+-*/|.:%&^~!@#", t->sign) != NULL;
    }
    for (size_t i = 0; i < sizeof unfinished / sizeof *unfinished; i++) {
        if (lexer_is(code, t, unfinished[i])) {
            return true;
        }
    }
    return false;
}

/* Whether the query, which is the cell's last text, ends in the middle. */
static bool unfinished_query(const char *code, size_t len, const struct query *q) {
    struct lexer x = {.code = code, .at = q->span.at, .end = len};
    struct err ignored = ERR_INIT;
    struct token t, last = {.kind = TOKEN_END};
    for (const struct nested *n = q->nested; n; n = n->next) {
        if (n->span.at + n->span.len == q->span.at + q->span.len) {
            return false; /* a statement of ours ends it, and the parser knew its end */
        }
    }
    while (lexer_next(&x, &t, &ignored) == ERR_OK && t.kind != TOKEN_END) {
        last = t;
    }
    return unfinished_token(code, &last);
}

/* A first line %%thanosql promises lines below it. */
static bool only_heading(const char *code, size_t len) {
    static const char *const headings[] = {"%%thanosql", "%%psql"};
    while (len > 0 && strchr(" \t\r\n", code[len - 1])) {
        len--;
    }
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++) {
        size_t n = strlen(headings[i]);
        if (len >= n && strncasecmp(code + len - n, headings[i], n) == 0) {
            return true;
        }
    }
    return false;
}

/* The last line's own indentation, and four blanks more for each parenthesis or bracket that it opens, or fewer for
 * those that it closes. None inside a quote or comment, where blanks are text. */
static const char *indentation(const char *code, size_t len) {
    static const char blanks[] = "                                        ";
    size_t line = len, own, most = sizeof blanks - 1;
    struct lexer x = {.code = code, .end = len};
    struct err ignored = ERR_INIT;
    struct token t = {.kind = TOKEN_SIGN};
    long depth = 0, before = 0;
    while (line > 0 && code[line - 1] != '\n') {
        line--;
    }
    for (own = 0; line + own < len && code[line + own] == ' '; own++) {
    }
    while (lexer_next(&x, &t, &ignored) == ERR_OK && t.kind != TOKEN_END) {
        if (t.kind == TOKEN_SIGN) {
            depth += (t.sign == '(' || t.sign == '[') - (t.sign == ')' || t.sign == ']');
        }
        before = t.span.at < line ? depth : before;
    }
    if (x.open != LEXER_CLOSED && x.open != LEXER_OPEN_LINE) {
        return "";
    }
    long wanted = (long)own + 4 * (depth - before);
    size_t indent = wanted < 0 ? 0 : (size_t)wanted;
    return blanks + most - (indent < most ? indent : most);
}

static enum completeness judge(struct arena *a, const char *code, size_t len) {
    struct statement *s = NULL;
    struct err e = ERR_INIT;
    bool wants_more = false;
    if (parse_typed(a, code, len, &s, &wants_more, &e) != ERR_OK) {
        return e.code == ERR_NOMEM ? UNKNOWN : wants_more ? INCOMPLETE : INVALID;
    }
    while (s && s->next) {
        s = s->next;
    }
    if (only_heading(code, len)) {
        return INCOMPLETE;
    }
    return s && s->query.span.len > 0 && unfinished_query(code, len, &s->query) ? INCOMPLETE : COMPLETE;
}

enum completeness syntax_completeness(const char *code, size_t len, const char **indent) {
    struct arena a = ARENA_INIT;
    enum completeness answer = judge(&a, code, len);
    arena_release(&a);
    *indent = answer == INCOMPLETE ? indentation(code, len) : "";
    return answer;
}
