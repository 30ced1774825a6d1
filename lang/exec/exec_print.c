/* PRINT IMAGE: opens its rows, and hands them to what OPTIONS ask for. */
#include "lang/exec/exec_print.h"

#include "lang/exec/statements.h"

#include <string.h>

/* Whether OPTIONS speak of views: any of their options but the seed. */
static bool wants_views(const struct print_settings *set) {
    const struct augment_settings *v = &set->views;
    return v->augment || set->views_each > 0 || v->horizontal_flip >= 0 || v->vertical_flip >= 0 || v->color >= 0 ||
           v->rotation >= 0 || v->shear >= 0 || v->crop_min_scale >= 0 || v->blur >= 0;
}

enum err_code run_print(struct context *c, const struct statement *s, struct err *e) {
    struct print p = {.statement = s, .set = {.views = AUGMENT_UNSET(NULL)}};
    struct relation r = RELATION_INIT;
    if (strcmp(s->word, "image") != 0) {
        return statement_not_built(c, s, "PRINT IMAGE is built", e);
    }
    if (options_apply(c, &print_options, s->options, &p.set, e) == ERR_OK) {
        bool views = wants_views(&p.set);
        if (views && p.set.explain) {
            err_set(e, ERR_OPTION, "one PRINT shows views (augment) or explains scores (explain), not both");
            context_at(e, options_find(&print_options, s->options, "explain")->key_span);
        } else if (print_rows_open(c, s, &p.set, &r, &p.rows, e) == ERR_OK) {
            (views ? print_views : p.set.explain ? print_explained : print_pictures)(c, &p, e);
            context_at(e, s->query.span);
        }
    }
    store_finish(p.rows.query);
    relation_release(c, &r);
    return e->code;
}
