/* Settings are rows like options, so that bounds, completion and help are the same code. */
#include "lang/exec/settings.h"

#include "base/suggest.h"
#include "lang/exec/dialect.h"
#include "lang/exec/notebook.h"
#include "lang/exec/statements.h"

#include <string.h>

static const char *const progress_choices[] = {"auto", "live", "text", "off", NULL};

const struct settings settings_defaults = {.max_rows = 60,
                                           .max_columns = 20,
                                           .max_width = 50,
                                           .thumbnail_size = 64,
                                           .thumbnails = false,
                                           .progress = "auto",
                                           .dialect = "auto"};

#define AT(field) offsetof(struct settings, field)
static const struct option_row rows[] = {
    {"max_rows", OPTION_INTEGER, AT(max_rows), 2, 10000, NULL, "60", "rows of a table that is shown whole", NULL},
    {"max_columns", OPTION_INTEGER, AT(max_columns), 2, 1000, NULL, "20", "columns of a table that is shown whole",
     NULL},
    {"max_width", OPTION_INTEGER, AT(max_width), 5, 100000, NULL, "50", "characters shown of a value", NULL},
    {"thumbnails", OPTION_BOOL, AT(thumbnails), 0, 0, NULL, "off", "show small pictures in place of their paths", NULL},
    {"thumbnail_size", OPTION_INTEGER, AT(thumbnail_size), 8, 512, NULL, "64",
     "width and height of those pictures, in pixels", NULL},
    {"progress", OPTION_CHOICE, AT(progress), 0, 0, progress_choices, "auto",
     "how progress shows: changing in place, or as text", NULL},
    {"dialect", OPTION_CHOICE, AT(dialect), 0, 0, dialect_choices, "auto",
     "the ThanoSQL that a notebook was written for: names of new columns, order of SEARCH, lines that are printed",
     NULL},
};
const struct option_table settings_table = {STATEMENT_SET, NULL, rows, sizeof rows / sizeof *rows};

struct result_view settings_view(const struct settings *s, struct thumbnails *thumbnails) {
    size_t style = 0; /* the choices are in the order of the enum */
    while (progress_choices[style] && strcmp(progress_choices[style], s->progress) != 0) {
        style++;
    }
    thumbnails->box = (int)s->thumbnail_size;
    return (struct result_view){(size_t)s->max_rows, (size_t)s->max_columns, (size_t)s->max_width,
                                s->thumbnails ? thumbnails : NULL, (enum progress_style)style};
}

const char *settings_text(const struct settings *s, const struct option_row *row, struct arena *a) {
    const char *at = (const char *)s + row->offset;
    switch (row->type) {
    case OPTION_BOOL:
        return *(const bool *)at ? "on" : "off";
    case OPTION_INTEGER:
        return arena_printf(a, "%lld", *(const long long *)at);
    default:
        return *(const char *const *)at;
    }
}

static const struct option_row *find_setting(const struct name *name, struct err *e) {
    struct suggest near;
    suggest_begin(&near, name->text);
    for (size_t i = 0; i < settings_table.count; i++) {
        if (strcmp(rows[i].name, name->text) == 0) {
            return &rows[i];
        }
        suggest_offer(&near, rows[i].name);
    }
    err_set(e, ERR_NOT_FOUND, "there is no setting thanosql.%.100s", name->text);
    err_hint(e, near.best[0] ? "did you mean thanosql.%s?" : "SHOW thanosql lists the settings%s", near.best);
    context_at(e, name->span);
    return NULL;
}

/* The default of one setting, or of all where row is NULL. */
static void reset(struct settings *s, const struct option_row *row) {
    static const size_t sizes[] = {
        [OPTION_BOOL] = sizeof(bool), [OPTION_INTEGER] = sizeof(long long), [OPTION_CHOICE] = sizeof(const char *)};
    for (size_t i = 0; i < settings_table.count; i++) {
        if (!row || row == &rows[i]) {
            memcpy((char *)s + rows[i].offset, (const char *)&settings_defaults + rows[i].offset, sizes[rows[i].type]);
        }
    }
}

enum err_code run_set(struct context *c, const struct statement *s, struct err *e) {
    const struct option_row *row = s->name.text ? find_setting(&s->name, e) : NULL;
    struct settings *settings = &c->notebook->settings;
    if (e->code == ERR_OK && strcmp(s->word, "reset") == 0) {
        reset(settings, row);
    } else if (e->code == ERR_OK) {
        const struct option given = {.key = s->name.text, .key_span = s->name.span, .value = s->source};
        options_apply(c, &settings_table, &given, settings, e);
    }
    if (e->code == ERR_OK) {
        notebook_show_view(c->notebook, c->out);
        context_say(c, "Success");
    }
    return e->code;
}

static void add_text(struct buf *sql, const char *text) {
    buf_char(sql, '\'');
    for (const char *p = text ? text : ""; *p; p++) {
        buf_str(sql, *p == '\'' ? "'" : "");
        buf_char(sql, *p);
    }
    buf_char(sql, '\'');
}

enum err_code lower_show(struct context *c, const struct statement *s, struct relation *r, struct err *e) {
    const struct option_row *wanted = s->name.text ? find_setting(&s->name, e) : NULL;
    for (size_t i = 0; e->code == ERR_OK && i < settings_table.count; i++) {
        const struct option_row *row = &rows[i];
        if (wanted && row != wanted) {
            continue;
        }
        buf_str(&r->sql, r->sql.len > 0 ? " UNION ALL SELECT " : "SELECT ");
        if (!wanted) {
            add_text(&r->sql, row->name);
            buf_str(&r->sql, " AS name, ");
        }
        add_text(&r->sql, settings_text(&c->notebook->settings, row, c->arena));
        buf_printf(&r->sql, " AS %s", wanted ? row->name : "value, ");
        if (!wanted) {
            add_text(&r->sql, row->about);
            buf_str(&r->sql, " AS meaning");
        }
    }
    return e->code;
}
