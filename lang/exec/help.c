/* Help is written from the tables that run the language: statements, option rows, settings, functions, the store's
 * catalogue. */
#include "lang/exec/help_page.h"

#include "base/buf.h"
#include "base/suggest.h"
#include "lang/data/datasets.h"
#include "lang/exec/function_names.h"
#include "lang/exec/functions.h"
#include "lang/exec/options.h"
#include "lang/exec/statements.h"
#include "lang/syntax/completion.h"
#include "lang/syntax/forms.h"
#include "lang/syntax/lexer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* "whole number, 1 to 100000" */
static const char *values_text(struct arena *a, const struct option_row *row) {
    static const char *const types[] = {[OPTION_BOOL] = "True or False",
                                        [OPTION_INTEGER] = "whole number",
                                        [OPTION_REAL] = "number",
                                        [OPTION_TEXT] = "text",
                                        [OPTION_NAME] = "name",
                                        [OPTION_CHOICE] = "",
                                        [OPTION_TEXTS] = "text or list",
                                        [OPTION_SWITCH] = "True or False",
                                        [OPTION_SOURCE] = "True, False or a file",
                                        [OPTION_NUMBERS] = "numbers",
                                        [OPTION_INPUT] = "text, numbers or a list"};
    struct buf text = BUF_INIT;
    buf_str(&text, types[row->type]);
    for (size_t i = 0; row->choices && row->choices[i]; i++) {
        buf_printf(&text, "%s'%s'", i ? ", " : "", row->choices[i]);
    }
    if (row->high > row->low) {
        buf_printf(&text, "%s, %.16g to %.16g", row->type == OPTION_SWITCH ? " or a number" : "", row->low, row->high);
    }
    const char *copy = arena_strdup(a, buf_text(&text));
    buf_release(&text);
    return copy;
}

const char *help_option_signature(struct arena *a, const struct option_row *row) {
    return arena_printf(a, "%s; default %s", values_text(a, row), row->by_default);
}

static void option_table(struct help_writer *w, const struct option_table *table) {
    const char *of = table->of ? arena_printf(w->arena, "OPTIONS (%s)", table->of) : "OPTIONS";
    help_table(w, table->kind == STATEMENT_SET ? "Settings" : of, 4);
    help_row(w, (const char *const[]){"name", "meaning", "values", "default"});
    for (size_t i = 0; i < table->count; i++) {
        const struct option_row *row = &table->rows[i];
        if (row->alias_of) {
            const char *other = arena_printf(w->arena, "another spelling of %s", row->alias_of);
            help_row(w, (const char *const[]){row->name, other, "", ""});
        } else {
            help_row(w, (const char *const[]){row->name, row->about, values_text(w->arena, row), row->by_default});
        }
    }
}

/* The statements that begin with the word: DELETE has one, LIST one, and SQL's words none. */
static bool statement_page(struct help_writer *w, const struct help_request *r, const char *word) {
    const struct form *f;
    bool found = false;
    for (size_t i = 0; (f = form_at(i)); i++) {
        if (strcasecmp(keyword_text(f->first), word) != 0) {
            continue;
        }
        if (!found) {
            *w = help_begin(w->arena, f->words);
            found = true;
        }
        help_code(w, NULL, f->syntax);
        help_words(w, f->about);
        if (!statement_is_built(f->kind)) {
            help_words(w, "Known from older notebooks, and not built yet.");
        }
        for (size_t t = 0; options_table_at(t); t++) {
            if (options_table_at(t)->kind == f->kind) {
                option_table(w, options_table_at(t));
            }
        }
        if (r->detail > 0) {
            help_code(w, "Example", f->example);
        }
    }
    return found;
}

static const char *statement_words(enum statement_kind kind) {
    const struct form *f = form_of(kind);
    return f ? f->words : "";
}

/* The default where that is a number, else the least that is allowed and not 0. */
static double example_number(const struct option_row *row) {
    char *end;
    double number = strtod(row->by_default, &end);
    return end > row->by_default && number > 0 ? number : row->low > 0 ? row->low : 1;
}

static void option_page(struct help_writer *w, const struct help_request *r, const struct option_table *table,
                        const struct option_row *row) {
    bool setting = table->kind == STATEMENT_SET;
    const char *of = setting ? "setting" : arena_printf(w->arena, "option of %s", statement_words(table->kind));
    *w = help_begin(w->arena, arena_printf(w->arena, "%s%s (%s)", setting ? "thanosql." : "", row->name, of));
    if (row->alias_of) {
        help_words(w, arena_printf(w->arena, "Another spelling of %s.", row->alias_of));
    }
    help_words(w, row->alias_of ? NULL : row->about);
    help_table(w, NULL, 2);
    help_row(w, (const char *const[]){"", ""});
    help_row(w, (const char *const[]){"values", values_text(w->arena, row)});
    help_row(w, (const char *const[]){"default", row->by_default});
    if (setting) {
        help_row(w, (const char *const[]){"now", settings_text(&r->notebook->settings, row, w->arena)});
    }
    if (r->detail > 0) {
        bool bare = row->type == OPTION_BOOL || row->type == OPTION_SWITCH || row->type == OPTION_INTEGER ||
                    row->type == OPTION_REAL;
        const char *value = row->choices ? arena_printf(w->arena, "'%s'", row->choices[0])
                            : row->type == OPTION_BOOL || row->type == OPTION_SWITCH ? "True"
                            : bare ? arena_printf(w->arena, "%.16g", example_number(row))
                                   : "'…'";
        help_code(w, "Example",
                  setting ? arena_printf(w->arena, "SET thanosql.%s = %s", row->name, value)
                          : arena_printf(w->arena, "OPTIONS (%s=%s)", row->name, value));
    }
}

/* The option of that name, of the statement that stands before the cursor, or (not `here`) of any. */
static bool option_found(struct help_writer *w, const struct help_request *r, const char *word, size_t at, bool here) {
    struct lexer x = {.code = r->code, .end = at};
    struct err ignored = ERR_INIT;
    struct token t;
    const struct option_table *in = NULL;
    const struct option_row *found = NULL;
    const char *near = "";
    while (lexer_next(&x, &t, &ignored) == ERR_OK && t.kind != TOKEN_END) {
        if (t.kind == TOKEN_WORD && keyword_is(t.keyword, KEYWORD_THANOSQL | KEYWORD_SQL)) {
            near = keyword_text(t.keyword);
        }
    }
    for (size_t i = 0; options_table_at(i); i++) {
        const struct option_table *table = options_table_at(i);
        if (here && !(*near && strncmp(statement_words(table->kind), near, strlen(near)) == 0)) {
            continue;
        }
        for (size_t k = 0; k < table->count; k++) {
            if (strcasecmp(table->rows[k].name, word) == 0 && !found) {
                found = &table->rows[k];
                in = table;
            }
        }
    }
    if (found) {
        option_page(w, r, in, found);
    }
    return found != NULL;
}

static bool dataset_page(struct help_writer *w, const struct help_request *r, const char *word) {
    const struct dataset *d;
    for (size_t i = 0; (d = dataset_at(i)); i++) {
        if (strcmp(d->name, word) == 0) {
            *w = help_begin(w->arena, arena_printf(w->arena, "%s (data set: %s)", d->name, d->data_type));
            help_words(w, d->about);
            if (r->detail > 0) {
                help_code(w, "Example", arena_printf(w->arena, "GET THANOSQL DATASET %s", d->name));
            }
            return true;
        }
    }
    return false;
}

static bool function_page(struct help_writer *w, const struct help_request *r, const char *word) {
    const struct function_help *ours = functions_find(word);
    const char *signature = function_names_signature(w->arena, word);
    if (!signature) {
        return false;
    }
    *w = help_begin(w->arena, arena_printf(w->arena, "%s (function)", word));
    help_code(w, NULL, signature);
    help_words(w, ours ? ours->about : "A function of PostgreSQL.");
    if (ours) {
        help_words(w, "NULL where an argument is NULL; an error where vectors are of different lengths.");
    }
    if (ours && r->detail > 0) {
        help_code(w, "Example", arena_printf(w->arena, "SELECT %s FROM my_table", ours->signature));
    }
    return true;
}

/* The statement that a keyword in its middle belongs to: the last one begun before it. */
static bool statement_around(struct help_writer *w, const struct help_request *r, struct span at) {
    struct lexer x = {.code = r->code, .end = at.at + at.len};
    struct err ignored = ERR_INIT;
    struct token t, begun = {.kind = TOKEN_END}, last = {.kind = TOKEN_END};
    while (lexer_next(&x, &t, &ignored) == ERR_OK && t.kind != TOKEN_END) {
        bool ends = t.kind == TOKEN_SIGN && t.sign == ';';
        begun = ends                                                              ? (struct token){.kind = TOKEN_END}
                : t.kind == TOKEN_WORD && keyword_is(t.keyword, KEYWORD_THANOSQL) ? t
                                                                                  : begun;
        last = t;
    }
    bool keyword = last.kind == TOKEN_WORD && last.keyword != WORD_OTHER;
    return keyword && begun.kind == TOKEN_WORD && statement_page(w, r, keyword_text(begun.keyword));
}

/* The rows of the store come before options and functions where both have the name, but not before statements. */
static bool find_page(struct help_writer *w, const struct help_request *r, const char *word, struct span at) {
    char *folded = arena_strdup(w->arena, word);
    for (char *p = folded; p && *p; p++) {
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p | 32) : *p;
    }
    if (folded && statement_page(w, r, word)) {
        const char *rest = r->code + at.at + at.len, *end = r->code + r->len;
        bool model = end - rest >= 6 && strncasecmp(rest, " MODEL", 6) == 0; /* DELETE MODEL: no SQL */
        if (!model) {
            help_language_statement(w, r, word, false);
        }
        return true;
    }
    if (!folded) {
        return false;
    }
    if (help_language_base(w, word, true)) {
        return true;
    }
    const struct variable *v = variables_find(&r->notebook->variables, folded, strlen(folded));
    if (v && v->text) {
        *w = help_begin(w->arena, arena_printf(w->arena, "%s (variable, a text)", v->name));
        help_code(w, NULL, v->text);
        return true;
    }
    return help_store_last(w, r, folded) || help_store_table(w, r, folded, v != NULL) ||
           help_store_model(w, r, folded) || option_found(w, r, word, at.at, true) || statement_around(w, r, at) ||
           option_found(w, r, word, at.at, false) || function_page(w, r, folded) || dataset_page(w, r, folded) ||
           help_store_column(w, r, folded) || help_language_word(w, r, word);
}

enum err_code help_find(const struct help_request *request, struct arena *a, struct help_page **page, struct err *e) {
    struct help_writer w = {.arena = a};
    struct span at = syntax_word_at(request->code, request->len, request->cursor);
    static const char compute[] = "compute."; /* what FUNCTION does, and no function of SQL */
    size_t before = sizeof compute - 1;
    bool computed = at.at >= before && strncasecmp(request->code + at.at - before, compute, before) == 0;
    char *word = at.len > 0 && at.len < 256 ? arena_strndup(a, request->code + at.at, at.len) : NULL;
    word = word && computed ? arena_strdup(a, "FUNCTION") : word;
    *page = word && find_page(&w, request, word, at) ? w.page : NULL;
    return arena_failed(a) ? err_nomem(e) : ERR_OK;
}

/* All there is, for a ? alone. */
static struct help_page *overview(struct arena *a) {
    struct help_writer w = help_begin(a, "ThanoSQL");
    const struct form *f;
    struct buf lines = BUF_INIT;
    for (size_t i = 0; (f = form_at(i)); i++) {
        if (statement_is_built(f->kind)) {
            buf_printf(&lines, "%s%s", lines.len > 0 ? "\n" : "", f->syntax);
        }
    }
    help_words(&w, "A cell is one statement or several with ; between them. SQL, and these:");
    help_code(&w, NULL, arena_strdup(a, buf_text(&lines)));
    help_words(&w,
               "Help on one of them, or on an option, a table, a model: its name and a question mark, as in BUILD?. "
               "%lsmagic lists what else a line may be.");
    buf_release(&lines);
    return w.page;
}

/* "%thanosql BUILD": BUILD. */
static const char *behind_magic(const char *text) {
    size_t percent = strspn(text, "%"), word = percent + strcspn(text + percent, " ");
    const char *rest = text + word + strspn(text + word, " ");
    return percent > 0 && *rest ? rest : text;
}

enum err_code help_show(struct context *c, const struct statement *s, struct err *e) {
    const char *text = behind_magic(s->name.text), *dot = strrchr(text, '.');
    const char *wanted = dot ? dot + 1 : text; /* thanosql.max_rows: the setting */
    struct help_request r = {.store = c->store,
                             .workspace = c->workspace,
                             .notebook = c->notebook,
                             .code = text,
                             .len = strlen(text),
                             .cursor = (size_t)(wanted - text) + strcspn(wanted, " "),
                             .detail = 1};
    struct help_page *page = NULL;
    struct help_writer magics = {.arena = c->arena};
    if (*text == '%') {
        help_language_magics(&magics);
        page = magics.page;
    } else if (!*wanted) {
        page = overview(c->arena);
    } else if (help_find(&r, c->arena, &page, e) == ERR_OK && !page) {
        err_set(e, ERR_NOT_FOUND, "there is no help on '%.60s'", text);
        err_hint(e, "? alone lists the statements; LIST TABLE and LIST MODEL name tables and models");
        return context_at(e, s->span);
    }
    if (page && c->out->help) {
        c->out->help(c->out->user, page);
    }
    return arena_failed(c->arena) ? err_nomem(e) : e->code;
}
