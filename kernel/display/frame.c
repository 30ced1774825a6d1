/* A frame's rows lie in at most max_rows slots: those of the upper edge stay, the others are a ring, so that after any
 * number of rows the last ones are there. A slot's memory is used again, so no row costs an allocation. */
#include "kernel/display/frame.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

bool frame_rows_cut(const struct frame *f) {
    return f->row_count > f->limits.max_rows;
}

bool frame_columns_cut(const struct frame *f) {
    return f->column_count > f->limits.max_columns;
}

size_t frame_edge_rows(const struct frame *f) {
    return (f->limits.max_rows < FRAME_MIN_ROWS ? f->limits.max_rows : FRAME_MIN_ROWS) / 2;
}

size_t frame_edge_columns(const struct frame *f) {
    return f->limits.max_columns / 2;
}

size_t frame_shown_rows(const struct frame *f) {
    return frame_rows_cut(f) ? 2 * frame_edge_rows(f) : f->row_count;
}

size_t frame_shown_columns(const struct frame *f) {
    return frame_columns_cut(f) ? 2 * frame_edge_columns(f) : f->column_count;
}

size_t frame_row_number(const struct frame *f, size_t shown) {
    return frame_rows_cut(f) && shown >= frame_edge_rows(f) ? f->row_count - 2 * frame_edge_rows(f) + shown : shown;
}

static size_t column_number(const struct frame *f, size_t shown) {
    return frame_columns_cut(f) && shown >= frame_edge_columns(f) ? f->column_count - 2 * frame_edge_columns(f) + shown
                                                                  : shown;
}

static size_t row_slot(const struct frame *f, size_t row) {
    size_t edge = frame_edge_rows(f);
    return row < edge ? row : edge + (row - edge) % (f->limits.max_rows - edge);
}

const struct frame_column *frame_column_shown(const struct frame *f, size_t shown) {
    return &f->columns[column_number(f, shown)];
}

const struct frame_cell *frame_cell_shown(const struct frame *f, size_t row, size_t column) {
    return &f->cells[row_slot(f, frame_row_number(f, row)) * frame_shown_columns(f) + column];
}

static void name_copy(struct buf *out, const char *name) {
    size_t len = name ? strlen(name) : 0;
    size_t kept = utf8_offset(name ? name : "", len, FRAME_NAME_POINTS);
    buf_utf8(out, name ? name : "", kept);
    if (kept < len) {
        buf_str(out, "...");
    }
}

enum err_code frame_init(struct frame *f, const struct frame_limits *limits, const struct column *columns, size_t count,
                         struct err *e) {
    struct frame frame = {.limits = *limits, .column_count = count};
    frame.columns = calloc(count ? count : 1, sizeof *frame.columns);
    bool ok = frame.columns != NULL;
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
    for (size_t i = 0; f->cells && i < f->slots * frame_shown_columns(f); i++) {
        buf_release(&f->cells[i].bytes);
    }
    free(f->columns);
    free(f->cells);
    *f = (struct frame){.columns = NULL};
}

enum { VECTOR_POINTS = 5 }; /* that a float of a vector takes at least, with its comma and blank */

static void cell_copy(const struct frame *f, struct frame_cell *cell, const struct value *v) {
    size_t most = f->limits.max_width;
    buf_clear(&cell->bytes);
    cell->type = v->type;
    cell->integer = v->integer;
    cell->real = v->real;
    size_t kept = 0;
    switch (v->type) {
    case VALUE_TEXT:
        most = f->limits.paths && most < FRAME_PATH_POINTS ? FRAME_PATH_POINTS : most;
        kept = utf8_offset(v->text, v->length, most);
        buf_add(&cell->bytes, v->text, kept);
        break;
    case VALUE_BLOB:
        kept = v->length < most ? v->length : most;
        buf_add(&cell->bytes, v->text, kept);
        cell->double_quotes = v->length > 0 && memchr(v->text, '\'', v->length) && !memchr(v->text, '"', v->length);
        break;
    case VALUE_VECTOR:
        most = most / VECTOR_POINTS + 1;
        kept = v->length < most ? v->length : most;
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

/* Room for the slot, twice what there was. */
static bool slot_reserve(struct frame *f, size_t slot) {
    size_t wanted = f->slots ? 2 * f->slots : 16, stride = frame_shown_columns(f);
    wanted = wanted < f->limits.max_rows ? wanted : f->limits.max_rows;
    if (slot < f->slots) {
        return true;
    }
    struct frame_cell *grown = realloc(f->cells, (wanted * stride + 1) * sizeof *grown);
    if (grown) {
        memset(grown + f->slots * stride, 0, ((wanted - f->slots) * stride + 1) * sizeof *grown);
        f->cells = grown;
        f->slots = wanted;
    }
    return grown != NULL;
}

enum err_code frame_add(struct frame *f, const struct value *values, struct err *e) {
    size_t slot = row_slot(f, f->row_count);
    if (!slot_reserve(f, slot)) {
        return err_nomem(e);
    }
    struct frame_cell *row = &f->cells[slot * frame_shown_columns(f)];
    for (size_t i = 0; i < f->column_count; i++) {
        f->columns[i].seen |= 1u << values[i].type;
    }
    for (size_t i = 0; i < frame_shown_columns(f); i++) {
        cell_copy(f, &row[i], &values[column_number(f, i)]);
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
