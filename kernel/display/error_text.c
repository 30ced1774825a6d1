/* The span is first moved into the line it belongs to, then a window of the line is printed with a second line of
 * blanks, tabs and carets that takes the same columns. */
#include "kernel/display/error_text.h"

#include "base/secret.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW = 96, BEFORE = 40 }; /* code points of a long line, and those before the span */

int error_text_columns(uint32_t point) {
    static const struct {
        uint32_t first, last;
        int columns;
    } ranges[] = {
        {0x0300, 0x036F, 0},   {0x0483, 0x0489, 0},   {0x0591, 0x05BD, 0},   {0x064B, 0x065F, 0},
        {0x093C, 0x093C, 0},   {0x0E34, 0x0E3A, 0},   {0x1100, 0x115F, 2},   {0x1160, 0x11FF, 0},
        {0x1AB0, 0x1AFF, 0},   {0x1DC0, 0x1DFF, 0},   {0x200B, 0x200F, 0},   {0x20D0, 0x20FF, 0},
        {0x231A, 0x231B, 2},   {0x2329, 0x232A, 2},   {0x23E9, 0x23EC, 2},   {0x2E80, 0x303E, 2},
        {0x3041, 0x33FF, 2},   {0x3400, 0x4DBF, 2},   {0x4E00, 0x9FFF, 2},   {0xA000, 0xA4CF, 2},
        {0xA960, 0xA97F, 2},   {0xAC00, 0xD7A3, 2},   {0xF900, 0xFAFF, 2},   {0xFE00, 0xFE0F, 0},
        {0xFE10, 0xFE19, 2},   {0xFE20, 0xFE2F, 0},   {0xFE30, 0xFE6F, 2},   {0xFF00, 0xFF60, 2},
        {0xFFE0, 0xFFE6, 2},   {0x16FE0, 0x18CFF, 2}, {0x1B000, 0x1B2FF, 2}, {0x1F300, 0x1F64F, 2},
        {0x1F680, 0x1F6FF, 2}, {0x1F900, 0x1F9FF, 2}, {0x1FA70, 0x1FAFF, 2}, {0x20000, 0x3FFFD, 2},
        {0xE0100, 0xE01EF, 0},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges && point >= ranges[i].first; i++) {
        if (point <= ranges[i].last) {
            return ranges[i].columns;
        }
    }
    return 1;
}

struct place {
    const char *line;
    size_t len;      /* of the line, without its end */
    size_t from, to; /* the span in the line; from <= to <= len */
    size_t number;   /* of the line, from 1 */
    bool several;    /* whether the cell has other lines */
};

static size_t trimmed_length(const char *code, size_t len) {
    while (len > 0 && strchr(" \t\r\n", code[len - 1]) && code[len - 1]) {
        len--;
    }
    return len;
}

/* A span behind the last word (something is missing at the end) is shown right after that word. */
static struct place place_find(const char *code, size_t code_len, size_t at, size_t len) {
    code_len = trimmed_length(code, code_len);
    at = at < code_len ? at : code_len;
    size_t start = at, number = 1;
    while (start > 0 && code[start - 1] != '\n') {
        start--;
    }
    const char *line_end = memchr(code + at, '\n', code_len - at);
    size_t end = line_end ? (size_t)(line_end - code) : code_len;
    for (size_t i = 0; i < start; i++) {
        number += code[i] == '\n';
    }
    bool several = memchr(code, '\n', code_len) != NULL;
    size_t to = len < end - at ? at + len : end;
    size_t line_len = end - start;
    if (line_len > 0 && code[end - 1] == '\r') {
        line_len--;
    }
    struct place p = {.line = code + start, .len = line_len, .number = number, .several = several};
    p.from = at - start < line_len ? at - start : line_len;
    p.to = to - start < line_len ? to - start : line_len;
    return p;
}

/* Control characters would move the cursor or colour the screen: they print as a replacement, tabs stay. */
static void character_add(struct buf *out, const char *text, size_t n, uint32_t point) {
    if ((point < ' ' && point != '\t') || (point >= 0x7F && point < 0xA0)) {
        buf_str(out, "\uFFFD");
    } else {
        buf_utf8(out, text, n);
    }
}

static void repeat_add(struct buf *out, char c, int count) {
    for (int i = 0; i < count; i++) {
        buf_char(out, c);
    }
}

/* The window of the line, as bytes. */
static void window_find(const struct place *p, size_t *first, size_t *last) {
    size_t before = utf8_count(p->line, p->from), total = before + utf8_count(p->line + p->from, p->len - p->from);
    size_t skipped = 0;
    if (total > WINDOW && before > BEFORE) {
        skipped = before - BEFORE < total - WINDOW ? before - BEFORE : total - WINDOW;
    }
    *first = utf8_offset(p->line, p->len, skipped);
    *last = utf8_offset(p->line, p->len, skipped + WINDOW);
}

void error_text_place(struct buf *out, const char *code, size_t code_len, size_t at, size_t len) {
    struct place p = place_find(code, code_len, at, len);
    char *line = malloc(p.len + 1);
    if (p.len == 0 || !line) {
        free(line);
        return;
    }
    memcpy(line, p.line, p.len);
    secret_hide(line, p.len);
    p.line = line;
    struct buf marks = BUF_INIT;
    if (p.several) {
        char number[32];
        int width = snprintf(number, sizeof number, "%4zu", p.number);
        buf_printf(out, "%s | ", number);
        repeat_add(&marks, ' ', width);
        buf_str(&marks, " | ");
    }
    size_t first, last;
    window_find(&p, &first, &last);
    buf_str(out, first > 0 ? "…" : "");
    buf_str(&marks, first > 0 ? " " : "");
    uint32_t point;
    bool marked = false;
    for (size_t i = first, n; (n = utf8_next(p.line + i, last - i, &point)) > 0; i += n) {
        character_add(out, p.line + i, n, point);
        int columns = error_text_columns(point);
        if (i < p.from) {
            repeat_add(&marks, point == '\t' ? '\t' : ' ', point == '\t' ? 1 : columns);
        } else if (i < p.to && columns > 0) {
            buf_char(&marks, marked ? '~' : '^');
            repeat_add(&marks, '~', columns - 1);
            marked = true;
        }
    }
    buf_str(out, last < p.len ? "…\n" : "\n");
    buf_str(&marks, marked ? "" : "^");
    buf_add(out, buf_text(&marks), marks.len);
    buf_char(out, '\n');
    out->failed = out->failed || marks.failed;
    buf_release(&marks);
    free(line);
}
