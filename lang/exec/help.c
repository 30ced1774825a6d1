/* Help is written from the tables that run the language: syntax lines, option rows, the store's catalogue. */
#include "lang/exec/help.h"

#include "base/buf.h"
#include "lang/exec/options.h"
#include "lang/store/registry.h"
#include "lang/syntax/completion.h"
#include "lang/syntax/lexer.h"
#include "lang/syntax/parser.h"

#include <string.h>
#include <strings.h>

/* "(whole number, 1 to 100000; default 5)" */
static void add_bounds(struct buf *text, const struct option_row *row) {
    static const char *const types[] = {
        [OPTION_BOOL] = "True|False",
        [OPTION_INTEGER] = "whole number",
        [OPTION_REAL] = "number",
        [OPTION_TEXT] = "text",
        [OPTION_NAME] = "name",
        [OPTION_CHOICE] = "one of",
        [OPTION_TEXTS] = "text or list",
        [OPTION_SWITCH] = "True|False",
        [OPTION_SOURCE] = "True|False or a file",
        [OPTION_NUMBERS] = "numbers",
        [OPTION_INPUT] = "text, numbers or a list",
    };
    buf_printf(text, "(%s", types[row->type]);
    for (size_t i = 0; row->choices && row->choices[i]; i++) {
        buf_printf(text, "%s'%s'", i ? ", " : " ", row->choices[i]);
    }
    if (row->high > row->low) {
        buf_str(text, row->type == OPTION_SWITCH ? " or a number" : "");
        buf_printf(text, ", %.16g to %.16g", row->low, row->high);
    }
    buf_printf(text, "; default %s)", row->by_default);
}

/* What would be too long for a tooltip's line goes on beneath its beginning. */
static void add_option(struct buf *text, const struct option_row *row) {
    enum { COLUMNS = 90, INDENT = 19 };
    if (row->alias_of) {
        buf_printf(text, "  %-16s older spelling of %s\n", row->name, row->alias_of);
        return;
    }
    struct buf bounds = BUF_INIT;
    add_bounds(&bounds, row);
    bool fits = INDENT + strlen(row->about) + 1 + bounds.len <= COLUMNS;
    buf_printf(text, "  %-16s %s%s%*s%s\n", row->name, row->about, fits ? "" : "\n", fits ? 1 : INDENT, "",
               buf_text(&bounds));
    text->failed = text->failed || bounds.failed;
    buf_release(&bounds);
}

static void add_statement(struct buf *text, const char *word) {
    enum statement_kind kind;
    const char *syntax;
    for (size_t i = 0; (syntax = parse_syntax_line(i, &kind)); i++) {
        size_t len = strlen(word);
        if (strncasecmp(syntax, word, len) != 0 || (syntax[len] != ' ' && syntax[len] != '\0')) {
            continue;
        }
        buf_printf(text, "%s\n", syntax);
        for (size_t t = 0; options_table_at(t); t++) {
            const struct option_table *table = options_table_at(t);
            if (table->kind == kind) {
                buf_str(text, "\nOPTIONS\n");
                for (size_t r = 0; r < table->count; r++) {
                    add_option(text, &table->rows[r]);
                }
            }
        }
    }
}

/* The statement that a keyword in its middle belongs to: the last one begun before it. */
static void add_statement_around(struct buf *text, const struct help_request *request, struct span at,
                                 struct arena *a) {
    struct lexer lexer = {.code = request->code, .end = at.at + at.len};
    struct err ignored = ERR_INIT;
    struct token t;
    bool is_keyword = false;
    while (lexer_next(&lexer, &t, &ignored) == ERR_OK && t.kind != TOKEN_END) {
        const char *word = t.kind == TOKEN_WORD ? lexer_text(a, request->code, &t) : NULL;
        is_keyword = word && t.keyword != WORD_OTHER;
        struct buf statement = BUF_INIT;
        if (word) {
            add_statement(&statement, word);
        }
        if (statement.len > 0 || (t.kind == TOKEN_SIGN && t.sign == ';')) {
            buf_clear(text);
            buf_add(text, buf_text(&statement), statement.len);
        }
        buf_release(&statement);
    }
    if (!is_keyword) {
        buf_clear(text);
    }
}

/* The option of that name, of a statement that stands in the cell if there is such a one. */
static void add_named_option(struct buf *text, const struct help_request *request, const char *word) {
    struct arena arena = ARENA_INIT;
    struct err ignored = ERR_INIT;
    struct statement *first = NULL;
    parse_cell(&arena, request->code, request->len, &first, &ignored);
    const struct option_row *found = NULL;
    for (size_t t = 0; options_table_at(t); t++) {
        const struct option_table *table = options_table_at(t);
        bool here = false;
        for (const struct statement *s = first; s; s = s->next) {
            here = here || s->kind == table->kind;
        }
        for (size_t r = 0; r < table->count; r++) {
            if (strcasecmp(table->rows[r].name, word) == 0 && (!found || here)) {
                found = &table->rows[r];
            }
        }
    }
    if (found) {
        add_option(text, found);
    }
    arena_release(&arena);
}

static void add_column(void *user, const struct column *column) {
    static const char *const names[] = {"", "boolean", "integer", "real", "text", "blob", "vector"};
    buf_printf(user, "  %-24s %s\n", column->name, names[column->type]);
}

static void add_table(struct buf *text, struct store *store, const char *word) {
    struct err ignored = ERR_INIT;
    struct buf columns = BUF_INIT;
    if (store_each_column(store, word, add_column, &columns, &ignored) == ERR_OK && columns.len > 0) {
        buf_printf(text, "Table %s\n%s", word, buf_text(&columns));
    }
    buf_release(&columns);
}

static void add_model(struct buf *text, struct store *store, const char *word) {
    struct err ignored = ERR_INIT;
    struct arena arena = ARENA_INIT;
    struct model_record m;
    if (registry_find(store, &arena, word, &m, &ignored) == ERR_OK) {
        buf_printf(text, "Model %s\n  %-24s %s\n  %-24s %s\n  %-24s %s UTC\n", m.name, "base", m.class_name,
                   "image column", m.image_col, "last updated", m.last_updated_utc);
    }
    arena_release(&arena);
}

enum err_code help_find(const struct help_request *request, struct arena *a, const char **plain, const char **html,
                        struct err *e) {
    struct buf text = {.max = 1 << 20};
    struct span at = syntax_word_at(request->code, request->len, request->cursor);
    char *word = at.len > 0 && at.len < 256 ? arena_strndup(a, request->code + at.at, at.len) : NULL;
    if (word) {
        add_statement(&text, word);
    }
    if (word && text.len == 0) {
        add_named_option(&text, request, word);
    }
    for (char *p = word; p && *p; p++) {
        *p = (char)(*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p);
    }
    if (word && request->store && text.len == 0) {
        add_table(&text, request->store, word);
        add_model(&text, request->store, word);
    }
    if (word && text.len == 0) {
        add_statement_around(&text, request, at, a);
    }
    *html = NULL;
    *plain = text.len > 0 ? arena_strndup(a, buf_text(&text), text.len) : NULL;
    bool failed = !buf_ok(&text) || (text.len > 0 && !*plain);
    buf_release(&text);
    return failed ? err_nomem(e) : ERR_OK;
}
