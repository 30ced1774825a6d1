/* Plain text lines a table's columns up, as far as a terminal is wide; HTML has inline styles alone, and no colours. */
#include "kernel/display/help_view.h"

#include "base/utf8.h"
#include "kernel/display/html_text.h"

#include <string.h>

#define HEADING "<p style=\"margin:0.8em 0 0.3em\"><b>"

enum { COLUMNS_MOST = 12, INDENT = 2, LINE = 96 };

static bool has_names(const struct help_part *t) {
    for (size_t i = 0; i < t->columns; i++) {
        if (t->cells[i][0]) {
            return true;
        }
    }
    return false;
}

static size_t width_of(const char *text) {
    return utf8_count(text, strlen(text));
}

static void blanks_add(struct buf *out, size_t count) {
    for (size_t i = 0; i < count; i++) {
        buf_char(out, ' ');
    }
}

/* Cells one below the other, padded; the last of a row is not. */
static void row_text(const struct help_part *t, size_t row, const size_t *widths, struct buf *out) {
    size_t blanks = INDENT;
    for (size_t i = 0; i < t->columns && i < COLUMNS_MOST; i++) {
        const char *cell = t->cells[row * t->columns + i];
        size_t width = width_of(cell);
        if (width > 0) {
            blanks_add(out, blanks);
            buf_utf8(out, cell, strlen(cell));
            blanks = 0;
        }
        blanks += (width < widths[i] ? widths[i] - width : 0) + 2;
    }
    buf_char(out, '\n');
}

/* Of a table too wide for that: the first two cells, and below them the others with their columns' names. */
static void wide_row_text(const struct help_part *t, size_t row, const size_t *widths, struct buf *out) {
    const char **cells = t->cells + row * t->columns;
    bool begun = false;
    blanks_add(out, INDENT);
    buf_utf8(out, cells[0], strlen(cells[0]));
    blanks_add(out, widths[0] - width_of(cells[0]) + 2);
    buf_utf8(out, cells[1], strlen(cells[1]));
    buf_char(out, '\n');
    for (size_t i = 2; i < t->columns; i++) {
        if (cells[i][0]) {
            if (!begun) {
                blanks_add(out, INDENT + widths[0] + 2);
            }
            buf_printf(out, "%s%s: ", begun ? "; " : "", t->cells[i]);
            buf_utf8(out, cells[i], strlen(cells[i]));
            begun = true;
        }
    }
    buf_str(out, begun ? "\n" : "");
}

static void table_text(const struct help_part *t, struct buf *out) {
    size_t widths[COLUMNS_MOST] = {0}, first = has_names(t) ? 0 : 1, line = INDENT;
    for (size_t i = 0; i < t->columns && i < COLUMNS_MOST; i++) {
        for (size_t row = first; row < t->rows; row++) {
            size_t width = width_of(t->cells[row * t->columns + i]);
            widths[i] = width > widths[i] ? width : widths[i];
        }
        line += widths[i] + 2;
    }
    bool wide = line > LINE && t->columns > 2;
    for (size_t row = first + (wide ? 1 : 0); row < t->rows; row++) {
        (wide ? wide_row_text : row_text)(t, row, widths, out);
    }
}

static void lines_text(const char *text, size_t indent, struct buf *out) {
    for (const char *line = text, *end; line; line = end ? end + 1 : NULL) {
        end = strchr(line, '\n');
        blanks_add(out, indent);
        buf_utf8(out, line, end ? (size_t)(end - line) : strlen(line));
        buf_char(out, '\n');
    }
}

void help_text(const struct help_page *page, struct buf *out) {
    buf_utf8(out, page->title, strlen(page->title));
    buf_char(out, '\n');
    for (const struct help_part *p = page->parts; p; p = p->next) {
        if (p->heading) {
            buf_printf(out, "\n%s\n", p->heading);
        } else {
            buf_str(out, p == page->parts ? "" : "\n");
        }
        if (p->kind == HELP_TABLE) {
            table_text(p, out);
        } else {
            lines_text(p->text, p->kind == HELP_CODE ? INDENT : 0, out);
        }
    }
}

static void cell_html(const char *tag, const char *text, struct buf *out) {
    buf_printf(out, "<%s style=\"text-align:left;vertical-align:top\">", tag);
    html_text_add(out, text, strlen(text));
    buf_printf(out, "</%s>", tag);
}

static void table_html(const struct help_part *t, struct buf *out) {
    buf_str(out, "<table style=\"margin:0\">");
    for (size_t row = has_names(t) ? 0 : 1; row < t->rows; row++) {
        buf_str(out, "<tr>");
        for (size_t i = 0; i < t->columns; i++) {
            cell_html(row == 0 ? "th" : "td", t->cells[row * t->columns + i], out);
        }
        buf_str(out, "</tr>\n");
    }
    buf_str(out, "</table>\n");
}

static void block_html(const char *open, const char *text, const char *close, struct buf *out) {
    buf_str(out, open);
    html_text_add(out, text, strlen(text));
    buf_str(out, close);
}

void help_html(const struct help_page *page, struct buf *out) {
    block_html("<div>" HEADING, page->title, "</b></p>\n", out);
    for (const struct help_part *p = page->parts; p; p = p->next) {
        if (p->heading) {
            block_html(HEADING, p->heading, "</b></p>\n", out);
        }
        if (p->kind == HELP_TABLE) {
            table_html(p, out);
        } else if (p->kind == HELP_CODE) {
            block_html("<pre>", p->text, "</pre>\n", out);
        } else {
            block_html("<p>", p->text, "</p>\n", out);
        }
    }
    buf_str(out, "</div>");
}

json_t *help_bundle(const struct buf *plain, const struct buf *html) {
    json_t *bundle = json_object();
    if (buf_ok(html) && buf_ok(plain)) {
        json_object_set_new(bundle, "text/plain", json_stringn(buf_text(plain), plain->len));
        json_object_set_new(bundle, "text/html", json_stringn(buf_text(html), html->len));
    }
    return bundle;
}
