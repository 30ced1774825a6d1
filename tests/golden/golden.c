/* golden FILE: run the cells of FILE, which lines `---` part, in one session on the current folder, and print what the
 * sink hears as plain text, for comparison with what it was. What differs from machine to machine is left out: the
 * workspace's path is written <workspace>, vectors are their length, progress is ignored, and so is how many vectors
 * CONVERT reused.
 *
 * golden --exact FILE: the same for a program that reads it (tests/postgres): all rows, all digits, values parted by
 * 0x1f, a line end in a text as 0x1e, and a line 0x1d behind each cell. */
#include "base/buf.h"
#include "base/file.h"
#include "base/parallel.h"
#include "base/utf8.h"
#include "lang/session.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_ROWS = 20, LARGEST_FILE = 1 << 20 };

struct output {
    bool exact;
    char workspace[PATH_MAX];
    size_t columns, rows;
};

static void print_text(const struct output *o, const char *text, size_t len) {
    size_t skip = strlen(o->workspace);
    for (size_t i = 0; i < len;) {
        if (len - i >= skip && memcmp(text + i, o->workspace, skip) == 0) {
            fputs("<workspace>", stdout);
            i += skip;
        } else {
            putchar(o->exact && text[i] == '\n' ? 0x1e : text[i]);
            i++;
        }
    }
}

/* Each line of text behind its label. */
static void print_lines(const struct output *o, const char *label, const char *text, size_t len) {
    while (len > 0) {
        const char *end = memchr(text, '\n', len);
        size_t line = end ? (size_t)(end - text) : len;
        printf("%s: ", label);
        print_text(o, text, line);
        putchar('\n');
        line += end != NULL;
        text += line;
        len -= line;
    }
}

/* Whether vectors are taken over depends on how long ago the files were written. */
static void on_text(void *user, const char *utf8, size_t len) {
    static const char reused[] = "Reused ";
    if (len < sizeof reused - 1 || memcmp(utf8, reused, sizeof reused - 1) != 0) {
        print_lines(user, "text", utf8, len);
    }
}

static void on_warning(void *user, const char *utf8, size_t len) {
    print_lines(user, "warning", utf8, len);
}

static void on_table_begin(void *user, const struct column *columns, size_t count) {
    static const char *const types[] = {"?", "boolean", "integer", "real", "text", "blob", "vector"};
    struct output *o = user;
    o->columns = count;
    o->rows = 0;
    printf("table:");
    for (size_t i = 0; i < count; i++) {
        printf("%s %s (%s)", !i ? "" : o->exact ? "\x1f" : " |", columns[i].name, types[columns[i].type]);
    }
    putchar('\n');
}

static void print_bytes(const struct value *v) {
    fputs("\\x", stdout);
    for (size_t i = 0; i < v->length; i++) {
        printf("%02x", (unsigned char)v->text[i]);
    }
}

static void print_numbers(const struct value *v) {
    for (size_t i = 0; i < v->length; i++) {
        printf("%s%.9g", i ? "," : "[", (double)v->vector[i]);
    }
    putchar(']');
}

static void print_value(const struct output *o, const struct value *v) {
    if (o->exact && (v->type == VALUE_BLOB || v->type == VALUE_VECTOR)) {
        (v->type == VALUE_BLOB ? print_bytes : print_numbers)(v);
        return;
    }
    switch (v->type) {
    case VALUE_NULL:
        fputs("NULL", stdout);
        break;
    case VALUE_BOOLEAN:
        fputs(v->integer ? "True" : "False", stdout);
        break;
    case VALUE_INTEGER:
        printf("%" PRId64, v->integer);
        break;
    case VALUE_REAL:
        printf(o->exact ? "%.17g" : "%.6g", v->real);
        break;
    case VALUE_TEXT:
        print_text(o, v->text, v->length);
        break;
    case VALUE_BLOB:
        printf("blob of %zu bytes", v->length);
        break;
    case VALUE_VECTOR:
        printf("vector of %zu", v->length);
        break;
    }
}

static void on_table_row(void *user, const struct value *values) {
    struct output *o = user;
    if (o->rows++ < MOST_ROWS || o->exact) {
        for (size_t i = 0; i < o->columns; i++) {
            fputs(i ? o->exact ? "\x1f" : " | " : "  ", stdout);
            print_value(o, &values[i]);
        }
        putchar('\n');
    }
}

static void on_table_end(void *user) {
    const struct output *o = user;
    printf("  (%zu %s)\n", o->rows, o->rows == 1 ? "row" : "rows");
}

static void on_leave(void *user) {
    (void)user;
    puts("leave");
}

static void on_picture(void *user, const struct picture *p) {
    printf("picture: ");
    print_text(user, p->alt, strlen(p->alt));
    printf(" %s, %d x %d\n", p->mime, p->width, p->height);
}

static void on_grid(void *user, const struct picture_grid *g) {
    printf("grid: %zu pictures in boxes of %d, %d columns\n", g->count, g->box, g->columns);
    for (size_t i = 0; i < g->count && i < MOST_ROWS; i++) {
        const struct grid_item *item = &g->items[i];
        const struct picture *p = &item->picture;
        printf("  ");
        print_text(user, p->alt, strlen(p->alt));
        printf(" %s, %d x %d:", p->mime, p->width, p->height);
        for (const char *c = item->caption; c && *c; c++) {
            fputs(c == item->caption || c[-1] == '\n' ? " " : "", stdout);
            fputs(*c == '\n' ? " |" : "", stdout);
            if (*c != '\n') {
                putchar(*c);
            }
        }
        putchar('\n');
    }
}

static void on_help(void *user, const struct help_page *page) {
    static const char *const kinds[] = {"words", "code", "table"};
    print_lines(user, "help", page->title, strlen(page->title));
    for (const struct help_part *p = page->parts; p; p = p->next) {
        printf("  %s%s%s\n", kinds[p->kind], p->heading ? ": " : "", p->heading ? p->heading : "");
        for (size_t i = 0; i < p->columns * p->rows; i++) {
            printf("%s%s%s", i % p->columns ? " | " : "    ", p->cells[i], (i + 1) % p->columns ? "" : "\n");
        }
        if (p->text) {
            print_lines(user, "   ", p->text, strlen(p->text));
        }
    }
}

static void on_progress(void *user, const struct progress *p) {
    (void)user;
    (void)p;
}

/* The line in which the span begins, and carets under what of the span is in that line. */
static void print_place(const char *code, size_t len, const struct err *e) {
    size_t at = e->at < len ? e->at : len, start = at;
    while (start > 0 && code[start - 1] != '\n') {
        start--;
    }
    const char *newline = memchr(code + at, '\n', len - at);
    size_t end = newline ? (size_t)(newline - code) : len;
    size_t to = e->len < end - at ? at + e->len : end;
    printf("  %.*s\n  %*s", (int)(end - start), code + start, (int)utf8_count(code + start, at - start), "");
    size_t marks = utf8_count(code + at, to - at);
    for (size_t i = 0; i < (marks ? marks : 1); i++) {
        putchar('^');
    }
    putchar('\n');
}

static void print_error(const struct output *o, const char *code, size_t len, const struct err *e) {
    printf("error: %s: ", err_ename(e->code));
    print_text(o, e->message, strlen(e->message));
    putchar('\n');
    if (e->has_span) {
        print_place(code, len, e);
    }
    if (e->hint[0]) {
        print_lines(o, "hint", e->hint, strlen(e->hint));
    }
}

static void run_cell(struct session *s, struct output *o, const char *code, size_t len) {
    struct sink sink = {.user = o,
                        .text = on_text,
                        .warning = on_warning,
                        .table_begin = on_table_begin,
                        .table_row = on_table_row,
                        .table_end = on_table_end,
                        .picture = on_picture,
                        .grid = on_grid,
                        .help = on_help,
                        .progress = on_progress,
                        .leave = on_leave};
    struct err e = ERR_INIT;
    for (size_t i = 0, begin = 0; i <= len; i++) {
        if (i == len || code[i] == '\n') {
            printf("> %.*s\n", (int)(i - begin), code + begin);
            begin = i + 1;
        }
    }
    if (session_execute(s, code, len, &sink, &e) != ERR_OK) {
        print_error(o, code, len, &e);
    }
    fputs(o->exact ? "\x1d\n" : "\n", stdout);
}

/* The next cell of text, without the newline that ends it; text moves behind the line `---`. */
static size_t next_cell(const char **text) {
    const char *start = *text, *end = strstr(start, "\n---\n");
    size_t len = end ? (size_t)(end - start) : strlen(start);
    *text = end ? end + 5 : start + len;
    if (!end && len > 0 && start[len - 1] == '\n') {
        len--;
    }
    return len;
}

int main(int count, char **arguments) {
    struct err e = ERR_INIT;
    struct buf text = BUF_INIT;
    struct output o = {.columns = 0};
    struct session *session = NULL;
    struct session_config config = {.workspace = o.workspace};
    if (count == 3 && strcmp(arguments[1], "--exact") == 0) {
        o.exact = true;
        arguments++;
        count--;
    }
    if (count != 2 || !getcwd(o.workspace, sizeof o.workspace)) {
        fputs("usage: golden [--exact] FILE.test, in an empty folder\n", stderr);
        return EXIT_FAILURE;
    }
    if (file_read(arguments[1], LARGEST_FILE, &text, &e) == ERR_OK && session_open(&config, &session, &e) == ERR_OK) {
        for (const char *at = buf_text(&text); *at;) {
            const char *cell = at;
            size_t len = next_cell(&at);
            run_cell(session, &o, cell, len);
        }
    } else {
        fprintf(stderr, "golden: %s\n", e.message);
    }
    session_close(session);
    buf_release(&text);
    parallel_shutdown();
    return e.code == ERR_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
