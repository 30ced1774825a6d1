/* Two sets of rows: a query over `_` is still read while the rows it gives are gathered for the next `_`. */
#include "lang/exec/last_result.h"

#include "lang/exec/notebook.h"
#include "lang/exec/result_table.h"
#include "lang/syntax/lexer.h"

#include <string.h>

static void rows_release(struct rows_held *r) {
    arena_release(&r->memory);
    *r = (struct rows_held){.first = NULL};
}

void last_result_release(struct last_result *l) {
    rows_release(&l->shown);
    rows_release(&l->coming);
}

static void give_up(struct rows_held *r) {
    rows_release(r);
    r->too_large = true;
}

void last_result_begin(struct last_result *l, const struct column *columns, size_t count) {
    struct rows_held *r = &l->coming;
    rows_release(r);
    r->tail = &r->first;
    r->columns = arena_alloc(&r->memory, (count + 1) * sizeof *columns);
    r->column_count = count;
    for (size_t i = 0; r->columns && i < count; i++) {
        r->columns[i] = (struct column){.name = arena_strdup(&r->memory, columns[i].name), .type = columns[i].type};
    }
    if (arena_failed(&r->memory)) {
        give_up(r);
    }
}

static size_t value_bytes(const struct value *v) {
    bool bytes = v->type == VALUE_TEXT || v->type == VALUE_BLOB;
    return v->type == VALUE_VECTOR ? v->length * sizeof *v->vector : bytes ? v->length : 0;
}

void last_result_add(struct last_result *l, const struct value *values) {
    struct rows_held *r = &l->coming;
    size_t bytes = r->column_count * sizeof *values;
    if (r->too_large) {
        return;
    }
    for (size_t i = 0; i < r->column_count; i++) {
        bytes += value_bytes(&values[i]);
    }
    if (r->row_count == LAST_RESULT_ROWS || bytes > LAST_RESULT_BYTES - r->bytes) {
        give_up(r);
        return;
    }
    struct held_row *row = arena_alloc(&r->memory, sizeof *row + r->column_count * sizeof *values);
    for (size_t i = 0; row && i < r->column_count; i++) {
        struct value v = values[i];
        size_t len = value_bytes(&v);
        char *copy = len > 0 ? arena_alloc(&r->memory, len + 1) : NULL;
        if (copy) {
            memcpy(copy, v.type == VALUE_VECTOR ? (const void *)v.vector : v.text, len);
            v.text = v.type == VALUE_VECTOR ? NULL : copy;
            v.vector = v.type == VALUE_VECTOR ? (const float *)(const void *)copy : NULL;
        }
        row->values[i] = v;
    }
    if (arena_failed(&r->memory)) {
        give_up(r);
        return;
    }
    *r->tail = row;
    r->tail = &row->next;
    r->row_count++;
    r->bytes += bytes;
}

void last_result_end(struct last_result *l) {
    rows_release(&l->shown);
    l->shown = l->coming;
    l->coming = (struct rows_held){.first = NULL};
    l->any = true;
    l->current = false;
}

/* Whether the text has the name `_`; its place in *at. */
static bool speaks_of_it(const struct context *c, struct span statement, struct span *at) {
    struct lexer x = {.code = c->code, .at = statement.at, .end = statement.at + statement.len};
    struct err ignored = ERR_INIT;
    struct token t;
    if (!memchr(c->code + statement.at, '_', statement.len)) {
        return false;
    }
    while (lexer_next(&x, &t, &ignored) == ERR_OK && t.kind != TOKEN_END) {
        if (t.kind == TOKEN_WORD && t.span.len == 1 && c->code[t.span.at] == '_') {
            *at = t.span;
            return true;
        }
    }
    return false;
}

static enum err_code make_table(struct context *c, struct last_result *l, struct err *e) {
    const struct rows_held *r = &l->shown;
    struct store_query *insert = NULL;
    if (l->has_table) {
        result_table_drop(c, "_");
    }
    l->has_table = true;
    result_table_make(c, "_", r->columns, r->column_count, r->first ? r->first->values : NULL, &insert, e);
    for (const struct held_row *row = r->first; row && e->code == ERR_OK; row = row->next) {
        result_table_add(insert, row->values, r->column_count, e);
    }
    store_finish(insert);
    l->current = e->code == ERR_OK;
    return e->code;
}

enum err_code last_result_need(struct context *c, struct span statement, struct err *e) {
    struct last_result *l = &c->notebook->variables.last;
    struct span at;
    bool found = false;
    if (!speaks_of_it(c, statement, &at) ||
        (l->current && store_has_temporary(c->store, "_", &found, e) == ERR_OK && found)) {
        return e->code;
    }
    if (!l->any) {
        return ERR_OK; /* a column may be called so */
    }
    if (l->shown.too_large) {
        err_set(e, ERR_NOT_FOUND, "_ was not kept: the last result has more than %d rows, or more than %d MiB",
                LAST_RESULT_ROWS, LAST_RESULT_BYTES >> 20);
        err_hint(e, "keep a large result by a name: rows = %%thanosql SELECT …");
        return context_at(e, at);
    }
    return make_table(c, l, e);
}
