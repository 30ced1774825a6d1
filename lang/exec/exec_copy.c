/* COPY … FROM: a file, a folder of pictures or records in the cell become a table, or rows of one, in one transaction.
 */
#include "lang/exec/exec_int.h"
#include "lang/exec/option_rows.h"
#include "lang/exec/statements.h"

#include "base/file.h"
#include "lang/data/csv.h"
#include "lang/data/datafile.h"
#include "lang/data/folder.h"
#include "lang/data/records.h"

#include <stdio.h>
#include <string.h>

enum source_kind { SOURCE_CSV, SOURCE_RECORDS, SOURCE_LITERAL, SOURCE_FOLDER, SOURCE_REFUSED };

/* What a file is, by the ending of its name (behind which .gz is looked past); and of those that are not read, what to
 * do instead. */
static const struct source_row {
    const char *endings; /* each with a blank behind */
    enum source_kind kind;
    const char *refused, *instead;
} source_rows[] = {
    {".csv .tsv .tab .txt ", SOURCE_CSV, NULL, NULL},
    {".json .jsonl .ndjson ", SOURCE_RECORDS, NULL, NULL},
    {".xlsx .xls .xlsm .xlsb .ods ", SOURCE_REFUSED, "Excel and LibreOffice files",
     "save the sheet as CSV in UTF-8 there, and COPY that file"},
    {".parquet .pqt .feather ", SOURCE_REFUSED, "Parquet and Feather files",
     "in Python, pandas.read_parquet(…).to_csv('name.csv', index=False) makes a CSV file of it"},
    {".pkl .pickle ", SOURCE_REFUSED, "pickles (they can hold programs)",
     "in Python, pandas.read_pickle(…).to_csv('name.csv', index=False) makes a CSV file of one that you trust"},
    {".npy .npz ", SOURCE_REFUSED, "NumPy arrays",
     "in Python, pandas.DataFrame(numpy.load(…)).to_csv('name.csv', index=False) makes a CSV file of one"},
    {".zip .tar .tgz ", SOURCE_REFUSED, "archives", "unpack it, and COPY the file or folder that comes out"},
    {".jpg .jpeg .png ", SOURCE_REFUSED, "single pictures", "COPY reads the folder that they are in"},
};

struct copy {
    struct copy_settings set;
    enum source_kind kind;
    const char *path; /* on this machine; LITERAL: none */
    struct csv_format format;
    bool replace, append;
};

enum err_code exec_copy_mode(const struct statement *s, const struct copy_settings *set, bool *replace, bool *append,
                             struct err *e) {
    const struct option *overwrite = options_find(&copy_options, s->options, "overwrite");
    const struct option *if_exists = options_find(&copy_options, s->options, "if_exists");
    *append = strcmp(set->if_exists, "append") == 0;
    *replace = set->overwrite || strcmp(set->if_exists, "replace") == 0;
    bool both =
        overwrite && if_exists && overwrite->value.kind != LITERAL_NONE && if_exists->value.kind != LITERAL_NONE;
    if (both && set->overwrite != (strcmp(set->if_exists, "replace") == 0)) {
        err_set(e, ERR_OPTION, "overwrite=%s and if_exists='%s' contradict each other",
                set->overwrite ? "True" : "False", set->if_exists);
        err_hint(e, "if_exists alone says it: 'fail', 'replace' or 'append'");
        return context_at(e, if_exists->key_span);
    }
    return ERR_OK;
}

enum err_code exec_copy_delimiter(const struct statement *s, const struct copy_settings *set, char *out,
                                  struct err *e) {
    const char *text = set->delimiter;
    if (!text) {
        *out = '\0';
        return ERR_OK;
    }
    char c = strcmp(text, "\\t") == 0 ? '\t' : text[0];
    bool one = c == '\t' || (c && text[1] == '\0' && strchr(" !#$%&'()*,/:;<=>?@[]^_`{|}~", c));
    if (!one) {
        err_set(e, ERR_OPTION,
                "option delimiter must be one character that is no part of a number or word, such as "
                "',' ';' '|' or '\\t'");
        return context_at(e, options_find(&copy_options, s->options, "delimiter")->value.span);
    }
    *out = c;
    return ERR_OK;
}

void exec_copy_unused(struct context *c, const struct statement *s, const char *option, const char *where) {
    if (options_find(&copy_options, s->options, option)) {
        context_warn(c, "Warning: option '%s' means nothing %s and was ignored.", option, where);
    }
}

static bool has_ending(const struct source_row *row, const char *path) {
    char ending[16];
    for (const char *at = row->endings; *at; at += strlen(ending) + 1) {
        snprintf(ending, sizeof ending, "%.*s", (int)strcspn(at, " "), at);
        if (datafile_ends(path, ending)) {
            return true;
        }
    }
    return false;
}

static enum err_code find_kind(struct copy *x, struct err *e) {
    for (size_t i = 0; i < sizeof source_rows / sizeof *source_rows; i++) {
        const struct source_row *row = &source_rows[i];
        if (has_ending(row, x->path)) {
            x->kind = row->kind;
            if (row->refused) {
                err_set(e, ERR_UNSUPPORTED, "COPY reads no %s: '%s'", row->refused, x->path);
                err_hint(e, "%s", row->instead);
            }
            return e->code;
        }
    }
    err_set(e, ERR_UNSUPPORTED, "COPY cannot tell by its name what '%s' is", x->path);
    return err_hint(e, "it reads .csv, .tsv, .txt, .json and .jsonl (each also with .gz), and folders of pictures");
}

static bool begins_records(const char *text) {
    text += strspn(text, " \t\r\n");
    return *text == '[' || *text == '{';
}

/* Where the rows come from, which is told before anything is changed. */
static enum err_code find_source(struct context *c, const struct statement *s, struct copy *x, struct err *e) {
    x->path = s->source.text ? workspace_resolve(c->workspace, c->arena, s->source.text) : NULL;
    if (!x->path) {
        return err_nomem(e);
    }
    if (!file_exists(x->path)) {
        if (begins_records(s->source.text)) {
            x->kind = SOURCE_LITERAL;
            return ERR_OK;
        }
        err_set(e, ERR_FILE, "there is no file or folder '%s'", x->path);
        context_hint_file(c, x->path, s->source.text, e);
        err_hint(e, strstr(s->source.text, "://")
                        ? "COPY reads no URLs: download the file, and COPY it from the workspace"
                        : "paths are relative to the workspace; GET THANOSQL DATASET fetches a dataset into it");
    } else if (file_is_folder(x->path)) {
        x->kind = SOURCE_FOLDER;
    } else {
        find_kind(x, e);
    }
    return context_at(e, s->source.span);
}

/* For the table `name`, a part of the name in the statement. Append stays set only where there is a table. */
static enum err_code make_room(struct context *c, const struct statement *s, const char *name, struct copy *x,
                               struct err *e) {
    bool found = false;
    if (exec_check_target(c, name, s->name.span, e) != ERR_OK || store_has_table(c->store, name, &found, e) != ERR_OK) {
        return context_at(e, s->name.span);
    }
    x->append = x->append && found;
    if (!found || x->append) {
        return ERR_OK;
    }
    if (!x->replace) {
        err_set(e, ERR_EXISTS, "a table named '%s' exists already", name);
        err_hint(e, "OPTIONS (overwrite=True) replaces it, OPTIONS (if_exists='append') adds to it");
        return context_at(e, s->name.span);
    }
    struct buf sql = BUF_INIT;
    buf_str(&sql, "DROP TABLE main.");
    store_add_identifier(&sql, name);
    if (buf_ok(&sql)) {
        store_run(c->store, sql.data, e);
    } else {
        err_nomem(e);
    }
    buf_release(&sql);
    e->has_span = 0;
    return context_at(e, s->name.span);
}

/* The text of the literal raw[0..len), whose quotes are part of it, up to `most` bytes of it; returns how many bytes of
 * the literal they took. In '…' JSON's own backslashes stay, but \' is a quote; "…" has backslashes before " and \. */
static size_t literal_bytes(const char *raw, size_t len, size_t most, struct buf *out) {
    size_t i = 1;
    char quote = raw[0];
    while (i + 1 < len && out->len < most) {
        char c = raw[i], next = i + 2 < len ? raw[i + 1] : '\0';
        bool doubled = c == quote && next == quote;
        bool escape = c == '\\' && (next == quote || next == '\\');
        if (escape && next == '\\' && quote == '\'') {
            buf_char(out, c);
        }
        i += doubled || escape;
        buf_char(out, raw[i++]);
    }
    return i;
}

static enum err_code load_literal(struct context *c, const struct statement *s, const struct import_target *to,
                                  long long *rows, struct err *e) {
    const char *raw = c->code + s->source.span.at;
    bool plain = raw[0] == '\'' || raw[0] == '"'; /* not E'…', $…$ */
    struct buf text = BUF_INIT;
    struct datafile *f = NULL;
    size_t wrong = 0;
    if (plain) {
        literal_bytes(raw, s->source.span.len, SIZE_MAX, &text);
    } else {
        buf_str(&text, s->source.text);
    }
    if (!buf_ok(&text) || !(f = datafile_of_text(text.data, text.len))) {
        err_nomem(e);
    } else if (records_load(f, NULL, to, rows, &wrong, e) != ERR_OK && wrong > 0 && plain) {
        struct buf before = BUF_INIT;
        size_t at = literal_bytes(raw, s->source.span.len, wrong, &before);
        err_at(e, s->source.span.at + at, 1);
        buf_release(&before);
    }
    datafile_close(f);
    buf_release(&text);
    return e->code;
}

static enum err_code load_records(const char *path, const struct import_target *to, long long *rows, struct err *e) {
    struct datafile *f = NULL;
    size_t wrong;
    if (datafile_open(path, DATAFILE_MOST, &f, e) == ERR_OK) {
        records_load(f, path, to, rows, &wrong, e);
    }
    datafile_close(f);
    return e->code;
}

void exec_tell_folder(struct context *c, const struct folder_report *report) {
    if (report->foreign > 0) {
        context_warn(c, "Skipped %lld %s; the first: %s", report->foreign,
                     report->foreign == 1 ? "file that is no picture" : "files that are no pictures",
                     buf_text(&report->first_foreign));
    }
    if (report->unreadable > 0) {
        context_warn(c, "Warning: %lld %s could not be read: %s%s", report->unreadable,
                     report->unreadable == 1 ? "folder or file" : "folders or files",
                     buf_text(&report->unreadable_list), report->unreadable > 5 ? ", …" : "");
    }
}

static enum err_code load_folder(struct context *c, const struct statement *s, const char *path,
                                 const struct import_target *to, struct err *e) {
    struct folder_report report = {.pictures = 0};
    if (folder_load(path, s->source.text, to, &report, e) == ERR_OK) {
        exec_tell_folder(c, &report);
    }
    folder_report_release(&report);
    return e->code;
}

static enum err_code load(struct context *c, const struct statement *s, const char *name, const struct copy *x,
                          struct err *e) {
    const struct import_target to = {c->store, name, x->append, c->stop, c->out};
    long long rows = 0;
    if (x->kind != SOURCE_CSV) {
        exec_copy_unused(c, s, "delimiter", "but for CSV files");
        exec_copy_unused(c, s, "header", "but for CSV files");
    }
    switch (x->kind) {
    case SOURCE_CSV:
        return csv_load(x->path, &x->format, &to, &rows, e);
    case SOURCE_RECORDS:
        return load_records(x->path, &to, &rows, e);
    case SOURCE_LITERAL:
        return load_literal(c, s, &to, &rows, e);
    case SOURCE_FOLDER:
        return load_folder(c, s, x->path, &to, e);
    case SOURCE_REFUSED:
        break;
    }
    return err_set(e, ERR_INTERNAL, "COPY has no reader for this");
}

enum err_code run_copy(struct context *c, const struct statement *s, struct err *e) {
    struct copy x = {.set = {.if_exists = "fail", .header = true}};
    const char *name = s->name.text;
    if (strcmp(s->word, "to") == 0) {
        return exec_copy_to(c, s, e);
    }
    if (options_apply(c, &copy_options, s->options, &x.set, e) != ERR_OK ||
        exec_copy_mode(s, &x.set, &x.replace, &x.append, e) != ERR_OK ||
        exec_copy_delimiter(s, &x.set, &x.format.delimiter, e) != ERR_OK) {
        return e->code;
    }
    const struct option *header = options_find(&copy_options, s->options, "header");
    x.format.no_header = !x.set.header || (header && header->value.kind == LITERAL_NONE); /* as pandas has it */
    exec_copy_unused(c, s, "column", "with COPY FROM");
    if (exec_check_table_name(NULL, NULL, &name, e) != ERR_OK) {
        return context_at(e, s->name.span);
    }
    if (find_source(c, s, &x, e) != ERR_OK || store_begin(c->store, e) != ERR_OK) {
        return e->code;
    }
    if (make_room(c, s, name, &x, e) == ERR_OK && load(c, s, name, &x, e) == ERR_OK && context_check(c, e) == ERR_OK) {
        if (store_commit(c->store, e) == ERR_OK) {
            context_say(c, "Success");
        }
    } else {
        store_rollback(c->store);
    }
    return context_at(e, s->source.span);
}
