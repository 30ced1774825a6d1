/* A list of columns, the one used last in front. A column that cannot be kept stays in the list too, without memory, so
 * that it is not tried again before something changes. */
#include "lang/exec/matrix.h"

#include "base/buf.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

struct entry {
    struct matrix matrix; /* its pointers are to what follows */
    char *table, *column;
    struct store_stamp stamp;
    bool usable;
    float *vectors;
    int64_t *rowids, *nulls;
    size_t room, null_room; /* rows */
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
    free(x->vectors);
    free(x->rowids);
    free(x->nulls);
    x->index = NULL;
    x->vectors = NULL;
    x->rowids = x->nulls = NULL;
    x->room = x->null_room = 0;
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

static size_t bytes_of(const struct entry *x) {
    size_t row = x->matrix.dimension * sizeof(float) + sizeof(int64_t);
    return x->room * row + x->null_room * sizeof(int64_t) + (x->index ? nearest_index_bytes(x->index) : 0);
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

static bool grow(void **items, size_t *room, size_t size) {
    size_t more = *room ? *room * 2 : 1024;
    void *grown = realloc(*items, more * size);
    if (grown) {
        *items = grown;
    }
    return grown != NULL;
}

/* Room for one more row. *fits is false where the limit is reached. */
static enum err_code need_room(struct matrices *m, struct entry *x, bool *fits, struct err *e) {
    if (x->matrix.rows < x->room) {
        return ERR_OK;
    }
    void *vectors = x->vectors, *rowids = x->rowids;
    bool done = grow(&vectors, &x->room, x->matrix.dimension * sizeof(float));
    x->vectors = vectors;
    done = done && grow(&rowids, &x->room, sizeof *x->rowids);
    x->rowids = rowids;
    if (!done) {
        return err_nomem(e);
    }
    x->room = x->room ? x->room * 2 : 1024;
    *fits = make_room(m, x);
    return ERR_OK;
}

static enum err_code add_null(struct entry *x, int64_t rowid, struct err *e) {
    if (x->matrix.null_count == x->null_room) {
        void *nulls = x->nulls;
        if (!grow(&nulls, &x->null_room, sizeof *x->nulls)) {
            return err_nomem(e);
        }
        x->nulls = nulls;
        x->null_room = x->null_room ? x->null_room * 2 : 1024;
    }
    x->nulls[x->matrix.null_count++] = rowid;
    return ERR_OK;
}

/* One row; *fits is false where the column cannot be kept. */
static enum err_code add_row(struct matrices *m, struct entry *x, struct store_query *q, bool *fits, struct err *e) {
    int64_t rowid = store_value(q, 0).integer;
    struct value v = store_value(q, 1);
    const void *bytes = v.type == VALUE_VECTOR ? (const void *)v.vector : v.text;
    size_t size = v.type == VALUE_VECTOR ? v.length * sizeof(float) : v.length;
    if (v.type == VALUE_NULL) {
        return add_null(x, rowid, e);
    }
    if ((v.type != VALUE_VECTOR && v.type != VALUE_BLOB) || size != x->matrix.dimension * sizeof(float)) {
        *fits = false;
        return ERR_OK;
    }
    if (need_room(m, x, fits, e) == ERR_OK && *fits) {
        memcpy(x->vectors + x->matrix.rows * x->matrix.dimension, bytes, size);
        x->rowids[x->matrix.rows++] = rowid;
    }
    return e->code;
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

static enum err_code read_rows(struct matrices *m, struct store *s, struct entry *x, bool *fits, struct err *e) {
    struct buf sql = BUF_INIT;
    struct store_query *q = NULL;
    bool row = false;
    buf_str(&sql, "SELECT _rowid_, ");
    store_add_identifier(&sql, x->column);
    buf_str(&sql, " FROM main.");
    store_add_identifier(&sql, x->table);
    buf_str(&sql, " ORDER BY _rowid_");
    if (!buf_ok(&sql)) {
        err_nomem(e);
    } else if (store_prepare(s, sql.data, sql.len, &q, e) == ERR_OK) {
        while (*fits && e->code == ERR_OK && store_step(q, &row, e) == ERR_OK && row) {
            add_row(m, x, q, fits, e);
        }
    }
    store_finish(q);
    buf_release(&sql);
    e->has_span = 0;
    return e->code;
}

static enum err_code fill(struct matrices *m, struct store *s, struct entry *x, size_t dimension, struct err *e) {
    bool fits = false;
    empty(x);
    x->matrix.dimension = dimension;
    if (check_table(s, x, &fits, e) == ERR_OK && fits && read_rows(m, s, x, &fits, e) == ERR_OK && fits &&
        nearest_index_new(x->vectors, x->matrix.rows, dimension, true, &x->index, e) == ERR_OK) {
        fits = make_room(m, x);
    }
    if (e->code == ERR_NOMEM) { /* it can be searched without */
        *e = ERR_INIT;
        fits = false;
    }
    if (e->code != ERR_OK || !fits) {
        empty(x);
        x->matrix.dimension = dimension;
        return e->code;
    }
    x->usable = true;
    x->matrix.rowids = x->rowids;
    x->matrix.nulls = x->nulls;
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
        x->stamp = now;
    }
    *out = x->usable ? &x->matrix : NULL;
    return ERR_OK;
}
