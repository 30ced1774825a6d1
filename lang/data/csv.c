/* CSV into a table, in two passes over the file: the first infers the columns' types, the second inserts. libcsv's one
 * room; it gets the file in pieces of at most a line, so that the line of every error is known. */
#include "lang/data/csv.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "lang/data/column_names.h"
#include "lang/data/column_types.h"
#include "lang/data/csv_sniff.h"
#include "lang/data/datafile.h"

#include <csv.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_COLUMNS = 2000, /* SQLite's limit */
    MOST_ROW = 64 << 20, /* bytes of a row, so that a quote never closed does not fill the memory */
    BLOCK = 64 << 10,    /* bytes read at a time */
    ROWS_BETWEEN_CHECKS = 1000,
};

/* Where in a field the next byte is. */
enum place { FIELD_BEGIN, FIELD_BARE, FIELD_QUOTED, FIELD_AFTER_QUOTE };

struct load {
    const char *path;
    struct csv_format format;
    struct import import;
    struct err *e;
    struct arena arena; /* names */
    struct datafile *file;
    int pass; /* 0 or 1 */

    struct csv_parser parser;
    enum place place;
    bool blank;                  /* nothing but white space on this line so far */
    bool after_cr;               /* the byte before was \r */
    size_t line;                 /* from 1 */
    size_t row_line, quote_line; /* where the row and its last quote began */
    size_t column, quote_column; /* that the next byte is in, from 1; of the last quote */
    long long rows;              /* complete ones, without the header, which is number -1 */

    struct buf text;                 /* the row's fields, each with a NUL */
    size_t begins[MOST_COLUMNS + 1]; /* where they begin in text */
    size_t fields, columns;          /* of this row; of the header, 0 before it is read */
    const char **names;
    struct column_type types[MOST_COLUMNS];
    struct value values[MOST_COLUMNS];
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
        err_hint(l->e,
                 "save the file as UTF-8, or convert it: iconv -f CP949 -t UTF-8 old.csv > new.csv (CP949 is Korean "
                 "Windows; CP1252 is Western)");
        return;
    }
    if (l->fields < MOST_COLUMNS + 1) {
        l->begins[l->fields++] = l->text.len;
        buf_add(&l->text, bytes, len);
        buf_char(&l->text, '\0');
    }
}

/* The names in the header, or numbers where there is none. */
static void take_names(struct load *l) {
    const char *fields[MOST_COLUMNS];
    if (l->fields > MOST_COLUMNS) {
        err_set(l->e, ERR_VALUE, "%s has more than %d columns, the most a table can have", l->path, MOST_COLUMNS);
        err_hint(l->e, "split the file, or turn its columns into rows of (row, column, value)");
        return;
    }
    for (size_t i = 0; i < l->fields; i++) {
        fields[i] = l->format.no_header ? arena_printf(&l->arena, "column%zu", i + 1) : l->text.data + l->begins[i];
    }
    l->names = arena_failed(&l->arena) ? NULL : column_names(&l->arena, fields, l->fields);
    l->columns = l->fields;
    if (!l->names) {
        err_nomem(l->e);
    }
}

static void see_row(struct load *l) {
    for (size_t i = 0; i < l->columns; i++) {
        bool given = i < l->fields;
        column_type_see(&l->types[i], given ? l->text.data + l->begins[i] : "", given ? field_length(l, i) : 0);
    }
}

static void insert_row(struct load *l) {
    for (size_t i = 0; i < l->columns; i++) {
        const char *field = i < l->fields ? l->text.data + l->begins[i] : "";
        size_t len = i < l->fields ? field_length(l, i) : 0;
        if (!column_type_value(l->import.types[i], field, len, &l->values[i])) {
            char what[160];
            snprintf(what, sizeof what, "'%.*s' is not %s, as the column of the table has",
                     (int)utf8_cut(field, len < 60 ? len : 60), field, import_type_word(l->import.types[i]));
            wrong_field(l, l->row_line, i + 1, what);
            import_hint_misfit(l->e);
            return;
        }
    }
    if (import_row(&l->import, l->values, l->e) != ERR_OK) {
        import_place(l->e, "%s, line %zu", l->path, l->row_line);
    }
}

static void tell(struct load *l, double at, bool ends) {
    double size = datafile_size(l->file);
    import_tell(&l->import, (l->pass * size + at) / 2, size, ends);
}

static void take_row(int end, void *user) {
    struct load *l = user;
    (void)end;
    if (l->e->code != ERR_OK) {
        return;
    }
    bool header = l->rows < 0;
    if (!buf_ok(&l->text)) {
        err_nomem(l->e);
    } else if (l->columns == 0) {
        take_names(l);
    }
    if (l->e->code == ERR_OK && !header && l->fields > l->columns) {
        err_set(l->e, ERR_VALUE, "%s, line %zu, column %zu: a row of more fields than the %s's %zu", l->path,
                l->row_line, l->columns + 1, l->format.no_header ? "first row" : "header", l->columns);
        err_hint(l->e, "put quotes around a field that has %s in it",
                 l->format.delimiter == ',' ? "a comma" : "the delimiter");
    } else if (l->e->code == ERR_OK && !header) {
        (l->pass == 0 ? see_row : insert_row)(l);
    }
    l->rows++;
    l->fields = 0;
    buf_clear(&l->text);
    if (l->rows % ROWS_BETWEEN_CHECKS == 0) {
        if (stop_requested(l->import.to->stop)) {
            err_interrupt(l->e);
        }
        tell(l, datafile_at(l->file), false);
    }
}

/* Follow the quotes of a byte as libcsv does, but for what it takes in silence: text after a closing quote. */
static void follow(struct load *l, char c) {
    bool ends_line = c == '\n' || c == '\r';
    if (l->place == FIELD_QUOTED) {
        l->place = c == '"' ? FIELD_AFTER_QUOTE : FIELD_QUOTED;
        return;
    }
    bool delimits = c == l->format.delimiter;
    l->blank = l->blank && !delimits && (c == ' ' || c == '\t' || ends_line);
    if (delimits || ends_line) {
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

/* What the first block says of the file: the delimiter, and whether it is text as we read it. */
static void look(struct load *l, const char *block, size_t len, bool whole) {
    bool tabs = datafile_ends(l->path, ".tsv") || datafile_ends(l->path, ".tab");
    if (len >= 2 && (memcmp(block, "\xFF\xFE", 2) == 0 || memcmp(block, "\xFE\xFF", 2) == 0)) {
        err_set(l->e, ERR_VALUE, "%s, line 1: the text is UTF-16, not UTF-8", l->path);
        err_hint(l->e, "save the file as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8 old.csv > new.csv");
    } else if (l->format.delimiter == 0) {
        l->format.delimiter = csv_sniff(block, len, whole, tabs ? '\t' : ',');
    }
    csv_set_delim(&l->parser, (unsigned char)l->format.delimiter);
}

static void begin_pass(struct load *l, int pass) {
    l->pass = pass;
    l->place = FIELD_BEGIN;
    l->after_cr = false;
    l->blank = true;
    l->line = l->column = 1;
    l->rows = l->format.no_header ? 0 : -1;
    l->fields = 0;
    buf_clear(&l->text);
}

/* Read the whole file once. */
static enum err_code read_pass(struct load *l, int pass) {
    static const char mark[] = "\xEF\xBB\xBF";
    char block[BLOCK];
    begin_pass(l, pass);
    if (datafile_rewind(l->file, l->e) != ERR_OK) {
        return l->e->code;
    }
    if (csv_init(&l->parser, 0) != 0) {
        return err_nomem(l->e);
    }
    csv_set_space_func(&l->parser, is_never); /* spaces are part of a field */
    size_t held = 0, n = 0;
    bool first = true;
    do {
        n = datafile_read(l->file, block + held, sizeof block - held, l->e);
        size_t len = held + n, skip = first && len >= 3 && memcmp(block, mark, 3) == 0 ? 3 : 0;
        size_t cut = n > 0 ? whole_lines(block, len) : len;
        if (first && l->e->code == ERR_OK) {
            look(l, block + skip, len - skip, len < sizeof block);
        }
        if (stop_requested(l->import.to->stop)) {
            err_interrupt(l->e);
        }
        if (l->e->code != ERR_OK) {
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

static enum err_code make_table(struct load *l) {
    enum value_type types[MOST_COLUMNS];
    for (size_t i = 0; i < l->columns; i++) {
        types[i] = column_type_of(&l->types[i]);
    }
    return import_begin(&l->import, l->names, types, l->columns, l->e);
}

enum err_code csv_load(const char *path, const struct csv_format *format, const struct import_target *to,
                       long long *rows, struct err *e) {
    struct load *l = calloc(1, sizeof *l);
    if (!l) {
        return err_nomem(e);
    }
    l->path = path;
    l->format = *format;
    l->e = e;
    import_init(&l->import, to, "bytes");
    if (datafile_open(path, DATAFILE_MOST, &l->file, e) == ERR_OK && read_pass(l, 0) == ERR_OK &&
        make_table(l) == ERR_OK && read_pass(l, 1) == ERR_OK && datafile_check_same(l->file, e) == ERR_OK) {
        tell(l, 0, true);
        if (datafile_has_rest(l->file)) {
            import_warn_rest(&l->import, path);
        }
        *rows = l->rows;
    }
    import_release(&l->import);
    datafile_close(l->file);
    buf_release(&l->text);
    arena_release(&l->arena);
    free(l);
    return e->code;
}
