/* CONVERT USING: rows are read in batches, their pictures decoded and embedded on all cores, and rows and vectors
 * written to a temporary table, which is the relation. With table_name that table then takes the place of the named
 * one in a single transaction, so that the write lock is held for a moment only and a failure changes nothing; and
 * pictures that the named table has a vector of already are embedded only where something has changed. */
#include "lang/exec/dialect.h"
#include "lang/exec/embedder.h"
#include "lang/exec/exec_int.h"
#include "lang/exec/keeps.h"
#include "lang/exec/models.h"
#include "lang/exec/option_rows.h"
#include "lang/exec/pictures.h"
#include "lang/exec/reuse.h"
#include "lang/exec/statements.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct convert {
    const struct convert_settings *set;
    struct embedder embedder;
    size_t dimension;
    const char *result;      /* column for the vectors */
    const char *table;       /* the temporary one */
    const char *definitions; /* of its columns */
    struct store_query *rows, *insert;
    size_t columns;     /* of the query */
    int image, dropped; /* column of paths; column that the vectors replace, or -1 */
    size_t done, failed;
    char first_failure[256];
    /* One batch. */
    size_t batch, held;
    struct arena batch_arena;
    struct value *values; /* (batch, columns) */
    float *vectors;       /* (batch, dimension) */
    unsigned char *marks; /* (batch): has no vector */
    struct pictures pictures;
    /* With table_name: what is known of each file, and the rows that are left to be embedded, with their vectors. */
    bool reuses;
    struct reuse reuse;
    struct file_state *files;
    size_t *left;
    float *fresh;
};

static void convert_release(struct convert *x) {
    store_finish(x->rows);
    store_finish(x->insert);
    reuse_end(&x->reuse);
    free(x->files);
    free(x->left);
    free(x->fresh);
    embedder_release(&x->embedder);
    arena_release(&x->batch_arena);
    pictures_release(&x->pictures);
    free(x->values);
    free(x->vectors);
    free(x->marks);
}

static enum err_code open_rows(struct context *c, const struct statement *s, struct convert *x, struct relation *inner,
                               struct err *e) {
    const struct option *given = options_find(&convert_options, s->options, "image_col");
    const char *usual = x->embedder.model.image_col;
    if ((s->query.span.len > 0 && relation_add_query(c, inner, &s->query, e) != ERR_OK) ||
        relation_prepare(c, inner, s->query.span, &x->rows, e) != ERR_OK) {
        return e->code;
    }
    const char *wanted = x->set->image_col;
    if (!wanted && relation_find_column(x->rows, usual) >= 0) {
        wanted = usual;
    }
    relation_image_column(x->rows, wanted, given, s->query.span, &x->image, e);
    x->columns = store_column_count(x->rows);
    x->dropped = relation_find_column(x->rows, x->result);
    if (e->code == ERR_OK && x->dropped == x->image) {
        err_set(e, ERR_OPTION, "result_col '%s' is the column of the pictures' paths", x->result);
    }
    x->values = calloc(x->batch * (x->columns ? x->columns : 1), sizeof *x->values);
    x->vectors = calloc(x->batch * x->dimension, sizeof *x->vectors);
    x->marks = calloc(x->batch, 1);
    return x->values && x->vectors && x->marks ? e->code : err_nomem(e);
}

/* The value with its bytes copied into the batch's arena. */
static enum err_code hold_value(struct convert *x, struct value v, struct value *out, struct err *e) {
    const void *bytes = v.type == VALUE_VECTOR ? (const void *)v.vector : v.text;
    size_t len = v.type == VALUE_VECTOR ? v.length * sizeof(float) : v.length;
    if (v.type == VALUE_TEXT || v.type == VALUE_BLOB || v.type == VALUE_VECTOR) {
        char *copy = arena_alloc(&x->batch_arena, len + 1);
        if (!copy) {
            return err_nomem(e);
        }
        if (len) {
            memcpy(copy, bytes, len);
        }
        v.text = v.type == VALUE_VECTOR ? NULL : copy;
        v.vector = v.type == VALUE_VECTOR ? (const float *)(const void *)copy : NULL;
    }
    *out = v;
    return ERR_OK;
}

static enum err_code read_batch(struct context *c, struct convert *x, bool *more, struct err *e) {
    x->held = 0;
    x->pictures.count = 0;
    arena_release(&x->batch_arena);
    while (x->held < x->batch && context_check(c, e) == ERR_OK && store_step(x->rows, more, e) == ERR_OK && *more) {
        struct value *row = x->values + x->held * x->columns;
        for (size_t i = 0; i < x->columns && e->code == ERR_OK; i++) {
            hold_value(x, store_value(x->rows, i), &row[i], e);
        }
        if (e->code == ERR_OK) {
            x->held++;
            pictures_add(c, &x->pictures, &x->batch_arena, &row[x->image], x->done + x->held, e);
        }
    }
    return e->code;
}

/* Take over what vectors there are, and keep in x->pictures only what is left to be embedded, noting whose it is. */
static enum err_code reuse_batch(struct convert *x, struct err *e) {
    size_t left = 0;
    for (size_t i = 0; i < x->held && e->code == ERR_OK; i++) {
        const struct value *path = &x->values[i * x->columns + (size_t)x->image];
        bool found = false;
        x->files[i] = reuse_file(x->pictures.entries[i].path);
        reuse_find(&x->reuse, path, &x->files[i], x->vectors + i * x->dimension, &found, e);
        if (!found) {
            x->left[left] = i;
            x->pictures.entries[left++] = x->pictures.entries[i];
        }
    }
    x->pictures.count = left;
    return e->code;
}

/* From the last on, so that none is overwritten before it has moved. */
static void spread_fresh(struct convert *x) {
    for (size_t i = x->pictures.count; i-- > 0;) {
        size_t row = x->left[i];
        unsigned char mark = x->marks[i];
        memcpy(x->vectors + row * x->dimension, x->fresh + i * x->dimension, x->dimension * sizeof *x->fresh);
        x->marks[i] = 0;
        x->marks[row] = mark;
    }
}

static enum err_code embed_batch(struct convert *x, struct picture_watch *watch, struct err *e) {
    bool skip = strcmp(x->set->on_error, "skip") == 0;
    memset(x->marks, 0, x->batch);
    if (x->reuses && reuse_batch(x, e) != ERR_OK) {
        return e->code;
    }
    struct ml_source source = pictures_source(&x->pictures);
    struct ml_watch reports = picture_watch_for(watch);
    watch->before = x->done;
    embedder_run(&x->embedder, &source, x->pictures.count, x->reuses ? x->fresh : x->vectors, skip ? x->marks : NULL,
                 &reports, e);
    for (size_t i = 0; e->code == ERR_OK && i < x->pictures.count; i++) {
        if (x->marks[i] && x->failed++ == 0) {
            const char *path = x->pictures.entries[i].path;
            size_t row = x->pictures.entries[i].row;
            snprintf(x->first_failure, sizeof x->first_failure, "row %zu, %.200s", row,
                     path ? path : x->pictures.entries[i].instead);
        }
    }
    if (x->reuses) {
        spread_fresh(x);
    }
    if (e->code == ERR_IMAGE || e->code == ERR_FILE) {
        err_hint(e, "OPTIONS (on_error='skip') keeps such rows, without a vector");
    }
    return e->code;
}

/* Columns as the query declares them, and the vectors. */
static enum err_code define_columns(struct context *c, struct convert *x, struct err *e) {
    struct buf sql = BUF_INIT;
    char type[32];
    const char *const *names = exec_column_names(c, x->rows);
    for (size_t i = 0; names && i < x->columns; i++) {
        if ((int)i != x->dropped) {
            exec_add_column(&sql, x->rows, i, names[i]);
            buf_str(&sql, ", ");
        }
    }
    store_add_identifier(&sql, x->result);
    store_type_name(VALUE_VECTOR, x->dimension, type);
    buf_printf(&sql, " %s", type);
    x->definitions = names && buf_ok(&sql) ? arena_strdup(c->arena, buf_text(&sql)) : NULL;
    buf_release(&sql);
    return x->definitions ? ERR_OK : err_nomem(e);
}

static enum err_code make_table(struct context *c, struct convert *x, struct err *e) {
    struct buf sql = BUF_INIT, insert = BUF_INIT;
    if (define_columns(c, x, e) != ERR_OK) {
        return e->code;
    }
    buf_printf(&sql, "CREATE TABLE %s (%s)", x->table, x->definitions);
    buf_printf(&insert, "INSERT INTO %s VALUES (?1", x->table);
    for (size_t i = 2; i <= x->columns + (x->dropped < 0); i++) {
        buf_printf(&insert, ", ?%zu", i);
    }
    buf_char(&insert, ')');
    if (!buf_ok(&sql) || !buf_ok(&insert)) {
        err_nomem(e);
    } else if (store_run(c->store, sql.data, e) == ERR_OK) {
        store_prepare(c->store, insert.data, insert.len, &x->insert, e);
    }
    buf_release(&sql);
    buf_release(&insert);
    e->has_span = 0; /* a place in our SQL means nothing to the cell */
    return e->code;
}

static enum err_code write_batch(struct convert *x, struct err *e) {
    for (size_t r = 0; r < x->held && e->code == ERR_OK; r++) {
        int parameter = 0;
        for (size_t i = 0; i < x->columns && e->code == ERR_OK; i++) {
            if ((int)i != x->dropped) {
                store_bind(x->insert, ++parameter, &x->values[r * x->columns + i], e);
            }
        }
        struct value vector = {.type = x->marks[r] ? VALUE_NULL : VALUE_VECTOR,
                               .vector = x->vectors + r * x->dimension,
                               .length = x->dimension};
        bool row = false;
        if (e->code == ERR_OK && store_bind(x->insert, ++parameter, &vector, e) == ERR_OK &&
            store_step(x->insert, &row, e) == ERR_OK) {
            store_reset(x->insert, e);
        }
        if (x->reuses && !x->marks[r] && e->code == ERR_OK) {
            reuse_note(&x->reuse, &x->values[r * x->columns + (size_t)x->image], &x->files[r],
                       (int64_t)(x->done + r + 1), vector.vector, e);
        }
    }
    x->done += x->held;
    return e->code;
}

static enum err_code convert_rows(struct context *c, struct convert *x, struct err *e) {
    struct picture_watch watch;
    bool more = true;
    picture_watch_begin(&watch, c, "images");
    watch.in_parts = true;
    while (more && read_batch(c, x, &more, e) == ERR_OK) {
        if (!x->insert && make_table(c, x, e) != ERR_OK) {
            break;
        }
        if (embed_batch(x, &watch, e) != ERR_OK || write_batch(x, e) != ERR_OK) {
            break;
        }
    }
    if (e->code == ERR_OK) {
        picture_watch_end(&watch, &(struct ml_progress){.stage = "Embedding", .total = x->done});
    }
    return e->code;
}

static enum err_code keep_table(struct context *c, const struct convert *x, struct err *e) {
    struct buf more = BUF_INIT;
    if (x->reuses) {
        reuse_add_sql(&x->reuse, &more);
    }
    const struct kept what = {
        .name = x->set->table_name,
        .from = x->table,
        .definitions = x->definitions,
        .more = arena_strdup(c->arena, buf_text(&more)),
        .vectors = {x->set->table_name, x->result, x->embedder.model.name, x->embedder.model.file}};
    if (!buf_ok(&more) || !what.more) {
        err_nomem(e);
    } else {
        keeps_add(c, &what, e);
    }
    buf_release(&more);
    return e->code;
}

static void say_outcome(struct context *c, const struct convert *x) {
    char *reused = arena_printf(c->arena, "Reused %zu vector%s of unchanged pictures, embedded %zu.", x->reuse.reused,
                                x->reuse.reused == 1 ? "" : "s", x->done - x->failed - x->reuse.reused);
    if (x->reuse.reused > 0 && reused) {
        context_say(c, reused);
    }
    if (x->failed > 0) {
        context_warn(c, "Warning: %zu of %zu pictures could not be read and have no vector; the first: %s", x->failed,
                     x->done, x->first_failure);
    }
}

static enum err_code open_reuse(struct context *c, struct convert *x, struct err *e) {
    const char *file = models_path(c, &x->embedder.model, e);
    x->reuses = true;
    x->files = calloc(x->batch, sizeof *x->files);
    x->left = calloc(x->batch, sizeof *x->left);
    x->fresh = calloc(x->batch * x->dimension, sizeof *x->fresh);
    if (!file || !x->files || !x->left || !x->fresh) {
        return e->code ? e->code : err_nomem(e);
    }
    return reuse_begin(&x->reuse, c, keeps_tables(c), x->set->table_name, x->result, file, x->dimension, e);
}

enum err_code exec_convert(struct context *c, const struct statement *s, const struct convert_settings *set,
                           struct relation *inner, struct relation *r, struct err *e) {
    struct convert x = {.set = set, .batch = (size_t)set->batch_size};
    if (embedder_open(c, &s->base, &x.embedder, e) != ERR_OK) {
        embedder_release(&x.embedder);
        return e->code;
    }
    const struct model_record *model = &x.embedder.model;
    bool by_model = dialect_says(dialect_now(c)->model_columns, set->table_name || !embedder_is_learnt(model));
    x.dimension = x.embedder.dimension;
    x.result = set->result_col ? set->result_col : by_model ? embedder_column(c, model) : "convert_result";
    x.table = relation_new_table(c, set->table_name ? keeps_tables(c) : r, e);
    if (x.table && x.result && open_rows(c, s, &x, inner, e) == ERR_OK &&
        (!set->table_name || !embedder_is_learnt(model) || open_reuse(c, &x, e) == ERR_OK)) {
        convert_rows(c, &x, e);
    }
    store_finish(x.rows);
    store_finish(x.insert);
    reuse_end(&x.reuse);
    x.rows = x.insert = NULL;
    if (e->code == ERR_OK && set->table_name) {
        keep_table(c, &x, e);
    }
    if (e->code == ERR_OK) {
        say_outcome(c, &x);
        buf_printf(&r->sql, "SELECT * FROM %s", x.table);
    }
    convert_release(&x);
    return e->code;
}

enum err_code lower_convert(struct context *c, const struct statement *s, struct relation *r, struct err *e) {
    struct convert_settings set = {.batch_size = 1024, .on_error = "fail"};
    struct relation inner = RELATION_INIT;
    if (options_apply(c, &convert_options, s->options, &set, e) != ERR_OK ||
        exec_check_new_table(c, &convert_options, s->options, &set.table_name, e) != ERR_OK) {
        return e->code;
    }
    exec_convert(c, s, &set, &inner, r, e);
    relation_release(c, &inner);
    return e->code;
}
