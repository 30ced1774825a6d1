/* A statement's way through lang/sql, and the small things that every part of it does. */
#include "lang/sql/lower.h"

#include "lang/store/store.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DEEPEST 400 /* of what nests in a tree; each level takes about 2 KiB of stack */

long lower_place(const struct lower *l, long location) {
    return check_place(&l->text, location);
}

bool lower_failed(const struct lower *l) {
    return l->e->code != ERR_OK;
}

/* Bytes of the user's word at `place`. */
static size_t word_length(const struct lower *l, long place) {
    const char *code = l->in->code;
    size_t at = (size_t)place, end = l->in->at + l->in->len, n = at;
    if (n < end && (code[n] == '\'' || code[n] == '"')) {
        const char *close = memchr(code + n + 1, code[n], end - n - 1);
        return close ? (size_t)(close - code) + 1 - at : 1;
    }
    while (n < end && (code[n] == '_' || code[n] == '.' || (code[n] >= '0' && code[n] <= '9') ||
                       ((code[n] | 32) >= 'a' && (code[n] | 32) <= 'z') || (unsigned char)code[n] >= 0x80)) {
        n++;
    }
    if (n == at) {
        n += strspn(code + n, "+-*/<>=~!@#%^&|`?:") ? strspn(code + n, "+-*/<>=~!@#%^&|`?:") : 1;
    }
    return n - at;
}

static void fail(struct lower *l, enum err_code code, long place, const char *format, va_list args) {
    char message[sizeof l->e->message];
    if (lower_failed(l)) {
        return;
    }
    vsnprintf(message, sizeof message, format, args);
    err_set(l->e, code, "%s", message);
    if (place >= 0) {
        err_at(l->e, (size_t)place, word_length(l, place));
    }
}

void lower_fail(struct lower *l, enum err_code code, long place, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fail(l, code, place, format, args);
    va_end(args);
}

void lower_refuse(struct lower *l, long place, const char *format, ...) {
    char what[200];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    lower_fail(l, ERR_UNSUPPORTED, place, "%s is not supported here", what);
}

const char *lower_name(struct lower *l, const char *stem) {
    const char *name = arena_printf(l->a, "_%s%d", stem, ++l->counter);
    return name ? name : "";
}

bool lower_enter(struct lower *l) {
    if (l->depth >= DEEPEST) {
        lower_fail(l, ERR_SYNTAX, -1, "this statement nests too deeply (more than %d levels)", DEEPEST);
        return false;
    }
    if (stop_requested(store_stop(l->in->store))) {
        err_interrupt(l->e);
        return false;
    }
    l->depth++;
    return true;
}

void lower_leave(struct lower *l) {
    l->depth--;
}

struct sql_step *lower_step(struct lower *l) {
    static struct sql_step nowhere;
    struct sql_step *step = arena_alloc(l->a, sizeof *step), **tail = &l->out->steps;
    if (!step) {
        nowhere = (struct sql_step){.next = NULL};
        return &nowhere;
    }
    while (*tail) {
        tail = &(*tail)->next;
    }
    return *tail = step;
}

const char *lower_string(const PgQuery__Node *n) {
    return NODE_IS(n, STRING) && n->string->sval ? n->string->sval : "";
}

void lower_add(struct lower *l, struct rope *r, const char *text) {
    rope_add(l->a, r, text, ROPE_NOWHERE);
}

void lower_add_name(struct lower *l, struct rope *r, const char *name, long place) {
    rope_add_identifier(l->a, r, name, place);
}

static void lower_query(struct lower *l, const PgQuery__SelectStmt *s) {
    if (s->into_clause) {
        PgQuery__Node node = PG_QUERY__NODE__INIT;
        PgQuery__SelectStmt select = *s;
        PgQuery__CreateTableAsStmt create = PG_QUERY__CREATE_TABLE_AS_STMT__INIT;
        select.into_clause = NULL;
        node.node_case = PG_QUERY__NODE__NODE_SELECT_STMT;
        node.select_stmt = &select;
        create.query = &node;
        create.into = s->into_clause;
        ddl_create_as(l, &create);
        return;
    }
    struct query q = select_lower(l, s);
    lower_step(l)->sql = q.sql;
    l->out->columns = q.columns;
    l->out->count = q.count;
    l->out->query = true;
}

/* The words of a statement that is not among ours. */
static void refuse_statement(struct lower *l) {
    char words[64];
    size_t n = 0, spaces = 0;
    const char *text = l->text.text;
    while (n + 1 < sizeof words && text[n] && (text[n] != ' ' || ++spaces < 2) && text[n] != '\n' && text[n] != '(') {
        words[n] = text[n];
        n++;
    }
    words[n] = '\0';
    lower_refuse(l, (long)l->text.at, "%s", words);
}

void statement_lower_node(struct lower *l, const PgQuery__Node *n) {
    switch (n->node_case) {
    case PG_QUERY__NODE__NODE_SELECT_STMT:
        lower_query(l, n->select_stmt);
        break;
    case PG_QUERY__NODE__NODE_INSERT_STMT:
        dml_insert(l, n->insert_stmt);
        break;
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
        dml_update(l, n->update_stmt);
        break;
    case PG_QUERY__NODE__NODE_DELETE_STMT:
        dml_delete(l, n->delete_stmt);
        break;
    case PG_QUERY__NODE__NODE_CREATE_STMT:
        ddl_create(l, n->create_stmt);
        break;
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
        ddl_create_as(l, n->create_table_as_stmt);
        break;
    case PG_QUERY__NODE__NODE_VIEW_STMT:
        ddl_view(l, n->view_stmt);
        break;
    case PG_QUERY__NODE__NODE_DROP_STMT:
        ddl_drop(l, n->drop_stmt);
        break;
    case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
        ddl_truncate(l, n->truncate_stmt);
        break;
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
        ddl_alter(l, n->alter_table_stmt);
        break;
    case PG_QUERY__NODE__NODE_RENAME_STMT:
        ddl_rename(l, n->rename_stmt);
        break;
    case PG_QUERY__NODE__NODE_INDEX_STMT:
        ddl_index(l, n->index_stmt);
        break;
    case PG_QUERY__NODE__NODE_TRANSACTION_STMT:
        utility_transaction(l, n->transaction_stmt);
        break;
    case PG_QUERY__NODE__NODE_VACUUM_STMT:
        utility_vacuum(l, n->vacuum_stmt);
        break;
    case PG_QUERY__NODE__NODE_EXPLAIN_STMT:
        utility_explain(l, n->explain_stmt);
        break;
    case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT:
        utility_set(l, n->variable_set_stmt);
        break;
    case PG_QUERY__NODE__NODE_VARIABLE_SHOW_STMT:
        utility_show(l, n->variable_show_stmt);
        break;
    default:
        refuse_statement(l);
    }
}

/* The statement's text with TABLE n in place of the nth nested statement, in as many bytes. */
static enum err_code blank_nested(struct lower *l, struct err *e) {
    const struct sql_input *in = l->in;
    const char *nul = memchr(in->code + in->at, '\0', in->len);
    char *text = arena_strndup(l->a, in->code + in->at, in->len);
    if (nul) {
        err_set(e, ERR_SYNTAX, "the SQL has a NUL character");
        return err_at(e, (size_t)(nul - in->code), 1);
    }
    if (!text) {
        return err_nomem(e);
    }
    for (size_t i = 0; i < in->nested_count; i++) {
        char stand_in[32];
        size_t at = in->nested[i].at - in->at;
        int n = snprintf(stand_in, sizeof stand_in, "TABLE \"%zu", i + 1);
        if ((size_t)n + 1 > in->nested[i].len) {
            return err_set(e, ERR_UNSUPPORTED, "too many statements stand inside this one");
        }
        memset(text + at, ' ', in->nested[i].len);
        memcpy(text + at, stand_in, (size_t)n);
        text[at + (size_t)n] = '"';
    }
    check_blank_comments(text, in->len);
    l->text = (struct check_text){.text = text, .len = in->len, .at = in->at};
    return ERR_OK;
}

enum err_code sql_lower(const struct sql_input *in, struct sql_output *out, struct err *e) {
    struct lower l = {.in = in, .a = in->arena, .e = e, .out = out};
    PgQuery__Node *tree = NULL;
    *out = (struct sql_output){.steps = NULL};
    if (blank_nested(&l, e) != ERR_OK || check_parse(l.a, &l.text, &tree, e) != ERR_OK) {
        return e->code;
    }
    statement_lower_node(&l, tree);
    return e->code == ERR_OK && arena_failed(l.a) ? err_nomem(e) : e->code;
}
