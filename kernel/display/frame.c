/* A frame's rows lie in FRAME_MAX_ROWS slots: the first FRAME_EDGE_ROWS stay, the others are a ring, so that after
 * any number of rows the last ones are there. A slot's memory is used again, so no row costs an allocation. */
#include "kernel/display/frame.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

bool frame_rows_cut(const struct frame *f) {
    return f->row_count > FRAME_MAX_ROWS;
}

bool frame_columns_cut(const struct frame *f) {
    return f->column_count > FRAME_MAX_COLUMNS;
}

size_t frame_shown_rows(const struct frame *f) {
    return frame_rows_cut(f) ? 2 * FRAME_EDGE_ROWS : f->row_count;
}

size_t frame_shown_columns(const struct frame *f) {
    return frame_columns_cut(f) ? 2 * FRAME_EDGE_COLUMNS : f->column_count;
}

size_t frame_row_number(const struct frame *f, size_t shown) {
    return frame_rows_cut(f) && shown >= FRAME_EDGE_ROWS ? f->row_count - 2 * FRAME_EDGE_ROWS + shown : shown;
}

static size_t column_number(const struct frame *f, size_t shown) {
    return frame_columns_cut(f) && shown >= FRAME_EDGE_COLUMNS ? f->column_count - 2 * FRAME_EDGE_COLUMNS + shown
                                                               : shown;
}

static size_t row_slot(size_t row) {
    return row < FRAME_EDGE_ROWS ? row : FRAME_EDGE_ROWS + (row - FRAME_EDGE_ROWS) % (FRAME_MAX_ROWS - FRAME_EDGE_ROWS);
}

const struct frame_column *frame_column_shown(const struct frame *f, size_t shown) {
    return &f->columns[column_number(f, shown)];
}

const struct frame_cell *frame_cell_shown(const struct frame *f, size_t row, size_t column) {
    return &f->cells[row_slot(frame_row_number(f, row)) * frame_shown_columns(f) + column];
}

static void name_copy(struct buf *out, const char *name) {
    size_t len = name ? strlen(name) : 0;
    size_t kept = utf8_offset(name ? name : "", len, FRAME_NAME_POINTS);
    buf_utf8(out, name ? name : "", kept);
    if (kept < len) {
        buf_str(out, "...");
    }
}

enum err_code frame_init(struct frame *f, const struct column *columns, size_t count, struct err *e) {
    struct frame frame = {.column_count = count};
    frame.columns = calloc(count ? count : 1, sizeof *frame.columns);
    frame.cells = calloc(FRAME_MAX_ROWS * frame_shown_columns(&frame) + 1, sizeof *frame.cells);
    bool ok = frame.columns && frame.cells;
    for (size_t i = 0; ok && i < count; i++) {
        name_copy(&frame.columns[i].name, columns[i].name);
        ok = buf_ok(&frame.columns[i].name);
    }
    if (!ok) {
        frame_release(&frame);
        return err_nomem(e);
    }
    *f = frame;
    return ERR_OK;
}

void frame_release(struct frame *f) {
    for (size_t i = 0; f->columns && i < f->column_count; i++) {
        buf_release(&f->columns[i].name);
    }
    for (size_t i = 0; f->cells && i < FRAME_MAX_ROWS * frame_shown_columns(f); i++) {
        buf_release(&f->cells[i].bytes);
    }
    free(f->columns);
    free(f->cells);
    *f = (struct frame){.columns = NULL};
}

static void cell_copy(struct frame_cell *cell, const struct value *v) {
    buf_clear(&cell->bytes);
    cell->type = v->type;
    cell->integer = v->integer;
    cell->real = v->real;
    size_t kept = 0;
    switch (v->type) {
    case VALUE_TEXT:
        kept = utf8_offset(v->text, v->length, FRAME_CELL_POINTS);
        buf_add(&cell->bytes, v->text, kept);
        break;
    case VALUE_BLOB:
        kept = v->length < FRAME_CELL_POINTS ? v->length : FRAME_CELL_POINTS;
        buf_add(&cell->bytes, v->text, kept);
        cell->double_quotes = v->length > 0 && memchr(v->text, '\'', v->length) && !memchr(v->text, '"', v->length);
        break;
    case VALUE_VECTOR:
        kept = v->length < FRAME_VECTOR_FLOATS ? v->length : FRAME_VECTOR_FLOATS;
        buf_add(&cell->bytes, v->vector, kept * sizeof *v->vector);
        break;
    case VALUE_NULL:
    case VALUE_BOOLEAN:
    case VALUE_INTEGER:
    case VALUE_REAL:
        return;
    }
    cell->whole = kept == v->length;
}

enum err_code frame_add(struct frame *f, const struct value *values, struct err *e) {
    struct frame_cell *row = &f->cells[row_slot(f->row_count) * frame_shown_columns(f)];
    for (size_t i = 0; i < f->column_count; i++) {
        f->columns[i].seen |= 1u << values[i].type;
    }
    for (size_t i = 0; i < frame_shown_columns(f); i++) {
        cell_copy(&row[i], &values[column_number(f, i)]);
        if (!buf_ok(&row[i].bytes)) {
            return err_nomem(e);
        }
    }
    f->row_count++;
    return ERR_OK;
}

enum frame_kind frame_column_kind(const struct frame_column *column) {
    const unsigned null = 1u << VALUE_NULL, boolean = 1u << VALUE_BOOLEAN, integer = 1u << VALUE_INTEGER;
    const unsigned numbers = integer | 1u << VALUE_REAL;
    if (column->seen == boolean) {
        return FRAME_BOOLEAN;
    }
    if (column->seen == integer) {
        return FRAME_INTEGER;
    }
    return (column->seen & numbers) && !(column->seen & ~(numbers | null)) ? FRAME_FLOAT : FRAME_OBJECT;
}
