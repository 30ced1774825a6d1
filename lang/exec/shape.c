/* Tokens, and a reader that walks over them. Only words that are known to do no harm are let pass: a name before a
 * parenthesis must be a function of one row, and whatever groups, joins, sorts or nests ends the reading. */
#include "lang/exec/shape.h"

#include "lang/syntax/lexer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct reader {
    struct arena *arena;
    const char *code;
    const struct token *tokens;
    size_t count, at;
};

/* Functions and operators of a single row that may stand before a parenthesis. */
static const char *const row_words[] = {
    "abs",         "and",         "between",     "case",   "cast",  "ceil",       "ceiling",  "char_length",
    "coalesce",    "concat",      "else",        "floor",  "from",  "ifnull",     "in",       "like",
    "ilike",       "length",      "lower",       "ltrim",  "not",   "nullif",     "or",       "on",
    "replace",     "round",       "rtrim",       "select", "sign",  "sqrt",       "substr",   "substring",
    "then",        "trim",        "upper",       "when",   "where", "similarity", "distance", "is",
    "vector_norm", "vector_dims", "l2_distance",
};

/* Words after which rows are no longer what they were, and names that a narrowed table lacks. */
static const char *const strange_words[] = {"over",    "filter", "rowid", "_rowid_", "oid",     "exists", "random",
                                            "collate", "any",    "all",   "some",    "indexed", "fetch",  "into"};

static bool among(const char *const *words, size_t count, const struct reader *r, const struct token *t) {
    for (size_t i = 0; i < count; i++) {
        if (lexer_is(r->code, t, words[i])) {
            return true;
        }
    }
    return false;
}

static bool is_strange(const struct reader *r, const struct token *t) {
    switch (t->keyword) {
    case WORD_DISTINCT:
    case WORD_GROUP:
    case WORD_HAVING:
    case WORD_UNION:
    case WORD_INTERSECT:
    case WORD_EXCEPT:
    case WORD_WINDOW:
    case WORD_JOIN:
    case WORD_WITH:
    case WORD_VALUES:
    case WORD_SELECT:
    case WORD_TABLESAMPLE:
    case WORD_LATERAL:
        return true;
    default:
        return among(strange_words, sizeof strange_words / sizeof *strange_words, r, t);
    }
}

/* The tokens of code[begin, end), with one END behind them. False: they cannot be read, or memory is out. */
static bool read_tokens(struct arena *a, const char *code, size_t begin, size_t end, struct reader *out) {
    struct lexer lexer = {.code = code, .at = begin, .end = end};
    struct token *tokens = NULL;
    size_t count = 0, room = 0;
    struct err ignored = ERR_INIT;
    do {
        if (count == room) {
            size_t more = room ? 2 * room : 32;
            struct token *grown = arena_alloc(a, more * sizeof *grown);
            if (!grown) {
                return false;
            }
            if (count) {
                memcpy(grown, tokens, count * sizeof *grown);
            }
            tokens = grown;
            room = more;
        }
        tokens[count] = (struct token){.kind = TOKEN_END};
        if (lexer_next(&lexer, &tokens[count], &ignored) != ERR_OK) {
            return false;
        }
    } while (tokens[count++].kind != TOKEN_END);
    *out = (struct reader){.arena = a, .code = code, .tokens = tokens, .count = count};
    return true;
}

static const struct token *now(const struct reader *r) {
    return &r->tokens[r->at];
}

static bool at_word(const struct reader *r, enum keyword k) {
    return now(r)->kind == TOKEN_WORD && now(r)->keyword == k;
}

static bool at_sign(const struct reader *r, char sign) {
    return now(r)->kind == TOKEN_SIGN && now(r)->sign == sign;
}

static bool accept(struct reader *r, enum keyword k) {
    bool there = at_word(r, k);
    r->at += there;
    return there;
}

static bool accept_sign(struct reader *r, char sign) {
    bool there = at_sign(r, sign);
    r->at += there;
    return there;
}

static bool is_name(const struct token *t) {
    return t->kind == TOKEN_QUOTED ||
           (t->kind == TOKEN_WORD && !keyword_is(t->keyword, KEYWORD_CLAUSE | KEYWORD_QUERY));
}

static const char *name_of(const struct reader *r, const struct token *t) {
    return lexer_text(r->arena, r->code, t);
}

/* Walk over expressions up to one of the words that may follow them, outside parentheses. False: something strange. */
static bool skip_expressions(struct reader *r, enum keyword first, enum keyword second) {
    int depth = 0;
    for (; now(r)->kind != TOKEN_END; r->at++) {
        const struct token *t = now(r), *before = r->at > 0 ? t - 1 : NULL;
        if (depth == 0 && t->kind == TOKEN_WORD && (t->keyword == first || t->keyword == second)) {
            return true;
        }
        if (at_sign(r, '(')) {
            bool call = before && (before->kind == TOKEN_QUOTED || before->kind == TOKEN_WORD);
            if (call && !among(row_words, sizeof row_words / sizeof *row_words, r, before)) {
                return false;
            }
            depth++;
        } else if (at_sign(r, ')')) {
            depth--;
        } else if (at_sign(r, ';') || (t->kind == TOKEN_WORD && is_strange(r, t)) ||
                   (t->kind == TOKEN_WORD && keyword_is(t->keyword, KEYWORD_ENDS_FROM) && t->keyword != WORD_WHERE)) {
            return false;
        }
        if (depth < 0) {
            return false;
        }
    }
    return depth == 0;
}

/* [AS] name */
static bool skip_alias(struct reader *r, bool *there) {
    bool as = accept(r, WORD_AS);
    *there = is_name(now(r));
    r->at += *there;
    return *there || !as;
}

bool shape_inner(struct arena *a, const char *code, const struct query *q, struct inner_shape *out) {
    struct reader r;
    if (q->nested || !read_tokens(a, code, q->span.at, q->span.at + q->span.len, &r) || !accept(&r, WORD_SELECT) ||
        !skip_expressions(&r, WORD_FROM, WORD_FROM) || !accept(&r, WORD_FROM) || !is_name(now(&r))) {
        return false;
    }
    *out = (struct inner_shape){.table = now(&r)->span, .name = name_of(&r, now(&r))};
    r.at++;
    if (!out->name || !skip_alias(&r, &out->aliased)) {
        return false;
    }
    out->filtered = accept(&r, WORD_WHERE);
    return (!out->filtered || skip_expressions(&r, WORD_COUNT, WORD_COUNT)) && now(&r)->kind == TOKEN_END;
}

/* Whether token t is the name, and what stands around it makes it a column by itself. */
static bool is_column(const struct reader *r, size_t at) {
    const struct token *before = &r->tokens[at - 1], *after = &r->tokens[at + 1];
    bool begins = (before->kind == TOKEN_WORD && before->keyword == WORD_SELECT) ||
                  (before->kind == TOKEN_SIGN && (before->sign == ',' || before->sign == '.'));
    bool ends = after->kind == TOKEN_END || (after->kind == TOKEN_SIGN && after->sign == ',') ||
                (after->kind == TOKEN_WORD && after->keyword == WORD_FROM);
    return begins && ends;
}

bool shape_keeps_column(struct arena *a, const char *code, const struct query *q, const char *name) {
    struct reader r;
    bool found = false, star = false;
    if (!read_tokens(a, code, q->span.at, q->span.at + q->span.len, &r)) {
        return false;
    }
    for (size_t i = 1; r.tokens[i - 1].kind != TOKEN_END && r.tokens[i].kind != TOKEN_END; i++) {
        const struct token *t = &r.tokens[i];
        if (t->kind == TOKEN_WORD && t->keyword == WORD_FROM) {
            break;
        }
        star = star || (t->kind == TOKEN_SIGN && t->sign == '*' && is_column(&r, i));
        const char *text = t->kind == TOKEN_WORD || t->kind == TOKEN_QUOTED ? name_of(&r, t) : NULL;
        if (text && strcasecmp(text, name) == 0) {
            if (!is_column(&r, i)) {
                return false;
            }
            found = true;
        }
    }
    return found || star;
}

/* Whether the list of columns gives the name to something else: `x AS name`, `x name`. */
static bool renames(const struct reader *r, size_t end, const char *name) {
    for (size_t i = 1; i < end; i++) {
        const struct token *t = &r->tokens[i], *before = t - 1;
        const char *text = t->kind == TOKEN_WORD || t->kind == TOKEN_QUOTED ? name_of(r, t) : NULL;
        bool operand = before->kind == TOKEN_QUOTED || before->kind == TOKEN_NUMBER || before->kind == TOKEN_STRING ||
                       (before->kind == TOKEN_SIGN && (before->sign == ')' || before->sign == '*')) ||
                       (before->kind == TOKEN_WORD && before->keyword != WORD_SELECT);
        if (text && strcasecmp(text, name) == 0 && operand) {
            return true;
        }
    }
    return false;
}

static bool read_count(struct reader *r, unsigned long long *out) {
    const char *text = now(r)->kind == TOKEN_NUMBER ? name_of(r, now(r)) : NULL;
    char *end = NULL;
    *out = text ? strtoull(text, &end, 10) : 0;
    r->at += text != NULL;
    return text && *text && !*end && *out < 1ull << 40;
}

/* LIMIT n [OFFSET m], to the end */
static bool read_limit(struct reader *r, struct outer_shape *out) {
    return accept(r, WORD_LIMIT) && read_count(r, &out->limit) &&
           (!accept(r, WORD_OFFSET) || read_count(r, &out->offset)) && now(r)->kind == TOKEN_END;
}

/* ORDER BY [alias .] score DESC …, up to LIMIT */
static bool read_order(struct reader *r, struct outer_shape *out) {
    if (!accept(r, WORD_ORDER) || !accept(r, WORD_BY) || !is_name(now(r))) {
        return false;
    }
    out->score = name_of(r, now(r));
    r->at++;
    if (accept_sign(r, '.') && is_name(now(r))) {
        out->score = name_of(r, now(r));
        r->at++;
    }
    return out->score && accept(r, WORD_DESC) && skip_expressions(r, WORD_LIMIT, WORD_LIMIT) && at_word(r, WORD_LIMIT);
}

bool shape_outer(struct arena *a, const char *code, const struct query *q, struct outer_shape *out) {
    const struct nested *n = q->nested;
    struct reader list, rest;
    bool alias;
    if (!n || n->next || n->statement->kind != STATEMENT_SEARCH ||
        !read_tokens(a, code, q->span.at, n->span.at, &list) ||
        !read_tokens(a, code, n->span.at + n->span.len, q->span.at + q->span.len, &rest)) {
        return false;
    }
    *out = (struct outer_shape){.limit = 0};
    if (!accept(&list, WORD_SELECT) || !skip_expressions(&list, WORD_FROM, WORD_FROM) || !accept(&list, WORD_FROM)) {
        return false;
    }
    size_t end = list.at - 1;
    if (!accept_sign(&list, '(') || now(&list)->kind != TOKEN_END || !accept_sign(&rest, ')') ||
        !skip_alias(&rest, &alias)) {
        return false;
    }
    out->filtered = accept(&rest, WORD_WHERE);
    return (!out->filtered || skip_expressions(&rest, WORD_ORDER, WORD_ORDER)) && read_order(&rest, out) &&
           read_limit(&rest, out) && !renames(&list, end, out->score);
}

bool shape_has_with(struct arena *a, const char *code, const struct query *q) {
    const struct nested *n = q->nested;
    size_t begin = q->span.at, end = q->span.at + q->span.len;
    for (;; n = n->next) {
        struct reader r;
        if (!read_tokens(a, code, begin, n ? n->span.at : end, &r)) {
            return true; /* who knows */
        }
        for (size_t i = 0; i < r.count; i++) {
            if (r.tokens[i].kind == TOKEN_WORD && r.tokens[i].keyword == WORD_WITH) {
                return true;
            }
        }
        if (!n) {
            return false;
        }
        begin = n->span.at + n->span.len;
    }
}
