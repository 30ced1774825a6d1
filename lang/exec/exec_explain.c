/* EXPLAIN of a search: the statement is run, its rows are counted, and what was done is the result. */
#include "lang/exec/search.h"
#include "lang/exec/statements.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

static enum err_code count_rows(struct context *c, struct relation *r, struct span span, size_t *out, struct err *e) {
    struct store_query *q = NULL;
    bool row = false;
    *out = 0;
    if (relation_prepare(c, r, span, &q, e) == ERR_OK) {
        while (store_step(q, &row, e) == ERR_OK && row && context_check(c, e) == ERR_OK) {
            ++*out;
        }
    }
    store_finish(q);
    return e->code;
}

/* The rows that the plain way scores: those of the innermost search's query. */
static enum err_code count_scanned(struct context *c, const struct query *q, size_t *out, struct err *e) {
    const struct nested *n = q->nested;
    while (n && n->statement->query.nested) {
        n = n->statement->query.nested;
    }
    struct relation r = RELATION_INIT;
    if (n && relation_add_query(c, &r, &n->statement->query, e) == ERR_OK) {
        count_rows(c, &r, q->span, out, e);
    }
    relation_release(c, &r);
    return e->code;
}

static void show(struct context *c, const char *item, const char *text, size_t number) {
    char digits[24];
    snprintf(digits, sizeof digits, "%zu", number);
    const char *shown = text ? text : digits;
    const struct value values[2] = {{.type = VALUE_TEXT, .text = item, .length = strlen(item)},
                                    {.type = VALUE_TEXT, .text = shown, .length = strlen(shown)}};
    c->out->table_row(c->out->user, values);
}

enum err_code run_explain(struct context *c, const struct statement *s, struct err *e) {
    static const struct column columns[2] = {{.name = "item", .type = VALUE_TEXT},
                                             {.name = "value", .type = VALUE_TEXT}};
    struct trace trace = {.plan = NULL};
    struct relation r = RELATION_INIT;
    size_t rows = 0;
    char seconds[32];
    double began = clock_now();
    c->trace = &trace;
    if (relation_add_query(c, &r, &s->query, e) == ERR_OK) {
        count_rows(c, &r, s->query.span, &rows, e);
    }
    c->trace = NULL;
    snprintf(seconds, sizeof seconds, "%.3f ms", (clock_now() - began) * 1e3);
    relation_release(c, &r);
    if (e->code == ERR_OK && !trace.narrowed) {
        trace.plan =
            trace.scanned ? "every row from the store, as the matrix did not suffice" : "every row from the store";
        count_scanned(c, &s->query, &trace.fetched, e);
        trace.scanned += trace.fetched;
        trace.scored += trace.fetched;
    }
    if (e->code == ERR_OK) {
        c->out->table_begin(c->out->user, columns, 2);
        show(c, "plan", trace.plan, 0);
        show(c, "rows scanned", NULL, trace.scanned);
        show(c, "rows scored exactly", NULL, trace.scored);
        show(c, "rows read from the store", NULL, trace.fetched);
        show(c, "rows of the result", NULL, rows);
        show(c, "time", seconds, 0);
        c->out->table_end(c->out->user);
    }
    return e->code;
}
