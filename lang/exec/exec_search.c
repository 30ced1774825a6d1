/* SEARCH IMAGE lowers to an expression over its query; nothing is copied:
 *   SELECT q.*, similarity(q.<vectors>, ?1) AS <model>_<base>_similarity1 FROM (<query>) AS q
 * With search_by the rows come best first, top_k of them, as from version 1.0.4 of the language on. Where the query is
 * a stored column, shortcut.c answers from memory; what is no expression of a row is in search_rows.c. With
 * Color_Descriptor scores are distances. */
#include "lang/exec/search.h"

#include "lang/exec/dialect.h"
#include "lang/exec/embedder.h"
#include "lang/exec/models.h"
#include "lang/exec/shortcut.h"
#include "lang/exec/statements.h"

#include <string.h>
#include <strings.h>

static const struct option *given(const struct search *x, const char *name) {
    return options_find(&search_options, x->statement->options, name);
}

static bool is(const char *text, const char *wanted) {
    return text && strcmp(text, wanted) == 0;
}

static bool without_input(const struct search *x) {
    return is(x->set.search_by, "each") || is(x->set.search_by, "duplicates");
}

/* What other models than ours searched by. */
static enum err_code check_medium(struct context *c, struct search *x, struct err *e) {
    static const char *const others[] = {"text", "audio", "video"};
    const struct option *o = given(x, "search_by");
    if (strcmp(x->statement->word, "image") != 0) {
        return statement_not_built(c, x->statement, "SEARCH IMAGE is built, which finds pictures by pictures", e);
    }
    for (size_t i = 0; o && o->value.text && i < sizeof others / sizeof *others; i++) {
        if (strcasecmp(o->value.text, others[i]) == 0) {
            if (embedder_find(c, &x->statement->base, &x->model, e) != ERR_OK) {
                return e->code;
            }
            err_set(e, ERR_UNSUPPORTED, "a SimCLR model searches by images, not by %s", others[i]);
            err_hint(e, "OPTIONS (%s='image', search_input='path of a picture')", o->key);
            return context_at(e, o->value.span);
        }
    }
    return ERR_OK;
}

static enum err_code find_input(struct context *c, struct search *x, struct err *e) {
    const struct statement *s = x->statement;
    const struct option *clause = s->inputs;
    if (clause && strcmp(clause->key, "images") != 0 && strcmp(clause->key, "image") != 0) {
        if (embedder_find(c, &s->base, &x->model, e) != ERR_OK) {
            return e->code;
        }
        err_set(e, ERR_OPTION, "a SimCLR model searches by images, not by %s", clause->key);
        err_hint(e, "SEARCH IMAGE images='path of a picture' USING %s AS …", s->base.text);
        return context_at(e, clause->key_span);
    }
    if (clause && clause->next) {
        err_set(e, ERR_OPTION, "only one input clause is possible; several pictures go in a list: images=['a', 'b']");
        return context_at(e, clause->next->key_span);
    }
    if (clause && x->set.search_input.kind != LITERAL_NONE) {
        err_set(e, ERR_OPTION, "the pictures are given twice: %s=… and search_input=…", clause->key);
        return context_at(e, clause->key_span);
    }
    x->by_clause = clause != NULL;
    x->input = clause ? &clause->value : &x->set.search_input;
    bool there = x->input->kind != LITERAL_NONE;
    if (there && without_input(x)) {
        err_set(e, ERR_OPTION, "search_by='%s' searches with the rows themselves, and takes no input",
                x->set.search_by);
        return context_at(e, x->input->span);
    }
    if (clause && x->set.search_by && strcmp(x->set.search_by, "image") != 0) {
        err_set(e, ERR_OPTION, "%s=… searches by pictures, and search_by says '%s'", clause->key, x->set.search_by);
        err_hint(e, "write search_input=… in OPTIONS instead");
        return context_at(e, clause->key_span);
    }
    if (!there && !without_input(x)) {
        err_set(e, ERR_SYNTAX, "SEARCH IMAGE needs a picture to search with");
        err_hint(e, "SEARCH IMAGE images='path of a picture' USING %s AS …", s->base.text);
        return context_at(e, s->verb);
    }
    x->input = there ? x->input : NULL;
    return ERR_OK;
}

/* Options that say something only about other kinds of searches. */
static enum err_code check_options(const struct search *x, struct err *e) {
    bool several = x->input && x->input->kind == LITERAL_LIST && x->input->count > 1;
    const struct {
        const char *option;
        bool fits;
        const char *why;
    } rules[] = {
        {"combine", x->input != NULL, "there are no inputs to combine"},
        {"weights", x->input != NULL, "there are no inputs to weigh"},
        {"weights", !is(x->set.combine, "none"), "combine='none' gives each input a score of its own"},
        {"percentile", !search_makes_rows(x), "it is for scores of single rows that are cosines"},
        {"rerank", x->input != NULL, "there is no input whose answer could be ranked again"},
        {"rerank",
         !several || is(x->set.combine, "mean") || given(x, "weights") || is(x->set.rerank, "none") ||
             is(x->set.search_by, "vector"),
         "several inputs have a score each; combine='mean' makes one of them"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        const struct option *o = given(x, rules[i].option);
        if (o && !rules[i].fits) {
            err_set(e, ERR_OPTION, "option %s does not go with this search: %s", rules[i].option, rules[i].why);
            return context_at(e, o->key_span);
        }
    }
    return ERR_OK;
}

/* What is searched with must be as long as what is stored, where the column says how long that is. */
static enum err_code check_length(const struct search *x, struct column vectors, struct err *e) {
    struct pgtype type;
    if (!x->dimension || !vectors.declared || !pgtype_of_declaration(vectors.declared, false, &type) ||
        type.base != PG_VECTOR || !type.precision || (size_t)type.precision == x->dimension) {
        return ERR_OK;
    }
    bool numbers = is(x->set.search_by, "vector");
    err_set(e, ERR_VALUE, "the vectors in column '%s' have %d numbers, and %s %zu", vectors.name, type.precision,
            numbers ? "search_input has" : "those of the model", x->dimension);
    if (!numbers) {
        err_hint(e, "emb_col names the column; CONVERT USING %s makes one", x->model.name);
    }
    return context_at(e, numbers ? x->input->span : x->statement->base.span);
}

/* The column of vectors in the inner query. */
static enum err_code find_vectors(struct context *c, struct search *x, const struct store_query *q, struct err *e) {
    const struct statement *s = x->statement;
    const char *const wanted[] = {x->set.emb_col ? x->set.emb_col : x->own_column, x->own_column, "convert_result"};
    int found = -1;
    for (size_t i = 0; i < 3 && found < 0; i++) {
        /* A name that was given is a mistake when it is not there, but for the two names CONVERT gives by itself. */
        bool may = i == 0 || !x->set.emb_col || strcmp(x->set.emb_col, "convert_result") == 0;
        found = may ? relation_find_column(q, wanted[i]) : -1;
    }
    if (found < 0 && !x->set.emb_col) {
        found = models_find_vectors(c, &x->model, q);
    }
    if (found < 0) {
        const struct option *o = given(x, "emb_col");
        if (o) {
            relation_no_column(q, NULL, wanted[0], e);
        }
        err_set(e, ERR_NOT_FOUND, "the query has no column '%s' with vectors of model %s", wanted[0], x->model.name);
        err_hint(e, "make it first: CONVERT USING %s OPTIONS (table_name='…') AS SELECT * FROM …", x->model.name);
        return context_at(e, o ? o->value.span : s->query.span);
    }
    models_check_vectors(c, &x->model, q, (size_t)found);
    if (check_length(x, store_column(q, (size_t)found), e) != ERR_OK) {
        return e->code;
    }
    x->vectors = arena_strdup(c->arena, store_column(q, (size_t)found).name);
    return x->vectors ? ERR_OK : err_nomem(e);
}

static enum err_code note_columns(struct context *c, struct search *x, const struct store_query *q, struct err *e) {
    x->column_count = store_column_count(q);
    x->columns = arena_alloc(c->arena, x->column_count * sizeof *x->columns);
    for (size_t i = 0; x->columns && i < x->column_count; i++) {
        x->columns[i] = arena_strdup(c->arena, store_column(q, i).name);
    }
    return arena_failed(c->arena) ? err_nomem(e) : ERR_OK;
}

/* The columns that are needed, among those of the inner query. */
static enum err_code find_columns(struct context *c, struct search *x, struct relation *inner, struct err *e) {
    struct store_query *q = NULL;
    int path = 0;
    bool needed = is(x->set.search_by, "row") || is(x->set.search_by, "each");
    if (relation_describe(c, inner, x->statement->query.span, &q, e) != ERR_OK) {
        return e->code;
    }
    if (find_vectors(c, x, q, e) == ERR_OK && note_columns(c, x, q, e) == ERR_OK && needed &&
        relation_image_column(q, x->set.image_col, given(x, "image_col"), x->statement->query.span, &path, e) ==
            ERR_OK) {
        x->path = arena_strdup(c->arena, store_column(q, (size_t)path).name);
        if (!x->path) {
            err_nomem(e);
        }
    }
    store_finish(q);
    return e->code;
}

static enum err_code name_results(struct context *c, struct search *x, struct err *e) {
    bool by_model = dialect_says(dialect_now(c)->model_columns, x->by_clause && !x->set.emb_col);
    bool named = x->set.result_col != NULL, plain = named || !by_model;
    const char *stem = named ? x->set.result_col : "search_result";
    size_t count = x->count ? x->count : 1;
    x->names = arena_alloc(c->arena, count * sizeof *x->names);
    for (size_t i = 0; x->names && i < count; i++) {
        x->names[i] = !plain       ? arena_printf(c->arena, "%s_similarity%zu", x->own_column, i + 1)
                      : count == 1 ? stem
                                   : arena_printf(c->arena, "%s%zu", stem, i + 1);
        if (!x->names[i]) {
            return err_nomem(e);
        }
    }
    return x->names ? ERR_OK : err_nomem(e);
}

/* Of distances there are only scores, not what is reckoned from cosines. */
static enum err_code check_distance(const struct search *x, struct err *e) {
    static const char *const cosines[] = {"rerank", "percentile"};
    const struct option *o = without_input(x) ? given(x, "search_by") : NULL;
    for (size_t i = 0; !o && i < sizeof cosines / sizeof *cosines; i++) {
        o = given(x, cosines[i]);
    }
    if (x->distance && o) {
        err_set(e, ERR_OPTION, "%s does not go with %s, whose scores are distances", o->key, x->model.class_name);
        return context_at(e, o->key_span);
    }
    return ERR_OK;
}

/* Until version 1.0.4 of the language all rows stayed in their order, then the best came first; 'search_input_type' is
 * the spelling of before. */
static void find_order(const struct context *c, struct search *x) {
    const struct option *by = given(x, "search_by");
    bool older = x->by_clause || (by && strcmp(by->key, "search_input_type") == 0);
    bool best = dialect_says(dialect_now(c)->best_first, !older);
    x->top = x->set.top_k >= 0 ? x->set.top_k : best && !without_input(x) ? 1000 : 0;
    x->ordered = best || x->top > 0;
}

enum err_code search_open(struct context *c, const struct statement *s, struct search *x, struct relation *inner,
                          struct err *e) {
    *x = (struct search){.statement = s, .set = {.top_k = -1, .threshold = -2}};
    if (check_medium(c, x, e) != ERR_OK || options_apply(c, &search_options, s->options, &x->set, e) != ERR_OK ||
        find_input(c, x, e) != ERR_OK || check_options(x, e) != ERR_OK ||
        exec_check_new_table(c, &search_options, s->options, &x->set.table_name, e) != ERR_OK) {
        return e->code;
    }
    if (dialect_says(dialect_now(c)->announces, x->by_clause)) {
        context_say(c, "Searching...");
    }
    find_order(c, x);
    if (search_read_inputs(c, x, e) != ERR_OK) {
        return e->code;
    }
    x->distance = !embedder_is_learnt(&x->model);
    x->own_column = embedder_column(c, &x->model);
    if (!x->own_column) {
        return err_nomem(e);
    }
    if (check_distance(x, e) == ERR_OK && relation_add_query(c, inner, &s->query, e) == ERR_OK &&
        find_columns(c, x, inner, e) == ERR_OK && search_read_rows(c, x, inner, e) == ERR_OK) {
        name_results(c, x, e);
    }
    return e->code;
}

/* Whether the search itself makes a column of that name. */
static bool makes(const struct search *x, const char *const *others, const char *name) {
    bool made = false;
    for (size_t i = 0; i < (x->count ? x->count : 1); i++) {
        size_t len = strlen(x->names[i]);
        made = made || strcasecmp(name, x->names[i]) == 0 ||
               (x->set.percentile && strncasecmp(name, x->names[i], len) == 0 &&
                strcasecmp(name + len, "_percentile") == 0);
    }
    for (; others && *others; others++) {
        made = made || strcasecmp(name, *others) == 0;
    }
    return made;
}

void search_add_columns(const struct search *x, const char *const *others, struct buf *sql) {
    struct buf kept = BUF_INIT;
    bool all = true;
    for (size_t i = 0; i < x->column_count; i++) {
        if (makes(x, others, x->columns[i])) {
            all = false;
        } else {
            buf_str(&kept, kept.len ? ", q." : "q.");
            store_add_identifier(&kept, x->columns[i]);
        }
    }
    buf_str(sql, "SELECT ");
    buf_str(sql, all ? "q.*" : buf_text(&kept));
    sql->failed = sql->failed || kept.failed;
    buf_release(&kept);
}

/* SELECT q.*, similarity(q.<vectors>, ?1) AS <name>, … FROM (<inner>) AS q */
static enum err_code write_scores(struct context *c, const struct search *x, struct relation *inner, struct relation *r,
                                  struct err *e) {
    search_add_columns(x, NULL, &r->sql);
    for (size_t i = 0; i < x->count && e->code == ERR_OK; i++) {
        int number = 0;
        relation_add_vector(c, inner, x->queries + i * x->dimension, x->dimension, &number, e);
        /* The distance of color_descriptor.h is the length of the difference, over the square root of 2. */
        buf_str(&r->sql, x->distance ? ", l2_distance(q." : ", similarity(q.");
        store_add_identifier(&r->sql, x->vectors);
        buf_printf(&r->sql, ", ?%d)%s AS ", number, x->distance ? " * 0.70710678118654752" : "");
        store_add_identifier(&r->sql, x->names[i]);
    }
    buf_str(&r->sql, " FROM (");
    relation_append(c, r, inner, e);
    buf_str(&r->sql, "\n) AS q");
    return e->code;
}

/* SELECT s.*, score_percentile(s.<name>, ?2) AS <name>_percentile, … FROM ( */
static enum err_code write_percentiles(struct context *c, const struct search *x, struct relation *inner,
                                       struct relation *r, struct err *e) {
    int number = 0;
    buf_str(&r->sql, "SELECT s.*");
    if (x->set.percentile && relation_add_vector(c, inner, x->sample, x->sample_count, &number, e) == ERR_OK) {
        for (size_t i = 0; i < x->count; i++) {
            char *name = arena_printf(c->arena, "%s_percentile", x->names[i]);
            if (!name) {
                return err_nomem(e);
            }
            buf_str(&r->sql, ", score_percentile(s.");
            store_add_identifier(&r->sql, x->names[i]);
            buf_printf(&r->sql, ", ?%d) AS ", number);
            store_add_identifier(&r->sql, name);
        }
    }
    buf_str(&r->sql, " FROM (");
    return e->code;
}

enum err_code search_write(struct context *c, const struct search *x, struct relation *inner, struct relation *r,
                           struct err *e) {
    bool limited = x->set.threshold >= -1, wrapped = limited || x->set.percentile;
    if (wrapped) {
        write_percentiles(c, x, inner, r, e);
    }
    if (e->code == ERR_OK) {
        write_scores(c, x, inner, r, e);
    }
    if (wrapped) {
        buf_str(&r->sql, ") AS s");
    }
    for (size_t i = 0; limited && i < x->count; i++) {
        buf_str(&r->sql, i ? " OR s." : " WHERE s.");
        store_add_identifier(&r->sql, x->names[i]);
        buf_printf(&r->sql, " %s %.17g", x->distance ? "<=" : ">=", x->set.threshold);
    }
    if (x->ordered) {
        buf_str(&r->sql, " ORDER BY ");
        store_add_identifier(&r->sql, x->names[0]);
        buf_str(&r->sql, x->distance ? " ASC NULLS LAST" : " DESC");
    }
    if (x->top > 0) {
        buf_printf(&r->sql, " LIMIT %lld", x->top);
    }
    return e->code;
}

static enum err_code write_result(struct context *c, const struct search *x, struct relation *inner, struct relation *r,
                                  struct err *e) {
    bool done = false;
    if (search_makes_rows(x)) {
        return search_make_rows(c, x, inner, r, e);
    }
    if (x->top > 0 && shortcut_top(c, x, inner, r, &done, e) != ERR_OK) {
        return e->code;
    }
    return done ? ERR_OK : search_write(c, x, inner, r, e);
}

enum err_code search_lower(struct context *c, const struct search *x, struct relation *inner, struct relation *r,
                           struct err *e) {
    if (!x->set.table_name) {
        return write_result(c, x, inner, r, e);
    }
    struct relation made = relation_inside(r);
    if (write_result(c, x, inner, &made, e) == ERR_OK) {
        exec_keep_rows(c, &made, x->set.table_name, x->statement->span, r, e);
    }
    relation_release(c, &made);
    return e->code;
}

enum err_code lower_search(struct context *c, const struct statement *s, struct relation *r, struct err *e) {
    struct search x;
    struct relation inner = relation_inside(r);
    if (search_open(c, s, &x, &inner, e) == ERR_OK) {
        search_lower(c, &x, &inner, r, e);
    }
    relation_release(c, &inner);
    return e->code;
}
