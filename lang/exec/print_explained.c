/* Two columns: the picture that was searched with, and the result, each with the heat of its cells. The model and the
 * picture are those of the SEARCH in the query, unless OPTIONS name others. */
#include "lang/exec/exec_print.h"

#include "lang/exec/embedder.h"
#include "lang/exec/exec_int.h"
#include "lang/exec/pictures.h"
#include "lang/exec/sheet.h"
#include "ml/image/heat.h"
#include "ml/image/resize.h"
#include "ml/model/explain.h"

#include <math.h>
#include <string.h>

#define ROWS_SHOWN 10
#define BOX 224

/* What the scores come from. */
struct origin {
    struct name model;
    const struct literal *picture;
};

/* Every SEARCH of the query, at any depth; *found is the last. */
static size_t find_searches(const struct query *q, const struct statement **found) {
    size_t count = 0;
    for (const struct nested *n = q->nested; n; n = n->next) {
        count += find_searches(&n->statement->query, found);
        if (n->statement->kind == STATEMENT_SEARCH) {
            *found = n->statement;
            count++;
        }
    }
    return count;
}

static const struct literal *search_picture(const struct statement *search) {
    const struct option *given =
        search->inputs ? search->inputs : options_find(&search_options, search->options, "search_input");
    const struct literal *value = given ? &given->value : NULL;
    return value && value->kind == LITERAL_LIST ? value->count == 1 ? value->items : NULL : value;
}

static enum err_code find_origin(const struct print *p, struct origin *o, struct err *e) {
    const struct statement *s = p->statement, *search = NULL;
    const struct option *model = options_find(&print_options, s->options, "model");
    const struct option *picture = options_find(&print_options, s->options, "search_input");
    size_t count = find_searches(&s->query, &search);
    if (count == 1) {
        *o = (struct origin){search->base, search_picture(search)};
    }
    if (model && p->set.model) {
        o->model = (struct name){p->set.model, model->value.span};
    }
    o->picture = picture && p->set.search_input ? &picture->value : o->picture;
    if (!o->model.text || !o->picture || o->picture->kind != LITERAL_STRING) {
        err_set(e, ERR_OPTION, "explain needs one model and one picture to compare with, and the query has %s",
                count == 0   ? "no SEARCH that would tell them"
                : count == 1 ? "a SEARCH with several pictures"
                             : "more than one SEARCH");
        err_hint(e, "OPTIONS (explain=True, model='…', search_input='path of a picture')");
        return context_at(e, options_find(&print_options, s->options, "explain")->key_span);
    }
    return ERR_OK;
}

/* The picture that the cells lie over: as the model sees it where it straightens, else as it is in its file. */
static enum err_code load_ground(const char *path, const struct explain_side *side, bool as_seen, int box,
                                 struct image *out, struct err *e) {
    struct image m = {0};
    int w, h;
    if (!as_seen && image_load(path, box, &m, e) != ERR_OK) {
        return e->code;
    }
    const struct image *from = as_seen ? &side->seen : &m;
    image_fit(from->width, from->height, box, &w, &h);
    image_scale(from, w, h, out, e);
    image_release(&m);
    return e->code;
}

static enum err_code draw_side(struct tile *t, const char *path, const struct explain_side *side,
                               const struct explanation *x, float most, int box, struct err *e) {
    struct image ground = {0}, heat = {0};
    if (load_ground(path, side, x->as_seen, box, &ground, e) == ERR_OK &&
        heat_draw(&ground, side->cells, x->side, most, &heat, e) == ERR_OK) {
        tile_photo(t, &heat, e);
    }
    image_release(&ground);
    image_release(&heat);
    return e->code;
}

static float greatest(const struct explanation *x) {
    float most = 0;
    for (int i = 0; i < x->side * x->side; i++) {
        most = fmaxf(most, fmaxf(fabsf(x->first.cells[i]), fabsf(x->second.cells[i])));
    }
    return most;
}

/* "shape 0.61, texture 0.20, colour 0.07, rest 0.03": they add up to the score. */
static char *describe(struct context *c, const char *before, const struct explain_side *s, float score,
                      bool with_score) {
    char *text = arena_printf(c->arena, with_score ? "%s · %.4f" : "%s", before, (double)score);
    const struct {
        const char *name;
        float value;
    } parts[] = {{"shape", s->shape}, {"texture", s->texture}, {"colour", s->colour + s->histogram}, {"rest", s->rest}};
    for (size_t i = 0; text && i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].value != 0 || i == 0) { /* blocks that the model does not have add nothing */
            text = arena_printf(c->arena, "%s%s%s %.3f", text, i ? ", " : "\n", parts[i].name, (double)parts[i].value);
        }
    }
    return text;
}

static enum err_code explain_row(struct context *c, const struct print *p, const struct encoder *m,
                                 struct pictures *pair, const struct print_row *row, int box, struct tile *tiles,
                                 struct err *e) {
    struct ml_source source = pictures_source(pair);
    struct explanation x;
    const char *query = pair->entries[0].path;
    if (encoder_explain(m, &source, 0, 1, &x, e) != ERR_OK) {
        return e->code;
    }
    float most = greatest(&x);
    tiles[0].words = arena_printf(c->arena, "heat map over %s", query);
    tiles[1].words = arena_printf(c->arena, "heat map over %s", row->path);
    tiles[0].caption = describe(c, "searched with", &x.first, x.score, false);
    tiles[1].caption = describe(c, row->caption, &x.second, x.score, p->rows.scores == 0);
    if (!tiles[0].words || !tiles[1].words || !tiles[0].caption || !tiles[1].caption) {
        err_nomem(e);
    } else if (draw_side(&tiles[0], query, &x.first, &x, most, box, e) == ERR_OK) {
        draw_side(&tiles[1], row->path, &x.second, &x, most, box, e);
    }
    explanation_release(&x);
    return e->code;
}

static enum err_code explain_rows(struct context *c, struct print *p, const struct encoder *m, struct pictures *pair,
                                  struct sheet *s, struct err *e) {
    struct print_row row;
    bool more = true;
    size_t shown = 0;
    while (print_rows_next(c, &p->rows, c->arena, &row, &more, e) == ERR_OK && more && shown < ROWS_SHOWN) {
        const struct value path = {.type = VALUE_TEXT, .text = row.path, .length = strlen(row.path)};
        pair->count = 1;
        if (pictures_add(c, pair, c->arena, &path, row.number, e) == ERR_OK) {
            explain_row(c, p, m, pair, &row, s->box, s->tiles + 2 * shown++, e);
        }
    }
    if (e->code == ERR_OK && shown > 0) {
        context_say(c, more ? "The first 10 results. Orange parts raise the score, blue parts lower it:"
                            : "Orange parts raise the score, blue parts lower it:");
        s->count = 2 * shown;
        sheet_show(c, s, e);
    }
    return e->code;
}

enum err_code print_explained(struct context *c, struct print *p, struct err *e) {
    struct origin o = {.picture = NULL};
    struct model_record record;
    struct encoder *m = NULL;
    struct pictures pair = PICTURES_INIT;
    struct sheet s = {.tiles = NULL};
    if (find_origin(p, &o, e) == ERR_OK && embedder_load(c, &o.model, &record, &m, e) == ERR_OK &&
        sheet_init(c, &s, 2 * ROWS_SHOWN, e) == ERR_OK) {
        const struct value path = {.type = VALUE_TEXT, .text = o.picture->text, .length = strlen(o.picture->text)};
        s.columns = 2;
        s.box = p->set.width ? (int)p->set.width : BOX;
        struct image probe = {0};
        if (pictures_add(c, &pair, c->arena, &path, 0, e) == ERR_OK &&
            image_load(pair.entries[0].path, 1, &probe, e) == ERR_OK) {
            explain_rows(c, p, m, &pair, &s, e);
        } else {
            context_at(e, o.picture->span);
        }
        image_release(&probe);
    }
    sheet_release(&s);
    pictures_release(&pair);
    encoder_free(m);
    return e->code;
}
