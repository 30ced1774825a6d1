/* What the sqlite_*.c files share; sqlite3.h's one room. Private to them. */
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
};

/* Record the failure `result` of sql[0..len). */
enum err_code sqlite_fail(struct store *s, int result, const char *sql, size_t len, struct err *e);

/* A value as SQLite stores it; a blob is VALUE_BLOB. */
struct value sqlite_plain_value(sqlite3_value *from);

#endif
