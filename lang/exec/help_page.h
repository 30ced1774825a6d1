/* Pages of help in the making. All in the arena; memory that is out shows in arena_failed(). */
#ifndef LANG_EXEC_HELP_PAGE_H
#define LANG_EXEC_HELP_PAGE_H

#include "lang/exec/help.h"

struct help_writer {
    struct arena *arena;
    struct help_page *page;
    struct help_part **tail;
    struct help_part *table; /* being filled */
    size_t room;             /* cells of it */
};

struct help_writer help_begin(struct arena *a, const char *title);
void help_words(struct help_writer *w, const char *text);
void help_code(struct help_writer *w, const char *heading, const char *text);

/* A table, whose first row is its columns' names. */
void help_table(struct help_writer *w, const char *heading, size_t columns);
void help_row(struct help_writer *w, const char *const *cells);

/* "whole number, 1 to 100000; default 5" */
const char *help_option_signature(struct arena *a, const struct option_row *row);

/* What the store knows of a name. False where it knows nothing. help_store.c */
bool help_store_table(struct help_writer *w, const struct help_request *r, const char *name, bool variable);
bool help_store_last(struct help_writer *w, const struct help_request *r, const char *name); /* of `_` */
bool help_store_model(struct help_writer *w, const struct help_request *r, const char *name);
bool help_store_column(struct help_writer *w, const struct help_request *r, const char *name);

/* What the language knows of a word that begins no statement of ours: SQL's statements, base models, keywords.
 * help_language.c */
bool help_language_statement(struct help_writer *w, const struct help_request *r, const char *word,
                             bool own); /* SQL's alone; not `own`: after one of ours that begins so, too */
bool help_language_base(struct help_writer *w, const char *word, bool exactly); /* or in any case */
bool help_language_word(struct help_writer *w, const struct help_request *r, const char *word);
void help_language_magics(struct help_writer *w);

#endif
