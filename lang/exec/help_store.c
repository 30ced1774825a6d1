/* Tables, their columns, and models. Nothing here may take long, since it answers while somebody types: counting stops
 * early, and a view, whose rows may be any work, is only described. */
#include "lang/exec/help_page.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "lang/store/registry.h"
#include "ml/model/modelfile.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

enum { COUNT_MOST = 10000, SAMPLE_ROWS = 3, SAMPLE_COLUMNS = 8, CELL_POINTS = 30, COLUMN_TABLES = 12 };

static void add_column(void *user, const struct column *column) {
    static const char *const names[] = {"", "boolean", "integer", "real", "text", "blob", "vector"};
    help_row(user, (const char *const[]){column->name, names[column->type]});
}

static const char *value_text(struct arena *a, const struct value *v) {
    switch (v->type) {
    case VALUE_NULL:
        return "NULL";
    case VALUE_BOOLEAN:
        return v->integer ? "True" : "False";
    case VALUE_INTEGER:
        return arena_printf(a, "%" PRId64, v->integer);
    case VALUE_REAL:
        return arena_printf(a, "%.6g", v->real);
    case VALUE_TEXT: {
        size_t kept = utf8_offset(v->text, v->length, CELL_POINTS);
        return arena_printf(a, "%.*s%s", (int)kept, v->text, kept < v->length ? "…" : "");
    }
    case VALUE_BLOB:
        return arena_printf(a, "%zu bytes", v->length);
    case VALUE_VECTOR:
        return arena_printf(a, "%zu numbers", v->length);
    }
    return "";
}

static void add_sample(struct help_writer *w, struct store *store, const char *quoted) {
    struct err ignored = ERR_INIT;
    struct store_query *q = NULL;
    bool row = false;
    const char *cells[SAMPLE_COLUMNS + 1];
    char *sql = arena_printf(w->arena, "SELECT * FROM %s LIMIT %d", quoted, SAMPLE_ROWS);
    if (!sql || store_prepare(store, sql, strlen(sql), &q, &ignored) != ERR_OK) {
        return;
    }
    size_t count = store_column_count(q), shown = count < SAMPLE_COLUMNS ? count : SAMPLE_COLUMNS;
    for (size_t i = 0; i < shown; i++) {
        cells[i] = store_column(q, i).name;
    }
    cells[shown] = "…";
    for (bool first = true; store_step(q, &row, &ignored) == ERR_OK && row; first = false) {
        if (first) {
            help_table(w, "First rows", shown + (shown < count));
            help_row(w, cells);
        }
        for (size_t i = 0; i < shown; i++) {
            struct value v = store_value(q, i);
            cells[i] = value_text(w->arena, &v);
        }
        help_row(w, cells);
    }
    store_finish(q);
}

static const char *count_words(struct help_writer *w, struct store *store, const char *quoted) {
    struct err ignored = ERR_INIT;
    struct store_query *q = NULL;
    bool row = false;
    const char *words = NULL;
    char *sql = arena_printf(w->arena, "SELECT count(*) FROM (SELECT 1 FROM %s LIMIT %d)", quoted, COUNT_MOST + 1);
    if (sql && store_prepare(store, sql, strlen(sql), &q, &ignored) == ERR_OK &&
        store_step(q, &row, &ignored) == ERR_OK && row) {
        int64_t rows = store_value(q, 0).integer;
        words = rows > COUNT_MOST ? arena_printf(w->arena, "More than %d rows.", COUNT_MOST)
                                  : arena_printf(w->arena, "%" PRId64 " row%s.", rows, rows == 1 ? "" : "s");
    }
    store_finish(q);
    return words;
}

static const char *quote(struct arena *a, const char *name) {
    struct buf quoted = BUF_INIT;
    store_add_identifier(&quoted, name);
    const char *copy = arena_strdup(a, buf_text(&quoted));
    buf_release(&quoted);
    return copy ? copy : "";
}

bool help_store_table(struct help_writer *w, const struct help_request *r, const char *name, bool variable) {
    struct err ignored = ERR_INIT;
    bool found = false;
    bool view = false;
    if (!r->store || (variable ? store_has_temporary : store_has_table)(r->store, name, &found, &ignored) != ERR_OK ||
        !found || store_has_view(r->store, name, &view, &ignored) != ERR_OK) {
        return false;
    }
    const char *quoted = quote(w->arena, name);
    const char *kind = variable ? "variable, a result" : view ? "view" : "table";
    *w = help_begin(w->arena, arena_printf(w->arena, "%s (%s)", name, kind));
    if (!view) {
        help_words(w, count_words(w, r->store, quoted));
    }
    help_table(w, "Columns", 2);
    help_row(w, (const char *const[]){"name", "type"});
    store_each_column(r->store, name, add_column, w, &ignored);
    if (!view) {
        add_sample(w, r->store, quoted);
    }
    if (r->detail > 0) {
        help_code(w, "Example", arena_printf(w->arena, "SELECT * FROM %s LIMIT 10", name));
    }
    return true;
}

bool help_store_last(struct help_writer *w, const struct help_request *r, const char *name) {
    const struct last_result *last = &r->notebook->variables.last;
    const struct rows_held *held = &last->shown;
    if (strcmp(name, "_") != 0 || !last->any) {
        return false;
    }
    *w = help_begin(w->arena, "_ (the last result)");
    if (held->too_large) {
        help_words(w, "It was too large to be kept. Keep a large result by a name: rows = %thanosql SELECT …");
        return true;
    }
    help_words(w, arena_printf(w->arena, "%zu row%s.", held->row_count, held->row_count == 1 ? "" : "s"));
    help_table(w, "Columns", 2);
    help_row(w, (const char *const[]){"name", "type"});
    for (size_t i = 0; i < held->column_count; i++) {
        add_column(w, &held->columns[i]);
    }
    if (r->detail > 0) {
        help_code(w, "Example", "SELECT count(*) FROM _");
    }
    return true;
}

/* A column of any table, or where the code names tables that have one, of those. */
struct column_search {
    struct help_writer *w;
    const struct help_request *r;
    const char *column, *table;
    bool named;
    size_t found;
};

static bool names(const char *code, size_t len, const char *word) {
    size_t n = strlen(word);
    for (const char *at = code; n > 0 && len >= n && (at = memmem(at, len - (size_t)(at - code), word, n)); at++) {
        char before = at > code ? at[-1] : ' ', behind = (size_t)(at - code) + n < len ? at[n] : ' ';
        if (!isalnum((unsigned char)before) && before != '_' && !isalnum((unsigned char)behind) && behind != '_') {
            return true;
        }
    }
    return false;
}

static void match_column(void *user, const struct column *column) {
    static const char *const types[] = {"", "boolean", "integer", "real", "text", "blob", "vector"};
    struct column_search *s = user;
    if (strcmp(column->name, s->column) != 0 || s->found >= COLUMN_TABLES) {
        return;
    }
    if (s->found++ == 0) {
        *s->w = help_begin(s->w->arena, arena_printf(s->w->arena, "%s (column)", s->column));
        help_table(s->w, NULL, 2);
        help_row(s->w, (const char *const[]){"table", "type"});
    }
    help_row(s->w, (const char *const[]){arena_strdup(s->w->arena, s->table), types[column->type]});
}

static void match_table(void *user, const char *table) {
    struct column_search *s = user;
    struct err ignored = ERR_INIT;
    if (s->found < COLUMN_TABLES && (!s->named || names(s->r->code, s->r->len, table))) {
        s->table = table;
        store_each_column(s->r->store, table, match_column, s, &ignored);
    }
}

bool help_store_column(struct help_writer *w, const struct help_request *r, const char *name) {
    struct column_search s = {.w = w, .r = r, .column = name, .named = true};
    struct err ignored = ERR_INIT;
    for (int pass = 0; r->store && pass < 2 && s.found == 0; pass++) {
        s.named = pass == 0;
        store_each_table_with(r->store, name, match_table, &s, &ignored);
    }
    if (s.found > 0 && r->detail > 0) {
        help_code(w, "Example",
                  arena_printf(w->arena, "SELECT %s, count(*) FROM %s GROUP BY 1", name, w->table->cells[2]));
    }
    return s.found > 0;
}

/* Notes that a row above says, or that only programs read. */
static bool told_otherwise(const char *key) {
    static const char *const keys[] = {"name",          "class_name",    "image_col",     "format",
                                       "report.losses", "report.images", "encoder.format"};
    static const char *const groups[] = {"augment.", "stem.", "weights."};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strcmp(key, keys[i]) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        if (strncmp(key, groups[i], strlen(groups[i])) == 0) {
            return true;
        }
    }
    return false;
}

static void add_notes(struct help_writer *w, const char *path) {
    struct modelfile *file = NULL;
    struct err why = ERR_INIT;
    const char *key, *value;
    if (!path || modelfile_open(path, &file, &why) != ERR_OK) {
        help_words(w, arena_printf(w->arena, "Its file cannot be read: %s", why.message));
        return;
    }
    for (size_t i = 0; modelfile_note_at(file, i, &key, &value); i++) {
        if (!told_otherwise(key) && value[0] && strlen(value) < 200) {
            const char *shown = strncmp(key, "report.", 7) == 0 ? key + 7 : key;
            char *words = arena_strdup(w->arena, shown);
            for (char *p = words; p && *p; p++) {
                *p = *p == '_' || *p == '.' ? ' ' : *p;
            }
            help_row(w, (const char *const[]){words, value});
        }
    }
    modelfile_free(file);
}

bool help_store_model(struct help_writer *w, const struct help_request *r, const char *name) {
    struct err ignored = ERR_INIT;
    struct model_record m;
    if (!r->store || registry_find(r->store, w->arena, name, &m, &ignored) != ERR_OK) {
        return false;
    }
    struct err why = ERR_INIT;
    *w = help_begin(w->arena, arena_printf(w->arena, "%s (model)", m.name));
    help_table(w, NULL, 2);
    help_row(w, (const char *const[]){"", ""});
    help_row(w, (const char *const[]){"base model", m.class_name});
    help_row(w, (const char *const[]){"image column", m.image_col});
    help_row(w, (const char *const[]){"last updated", arena_printf(w->arena, "%s UTC", m.last_updated_utc)});
    add_notes(w, workspace_private(r->workspace, w->arena, m.file, &why));
    if (r->detail > 0) {
        help_code(w, "Example",
                  arena_printf(w->arena,
                               "CONVERT USING %s OPTIONS (table_name='my_table') AS SELECT * FROM my_table;\n"
                               "SEARCH IMAGE images='my.jpg' USING %s AS SELECT * FROM my_table",
                               m.name, m.name));
    }
    return true;
}
