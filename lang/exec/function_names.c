/* Rows of one name stand together, and what PostgreSQL has and we refuse has no pattern. */
#include "lang/exec/function_names.h"

#include "base/buf.h"
#include "lang/exec/functions.h"
#include "lang/sql/function_rows.h"

#include <string.h>

/* The letters of lang/sql/signature.h, as somebody who calls the function thinks of them. */
static const char *letter_words(char letter) {
    static const struct {
        char letter;
        const char *words;
    } rows[] = {{'b', "boolean"},  {'i', "integer"}, {'n', "number"},    {'N', "numeric"},     {'f', "number"},
                {'t', "text"},     {'d', "date"},    {'s', "timestamp"}, {'z', "timestamptz"}, {'m', "time"},
                {'v', "interval"}, {'j', "json"},    {'J', "jsonb"},     {'k', "json"},        {'u', "uuid"},
                {'x', "bytea"},    {'V', "vector"},  {'A', "array"},     {'E', "element"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].letter == letter) {
            return rows[i].words;
        }
    }
    return "any";
}

static void add_way(struct buf *text, const struct function_row *row) {
    buf_printf(text, "%s%s(", text->len > 0 ? " or " : "", row->name);
    for (const char *p = row->signature; *p; p++) {
        if (*p == '*') {
            buf_str(text, ", …");
        } else {
            buf_printf(text, "%s%s", p > row->signature ? ", " : "", letter_words(*p));
        }
    }
    buf_char(text, ')');
}

const char *function_names_signature(struct arena *a, const char *name) {
    const struct function_help *ours = functions_find(name);
    struct buf text = BUF_INIT;
    if (ours) {
        return ours->signature;
    }
    for (size_t i = 0; i < function_row_count; i++) {
        if (function_rows[i].pattern && strcmp(function_rows[i].name, name) == 0) {
            add_way(&text, &function_rows[i]);
        }
    }
    const char *copy = text.len > 0 && buf_ok(&text) ? arena_strdup(a, buf_text(&text)) : NULL;
    buf_release(&text);
    return copy;
}

void function_names_each(struct arena *a, void (*each)(void *user, const char *name, const char *signature),
                         void *user) {
    const struct function_help *ours;
    for (size_t i = 0; (ours = functions_at(i)); i++) {
        each(user, ours->name, ours->signature);
    }
    const char *before = "";
    for (size_t i = 0; i < function_row_count; i++) {
        const struct function_row *row = &function_rows[i];
        if (row->pattern && strcmp(row->name, before) != 0) {
            before = row->name;
            each(user, before, function_names_signature(a, before));
        }
    }
}
