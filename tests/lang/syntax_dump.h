/* A parsed cell as one line of text, for tests: KIND:word name<base(alias) {option=value} [input=value] FROM source
 * AS <query>, where a lifted statement stands as «…» (or «…»! where a name follows it) inside the query. */
#ifndef TESTS_LANG_SYNTAX_DUMP_H
#define TESTS_LANG_SYNTAX_DUMP_H

#include "base/buf.h"
#include "lang/syntax/ast.h"

static const char *const dump_kinds[] = {"SQL",          "MAGIC",    "BUILD",     "FIT",        "UPLOAD", "DELETE",
                                         "PREDICT",      "EVALUATE", "TRANSFORM", "CONVERT",    "SEARCH", "GENERATE",
                                         "FUNCTION",     "PRINT",    "COPY",      "COPY_MODEL", "LIST",   "GET",
                                         "CREATE_USING", "EXPLAIN",  "SET",       "SHOW",       "NAME"};

static void dump_statement(struct buf *b, const char *code, const struct statement *s);

static void dump_literal(struct buf *b, const struct literal *l) {
    static const char *const marks[] = {"none", "s:", "n:", "b:", "w:", "["};
    buf_str(b, marks[l->kind]);
    if (l->kind == LITERAL_LIST) {
        for (const struct literal *i = l->items; i; i = i->next) {
            dump_literal(b, i);
            buf_str(b, i->next ? " " : "");
        }
        buf_char(b, ']');
    } else if (l->text) {
        buf_str(b, l->text);
    }
}

static void dump_options(struct buf *b, const struct option *o, const char *around) {
    if (o) {
        buf_printf(b, " %c", around[0]);
        for (; o; o = o->next) {
            buf_printf(b, "%s=", o->key);
            dump_literal(b, &o->value);
            buf_str(b, o->next ? ", " : "");
        }
        buf_char(b, around[1]);
    }
}

static void dump_query(struct buf *b, const char *code, const struct query *q) {
    size_t at = q->span.at;
    buf_str(b, " <");
    for (const struct nested *n = q->nested; n; n = n->next) {
        buf_add(b, code + at, n->span.at - at);
        buf_str(b, "«");
        dump_statement(b, code, n->statement);
        buf_str(b, n->aliased ? "»!" : "»");
        at = n->span.at + n->span.len;
    }
    buf_add(b, code + at, q->span.at + q->span.len - at);
    buf_char(b, '>');
}

static void dump_statement(struct buf *b, const char *code, const struct statement *s) {
    if (s->into.text) {
        buf_printf(b, "%s = ", s->into.text);
    }
    buf_str(b, dump_kinds[s->kind]);
    if (s->word) {
        buf_printf(b, ":%s", s->word);
    }
    if (s->name.text) {
        buf_printf(b, " %s", s->name.text);
    }
    if (s->base.text) {
        buf_printf(b, " ^%s", s->base.text);
    }
    if (s->alias.text) {
        buf_printf(b, " as %s", s->alias.text);
    }
    dump_options(b, s->options, "{}");
    dump_options(b, s->inputs, "[]");
    if (s->source.kind != LITERAL_NONE) {
        buf_str(b, " from ");
        dump_literal(b, &s->source);
    }
    if (s->query.span.len) {
        dump_query(b, code, &s->query);
    }
}

static void dump_cell(struct buf *b, const char *code, const struct statement *s) {
    for (; s; s = s->next) {
        dump_statement(b, code, s);
        buf_str(b, s->next ? " ; " : "");
    }
}

#endif
