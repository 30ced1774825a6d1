/* The notes are a table of ours, thanosql_converted, one row a picture of each converted column. They are no more than
 * hints: whatever does not fit them exactly is embedded again. */
#include "lang/exec/reuse.h"

#include "base/digest.h"
#include "base/file.h"

#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

#define LARGEST_MODEL ((size_t)1 << 30)
#define JUST_NOW_NS \
    50000000 /* file systems tell time in ticks of up to 10 ms: a second change within one is not seen */

static const char definition[] =
    "(table_name TEXT NOT NULL COLLATE NOCASE, column_name TEXT NOT NULL COLLATE NOCASE, path TEXT NOT NULL, "
    "model TEXT NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL, changed INTEGER NOT NULL, "
    "row INTEGER NOT NULL, hash INTEGER NOT NULL, PRIMARY KEY (table_name, column_name, path)) WITHOUT ROWID";

static int64_t nanoseconds(struct timespec t) {
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

struct file_state reuse_file(const char *path) {
    struct stat s;
    struct timespec now;
    if (!path || stat(path, &s) != 0 || clock_gettime(CLOCK_REALTIME, &now) != 0) {
        return (struct file_state){.known = false};
    }
    struct file_state f = {.size = s.st_size, .modified = nanoseconds(s.st_mtim), .changed = nanoseconds(s.st_ctim)};
    f.known = nanoseconds(now) - f.changed > JUST_NOW_NS;
    return f;
}

/* FNV-1a (Fowler, Noll, Vo), 64 bits: against chance, not against malice. */
static int64_t hash_of(const float *vector, size_t dimension) {
    const unsigned char *bytes = (const unsigned char *)vector;
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < dimension * sizeof *vector; i++) {
        hash = (hash ^ bytes[i]) * 1099511628211u;
    }
    return (int64_t)hash;
}

static void add_text(struct buf *sql, const char *text) {
    buf_char(sql, '\'');
    for (; *text; text++) {
        buf_str(sql, *text == '\'' ? "'" : "");
        buf_char(sql, *text);
    }
    buf_char(sql, '\'');
}

static enum err_code digest_model(struct reuse *x, const char *file, struct err *e) {
    struct buf bytes = BUF_INIT;
    if (file_read(file, LARGEST_MODEL, &bytes, e) == ERR_OK) {
        digest_sha256(buf_text(&bytes), bytes.len, x->model, e);
    }
    buf_release(&bytes);
    return e->code;
}

struct seen {
    const char *column;
    bool found;
};

static void see_column(void *user, const struct column *c) {
    struct seen *seen = user;
    seen->found = seen->found || strcasecmp(c->name, seen->column) == 0;
}

/* The look-up in the old notes and the old table, if there are both. */
static enum err_code open_find(struct reuse *x, struct err *e) {
    struct store *s = x->context->store;
    struct seen seen = {.column = x->column};
    struct err cannot = ERR_INIT;
    struct buf sql = BUF_INIT;
    bool notes = false, table = false;
    if (store_has_table(s, "thanosql_converted", &notes, e) != ERR_OK || !notes ||
        store_has_table(s, x->table, &table, e) != ERR_OK || !table ||
        store_each_column(s, x->table, see_column, &seen, e) != ERR_OK || !seen.found) {
        return e->code;
    }
    buf_str(&sql, "SELECT t.");
    store_add_identifier(&sql, x->column);
    buf_str(&sql, ", n.hash FROM main.thanosql_converted AS n JOIN main.");
    store_add_identifier(&sql, x->table);
    buf_str(&sql, " AS t ON t._rowid_ = n.row WHERE n.table_name = ");
    add_text(&sql, x->table);
    buf_str(&sql, " AND n.column_name = ");
    add_text(&sql, x->column);
    buf_str(&sql, " AND n.model = ");
    add_text(&sql, x->model);
    buf_str(&sql, " AND n.path = ?1 AND n.size = ?2 AND n.modified = ?3 AND n.changed = ?4");
    if (!buf_ok(&sql)) {
        err_nomem(e);
    } else if (store_prepare(s, sql.data, sql.len, &x->find, &cannot) != ERR_OK) {
        x->find = NULL; /* a view, say: nothing is taken over */
    }
    buf_release(&sql);
    return e->code;
}

enum err_code reuse_begin(struct reuse *x, struct context *c, struct relation *r, const char *table, const char *column,
                          const char *model_file, size_t dimension, struct err *e) {
    *x = (struct reuse){.context = c, .table = table, .column = column, .dimension = dimension};
    x->notes = relation_new_table(c, r, e);
    if (!x->notes || digest_model(x, model_file, e) != ERR_OK || open_find(x, e) != ERR_OK) {
        return e->code;
    }
    char *make = arena_printf(c->arena, "CREATE TABLE %s %s", x->notes, definition);
    struct buf sql = BUF_INIT;
    buf_printf(&sql, "INSERT OR REPLACE INTO %s VALUES (", x->notes);
    add_text(&sql, table);
    buf_str(&sql, ", ");
    add_text(&sql, column);
    buf_str(&sql, ", ?1, ");
    add_text(&sql, x->model);
    buf_str(&sql, ", ?2, ?3, ?4, ?5, ?6)");
    if (!make || !buf_ok(&sql)) {
        err_nomem(e);
    } else if (store_run(c->store, make, e) == ERR_OK) {
        store_prepare(c->store, sql.data, sql.len, &x->write, e);
    }
    buf_release(&sql);
    e->has_span = 0;
    return e->code;
}

void reuse_end(struct reuse *x) {
    store_finish(x->find);
    store_finish(x->write);
    x->find = x->write = NULL;
}

/* Bind the picture and its file's state to parameters 1 to 4. */
static enum err_code bind_file(struct store_query *q, const struct value *path, const struct file_state *file,
                               struct err *e) {
    const struct value values[3] = {{.type = VALUE_INTEGER, .integer = file->size},
                                    {.type = VALUE_INTEGER, .integer = file->modified},
                                    {.type = VALUE_INTEGER, .integer = file->changed}};
    store_bind(q, 1, path, e);
    for (int i = 0; i < 3 && e->code == ERR_OK; i++) {
        store_bind(q, i + 2, &values[i], e);
    }
    return e->code;
}

enum err_code reuse_find(struct reuse *x, const struct value *path, const struct file_state *file, float *out,
                         bool *found, struct err *e) {
    bool row = false;
    *found = false;
    if (!x->find || !file->known || path->type != VALUE_TEXT || bind_file(x->find, path, file, e) != ERR_OK) {
        return e->code;
    }
    if (store_step(x->find, &row, e) == ERR_OK && row) {
        struct value v = store_value(x->find, 0), hash = store_value(x->find, 1);
        const void *bytes = v.type == VALUE_VECTOR ? (const void *)v.vector : v.text;
        size_t size = v.type == VALUE_VECTOR ? v.length * sizeof *out : v.length;
        if ((v.type == VALUE_VECTOR || v.type == VALUE_BLOB) && size == x->dimension * sizeof *out) {
            memcpy(out, bytes, size);
            *found = hash_of(out, x->dimension) == hash.integer;
            x->reused += *found;
        }
    }
    return e->code == ERR_OK ? store_reset(x->find, e) : e->code;
}

enum err_code reuse_note(struct reuse *x, const struct value *path, const struct file_state *file, int64_t row,
                         const float *vector, struct err *e) {
    const struct value values[2] = {{.type = VALUE_INTEGER, .integer = row},
                                    {.type = VALUE_INTEGER, .integer = hash_of(vector, x->dimension)}};
    bool more = false;
    if (!file->known || path->type != VALUE_TEXT || bind_file(x->write, path, file, e) != ERR_OK) {
        return e->code;
    }
    for (int i = 0; i < 2 && e->code == ERR_OK; i++) {
        store_bind(x->write, i + 5, &values[i], e);
    }
    return e->code == ERR_OK && store_step(x->write, &more, e) == ERR_OK ? store_reset(x->write, e) : e->code;
}

void reuse_add_sql(const struct reuse *x, struct buf *sql) {
    buf_printf(sql, "CREATE TABLE IF NOT EXISTS main.thanosql_converted %s", definition);
    buf_str(sql, "; DELETE FROM main.thanosql_converted WHERE table_name = ");
    add_text(sql, x->table);
    buf_str(sql, " AND column_name = ");
    add_text(sql, x->column);
    buf_printf(sql, "; INSERT INTO main.thanosql_converted SELECT * FROM %s", x->notes);
}
