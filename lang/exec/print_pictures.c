/* As a list: for every row the picture's absolute path as a line, then the picture, the file's own bytes. As a grid:
 * one sheet, with rank and score under each picture. Many pictures become a grid by themselves, since JupyterLab hides
 * what comes after the 50th output of a cell. */
#include "lang/exec/exec_print.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/parallel.h"
#include "lang/exec/sheet.h"

#include <stdlib.h>
#include <string.h>

#define LARGEST_FILE (64u << 20)
#define LIST_WIDTH 240
#define GRID_WIDTH 120
#define LIST_MOST 25  /* rows that are a list where no layout is asked for */
#define GRID_MOST 400 /* pictures on a sheet, some MiB of HTML */
#define SLICE 16      /* pictures read between two looks at the stop flag */

static enum err_code show_file(struct context *c, const struct print_settings *set, const struct print_row *row,
                               struct err *e) {
    struct buf bytes = BUF_INIT;
    struct err why = ERR_INIT;
    const char *mime = NULL;
    int width = set->width ? (int)set->width : LIST_WIDTH;
    if (file_read(row->path, LARGEST_FILE, &bytes, &why) != ERR_OK) {
        err_set(e, why.code, "row %zu: %s", row->number, why.message);
    } else if (!(mime = image_mime((const unsigned char *)buf_text(&bytes), bytes.len))) {
        err_set(e, ERR_IMAGE, "row %zu: '%s' is not a JPEG or PNG picture", row->number, row->path);
    } else {
        struct picture p = {.mime = mime,
                            .bytes = (const unsigned char *)bytes.data,
                            .len = bytes.len,
                            .width = width,
                            .height = width,
                            .alt = row->path};
        context_say(c, row->path);
        c->out->picture(c->out->user, &p);
    }
    buf_release(&bytes);
    return e->code;
}

/* Each row as it comes, however many. */
static enum err_code show_list(struct context *c, struct print *p, struct err *e) {
    bool more = true;
    while (more && e->code == ERR_OK) {
        struct arena row_arena = ARENA_INIT;
        struct print_row row;
        if (print_rows_next(c, &p->rows, &row_arena, &row, &more, e) == ERR_OK && more) {
            show_file(c, &p->set, &row, e);
        }
        arena_release(&row_arena);
    }
    return e->code;
}

struct loading {
    const struct print_row *rows;
    struct tile *tiles;
    struct err *errors; /* one a tile of the slice */
    int box;
};

static void load_some(void *user, size_t begin, size_t end) {
    struct loading *l = user;
    for (size_t i = begin; i < end; i++) {
        tile_load(&l->tiles[i], l->rows[i].path, l->rows[i].number, l->box, &l->errors[i]);
    }
}

static void report(struct context *c, size_t done, size_t total, double started) {
    const struct progress p = {.what = "Reading pictures",
                               .unit = "images",
                               .done = (double)done,
                               .total = (double)total,
                               .seconds = clock_now() - started};
    c->out->progress(c->out->user, &p);
}

static enum err_code load_sheet(struct context *c, const struct print_row *rows, struct sheet *s, struct err *e) {
    struct err errors[SLICE];
    double started = clock_now();
    for (size_t at = 0; at < s->count && context_check(c, e) == ERR_OK; at += SLICE) {
        size_t n = s->count - at < SLICE ? s->count - at : SLICE;
        memset(errors, 0, sizeof errors);
        parallel_for(n, 1, load_some, &(struct loading){rows + at, s->tiles + at, errors, s->box});
        for (size_t i = 0; i < n; i++) {
            if (errors[i].code != ERR_OK) {
                *e = errors[i];
                return e->code;
            }
            s->tiles[at + i].words = rows[at + i].path;
            s->tiles[at + i].caption = rows[at + i].caption;
        }
        report(c, at + n, s->count, started);
    }
    return e->code;
}

static enum err_code show_grid(struct context *c, const struct print *p, const struct print_row *rows, size_t count,
                               struct err *e) {
    struct sheet s;
    if (count == 0) {
        return ERR_OK;
    }
    if (count > GRID_MOST) {
        context_warn(c, "Warning: only the first %d pictures are shown; LIMIT and OFFSET choose others.", GRID_MOST);
        count = GRID_MOST;
    }
    if (sheet_init(c, &s, count, e) == ERR_OK) {
        s.columns = (int)p->set.columns;
        s.box = p->set.width ? (int)p->set.width : GRID_WIDTH;
        if (load_sheet(c, rows, &s, e) == ERR_OK) {
            sheet_show(c, &s, e);
        }
    }
    sheet_release(&s);
    return e->code;
}

/* Read on until there are `most` rows. */
static size_t read_rows(struct context *c, struct print *p, struct print_row *rows, size_t count, size_t most,
                        struct err *e) {
    bool more = true;
    while (count < most && print_rows_next(c, &p->rows, c->arena, &rows[count], &more, e) == ERR_OK && more) {
        count++;
    }
    return count;
}

static enum err_code show_by_number(struct context *c, struct print *p, struct print_row *rows, struct err *e) {
    struct err late = ERR_INIT; /* of the row behind those that were read */
    size_t count = read_rows(c, p, rows, 0, LIST_MOST + 1, &late);
    if (count > LIST_MOST) {
        count = read_rows(c, p, rows, count, GRID_MOST + 1, e);
        if (e->code == ERR_OK) {
            context_say(c, "More than 25 pictures are shown as a grid; OPTIONS (layout='list') shows them one by one.");
            show_grid(c, p, rows, count, e);
        }
        return e->code;
    }
    for (size_t i = 0; i < count && context_check(c, e) == ERR_OK && e->code == ERR_OK; i++) {
        show_file(c, &p->set, &rows[i], e);
    }
    if (e->code == ERR_OK) {
        *e = late;
    }
    return e->code;
}

enum err_code print_pictures(struct context *c, struct print *p, struct err *e) {
    const char *layout = p->set.layout;
    if (layout && strcmp(layout, "list") == 0) {
        return show_list(c, p, e);
    }
    struct print_row *rows = calloc(GRID_MOST + 1, sizeof *rows);
    if (!rows) {
        return err_nomem(e);
    }
    /* Only a grid has columns and captions. */
    if (layout || p->set.columns > 0 || p->set.caption_cols.kind != LITERAL_NONE) {
        size_t count = read_rows(c, p, rows, 0, GRID_MOST + 1, e);
        if (e->code == ERR_OK) {
            show_grid(c, p, rows, count, e);
        }
    } else {
        show_by_number(c, p, rows, e);
    }
    free(rows);
    return e->code;
}
