/* Transactions, EXPLAIN, SHOW and SET. */
#include "lang/sql/lower.h"

#include "base/suggest.h"
#include "lang/store/store.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void one(struct lower *l, const char *sql, const char *name) {
    struct rope r = ROPE_INIT;
    lower_add(l, &r, sql);
    if (name) {
        lower_add_name(l, &r, name, ROPE_NOWHERE);
    }
    lower_step(l)->sql = r;
}

void utility_transaction(struct lower *l, const PgQuery__TransactionStmt *s) {
    bool open = store_in_transaction(l->in->store);
    l->out->control = true;
    switch (s->kind) {
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START:
        if (open) {
            l->out->warning = "there is already a transaction in progress";
        } else {
            one(l, "BEGIN", NULL);
        }
        break;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK:
        if (!open) {
            l->out->warning = "there is no transaction in progress";
        } else {
            one(l, s->kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT ? "COMMIT" : "ROLLBACK", NULL);
        }
        break;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_SAVEPOINT:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_RELEASE:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_TO:
        if (!open) {
            lower_fail(l, ERR_QUERY, -1, "%s can only be used in transaction blocks",
                       s->kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_SAVEPOINT ? "SAVEPOINT"
                       : s->kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_RELEASE ? "RELEASE SAVEPOINT"
                                                                                        : "ROLLBACK TO SAVEPOINT");
        }
        one(l,
            s->kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_SAVEPOINT ? "SAVEPOINT "
            : s->kind == PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_RELEASE ? "RELEASE "
                                                                             : "ROLLBACK TO ",
            s->savepoint_name);
        break;
    default:
        lower_refuse(l, (long)l->text.at, "a transaction in two phases");
    }
}

/* VACUUM and ANALYZE: of one table or all, SQLite's do the whole store. */
void utility_vacuum(struct lower *l, const PgQuery__VacuumStmt *s) {
    struct scope scope = {.sources = NULL};
    scope_enter(l, &scope);
    for (size_t i = 0; i < s->n_rels; i++) {
        const PgQuery__RangeVar *v = s->rels[i]->vacuum_relation->relation;
        scope_stored(l, v, v->relname, true);
    }
    scope_leave(l);
    l->out->control = true;
    one(l, s->is_vacuumcmd ? "VACUUM" : "ANALYZE", NULL);
}

void utility_explain(struct lower *l, const PgQuery__ExplainStmt *s) {
    for (size_t i = 0; i < s->n_options; i++) {
        if (strcmp(s->options[i]->def_elem->defname, "analyze") == 0) {
            lower_refuse(l, (long)l->text.at, "EXPLAIN ANALYZE");
        }
    }
    statement_lower_node(l, s->query);
    if (!l->out->steps || l->out->steps->next) {
        lower_refuse(l, (long)l->text.at, "EXPLAIN of this statement");
        return;
    }
    struct rope r = ROPE_INIT;
    lower_add(l, &r, "EXPLAIN QUERY PLAN ");
    rope_join(&r, l->out->steps->sql);
    l->out->steps->sql = r;
    l->out->columns = NULL;
    l->out->count = 0;
    l->out->query = false;
}

/* What can be asked for. Those with a value that is fixed may be set to that value alone; the others say something
 * about a server that is not there, and setting them changes nothing. */
static const struct setting {
    const char *name, *value;
    bool fixed;
} settings[] = {
    {"application_name", "thanosql", false},
    {"bytea_output", "hex", true},
    {"client_encoding", "UTF8", true},
    {"client_min_messages", "notice", false},
    {"datestyle", "ISO, MDY", true},
    {"default_transaction_isolation", "serializable", false},
    {"extra_float_digits", "1", false},
    {"integer_datetimes", "on", true},
    {"intervalstyle", "postgres", true},
    {"is_superuser", "on", true},
    {"lc_collate", "C", true},
    {"lc_ctype", "C.UTF-8", true},
    {"lock_timeout", "0", false},
    {"maintenance_work_mem", "64MB", false},
    {"max_connections", "100", true},
    {"search_path", "\"$user\", public", false},
    {"server_encoding", "UTF8", true},
    {"server_version", "15.1", true},
    {"server_version_num", "150001", true},
    {"session_authorization", "thanosql", true},
    {"standard_conforming_strings", "on", true},
    {"statement_timeout", "0", false},
    {"timezone", "UTC", true},
    {"transaction_isolation", "serializable", false},
    {"work_mem", "4MB", false},
};

static const struct setting *find_setting(struct lower *l, const char *name) {
    struct suggest near;
    suggest_begin(&near, name);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        if (strcasecmp(settings[i].name, name) == 0) {
            return &settings[i];
        }
        suggest_offer(&near, settings[i].name);
    }
    lower_fail(l, ERR_NOT_FOUND, -1, "unrecognized configuration parameter \"%s\"", name);
    if (near.best[0]) {
        err_hint(l->e, "did you mean %s?", near.best);
    }
    err_hint(l->e,
             "settings of this kernel have a thanosql. before them, as thanosql.max_rows; SHOW thanosql lists them");
    return NULL;
}

void utility_show(struct lower *l, const PgQuery__VariableShowStmt *s) {
    const struct setting *x = find_setting(l, s->name);
    struct rope r = ROPE_INIT;
    struct sql_column *column = arena_alloc(l->a, sizeof *column);
    if (!x || !column) {
        return;
    }
    *column = (struct sql_column){.name = x->name, .type = PGTYPE(PG_TEXT), .computed = true};
    lower_add(l, &r, "SELECT ");
    rope_add_string(l->a, &r, x->value, strlen(x->value), ROPE_NOWHERE);
    lower_add(l, &r, " AS ");
    lower_add_name(l, &r,
                   strcmp(x->name, "timezone") == 0    ? "TimeZone"
                   : strcmp(x->name, "datestyle") == 0 ? "DateStyle"
                                                       : x->name,
                   ROPE_NOWHERE);
    lower_step(l)->sql = r;
    l->out->columns = column;
    l->out->count = 1;
}

static const char *set_value(const PgQuery__VariableSetStmt *s) {
    const PgQuery__Node *n = s->n_args == 1 ? s->args[0] : NULL;
    return NODE_IS(n, A_CONST) && n->a_const->val_case == PG_QUERY__A__CONST__VAL_SVAL ? n->a_const->sval->sval : "";
}

void utility_set(struct lower *l, const PgQuery__VariableSetStmt *s) {
    bool sets = s->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_SET_VALUE;
    if (s->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_SET_MULTI ||
        s->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL) {
        return; /* SET TRANSACTION …: transactions are serializable */
    }
    const struct setting *x = find_setting(l, s->name);
    if (x && x->fixed && sets && strcasecmp(set_value(s), x->value) != 0 &&
        !(strcmp(x->name, "client_encoding") == 0 && strcasecmp(set_value(s), "UTF-8") == 0) &&
        !(strcmp(x->name, "datestyle") == 0 && strncasecmp(set_value(s), "ISO", 3) == 0) &&
        !(strcmp(x->name, "timezone") == 0 && strcasecmp(set_value(s), "GMT") == 0)) {
        lower_refuse(l, (long)l->text.at, "%s other than %s", x->name, x->value);
    }
}
