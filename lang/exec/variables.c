/* Variables are few, so a list does. Results are tables of the temporary schema, under the variable's own name. */
#include "lang/exec/variables.h"

#include "lang/exec/notebook.h"
#include "lang/exec/result_table.h"
#include "lang/exec/statements.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void variable_free(struct variable *v) {
    free(v->name);
    free(v->text);
    free(v);
}

void variables_release(struct variables *v) {
    while (v->first) {
        struct variable *next = v->first->next;
        variable_free(v->first);
        v->first = next;
    }
    last_result_release(&v->last);
}

const struct variable *variables_find(const struct variables *v, const char *name, size_t len) {
    const struct variable *found = v->first;
    while (found && (strlen(found->name) != len || strncasecmp(found->name, name, len) != 0)) {
        found = found->next;
    }
    return found;
}

static void forget(struct variables *v, const char *name) {
    for (struct variable **at = &v->first; *at; at = &(*at)->next) {
        if (strcasecmp((*at)->name, name) == 0) {
            struct variable *gone = *at;
            *at = gone->next;
            variable_free(gone);
            return;
        }
    }
}

enum err_code variables_set(struct variables *v, const char *name, const char *text, struct err *e) {
    struct variable *made = calloc(1, sizeof *made);
    if (made) {
        made->name = strdup(name);
        made->text = text ? strdup(text) : NULL;
    }
    if (!made || !made->name || (text && !made->text)) {
        if (made) {
            variable_free(made);
        }
        return err_nomem(e);
    }
    forget(v, name);
    made->next = v->first;
    v->first = made;
    return ERR_OK;
}

void variables_sweep(struct context *c) {
    struct variables *v = &c->notebook->variables;
    for (struct variable *at = v->first, *next; at; at = next) {
        bool there = true, hides = false;
        struct err ignored = ERR_INIT;
        next = at->next;
        if (at->text || store_has_temporary(c->store, at->name, &there, &ignored) != ERR_OK ||
            store_has_table(c->store, at->name, &hides, &ignored) != ERR_OK) {
            continue;
        }
        if (there && hides) {
            result_table_drop(c, at->name);
            context_warn(c, "Warning: the table %s has taken the place of the variable of that name.", at->name);
        }
        if (!there || hides) {
            forget(v, at->name);
        }
    }
}

static enum err_code check_name(struct context *c, const struct name *into, struct err *e) {
    bool taken = false;
    if (store_has_table(c->store, into->text, &taken, e) == ERR_OK && taken) {
        err_set(e, ERR_EXISTS, "the workspace has a table named '%s', which the variable would hide", into->text);
        err_hint(e, "choose another name");
        return context_at(e, into->span);
    }
    if (strncmp(into->text, "thanosql_", 9) == 0 || strncmp(into->text, "sqlite_", 7) == 0 ||
        strcmp(into->text, "_") == 0) {
        err_set(e, ERR_VALUE, "'%.60s' is a name that the kernel uses itself", into->text);
        err_hint(e, "choose another name");
        return context_at(e, into->span);
    }
    return e->code;
}

/* The rows are gathered under a name of our own, for the query may read the variable's old table. */
static enum err_code take_name(struct context *c, const char *from, const char *name, struct err *e) {
    struct buf sql = BUF_INIT;
    result_table_drop(c, name);
    buf_str(&sql, "ALTER TABLE temp.");
    store_add_identifier(&sql, from);
    buf_str(&sql, " RENAME TO ");
    store_add_identifier(&sql, name);
    if (!buf_ok(&sql)) {
        err_nomem(e);
    } else if (store_run(c->store, sql.data, e) == ERR_OK) {
        variables_set(&c->notebook->variables, name, NULL, e);
    }
    buf_release(&sql);
    e->has_span = 0;
    return e->code;
}

enum err_code variables_keep(struct context *c, const struct statement *s, struct err *e) {
    struct relation r = RELATION_INIT;
    struct store_query *q = NULL;
    char *own = arena_printf(c->arena, "thanosql_kept_%d", ++c->temporaries);
    if (!own) {
        return err_nomem(e);
    }
    if (check_name(c, &s->into, e) != ERR_OK) {
        return e->code;
    }
    if (s->kind == STATEMENT_SQL) {
        relation_add_query(c, &r, &s->query, e);
    } else {
        statement_lower(c, s, &r, e);
    }
    if (e->code == ERR_OK && relation_prepare(c, &r, s->span, &q, e) == ERR_OK) {
        if (store_column_count(q) == 0) {
            err_set(e, ERR_SYNTAX, "the statement returns no table to be kept as %s", s->into.text);
            err_hint(e, "run it without the name");
            context_at(e, s->into.span);
        } else if (result_table_fill(c, q, own, e) != ERR_OK) {
            context_at(e, s->span);
        }
    }
    store_finish(q);
    relation_release(c, &r);
    if (e->code == ERR_OK) {
        take_name(c, own, s->into.text, e);
    } else {
        result_table_drop(c, own);
    }
    return e->code;
}

enum err_code variables_show(struct context *c, const struct statement *s, struct err *e) {
    const struct variable *v = variables_find(&c->notebook->variables, s->name.text, strlen(s->name.text));
    struct relation r = RELATION_INIT;
    if (v && v->text) {
        context_say(c, v->text);
        return ERR_OK;
    }
    buf_str(&r.sql, "SELECT * FROM temp.");
    store_add_identifier(&r.sql, s->name.text);
    statement_show(c, &r, s->span, e);
    relation_release(c, &r);
    return e->code;
}
