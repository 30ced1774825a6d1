/* The HTML form, to the letter of NotebookFormatter (pandas/io/formats/html.py, 1.5.3), so that notebooks made with
 * pandas differ in their data alone. */
#include "kernel/display/frame_grid.h"

#include "base/utf8.h"
#include "kernel/display/html_picture.h"
#include "kernel/display/html_text.h"

#include <string.h>
#include <strings.h>

/* A notebook with more in one table would be slow to open. */
#define THUMBNAILS_MOST 200

static const char html_head[] = "<div>\n"
                                "<style scoped>\n"
                                "    .dataframe tbody tr th:only-of-type {\n"
                                "        vertical-align: middle;\n"
                                "    }\n"
                                "\n"
                                "    .dataframe tbody tr th {\n"
                                "        vertical-align: top;\n"
                                "    }\n"
                                "\n"
                                "    .dataframe thead th {\n"
                                "        text-align: right;\n"
                                "    }\n"
                                "</style>\n"
                                "<table border=\"1\" class=\"dataframe\">\n"
                                "  <thead>\n"
                                "    <tr style=\"text-align: right;\">\n"
                                "      <th></th>\n";

static bool is_blank(uint32_t point) {
    static const uint32_t ranges[][2] = {{9, 13},          {28, 32},         {0x85, 0x85},     {0xA0, 0xA0},
                                         {0x1680, 0x1680}, {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F},
                                         {0x205F, 0x205F}, {0x3000, 0x3000}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (point >= ranges[i][0] && point <= ranges[i][1]) {
            return true;
        }
    }
    return false;
}

/* Escape first and strip then makes no difference, so strip as Python's str.strip() and escape the rest. */
static void cell_add(struct buf *out, const char *tag, const char *text, size_t len) {
    size_t from = 0, to = 0;
    bool begun = false;
    uint32_t point;
    for (size_t i = 0, n; (n = utf8_next(text + i, len - i, &point)) > 0; i += n) {
        if (!is_blank(point)) {
            from = begun ? from : i;
            begun = true;
            to = i + n;
        }
    }
    buf_printf(out, "      <%s>", tag);
    html_text_add(out, text + from, to - from);
    buf_printf(out, "</%s>\n", tag);
}

static void dots_add(struct buf *out, const char *tag) {
    cell_add(out, tag, "...", 3);
}

/* One line: texts[0], texts[stride], … with the dots between the halves of a wide table. */
static void line_add(const struct frame_grid *g, struct buf *out, const char *tag, const struct buf *texts,
                     size_t stride) {
    for (size_t i = 0; i < g->columns; i++) {
        if (frame_columns_cut(g->frame) && i == frame_edge_columns(g->frame)) {
            dots_add(out, tag);
        }
        const struct buf *text = &texts[i * stride];
        cell_add(out, tag, buf_text(text), text->len);
    }
}

static void dots_line_add(const struct frame_grid *g, struct buf *out) {
    buf_str(out, "    <tr>\n");
    dots_add(out, "th");
    size_t columns = g->columns + (frame_columns_cut(g->frame) ? 1 : 0);
    for (size_t i = 0; i < columns; i++) {
        dots_add(out, "td");
    }
    buf_str(out, "    </tr>\n");
}

/* Whether the text ends as the names of picture files do. */
static bool names_picture(const struct frame_cell *cell) {
    static const char *const ends[] = {".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp"};
    for (size_t i = 0; cell->type == VALUE_TEXT && cell->whole && i < sizeof ends / sizeof *ends; i++) {
        size_t n = strlen(ends[i]);
        if (cell->bytes.len > n && strcasecmp(buf_text(&cell->bytes) + cell->bytes.len - n, ends[i]) == 0) {
            return !memchr(cell->bytes.data, 0, cell->bytes.len);
        }
    }
    return false;
}

/* The cell as a picture; false where it is none. */
static bool thumbnail_add(const struct thumbnails *t, const struct frame_cell *cell, struct buf *out) {
    struct buf bytes = BUF_INIT;
    struct picture p = {.mime = NULL};
    bool is_picture = names_picture(cell) && t->load(t->user, buf_text(&cell->bytes), &bytes, &p);
    if (is_picture) {
        p.alt = buf_text(&cell->bytes);
        buf_str(out, "      <td>");
        html_picture_add(out, &p);
        buf_str(out, "</td>\n");
    }
    buf_release(&bytes);
    return is_picture;
}

static void row_add(const struct frame_grid *g, size_t row, const struct thumbnails *t, size_t *pictures,
                    struct buf *out) {
    if (!t) {
        line_add(g, out, "td", g->cells + row, g->rows);
        return;
    }
    for (size_t i = 0; i < g->columns; i++) {
        if (frame_columns_cut(g->frame) && i == frame_edge_columns(g->frame)) {
            dots_add(out, "td");
        }
        const struct buf *text = &g->cells[i * g->rows + row];
        if (*pictures < THUMBNAILS_MOST && thumbnail_add(t, frame_cell_shown(g->frame, row, i), out)) {
            ++*pictures;
        } else {
            cell_add(out, "td", buf_text(text), text->len);
        }
    }
}

void frame_html(const struct frame_grid *g, const struct thumbnails *thumbnails, struct buf *out) {
    const struct frame *f = g->frame;
    size_t pictures = 0;
    buf_str(out, html_head);
    line_add(g, out, "th", g->names, 1);
    buf_str(out, "    </tr>\n  </thead>\n  <tbody>\n");
    for (size_t i = 0; i < g->rows; i++) {
        if (frame_rows_cut(f) && i == frame_edge_rows(f)) {
            dots_line_add(g, out);
        }
        buf_printf(out, "    <tr>\n      <th>%zu</th>\n", frame_row_number(f, i));
        row_add(g, i, thumbnails, &pictures, out);
        buf_str(out, "    </tr>\n");
    }
    buf_str(out, "  </tbody>\n</table>\n");
    if (frame_rows_cut(f) || frame_columns_cut(f)) {
        buf_printf(out, "<p>%zu rows × %zu columns</p>\n", f->row_count, f->column_count);
    }
    buf_str(out, "</div>");
}
