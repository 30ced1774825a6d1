/* Tables, views and indexes. Columns are declared with PostgreSQL's types; what they were is read back from there. */
#include "lang/sql/lower.h"

#include "base/suggest.h"
#include "lang/store/store.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool is_temporary(const PgQuery__RangeVar *v) {
    return (v->relpersistence && *v->relpersistence == 't') || (v->schemaname && strcmp(v->schemaname, "pg_temp") == 0);
}

static bool exists(struct lower *l, const char *name) {
    bool found = false;
    struct err ignored = ERR_INIT;
    store_has_table(l->in->store, name, &found, &ignored);
    return found;
}

/* Names that the kernel and SQLite keep for themselves. */
static void check_new_name(struct lower *l, const PgQuery__RangeVar *v, bool may_exist) {
    long place = lower_place(l, v->location);
    if (strncasecmp(v->relname, "thanosql_", 9) == 0 || strncasecmp(v->relname, "sqlite_", 7) == 0) {
        lower_fail(l, ERR_QUERY, place, "names that begin with %.*s_ are the kernel's own",
                   (int)strcspn(v->relname, "_"), v->relname);
    }
    /* A temporary table may hide one that stays. */
    if (!may_exist && !is_temporary(v) && exists(l, v->relname)) {
        lower_fail(l, ERR_EXISTS, place, "relation \"%s\" already exists", v->relname);
        err_hint(l->e, "DROP TABLE %s removes it; CREATE TABLE IF NOT EXISTS keeps it", v->relname);
    }
}

/* The default of a column. The time is the time of the INSERT, not of the CREATE. */
static void add_default(struct lower *l, const PgQuery__Node *n, struct pgtype type, struct rope *r) {
    static const struct {
        enum pg_base base;
        const char *sql;
    } times[] = {
        {PG_TIMESTAMPTZ, "(rtrim(rtrim(strftime('%Y-%m-%d %H:%M:%f', 'now'), '0'), '.') || '+00')"},
        {PG_TIMESTAMP, "(rtrim(rtrim(strftime('%Y-%m-%d %H:%M:%f', 'now'), '0'), '.'))"},
        {PG_DATE, "(date('now'))"},
        {PG_TIME, "(rtrim(rtrim(strftime('%H:%M:%f', 'now'), '0'), '.'))"},
    };
    const char *now = l->now;
    l->now = NULL;
    struct expr x = expr_lower(l, n);
    bool time = NODE_IS(n, SQLVALUE_FUNCTION) ||
                (NODE_IS(n, FUNC_CALL) &&
                 strcmp(lower_string(n->func_call->funcname[n->func_call->n_funcname - 1]), "now") == 0);
    bool used = l->now != NULL && !x.literal;
    l->now = now;
    lower_add(l, r, " DEFAULT ");
    for (size_t i = 0; time && i < sizeof times / sizeof *times; i++) {
        if (pgtype_is(type, times[i].base)) {
            lower_add(l, r, times[i].sql);
            return;
        }
    }
    if (used && time) {
        lower_refuse(l, x.place, "the time as the default of a column of this type");
    }
    lower_add(l, r, "(");
    rope_join(r, cast_to(l, x, type, CAST_ASSIGNMENT).sql);
    lower_add(l, r, ")");
}

static void add_names(struct lower *l, PgQuery__Node **names, size_t n, struct rope *r) {
    for (size_t i = 0; i < n; i++) {
        lower_add(l, r, i ? ", " : " (");
        lower_add_name(l, r, lower_string(names[i]), ROPE_NOWHERE);
    }
    lower_add(l, r, n ? ")" : "");
}

static const char *action(const char *letter) {
    switch (letter && *letter ? *letter : 'a') {
    case 'c':
        return "CASCADE";
    case 'n':
        return "SET NULL";
    case 'd':
        return "SET DEFAULT";
    case 'r':
        return "RESTRICT";
    default:
        return "NO ACTION";
    }
}

static void add_foreign_key(struct lower *l, const PgQuery__Constraint *c, bool table, struct rope *r) {
    if (table) {
        lower_add(l, r, "FOREIGN KEY");
        add_names(l, c->fk_attrs, c->n_fk_attrs, r);
    }
    lower_add(l, r, " REFERENCES ");
    lower_add_name(l, r, c->pktable->relname, lower_place(l, c->pktable->location));
    if (!exists(l, c->pktable->relname)) {
        lower_fail(l, ERR_NOT_FOUND, lower_place(l, c->pktable->location), "relation \"%s\" does not exist",
                   c->pktable->relname);
    }
    add_names(l, c->pk_attrs, c->n_pk_attrs, r);
    lower_add(l, r,
              arena_printf(l->a, " ON DELETE %s ON UPDATE %s", action(c->fk_del_action), action(c->fk_upd_action)));
}

/* A constraint of a column or, with `table`, of the table. */
static void add_constraint(struct lower *l, const PgQuery__Constraint *c, struct pgtype type, bool table, bool serial,
                           struct rope *r) {
    if (c->conname && *c->conname && c->contype != PG_QUERY__CONSTR_TYPE__CONSTR_DEFAULT) {
        lower_add(l, r, " CONSTRAINT ");
        lower_add_name(l, r, c->conname, ROPE_NOWHERE);
        lower_add(l, r, " ");
    }
    switch (c->contype) {
    case PG_QUERY__CONSTR_TYPE__CONSTR_NULL:
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL:
        lower_add(l, r, " NOT NULL");
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_DEFAULT:
        add_default(l, c->raw_expr, type, r);
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY:
        lower_add(l, r, serial ? " PRIMARY KEY AUTOINCREMENT" : table ? "PRIMARY KEY" : " NOT NULL PRIMARY KEY");
        add_names(l, c->keys, c->n_keys, r);
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE:
        lower_add(l, r, table ? "UNIQUE" : " UNIQUE");
        add_names(l, c->keys, c->n_keys, r);
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_CHECK:
        l->scope->clause = "check constraints";
        lower_add(l, r, table ? "CHECK (" : " CHECK (");
        rope_join(r, expr_bool(l, c->raw_expr, "CHECK").sql);
        lower_add(l, r, ")");
        l->scope->clause = NULL;
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN:
        add_foreign_key(l, c, table, r);
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_GENERATED: {
        struct expr x = expr_lower(l, c->raw_expr);
        lower_add(l, r, " GENERATED ALWAYS AS (");
        rope_join(r, cast_to(l, x, type, CAST_ASSIGNMENT).sql);
        lower_add(l, r, ") STORED");
        break;
    }
    case PG_QUERY__CONSTR_TYPE__CONSTR_IDENTITY:
        break;
    default:
        lower_refuse(l, lower_place(l, c->location), "this kind of constraint");
    }
}

static bool has_constraint(const PgQuery__ColumnDef *c, PgQuery__ConstrType type) {
    for (size_t i = 0; i < c->n_constraints; i++) {
        if (c->constraints[i]->constraint->contype == type) {
            return true;
        }
    }
    return false;
}

/* Whether the table's PRIMARY KEY clause names the column. */
static bool in_table_key(const PgQuery__CreateStmt *s, const char *name) {
    for (size_t i = 0; s && i < s->n_table_elts; i++) {
        const PgQuery__Constraint *c = NODE_IS(s->table_elts[i], CONSTRAINT) ? s->table_elts[i]->constraint : NULL;
        for (size_t k = 0; c && c->contype == PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY && k < c->n_keys; k++) {
            if (strcmp(lower_string(c->keys[k]), name) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* name type constraints. A number that counts itself is SQLite's row number; any other integer key is declared INT,
 * which is none, so that NULL stays an error. */
static void add_column(struct lower *l, const PgQuery__CreateStmt *s, const PgQuery__ColumnDef *c, struct rope *r) {
    const char *name = lower_string(c->type_name->names[c->type_name->n_names - 1]);
    char declared[64];
    struct pgtype type = cast_type_name(l, c->type_name);
    bool serial = strstr(name, "serial") != NULL || has_constraint(c, PG_QUERY__CONSTR_TYPE__CONSTR_IDENTITY);
    bool key = has_constraint(c, PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY), table_key = in_table_key(s, c->colname);
    if (serial && !key) {
        lower_refuse(l, lower_place(l, c->location), "a column that counts by itself and is not the PRIMARY KEY");
    }
    pgtype_declaration(type, declared);
    lower_add_name(l, r, c->colname, lower_place(l, c->location));
    lower_add(l, r, " ");
    lower_add(l, r,
              serial                                       ? "INTEGER"
              : (key || table_key) && type.base == PG_INT4 ? "INT"
                                                           : arena_strdup(l->a, declared));
    lower_add(l, r, table_key ? " NOT NULL" : "");
    for (size_t i = 0; i < c->n_constraints; i++) {
        add_constraint(l, c->constraints[i]->constraint, type, false, serial, r);
    }
}

/* The columns being defined, for CHECK and GENERATED. */
static void add_defined(struct lower *l, const PgQuery__CreateStmt *s) {
    struct source *t = scope_add(l, s->relation->relname, s->n_table_elts);
    size_t n = 0;
    for (size_t i = 0; i < s->n_table_elts && t->count; i++) {
        if (NODE_IS(s->table_elts[i], COLUMN_DEF)) {
            const PgQuery__ColumnDef *c = s->table_elts[i]->column_def;
            for (size_t k = 0; k < n; k++) {
                if (strcasecmp(t->columns[k].name, c->colname) == 0) {
                    lower_fail(l, ERR_EXISTS, lower_place(l, c->location), "column \"%s\" specified more than once",
                               c->colname);
                }
            }
            t->columns[n].name = c->colname;
            t->columns[n].type = cast_type_name(l, c->type_name);
            lower_add_name(l, &t->columns[n++].sql, c->colname, ROPE_NOWHERE);
        }
    }
    t->count = n;
}

void ddl_create(struct lower *l, const PgQuery__CreateStmt *s) {
    struct scope scope = {.sources = NULL};
    struct rope r = ROPE_INIT;
    if (s->n_inh_relations || s->partspec || s->partbound || s->of_typename) {
        lower_refuse(l, lower_place(l, s->relation->location), "INHERITS, PARTITION or OF in CREATE TABLE");
    }
    check_new_name(l, s->relation, s->if_not_exists);
    scope_enter(l, &scope);
    add_defined(l, s);
    lower_add(l, &r, is_temporary(s->relation) ? "CREATE TEMP TABLE " : "CREATE TABLE ");
    lower_add(l, &r, s->if_not_exists ? "IF NOT EXISTS " : "");
    lower_add_name(l, &r, s->relation->relname, lower_place(l, s->relation->location));
    lower_add(l, &r, " (");
    for (size_t i = 0; i < s->n_table_elts; i++) {
        lower_add(l, &r, i ? ", " : "");
        if (NODE_IS(s->table_elts[i], COLUMN_DEF)) {
            add_column(l, s, s->table_elts[i]->column_def, &r);
        } else if (NODE_IS(s->table_elts[i], CONSTRAINT)) {
            add_constraint(l, s->table_elts[i]->constraint, PGTYPE(PG_ANY), true, false, &r);
        } else {
            lower_refuse(l, lower_place(l, s->relation->location), "LIKE in CREATE TABLE");
        }
    }
    if (s->n_table_elts == 0) {
        lower_refuse(l, lower_place(l, s->relation->location), "a table without columns");
    }
    lower_add(l, &r, ")");
    scope_leave(l);
    lower_step(l)->sql = r;
}

/* ---- CREATE TABLE AS, views */

static const char *output_name(struct lower *l, const struct query *q, PgQuery__Node **names, size_t n, size_t i) {
    const char *name = i < n ? lower_string(names[i]) : q->columns[i].name;
    for (size_t k = 0; k < i; k++) {
        if (strcasecmp(k < n ? lower_string(names[k]) : q->columns[k].name, name) == 0) {
            lower_fail(l, ERR_EXISTS, -1, "column \"%s\" specified more than once", name);
        }
    }
    return name;
}

void ddl_create_as(struct lower *l, const PgQuery__CreateTableAsStmt *s) {
    struct rope r = ROPE_INIT, fill = ROPE_INIT;
    const PgQuery__RangeVar *v = s->into->rel;
    char declared[64];
    if (s->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW) {
        lower_refuse(l, lower_place(l, v->location), "a materialized view (CREATE TABLE … AS keeps a query's rows)");
    }
    if (s->if_not_exists && exists(l, v->relname)) {
        l->out->warning = arena_printf(l->a, "relation \"%s\" already exists, skipping", v->relname);
        return;
    }
    check_new_name(l, v, false);
    struct query q = select_node(l, s->query);
    if (s->into->n_col_names > q.count) {
        lower_fail(l, ERR_SYNTAX, -1, "too many column names were specified");
    }
    lower_add(l, &r, is_temporary(v) ? "CREATE TEMP TABLE " : "CREATE TABLE ");
    lower_add_name(l, &r, v->relname, lower_place(l, v->location));
    for (size_t i = 0; i < q.count; i++) {
        lower_add(l, &r, i ? ", " : " (");
        lower_add_name(l, &r, output_name(l, &q, s->into->col_names, s->into->n_col_names, i), ROPE_NOWHERE);
        lower_add(l, &r, " ");
        lower_add(l, &r, arena_strdup(l->a, pgtype_declaration(q.columns[i].type, declared)));
    }
    lower_add(l, &r, ")");
    lower_step(l)->sql = r;
    if (!s->into->skip_data) {
        lower_add(l, &fill, "INSERT INTO ");
        lower_add_name(l, &fill, v->relname, ROPE_NOWHERE);
        lower_add(l, &fill, " ");
        rope_join(&fill, q.sql);
        lower_step(l)->sql = fill;
    }
}

void ddl_view(struct lower *l, const PgQuery__ViewStmt *s) {
    struct rope r = ROPE_INIT;
    const char *now = l->now;
    long place = lower_place(l, s->view->location);
    char name[64];
    bool replaced = s->replace && exists(l, s->view->relname);
    check_new_name(l, s->view, s->replace);
    if (l->in->nested_count) {
        lower_refuse(l, place, "a view over a statement such as SEARCH or CONVERT (CREATE TABLE … AS keeps its rows)");
    }
    l->now = NULL;
    struct query q = select_node(l, s->query);
    if (l->now) {
        lower_refuse(l, place, "the time (now(), current_date) in a view");
    }
    l->now = now;
    if (replaced) {
        lower_add(l, &r, "DROP VIEW ");
        lower_add_name(l, &r, s->view->relname, place);
        lower_step(l)->sql = r;
        r = ROPE_INIT;
    }
    lower_add(l, &r, is_temporary(s->view) ? "CREATE TEMP VIEW " : "CREATE VIEW ");
    lower_add_name(l, &r, s->view->relname, place);
    for (size_t i = 0; i < q.count; i++) {
        lower_add(l, &r, i ? ", " : " (");
        lower_add_name(l, &r, output_name(l, &q, s->aliases, s->n_aliases, i), ROPE_NOWHERE);
    }
    lower_add(l, &r, ") AS /*types:"); /* which scope.c reads back */
    for (size_t i = 0; i < q.count; i++) {
        lower_add(l, &r, i ? ";" : "");
        lower_add(l, &r, arena_strdup(l->a, pgtype_declaration(q.columns[i].type, name)));
    }
    lower_add(l, &r, "*/ ");
    rope_join(&r, q.sql);
    lower_step(l)->sql = r;
}

/* ---- DROP, TRUNCATE, ALTER, indexes */

struct stored_names {
    struct lower *l;
    const char *called; /* "table", "view" or "index" */
    struct suggest near;
};

static void offer_stored(void *user, const char *name) {
    struct stored_names *n = user;
    struct err ignored = ERR_INIT;
    bool found = false;
    store_has_object(n->l->in->store, n->called, name, &found, &ignored);
    if (found) {
        suggest_offer(&n->near, name);
    }
}

static void suggest_stored(struct lower *l, const char *called, const char *name) {
    struct stored_names n = {.l = l, .called = called};
    struct err ignored = ERR_INIT;
    suggest_begin(&n.near, name);
    store_each_table(l->in->store, offer_stored, &n, &ignored);
    if (n.near.best[0]) {
        err_hint(l->e, "did you mean '%s'?", n.near.best);
    }
}

void ddl_drop(struct lower *l, const PgQuery__DropStmt *s) {
    static const struct {
        PgQuery__ObjectType type;
        const char *word, *called;
    } kinds[] = {{PG_QUERY__OBJECT_TYPE__OBJECT_TABLE, "DROP TABLE ", "table"},
                 {PG_QUERY__OBJECT_TYPE__OBJECT_VIEW, "DROP VIEW ", "view"},
                 {PG_QUERY__OBJECT_TYPE__OBJECT_INDEX, "DROP INDEX ", "index"}};
    size_t k = 0;
    while (k < 3 && kinds[k].type != s->remove_type) {
        k++;
    }
    if (k == 3) {
        lower_refuse(l, (long)l->text.at, "DROP of this kind of object");
        return;
    }
    for (size_t i = 0; i < s->n_objects; i++) {
        struct rope r = ROPE_INIT;
        const PgQuery__Node *n = s->objects[i];
        const char *name = NODE_IS(n, LIST) ? lower_string(n->list->items[n->list->n_items - 1]) : lower_string(n);
        bool found = false;
        struct err ignored = ERR_INIT;
        store_has_object(l->in->store, kinds[k].called, name, &found, &ignored);
        if (!found && exists(l, name)) {
            lower_fail(l, ERR_QUERY, -1, "\"%s\" is not a %s", name, kinds[k].called);
        }
        if (!found && s->missing_ok) {
            l->out->warning = arena_printf(l->a, "%s \"%s\" does not exist, skipping", kinds[k].called, name);
            continue;
        }
        if (!found) {
            lower_fail(l, ERR_NOT_FOUND, -1, "%s \"%s\" does not exist", kinds[k].called, name);
            suggest_stored(l, kinds[k].called, name);
        }
        if (strncasecmp(name, "thanosql_", 9) == 0) {
            lower_fail(l, ERR_QUERY, -1, "%s is the kernel's own; DELETE MODEL removes a model", name);
        }
        lower_add(l, &r, kinds[k].word);
        lower_add_name(l, &r, name, ROPE_NOWHERE);
        lower_step(l)->sql = r;
    }
}

void ddl_truncate(struct lower *l, const PgQuery__TruncateStmt *s) {
    for (size_t i = 0; i < s->n_relations; i++) {
        struct scope scope = {.sources = NULL};
        struct rope r = ROPE_INIT;
        const PgQuery__RangeVar *v = s->relations[i]->range_var;
        scope_enter(l, &scope);
        scope_stored(l, v, v->relname, true);
        scope_leave(l);
        lower_add(l, &r, "DELETE FROM ");
        lower_add_name(l, &r, v->relname, lower_place(l, v->location));
        lower_step(l)->sql = r;
        bool counts = false;
        struct err ignored = ERR_INIT;
        store_has_object(l->in->store, "table", "sqlite_sequence", &counts, &ignored);
        if (s->restart_seqs && counts) {
            r = ROPE_INIT;
            lower_add(l, &r, "DELETE FROM sqlite_sequence WHERE name = ");
            rope_add_string(l->a, &r, v->relname, strlen(v->relname), ROPE_NOWHERE);
            lower_step(l)->sql = r;
        }
    }
}

static void check_column(struct lower *l, struct source *t, const char *table, const char *name, bool wanted,
                         long place) {
    for (size_t i = 0; i < t->count; i++) {
        if (strcasecmp(t->columns[i].name, name) == 0) {
            if (!wanted) {
                lower_fail(l, ERR_EXISTS, place, "column \"%s\" of relation \"%s\" already exists", name, table);
            }
            return;
        }
    }
    if (wanted) {
        lower_fail(l, ERR_NOT_FOUND, place, "column \"%s\" of relation \"%s\" does not exist", name, table);
    }
}

void ddl_alter(struct lower *l, const PgQuery__AlterTableStmt *s) {
    struct scope scope = {.sources = NULL};
    const PgQuery__RangeVar *v = s->relation;
    long place = lower_place(l, v->location);
    if (s->missing_ok && !exists(l, v->relname)) {
        l->out->warning = arena_printf(l->a, "relation \"%s\" does not exist, skipping", v->relname);
        return;
    }
    scope_enter(l, &scope);
    struct source *t = scope_stored(l, v, v->relname, true);
    for (size_t i = 0; i < s->n_cmds; i++) {
        const PgQuery__AlterTableCmd *c = s->cmds[i]->alter_table_cmd;
        struct rope r = ROPE_INIT;
        lower_add(l, &r, "ALTER TABLE ");
        lower_add_name(l, &r, v->relname, place);
        if (c->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumn) {
            const PgQuery__ColumnDef *d = c->def->column_def;
            bool there = false;
            for (size_t k = 0; k < t->count; k++) {
                there = there || strcasecmp(t->columns[k].name, d->colname) == 0;
            }
            if (there && c->missing_ok) {
                l->out->warning = arena_printf(l->a, "column \"%s\" of relation \"%s\" already exists, skipping",
                                               d->colname, v->relname);
                continue;
            }
            check_column(l, t, v->relname, d->colname, false, lower_place(l, d->location));
            if (has_constraint(d, PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY) ||
                has_constraint(d, PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE)) {
                lower_refuse(l, lower_place(l, d->location), "adding a column that is UNIQUE or PRIMARY KEY");
            }
            lower_add(l, &r, " ADD COLUMN ");
            add_column(l, NULL, d, &r);
        } else if (c->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_DropColumn) {
            if (!c->missing_ok) {
                check_column(l, t, v->relname, c->name, true, -1);
            }
            lower_add(l, &r, " DROP COLUMN ");
            lower_add_name(l, &r, c->name, ROPE_NOWHERE);
        } else {
            lower_refuse(l, place, "this kind of ALTER TABLE (columns can be added, dropped and renamed)");
        }
        lower_step(l)->sql = r;
    }
    scope_leave(l);
}

void ddl_rename(struct lower *l, const PgQuery__RenameStmt *s) {
    struct scope scope = {.sources = NULL};
    struct rope r = ROPE_INIT;
    const PgQuery__RangeVar *v = s->relation;
    bool column = s->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN;
    if (!v || (!column && s->rename_type != PG_QUERY__OBJECT_TYPE__OBJECT_TABLE)) {
        lower_refuse(l, (long)l->text.at, "renaming this kind of object");
        return;
    }
    long place = lower_place(l, v->location);
    scope_enter(l, &scope);
    struct source *t = scope_stored(l, v, v->relname, true);
    scope_leave(l);
    lower_add(l, &r, "ALTER TABLE ");
    lower_add_name(l, &r, v->relname, place);
    if (column) {
        check_column(l, t, v->relname, s->subname, true, -1);
        check_column(l, t, v->relname, s->newname, false, -1);
        lower_add(l, &r, " RENAME COLUMN ");
        lower_add_name(l, &r, s->subname, ROPE_NOWHERE);
    } else {
        PgQuery__RangeVar to = *v;
        to.relname = s->newname;
        check_new_name(l, &to, false);
        lower_add(l, &r, " RENAME");
    }
    lower_add(l, &r, " TO ");
    lower_add_name(l, &r, s->newname, ROPE_NOWHERE);
    lower_step(l)->sql = r;
}

void ddl_index(struct lower *l, const PgQuery__IndexStmt *s) {
    struct scope scope = {.sources = NULL};
    struct rope r = ROPE_INIT, parts = ROPE_INIT;
    struct buf name = BUF_INIT;
    scope_enter(l, &scope);
    struct source *t = scope_stored(l, s->relation, s->relation->relname, true);
    for (size_t i = 0; i < t->count; i++) {
        t->columns[i].sql = ROPE_INIT;
        lower_add_name(l, &t->columns[i].sql, t->columns[i].name, ROPE_NOWHERE);
    }
    buf_str(&name, s->relation->relname);
    for (size_t i = 0; i < s->n_index_params; i++) {
        const PgQuery__IndexElem *x = s->index_params[i]->index_elem;
        lower_add(l, &parts, i ? ", " : "(");
        if (x->expr) {
            rope_join(&parts, expr_lower(l, x->expr).sql);
        } else {
            rope_join(&parts, scope_column(l, NULL, x->name, lower_place(l, s->relation->location)).sql);
        }
        buf_printf(&name, "_%s", x->expr ? "expr" : x->name);
        lower_add(l, &parts, x->ordering == PG_QUERY__SORT_BY_DIR__SORTBY_DESC ? " DESC" : "");
    }
    lower_add(l, &parts, ")");
    if (s->where_clause) {
        lower_add(l, &parts, " WHERE ");
        rope_join(&parts, expr_bool(l, s->where_clause, "WHERE").sql);
    }
    scope_leave(l);
    if (strcmp(s->access_method, "hnsw") == 0 || strcmp(s->access_method, "ivfflat") == 0) {
        l->out->warning = "searches are exact here and need no index; none was made";
        buf_release(&name);
        return;
    }
    lower_add(l, &r, s->unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ");
    lower_add(l, &r, s->if_not_exists ? "IF NOT EXISTS " : "");
    buf_str(&name, "_idx");
    const char *index = s->idxname && *s->idxname ? s->idxname : arena_strdup(l->a, buf_text(&name));
    bool found = false;
    struct err ignored = ERR_INIT;
    store_has_object(l->in->store, "index", index ? index : "", &found, &ignored);
    if ((found || exists(l, index ? index : "")) && !s->if_not_exists) {
        lower_fail(l, ERR_EXISTS, -1, "relation \"%s\" already exists", index);
    }
    buf_release(&name);
    lower_add_name(l, &r, index ? index : "", ROPE_NOWHERE);
    lower_add(l, &r, " ON ");
    lower_add_name(l, &r, s->relation->relname, lower_place(l, s->relation->location));
    lower_add(l, &r, " ");
    rope_join(&r, parts);
    lower_step(l)->sql = r;
}
