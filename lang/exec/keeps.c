/* The temporary tables' rows become tables, replacing what was there. They are read in the order they were written; to
 * ask for it would need a name for the row number that no column has. */
#include "lang/exec/keeps.h"

#include <string.h>

void keeps_init(struct keeps *k) {
    *k = (struct keeps){.tables = RELATION_INIT};
    k->last = &k->first;
}

struct relation *keeps_tables(struct context *c) {
    return &c->keeps->tables;
}

enum err_code keeps_add(struct context *c, const struct kept *what, struct err *e) {
    struct kept_row *row = arena_alloc(c->arena, sizeof *row);
    if (!row) {
        return err_nomem(e);
    }
    *row = (struct kept_row){.what = *what};
    *c->keeps->last = row;
    c->keeps->last = &row->next;
    return ERR_OK;
}

/* *rows: how many it has. */
static enum err_code write_table(struct context *c, const struct kept *what, long long *rows, struct err *e) {
    struct buf sql = BUF_INIT;
    buf_str(&sql, "DROP TABLE IF EXISTS main.");
    store_add_identifier(&sql, what->name);
    buf_str(&sql, "; CREATE TABLE main.");
    store_add_identifier(&sql, what->name);
    buf_printf(&sql, " (%s); INSERT INTO main.", what->definitions);
    store_add_identifier(&sql, what->name);
    buf_printf(&sql, " SELECT * FROM %s", what->from);
    if (!buf_ok(&sql)) {
        err_nomem(e);
    } else if (store_run(c->store, sql.data, e) == ERR_OK) {
        *rows = store_changes(c->store);
        if ((!what->more || store_run(c->store, what->more, e) == ERR_OK) && what->vectors.column) {
            registry_put_vectors(c->store, &what->vectors, e);
        }
    }
    buf_release(&sql);
    e->has_span = 0; /* a place in our SQL means nothing to the cell */
    return e->code;
}

/* Rows of a table; 0 where there is none. */
static long long count_rows(struct context *c, const char *table, struct err *e) {
    struct buf sql = BUF_INIT;
    struct store_query *q = NULL;
    bool row = false, there = false;
    long long count = 0;
    buf_str(&sql, "SELECT count(*) FROM main.");
    store_add_identifier(&sql, table);
    if (!buf_ok(&sql)) {
        err_nomem(e);
    } else if (store_has_table(c->store, table, &there, e) == ERR_OK && there &&
               store_prepare(c->store, sql.data, sql.len, &q, e) == ERR_OK && store_step(q, &row, e) == ERR_OK && row) {
        count = store_value(q, 0).integer;
    }
    store_finish(q);
    buf_release(&sql);
    e->has_span = 0;
    return count;
}

/* What went with the old table is said. */
static enum err_code replace_table(struct context *c, const struct kept *what, struct err *e) {
    long long before = count_rows(c, what->name, e), now = 0;
    if (e->code == ERR_OK && write_table(c, what, &now, e) == ERR_OK && before > now) {
        context_warn(c, "Warning: table %s had %lld rows, and was replaced by the %lld of this statement", what->name,
                     before, now);
    }
    return e->code;
}

enum err_code keeps_finish(struct context *c, bool wanted, struct err *e) {
    struct keeps *k = c->keeps;
    if (e->code == ERR_OK && wanted && k->first && store_begin(c->store, e) == ERR_OK) {
        for (const struct kept_row *row = k->first; row && e->code == ERR_OK; row = row->next) {
            replace_table(c, &row->what, e);
        }
        if (e->code == ERR_OK) {
            store_commit(c->store, e);
        } else {
            store_rollback(c->store);
        }
    }
    relation_release(c, &k->tables);
    keeps_init(k);
    return e->code;
}
