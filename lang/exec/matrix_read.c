/* The rowids are cut into ranges, a connection and a place in memory each; at the end the places are pushed together.
 */
#include "lang/exec/matrix_read.h"

#include "base/buf.h"
#include "base/parallel.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_READERS = 16 };

#define WORTH_SPLITTING ((size_t)16 << 20) /* bytes; less is read before the others are open */

/* One range, and what was read of it. */
struct part {
    struct store *store;
    const char *sql; /* of all parts, with the first and last rowid as parameters */
    int64_t first, last;
    size_t dimension;
    float *vectors;
    int64_t *rowids, *nulls;
    size_t rows, room, null_count, null_room;
    bool fits;
    struct err e;
};

static enum err_code ask(struct store *s, const char *what, const char *table, int64_t *out, size_t count,
                         struct err *e) {
    struct buf sql = BUF_INIT;
    struct store_query *q = NULL;
    bool row = false;
    buf_printf(&sql, "SELECT %s FROM main.", what);
    store_add_identifier(&sql, table);
    if (!buf_ok(&sql)) {
        err_nomem(e);
    } else if (store_prepare(s, sql.data, sql.len, &q, e) == ERR_OK && store_step(q, &row, e) == ERR_OK && row) {
        for (size_t i = 0; i < count; i++) {
            out[i] = store_value(q, i).integer;
        }
    }
    store_finish(q);
    buf_release(&sql);
    e->has_span = 0;
    return e->code;
}

enum err_code matrix_measure(struct store *s, const char *table, size_t dimension, size_t most, struct matrix_span *out,
                             struct err *e) {
    int64_t first = 0, last = -1, count = 0;
    *out = (struct matrix_span){.room = 0};
    if (ask(s, "min(_rowid_)", table, &first, 1, e) != ERR_OK || ask(s, "max(_rowid_)", table, &last, 1, e) != ERR_OK) {
        return e->code;
    }
    uint64_t between = (uint64_t)last - (uint64_t)first;
    out->first = first;
    out->last = last;
    out->split = last > first && between < most && between * dimension * sizeof(float) >= WORTH_SPLITTING;
    out->room = (size_t)between + 1;
    if (!out->split && ask(s, "count(*)", table, &count, 1, e) == ERR_OK) {
        out->room = (size_t)count;
    }
    return e->code;
}

static enum err_code add_null(struct part *p, int64_t rowid, struct err *e) {
    if (p->null_count == p->null_room) {
        size_t room = p->null_room ? 2 * p->null_room : 1024;
        int64_t *more = realloc(p->nulls, room * sizeof *more);
        if (!more) {
            return err_nomem(e);
        }
        p->nulls = more;
        p->null_room = room;
    }
    p->nulls[p->null_count++] = rowid;
    return ERR_OK;
}

static enum err_code add_row(struct part *p, struct store_query *q, struct err *e) {
    int64_t rowid = store_value(q, 0).integer;
    struct value v = store_value(q, 1);
    const void *bytes = v.type == VALUE_VECTOR ? (const void *)v.vector : v.text;
    size_t size = v.type == VALUE_VECTOR ? v.length * sizeof(float) : v.length;
    if (v.type == VALUE_NULL) {
        return add_null(p, rowid, e);
    }
    p->fits =
        (v.type == VALUE_VECTOR || v.type == VALUE_BLOB) && size == p->dimension * sizeof(float) && p->rows < p->room;
    if (p->fits) {
        memcpy(p->vectors + p->rows * p->dimension, bytes, size);
        p->rowids[p->rows++] = rowid;
    }
    return ERR_OK;
}

static void read_part(struct part *p) {
    const struct value ends[2] = {{.type = VALUE_INTEGER, .integer = p->first},
                                  {.type = VALUE_INTEGER, .integer = p->last}};
    struct store_query *q = NULL;
    bool row = false;
    if (store_prepare(p->store, p->sql, strlen(p->sql), &q, &p->e) == ERR_OK &&
        store_bind(q, 1, &ends[0], &p->e) == ERR_OK && store_bind(q, 2, &ends[1], &p->e) == ERR_OK) {
        while (p->fits && p->e.code == ERR_OK && store_step(q, &row, &p->e) == ERR_OK && row) {
            add_row(p, q, &p->e);
        }
    }
    store_finish(q);
    p->e.has_span = 0;
}

static void read_parts(void *parts, size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
        read_part((struct part *)parts + i);
    }
}

/* Where the rows of each part go: to where they would if there were one for every rowid. */
static size_t cut(const struct matrix_span *span, struct store **readers, size_t count, const char *sql,
                  const struct matrix_rows *rows, struct part *parts) {
    uint64_t width = (uint64_t)span->last - (uint64_t)span->first + 1;
    for (size_t i = 0; i < count; i++) {
        uint64_t from = width / count * i, to = i + 1 < count ? width / count * (i + 1) : width;
        size_t at = count > 1 ? (size_t)from : 0;
        parts[i] = (struct part){.store = readers[i],
                                 .sql = sql,
                                 .first = (int64_t)((uint64_t)span->first + from),
                                 .last = (int64_t)((uint64_t)span->first + to - 1),
                                 .dimension = rows->dimension,
                                 .vectors = rows->vectors + at * rows->dimension,
                                 .rowids = rows->rowids + at,
                                 .room = count > 1 ? (size_t)(to - from) : rows->room,
                                 .fits = true};
    }
    return count;
}

static void join_rows(struct part *parts, size_t count, struct matrix_rows *rows) {
    for (size_t i = 0; i < count; i++) {
        float *to = rows->vectors + rows->rows * rows->dimension;
        if (to != parts[i].vectors && parts[i].rows) {
            memmove(to, parts[i].vectors, parts[i].rows * rows->dimension * sizeof *to);
            memmove(rows->rowids + rows->rows, parts[i].rowids, parts[i].rows * sizeof *rows->rowids);
        }
        rows->rows += parts[i].rows;
    }
}

static enum err_code join_nulls(struct part *parts, size_t count, struct matrix_rows *rows, struct err *e) {
    for (size_t i = 0; i < count; i++) {
        rows->null_room += parts[i].null_count;
    }
    rows->nulls = malloc((rows->null_room + 1) * sizeof *rows->nulls);
    for (size_t i = 0; rows->nulls && i < count; i++) {
        if (parts[i].null_count) {
            memcpy(rows->nulls + rows->null_count, parts[i].nulls, parts[i].null_count * sizeof *rows->nulls);
            rows->null_count += parts[i].null_count;
        }
    }
    return rows->nulls ? ERR_OK : err_nomem(e);
}

static enum err_code read_all(struct store **readers, size_t count, const struct matrix_span *span, const char *sql,
                              struct matrix_rows *out, bool *fits, struct err *e) {
    struct part parts[MOST_READERS];
    parallel_for(cut(span, readers, count, sql, out, parts), 1, read_parts, parts);
    *fits = true;
    for (size_t i = 0; i < count; i++) {
        *fits = *fits && parts[i].fits;
        if (parts[i].e.code != ERR_OK && e->code == ERR_OK) {
            *e = parts[i].e;
        }
    }
    if (e->code == ERR_OK && *fits) {
        join_rows(parts, count, out);
        join_nulls(parts, count, out, e);
    }
    for (size_t i = 0; i < count; i++) {
        free(parts[i].nulls);
    }
    return e->code;
}

/* Which connections read: `count` of them in a snapshot of their own, or s alone. The snapshot may be a newer one, with
 * other rows, so these are measured again. */
static enum err_code open_readers(struct store *s, const char *table, size_t most, struct matrix_span *span,
                                  struct matrix_rows *out, struct store **readers, size_t *count, struct err *e) {
    size_t threads = (size_t)parallel_threads(), wanted = threads < MOST_READERS ? threads : MOST_READERS;
    *count = 1;
    if (!span->split || wanted < 2) {
        readers[0] = s;
        return ERR_OK;
    }
    bool open = store_open_readers(s, readers, wanted);
    matrix_measure(s, table, out->dimension, most, span, e);
    if (open && e->code == ERR_OK && span->split) {
        *count = wanted;
    } else if (open) {
        store_close_readers(readers, wanted);
    }
    if (*count == 1) {
        readers[0] = s;
    }
    return e->code;
}

enum err_code matrix_read(struct store *s, const char *table, const char *column, size_t most, struct matrix_span *span,
                          struct matrix_rows *out, bool *fits, struct err *e) {
    struct store *readers[MOST_READERS];
    size_t count;
    struct buf sql = BUF_INIT;
    buf_str(&sql, "SELECT _rowid_, ");
    store_add_identifier(&sql, column);
    buf_str(&sql, " FROM main.");
    store_add_identifier(&sql, table);
    buf_str(&sql, " WHERE _rowid_ BETWEEN ?1 AND ?2 ORDER BY _rowid_");
    open_readers(s, table, most, span, out, readers, &count, e);
    *fits = e->code == ERR_OK && span->room <= most;
    if (*fits) {
        out->room = span->room;
        out->vectors = malloc((span->room + 1) * out->dimension * sizeof *out->vectors);
        out->rowids = malloc((span->room + 1) * sizeof *out->rowids);
        if (!buf_ok(&sql) || !out->vectors || !out->rowids) {
            err_nomem(e);
        } else {
            read_all(readers, count, span, sql.data, out, fits, e);
        }
    }
    if (count > 1) {
        store_close_readers(readers, count);
    }
    buf_release(&sql);
    return e->code;
}
