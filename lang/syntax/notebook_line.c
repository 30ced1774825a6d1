/* Python's spelling, as far as notebooks with ThanoSQL use it. */
#include "lang/syntax/notebook_line.h"

#include "lang/syntax/lexer.h"

#include <string.h>
#include <strings.h>

#define HELP_WORDS 3

static bool blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

static bool name_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

/* Whether nothing but blanks, or a comment, is left of the line. */
static bool line_ends(const char *code, size_t at, size_t len, size_t *end) {
    while (at < len && blank(code[at])) {
        at++;
    }
    bool comment = at < len && (code[at] == '#' || (code[at] == '-' && len - at > 1 && code[at + 1] == '-'));
    while (comment && at < len && code[at] != '\n') {
        at++;
    }
    *end = at;
    return at == len || code[at] == '\n';
}

/* Python's escapes, as far as queries have them: \n, \t, \\, \', \" and a line's end that is not one. */
static char *unescape(struct arena *a, const char *text, size_t len) {
    char *out = arena_alloc(a, len + 1), *to = out;
    for (size_t i = 0; out && i < len; i++) {
        const char *at = text[i] == '\\' && i + 1 < len && text[i + 1] ? strchr("n\nt\t\\\\''\"\"", text[i + 1]) : NULL;
        if (text[i] == '\\' && i + 1 < len && text[i + 1] == '\n') {
            i++;
        } else if (at) {
            *to++ = text[i + 1] == 'n' ? '\n' : text[i + 1] == 't' ? '\t' : text[i + 1];
            i++;
        } else {
            *to++ = text[i];
        }
    }
    return out;
}

/* A string of Python's, from its quote on; *after is behind it. NULL: none that ends. */
static char *read_string(struct arena *a, const char *code, size_t at, size_t len, size_t *after) {
    char quote = code[at];
    size_t quotes = len - at >= 3 && code[at + 1] == quote && code[at + 2] == quote ? 3 : 1;
    for (size_t i = at + quotes; i + quotes <= len; i++) {
        if (code[i] == '\\') {
            i++;
        } else if (code[i] == '\n' && quotes == 1) {
            return NULL;
        } else if (code[i] == quote && (quotes == 1 || (code[i + 1] == quote && code[i + 2] == quote))) {
            *after = i + quotes;
            return unescape(a, code + at + quotes, i - at - quotes);
        }
    }
    return NULL;
}

static char *read_number(struct arena *a, const char *code, size_t at, size_t len, size_t *after) {
    size_t i = at + (code[at] == '-'), from = i;
    while (i < len && ((code[i] >= '0' && code[i] <= '9') || code[i] == '.')) {
        i++;
    }
    *after = i;
    return i > from ? arena_strndup(a, code + at, i - at) : NULL;
}

/* What is called a token is not kept. */
static bool is_secret(const char *name, size_t len) {
    for (size_t i = 0; i + 5 <= len; i++) {
        if (strncasecmp(name + i, "token", 5) == 0) {
            return true;
        }
    }
    return false;
}

/* name = value */
static bool read_assignment(struct arena *a, const char *code, size_t at, size_t len, struct notebook_line *out) {
    size_t to = at, after = 0;
    while (to < len && name_byte(code[to])) {
        to++;
    }
    out->name = (struct span){at, to - at};
    while (to < len && blank(code[to])) {
        to++;
    }
    bool token = is_secret(code + at, out->name.len);
    if (out->name.len == 0 || token || (code[at] >= '0' && code[at] <= '9') || to == len || code[to] != '=') {
        return false;
    }
    to++;
    while (to < len && blank(code[to])) {
        to++;
    }
    if (to == len) {
        return false;
    }
    if (code[to] == '%') {
        out->kind = LINE_ASSIGNED;
        out->end = to;
        return len - to < 2 || code[to + 1] != '%';
    }
    bool quoted = code[to] == '\'' || code[to] == '"';
    out->text = quoted ? read_string(a, code, to, len, &after) : read_number(a, code, to, len, &after);
    out->kind = LINE_TEXT;
    return out->text && line_ends(code, after, len, &out->end);
}

/* A question: a few words, and ? before or behind them. */
static bool read_help(struct arena *a, const char *code, size_t at, size_t len, struct notebook_line *out) {
    const char *newline = memchr(code + at, '\n', len - at);
    size_t end = newline ? (size_t)(newline - code) : len, marks = 0, words = 0;
    out->end = end;
    while (end > at && blank(code[end - 1])) {
        end--;
    }
    while (at < end && code[at] == '?') {
        at++;
        marks++;
    }
    while (end > at && code[end - 1] == '?') {
        end--;
        marks++;
    }
    while (at < end && blank(code[at])) {
        at++;
    }
    for (size_t i = at; i < end; i++) {
        if (!name_byte(code[i]) && !blank(code[i]) && code[i] != '.' && code[i] != '%') {
            return false;
        }
        words += !blank(code[i]) && (i == at || blank(code[i - 1]));
    }
    out->kind = LINE_HELP;
    out->text = arena_strndup(a, code + at, end - at);
    return marks > 0 && marks <= 4 && words <= HELP_WORDS && out->text;
}

static bool read_exit(const char *code, size_t at, size_t len, struct notebook_line *out) {
    if (len - at < 4 || (memcmp(code + at, "exit", 4) != 0 && memcmp(code + at, "quit", 4) != 0)) {
        return false;
    }
    at += 4;
    at += len - at >= 2 && code[at] == '(' && code[at + 1] == ')' ? 2 : 0;
    at += at < len && code[at] == ';';
    out->kind = LINE_EXIT;
    return line_ends(code, at, len, &out->end);
}

struct notebook_line notebook_line_read(struct arena *a, const char *code, size_t at, size_t len) {
    struct notebook_line assignment = {.kind = LINE_STATEMENT}, help = assignment, none = assignment, leave = none;
    if (read_exit(code, at, len, &leave)) {
        return leave;
    }
    if (read_assignment(a, code, at, len, &assignment)) {
        return assignment;
    }
    return read_help(a, code, at, len, &help) ? help : none;
}
