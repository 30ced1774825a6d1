/* Building relations from the cell's text, and finding the way back from the store's error places to that text. */
#include "lang/exec/relation.h"

#include "base/suggest.h"
#include "lang/store/query_error.h"

#include <string.h>
#include <strings.h>

struct relation_piece {
    size_t sql_at, sql_len, code_at;
    struct relation_piece *next;
};

struct relation_parameter {
    struct value value;
    struct relation_parameter *next; /* later ones first */
};

struct relation_types {
    const struct sql_column *columns;
    size_t count;
    struct relation_types *next;
};

void relation_release(struct context *c, struct relation *r) {
    for (struct relation_table *t = r->temporaries; t; t = t->next) {
        struct err ignored = ERR_INIT;
        struct buf sql = BUF_INIT;
        buf_printf(&sql, "DROP TABLE IF EXISTS %s", t->name);
        if (buf_ok(&sql)) {
            store_run(c->store, sql.data, &ignored);
        }
        buf_release(&sql);
    }
    if (r->snapshot) {
        store_snapshot_end(c->store);
    }
    buf_release(&r->sql);
    *r = RELATION_INIT;
}

enum err_code relation_add_text(struct context *c, struct relation *r, const char *text, size_t len, long place,
                                struct err *e) {
    if (place >= 0) {
        struct relation_piece *piece = arena_alloc(c->arena, sizeof *piece);
        if (!piece) {
            return err_nomem(e);
        }
        *piece = (struct relation_piece){r->sql.len, len, (size_t)place, r->pieces};
        r->pieces = piece;
    }
    buf_add(&r->sql, text, len);
    return ERR_OK;
}

enum err_code relation_add_types(struct context *c, struct relation *r, const struct sql_column *columns, size_t count,
                                 struct err *e) {
    struct relation_types *t = arena_alloc(c->arena, sizeof *t);
    if (!t) {
        return err_nomem(e);
    }
    *t = (struct relation_types){columns, count, r->types};
    r->types = t;
    return ERR_OK;
}

enum err_code relation_add_value(struct context *c, struct relation *r, struct value v, int *number, struct err *e) {
    struct relation_parameter *p = arena_alloc(c->arena, sizeof *p);
    if (!p) {
        return err_nomem(e);
    }
    *p = (struct relation_parameter){v, r->parameters};
    r->parameters = p;
    *number = ++r->parameter_count;
    return ERR_OK;
}

enum err_code relation_add_vector(struct context *c, struct relation *r, const float *vector, size_t length,
                                  int *number, struct err *e) {
    float *copy = arena_alloc(c->arena, length * sizeof *copy);
    if (!copy) {
        return err_nomem(e);
    }
    memcpy(copy, vector, length * sizeof *copy);
    return relation_add_value(c, r, (struct value){.type = VALUE_VECTOR, .vector = copy, .length = length}, number, e);
}

const char *relation_new_table(struct context *c, struct relation *r, struct err *e) {
    struct relation_table *t = arena_alloc(c->arena, sizeof *t);
    char *name = arena_printf(c->arena, "temp.thanosql_%d", ++c->temporaries);
    if (!t || !name) {
        err_nomem(e);
        return NULL;
    }
    *t = (struct relation_table){name, r->temporaries};
    r->temporaries = t;
    return name;
}

/* From a place in the SQL to one in the cell: the word there. */
static void map_place(const struct context *c, const struct relation *r, struct span otherwise, struct err *e) {
    if (e->has_span) {
        for (const struct relation_piece *p = r->pieces; p; p = p->next) {
            if (e->at >= p->sql_at && e->at < p->sql_at + p->sql_len) {
                e->at = p->code_at;
                e->len = p->code_at < c->len ? query_error_token(c->code + p->code_at, c->len - p->code_at) : 1;
                return;
            }
        }
        e->has_span = 0;
    }
    context_at(e, otherwise);
}

/* What is known of the column: of the cell's own query by position (*own), of those within by name, the outermost that
 * has it. */
static struct pgtype find_type(const struct relation *r, const struct store_query *q, size_t index, bool *own) {
    const char *name = store_column(q, index).name;
    const struct relation_types *first = r->types;
    *own = first && first->count == store_column_count(q) && strcmp(first->columns[index].name, name) == 0;
    if (*own) {
        return first->columns[index].type;
    }
    for (const struct relation_types *t = first; t; t = t->next) {
        for (size_t i = 0; i < t->count; i++) {
            if (strcasecmp(t->columns[i].name, name) == 0) {
                return t->columns[i].type;
            }
        }
    }
    return PGTYPE(PG_ANY);
}

/* Tell the store what the query's columns hold. */
static void set_types(const struct relation *r, struct store_query *q) {
    for (size_t i = 0; i < store_column_count(q); i++) {
        bool own = false;
        enum value_type type = pgtype_value(find_type(r, q, i, &own));
        if (type != VALUE_NULL && (own || store_column(q, i).type == VALUE_NULL)) {
            store_set_type(q, i, type);
        }
    }
}

struct pgtype relation_column_type(const struct relation *r, const struct store_query *q, size_t index) {
    struct column about = store_column(q, index);
    bool own = false;
    struct pgtype found = find_type(r, q, index, &own), declared;
    bool known = pgtype_value(found) != VALUE_NULL;
    if (!(own && known) && about.declared && pgtype_of_declaration(about.declared, about.key, &declared)) {
        return declared;
    }
    return known ? found : pgtype_of_value(about.type);
}

enum err_code relation_describe(struct context *c, struct relation *r, struct span otherwise, struct store_query **out,
                                struct err *e) {
    if (!buf_ok(&r->sql)) {
        return err_nomem(e);
    }
    (void)(r->ours ? store_prepare(c->store, buf_text(&r->sql), r->sql.len, out, e)
                   : store_prepare_user(c->store, buf_text(&r->sql), r->sql.len, out, e));
    if (e->code != ERR_OK) {
        map_place(c, r, otherwise, e);
    } else {
        set_types(r, *out);
    }
    return e->code;
}

enum err_code relation_prepare(struct context *c, struct relation *r, struct span otherwise, struct store_query **out,
                               struct err *e) {
    struct store_query *q = NULL;
    if (relation_describe(c, r, otherwise, &q, e) != ERR_OK) {
        return e->code;
    }
    int index = r->parameter_count, used = (int)store_parameter_count(q);
    for (const struct relation_parameter *p = r->parameters; p && e->code == ERR_OK; p = p->next, index--) {
        if (index <= used) { /* the others belong to what stands around this relation */
            store_bind(q, index, &p->value, e);
        }
    }
    if (e->code != ERR_OK) {
        store_finish(q);
        return e->code;
    }
    *out = q;
    return ERR_OK;
}

struct relation relation_inside(const struct relation *outer) {
    struct relation inner = RELATION_INIT;
    inner.parameters = outer->parameters;
    inner.parameter_count = outer->parameter_count;
    return inner;
}

enum err_code relation_append(struct context *c, struct relation *outer, struct relation *inner, struct err *e) {
    if (relation_add_copy(c, outer, inner, e) == ERR_OK && !buf_ok(&outer->sql)) {
        err_nomem(e);
    }
    buf_release(&inner->sql);
    *inner = RELATION_INIT;
    return e->code;
}

enum err_code relation_add_copy(struct context *c, struct relation *outer, struct relation *inner, struct err *e) {
    size_t at = outer->sql.len;
    for (const struct relation_piece *p = inner->pieces; p; p = p->next) {
        struct relation_piece *piece = arena_alloc(c->arena, sizeof *piece);
        if (!piece) {
            return err_nomem(e);
        }
        *piece = *p;
        piece->sql_at += at;
        piece->next = outer->pieces;
        outer->pieces = piece;
    }
    while (inner->temporaries) {
        struct relation_table *t = inner->temporaries;
        inner->temporaries = t->next;
        t->next = outer->temporaries;
        outer->temporaries = t;
    }
    for (const struct relation_types *t = inner->types; t; t = t->next) {
        struct relation_types **tail = &outer->types, *copy = arena_alloc(c->arena, sizeof *copy);
        if (!copy) {
            return err_nomem(e);
        }
        while (*tail) {
            tail = &(*tail)->next;
        }
        *copy = *t;
        copy->next = NULL;
        *tail = copy;
    }
    outer->snapshot = outer->snapshot || inner->snapshot;
    inner->snapshot = false;
    if (inner->parameter_count > outer->parameter_count) {
        outer->parameters = inner->parameters;
        outer->parameter_count = inner->parameter_count;
    }
    buf_add(&outer->sql, buf_text(&inner->sql), inner->sql.len);
    return buf_ok(&inner->sql) ? ERR_OK : err_nomem(e);
}

int relation_find_column(const struct store_query *q, const char *name) {
    for (size_t i = 0; i < store_column_count(q); i++) {
        if (strcasecmp(store_column(q, i).name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

enum err_code relation_no_column(const struct store_query *q, const char *table, const char *name, struct err *e) {
    struct suggest near;
    struct buf all = BUF_INIT;
    suggest_begin(&near, name);
    for (size_t i = 0; i < store_column_count(q); i++) {
        const char *there = store_column(q, i).name;
        suggest_offer(&near, there);
        buf_printf(&all, "%s%s", i ? ", " : "", there);
    }
    err_set(e, ERR_NOT_FOUND, "%s%s has no column named '%s'; it has %s", table ? "table " : "the query",
            table ? table : "", name, buf_text(&all));
    buf_release(&all);
    return near.best[0] ? err_hint(e, "did you mean '%s'?", near.best) : e->code;
}

enum err_code relation_named_column(const struct store_query *q, const char *name, const struct option *given,
                                    int *column, struct err *e) {
    *column = relation_find_column(q, name);
    if (*column < 0) {
        relation_no_column(q, NULL, name, e);
        return context_at(e, given->value.span);
    }
    return ERR_OK;
}

enum err_code relation_image_column(const struct store_query *q, const char *wanted, const struct option *given,
                                    struct span otherwise, int *column, struct err *e) {
    static const char *const usual[] = {"image_path", "path", "image", "img_path", "filepath"};
    if (store_column_count(q) == 0) {
        err_set(e, ERR_VALUE, "a query that returns rows is needed here");
        return context_at(e, otherwise);
    }
    int found = wanted ? relation_find_column(q, wanted) : -1;
    for (size_t i = 0; !wanted && found < 0 && i < sizeof usual / sizeof *usual; i++) {
        found = relation_find_column(q, usual[i]);
    }
    if (found < 0) {
        relation_no_column(q, NULL, wanted ? wanted : usual[0], e);
        if (!wanted) {
            err_hint(e, "name the column of paths with OPTIONS (image_col='…')");
        }
        return context_at(e, given ? given->value.span : otherwise);
    }
    *column = found;
    return ERR_OK;
}
