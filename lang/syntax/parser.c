/* A cell to statements, by recursive descent: each part of the cell is cut at its semicolons, each statement is
 * found in one table (forms.c) by its first words, and everything that is not in the table is SQL, if it begins like
 * SQL. */
#include "lang/syntax/parser.h"

#include "base/buf.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "lang/syntax/forms.h"
#include "lang/syntax/magic.h"
#include "lang/syntax/parse_statement.h"
#include "lang/syntax/python.h"

#include <string.h>
#include <strings.h>

/* Words that others use for what is called differently here. */
static const struct {
    const char *first, *second, *hint;
} mistaken[] = {
    {"drop", "model", "write DELETE MODEL name"},
    {"create", "model", "write BUILD MODEL name USING base AS …"},
    {"train", "model", "write BUILD MODEL name USING base AS …"},
    {"show", "models", "write LIST MODEL"},
    {"show", "tables", "write LIST TABLE"},
    {"show", "datasets", "write LIST THANOSQL DATASET"},
};

static const struct form *find_form(const struct parser *p) {
    struct token next = parse_peek(p);
    const struct form *f;
    for (size_t i = 0; p->token.kind == TOKEN_WORD && (f = form_at(i)); i++) {
        bool second = f->second == WORD_OTHER || (next.kind == TOKEN_WORD && next.keyword == f->second);
        if (f->first == p->token.keyword && second && (!f->fits || f->fits(p))) {
            return f;
        }
    }
    return NULL;
}

/* "BUILD MODEL, FIT MODEL, …": every statement, for a hint. */
static enum err_code hint_statements(struct err *e) {
    struct buf all = BUF_INIT;
    const struct form *f;
    for (size_t i = 0; (f = form_at(i)); i++) {
        buf_printf(&all, ", %s", f->words);
    }
    err_hint(e, "statements: SELECT and other SQL%s", buf_text(&all));
    buf_release(&all);
    return e->code;
}

enum err_code parse_refuse_word(const char *code, struct span at, struct err *e) {
    char word[64];
    size_t len = utf8_cut(code + at.at, at.len < 60 ? at.len : 60);
    memcpy(word, code + at.at, len);
    word[len] = '\0';
    struct suggest s;
    suggest_begin(&s, word);
    for (int k = WORD_OTHER + 1; k < WORD_COUNT; k++) {
        if (keyword_is((enum keyword)k, KEYWORD_THANOSQL | KEYWORD_SQL)) {
            suggest_offer(&s, keyword_text((enum keyword)k));
        }
    }
    err_set(e, ERR_SYNTAX, "%s begins no statement%s%s%s", word, s.best[0] ? "; did you mean " : "", s.best,
            s.best[0] ? "?" : "");
    if (strcasecmp(word, "help") == 0) {
        err_hint(e, "? alone lists the statements, and BUILD? tells of one");
    }
    hint_statements(e);
    return err_at(e, at.at, at.len);
}

/* A word alone may be a variable's name, which only the session knows. */
static bool is_name_alone(const struct parser *p) {
    struct token next = parse_peek(p);
    bool ends = next.kind == TOKEN_END || (next.kind == TOKEN_SIGN && next.sign == ';');
    return p->parentheses == 0 && p->token.kind == TOKEN_WORD && ends;
}

static enum err_code unknown_statement(struct parser *p) {
    size_t len = utf8_cut(p->code + p->token.span.at, p->token.span.len < 60 ? p->token.span.len : 60);
    char word[64];
    memcpy(word, p->code + p->token.span.at, len);
    word[len] = '\0';
    if (python_refuse(p->code, p->token.span.at, p->lexer.end, p->e) != ERR_OK) {
        return p->e->code;
    }
    if (p->token.kind != TOKEN_WORD) {
        err_set(p->e, ERR_SYNTAX, parse_at_sign(p, ')') ? "this ) closes nothing" : "a statement cannot begin with %s",
                word);
        err_hint(p->e, "a statement begins with a word such as SELECT, COPY, BUILD, SEARCH or PRINT");
        return err_at(p->e, p->token.span.at, p->token.span.len);
    }
    return parse_refuse_word(p->code, p->token.span, p->e);
}

static enum err_code refuse_mistaken(struct parser *p) {
    struct token next = parse_peek(p);
    for (size_t i = 0; i < sizeof mistaken / sizeof *mistaken; i++) {
        if (lexer_is(p->code, &p->token, mistaken[i].first) && lexer_is(p->code, &next, mistaken[i].second)) {
            err_set(p->e, ERR_SYNTAX, "%.*s %.*s is no statement of ThanoSQL", (int)p->token.span.len,
                    p->code + p->token.span.at, (int)next.span.len, p->code + next.span.at);
            err_hint(p->e, "%s", mistaken[i].hint);
            return err_at(p->e, p->token.span.at, next.span.at + next.span.len - p->token.span.at);
        }
    }
    if (parse_at(p, WORD_DELETE) && next.kind == TOKEN_WORD && next.keyword != WORD_FROM) {
        static const enum keyword near[] = {WORD_MODEL, WORD_FROM, WORD_OTHER};
        p->syntax = "DELETE MODEL name, or DELETE FROM table WHERE …";
        return parse_advance(p) == ERR_OK ? parse_expected(p, "MODEL or FROM after DELETE", near) : p->e->code;
    }
    return ERR_OK;
}

static enum err_code parse_statement(struct parser *p, struct statement **out) {
    struct statement *s = arena_alloc(p->arena, sizeof *s);
    const struct form *form = find_form(p);
    size_t start = p->token.span.at;
    const char *outside = p->syntax;
    if (!s) {
        return err_nomem(p->e);
    }
    p->syntax = form ? form->syntax : NULL;
    s->kind = form ? form->kind : STATEMENT_SQL;
    s->verb = p->token.span;
    if (form) {
        form->parse(p, s);
    } else if (refuse_mistaken(p) == ERR_OK) {
        bool sql = parse_at_sign(p, '(') || (p->token.kind == TOKEN_WORD && keyword_is(p->token.keyword, KEYWORD_SQL));
        if (sql) {
            parse_sql(p, &s->query);
        } else if (is_name_alone(p)) {
            s->kind = STATEMENT_NAME;
            parse_name(p, "a name", NAME_FOLDED, false, &s->name);
        } else {
            unknown_statement(p);
        }
    }
    if (p->e->code != ERR_OK) {
        return p->e->code;
    }
    if (!parse_at_end(p)) {
        return parse_expected(p, p->parentheses > 0 ? ") or the end of the statement" : "; or the end of the statement",
                              NULL);
    }
    s->span = (struct span){start, p->before.span.at + p->before.span.len - start};
    p->syntax = outside;
    *out = s;
    return ERR_OK;
}

enum err_code parse_nested_statement(struct parser *p, struct statement **out) {
    return parse_statement(p, out);
}

/* The statements of one piece of text, appended at *tail. */
static enum err_code parse_text(struct parser *p, struct span text, struct statement ***tail) {
    p->lexer = (struct lexer){.code = p->code, .at = text.at, .end = text.at + text.len};
    p->token = (struct token){.kind = TOKEN_END};
    if (parse_advance(p) != ERR_OK) {
        return p->e->code;
    }
    while (p->token.kind != TOKEN_END) {
        if (parse_at_sign(p, ';')) {
            if (parse_advance(p) != ERR_OK) {
                return p->e->code;
            }
        } else if (parse_statement(p, *tail) == ERR_OK) {
            *tail = &(**tail)->next;
        } else {
            return p->e->code;
        }
    }
    return ERR_OK;
}

/* The variable that a part sets, as the engine knows names; none is fine. */
static enum err_code variable_name(struct parser *p, const struct magic_part *part, struct name *out) {
    if (part->into.len > 0) {
        char *text = arena_strndup(p->arena, p->code + part->into.at, part->into.len);
        for (char *c = text; c && *c; c++) {
            *c = *c >= 'A' && *c <= 'Z' ? (char)(*c | 32) : *c;
        }
        *out = (struct name){text, part->into};
        return text ? ERR_OK : err_nomem(p->e);
    }
    return ERR_OK;
}

/* name = %thanosql …: the last statement's result is the variable. */
static enum err_code keep_result(struct parser *p, const struct magic_part *part, struct statement *first) {
    while (first && first->next) {
        first = first->next;
    }
    return first && part->into.len > 0 ? variable_name(p, part, &first->into) : p->e->code;
}

static enum err_code add_magic(struct parser *p, const struct magic_part *part, struct statement ***tail) {
    struct statement *s = arena_alloc(p->arena, sizeof *s);
    if (!s) {
        return err_nomem(p->e);
    }
    s->kind = STATEMENT_MAGIC;
    s->span = part->span;
    s->word = part->word;
    s->name = (struct name){part->detail, part->span};
    if (variable_name(p, part, &s->into) != ERR_OK) {
        return p->e->code;
    }
    **tail = s;
    *tail = &s->next;
    return ERR_OK;
}

static enum err_code parse_parts_typed(struct arena *a, const char *code, struct magic_part *part,
                                       struct statement **out, bool *wants_more, struct err *e) {
    struct statement *first = NULL, **tail = &first;
    struct parser *p = arena_alloc(a, sizeof *p);
    *wants_more = false;
    if (!p) {
        return err_nomem(e);
    }
    p->arena = a;
    p->code = code;
    p->e = e;
    for (; part && e->code == ERR_OK; part = part->next) {
        struct statement **begin = tail;
        if (part->word) {
            add_magic(p, part, &tail);
            continue;
        }
        if (parse_text(p, part->span, &tail) == ERR_OK) {
            keep_result(p, part, *begin);
        }
        *wants_more = p->wants_more && !part->line && !part->next;
    }
    if (e->code == ERR_OK) {
        *out = first;
    }
    return e->code;
}

enum err_code parse_typed(struct arena *a, const char *code, size_t len, struct statement **out, bool *wants_more,
                          struct err *e) {
    struct magic_part *part = NULL;
    *wants_more = false;
    return magic_split(a, code, len, &part, e) == ERR_OK ? parse_parts_typed(a, code, part, out, wants_more, e)
                                                         : e->code;
}

enum err_code parse_parts(struct arena *a, const char *code, struct magic_part *parts, struct statement **out,
                          struct err *e) {
    bool wants_more;
    return parse_parts_typed(a, code, parts, out, &wants_more, e);
}

enum err_code parse_cell(struct arena *a, const char *code, size_t len, struct statement **out, struct err *e) {
    bool wants_more;
    return parse_typed(a, code, len, out, &wants_more, e);
}
