/* SQL for the table is written from its columns; two columns of one name get numbers, as no table may have two. */
#include "lang/exec/result_table.h"

#include "base/buf.h"

#include <string.h>
#include <strings.h>

/* The name, or the name with the first number that makes it differ from those before it. */
static const char *unique_name(struct context *c, const struct column *columns, size_t index) {
    const char *name = columns[index].name;
    int number = 1;
    for (size_t i = 0; name && i < index; i++) {
        if (strcasecmp(columns[i].name, columns[index].name) == 0) {
            number++;
        }
    }
    return number == 1 ? name : arena_printf(c->arena, "%s.%d", name, number - 1);
}

enum err_code result_table_make(struct context *c, const char *name, const struct column *columns, size_t count,
                                const struct value *first, struct store_query **insert, struct err *e) {
    struct buf sql = BUF_INIT, add = BUF_INIT;
    char type[32];
    buf_str(&sql, "CREATE TABLE temp.");
    store_add_identifier(&sql, name);
    buf_str(&add, "INSERT INTO temp.");
    store_add_identifier(&add, name);
    for (size_t i = 0; i < count; i++) {
        const char *own = unique_name(c, columns, i);
        bool vector = first && first[i].type == VALUE_VECTOR;
        buf_str(&sql, i ? ", " : " (");
        store_add_identifier(&sql, own ? own : "");
        if (columns[i].type != VALUE_NULL) {
            store_type_name(columns[i].type, vector ? first[i].length : 0, type);
            buf_printf(&sql, " %s", type);
        }
        buf_printf(&add, "%s?%zu", i ? ", " : " VALUES (", i + 1);
    }
    buf_char(&sql, ')');
    buf_char(&add, ')');
    if (!buf_ok(&sql) || !buf_ok(&add) || arena_failed(c->arena)) {
        err_nomem(e);
    } else if (store_run(c->store, sql.data, e) == ERR_OK) {
        store_prepare(c->store, add.data, add.len, insert, e);
    }
    buf_release(&sql);
    buf_release(&add);
    e->has_span = 0; /* a place in our SQL means nothing to the cell */
    return e->code;
}

enum err_code result_table_add(struct store_query *insert, const struct value *values, size_t count, struct err *e) {
    bool row = false;
    for (size_t i = 0; i < count && e->code == ERR_OK; i++) {
        store_bind(insert, (int)i + 1, &values[i], e);
    }
    if (e->code == ERR_OK && store_step(insert, &row, e) == ERR_OK) {
        store_reset(insert, e);
    }
    return e->code;
}

enum err_code result_table_fill(struct context *c, struct store_query *q, const char *name, struct err *e) {
    size_t count = store_column_count(q);
    struct column *columns = arena_alloc(c->arena, (count + 1) * sizeof *columns);
    struct value *values = arena_alloc(c->arena, (count + 1) * sizeof *values);
    struct store_query *insert = NULL;
    bool row = false;
    if (!columns || !values) {
        return err_nomem(e);
    }
    for (size_t i = 0; i < count; i++) {
        columns[i] = store_column(q, i);
    }
    while (store_step(q, &row, e) == ERR_OK && context_check(c, e) == ERR_OK) {
        for (size_t i = 0; row && i < count; i++) {
            values[i] = store_value(q, i);
        }
        if (!insert && result_table_make(c, name, columns, count, row ? values : NULL, &insert, e) != ERR_OK) {
            break;
        }
        if (!row || result_table_add(insert, values, count, e) != ERR_OK) {
            break;
        }
    }
    store_finish(insert);
    return e->code;
}

void result_table_drop(struct context *c, const char *name) {
    struct err ignored = ERR_INIT;
    struct buf sql = BUF_INIT;
    buf_str(&sql, "DROP TABLE IF EXISTS temp.");
    store_add_identifier(&sql, name);
    if (buf_ok(&sql)) {
        store_run(c->store, sql.data, &ignored);
    }
    buf_release(&sql);
}
