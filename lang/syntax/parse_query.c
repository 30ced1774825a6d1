/* Queries: SQL text is not judged, only walked through for its end, its parentheses, and the ThanoSQL statements that
 * stand in it as tables: after FROM ( and JOIN (, after ", (" in a list of tables, after AS, or as the whole query.
 * One loop over tokens; what is known of each open parenthesis stands in the parser's levels. */
#include "lang/syntax/parse_clause.h"

#include "base/buf.h"

#include <string.h>

struct walk {
    struct parser *p;
    struct nested **tail, *last;
    size_t start;
    int base;          /* p->depth at the start */
    bool statement;    /* a whole SQL statement, not a query after AS */
    bool fresh;        /* nothing but opening parentheses so far */
    bool table;        /* a table may stand here */
    bool trigger;      /* CREATE TRIGGER: its body has semicolons */
    int body;          /* BEGIN and CASE that wait for their END */
    int closing;       /* the leading parenthesis that the last token closed; 0: none */
    struct span inner; /* what the innermost of the parentheses closed in one run with it holds */
};

static int open_parentheses(const struct walk *w) {
    return w->p->depth - w->base;
}

/* The current token and the next two. */
static void three_tokens(const struct parser *p, struct token t[3]) {
    struct lexer ahead = p->lexer;
    struct err ignored = ERR_INIT;
    t[0] = p->token;
    for (int i = 1; i < 3; i++) {
        t[i] = (struct token){.kind = TOKEN_END};
        lexer_next(&ahead, &t[i], &ignored);
    }
}

/* The words that follow each statement's first: no SQL goes on like that. */
static bool certainly_statement(const struct parser *p) {
    struct token t[3];
    three_tokens(p, t);
    if (t[0].kind != TOKEN_WORD || t[1].kind != TOKEN_WORD) {
        return false;
    }
    enum keyword second = t[1].keyword;
    switch (t[0].keyword) {
    case WORD_CONVERT:
    case WORD_PREDICT:
    case WORD_EVALUATE:
    case WORD_TRANSFORM:
    case WORD_GENERATE:
        return second == WORD_USING;
    case WORD_SEARCH: /* but (search text, …) are columns, and their types */
        return t[2].kind == TOKEN_WORD && (second == WORD_IMAGE || second == WORD_TEXT || second == WORD_AUDIO ||
                                           second == WORD_VIDEO || second == WORD_KEYWORD);
    case WORD_LIST:
        return second == WORD_THANOSQL || ((second == WORD_MODEL || second == WORD_TABLE) && t[2].kind != TOKEN_WORD);
    case WORD_BUILD:
    case WORD_FIT:
    case WORD_UPLOAD:
    case WORD_DELETE:
        return second == WORD_MODEL && t[2].kind == TOKEN_WORD;
    case WORD_PRINT:
        return t[2].kind == TOKEN_WORD && (second == WORD_IMAGE || second == WORD_AUDIO || second == WORD_VIDEO);
    case WORD_GET:
        return second == WORD_THANOSQL;
    default:
        return false;
    }
}

/* After "(" where a table is wanted: a statement, perhaps misspelt further on, but not a table and its alias. */
static bool probably_statement(const struct parser *p) {
    struct token next = parse_peek(p);
    return p->token.kind == TOKEN_WORD && keyword_is(p->token.keyword, KEYWORD_NESTS) && next.kind == TOKEN_WORD &&
           next.keyword != WORD_AS && (next.keyword == WORD_USING || !keyword_is(next.keyword, KEYWORD_CLAUSE));
}

static enum err_code returns_no_table(struct parser *p) {
    struct buf nest = BUF_INIT;
    for (int k = WORD_OTHER + 1; k < WORD_COUNT; k++) {
        if (keyword_is((enum keyword)k, KEYWORD_NESTS)) {
            buf_printf(&nest, "%s%s", nest.len ? ", " : "", keyword_text((enum keyword)k));
        }
    }
    err_set(p->e, ERR_SYNTAX, "%s returns no table, so it cannot stand inside a query", keyword_text(p->token.keyword));
    err_hint(p->e, "run it as a statement of its own; those that return tables: %s", buf_text(&nest));
    buf_release(&nest);
    return err_at(p->e, p->token.span.at, p->token.span.len);
}

static enum err_code not_closed(struct parser *p, size_t at) {
    p->wants_more = p->token.kind == TOKEN_END;
    err_set(p->e, ERR_SYNTAX, "this ( is not closed");
    err_hint(p->e, "add the missing )");
    return err_at(p->e, at, 1);
}

static bool followed_by_alias(const struct parser *p) {
    const struct token *t = &p->token;
    return t->kind == TOKEN_QUOTED ||
           (t->kind == TOKEN_WORD && !keyword_is(t->keyword, KEYWORD_CLAUSE | KEYWORD_QUERY));
}

/* Lift the statement at the current token out of the text. In parentheses: of the innermost open one. */
static enum err_code lift(struct walk *w, bool in_parentheses) {
    struct parser *p = w->p;
    struct nested *n = arena_alloc(p->arena, sizeof *n);
    if (!n) {
        return err_nomem(p->e);
    }
    if (!keyword_is(p->token.keyword, KEYWORD_NESTS)) {
        return returns_no_table(p);
    }
    size_t opened = p->levels[p->depth].opened;
    p->parentheses += in_parentheses;
    if (parse_enter(p) != ERR_OK || parse_nested_statement(p, &n->statement) != ERR_OK) {
        return p->e->code;
    }
    parse_leave(p);
    p->parentheses -= in_parentheses;
    n->span = n->statement->span;
    *w->tail = w->last = n;
    w->tail = &n->next;
    w->fresh = w->table = false;
    w->closing = 0;
    return !in_parentheses || parse_at_sign(p, ')') ? ERR_OK : not_closed(p, opened);
}

static enum err_code open_parenthesis(struct walk *w) {
    struct parser *p = w->p;
    bool table = w->table, leading = w->fresh;
    size_t at = p->token.span.at;
    if (parse_enter(p) != ERR_OK || parse_advance(p) != ERR_OK) {
        return p->e->code;
    }
    p->levels[p->depth] = (struct parse_level){.opened = at, .inner = p->token.span.at, .leading = leading};
    w->closing = 0;
    if (!table && certainly_statement(p)) {
        err_set(p->e, ERR_SYNTAX, "%s cannot stand here: in a query it takes the place of a table",
                keyword_text(p->token.keyword));
        err_hint(p->e, "write SELECT … FROM (%s …)", keyword_text(p->token.keyword));
        return err_at(p->e, p->token.span.at, p->token.span.len);
    }
    w->table = table;
    return table && (probably_statement(p) || certainly_statement(p)) ? lift(w, true) : ERR_OK;
}

static enum err_code close_parenthesis(struct walk *w) {
    struct parser *p = w->p;
    int number = open_parentheses(w);
    const struct parse_level *level = &p->levels[p->depth];
    if (!level->leading) {
        w->closing = 0;
    } else {
        if (w->closing != number + 1) {
            w->inner = (struct span){level->inner, p->before.span.at + p->before.span.len - level->inner};
        }
        w->closing = number;
    }
    size_t end = p->before.span.at + p->before.span.len;
    bool lifted = w->last && w->last->span.at == level->inner && w->last->span.at + w->last->span.len == end;
    parse_leave(p);
    w->table = false;
    if (parse_advance(p) != ERR_OK) {
        return p->e->code;
    }
    if (lifted) {
        w->last->aliased = followed_by_alias(p);
    }
    return ERR_OK;
}

/* Any other token: what it says about where tables may stand. */
static enum err_code step(struct walk *w) {
    struct parser *p = w->p;
    struct parse_level *level = &p->levels[p->depth];
    enum keyword k = p->token.kind == TOKEN_WORD ? p->token.keyword : WORD_OTHER;
    w->table = k == WORD_FROM || k == WORD_JOIN || k == WORD_AS || (k == WORD_LATERAL && w->table) ||
               (parse_at_sign(p, ',') && level->in_from);
    if (k == WORD_FROM) {
        level->in_from = true;
    } else if (keyword_is(k, KEYWORD_ENDS_FROM)) {
        level->in_from = false;
    }
    w->trigger = w->trigger || (k == WORD_TRIGGER && w->statement && open_parentheses(w) == 0);
    w->body += w->trigger && (k == WORD_BEGIN || k == WORD_CASE);
    w->body -= w->trigger && k == WORD_END && w->body > 0;
    w->fresh = false;
    w->closing = 0;
    if (parse_advance(p) != ERR_OK) {
        return p->e->code;
    }
    /* CREATE TABLE x AS CONVERT …: a statement without parentheses, to the end. */
    bool bare = k == WORD_AS && w->statement && open_parentheses(w) == 0 && certainly_statement(p);
    return bare ? lift(w, false) : ERR_OK;
}

/* What the query after AS may begin with, behind any number of opening parentheses. */
static enum err_code check_beginning(struct walk *w) {
    static const enum keyword words[] = {WORD_SELECT,   WORD_WITH,    WORD_VALUES,   WORD_TABLE,     WORD_CONVERT,
                                         WORD_SEARCH,   WORD_PREDICT, WORD_EVALUATE, WORD_TRANSFORM, WORD_GENERATE,
                                         WORD_FUNCTION, WORD_LIST,    WORD_OTHER};
    struct parser *p = w->p;
    enum keyword k = p->token.kind == TOKEN_WORD ? p->token.keyword : WORD_OTHER;
    if (parse_at_sign(p, '(') || keyword_is(k, KEYWORD_QUERY)) {
        return ERR_OK;
    }
    if (keyword_is(k, KEYWORD_THANOSQL)) {
        return lift(w, open_parentheses(w) > 0);
    }
    return parse_expected(p, "a query (SELECT …) after AS", words);
}

static enum err_code walk(struct walk *w) {
    struct parser *p = w->p;
    for (;;) {
        bool inside = open_parentheses(w) > 0;
        if (!inside && parse_at_end(p) && !(w->body > 0 && parse_at_sign(p, ';'))) {
            return ERR_OK;
        }
        if (inside && (p->token.kind == TOKEN_END || parse_at_sign(p, ';'))) {
            return not_closed(p, p->levels[p->depth].opened);
        }
        if (!inside && parse_at_sign(p, ')')) {
            err_set(p->e, ERR_SYNTAX, "this ) closes nothing");
            err_hint(p->e, "delete it, or add the missing ( before it");
            return err_at(p->e, p->token.span.at, 1);
        }
        if (parse_at_sign(p, '(')) {
            bool beginning = w->fresh && !w->statement;
            if (open_parenthesis(w) != ERR_OK || (beginning && w->fresh && check_beginning(w) != ERR_OK)) {
                return p->e->code;
            }
        } else if ((parse_at_sign(p, ')') ? close_parenthesis(w) : step(w)) != ERR_OK) {
            return p->e->code;
        }
    }
}

static enum err_code read_text(struct parser *p, bool statement, struct query *out) {
    struct query q = {.nested = NULL};
    struct walk w = {.p = p, .tail = &q.nested, .start = p->token.span.at, .base = p->depth};
    struct parse_level outside = p->levels[p->depth];
    w.statement = statement;
    w.fresh = true;
    w.table = !statement;
    p->levels[p->depth].in_from = false;
    if ((!statement && check_beginning(&w) != ERR_OK) || walk(&w) != ERR_OK) {
        return p->e->code;
    }
    p->levels[p->depth] = outside;
    q.span = (struct span){w.start, p->before.span.at + p->before.span.len - w.start};
    if (w.closing == 1 && !statement) {
        q.span = w.inner;
    }
    *out = q;
    return ERR_OK;
}

enum err_code parse_query(struct parser *p, struct query *out) {
    return read_text(p, false, out);
}

enum err_code parse_parenthesised_query(struct parser *p, struct query *out) {
    size_t opened = p->token.span.at;
    if (parse_enter(p) != ERR_OK || parse_advance(p) != ERR_OK) {
        return p->e->code;
    }
    p->parentheses++;
    if (parse_query(p, out) != ERR_OK) {
        return p->e->code;
    }
    p->parentheses--;
    parse_leave(p);
    return parse_at_sign(p, ')') ? parse_advance(p) : not_closed(p, opened);
}

enum err_code parse_sql(struct parser *p, struct query *out) {
    return read_text(p, true, out);
}
