/* Two passes: the first finds the columns and what they hold, the second inserts. A small machine over the bytes cuts
 * the text into records by their braces, and lang/sql/jsontext.h takes each of them apart. */
#include "lang/data/records.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "lang/data/column_names.h"
#include "lang/data/column_types.h"
#include "lang/sql/jsontext.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_COLUMNS = 2000,    /* SQLite's limit */
    MOST_RECORD = 64 << 20, /* bytes, so that a brace never closed does not fill the memory */
    BLOCK = 64 << 10,
    ROWS_BETWEEN_CHECKS = 100,
};

struct place {
    size_t byte, line, column; /* the latter from 1, in characters */
};

struct records {
    struct datafile *file;
    const char *name;
    struct import import;
    struct err *e;
    size_t *wrong;
    int pass; /* 0 or 1 */
    long long rows;
    bool nested_only; /* each value of the first record is an array or object */

    enum { BEFORE_ALL, BEFORE_RECORD, IN_RECORD, AFTER_RECORD, AFTER_ALL } state;
    bool array;            /* the records stand in [ ] */
    struct place at, from; /* of the next byte; of the record's first */
    int depth;             /* open braces and brackets of the record */
    bool quoted, escaped;  /* in a string; behind a backslash */
    struct buf text;       /* of the record */

    struct arena memory; /* keys and names */
    struct records_column {
        const char *key;
        size_t len;
        struct column_type type;
    } columns[MOST_COLUMNS];
    size_t count;
    struct value values[MOST_COLUMNS];
};

static void step(struct place *p, char c) {
    p->byte++;
    if (c == '\n') {
        p->line++;
        p->column = 1;
    } else {
        p->column += ((unsigned char)c & 0xC0) != 0x80;
    }
}

/* Record what is wrong there: "file.json, line 3, column 7: …". */
static void fail(struct records *r, struct place at, const char *what) {
    *r->wrong = at.byte;
    err_set(r->e, ERR_VALUE, "%s%sline %zu, column %zu: %s", r->name ? r->name : "", r->name ? ", " : "", at.line,
            at.column, what);
}

static void hint_records(struct records *r) {
    err_hint(r->e, "COPY reads records: [{\"a\": 1, \"b\": \"x\"}, …], or one such object a line; "
                   "pandas writes them with to_json(orient='records')");
}

/* The place of a byte of the record. */
static struct place inside(const struct records *r, size_t offset) {
    struct place at = r->from;
    for (size_t i = 0; i < offset && i < r->text.len; i++) {
        step(&at, r->text.data[i]);
    }
    return at;
}

/* The column of a key; keys come in the same order mostly, so `guess` is looked at first. False: there is none. */
static bool find_column(const struct records *r, const struct jsontext *member, size_t guess, size_t *at) {
    for (size_t i = 0; i < r->count; i++) {
        size_t k = (guess + i) % r->count;
        if (r->columns[k].len == member->key_len && memcmp(r->columns[k].key, member->key, member->key_len) == 0) {
            *at = k;
            return true;
        }
    }
    return false;
}

static bool add_column(struct records *r, const struct jsontext *member) {
    char *key = arena_strndup(&r->memory, member->key, member->key_len);
    if (r->count == MOST_COLUMNS) {
        fail(r, r->from, "with this record the keys are more than 2000, the most columns a table can have");
        return false;
    }
    if (!key) {
        err_nomem(r->e);
        return false;
    }
    r->columns[r->count++] = (struct records_column){.key = key, .len = member->key_len};
    return true;
}

/* A number's text with a NUL behind it, until number_end(). */
static const char *number_begin(struct records *r, const struct jsontext *j, char *behind) {
    char *number = r->text.data + (j->raw - r->text.data);
    *behind = number[j->raw_len];
    number[j->raw_len] = '\0';
    return number;
}

static void number_end(struct records *r, const struct jsontext *j, char behind) {
    r->text.data[(size_t)(j->raw - r->text.data) + j->raw_len] = behind;
}

static void see_value(struct records *r, struct column_type *type, const struct jsontext *j) {
    char behind;
    if (j->kind == JSON_NUMBER) {
        column_type_see_number(type, number_begin(r, j, &behind), j->raw_len);
        number_end(r, j, behind);
    } else if (j->kind == JSON_TRUE || j->kind == JSON_FALSE) {
        column_type_see_boolean(type);
    } else if (j->kind != JSON_NULL) {
        column_type_see_text(type);
    }
}

static void see_record(struct records *r, const struct jsontext *record) {
    size_t i = 0, at = 0;
    for (struct jsontext *m = record->first; m && r->e->code == ERR_OK; m = m->next, i++) {
        bool nested = m->kind == JSON_ARRAY || m->kind == JSON_OBJECT;
        r->nested_only = r->nested_only && nested;
        bool known = find_column(r, m, i, &at);
        at = known ? at : r->count;
        if (known || add_column(r, m)) {
            see_value(r, &r->columns[at].type, m);
        }
    }
}

/* The value of a column of `type`. False: it does not fit. */
static bool value_of(struct records *r, const struct jsontext *j, enum value_type type, struct value *out) {
    *out = (struct value){.type = VALUE_NULL};
    if (j->kind == JSON_NULL) {
        return true;
    }
    if (type == VALUE_TEXT) {
        *out = (struct value){.type = VALUE_TEXT, .text = j->text, .length = j->len};
        return true;
    }
    if (type == VALUE_BOOLEAN) {
        *out = (struct value){.type = VALUE_BOOLEAN, .integer = j->kind == JSON_TRUE};
        return j->kind == JSON_TRUE || j->kind == JSON_FALSE;
    }
    bool fits = j->kind == JSON_NUMBER;
    if (fits) {
        char behind;
        fits = column_type_value(type, number_begin(r, j, &behind), j->raw_len, out);
        number_end(r, j, behind);
    }
    return fits;
}

static void insert_record(struct records *r, const struct jsontext *record) {
    size_t i = 0, at = 0;
    memset(r->values, 0, r->count * sizeof *r->values); /* NULL */
    for (struct jsontext *m = record->first; m; m = m->next, i++) {
        if (!find_column(r, m, i, &at)) {
            continue; /* the file has changed, which is told at the end */
        }
        if (!value_of(r, m, r->import.types[at], &r->values[at])) {
            char what[200];
            int key = (int)utf8_cut(r->columns[at].key, r->columns[at].len < 60 ? r->columns[at].len : 60);
            snprintf(what, sizeof what, "%.*s is not %s, as the column '%.*s' of the table has",
                     (int)utf8_cut(m->raw, m->raw_len < 60 ? m->raw_len : 60), m->raw,
                     import_type_word(r->import.types[at]), key, r->columns[at].key);
            fail(r, inside(r, (size_t)(m->raw - r->text.data)), what);
            import_hint_misfit(r->e);
            return;
        }
    }
    if (import_row(&r->import, r->values, r->e) != ERR_OK) {
        *r->wrong = r->from.byte;
        import_place(r->e, "%s%sline %zu", r->name ? r->name : "", r->name ? ", " : "", r->from.line);
    }
}

static void tell(struct records *r, bool ends) {
    double size = datafile_size(r->file);
    import_tell(&r->import, (r->pass * size + datafile_at(r->file)) / 2, size, ends);
}

static void invalid(struct records *r, size_t at, const char *limit) {
    if (!utf8_valid(r->text.data, r->text.len)) {
        size_t good = 0, n;
        uint32_t point;
        while ((n = utf8_next(r->text.data + good, r->text.len - good, &point)) > 0 &&
               (point != 0xFFFD || utf8_valid(r->text.data + good, n))) {
            good += n;
        }
        fail(r, inside(r, good), "the text is not UTF-8");
        err_hint(r->e, "save the file as UTF-8, or convert it: iconv -f CP949 -t UTF-8 old.json > new.json");
        return;
    }
    if (limit) {
        char what[100];
        snprintf(what, sizeof what, "a record of %s is not supported here", limit);
        fail(r, inside(r, at), what);
        err_hint(r->e, "split it into records of less; in Python, pandas.json_normalize(…) takes apart what is nested");
        return;
    }
    fail(r, inside(r, at), "this is not JSON");
    err_hint(r->e, "strings and keys stand in double quotes; a missing value is null; no comma before } or ]");
}

static void take_record(struct records *r) {
    struct arena tree = ARENA_INIT;
    size_t wrong = 0;
    const char *limit = NULL;
    struct jsontext *record = NULL;
    if (!buf_ok(&r->text)) {
        err_nomem(r->e);
        return;
    }
    if (utf8_valid(r->text.data, r->text.len)) {
        record = jsontext_read(&tree, r->text.data, r->text.len, &wrong, &limit);
    }
    if (arena_failed(&tree)) {
        err_nomem(r->e);
    } else if (!record) {
        invalid(r, wrong, limit);
    } else {
        (r->pass == 0 ? see_record : insert_record)(r, record);
    }
    arena_release(&tree);
    buf_clear(&r->text);
    if (++r->rows % ROWS_BETWEEN_CHECKS == 0) {
        if (stop_requested(r->import.to->stop)) {
            err_interrupt(r->e);
        }
        tell(r, false);
    }
}

/* A byte of a record, behind its first. */
static void follow(struct records *r, char c) {
    if (r->quoted) {
        r->quoted = r->escaped || c != '"';
        r->escaped = !r->escaped && c == '\\';
    } else if (c == '"') {
        r->quoted = true;
    } else {
        r->depth += (c == '{' || c == '[') - (c == '}' || c == ']');
    }
    if (r->depth == 0) {
        r->state = AFTER_RECORD;
        take_record(r);
    } else if (r->text.len > MOST_RECORD) {
        fail(r, r->from, "the record that begins here is longer than 64 MiB");
        err_hint(r->e, "a quote or brace of it is perhaps never closed");
    }
}

static void begin_record(struct records *r) {
    r->state = IN_RECORD;
    r->from = r->at;
    r->depth = 1;
    r->quoted = r->escaped = false;
}

/* A byte that stands between records. */
static void between(struct records *r, char c) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        return;
    }
    bool may_begin = r->state == BEFORE_ALL || r->state == BEFORE_RECORD || (r->state == AFTER_RECORD && !r->array);
    if (c == '{' && may_begin) {
        begin_record(r);
    } else if (c == '[' && r->state == BEFORE_ALL) {
        r->array = true;
        r->state = BEFORE_RECORD;
    } else if (c == ']' && r->array && (r->state == AFTER_RECORD || (r->state == BEFORE_RECORD && r->rows == 0))) {
        r->state = AFTER_ALL;
    } else if (c == ',' && r->array && r->state == AFTER_RECORD) {
        r->state = BEFORE_RECORD;
    } else {
        fail(r, r->at,
             r->state == AFTER_ALL      ? "text after the end of the records"
             : r->state == AFTER_RECORD ? "a comma or ] is missing between records"
                                        : "a record, which begins with {, is missing here");
        hint_records(r);
    }
}

static void feed(struct records *r, const char *block, size_t len) {
    for (size_t i = 0; i < len && r->e->code == ERR_OK; i++) {
        char c = block[i];
        if (r->state != IN_RECORD) {
            between(r, c);
        }
        if (r->state == IN_RECORD && r->e->code == ERR_OK) {
            bool first = r->text.len == 0;
            buf_char(&r->text, c);
            if (!first) {
                follow(r, c);
            }
        }
        step(&r->at, c);
    }
}

static void finish_pass(struct records *r) {
    if (r->e->code != ERR_OK) {
        return;
    }
    if (r->state == IN_RECORD) {
        fail(r, r->from, "the record that begins here has no end");
        err_hint(r->e, "a quote or brace of it is never closed, or the text is cut off");
    } else if (r->array && r->state != AFTER_ALL) {
        fail(r, r->at, "the ] behind the last record is missing");
        err_hint(r->e, "the text is perhaps cut off");
    } else if (r->count == 0) {
        err_set(r->e, ERR_VALUE, "%s has no records, and so no columns", r->name ? r->name : "the text");
        hint_records(r);
    } else if (r->pass == 0 && !r->array && r->rows == 1 && r->nested_only) {
        fail(r, r->from, "this is one object whose values are columns or tables, not a record");
        hint_records(r);
    }
}

static enum err_code read_pass(struct records *r, int pass) {
    static const char mark[] = "\xEF\xBB\xBF";
    char block[BLOCK];
    size_t n = 0;
    r->pass = pass;
    r->state = BEFORE_ALL;
    r->array = false;
    r->at = (struct place){0, 1, 1};
    r->rows = 0;
    r->nested_only = true;
    bool first = true;
    if (datafile_rewind(r->file, r->e) != ERR_OK) {
        return r->e->code;
    }
    do {
        n = datafile_read(r->file, block, sizeof block, r->e);
        size_t skip = first && n >= 3 && memcmp(block, mark, 3) == 0 ? 3 : 0;
        feed(r, block + skip, n - skip);
        first = false;
        if (stop_requested(r->import.to->stop)) {
            err_interrupt(r->e);
        }
    } while (n > 0 && r->e->code == ERR_OK);
    finish_pass(r);
    return r->e->code;
}

static enum err_code make_table(struct records *r) {
    const char *keys[MOST_COLUMNS];
    enum value_type types[MOST_COLUMNS];
    for (size_t i = 0; i < r->count; i++) {
        keys[i] = r->columns[i].key;
        types[i] = column_type_of(&r->columns[i].type);
    }
    const char **names = column_names(&r->memory, keys, r->count);
    return names ? import_begin(&r->import, names, types, r->count, r->e) : err_nomem(r->e);
}

enum err_code records_load(struct datafile *f, const char *name, const struct import_target *to, long long *rows,
                           size_t *wrong, struct err *e) {
    struct records *r = calloc(1, sizeof *r);
    if (!r) {
        return err_nomem(e);
    }
    r->file = f;
    r->name = name;
    r->wrong = wrong;
    r->e = e;
    import_init(&r->import, to, "bytes");
    if (read_pass(r, 0) == ERR_OK && make_table(r) == ERR_OK && read_pass(r, 1) == ERR_OK &&
        datafile_check_same(f, e) == ERR_OK) {
        tell(r, true);
        if (datafile_has_rest(f)) {
            import_warn_rest(&r->import, name);
        }
        *rows = r->rows;
    }
    import_release(&r->import);
    buf_release(&r->text);
    arena_release(&r->memory);
    free(r);
    return e->code;
}
