/* What the files of the store on SQLite share; sqlite3.h's one room. */
#ifndef LANG_STORE_SQLITE_INT_H
#define LANG_STORE_SQLITE_INT_H

#include "lang/store/authorize.h"
#include "lang/store/store.h"

#include <sqlite3.h>

struct store {
    sqlite3 *db;
    struct stop *stop;
    char *path;
    double busy_since;
    int depth;          /* of our transactions */
    bool own_outermost; /* the first of them is a BEGIN; else a savepoint in a transaction of the user's */
    struct authority authority;
    bool explaining;     /* look-ups for suggestions run, and must not ask for suggestions themselves */
    struct err function; /* how a function of ours failed */
    struct known_function {
        char *name;
        int arguments;
        struct known_function *next;
    } * functions; /* those registered */
    struct owned {
        void *memory;
        void (*release)(void *memory);
        struct owned *next;
    } * owned;                      /* released with the store */
    sqlite3_stmt *column_statement; /* store_each_column()'s, kept */
};

/* The failure `result` of sql[0..len). */
enum err_code sqlite_fail(struct store *s, int result, const char *sql, size_t len, struct err *e);

/* Interrupt what runs when the stop flag is set. */
void sqlite_watch_stop(struct store *s);

/* A value as SQLite stores it; a blob is VALUE_BLOB. Its text is never NULL: a function that wants text may be given a
 * number by a table that was not made here. */
struct value sqlite_plain_value(sqlite3_value *from);
void sqlite_give_result(sqlite3_context *context, const struct value *v);

/* So that store_has_function() knows it. */
enum err_code sqlite_note_function(struct store *s, const char *name, int arguments, struct err *e);
void sqlite_forget_functions(struct store *s);
void sqlite_forget_columns(struct store *s);

#endif
