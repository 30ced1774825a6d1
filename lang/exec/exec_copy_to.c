/* COPY … TO: the rows of a table or query as a file: text (lang/data/export.h), or the vectors of one column for NumPy.
 * The file is written beside its place and put there whole. */
#include "lang/exec/exec_int.h"
#include "lang/exec/option_rows.h"

#include "base/clock.h"
#include "base/file.h"
#include "lang/data/datafile.h"
#include "lang/data/export.h"
#include "lang/data/npy.h"

#include <string.h>
#include <sys/stat.h>

enum { PIECE = 256 << 10 /* bytes written at a time */ };

struct copy_to {
    struct context *context;
    const struct statement *statement;
    struct copy_settings set;
    const char *path;
    const struct export_format *format; /* NULL: .npy */
    char delimiter;
    bool replace; /* a file that is there */
    const struct relation *relation;
    struct store_query *rows; /* its */
    size_t count;             /* columns */
    struct datafile_out *file;
    struct buf text; /* not yet written */
    long long done;  /* rows */
    double began, told;
    struct err *e;
};

static enum err_code find_format(struct copy_to *x) {
    x->format = export_find(x->path);
    if (!x->format && (!datafile_ends(x->path, ".npy") || datafile_is_gzip(x->path))) {
        err_set(x->e, ERR_UNSUPPORTED, "COPY cannot tell by its name what '%s' is to be", x->path);
        return err_hint(x->e, "it writes .csv, .tsv, .json and .jsonl (each also with .gz), and vectors as .npy");
    }
    if (x->delimiter == '\0' && x->format) {
        x->delimiter = x->format->delimiter;
    }
    return ERR_OK;
}

enum err_code exec_hint_overwrite(struct err *e) {
    return e->code == ERR_EXISTS ? err_hint(e, "OPTIONS (overwrite=True) replaces it") : e->code;
}

enum err_code exec_check_file(const char *path, bool replace, struct err *e) {
    struct stat about;
    if (lstat(path, &about) == 0 && S_ISLNK(about.st_mode) && !file_exists(path)) {
        err_set(e, ERR_FILE, "'%s' is a link to what is not there", path);
        return err_hint(e, "remove the link, or make the file that it leads to");
    }
    if (file_exists(path) && !replace) {
        err_set(e, ERR_EXISTS, "the file '%s' exists already", path);
    }
    return exec_hint_overwrite(e);
}

/* That the file can be made, before any row is asked for. */
static enum err_code check_place(struct copy_to *x) {
    const char *slash = strrchr(x->path, '/');
    char *parent = arena_strndup(x->context->arena, x->path, slash > x->path ? (size_t)(slash - x->path) : 1);
    if (!parent) {
        return err_nomem(x->e);
    }
    if (file_is_folder(x->path)) {
        err_set(x->e, ERR_FILE, "'%s' is a folder", x->path);
        return err_hint(x->e, "name a file in it, such as 'name.csv'");
    }
    if (!file_is_folder(parent)) {
        err_set(x->e, ERR_FILE, "there is no folder '%s'", parent);
        return err_hint(x->e, "make it first; paths are relative to the workspace");
    }
    if (exec_check_file(x->path, x->replace, x->e) != ERR_OK) {
        return x->e->code;
    }
    return find_format(x);
}

static enum err_code read_options(struct copy_to *x) {
    const struct statement *s = x->statement;
    bool append = false;
    if (options_apply(x->context, &copy_options, s->options, &x->set, x->e) != ERR_OK ||
        exec_copy_mode(s, &x->set, &x->replace, &append, x->e) != ERR_OK ||
        exec_copy_delimiter(s, &x->set, &x->delimiter, x->e) != ERR_OK) {
        return x->e->code;
    }
    if (append) {
        err_set(x->e, ERR_OPTION, "COPY TO cannot append to a file");
        err_hint(x->e, "write all rows: COPY (SELECT … UNION ALL SELECT …) TO 'file', with if_exists='replace'");
        return context_at(x->e, options_find(&copy_options, s->options, "if_exists")->value.span);
    }
    x->path = s->source.text ? workspace_resolve(x->context->workspace, x->context->arena, s->source.text) : NULL;
    if (!x->path) {
        return err_nomem(x->e);
    }
    if (check_place(x) != ERR_OK) {
        return context_at(x->e, s->source.span);
    }
    if (!x->format || !x->format->delimiter) {
        exec_copy_unused(x->context, s, "delimiter", "but for CSV files");
        exec_copy_unused(x->context, s, "header", "but for CSV files");
    }
    if (x->format) {
        exec_copy_unused(x->context, s, "column", "but for .npy files");
    }
    return ERR_OK;
}

/* A table is read by a query of its own, which knows the table's types as any query of the cell does. A word alone is
 * quoted, since COPY takes as a name what SQL does not: order, 2022_sales. */
static enum err_code add_table(struct copy_to *x, struct relation *r) {
    struct context *c = x->context, inner = *c;
    const struct span name = x->statement->name.span;
    struct buf sql = BUF_INIT;
    buf_str(&sql, "SELECT * FROM ");
    if (memchr(c->code + name.at, '"', name.len) || memchr(c->code + name.at, '.', name.len)) {
        buf_add(&sql, c->code + name.at, name.len);
    } else {
        store_add_identifier(&sql, x->statement->name.text);
    }
    char *text = buf_ok(&sql) ? arena_strdup(c->arena, sql.data) : NULL;
    buf_release(&sql);
    if (!text) {
        return err_nomem(x->e);
    }
    struct query query = {.span = {0, strlen(text)}};
    inner.code = text;
    inner.len = query.span.len;
    if (relation_add_query(&inner, r, &query, x->e) != ERR_OK) {
        x->e->has_span = 0; /* a place in our text */
    }
    c->temporaries = inner.temporaries;
    return context_at(x->e, name);
}

static enum err_code open_rows(struct copy_to *x, struct relation *r) {
    const struct statement *s = x->statement;
    bool table = s->query.span.len == 0;
    if ((table ? add_table(x, r) : relation_add_query(x->context, r, &s->query, x->e)) != ERR_OK ||
        relation_prepare(x->context, r, table ? s->name.span : s->query.span, &x->rows, x->e) != ERR_OK) {
        return x->e->code;
    }
    x->count = store_column_count(x->rows);
    if (x->count == 0) {
        err_set(x->e, ERR_VALUE, "a query that returns rows is needed here");
        return context_at(x->e, s->query.span);
    }
    return ERR_OK;
}

static void tell(struct copy_to *x, bool ends) {
    const struct sink *out = x->context->out;
    double now = clock_now();
    if (!out->progress || (ends ? x->told == 0 : now - (x->told > 0 ? x->told : x->began + 0.4) < 0.1)) {
        return;
    }
    x->told = now;
    struct progress p = {.what = "Writing",
                         .unit = "rows",
                         .done = (double)x->done,
                         .total = ends ? (double)(x->done ? x->done : 1) : 0,
                         .seconds = now - x->began};
    p.done = ends ? p.total : p.done;
    out->progress(out->user, &p);
}

static enum err_code flush(struct copy_to *x, size_t least) {
    if (!buf_ok(&x->text)) {
        return err_nomem(x->e);
    }
    if (x->text.len >= least && x->text.len > 0) {
        datafile_write(x->file, x->text.data, x->text.len, x->e);
        buf_clear(&x->text);
        tell(x, false);
    }
    return x->e->code;
}

/* The next row, counted. False: there is none, or *e is set. */
static bool next_row(struct copy_to *x) {
    bool row = false;
    if (context_check(x->context, x->e) != ERR_OK || store_step(x->rows, &row, x->e) != ERR_OK || !row) {
        return false;
    }
    x->done++;
    return true;
}

static enum err_code write_text(struct copy_to *x) {
    struct arena *a = x->context->arena;
    struct pgtype *types = arena_alloc(a, x->count * sizeof *types);
    struct value *values = arena_alloc(a, x->count * sizeof *values);
    struct export_table table = {.types = types,
                                 .names = exec_column_names(x->context, x->rows),
                                 .count = x->count,
                                 .delimiter = x->delimiter,
                                 .header = x->set.header};
    if (!types || !values || !table.names) {
        return err_nomem(x->e);
    }
    for (size_t i = 0; i < x->count; i++) {
        types[i] = relation_column_type(x->relation, x->rows, i);
    }
    x->format->begin(&table, &x->text);
    while (next_row(x)) {
        for (size_t i = 0; i < x->count; i++) {
            values[i] = store_value(x->rows, i);
        }
        x->format->row(&table, x->done - 1, values, &x->text);
        if (flush(x, PIECE) != ERR_OK) {
            return x->e->code;
        }
    }
    if (x->e->code == ERR_OK) {
        x->format->end(&table, x->done, &x->text);
    }
    return x->e->code == ERR_OK ? flush(x, 0) : x->e->code;
}

/* The column named, or the only one that holds vectors. */
static enum err_code find_vectors(struct copy_to *x, int *column) {
    const struct statement *s = x->statement;
    if (x->set.column) {
        return relation_named_column(x->rows, x->set.column, options_find(&copy_options, s->options, "column"), column,
                                     x->e);
    }
    int found = 0;
    for (size_t i = 0; i < x->count; i++) {
        if (store_column(x->rows, i).type == VALUE_VECTOR) {
            *column = (int)i;
            found++;
        }
    }
    if (found != 1) {
        err_set(x->e, ERR_NOT_FOUND,
                found ? "there are %d columns of vectors, and an .npy file holds one" : "there is no column of vectors",
                found);
        err_hint(x->e, found ? "name one with OPTIONS (column='…')"
                             : "CONVERT makes vectors of pictures; all columns as text: COPY … TO 'name.csv'");
        return context_at(x->e, s->source.span);
    }
    return ERR_OK;
}

static enum err_code write_vectors(struct copy_to *x) {
    char head[NPY_HEAD];
    size_t length = 0;
    int column = 0;
    if (find_vectors(x, &column) != ERR_OK) {
        return x->e->code;
    }
    struct column about = store_column(x->rows, (size_t)column);
    if (about.type == VALUE_NULL) {
        store_set_type(x->rows, (size_t)column, VALUE_VECTOR);
    }
    npy_head(0, 0, head);
    buf_add(&x->text, head, sizeof head);
    while (next_row(x)) {
        struct value v = store_value(x->rows, (size_t)column);
        if (v.type == VALUE_NULL) {
            err_set(x->e, ERR_VALUE, "row %lld: the vector in '%s' is NULL, and an .npy file has no place for that",
                    x->done, about.name);
            return err_hint(x->e, "leave such rows out: COPY (SELECT … WHERE %s IS NOT NULL) TO …", about.name);
        }
        if (v.type != VALUE_VECTOR) {
            err_set(x->e, ERR_VALUE, "row %lld: '%s' holds no vector", x->done, about.name);
            return err_hint(x->e, "an .npy file holds vectors, as CONVERT makes them");
        }
        if (x->done > 1 && v.length != length) {
            return err_set(x->e, ERR_VALUE,
                           "row %lld: the vector in '%s' has %zu numbers, and those before it have %zu", x->done,
                           about.name, v.length, length);
        }
        length = v.length;
        buf_add(&x->text, v.vector, v.length * sizeof *v.vector);
        if (flush(x, PIECE) != ERR_OK) {
            return x->e->code;
        }
    }
    npy_head((unsigned long long)x->done, length, head);
    return x->e->code == ERR_OK && flush(x, 0) == ERR_OK ? datafile_write_start(x->file, head, sizeof head, x->e)
                                                         : x->e->code;
}

enum err_code exec_copy_to(struct context *c, const struct statement *s, struct err *e) {
    struct copy_to x = {.context = c, .statement = s, .set = {.if_exists = "fail", .header = true}, .e = e};
    struct relation r = RELATION_INIT;
    x.relation = &r;
    x.began = clock_now();
    if (read_options(&x) == ERR_OK && open_rows(&x, &r) == ERR_OK &&
        datafile_create(x.path, datafile_is_gzip(x.path), &x.file, e) == ERR_OK &&
        (x.format ? write_text : write_vectors)(&x) == ERR_OK && context_check(c, e) == ERR_OK) {
        tell(&x, true);
        struct datafile_out *file = x.file;
        x.file = NULL;
        if (datafile_finish(file, x.replace, e) == ERR_OK) {
            context_say(c, "Success");
        } else {
            exec_hint_overwrite(e);
        }
    }
    datafile_discard(x.file);
    buf_release(&x.text);
    store_finish(x.rows);
    relation_release(c, &r);
    return context_at(e, s->source.span);
}
