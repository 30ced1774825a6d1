/* Searches whose result is made rather than computed row by row: the query's rows are copied to a temporary table,
 * whose row numbers tie them to a second one with what was found. */
#include "lang/exec/search.h"

#include "ml/search/diffusion.h"
#include "ml/search/duplicates.h"
#include "ml/search/nearest.h"
#include "ml/search/similarity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EACH_QUERIES ((size_t)1024) /* searched for together */
#define EACH_NEIGHBORS 5
#define DUPLICATE_THRESHOLD 0.95F

struct making {
    const struct search *search;
    const char *rows_table, *found_table;
    float *vectors;   /* (count, dimension) */
    int64_t *numbers; /* (count): rows of the table */
    size_t count, room, dimension;
    struct nearest_index *index;
    struct store_query *insert;
};

static bool by(const struct search *x, const char *what) {
    return x->set.search_by && strcmp(x->set.search_by, what) == 0;
}

static bool diffuses(const struct search *x) {
    return x->set.rerank && strcmp(x->set.rerank, "diffusion") == 0;
}

bool search_makes_rows(const struct search *x) {
    return by(x, "each") || by(x, "duplicates") || diffuses(x);
}

/* CREATE TABLE <table> (<columns of the query>) */
static enum err_code define_table(struct context *c, const struct making *m, const struct relation *inner,
                                  struct err *e) {
    struct store_query *q = NULL;
    struct buf sql = BUF_INIT;
    struct relation look = relation_inside(inner);
    buf_add(&look.sql, buf_text(&inner->sql), inner->sql.len);
    if (relation_describe(c, &look, m->search->statement->query.span, &q, e) == ERR_OK) {
        const char *const *names = exec_column_names(c, q);
        buf_printf(&sql, "CREATE TABLE %s (", m->rows_table);
        for (size_t i = 0; names && i < store_column_count(q); i++) {
            buf_str(&sql, i ? ", " : "");
            exec_add_column(&sql, q, i, names[i]);
        }
        buf_char(&sql, ')');
    }
    store_finish(q);
    if (e->code == ERR_OK && (!buf_ok(&sql) || arena_failed(c->arena) || store_run(c->store, sql.data, e) != ERR_OK)) {
        err_nomem(e);
    }
    buf_release(&sql);
    relation_release(c, &look);
    e->has_span = 0;
    return e->code;
}

static enum err_code copy_rows(struct context *c, const struct making *m, const struct relation *inner, struct err *e) {
    struct store_query *q = NULL;
    char *before = arena_printf(c->arena, "INSERT INTO %s SELECT * FROM (", m->rows_table);
    bool row = false;
    if (!before) {
        return err_nomem(e);
    }
    if (define_table(c, m, inner, e) == ERR_OK &&
        search_query(c, m->search, inner, before, "\n)", NULL, &q, e) == ERR_OK) {
        store_step(q, &row, e);
    }
    store_finish(q);
    return e->code;
}

static enum err_code keep_vector(struct making *m, int64_t number, const struct value *v, struct err *e) {
    const void *bytes = v->type == VALUE_VECTOR ? (const void *)v->vector : v->text;
    size_t length = v->type == VALUE_VECTOR ? v->length : v->length / sizeof(float);
    bool vector = v->type == VALUE_VECTOR || (v->type == VALUE_BLOB && v->length % sizeof(float) == 0);
    if (!vector || (m->dimension && length != m->dimension) || length == 0) {
        return err_set(e, ERR_VALUE, "column '%s' holds something that is not a vector of %zu numbers",
                       m->search->vectors, m->dimension);
    }
    m->dimension = length;
    if (m->count == m->room) {
        size_t room = m->room ? 2 * m->room : 256;
        float *vectors = realloc(m->vectors, room * length * sizeof *vectors);
        m->vectors = vectors ? vectors : m->vectors;
        int64_t *numbers = vectors ? realloc(m->numbers, room * sizeof *numbers) : NULL;
        m->numbers = numbers ? numbers : m->numbers;
        if (!numbers) {
            return err_nomem(e);
        }
        m->room = room;
    }
    memcpy(m->vectors + m->count * length, bytes, length * sizeof(float));
    m->numbers[m->count++] = number;
    return ERR_OK;
}

static enum err_code read_vectors(struct context *c, struct making *m, struct err *e) {
    struct buf sql = BUF_INIT;
    struct store_query *q = NULL;
    bool row = false;
    buf_str(&sql, "SELECT _rowid_, ");
    store_add_identifier(&sql, m->search->vectors);
    buf_printf(&sql, " FROM %s ORDER BY _rowid_", m->rows_table);
    if (!buf_ok(&sql)) {
        err_nomem(e);
    } else if (store_prepare(c->store, sql.data, sql.len, &q, e) == ERR_OK) {
        while (store_step(q, &row, e) == ERR_OK && row && context_check(c, e) == ERR_OK) {
            int64_t number = store_value(q, 0).integer;
            struct value v = store_value(q, 1);
            if (v.type != VALUE_NULL && keep_vector(m, number, &v, e) != ERR_OK) {
                break;
            }
        }
    }
    store_finish(q);
    buf_release(&sql);
    e->has_span = 0;
    return e->code;
}

/* The second table, and the statement that fills it. `other` is a row number, or the number of a group; position counts
 * what belongs to one row. */
static enum err_code open_found(struct context *c, struct making *m, struct err *e) {
    char *make = arena_printf(c->arena, "CREATE TABLE %s (number INTEGER, other INTEGER, position INTEGER, score REAL)",
                              m->found_table);
    char *insert = arena_printf(c->arena, "INSERT INTO %s VALUES (?1, ?2, ?3, ?4)", m->found_table);
    if (!make || !insert) {
        return err_nomem(e);
    }
    if (store_run(c->store, make, e) == ERR_OK) {
        store_prepare(c->store, insert, strlen(insert), &m->insert, e);
    }
    return e->code;
}

static enum err_code add_found(struct making *m, int64_t number, int64_t other, size_t position, float score,
                               struct err *e) {
    const struct value values[4] = {{.type = VALUE_INTEGER, .integer = number},
                                    {.type = VALUE_INTEGER, .integer = other},
                                    {.type = VALUE_INTEGER, .integer = (int64_t)position},
                                    {.type = VALUE_REAL, .real = (double)score}};
    bool row = false;
    for (int i = 0; i < 4 && e->code == ERR_OK; i++) {
        store_bind(m->insert, i + 1, &values[i], e);
    }
    return e->code == ERR_OK && store_step(m->insert, &row, e) == ERR_OK ? store_reset(m->insert, e) : e->code;
}

static enum err_code find_each(struct context *c, struct making *m, struct err *e) {
    const struct search_settings *set = &m->search->set;
    struct nearest_list *lists = malloc(EACH_QUERIES * sizeof *lists);
    size_t *but = malloc(EACH_QUERIES * sizeof *but);
    size_t k = set->top_k < 0 ? EACH_NEIGHBORS : set->top_k == 0 ? m->count : (size_t)set->top_k;
    if (!lists || !but) {
        err_nomem(e);
    }
    for (size_t first = 0; first < m->count && e->code == ERR_OK; first += EACH_QUERIES) {
        size_t n = m->count - first < EACH_QUERIES ? m->count - first : EACH_QUERIES;
        for (size_t i = 0; i < n; i++) {
            but[i] = first + i;
        }
        struct nearest_request r = {.queries = m->vectors + first * m->dimension,
                                    .count = n,
                                    .k = k,
                                    .at_least = set->threshold >= -1 ? (float)set->threshold : -INFINITY,
                                    .but = but};
        if (nearest_search(m->index, &r, lists, c->stop, e) != ERR_OK) {
            break;
        }
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < lists[i].count && e->code == ERR_OK; j++) {
                const struct nearest *found = &lists[i].found[j];
                add_found(m, m->numbers[first + i], m->numbers[found->row], j + 1, found->score, e);
            }
        }
        nearest_release(lists, n);
    }
    free(lists);
    free(but);
    return e->code;
}

/* The score of a duplicate is its likeness to the first of its group. */
static enum err_code find_duplicates(struct context *c, struct making *m, struct err *e) {
    float threshold = m->search->set.threshold >= -1 ? (float)m->search->set.threshold : DUPLICATE_THRESHOLD;
    size_t *groups = calloc(m->count + 1, sizeof *groups), *firsts = calloc(m->count + 2, sizeof *firsts);
    if (!groups || !firsts) {
        err_nomem(e);
    } else if (duplicates_find(m->index, m->vectors, m->count, m->dimension, threshold, groups, c->stop, e) == ERR_OK) {
        for (size_t i = 0; i < m->count && e->code == ERR_OK; i++) {
            size_t group = groups[i];
            firsts[group] = firsts[group] ? firsts[group] : i + 1;
            const float *first = m->vectors + (firsts[group] - 1) * m->dimension;
            if (group) {
                add_found(m, m->numbers[i], (int64_t)group, 0,
                          similarity_cosine(m->vectors + i * m->dimension, first, m->dimension), e);
            }
        }
    }
    free(groups);
    free(firsts);
    return e->code;
}

static enum err_code find_diffused(struct context *c, struct making *m, struct err *e) {
    const struct search *x = m->search;
    float *scores = calloc(m->count + 1, sizeof *scores);
    if (!scores) {
        return err_nomem(e);
    }
    if (m->count && m->dimension != x->dimension) {
        err_set(e, ERR_VALUE, "vectors of %zu and %zu numbers cannot be compared: they must be of one length",
                m->dimension, x->dimension);
    } else if (diffusion_scores(m->index, m->vectors, m->count, m->dimension, x->queries, scores, c->stop, e) ==
               ERR_OK) {
        for (size_t i = 0; i < m->count && e->code == ERR_OK; i++) {
            add_found(m, m->numbers[i], 0, 0, scores[i], e);
        }
    }
    free(scores);
    return e->code;
}

static void write_column(struct relation *r, const char *expression, const char *name) {
    buf_printf(&r->sql, ", %s AS ", expression);
    store_add_identifier(&r->sql, name);
}

static enum err_code write_each(struct context *c, const struct making *m, struct relation *r, struct err *e) {
    const char *path = m->search->path;
    char *name = arena_printf(c->arena, "neighbor_%s", path);
    if (!name) {
        return err_nomem(e);
    }
    search_add_columns(m->search, (const char *const[]){name, "neighbor_rank", NULL}, &r->sql);
    buf_str(&r->sql, ", n.");
    store_add_identifier(&r->sql, path);
    buf_str(&r->sql, " AS ");
    store_add_identifier(&r->sql, name);
    write_column(r, "f.position", "neighbor_rank");
    write_column(r, "f.score", m->search->names[0]);
    buf_printf(&r->sql,
               " FROM %s AS f JOIN %s AS q ON q._rowid_ = f.number JOIN %s AS n ON n._rowid_ = f.other"
               " ORDER BY f.number, f.position",
               m->found_table, m->rows_table, m->rows_table);
    return ERR_OK;
}

static void write_duplicates(const struct making *m, struct relation *r) {
    search_add_columns(m->search, (const char *const[]){"duplicate_group", NULL}, &r->sql);
    write_column(r, "f.other", "duplicate_group");
    write_column(r, "f.score", m->search->names[0]);
    buf_printf(&r->sql, " FROM %s AS f JOIN %s AS q ON q._rowid_ = f.number ORDER BY f.other, f.number", m->found_table,
               m->rows_table);
}

static void write_diffused(const struct making *m, struct relation *r) {
    const struct search *x = m->search;
    bool limited = x->set.threshold >= -1;
    search_add_columns(x, NULL, &r->sql);
    write_column(r, "f.score", x->names[0]);
    buf_printf(&r->sql, " FROM %s AS q %sJOIN %s AS f ON f.number = q._rowid_", m->rows_table, limited ? "" : "LEFT ",
               m->found_table);
    if (limited) {
        buf_printf(&r->sql, " WHERE f.score >= %.17g", x->set.threshold);
    }
    buf_printf(&r->sql, " ORDER BY %sq._rowid_", x->ordered ? "f.score DESC, " : "");
    if (x->top > 0) {
        buf_printf(&r->sql, " LIMIT %lld", x->top);
    }
}

static enum err_code make(struct context *c, struct making *m, const struct relation *inner, struct err *e) {
    if (copy_rows(c, m, inner, e) != ERR_OK || read_vectors(c, m, e) != ERR_OK || open_found(c, m, e) != ERR_OK ||
        nearest_index_new(m->vectors, m->count, m->dimension, false, &m->index, e) != ERR_OK) {
        return e->code;
    }
    return by(m->search, "each")         ? find_each(c, m, e)
           : by(m->search, "duplicates") ? find_duplicates(c, m, e)
                                         : find_diffused(c, m, e);
}

enum err_code search_make_rows(struct context *c, const struct search *x, struct relation *inner, struct relation *r,
                               struct err *e) {
    struct making m = {.search = x};
    m.rows_table = relation_new_table(c, r, e);
    m.found_table = relation_new_table(c, r, e);
    if (m.rows_table && m.found_table) {
        make(c, &m, inner, e);
    }
    store_finish(m.insert);
    nearest_index_free(m.index);
    free(m.vectors);
    free(m.numbers);
    if (e->code != ERR_OK) {
        return context_at(e, x->statement->span);
    }
    if (by(x, "each")) {
        return write_each(c, &m, r, e);
    }
    (void)(by(x, "duplicates") ? write_duplicates(&m, r) : write_diffused(&m, r));
    return ERR_OK;
}
