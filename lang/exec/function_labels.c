/* compute.similarity gives each row the labels of the nearest rows of another table, exactly: the query's rows are
 * copied to a temporary table, whose row numbers tie them to a second one with what was found. Of rows with equal
 * scores the other table's first come first. What the hosted service gave for several labels is not known; here it is a
 * JSON list.
 */
#include "lang/exec/function.h"
#include "lang/exec/result_table.h"

#include "base/suggest.h"
#include "ml/search/nearest.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { QUERIES = 1024 /* searched for together */, TYPE_ROOM = 64 };

/* compute.similarity on its way. */
struct labelling {
    const struct function_call *f;
    size_t dimension;
    /* The other table's rows that have a vector. */
    float *known; /* (count, dimension) */
    struct value *labels;
    size_t count, room;
    struct nearest_index *index;
    /* Rows of the query, some at a time. */
    float *asked;     /* (QUERIES, dimension) */
    int64_t *numbers; /* (QUERIES): in the temporary table */
    size_t held;
    struct nearest_list lists[QUERIES];
    const char *rows_table, *found_table;
    struct store_query *insert;
};

/* All vectors have one length, which is not 0. */
static enum err_code check_vector(struct labelling *x, const struct value *v, struct err *e) {
    if (v->length == 0) {
        return err_set(e, ERR_VALUE, "a vector without numbers cannot be compared");
    }
    if (x->dimension && v->length != x->dimension) {
        return err_set(e, ERR_VALUE, "vectors of %zu and %zu numbers cannot be compared: they must be of one length",
                       x->dimension, v->length);
    }
    x->dimension = v->length;
    return ERR_OK;
}

static void offer_table(void *user, const char *name) {
    suggest_offer(user, name);
}

static enum err_code check_source(struct context *c, const struct function_call *f, struct err *e) {
    bool found = false;
    const struct option *o = function_option(f, "src_table");
    struct err ignored = ERR_INIT;
    struct suggest near;
    if (store_has_table(c->store, f->set.src_table, &found, e) != ERR_OK ||
        (!found && store_has_temporary(c->store, f->set.src_table, &found, e) != ERR_OK) || found) {
        return e->code;
    }
    suggest_begin(&near, f->set.src_table);
    store_each_table(c->store, offer_table, &near, &ignored);
    err_set(e, ERR_NOT_FOUND, "there is no table '%s'", f->set.src_table);
    err_hint(e, near.best[0] ? "did you mean %s?" : "LIST TABLE shows what there is%s", near.best);
    return context_at(e, o->value.span);
}

/* SELECT to_vector(<vectors>), <label> FROM <source>, whose columns are there. */
static enum err_code open_source(struct context *c, const struct function_call *f, struct store_query **out,
                                 struct err *e) {
    struct buf all = BUF_INIT, sql = BUF_INIT;
    struct store_query *q = NULL;
    int vectors = 0, label = 0;
    buf_str(&all, "SELECT * FROM ");
    store_add_identifier(&all, f->set.src_table);
    buf_str(&sql, "SELECT to_vector(");
    store_add_identifier(&sql, f->set.src_emb_col);
    buf_str(&sql, "), ");
    store_add_identifier(&sql, f->set.src_label_col);
    buf_str(&sql, " FROM ");
    store_add_identifier(&sql, f->set.src_table);
    if (!buf_ok(&all) || !buf_ok(&sql)) {
        err_nomem(e);
    } else if (store_prepare(c->store, all.data, all.len, &q, e) == ERR_OK &&
               function_column(f, q, "src_emb_col", f->set.src_emb_col, &vectors, e) == ERR_OK &&
               function_column(f, q, "src_label_col", f->set.src_label_col, &label, e) == ERR_OK &&
               store_prepare(c->store, sql.data, sql.len, out, e) == ERR_OK) {
        store_set_type(*out, 0, VALUE_VECTOR);
    }
    store_finish(q);
    buf_release(&all);
    buf_release(&sql);
    return e->code;
}

/* The label's bytes are kept in the cell's arena. */
static enum err_code add_known(struct context *c, struct labelling *x, const struct value *v, struct value label,
                               struct err *e) {
    if (check_vector(x, v, e) != ERR_OK) {
        return e->code;
    }
    if (label.type == VALUE_BLOB || label.type == VALUE_VECTOR) {
        return err_set(e, ERR_VALUE, "column '%s' has a value that is no label", x->f->set.src_label_col);
    }
    if (x->count == x->room) {
        size_t room = x->room ? 2 * x->room : 256;
        float *known = realloc(x->known, room * x->dimension * sizeof *known);
        x->known = known ? known : x->known;
        struct value *labels = known ? realloc(x->labels, room * sizeof *labels) : NULL;
        x->labels = labels ? labels : x->labels;
        if (!labels) {
            return err_nomem(e);
        }
        x->room = room;
    }
    if (label.type == VALUE_TEXT && !(label.text = arena_strndup(c->arena, label.text, label.length))) {
        return err_nomem(e);
    }
    memcpy(x->known + x->count * x->dimension, v->vector, x->dimension * sizeof *x->known);
    x->labels[x->count++] = label;
    return ERR_OK;
}

static enum err_code read_source(struct context *c, struct labelling *x, char declared[TYPE_ROOM], struct err *e) {
    struct store_query *q = NULL;
    bool row = false;
    if (check_source(c, x->f, e) != ERR_OK || open_source(c, x->f, &q, e) != ERR_OK) {
        store_finish(q);
        return e->code;
    }
    struct column label = store_column(q, 1);
    snprintf(declared, TYPE_ROOM, "%s", label.declared && strlen(label.declared) < TYPE_ROOM ? label.declared : "");
    while (store_step(q, &row, e) == ERR_OK && row && context_check(c, e) == ERR_OK) {
        struct value vector = store_value(q, 0);
        if (vector.type == VALUE_VECTOR && add_known(c, x, &vector, store_value(q, 1), e) != ERR_OK) {
            break;
        }
    }
    store_finish(q);
    e->has_span = 0;
    return context_at(e, function_option(x->f, "src_table")->value.span);
}

/* The query's rows as a temporary table. */
static enum err_code copy_rows(struct context *c, struct labelling *x, struct relation *inner, struct err *e) {
    struct store_query *q = NULL;
    int vectors = 0;
    if (relation_prepare(c, inner, x->f->statement->query.span, &q, e) == ERR_OK &&
        function_column(x->f, q, "emb_col", x->f->set.emb_col, &vectors, e) == ERR_OK) {
        result_table_fill(c, q, x->rows_table + strlen("temp."), e);
    }
    store_finish(q);
    return e->code;
}

static void add_json(struct buf *out, const struct value *v) {
    switch (v->type) {
    case VALUE_BOOLEAN:
        buf_str(out, v->integer ? "true" : "false");
        return;
    case VALUE_INTEGER:
        buf_printf(out, "%" PRId64, v->integer);
        return;
    case VALUE_REAL:
        buf_printf(out, isfinite(v->real) ? "%.17g" : "null", v->real);
        return;
    case VALUE_TEXT:
        buf_char(out, '"');
        for (size_t i = 0; i < v->length; i++) {
            unsigned char byte = (unsigned char)v->text[i];
            if (byte == '"' || byte == '\\') {
                buf_char(out, '\\');
            }
            if (byte < ' ') {
                buf_printf(out, "\\u%04x", byte);
            } else {
                buf_char(out, (char)byte);
            }
        }
        buf_char(out, '"');
        return;
    default:
        buf_str(out, "null");
    }
}

static enum err_code add_found(struct labelling *x, int64_t number, const struct nearest_list *list, struct err *e) {
    struct buf text = BUF_INIT;
    struct value values[2] = {{.type = VALUE_INTEGER, .integer = number}};
    if (x->f->set.top_k > 1) {
        for (size_t i = 0; i < list->count; i++) {
            buf_str(&text, i ? ", " : "[");
            add_json(&text, &x->labels[list->found[i].row]);
        }
        buf_str(&text, list->count ? "]" : "[]");
        values[1] = (struct value){.type = VALUE_TEXT, .text = buf_text(&text), .length = text.len};
    } else if (list->count > 0) {
        values[1] = x->labels[list->found[0].row];
    }
    if (!buf_ok(&text)) {
        err_nomem(e);
    } else {
        result_table_add(x->insert, values, 2, e);
    }
    buf_release(&text);
    return e->code;
}

static enum err_code open_found(struct context *c, struct labelling *x, const char *declared, struct err *e) {
    char room[TYPE_ROOM];
    const char *type = x->f->set.top_k > 1 ? pgtype_declaration(PGTYPE(PG_JSON), room) : declared;
    char *make = arena_printf(c->arena, "CREATE TABLE %s (number INTEGER PRIMARY KEY, label %s)", x->found_table, type);
    char *insert = arena_printf(c->arena, "INSERT INTO %s VALUES (?1, ?2)", x->found_table);
    if (!make || !insert) {
        return err_nomem(e);
    }
    return store_run(c->store, make, e) == ERR_OK ? store_prepare(c->store, insert, strlen(insert), &x->insert, e)
                                                  : e->code;
}

/* Find and write down the labels of the rows that are held. */
static enum err_code find_held(struct context *c, struct labelling *x, struct err *e) {
    const struct nearest_request request = {
        .queries = x->asked, .count = x->held, .k = (size_t)x->f->set.top_k, .at_least = -INFINITY};
    if (x->held > 0 && nearest_search(x->index, &request, x->lists, c->stop, e) == ERR_OK) {
        for (size_t i = 0; i < x->held && e->code == ERR_OK; i++) {
            add_found(x, x->numbers[i], &x->lists[i], e);
        }
        nearest_release(x->lists, x->held);
    }
    x->held = 0;
    return e->code;
}

static enum err_code hold_row(struct context *c, struct labelling *x, struct store_query *q, struct err *e) {
    struct value vector = store_value(q, 1);
    if (vector.type != VALUE_VECTOR || check_vector(x, &vector, e) != ERR_OK) {
        return e->code;
    }
    memcpy(x->asked + x->held * x->dimension, vector.vector, x->dimension * sizeof *x->asked);
    x->numbers[x->held++] = store_value(q, 0).integer;
    return x->held == QUERIES ? find_held(c, x, e) : ERR_OK;
}

static enum err_code find_labels(struct context *c, struct labelling *x, struct err *e) {
    struct store_query *q = NULL;
    struct buf sql = BUF_INIT;
    bool row = false;
    x->asked = calloc(QUERIES * x->dimension, sizeof *x->asked);
    x->numbers = calloc(QUERIES, sizeof *x->numbers);
    buf_str(&sql, "SELECT _rowid_, to_vector(");
    store_add_identifier(&sql, x->f->set.emb_col);
    buf_printf(&sql, ") FROM %s ORDER BY _rowid_", x->rows_table);
    if (!x->asked || !x->numbers || !buf_ok(&sql)) {
        err_nomem(e);
    } else if (nearest_index_new(x->known, x->count, x->dimension, false, &x->index, e) == ERR_OK &&
               store_prepare(c->store, sql.data, sql.len, &q, e) == ERR_OK) {
        store_set_type(q, 1, VALUE_VECTOR);
        while (store_step(q, &row, e) == ERR_OK && row && context_check(c, e) == ERR_OK) {
            if (hold_row(c, x, q, e) != ERR_OK) {
                break;
            }
        }
        if (e->code == ERR_OK) {
            find_held(c, x, e);
        }
    }
    store_finish(q);
    buf_release(&sql);
    e->has_span = 0; /* a place in our SQL means nothing to the cell */
    return context_at(e, x->f->statement->query.span);
}

/* SELECT <the query's columns>, f.label AS <result> FROM <rows> LEFT JOIN <found> */
static enum err_code write_labels(struct context *c, const struct labelling *x, struct relation *r, struct err *e) {
    struct store_query *q = NULL;
    char *all = arena_printf(c->arena, "SELECT * FROM %s", x->rows_table);
    if (!all || store_prepare(c->store, all, strlen(all), &q, e) != ERR_OK) {
        return err_nomem(e);
    }
    buf_str(&r->sql, "SELECT ");
    for (size_t i = 0; i < store_column_count(q); i++) {
        const char *name = store_column(q, i).name;
        if (strcasecmp(name, x->f->set.result_col) != 0) {
            buf_str(&r->sql, "q.");
            store_add_identifier(&r->sql, name);
            buf_str(&r->sql, ", ");
        }
    }
    store_finish(q);
    buf_str(&r->sql, "f.label AS ");
    store_add_identifier(&r->sql, x->f->set.result_col);
    buf_printf(&r->sql, " FROM %s AS q LEFT JOIN %s AS f ON f.number = q._rowid_ ORDER BY q._rowid_", x->rows_table,
               x->found_table);
    return e->code;
}

enum err_code function_labels(struct context *c, const struct function_call *f, struct relation *inner,
                              struct relation *r, struct err *e) {
    struct labelling *x = calloc(1, sizeof *x);
    char declared[TYPE_ROOM];
    if (!x) {
        return err_nomem(e);
    }
    x->f = f;
    x->rows_table = relation_new_table(c, r, e);
    x->found_table = relation_new_table(c, r, e);
    if (e->code == ERR_OK && read_source(c, x, declared, e) == ERR_OK && copy_rows(c, x, inner, e) == ERR_OK &&
        open_found(c, x, declared, e) == ERR_OK && (x->count == 0 || find_labels(c, x, e) == ERR_OK)) {
        write_labels(c, x, r, e);
    }
    store_finish(x->insert);
    nearest_index_free(x->index);
    free(x->known);
    free(x->labels);
    free(x->asked);
    free(x->numbers);
    free(x);
    return e->code;
}
