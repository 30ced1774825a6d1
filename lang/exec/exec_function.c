/* FUNCTION: what is computed of vectors that are there already. compute.groupby_emb_mean is SQL:
 *   SELECT label, vector_avg(vectors) AS emb_mean_result FROM (<query>) GROUP BY label */
#include "lang/exec/function.h"

#include "base/suggest.h"
#include "lang/exec/exec_int.h"
#include "lang/exec/statements.h"

#include <string.h>

static enum err_code lower_means(struct context *c, const struct function_call *f, struct relation *inner,
                                 struct relation *r, struct err *e);

static const struct function_row functions[] = {
    {"compute.groupby_emb_mean", &groups_options, {"label_col", "emb_col"}, "emb_mean_result", lower_means},
    {"compute.similarity",
     &labels_options,
     {"emb_col", "src_table", "src_emb_col", "src_label_col"},
     "similarity_result",
     function_labels},
    {"preprocess.video_to_df", NULL, {NULL}, NULL, NULL},
};

const struct option *function_option(const struct function_call *f, const char *name) {
    return options_find(f->row->options, f->statement->options, name);
}

enum err_code function_column(const struct function_call *f, const struct store_query *q, const char *option,
                              const char *name, int *column, struct err *e) {
    const struct option *given = function_option(f, option);
    if (strncmp(option, "src_", 4) == 0 && relation_find_column(q, name) < 0) {
        relation_no_column(q, f->set.src_table, name, e);
        return context_at(e, given->value.span);
    }
    return relation_named_column(q, name, given, column, e);
}

static enum err_code find_function(const struct statement *s, const struct function_row **out, struct err *e) {
    struct suggest near;
    suggest_begin(&near, s->name.text);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (strcmp(functions[i].name, s->name.text) == 0) {
            *out = &functions[i];
            return ERR_OK;
        }
        suggest_offer(&near, functions[i].name);
    }
    err_set(e, ERR_NOT_FOUND, "there is no FUNCTION %s", s->name.text);
    if (near.best[0]) {
        err_hint(e, "did you mean %s?", near.best);
    }
    err_hint(e, "there are compute.similarity and compute.groupby_emb_mean");
    return context_at(e, s->name.span);
}

static enum err_code check_call(struct context *c, struct function_call *f, struct err *e) {
    const struct statement *s = f->statement;
    if (!f->row->lower) {
        err_set(e, ERR_UNSUPPORTED, "FUNCTION %s is understood, but not built yet", f->row->name);
        err_hint(e, "there are compute.similarity and compute.groupby_emb_mean");
        return context_at(e, s->name.span);
    }
    if (s->source.kind != LITERAL_NONE) {
        err_set(e, ERR_UNSUPPORTED, "FUNCTION reads a query, not a file, in this version");
        err_hint(e, "COPY name FROM '…' makes a table of the file; then FUNCTION %s … AS SELECT * FROM name",
                 f->row->name);
        return context_at(e, s->source.span);
    }
    if (options_apply(c, f->row->options, s->options, &f->set, e) != ERR_OK) {
        return e->code;
    }
    for (const char *const *name = f->row->needed; *name; name++) {
        const struct option *o = function_option(f, *name);
        if (!o || o->value.kind == LITERAL_NONE) {
            err_set(e, ERR_OPTION, "FUNCTION %s needs option %s", f->row->name, *name);
            err_hint(e, "write OPTIONS (%s='…')", *name);
            return context_at(e, s->name.span);
        }
    }
    return exec_check_new_table(c, f->row->options, s->options, &f->set.table_name, e);
}

/* The two columns of means have two names. */
static enum err_code check_names(const struct function_call *f, struct err *e) {
    if (strcmp(f->set.label_col, f->set.result_col) != 0) {
        return ERR_OK;
    }
    err_set(e, ERR_OPTION, "result_col names the column of labels, %s", f->set.label_col);
    err_hint(e, "choose another name for the means");
    return context_at(e, function_option(f, "result_col")->value.span);
}

static enum err_code lower_means(struct context *c, const struct function_call *f, struct relation *inner,
                                 struct relation *r, struct err *e) {
    struct store_query *q = NULL;
    int label = 0, vectors = 0;
    struct sql_column *columns = arena_alloc(c->arena, 2 * sizeof *columns);
    if (!columns) {
        return err_nomem(e);
    }
    if (relation_describe(c, inner, f->statement->query.span, &q, e) == ERR_OK &&
        function_column(f, q, "label_col", f->set.label_col, &label, e) == ERR_OK &&
        function_column(f, q, "emb_col", f->set.emb_col, &vectors, e) == ERR_OK && check_names(f, e) == ERR_OK) {
        struct column column = store_column(q, (size_t)label);
        columns[0].name = f->set.label_col;
        if (!column.declared || !pgtype_of_declaration(column.declared, false, &columns[0].type)) {
            columns[0].type = pgtype_of_value(column.type);
        }
        columns[1] = (struct sql_column){.name = f->set.result_col, .type = PGTYPE(PG_VECTOR)};
        buf_str(&r->sql, "SELECT q.");
        store_add_identifier(&r->sql, f->set.label_col);
        buf_str(&r->sql, " AS ");
        store_add_identifier(&r->sql, f->set.label_col);
        buf_str(&r->sql, ", vector_avg(q.");
        store_add_identifier(&r->sql, f->set.emb_col);
        buf_str(&r->sql, ") AS ");
        store_add_identifier(&r->sql, f->set.result_col);
        buf_str(&r->sql, " FROM (");
    }
    store_finish(q);
    if (e->code == ERR_OK && relation_append(c, r, inner, e) == ERR_OK) {
        buf_str(&r->sql, "\n) AS q GROUP BY 1 ORDER BY 1");
        relation_add_types(c, r, columns, 2, e);
    }
    return e->code;
}

enum err_code lower_function(struct context *c, const struct statement *s, struct relation *r, struct err *e) {
    struct function_call f = {.statement = s, .set = {.top_k = 1}};
    if (find_function(s, &f.row, e) != ERR_OK) {
        return e->code;
    }
    f.set.result_col = f.row->result;
    if (check_call(c, &f, e) != ERR_OK) {
        return e->code;
    }
    struct relation inner = relation_inside(r), made = relation_inside(r);
    if (relation_add_query(c, &inner, &s->query, e) == ERR_OK &&
        f.row->lower(c, &f, &inner, f.set.table_name ? &made : r, e) == ERR_OK && f.set.table_name) {
        exec_keep_rows(c, &made, f.set.table_name, s->span, r, e);
    }
    relation_release(c, &inner);
    relation_release(c, &made);
    return e->code;
}
