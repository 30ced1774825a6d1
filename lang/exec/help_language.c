/* Words that begin no statement of ours: SQL's statements, briefly (they are PostgreSQL's), base models, keywords, and
 * the lines that a notebook knows besides. */
#include "lang/exec/help_page.h"

#include "base/buf.h"
#include "lang/exec/bases.h"
#include "lang/exec/exec_int.h"
#include "lang/syntax/keywords.h"
#include "lang/syntax/forms.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *word, *syntax, *about, *example;
} statements[] = {
    {"SELECT",
     "[WITH name AS (SELECT …)]\nSELECT [DISTINCT] expression [AS name], …\nFROM table [[LEFT] JOIN table ON …]\n"
     "[WHERE …] [GROUP BY …] [HAVING …]\n[ORDER BY … [DESC]] [LIMIT n] [OFFSET n]",
     "A query. A table may be a nested statement, too: FROM (SEARCH …), FROM (CONVERT …), FROM (LIST TABLE).",
     "SELECT label, count(*) AS n FROM mnist_test GROUP BY label ORDER BY n DESC"},
    {"WITH", "WITH name AS (SELECT …), … SELECT …", "A query over queries that have names.",
     "WITH eights AS (SELECT * FROM mnist_test WHERE label = 8) SELECT count(*) FROM eights"},
    {"VALUES", "VALUES (value, …), …", "Rows that are written down.", "VALUES (1, 'one'), (2, 'two')"},
    {"INSERT", "INSERT INTO table [(column, …)] VALUES (value, …), …\nINSERT INTO table SELECT …",
     "Adds rows to a table.", "INSERT INTO mnist_test (image_path, label) VALUES ('my.jpg', 8)"},
    {"UPDATE", "UPDATE table SET column = value, … [WHERE …]", "Changes rows of a table.",
     "UPDATE mnist_test SET label = 8 WHERE filename = '923.jpg'"},
    {"DELETE", "DELETE FROM table [WHERE …]", "Removes rows of a table.", "DELETE FROM mnist_test WHERE label IS NULL"},
    {"CREATE",
     "CREATE [TEMP] TABLE name (column type, …)\nCREATE TABLE name AS SELECT …\nCREATE VIEW name AS SELECT …\n"
     "CREATE INDEX name ON table (column, …)",
     "Makes a table, a view or an index.", "CREATE TABLE eights AS SELECT * FROM mnist_test WHERE label = 8"},
    {"ALTER",
     "ALTER TABLE table ADD COLUMN name type\nALTER TABLE table DROP COLUMN name\n"
     "ALTER TABLE table RENAME [COLUMN name] TO name",
     "Changes the columns or the name of a table.", "ALTER TABLE mnist_test ADD COLUMN note TEXT"},
    {"DROP", "DROP TABLE [IF EXISTS] name\nDROP VIEW [IF EXISTS] name", "Removes a table or a view.",
     "DROP TABLE IF EXISTS eights"},
    {"BEGIN", "BEGIN; … COMMIT", "Statements that count together, or with ROLLBACK not at all.",
     "BEGIN; DELETE FROM eights; ROLLBACK"},
    {"COMMIT", "BEGIN; … COMMIT", "Keeps what was done since BEGIN.", "BEGIN; DELETE FROM eights; COMMIT"},
    {"ROLLBACK", "BEGIN; … ROLLBACK", "Undoes what was done since BEGIN.", "BEGIN; DELETE FROM eights; ROLLBACK"},
    {"EXPLAIN", "EXPLAIN SELECT …\nEXPLAIN SEARCH …",
     "How a query is run; of a SEARCH also how many rows it looked at.",
     "EXPLAIN SELECT * FROM mnist_test WHERE label = 8"},
};

bool help_language_statement(struct help_writer *w, const struct help_request *r, const char *word, bool own) {
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        if (strcasecmp(word, statements[i].word) != 0) {
            continue;
        }
        if (own) {
            *w = help_begin(w->arena, arena_printf(w->arena, "%s (SQL)", statements[i].word));
        }
        help_code(w, own ? NULL : "SQL", statements[i].syntax);
        help_words(w, statements[i].about);
        if (own) {
            help_words(w, "SQL is PostgreSQL's, as far as SQLite can run it; what it cannot is refused by name.");
        }
        if (r->detail > 0) {
            help_code(w, "Example", statements[i].example);
        }
        return true;
    }
    return false;
}

bool help_language_base(struct help_writer *w, const char *word, bool exactly) {
    const struct base *b = bases_find(word);
    if (!b || (exactly && strcmp(b->name, word) != 0)) {
        return false;
    }
    *w = help_begin(w->arena, arena_printf(w->arena, "%s (base model%s)", b->name,
                                           b->state == BASE_UNBUILT ? ", not built yet" : ""));
    if (b->state == BASE_TRAINED) {
        help_code(w, NULL, arena_printf(w->arena, "BUILD MODEL name USING %s AS SELECT …", b->name));
    }
    help_words(w, arena_printf(w->arena, "It %s.", b->does));
    help_words(w, b->instead);
    return true;
}

static bool holds_word(const char *text, const char *word) {
    size_t len = strlen(word);
    for (const char *at = text; *at; at += strcspn(at, " ,[")) {
        at += strspn(at, " ,[");
        if (strncasecmp(at, word, len) == 0 && strchr(" ,|]", at[len])) {
            return true;
        }
    }
    return false;
}

/* The statements of ours that a keyword stands in. */
static bool keyword_page(struct help_writer *w, const char *word) {
    struct buf lines = BUF_INIT;
    const struct form *f;
    bool keyword = keyword_find(word, strlen(word)) != WORD_OTHER;
    for (size_t i = 0; keyword && (f = form_at(i)); i++) {
        if (holds_word(f->syntax, word)) {
            buf_printf(&lines, "%s%s", lines.len > 0 ? "\n" : "", f->syntax);
        }
    }
    bool found = lines.len > 0;
    if (found) {
        *w = help_begin(w->arena, arena_printf(w->arena, "%s (keyword)", word));
        help_code(w, NULL, arena_strdup(w->arena, buf_text(&lines)));
    }
    buf_release(&lines);
    return found;
}

void help_language_magics(struct help_writer *w) {
    *w = help_begin(w->arena, "Lines of a notebook");
    help_code(w, NULL, magic_lines);
}

bool help_language_word(struct help_writer *w, const struct help_request *r, const char *word) {
    if (strcasecmp(word, "exit") == 0 || strcasecmp(word, "quit") == 0 || strcasecmp(word, "thanosql") == 0) {
        help_language_magics(w);
        return true;
    }
    return help_language_statement(w, r, word, true) || help_language_base(w, word, false) || keyword_page(w, word);
}
