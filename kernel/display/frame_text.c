/* The plain form, to the letter of StringFormatter (pandas/io/formats/string.py, 1.5.3): every column is a list of
 * lines of one width; columns that do not fit in 80 characters go on in another block below. */
#include "kernel/display/frame_grid.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_WIDTH = 80, NAMES_LISTED = 100, DOTS_WIDTH = 4 };

/* A column of the picture: the grid's column number, or DOTS for what stands for columns left out. */
struct text_column {
    size_t number;
    bool dots;
    bool leading_blank; /* the name has a blank in front, as numbers have */
    size_t name_width, cell_width;
    size_t width;
};

struct text_layout {
    const struct frame_grid *grid;
    size_t index_width;
    size_t count;
    struct text_column *columns; /* one more than the grid's, for the dots */
};

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

static size_t text_width(const struct buf *text) {
    return utf8_count(buf_text(text), text->len);
}

static void blanks_add(struct buf *out, size_t count) {
    for (size_t i = 0; i < count; i++) {
        buf_char(out, ' ');
    }
}

/* Columns of the same name take the blank of the last one, and behind a gap pandas looks the type up by the shown
 * position in the whole table: both are its quirks, kept since people compare outputs. */
static bool has_leading_blank(const struct frame_grid *g, size_t number) {
    const struct buf *name = &g->names[number];
    size_t last = number;
    for (size_t i = number + 1; i < g->columns; i++) {
        if (g->names[i].len == name->len && memcmp(buf_text(&g->names[i]), buf_text(name), name->len) == 0) {
            last = i;
        }
    }
    return frame_column_kind(&g->frame->columns[last]) != FRAME_OBJECT;
}

static struct text_column column_measure(const struct frame_grid *g, size_t number) {
    struct text_column c = {.number = number, .leading_blank = has_leading_blank(g, number)};
    c.name_width = text_width(&g->names[number]) + (c.leading_blank ? 1 : 0);
    c.cell_width = c.name_width;
    for (size_t i = 0; i < g->rows; i++) {
        c.cell_width = larger(c.cell_width, text_width(&g->cells[number * g->rows + i]));
    }
    size_t most = g->frame->limits.max_width;
    c.cell_width = c.cell_width < most ? c.cell_width : most;
    c.width = larger(c.cell_width, c.name_width);
    return c;
}

static bool layout_init(struct text_layout *layout, const struct frame_grid *g) {
    *layout = (struct text_layout){.grid = g, .columns = calloc(g->columns + 1, sizeof *layout->columns)};
    if (!layout->columns) {
        return false;
    }
    for (size_t last = frame_row_number(g->frame, g->rows - 1); last > 0; last /= 10) {
        layout->index_width++;
    }
    layout->index_width = larger(layout->index_width, 1);
    for (size_t i = 0; i < g->columns; i++) {
        if (frame_columns_cut(g->frame) && i == frame_edge_columns(g->frame)) {
            layout->columns[layout->count++] = (struct text_column){.dots = true, .width = DOTS_WIDTH};
        }
        layout->columns[layout->count++] = column_measure(g, i);
    }
    return true;
}

static void right_add(struct buf *out, const char *text, size_t len, size_t width) {
    size_t own = utf8_count(text, len);
    blanks_add(out, width > own ? width - own : 0);
    buf_add(out, text, len);
}

/* Line 0 is the names; then the rows, with a row of dots among them if rows are left out. */
static size_t line_count(const struct frame_grid *g) {
    return 1 + g->rows + (frame_rows_cut(g->frame) ? 1 : 0);
}

static bool is_dots_line(const struct frame_grid *g, size_t line) {
    return frame_rows_cut(g->frame) && line == 1 + frame_edge_rows(g->frame);
}

static size_t line_row(const struct frame_grid *g, size_t line) {
    return line - 1 - (frame_rows_cut(g->frame) && line > 1 + frame_edge_rows(g->frame) ? 1 : 0);
}

static void index_add(const struct text_layout *layout, size_t line, struct buf *out) {
    const struct frame_grid *g = layout->grid;
    size_t before = out->len;
    if (is_dots_line(g, line)) {
        buf_str(out, layout->index_width > 3 ? "..." : "..");
    } else if (line > 0) {
        buf_printf(out, "%zu", frame_row_number(g->frame, line_row(g, line)));
    }
    size_t written = out->len - before;
    blanks_add(out, layout->index_width > written ? layout->index_width - written : 0);
}

/* The column's text of one line, then blanks up to the column's width. */
static void column_add(const struct text_layout *layout, const struct text_column *c, size_t line, struct buf *out) {
    const struct frame_grid *g = layout->grid;
    if (c->dots) {
        buf_str(out, " ...");
        return;
    }
    size_t width = line == 0 ? c->width : c->cell_width;
    if (line == 0) {
        const struct buf *name = &g->names[c->number];
        blanks_add(out, c->width - c->name_width + (c->leading_blank ? 1 : 0));
        buf_add(out, buf_text(name), name->len);
    } else if (is_dots_line(g, line)) {
        const char *dots = c->cell_width > 3 ? "..." : "..";
        right_add(out, dots, strlen(dots), c->cell_width);
    } else {
        const struct buf *cell = &g->cells[c->number * g->rows + line_row(g, line)];
        right_add(out, buf_text(cell), cell->len, c->cell_width);
    }
    blanks_add(out, c->width - width);
}

/* Where the block that begins with column `first` ends (pandas' _binify). */
static size_t block_end(const struct text_layout *layout, size_t first) {
    size_t room = LINE_WIDTH - (layout->index_width + 1), used = 0;
    for (size_t i = first; i < layout->count; i++) {
        used += layout->columns[i].width + 1;
        size_t margin = i + 1 == layout->count ? 1 : 2;
        if (used + margin > room && i > first) {
            return i;
        }
    }
    return layout->count;
}

static void block_add(const struct text_layout *layout, size_t first, size_t end, struct buf *out) {
    bool alone = first == 0 && end == layout->count;
    for (size_t line = 0; line < line_count(layout->grid); line++) {
        buf_str(out, line ? "\n" : "");
        index_add(layout, line, out);
        for (size_t i = first; i < end; i++) {
            const struct text_column *c = &layout->columns[i];
            buf_char(out, ' ');
            column_add(layout, c, line, out);
        }
        if (!alone) {
            buf_str(out, end == layout->count ? "  " : line == 0 ? "  \\" : "   ");
        }
    }
}

static void empty_add(const struct frame_grid *g, struct buf *out) {
    buf_str(out, "Empty DataFrame\nColumns: [");
    for (size_t i = 0; i < g->frame->column_count && i < NAMES_LISTED; i++) {
        buf_str(out, i ? ", " : "");
        buf_add(out, buf_text(&g->frame->columns[i].name), g->frame->columns[i].name.len);
    }
    buf_str(out, g->frame->column_count > NAMES_LISTED ? ", ...]\nIndex: []" : "]\nIndex: []");
}

void frame_text(const struct frame_grid *g, struct buf *out) {
    const struct frame *f = g->frame;
    if (g->rows == 0 || g->columns == 0) {
        empty_add(g, out);
    } else {
        struct text_layout layout;
        if (!layout_init(&layout, g)) {
            out->failed = true;
            return;
        }
        for (size_t first = 0, end; first < layout.count; first = end) {
            end = block_end(&layout, first);
            buf_str(out, first ? "\n\n" : "");
            block_add(&layout, first, end, out);
        }
        free(layout.columns);
    }
    if (frame_rows_cut(f) || frame_columns_cut(f)) {
        buf_printf(out, "\n\n[%zu rows x %zu columns]", f->row_count, f->column_count);
    }
}
