/* A list of columns, the one used last in front. A column that cannot be kept stays in the list too, without memory, so
 * that it is not tried again before something changes. */
#include "lang/exec/matrix.h"

#include "base/buf.h"
#include "lang/exec/matrix_read.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

struct entry {
    struct matrix matrix; /* its pointers are to what follows */
    char *table, *column;
    struct store_stamp stamp;
    bool usable;
    struct matrix_rows rows;
    struct nearest_index *index;
    struct entry *next;
};

struct matrices {
    struct entry *first;
    size_t limit; /* bytes */
};

struct matrices *matrices_new(void) {
    struct matrices *m = calloc(1, sizeof *m);
    const char *text = getenv("THANOSQL_VECTOR_MEMORY");
    char *end = NULL;
    unsigned long mebibytes = text ? strtoul(text, &end, 10) : 0;
    if (m && text && *text && !*end) {
        m->limit = mebibytes < SIZE_MAX >> 20 ? (size_t)mebibytes << 20 : SIZE_MAX;
    } else if (m) {
        long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
        m->limit = pages > 0 && page > 0 ? (size_t)pages / 4 * (size_t)page : (size_t)1 << 30;
    }
    return m;
}

/* Let go of what is in memory. */
static void empty(struct entry *x) {
    nearest_index_free(x->index);
    free(x->rows.vectors);
    free(x->rows.rowids);
    free(x->rows.nulls);
    x->index = NULL;
    x->rows = (struct matrix_rows){.rows = 0};
    x->usable = false;
    x->matrix = (struct matrix){.rows = 0};
}

static void entry_free(struct entry *x) {
    if (x) {
        empty(x);
        free(x->table);
        free(x->column);
        free(x);
    }
}

void matrices_free(struct matrices *m) {
    while (m && m->first) {
        struct entry *x = m->first;
        m->first = x->next;
        entry_free(x);
    }
    free(m);
}

static size_t row_bytes(size_t dimension) {
    return dimension * sizeof(float) + sizeof(int64_t);
}

static size_t bytes_of(const struct entry *x) {
    return x->rows.room * row_bytes(x->rows.dimension) + x->rows.null_room * sizeof(int64_t) +
           (x->index ? nearest_index_bytes(x->index) : 0);
}

/* Drop from the end of the list, but not x, until the rest fits. False: x alone is too large. */
static bool make_room(struct matrices *m, const struct entry *x) {
    for (;;) {
        size_t sum = bytes_of(x);
        struct entry *last = NULL;
        for (struct entry *other = m->first; other; other = other->next) {
            if (other != x && bytes_of(other) > 0) {
                sum += bytes_of(other);
                last = other;
            }
        }
        if (sum <= m->limit || !last) {
            return sum <= m->limit;
        }
        empty(last);
        last->stamp.schema = -1; /* to be read again */
    }
}

static enum err_code prepare(struct store *s, const char *format, const char *name, struct store_query **q,
                             struct err *e) {
    struct buf sql = BUF_INIT;
    buf_str(&sql, format);
    store_add_identifier(&sql, name);
    buf_char(&sql, ')');
    if (!buf_ok(&sql)) {
        err_nomem(e);
    } else {
        store_prepare(s, sql.data, sql.len, q, e);
    }
    buf_release(&sql);
    return e->code;
}

struct names {
    bool rowid_taken, found;
    const char *column;
};

static void see_column(void *user, const struct column *c) {
    struct names *names = user;
    static const char *const taken[] = {"rowid", "_rowid_", "oid"};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        names->rowid_taken = names->rowid_taken || strcasecmp(c->name, taken[i]) == 0;
    }
    names->found = names->found || strcasecmp(c->name, names->column) == 0;
}

/* Whether a temporary table of that name stands before the table: no stamp tells of those. */
static enum err_code check_hidden(struct store *s, const char *table, bool *hidden, struct err *e) {
    static const char sql[] = "SELECT 1 FROM temp.sqlite_schema WHERE name = ?1 COLLATE NOCASE";
    struct value name = {.type = VALUE_TEXT, .text = table, .length = strlen(table)};
    struct store_query *q = NULL;
    if (store_prepare(s, sql, sizeof sql - 1, &q, e) == ERR_OK && store_bind(q, 1, &name, e) == ERR_OK) {
        store_step(q, hidden, e);
    }
    store_finish(q);
    return e->code;
}

/* An ordinary table of the main store, with rowids. */
static enum err_code check_table(struct store *s, struct entry *x, bool *fits, struct err *e) {
    struct store_query *q = NULL;
    struct names names = {.column = x->column};
    bool row = false;
    *fits = false;
    if (prepare(s, "PRAGMA table_list(", x->table, &q, e) == ERR_OK) {
        while (store_step(q, &row, e) == ERR_OK && row) {
            struct value schema = store_value(q, 0), type = store_value(q, 2);
            bool ordinary = schema.type == VALUE_TEXT && type.type == VALUE_TEXT && strcmp(schema.text, "main") == 0 &&
                            strcmp(type.text, "table") == 0 && store_value(q, 4).integer == 0;
            *fits = *fits || ordinary;
        }
    }
    store_finish(q);
    q = NULL;
    if (e->code == ERR_OK && *fits && store_each_column(s, x->table, see_column, &names, e) == ERR_OK) {
        *fits = names.found && !names.rowid_taken;
    }
    if (e->code == ERR_OK && prepare(s, "PRAGMA index_list(", x->table, &q, e) == ERR_OK) {
        store_step(q, &x->matrix.indexed, e);
    }
    store_finish(q);
    return e->code;
}

/* The arrays may be for more rows than there were. */
static void shrink(struct matrix_rows *r) {
    float *vectors = realloc(r->vectors, (r->rows ? r->rows : 1) * r->dimension * sizeof *vectors);
    int64_t *rowids = realloc(r->rowids, (r->rows + 1) * sizeof *rowids);
    r->vectors = vectors ? vectors : r->vectors;
    r->rowids = rowids ? rowids : r->rowids;
    r->room = vectors && rowids ? r->rows : r->room;
}

static enum err_code read_rows(struct matrices *m, struct store *s, struct entry *x, bool *fits, struct err *e) {
    struct matrix_span span;
    size_t most = m->limit / row_bytes(x->rows.dimension);
    if (matrix_measure(s, x->table, x->rows.dimension, most, &span, e) != ERR_OK) {
        return e->code;
    }
    x->rows.room = span.room; /* to make room for */
    *fits = span.room <= most && make_room(m, x);
    x->rows.room = 0;
    if (*fits && matrix_read(s, x->table, x->column, most, &span, &x->rows, fits, e) == ERR_OK && *fits &&
        x->rows.rows < x->rows.room) {
        shrink(&x->rows);
    }
    return e->code;
}

static enum err_code fill(struct matrices *m, struct store *s, struct entry *x, size_t dimension, struct err *e) {
    bool fits = false;
    empty(x);
    x->rows.dimension = dimension;
    if (check_table(s, x, &fits, e) == ERR_OK && fits && read_rows(m, s, x, &fits, e) == ERR_OK && fits &&
        nearest_index_new(x->rows.vectors, x->rows.rows, dimension, true, &x->index, e) == ERR_OK) {
        fits = make_room(m, x);
    }
    if (e->code == ERR_NOMEM) { /* it can be searched without */
        *e = ERR_INIT;
        fits = false;
    }
    if (e->code != ERR_OK || !fits) {
        bool indexed = x->matrix.indexed;
        empty(x);
        x->matrix = (struct matrix){.dimension = dimension, .indexed = indexed};
        return e->code;
    }
    x->usable = true;
    x->matrix.rows = x->rows.rows;
    x->matrix.dimension = dimension;
    x->matrix.rowids = x->rows.rowids;
    x->matrix.nulls = x->rows.nulls;
    x->matrix.null_count = x->rows.null_count;
    x->matrix.index = x->index;
    return ERR_OK;
}

/* The entry of that name, in front of the list; a new one where there is none. NULL: no memory. */
static struct entry *to_front(struct matrices *m, const char *table, const char *column) {
    struct entry **at = &m->first, *x;
    while ((x = *at) && (strcasecmp(x->table, table) != 0 || strcasecmp(x->column, column) != 0)) {
        at = &x->next;
    }
    if (x) {
        *at = x->next;
    } else {
        x = calloc(1, sizeof *x);
        if (!x || !(x->table = strdup(table)) || !(x->column = strdup(column))) {
            entry_free(x);
            return NULL;
        }
        x->stamp.schema = -1;
    }
    x->next = m->first;
    m->first = x;
    return x;
}

enum err_code matrices_find(struct matrices *m, struct store *s, const char *table, const char *column,
                            size_t dimension, struct stop *stop, const struct matrix **out, struct err *e) {
    struct store_stamp now;
    struct entry *x = to_front(m, table, column);
    *out = NULL;
    if (!x) {
        return err_nomem(e);
    }
    bool hidden = false;
    if (store_stamp(s, &now, e) != ERR_OK || check_hidden(s, table, &hidden, e) != ERR_OK || hidden) {
        return e->code;
    }
    bool same = memcmp(&now, &x->stamp, sizeof now) == 0 && x->matrix.dimension == dimension;
    if (!same) {
        x->stamp.schema = -1; /* until it is whole */
        if (fill(m, s, x, dimension, e) != ERR_OK || stop_requested(stop)) {
            return stop_requested(stop) ? err_interrupt(e) : e->code;
        }
        if (store_stamp(s, &now, e) != ERR_OK) { /* of the snapshot that was read in the end */
            return e->code;
        }
        x->stamp = now;
    }
    *out = x->usable ? &x->matrix : NULL;
    return ERR_OK;
}
