/* libpg_query's one room. Its errors count characters, its tree counts bytes. */
#include "lang/sql/check.h"

#include "base/suggest.h"
#include "base/utf8.h"
#include "lang/syntax/lexer.h"

#include <pg_query.h>

#include <string.h>

#define MOST_ALIASES 200 /* derived tables without a name in one statement */

/* PostgreSQL's parser and ours recurse on each of these. Thousands in a row nest no parenthesis, but need the stack. */
#define MOST_SIGNS 4000

/* Of a statement: each costs half a KiB while it is worked on, and most of that work cannot be stopped. */
#define MOST_TOKENS 500000

long check_place(const struct check_text *t, long location) {
    size_t moved = 0;
    if (location < 0) {
        return -1;
    }
    for (const struct check_insert *i = t->inserts; i && i->at + i->len <= (size_t)location; i = i->next) {
        moved += i->len;
    }
    return (long)(t->at + (size_t)location - moved);
}

static void *take(void *arena, size_t size) {
    return arena_alloc(arena, size);
}

static void leave(void *arena, void *memory) {
    (void)arena;
    (void)memory;
}

static enum err_code unpack(struct arena *a, const PgQueryProtobuf *bytes, PgQuery__Node **out, struct err *e) {
    ProtobufCAllocator allocator = {take, leave, a};
    PgQuery__ParseResult *r = pg_query__parse_result__unpack(&allocator, bytes->len, (const uint8_t *)bytes->data);
    if (!r || arena_failed(a)) {
        return err_nomem(e);
    }
    if (r->n_stmts != 1 || !r->stmts[0]->stmt) {
        return err_set(e, ERR_SYNTAX, r->n_stmts ? "a second SQL statement begins here" : "there is no SQL statement");
    }
    *out = r->stmts[0]->stmt;
    return ERR_OK;
}

/* A misspelt word is the one that PostgreSQL stumbles over, or the one before. */
static void suggest_keyword(const struct check_text *t, size_t at, struct err *e) {
    static const char *const keywords[] = {
        "select", "from",   "where",   "group",    "order",  "having", "limit",     "offset",    "join",   "left",
        "inner",  "union",  "insert",  "into",     "update", "delete", "create",    "values",    "drop",   "alter",
        "table",  "except", "between", "distinct", "with",   "using",  "returning", "intersect", "exists", "by",
    };
    struct lexer x = {.code = t->text, .end = t->len};
    struct token token, before = {.kind = TOKEN_END};
    struct err ignored = ERR_INIT;
    while (lexer_next(&x, &token, &ignored) == ERR_OK && token.kind != TOKEN_END && token.span.at < at) {
        before = token;
    }
    const struct token *tried[] = {&token, &before};
    for (int i = 0; i < 2; i++) {
        char word[64];
        struct suggest near;
        if (tried[i]->kind != TOKEN_WORD || tried[i]->span.len < 3 || tried[i]->span.len >= sizeof word) {
            continue;
        }
        memcpy(word, t->text + tried[i]->span.at, tried[i]->span.len);
        word[tried[i]->span.len] = '\0';
        suggest_begin(&near, word);
        for (size_t k = 0; k < sizeof keywords / sizeof *keywords; k++) {
            suggest_offer(&near, keywords[k]);
        }
        if (near.best[0] && near.distance > 0) {
            err_hint(e, "did you mean %s instead of %s?", near.best, word);
            return;
        }
    }
}

/* Whether the word begins a line, and can begin a statement but not go on with one. */
static bool begins_statement(const struct check_text *t, const struct token *word) {
    size_t at = word->span.at;
    while (at > 0 && (t->text[at - 1] == ' ' || t->text[at - 1] == '\t')) {
        at--;
    }
    return word->kind == TOKEN_WORD && at > 0 && t->text[at - 1] == '\n' &&
           keyword_is(word->keyword, KEYWORD_THANOSQL | KEYWORD_SQL) && !keyword_is(word->keyword, KEYWORD_CLAUSE) &&
           word->keyword != WORD_END;
}

/* Two statements with no ; between them: PostgreSQL stumbles over the second's first word, or, where that could still
 * be an alias, over the next. */
static void suggest_semicolon(const struct check_text *t, size_t at, struct err *e) {
    static const enum keyword joins[] = {WORD_AS,       WORD_UNION, WORD_EXCEPT, WORD_INTERSECT,
                                         WORD_DISTINCT, WORD_DO,    WORD_EXPLAIN};
    struct lexer x = {.code = t->text, .end = t->len};
    struct token token, last = {.kind = TOKEN_END}, before = {.kind = TOKEN_END};
    struct err ignored = ERR_INIT;
    int depth = 0;
    while (lexer_next(&x, &token, &ignored) == ERR_OK && token.kind != TOKEN_END && token.span.at < at) {
        bool sign = token.kind == TOKEN_SIGN;
        depth += (sign && token.sign == '(') - (sign && token.sign == ')');
        before = last;
        last = token;
    }
    bool joined = before.kind == TOKEN_END || (before.kind == TOKEN_SIGN && before.sign == ')') ||
                  (before.kind == TOKEN_WORD && lexer_is(t->text, &before, "ALL"));
    for (size_t i = 0; i < sizeof joins / sizeof *joins; i++) {
        joined = joined || (before.kind == TOKEN_WORD && before.keyword == joins[i]);
    }
    joined = joined || (token.kind == TOKEN_SIGN && token.sign == ',');
    if (depth == 0 && (begins_statement(t, &token) || (!joined && begins_statement(t, &last)))) {
        err_hint(e, "two statements have a ; between them");
    }
}

static enum err_code refuse(const struct check_text *t, const PgQueryError *error, struct err *e) {
    size_t at = error->cursorpos > 0 ? utf8_offset(t->text, t->len, (size_t)error->cursorpos - 1) : t->len;
    struct lexer x = {.code = t->text, .at = at, .end = t->len};
    struct token token = {.kind = TOKEN_END};
    struct err ignored = ERR_INIT;
    lexer_next(&x, &token, &ignored);
    err_set(e, ERR_SYNTAX, "%s", error->message);
    if (error->cursorpos > 0) {
        err_at(e, (size_t)check_place(t, (long)at), token.kind == TOKEN_END ? 1 : token.span.len);
    } else {
        err_at(e, t->at, t->len);
    }
    suggest_semicolon(t, at, e);
    suggest_keyword(t, at, e);
    return e->code;
}

/* Whether the parser asks for an alias of the derived table at *at. */
static bool wants_alias(const struct check_text *t, const PgQueryError *error, size_t *at) {
    if (!strstr(error->message, "in FROM must have an alias") || error->cursorpos <= 0) {
        return false;
    }
    *at = utf8_offset(t->text, t->len, (size_t)error->cursorpos - 1);
    return *at < t->len && t->text[*at] == '(';
}

/* Put an alias behind the parenthesis that closes the one at `open`. */
static enum err_code add_alias(struct arena *a, struct check_text *t, size_t open, int number, struct err *e) {
    struct lexer x = {.code = t->text, .at = open, .end = t->len};
    struct token token;
    struct err ignored = ERR_INIT;
    int depth = 0;
    do {
        if (lexer_next(&x, &token, &ignored) != ERR_OK || token.kind == TOKEN_END) {
            return err_set(e, ERR_SYNTAX, "a parenthesis is not closed");
        }
        bool sign = token.kind == TOKEN_SIGN;
        depth += (sign && token.sign == '(') - (sign && token.sign == ')');
    } while (depth > 0);
    size_t at = token.span.at + 1;
    char *alias = arena_printf(a, " AS \"" CHECK_ALIAS "%d\" ", number);
    char *text = arena_printf(a, "%.*s%s%s", (int)at, t->text, alias, t->text + at);
    struct check_insert *insert = arena_alloc(a, sizeof *insert);
    if (!alias || !text || !insert) {
        return err_nomem(e);
    }
    *insert = (struct check_insert){.at = at, .len = strlen(alias)};
    struct check_insert **tail = &t->inserts;
    while (*tail && (*tail)->at < at) {
        tail = &(*tail)->next;
    }
    insert->next = *tail;
    *tail = insert;
    for (struct check_insert *i = insert->next; i; i = i->next) {
        i->at += insert->len;
    }
    t->text = text;
    t->len += insert->len;
    return ERR_OK;
}

/* Signs and NOTs in a row, or nested CASEs, deepen the tree with no parenthesis. */
static enum err_code check_depth(const struct check_text *t, struct err *e) {
    struct lexer x = {.code = t->text, .end = t->len};
    struct token token;
    struct err ignored = ERR_INIT;
    size_t run = 0, all = 0;
    while (lexer_next(&x, &token, &ignored) == ERR_OK && token.kind != TOKEN_END) {
        bool comma = token.kind == TOKEN_SIGN && (token.sign == ',' || token.sign == ';');
        run = comma ? 0 : run + 1;
        if (++all > MOST_TOKENS) {
            err_set(e, ERR_SYNTAX, "this statement is too long: more than %d words, values and signs", MOST_TOKENS);
            err_hint(e, "COPY table_name FROM 'file.csv' takes any number of rows");
            return err_at(e, t->at + token.span.at, token.span.len);
        }
        if (run > MOST_SIGNS) {
            err_set(e, ERR_SYNTAX, "this expression is too long: more than %d words and signs without a comma",
                    MOST_SIGNS);
            err_hint(e, "a long list of conditions is better a table that is joined, or IN (…)");
            return err_at(e, t->at + token.span.at, token.span.len);
        }
    }
    return ERR_OK;
}

void check_blank_comments(char *text, size_t len) {
    struct lexer x = {.code = text, .end = len};
    struct err ignored = ERR_INIT;
    struct token t;
    size_t done = 0;
    while (done < len && lexer_next(&x, &t, &ignored) == ERR_OK) {
        for (size_t end = t.kind == TOKEN_END ? len : t.span.at; done < end; done++) {
            text[done] = text[done] == '\n' ? '\n' : ' ';
        }
        done = t.kind == TOKEN_END ? len : t.span.at + t.span.len;
    }
}

enum err_code check_parse(struct arena *a, struct check_text *t, PgQuery__Node **out, struct err *e) {
    if (t->len > MOST_SIGNS && check_depth(t, e) != ERR_OK) {
        return e->code;
    }
    for (int aliases = 1;; aliases++) {
        size_t open;
        PgQueryProtobufParseResult r = pg_query_parse_protobuf(t->text);
        bool again = r.error && aliases <= MOST_ALIASES && wants_alias(t, r.error, &open);
        if (again) {
            add_alias(a, t, open, aliases, e);
        } else if (r.error) {
            refuse(t, r.error, e);
        } else {
            unpack(a, &r.parse_tree, out, e);
        }
        pg_query_free_protobuf_parse_result(r);
        if (!again || e->code != ERR_OK) {
            return e->code;
        }
    }
}

long check_find_word(const char *code, size_t at, size_t len, const char *word) {
    struct lexer x = {.code = code, .at = at, .end = at + len};
    struct token token;
    struct err ignored = ERR_INIT;
    while (lexer_next(&x, &token, &ignored) == ERR_OK && token.kind != TOKEN_END) {
        if (lexer_is(code, &token, word)) {
            return (long)token.span.at;
        }
    }
    return -1;
}
