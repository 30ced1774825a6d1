/* What may stand at the cursor, from the grammar's words and from what the caller knows by name. */
#ifndef LANG_SYNTAX_COMPLETION_H
#define LANG_SYNTAX_COMPLETION_H

#include "base/arena.h"
#include "base/err.h"
#include "lang/session.h"
#include "lang/syntax/ast.h"

#define COMPLETION_MOST 500

enum vocabulary_kind {
    VOCABULARY_MODEL,    /* scope NULL */
    VOCABULARY_BASE,     /* base models; scope NULL */
    VOCABULARY_TABLE,    /* scope NULL */
    VOCABULARY_DATASET,  /* scope NULL */
    VOCABULARY_READY,    /* models to be had; scope NULL */
    VOCABULARY_COLUMN,   /* scope: the table, as in the engine (folded unless quoted) */
    VOCABULARY_OPTION,   /* scope: the statement: "BUILD MODEL", "CONVERT", "COPY", … (words of forms.h) */
    VOCABULARY_CHOICE,   /* values of an option; scope: "BUILD MODEL.augment"; text without quotes */
    VOCABULARY_VALUE,    /* the same where no quote is open: choices in quotes, True, False, None */
    VOCABULARY_RESULT,   /* columns that a statement's result has beside its query's; scope: "SEARCH m", "CONVERT m" */
    VOCABULARY_FUNCTION, /* scope NULL */
    VOCABULARY_SETTING,  /* scope NULL; names without thanosql. */
    VOCABULARY_VARIABLE, /* scope NULL; results that are tables */
    VOCABULARY_FILE,     /* scope: the path typed so far; texts are whole paths, folders with a / at the end */
};

/* The names there are. `each` calls offer(to, text, type, signature) for each one, in any order; those that do not
 * begin with what was typed are dropped here. text and signature (NULL: none) are borrowed for the call, type is a
 * string that lives on. It may offer nothing for a kind it does not know. */
typedef void vocabulary_offer(void *to, const char *text, const char *type, const char *signature);
struct vocabulary {
    void *user;
    void (*each)(void *user, enum vocabulary_kind kind, const char *scope, vocabulary_offer *offer, void *to);
};

/* Matches at byte `cursor` (cut to len) of the code, sorted, unique, at most COMPLETION_MOST, in the arena. What was
 * typed is compared without case; keywords come in the case the user writes them in. No match is no error: the only
 * error is ERR_NOMEM. */
enum err_code syntax_complete(const char *code, size_t len, size_t cursor, const struct vocabulary *names,
                              struct arena *a, struct completion *out, struct err *e);

/* The word that byte `cursor` is in or at the end of: a name, a keyword, or what is inside a string's quotes. len 0
 * where there is none. */
struct span syntax_word_at(const char *code, size_t len, size_t cursor);

#endif
