/* The grid is filled column by column, since pandas decides on a number's form by the column's shown part. */
#include "kernel/display/frame_grid.h"

#include "kernel/display/cell_text.h"

#include <stdlib.h>

enum err_code frame_grid_init(struct frame_grid *g, const struct frame *f, struct err *e) {
    struct frame_grid grid = {.frame = f, .rows = frame_shown_rows(f), .columns = frame_shown_columns(f)};
    grid.names = calloc(grid.columns + 1, sizeof *grid.names);
    grid.cells = calloc(grid.columns * grid.rows + 1, sizeof *grid.cells);
    bool ok = grid.names && grid.cells;
    for (size_t i = 0; ok && i < grid.columns; i++) {
        const struct buf *name = &frame_column_shown(f, i)->name;
        cell_text_escape(&grid.names[i], buf_text(name), name->len);
        ok = buf_ok(&grid.names[i]) && cell_text_column(f, i, grid.cells + i * grid.rows, e) == ERR_OK;
    }
    if (!ok) {
        frame_grid_release(&grid);
        return err_nomem(e);
    }
    *g = grid;
    return ERR_OK;
}

void frame_grid_release(struct frame_grid *g) {
    for (size_t i = 0; g->names && i < g->columns; i++) {
        buf_release(&g->names[i]);
    }
    for (size_t i = 0; g->cells && i < g->columns * g->rows; i++) {
        buf_release(&g->cells[i]);
    }
    free(g->names);
    free(g->cells);
    *g = (struct frame_grid){.frame = NULL};
}
