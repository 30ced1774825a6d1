/* The best rows are asked for in growing numbers; each time the narrowed query is written anew, and counted. */
#include "lang/exec/shortcut.h"

#include "base/buf.h"
#include "lang/exec/matrix.h"
#include "lang/exec/shape.h"
#include "lang/exec/statements.h"

#include <math.h>
#include <string.h>
#include <strings.h>

enum {
    MOST_ROWS = 20000, /* fetched one by one; beyond, reading the table in order is not slower */
    MOST_NULLS = 1000, /* rows without a vector, which the order may put first */
    GROWTH = 8,
    AT_ONCE = 16, /* times the rows wanted, where a WHERE may turn most of them away */
};

struct shortcut {
    const struct search *search;
    const struct query *around; /* the query that the search stands in, or NULL */
    struct inner_shape inner;
    size_t query;  /* which of the search's queries the order is by */
    size_t wanted; /* rows in that order */
    bool filtered;
    const struct matrix *matrix;
    struct nearest_list best;
    bool complete; /* all rows with a vector that may be in the answer are among the best */
};

static enum err_code find_best(struct context *c, struct shortcut *x, size_t k, struct err *e) {
    const struct search *s = x->search;
    struct nearest_request request = {
        .queries = s->queries + x->query * s->dimension, .count = 1, .k = k, .at_least = -INFINITY, .ties = true};
    if (s->set.threshold >= -1 && s->count == 1) {
        request.at_least = nextafterf((float)s->set.threshold, -INFINITY);
    }
    nearest_release(&x->best, 1);
    if (nearest_search(x->matrix->index, &request, &x->best, c->stop, e) == ERR_OK) {
        x->complete = x->best.count < k || x->best.count == x->matrix->rows;
        if (c->trace) {
            c->trace->plan = x->best.look == NEAREST_BYTES    ? "matrix in memory, bytes first, then exact"
                             : x->best.look == NEAREST_FLOATS ? "matrix in memory"
                                                              : "matrix in memory, every row scored exactly";
            c->trace->scanned += x->matrix->rows;
            c->trace->scored += x->best.scored;
        }
    }
    return e->code;
}

static bool has_ties(const struct nearest_list *best) {
    for (size_t i = 1; i < best->count; i++) {
        if (best->found[i].score == best->found[i - 1].score) {
            return true;
        }
    }
    return false;
}

/* The rowids of the best rows, and of those without a vector, as a JSON array in the arena. */
static const char *list_rows(struct context *c, const struct shortcut *x, bool nulls) {
    struct buf text = BUF_INIT;
    const char *comma = "";
    buf_char(&text, '[');
    for (size_t i = 0; i < x->best.count; i++, comma = ",") {
        buf_printf(&text, "%s%lld", comma, (long long)x->matrix->rowids[x->best.found[i].row]);
    }
    for (size_t i = 0; nulls && i < x->matrix->null_count; i++, comma = ",") {
        buf_printf(&text, "%s%lld", comma, (long long)x->matrix->nulls[i]);
    }
    buf_char(&text, ']');
    char *copy = buf_ok(&text) ? arena_strdup(c->arena, text.data) : NULL;
    buf_release(&text);
    return copy;
}

/* The search's own query with its table narrowed down. */
static enum err_code write_inner(struct context *c, const struct shortcut *x, const char *rows, struct relation *r,
                                 struct err *e) {
    struct relation_given given = {.narrow_at = x->inner.table.at};
    struct buf sql = BUF_INIT;
    int number = 0;
    relation_add_value(c, r, (struct value){.type = VALUE_TEXT, .text = rows, .length = strlen(rows)}, &number, e);
    buf_str(&sql, "(SELECT * FROM main.");
    store_add_identifier(&sql, x->inner.name);
    buf_printf(&sql, " WHERE _rowid_ IN (SELECT value FROM json_each(?%d)))", number);
    given.narrow = buf_ok(&sql) ? arena_strdup(c->arena, buf_text(&sql)) : NULL;
    buf_release(&sql);
    if (!given.narrow) {
        return err_nomem(e);
    }
    return e->code == ERR_OK ? relation_add_given(c, r, &x->search->statement->query, &given, e) : e->code;
}

/* The whole query, over the search's query `inner`. */
static enum err_code write_all(struct context *c, const struct search *s, const struct query *around,
                               struct relation *inner, struct relation *r, struct err *e) {
    struct relation nested = relation_inside(r);
    struct relation_given given = {.nested = &nested};
    if (!around) {
        return search_write(c, s, inner, r, e);
    }
    if (search_write(c, s, inner, &nested, e) == ERR_OK) {
        relation_add_given(c, r, around, &given, e);
    }
    relation_release(c, &nested);
    return e->code;
}

static enum err_code write_narrowed(struct context *c, const struct shortcut *x, bool nulls, struct relation *r,
                                    struct err *e) {
    const char *rows = list_rows(c, x, nulls);
    struct relation inner = relation_inside(r);
    if (!rows) {
        return err_nomem(e);
    }
    if (write_inner(c, x, rows, &inner, e) == ERR_OK) {
        write_all(c, x->search, x->around, &inner, r, e);
    }
    relation_release(c, &inner);
    return e->code;
}

/* How many rows the narrowed query gives, without those that have no vector. */
static enum err_code count_rows(struct context *c, const struct shortcut *x, const struct relation *r, size_t *out,
                                struct err *e) {
    struct relation part = relation_inside(r), all;
    struct store_query *q = NULL;
    bool row = false;
    if (write_narrowed(c, x, false, &part, e) == ERR_OK) {
        all = relation_inside(&part);
        buf_str(&all.sql, "SELECT count(*) FROM (");
        buf_add(&all.sql, buf_text(&part.sql), part.sql.len);
        buf_str(&all.sql, "\n)");
        if (relation_prepare(c, &all, x->search->statement->span, &q, e) == ERR_OK &&
            store_step(q, &row, e) == ERR_OK && row) {
            *out = (size_t)store_value(q, 0).integer;
        }
        store_finish(q);
        relation_release(c, &all);
    }
    relation_release(c, &part);
    return e->code;
}

/* Find rows enough. *found is false where that would be too many, or their order would be in doubt. */
static enum err_code search(struct context *c, struct shortcut *x, const struct relation *r, size_t rows, bool *found,
                            struct err *e) {
    size_t most = x->matrix->rows / 8 + 1000, k = x->filtered ? x->wanted * AT_ONCE + 64 : x->wanted;
    most = most < MOST_ROWS ? most : MOST_ROWS;
    for (; k <= most && e->code == ERR_OK; k *= GROWTH) {
        size_t passed = 0;
        if (find_best(c, x, k, e) != ERR_OK || x->best.count > most || (x->matrix->indexed && has_ties(&x->best))) {
            return e->code;
        }
        /* All of them: what the conditions leave is all there is, but for rows that have no vector. */
        if (!x->filtered || x->complete) {
            *found = true;
            return ERR_OK;
        }
        if (count_rows(c, x, r, &passed, e) == ERR_OK && passed >= rows) {
            *found = true;
            return ERR_OK;
        }
    }
    return e->code;
}

/* Whether the running statement does nothing but read the search: the snapshot must see nothing be written. */
static bool only_reads(const struct context *c, const struct statement *search) {
    const struct statement *s = c->running;
    const struct nested *n = s ? s->query.nested : NULL;
    if (!s || s == search) {
        return s != NULL;
    }
    bool reads = s->kind == STATEMENT_PRINT || s->kind == STATEMENT_EXPLAIN ||
                 (s->kind == STATEMENT_SQL && s->query.span.len > 6 &&
                  strncasecmp(c->code + s->query.span.at, "select", 6) == 0);
    return reads && n && !n->next && n->statement == search && !shape_has_with(c->arena, c->code, &s->query);
}

/* Whether the search reads a stored column as it is, and its score is what orders the rows. */
static bool fits(struct context *c, struct shortcut *x, const struct relation *inner) {
    const struct search *s = x->search;
    const struct query *q = &s->statement->query;
    struct store_query *columns = NULL;
    struct err ignored = ERR_INIT;
    if (!c->matrices || s->distance || s->set.table_name || !only_reads(c, s->statement) ||
        store_in_transaction(c->store) || s->count == 0 || inner->temporaries ||
        !shape_inner(c->arena, c->code, q, &x->inner) || !shape_keeps_column(c->arena, c->code, q, s->vectors)) {
        return false;
    }
    /* A column of the query that has the score's name would be what the order is by. */
    struct relation look = relation_inside(inner);
    buf_add(&look.sql, buf_text(&inner->sql), inner->sql.len);
    bool free_name = relation_describe(c, &look, q->span, &columns, &ignored) == ERR_OK;
    for (size_t i = 0; free_name && i < s->count; i++) {
        free_name = relation_find_column(columns, s->names[i]) < 0;
    }
    store_finish(columns);
    relation_release(c, &look);
    x->filtered = x->filtered || x->inner.filtered || (s->set.threshold >= -1 && s->count > 1);
    return free_name;
}

/* rows: what the whole query gives where enough pass. */
static enum err_code narrow(struct context *c, struct shortcut *x, size_t rows, struct relation *r, bool *done,
                            struct err *e) {
    bool found = false;
    struct relation part = relation_inside(r);
    if (store_snapshot(c->store, e) != ERR_OK) {
        return e->code;
    }
    matrices_find(c->matrices, c->store, x->inner.name, x->search->vectors, x->search->dimension, c->stop, &x->matrix,
                  e);
    if (e->code == ERR_OK && x->matrix && x->matrix->null_count <= MOST_NULLS) {
        search(c, x, r, rows, &found, e);
    }
    if (found && write_narrowed(c, x, true, &part, e) == ERR_OK && relation_append(c, r, &part, e) == ERR_OK) {
        r->snapshot = *done = true;
        if (c->trace) {
            c->trace->narrowed = true;
            c->trace->fetched += x->best.count;
        }
    } else {
        store_snapshot_end(c->store);
    }
    relation_release(c, &part);
    nearest_release(&x->best, 1);
    return e->code;
}

enum err_code shortcut_top(struct context *c, const struct search *x, struct relation *inner, struct relation *r,
                           bool *done, struct err *e) {
    struct shortcut s = {.search = x, .wanted = (size_t)x->top};
    if (x->top > MOST_ROWS || !fits(c, &s, inner)) {
        return ERR_OK;
    }
    narrow(c, &s, s.wanted, r, done, e);
    if (*done) {
        relation_release(c, inner);
    }
    return e->code;
}

/* Which of the scores has that name; false: none. */
static bool find_score(const struct search *x, const char *name, size_t *out) {
    for (size_t i = 0; i < x->count; i++) {
        if (strcasecmp(x->names[i], name) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

enum err_code shortcut_query(struct context *c, struct relation *r, const struct query *q, bool *done, struct err *e) {
    struct outer_shape outer;
    struct search x;
    struct relation inner = relation_inside(r);
    if (r->sql.len > 0 || !shape_outer(c->arena, c->code, q, &outer) || outer.limit + outer.offset > MOST_ROWS) {
        return ERR_OK;
    }
    bool narrowed = false;
    const struct statement *statement = q->nested->statement;
    *done = true;
    if (search_open(c, statement, &x, &inner, e) == ERR_OK) {
        struct shortcut s = {
            .search = &x, .around = q, .wanted = (size_t)(outer.limit + outer.offset), .filtered = outer.filtered};
        if (x.top == 0 && !search_makes_rows(&x) && find_score(&x, outer.score, &s.query) && fits(c, &s, &inner)) {
            narrow(c, &s, (size_t)outer.limit, r, &narrowed, e);
        }
        if (!narrowed && e->code == ERR_OK) {
            struct relation nested = relation_inside(r);
            struct relation_given given = {.nested = &nested};
            if (search_lower(c, &x, &inner, &nested, e) == ERR_OK) {
                relation_add_given(c, r, q, &given, e);
            }
            relation_release(c, &nested);
        }
    }
    relation_release(c, &inner);
    return context_at(e, statement->span);
}
