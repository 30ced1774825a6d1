/* Values to text, as pandas.io.formats.printing.pprint_thing and GenericArrayFormatter do it (pandas 1.5.3). */
#include "kernel/display/cell_text.h"

#include "base/utf8.h"
#include "kernel/display/float_format.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void cell_text_escape(struct buf *out, const char *text, size_t len) {
    static const char letters[] = "\tt\rr\nn";
    size_t from = 0;
    for (size_t i = 0; i < len; i++) {
        const char *at = text[i] ? strchr(letters, text[i]) : NULL;
        if (at && (at - letters) % 2 == 0) {
            buf_utf8(out, text + from, i - from);
            buf_char(out, '\\');
            buf_char(out, at[1]);
            from = i + 1;
        }
    }
    buf_utf8(out, text + from, len - from);
}

/* repr(bytes). */
static void blob_add(struct buf *out, const struct frame_cell *cell) {
    static const char letters[] = "\tt\rr\nn\\\\";
    char quote = cell->double_quotes ? '"' : '\'';
    buf_char(out, 'b');
    buf_char(out, quote);
    for (size_t i = 0; i < cell->bytes.len; i++) {
        char c = cell->bytes.data[i];
        const char *at = c ? strchr(letters, c) : NULL;
        if (at && (at - letters) % 2 == 0) {
            buf_char(out, '\\');
            buf_char(out, at[1]);
        } else if (c == quote) {
            buf_char(out, '\\');
            buf_char(out, c);
        } else if (c >= ' ' && c <= '~') {
            buf_char(out, c);
        } else {
            buf_printf(out, "\\x%02x", (unsigned char)c);
        }
    }
    if (cell->whole) {
        buf_char(out, quote);
    }
}

static void vector_add(struct buf *out, const struct frame_cell *cell) {
    buf_char(out, '[');
    for (size_t i = 0; i < cell->bytes.len / sizeof(float); i++) {
        float value;
        memcpy(&value, cell->bytes.data + i * sizeof value, sizeof value);
        buf_str(out, i ? ", " : "");
        float_format_shortest(value, out);
    }
    buf_str(out, cell->whole ? "]" : ", ...");
}

void cell_text_object(const struct frame_cell *cell, struct buf *out) {
    if (cell->type == VALUE_REAL) {
        float_format_single(cell->real, out);
        return;
    }
    buf_char(out, ' ');
    switch (cell->type) {
    case VALUE_NULL:
        buf_str(out, "None");
        break;
    case VALUE_BOOLEAN:
        buf_str(out, cell->integer ? "True" : "False");
        break;
    case VALUE_INTEGER:
        buf_printf(out, "%" PRId64, cell->integer);
        break;
    case VALUE_TEXT:
        cell_text_escape(out, buf_text(&cell->bytes), cell->bytes.len);
        break;
    case VALUE_BLOB:
        blob_add(out, cell);
        break;
    case VALUE_VECTOR:
        vector_add(out, cell);
        break;
    case VALUE_REAL:
        break;
    }
}

void cell_text_cut(struct buf *text, size_t most) {
    if (utf8_count(buf_text(text), text->len) <= most) {
        return;
    }
    text->len = utf8_offset(text->data, text->len, most > 3 ? most - 3 : 0);
    text->data[text->len] = '\0';
    buf_str(text, "...");
}

static double cell_number(const struct frame_cell *cell) {
    return cell->type == VALUE_REAL ? cell->real : cell->type == VALUE_INTEGER ? (double)cell->integer : (double)NAN;
}

enum err_code cell_text_column(const struct frame *f, size_t column, struct buf *texts, struct err *e) {
    size_t rows = frame_shown_rows(f);
    enum frame_kind kind = frame_column_kind(frame_column_shown(f, column));
    double *numbers = kind == FRAME_FLOAT ? calloc(rows + 1, sizeof *numbers) : NULL;
    if (kind == FRAME_FLOAT && !numbers) {
        return err_nomem(e);
    }
    for (size_t i = 0; i < rows; i++) {
        const struct frame_cell *cell = frame_cell_shown(f, i, column);
        if (kind == FRAME_INTEGER) {
            buf_printf(&texts[i], "% " PRId64, cell->integer);
        } else if (kind == FRAME_FLOAT) {
            numbers[i] = cell_number(cell);
        } else {
            cell_text_object(cell, &texts[i]);
        }
    }
    if (kind == FRAME_FLOAT) {
        float_format_column(numbers, rows, texts);
        free(numbers);
    }
    for (size_t i = 0; i < rows; i++) {
        cell_text_cut(&texts[i], f->limits.max_width);
        if (!buf_ok(&texts[i])) {
            return err_nomem(e);
        }
    }
    return ERR_OK;
}
