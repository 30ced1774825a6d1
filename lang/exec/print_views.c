/* A sheet with a row for each of the first pictures: the file, then views of it as BUILD with these options would draw
 * them, at the size and in the colours that the model sees. The same query and seed give BUILD's own views. */
#include "lang/exec/exec_print.h"

#include "lang/exec/exec_int.h"
#include "lang/exec/pictures.h"
#include "lang/exec/sheet.h"
#include "ml/model/preview.h"

#include <stdio.h>
#include <string.h>

#define PICTURES_SHOWN 5
#define VIEWS_EACH 6
#define BOX 96

struct drawing {
    struct context *context;
    struct sheet *sheet;
    size_t views;
};

static enum err_code keep_view(void *user, size_t picture, size_t view, const struct image *m, struct err *e) {
    struct drawing *d = user;
    const struct tile *original = &d->sheet->tiles[picture * (d->views + 1)];
    struct tile *t = &d->sheet->tiles[picture * (d->views + 1) + 1 + view];
    t->caption = arena_printf(d->context->arena, "view %zu", view + 1);
    t->words = arena_printf(d->context->arena, "view %zu of %s", view + 1, original->words);
    return t->caption && t->words ? tile_draw(t, m, e) : err_nomem(e);
}

static enum err_code collect(struct context *c, struct print *p, struct pictures *all, struct err *e) {
    bool more = true;
    while (more && e->code == ERR_OK) {
        struct arena row_arena = ARENA_INIT;
        struct print_row row;
        if (print_rows_next(c, &p->rows, &row_arena, &row, &more, e) == ERR_OK && more) {
            const struct value path = {.type = VALUE_TEXT, .text = row.path, .length = strlen(row.path)};
            pictures_add(c, all, c->arena, &path, row.number, e);
        }
        arena_release(&row_arena);
    }
    return e->code;
}

static void say_choice(struct context *c, const struct print_settings *set, const struct choice *choice, size_t shown,
                       size_t all) {
    const struct preset_switches switches = exec_switches(&set->views);
    char text[160], line[512];
    preset_describe(&switches, text);
    snprintf(line, sizeof line, "augment='%s', %s%s%s%s", choice->preset.name, choice->reason, *text ? "; " : "", text,
             choice->preset.augmented ? "" : "; nothing varies, so training has no views to learn from");
    context_say(c, line);
    if (shown < all) {
        snprintf(line, sizeof line, "The first %zu of %zu pictures:", shown, all);
        context_say(c, line);
    }
}

static enum err_code draw(struct context *c, struct print *p, struct pictures *all, struct sheet *s, struct err *e) {
    const struct print_settings *set = &p->set;
    const struct preset_switches switches = exec_switches(&set->views);
    size_t views = set->views_each ? (size_t)set->views_each : VIEWS_EACH;
    size_t shown = all->count < PICTURES_SHOWN ? all->count : PICTURES_SHOWN;
    struct drawing d = {c, s, views};
    const struct preview_sink sink = {&d, keep_view};
    struct ml_source source = pictures_source(all);
    struct picture_watch watch;
    struct choice choice;
    if (sheet_init(c, s, shown * (views + 1), e) != ERR_OK) {
        return e->code;
    }
    s->columns = (int)views + 1;
    s->box = set->width ? (int)set->width : BOX;
    for (size_t i = 0; i < shown && e->code == ERR_OK; i++) {
        struct tile *t = &s->tiles[i * (views + 1)];
        t->words = all->entries[i].path;
        t->caption = "original";
        tile_load(t, t->words, i + 1, s->box, e);
    }
    picture_watch_begin(&watch, c, "images");
    struct ml_watch reports = picture_watch_for(&watch);
    if (e->code == ERR_OK && preview_views(set->views.augment ? set->views.augment : "auto", &switches, &source, shown,
                                           views, (uint64_t)set->seed, &sink, &choice, &reports, e) == ERR_OK) {
        say_choice(c, set, &choice, shown, all->count);
        sheet_show(c, s, e);
    }
    return e->code;
}

enum err_code print_views(struct context *c, struct print *p, struct err *e) {
    struct pictures all = PICTURES_INIT;
    struct sheet s = {.tiles = NULL};
    if (collect(c, p, &all, e) == ERR_OK && all.count == 0) {
        err_set(e, ERR_VALUE, "there are no pictures to draw views of: the query returns no rows");
    }
    if (e->code == ERR_OK) {
        draw(c, p, &all, &s, e);
    }
    sheet_release(&s);
    pictures_release(&all);
    return e->code;
}
