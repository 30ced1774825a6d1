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

static void add_way(struct buf *text, const char *name, const char *signature) {
    buf_printf(text, "%s%s(", text->len > 0 ? " or " : "", name);
    for (const char *p = signature; *p; p++) {
        if (*p == '*') {
            buf_str(text, ", …");
        } else {
            buf_printf(text, "%s%s", p > signature ? ", " : "", letter_words(*p));
        }
    }
    buf_char(text, ')');
}

/* A way to call a function, an aggregate or a window function; *signature is NULL where it is refused. */
static const char *way_at(size_t index, const char **signature) {
    if (index >= function_row_count) {
        return aggregate_name_at(index - function_row_count, signature);
    }
    const struct function_row *row = &function_rows[index];
    *signature = row->pattern ? row->signature : NULL;
    return row->name;
}

const char *function_names_signature(struct arena *a, const char *name) {
    const struct function_help *ours = functions_find(name);
    struct buf text = BUF_INIT;
    const char *way, *signature;
    if (ours) {
        return ours->signature;
    }
    for (size_t i = 0; (way = way_at(i, &signature)); i++) {
        if (signature && strcmp(way, name) == 0) {
            add_way(&text, way, signature);
        }
    }
    const char *copy = text.len > 0 && buf_ok(&text) ? arena_strdup(a, buf_text(&text)) : NULL;
    buf_release(&text);
    return copy;
}

void function_names_each(void (*each)(void *user, const char *name, const char *signature), void *user) {
    const struct function_help *ours;
    const char *way, *signature;
    struct buf ways = BUF_INIT;
    for (size_t i = 0; (ours = functions_at(i)); i++) {
        each(user, ours->name, ours->signature);
    }
    for (size_t i = 0; (way = way_at(i, &signature));) {
        const char *name = way;
        buf_clear(&ways);
        for (; way && strcmp(way, name) == 0; way = way_at(++i, &signature)) {
            if (signature) {
                add_way(&ways, way, signature);
            }
        }
        if (ways.len > 0 && !functions_find(name)) {
            each(user, name, buf_text(&ways));
        }
    }
    buf_release(&ways);
}
