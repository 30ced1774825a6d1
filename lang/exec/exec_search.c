/* SEARCH IMAGE lowers to an expression over its query; nothing is copied:
 *   SELECT q.*, similarity(q.<vectors>, ?1) AS <model>_<base>_similarity1 FROM (<query>) AS q
 * With search_by the rows come best first, top_k of them, as from version 1.0.4 of the language on. */
#include "lang/exec/exec_int.h"
#include "lang/exec/option_rows.h"
#include "lang/exec/pictures.h"
#include "lang/exec/statements.h"

#include <stdlib.h>
#include <string.h>

struct search {
    const struct statement *statement;
    struct search_settings set;
    const struct literal *input; /* a string or a list of strings */
    bool by_clause;              /* images='…' rather than OPTIONS (search_by=…) */
    struct model_record model;
    const char *own_column;
    float *vectors; /* (count, dimension) */
    size_t count;
    int dimension;
};

static enum err_code find_input(struct search *x, struct err *e) {
    const struct statement *s = x->statement;
    const struct option *clause = s->inputs;
    if (strcmp(s->word, "image") != 0) {
        err_set(e, ERR_UNSUPPORTED, "SEARCH IMAGE is available in this version; searching by %s is not", s->word);
        return context_at(e, s->span);
    }
    if (clause && strcmp(clause->key, "images") != 0 && strcmp(clause->key, "image") != 0) {
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
    if (x->input->kind == LITERAL_NONE) {
        err_set(e, ERR_SYNTAX, "SEARCH IMAGE needs a picture to search with");
        err_hint(e, "SEARCH IMAGE images='path of a picture' USING %s AS …", s->base.text);
        return context_at(e, s->span);
    }
    return ERR_OK;
}

static enum err_code embed_one(struct context *c, struct search *x, const struct encoder *m, const struct literal *item,
                               struct err *e) {
    struct pictures p = PICTURES_INIT;
    if (item->kind != LITERAL_STRING) {
        err_set(e, ERR_OPTION, "the pictures to search with must be paths in quotes");
        return context_at(e, item->span);
    }
    struct value path = {.type = VALUE_TEXT, .text = item->text, .length = strlen(item->text)};
    struct picture_watch watch;
    picture_watch_begin(&watch, c, "images");
    if (pictures_add(c, &p, c->arena, &path, 0, e) == ERR_OK) {
        struct ml_source source = pictures_source(&p);
        struct ml_watch reports = picture_watch_for(&watch);
        encoder_embed(m, &source, 0, 1, x->vectors + x->count * (size_t)x->dimension, NULL, &reports, e);
        x->count++;
    }
    pictures_release(&p);
    return context_at(e, item->span);
}

static enum err_code embed_inputs(struct context *c, struct search *x, struct err *e) {
    struct encoder *m = NULL;
    bool list = x->input->kind == LITERAL_LIST;
    size_t n = list ? x->input->count : 1;
    if (n == 0) {
        err_set(e, ERR_OPTION, "the list of pictures to search with is empty");
        return context_at(e, x->input->span);
    }
    if (exec_open_model(c, &x->statement->base, &x->model, &m, e) == ERR_OK) {
        x->dimension = encoder_dimension(m);
        x->own_column = exec_model_column(c, &x->model);
        x->vectors = arena_alloc(c->arena, n * (size_t)x->dimension * sizeof *x->vectors);
        if (!x->vectors || !x->own_column) {
            err_nomem(e);
        }
        const struct literal *item = list ? x->input->items : x->input;
        for (; item && e->code == ERR_OK; item = list ? item->next : NULL) {
            embed_one(c, x, m, item, e);
        }
    }
    encoder_free(m);
    return e->code;
}

/* The column of vectors in the inner query. */
static enum err_code find_vectors(struct context *c, const struct search *x, struct relation *inner, const char **out,
                                  struct err *e) {
    const struct statement *s = x->statement;
    const char *const wanted[] = {x->set.emb_col ? x->set.emb_col : x->own_column, x->own_column, "convert_result"};
    const struct option *given = options_find(&search_options, s->options, "emb_col");
    struct store_query *q = NULL;
    int found = -1;
    if (relation_describe(c, inner, s->query.span, &q, e) != ERR_OK) {
        return e->code;
    }
    for (size_t i = 0; i < 3 && found < 0; i++) {
        /* A name that was given is a mistake when it is not there, but for the two names CONVERT gives by itself. */
        bool may = i == 0 || !x->set.emb_col || strcmp(x->set.emb_col, "convert_result") == 0;
        found = may ? relation_find_column(q, wanted[i]) : -1;
    }
    if (found >= 0) {
        *out = arena_strdup(c->arena, store_column(q, (size_t)found).name);
    } else {
        err_set(e, ERR_NOT_FOUND, "the query has no column '%s' with vectors of model %s", wanted[0], x->model.name);
        err_hint(e, "make it first: CONVERT USING %s OPTIONS (table_name='…') AS SELECT * FROM …", x->model.name);
        context_at(e, given ? given->value.span : s->query.span);
    }
    store_finish(q);
    return e->code == ERR_OK && !*out ? err_nomem(e) : e->code;
}

static const char *result_name(struct context *c, const struct search *x, size_t index) {
    bool named = x->set.result_col != NULL, plain = named || x->set.emb_col || !x->by_clause;
    const char *stem = named ? x->set.result_col : "search_result";
    if (!plain) {
        return arena_printf(c->arena, "%s_similarity%zu", x->own_column, index + 1);
    }
    return x->count == 1 ? stem : arena_printf(c->arena, "%s%zu", stem, index + 1);
}

static enum err_code add_sql(struct context *c, const struct search *x, struct relation *inner, const char *vectors,
                             struct relation *r, struct err *e) {
    buf_str(&r->sql, "SELECT q.*");
    for (size_t i = 0; i < x->count && e->code == ERR_OK; i++) {
        const char *name = result_name(c, x, i);
        int number = 0;
        if (!name || relation_add_vector(c, inner, x->vectors + i * (size_t)x->dimension, (size_t)x->dimension, &number,
                                         e) != ERR_OK) {
            return err_nomem(e);
        }
        buf_str(&r->sql, ", similarity(q.");
        store_add_identifier(&r->sql, vectors);
        buf_printf(&r->sql, ", ?%d) AS ", number);
        store_add_identifier(&r->sql, name);
    }
    return e->code;
}

enum err_code lower_search(struct context *c, const struct statement *s, struct relation *r, struct err *e) {
    struct search x = {.statement = s, .set = {.top_k = -1}};
    const char *vectors = NULL, *first;
    if (options_apply(c, &search_options, s->options, &x.set, e) != ERR_OK || find_input(&x, e) != ERR_OK) {
        return e->code;
    }
    if (x.by_clause) {
        context_say(c, "Searching...");
    }
    if (embed_inputs(c, &x, e) != ERR_OK) {
        return e->code;
    }
    struct relation inner = relation_inside(r);
    if (relation_add_query(c, &inner, &s->query, e) == ERR_OK && find_vectors(c, &x, &inner, &vectors, e) == ERR_OK) {
        add_sql(c, &x, &inner, vectors, r, e);
        buf_str(&r->sql, " FROM (");
        relation_append(c, r, &inner, e);
        buf_str(&r->sql, "\n) AS q");
        long long top = x.set.top_k < 0 ? (x.by_clause ? 0 : 1000) : x.set.top_k;
        if ((!x.by_clause || top > 0) && (first = result_name(c, &x, 0))) {
            buf_str(&r->sql, " ORDER BY ");
            store_add_identifier(&r->sql, first);
            buf_str(&r->sql, " DESC");
            if (top > 0) {
                buf_printf(&r->sql, " LIMIT %lld", top);
            }
        }
    }
    relation_release(c, &inner);
    return e->code;
}
