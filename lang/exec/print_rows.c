/* A column is a score when its name says so; SEARCH names its columns. */
#include "lang/exec/print_rows.h"

#include "base/suggest.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#define CAPTIONS_MOST (sizeof((struct print_rows *)0)->captions / sizeof(size_t))
#define CAPTION_TEXT_MOST 200 /* bytes of one value */

static bool is_score(const char *name) {
    return strstr(name, "similarity") || strcasecmp(name, "search_result") == 0 || strcasecmp(name, "score") == 0;
}

static enum err_code add_caption(const struct store_query *q, const struct literal *item, struct print_rows *rows,
                                 struct err *e) {
    int column = relation_find_column(q, item->text);
    if (column < 0) {
        relation_no_column(q, NULL, item->text, e);
        return context_at(e, item->span);
    }
    if (rows->caption_count == CAPTIONS_MOST) {
        err_set(e, ERR_OPTION, "caption_cols may name at most %zu columns", CAPTIONS_MOST - rows->scores);
        return context_at(e, item->span);
    }
    for (size_t i = 0; i < rows->caption_count; i++) {
        if (rows->captions[i] == (size_t)column) {
            return ERR_OK;
        }
    }
    rows->captions[rows->caption_count++] = (size_t)column;
    return ERR_OK;
}

static enum err_code find_captions(const struct print_settings *set, struct print_rows *rows, struct err *e) {
    const struct literal *wanted = &set->caption_cols;
    for (size_t i = 0; i < store_column_count(rows->query) && rows->scores < CAPTIONS_MOST / 2; i++) {
        if (is_score(store_column(rows->query, i).name)) {
            rows->captions[rows->scores++] = i;
        }
    }
    rows->caption_count = rows->scores;
    if (wanted->kind == LITERAL_STRING) {
        return add_caption(rows->query, wanted, rows, e);
    }
    for (const struct literal *item = wanted->items; item && e->code == ERR_OK; item = item->next) {
        add_caption(rows->query, item, rows, e);
    }
    return e->code;
}

enum err_code print_rows_open(struct context *c, const struct statement *s, const struct print_settings *set,
                              struct relation *r, struct print_rows *rows, struct err *e) {
    const struct option *given = options_find(&print_options, s->options, "image_col");
    if (relation_add_query(c, r, &s->query, e) == ERR_OK &&
        relation_prepare(c, r, s->query.span, &rows->query, e) == ERR_OK &&
        relation_image_column(rows->query, set->image_col, given, s->query.span, &rows->image, e) == ERR_OK) {
        find_captions(set, rows, e);
    }
    return e->code;
}

/* One line, whatever the value has in it. */
static void add_text(struct buf *out, const char *text, size_t len) {
    uint32_t point;
    for (size_t i = 0, n; i < len && (n = utf8_next(text + i, len - i, &point)) > 0; i += n) {
        if (i + n > CAPTION_TEXT_MOST) {
            buf_str(out, "…");
            return;
        }
        if (point < ' ') {
            buf_char(out, ' ');
        } else {
            buf_add(out, text + i, n);
        }
    }
}

static void add_value(struct buf *out, const struct value *v, bool is_score_column) {
    switch (v->type) {
    case VALUE_NULL:
        buf_str(out, "None");
        break;
    case VALUE_BOOLEAN:
        buf_str(out, v->integer ? "True" : "False");
        break;
    case VALUE_INTEGER:
        buf_printf(out, "%" PRId64, v->integer);
        break;
    case VALUE_REAL:
        buf_printf(out, is_score_column ? "%.4f" : "%.6g", v->real);
        break;
    case VALUE_TEXT:
        add_text(out, v->text, v->length);
        break;
    case VALUE_BLOB:
        buf_printf(out, "%zu bytes", v->length);
        break;
    case VALUE_VECTOR:
        buf_printf(out, "vector of %zu", v->length);
        break;
    }
}

static const char *caption_of(const struct print_rows *rows, struct arena *a) {
    struct buf text = BUF_INIT;
    buf_printf(&text, "%zu", rows->read);
    for (size_t i = 0; i < rows->caption_count; i++) {
        bool score = i < rows->scores;
        struct value v = store_value(rows->query, rows->captions[i]);
        if (score) {
            buf_str(&text, " · ");
        } else {
            const char *name = store_column(rows->query, rows->captions[i]).name;
            buf_char(&text, '\n');
            add_text(&text, name, strlen(name));
            buf_str(&text, ": ");
        }
        add_value(&text, &v, score);
    }
    const char *kept = buf_ok(&text) ? arena_strdup(a, buf_text(&text)) : NULL;
    buf_release(&text);
    return kept;
}

enum err_code print_rows_next(struct context *c, struct print_rows *rows, struct arena *a, struct print_row *out,
                              bool *more, struct err *e) {
    *more = false;
    if (context_check(c, e) != ERR_OK || store_step(rows->query, more, e) != ERR_OK || !*more) {
        return e->code;
    }
    struct value v = store_value(rows->query, (size_t)rows->image);
    out->number = ++rows->read;
    if (v.type != VALUE_TEXT || strlen(v.text) != v.length) {
        return err_set(e, ERR_VALUE, "row %zu: the picture's path is %s", rows->read,
                       v.type == VALUE_NULL ? "NULL" : "not a text");
    }
    out->path = workspace_resolve(c->workspace, a, v.text);
    out->caption = caption_of(rows, a);
    return out->path && out->caption ? ERR_OK : err_nomem(e);
}
