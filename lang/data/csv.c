/* CSV into a table, in two passes over the file: the first infers the columns' types, the second inserts. libcsv's one
 * room; it gets the file in pieces of at most a line, so that the line of every error is known. */
#include "lang/data/csv.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "lang/data/csv_names.h"
#include "lang/data/csv_types.h"

#include <csv.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    MOST_COLUMNS = 2000, /* SQLite's limit */
    MOST_ROW = 64 << 20, /* bytes of a row, so that a quote never closed does not fill the memory */
    BLOCK = 64 << 10,    /* bytes read at a time */
    ROWS_BETWEEN_CHECKS = 1000,
};

/* Where in a field the next byte is. */
enum place { FIELD_BEGIN, FIELD_BARE, FIELD_QUOTED, FIELD_AFTER_QUOTE };

struct load {
    struct store *store;
    const char *path;
    const char *table;
    struct stop *stop;
    const struct sink *out;
    struct err *e;
    struct arena arena; /* names */
    FILE *file;
    struct timespec changed;
    double size, began, told; /* bytes of the file; times */
    int pass;                 /* 0 or 1 */

    struct csv_parser parser;
    enum place place;
    bool blank;                  /* nothing but white space on this line so far */
    bool after_cr;               /* the byte before was \r */
    size_t line;                 /* from 1 */
    size_t row_line, quote_line; /* where the row and its last quote began */
    size_t column, quote_column; /* that the next byte is in, from 1; of the last quote */
    long long rows;              /* complete ones, without the header */

    struct buf text;                 /* the row's fields, each with a NUL */
    size_t begins[MOST_COLUMNS + 1]; /* where they begin in text */
    size_t fields, columns;          /* of this row; of the header, 0 before it is read */
    const char **names;
    struct csv_type types[MOST_COLUMNS];
    enum value_type decided[MOST_COLUMNS];
    struct store_query *insert;
};

static size_t field_length(const struct load *l, size_t i) {
    size_t end = i + 1 < l->fields ? l->begins[i + 1] : l->text.len;
    return end - l->begins[i] - 1;
}

/* Record what is wrong with a field, behind its place: "file.csv, line 3, column 2 (label): …". */
static void wrong_field(struct load *l, size_t line, size_t column, const char *what) {
    bool named = column <= l->columns;
    err_set(l->e, ERR_VALUE, "%s, line %zu, column %zu%s%s%s: %s", l->path, line, column, named ? " (" : "",
            named ? l->names[column - 1] : "", named ? ")" : "", what);
}

static void take_field(void *bytes, size_t len, void *user) {
    struct load *l = user;
    if (l->e->code != ERR_OK) {
        return;
    }
    if (!utf8_valid(bytes, len)) {
        wrong_field(l, l->row_line, l->fields + 1, "the text is not UTF-8");
        err_hint(l->e, "save the file as UTF-8 and run the cell again");
        return;
    }
    if (l->fields < MOST_COLUMNS + 1) {
        l->begins[l->fields++] = l->text.len;
        buf_add(&l->text, bytes, len);
        buf_char(&l->text, '\0');
    }
}

static void take_header(struct load *l) {
    const char *fields[MOST_COLUMNS];
    if (l->fields > MOST_COLUMNS) {
        err_set(l->e, ERR_VALUE, "%s: the header has more than %d columns, the most a table can have", l->path,
                MOST_COLUMNS);
        return;
    }
    for (size_t i = 0; i < l->fields; i++) {
        fields[i] = l->text.data + l->begins[i];
    }
    l->names = csv_names(&l->arena, fields, l->fields);
    l->columns = l->fields;
    if (!l->names) {
        err_nomem(l->e);
    }
}

static void insert_row(struct load *l) {
    bool row;
    for (size_t i = 0; i < l->columns && l->e->code == ERR_OK; i++) {
        struct value v = {.type = VALUE_NULL};
        if (i < l->fields) {
            v = csv_type_value(l->decided[i], l->text.data + l->begins[i], field_length(l, i));
        }
        store_bind(l->insert, (int)i + 1, &v, l->e);
    }
    if (l->e->code == ERR_OK && store_step(l->insert, &row, l->e) == ERR_OK) {
        store_reset(l->insert, l->e);
    }
}

/* One progress line for both passes, and none for what is done at once. */
static void tell(struct load *l, double at, bool ends) {
    double now = clock_now(), done = (l->pass * l->size + at) / 2;
    if (!l->out || !l->out->progress || (ends ? l->told == 0 : now - (l->told > 0 ? l->told : l->began + 0.4) < 0.1)) {
        return;
    }
    l->told = now;
    struct progress p = {.what = "Copying",
                         .unit = "bytes",
                         .done = ends ? l->size : done * 0.99,
                         .total = l->size,
                         .seconds = now - l->began};
    l->out->progress(l->out->user, &p);
}

static void take_row(int end, void *user) {
    struct load *l = user;
    (void)end;
    if (l->e->code != ERR_OK) {
        return;
    }
    bool header = l->columns == 0 || (l->pass == 1 && l->rows < 0);
    if (!buf_ok(&l->text)) {
        err_nomem(l->e);
    } else if (l->columns == 0) {
        take_header(l);
    } else if (!header && l->fields > l->columns) {
        err_set(l->e, ERR_VALUE, "%s, line %zu, column %zu: a row of more fields than the header's %zu", l->path,
                l->row_line, l->columns + 1, l->columns);
        err_hint(l->e, "put quotes around a field that has a comma in it");
    } else if (!header && l->pass == 0) {
        for (size_t i = 0; i < l->fields; i++) {
            csv_type_see(&l->types[i], l->text.data + l->begins[i], field_length(l, i));
        }
        for (size_t i = l->fields; i < l->columns; i++) {
            csv_type_see(&l->types[i], "", 0);
        }
    } else if (!header) {
        insert_row(l);
    }
    l->rows++;
    l->fields = 0;
    buf_clear(&l->text);
    if (l->rows % ROWS_BETWEEN_CHECKS == 0) {
        if (stop_requested(l->stop)) {
            err_interrupt(l->e);
        }
        tell(l, (double)ftello(l->file), false);
    }
}

/* Follow the quotes of a byte as libcsv does, but for what it takes in silence: text after a closing quote. */
static void follow(struct load *l, char c) {
    bool ends_line = c == '\n' || c == '\r';
    if (l->place == FIELD_QUOTED) {
        l->place = c == '"' ? FIELD_AFTER_QUOTE : FIELD_QUOTED;
        return;
    }
    l->blank = l->blank && (c == ' ' || c == '\t' || ends_line);
    if (c == ',' || ends_line) {
        l->place = FIELD_BEGIN;
        l->column = ends_line ? 1 : l->column + 1;
    } else if (c == '"' && l->place != FIELD_BARE) {
        l->quote_line = l->place == FIELD_BEGIN ? l->line : l->quote_line;
        l->quote_column = l->column;
        l->place = FIELD_QUOTED;
    } else if (l->place == FIELD_AFTER_QUOTE) {
        wrong_field(l, l->line, l->column, "text after the closing quote of a field");
        err_hint(l->e, "a quote inside a quoted field is written twice: \"\"");
    } else {
        l->place = FIELD_BARE;
    }
}

/* Bytes up to the end of the line, or all of them. */
static size_t line_length(struct load *l, const char *bytes, size_t len) {
    size_t n = 0;
    while (n < len && l->e->code == ERR_OK) {
        char c = bytes[n++];
        if (c == '\0') {
            err_set(l->e, ERR_VALUE, "%s, line %zu: a NUL character", l->path, l->line);
            err_hint(l->e, "save the file as CSV in UTF-8; this may be another kind of file");
            break;
        }
        follow(l, c);
        if (c == '\n' || c == '\r') {
            break;
        }
    }
    return n;
}

/* \r, \n and \r\n end a line, the last in two pieces. */
static void count_line(struct load *l, const char *piece, size_t len) {
    char last = piece[len - 1];
    l->line += last == '\r' || (last == '\n' && !(len == 1 && l->after_cr));
    l->after_cr = last == '\r';
}

/* Hand a piece of at most a line to libcsv. */
static void feed(struct load *l, const char *piece, size_t len) {
    char last = piece[len - 1];
    bool whole_line = last == '\n' || last == '\r';
    count_line(l, piece, len);
    if (whole_line && l->blank && l->fields == 0 && l->parser.entry_pos == 0) {
        return; /* as pandas, which skips a line of white space */
    }
    csv_set_blk_size(&l->parser, l->parser.entry_pos + 128); /* its buffer doubles, so that long fields take no time */
    if (csv_parse(&l->parser, piece, len, take_field, take_row, l) != len) {
        err_nomem(l->e);
    }
    if (l->e->code == ERR_OK && l->text.len + l->parser.entry_pos > MOST_ROW) {
        err_set(l->e, ERR_VALUE, "%s: the row that begins on line %zu is longer than %d bytes", l->path, l->row_line,
                MOST_ROW);
        if (l->place == FIELD_QUOTED) {
            err_hint(l->e, "the quote opened on line %zu is perhaps never closed", l->quote_line);
        }
    }
}

static void feed_block(struct load *l, const char *block, size_t len) {
    for (size_t at = 0, n; at < len && l->e->code == ERR_OK; at += n) {
        if (l->fields == 0 && l->parser.entry_pos == 0 && l->place == FIELD_BEGIN) {
            l->row_line = l->line;
            l->blank = true;
        }
        n = line_length(l, block + at, len - at);
        if (l->e->code == ERR_OK) {
            feed(l, block + at, n);
        }
    }
}

static int is_never(unsigned char c) {
    (void)c;
    return 0;
}

static void finish_pass(struct load *l) {
    if (l->e->code == ERR_OK && ferror(l->file)) {
        err_set(l->e, ERR_FILE, "%s cannot be read: %s", l->path, strerror(errno));
    }
    if (l->e->code == ERR_OK && l->place == FIELD_QUOTED) {
        wrong_field(l, l->quote_line, l->quote_column, "the quote that begins here is never closed");
        err_hint(l->e, "a quote inside a quoted field is written twice: \"\"");
    }
    if (l->e->code == ERR_OK && !(l->blank && l->fields == 0) && csv_fini(&l->parser, take_field, take_row, l) != 0) {
        err_nomem(l->e);
    }
    if (l->e->code == ERR_OK && l->columns == 0) {
        err_set(l->e, ERR_VALUE, "%s is empty", l->path);
        err_hint(l->e, "the first line of a CSV file names its columns");
    }
}

/* Bytes up to the last end of a line, so that short lines come in one piece; all of them where there is none. */
static size_t whole_lines(const char *block, size_t len) {
    const char *end = memrchr(block, '\n', len);
    return end ? (size_t)(end - block) + 1 : len;
}

/* Read the whole file once. */
static enum err_code read_pass(struct load *l, int pass) {
    static const char mark[] = "\xEF\xBB\xBF";
    char block[BLOCK];
    l->pass = pass;
    l->place = FIELD_BEGIN;
    l->after_cr = false;
    l->blank = true;
    l->line = l->column = 1;
    l->rows = -1; /* the header's */
    l->fields = 0;
    buf_clear(&l->text);
    rewind(l->file);
    if (csv_init(&l->parser, 0) != 0) {
        return err_nomem(l->e);
    }
    csv_set_space_func(&l->parser, is_never); /* spaces are part of a field */
    size_t held = 0, n = 0;
    bool first = true;
    do {
        n = fread(block + held, 1, sizeof block - held, l->file);
        size_t len = held + n, skip = first && len >= 3 && memcmp(block, mark, 3) == 0 ? 3 : 0;
        size_t cut = n > 0 ? whole_lines(block, len) : len;
        if (stop_requested(l->stop)) {
            err_interrupt(l->e);
            break;
        }
        feed_block(l, block + skip, cut - skip);
        held = len - cut;
        memmove(block, block + cut, held);
        first = false;
    } while (n > 0 && l->e->code == ERR_OK);
    finish_pass(l);
    csv_free(&l->parser);
    return l->e->code;
}

/* CREATE TABLE, and the INSERT to be run for each row. */
static enum err_code make_table(struct load *l) {
    struct buf create = BUF_INIT, insert = BUF_INIT;
    char type[32];
    buf_str(&create, "CREATE TABLE main.");
    store_add_identifier(&create, l->table);
    buf_str(&insert, "INSERT INTO main.");
    store_add_identifier(&insert, l->table);
    buf_str(&insert, " VALUES");
    for (size_t i = 0; i < l->columns; i++) {
        l->decided[i] = csv_type_of(&l->types[i]);
        store_type_name(l->decided[i], 0, type);
        buf_str(&create, i ? ", " : " (");
        store_add_identifier(&create, l->names[i]);
        buf_printf(&create, " %s", type);
        buf_printf(&insert, "%c?%zu", i ? ',' : '(', i + 1);
    }
    buf_char(&create, ')');
    buf_char(&insert, ')');
    if (!buf_ok(&create) || !buf_ok(&insert)) {
        err_nomem(l->e);
    } else if (store_run(l->store, create.data, l->e) == ERR_OK) {
        store_prepare(l->store, insert.data, insert.len, &l->insert, l->e);
    }
    l->e->has_span = 0; /* a place in words of ours */
    buf_release(&create);
    buf_release(&insert);
    return l->e->code;
}

static enum err_code open_file(struct load *l) {
    struct stat about;
    l->file = fopen(l->path, "rb");
    if (!l->file || fstat(fileno(l->file), &about) != 0) {
        return err_set(l->e, ERR_FILE, "%s cannot be opened: %s", l->path, strerror(errno));
    }
    if (!S_ISREG(about.st_mode)) {
        return err_set(l->e, ERR_FILE, "%s is not a file", l->path);
    }
    l->size = (double)about.st_size;
    l->changed = about.st_mtim;
    return ERR_OK;
}

/* The second pass takes what the first has seen for granted. */
static enum err_code check_same(struct load *l) {
    struct stat about;
    if (fstat(fileno(l->file), &about) != 0 || (double)about.st_size != l->size ||
        about.st_mtim.tv_sec != l->changed.tv_sec || about.st_mtim.tv_nsec != l->changed.tv_nsec) {
        err_set(l->e, ERR_FILE, "%s changed while it was being read", l->path);
        return err_hint(l->e, "run the cell again");
    }
    return ERR_OK;
}

enum err_code csv_load(struct store *s, const char *path, const char *table, struct stop *stop, const struct sink *out,
                       long long *rows, struct err *e) {
    struct load *l = calloc(1, sizeof *l);
    if (!l) {
        return err_nomem(e);
    }
    l->store = s;
    l->path = path;
    l->table = table;
    l->stop = stop;
    l->out = out;
    l->e = e;
    l->began = clock_now();
    if (open_file(l) == ERR_OK && read_pass(l, 0) == ERR_OK && make_table(l) == ERR_OK && read_pass(l, 1) == ERR_OK &&
        check_same(l) == ERR_OK) {
        tell(l, l->size, true);
        *rows = l->rows;
    }
    store_finish(l->insert);
    if (l->file) {
        fclose(l->file);
    }
    buf_release(&l->text);
    arena_release(&l->arena);
    free(l);
    return e->code;
}
