/* The store's contract: SQL in, typed values out. SQLite behind it today (lang/store/sqlite.c, the one user of
 * sqlite3.h); PostgreSQL can stand there tomorrow. Errors carry SQL offsets: err.at counts bytes of the SQL
 * text that was passed, so a caller that rewrote the text must map it back. */
#ifndef LANG_STORE_STORE_H
#define LANG_STORE_STORE_H

#include "base/err.h"
#include "base/stop.h"
#include "lang/value.h"

#include <stdbool.h>

struct store;
struct store_query;

/* Open or create the store at `path` (a file; its folder must exist). WAL, busy timeout 10 s that gives way
 * to the stop flag. A read-only file opens for reading; writing then fails with ERR_FILE. */
enum err_code store_open(const char *path, struct stop *stop, struct store **out, struct err *e);
void store_close(struct store *s);

/* Run SQL that returns no rows, one or more statements. */
enum err_code store_run(struct store *s, const char *sql, struct err *e);

/* Prepare exactly one statement of SQL. */
enum err_code store_prepare(struct store *s, const char *sql, size_t len, struct store_query **out, struct err *e);
void store_finish(struct store_query *q); /* NULL is fine */

/* Bind parameter `index` (from 1). The value's memory must live until the query is stepped to its end or reset. */
enum err_code store_bind(struct store_query *q, int index, const struct value *v, struct err *e);
enum err_code store_reset(struct store_query *q, struct err *e); /* ready to be bound and stepped again */

/* Columns of the result; 0 for a statement that returns no rows (INSERT, CREATE, …). */
size_t store_column_count(const struct store_query *q);
struct column store_column(const struct store_query *q, size_t index);
bool store_reads_only(const struct store_query *q);

/* Advance; *row tells whether there is a row. Interrupted by the stop flag: ERR_INTERRUPT. */
enum err_code store_step(struct store_query *q, bool *row, struct err *e);
struct value store_value(struct store_query *q, size_t index); /* until the next step */

/* Rows that the last INSERT, UPDATE or DELETE touched. */
long long store_changes(struct store *s);

/* Transactions nest: an inner one is a savepoint. store_rollback never fails. */
enum err_code store_begin(struct store *s, struct err *e);  /* takes the write lock at once */
enum err_code store_commit(struct store *s, struct err *e); /* on failure the transaction is rolled back */
void store_rollback(struct store *s);

/* Look-ups. Names are compared without case. */
enum err_code store_has_table(struct store *s, const char *name, bool *found, struct err *e); /* or view */
enum err_code store_has_view(struct store *s, const char *name, bool *found, struct err *e);
enum err_code store_has_temporary(struct store *s, const char *name, bool *found, struct err *e); /* either */
/* Call each() for every table and view of the user (not ours, not temporary), by name. */
enum err_code store_each_table(struct store *s, void (*each)(void *user, const char *name), void *user, struct err *e);
/* Call each() for every function of SQL, by name. */
enum err_code store_each_function(struct store *s, void (*each)(void *user, const char *name), void *user,
                                  struct err *e);
/* Call each() for every column of a table or view, in order. ERR_NOT_FOUND if there is none such. */
enum err_code store_each_column(struct store *s, const char *table, void (*each)(void *user, const struct column *c),
                                void *user, struct err *e);

/* The declared type to write for a column: "INTEGER", "DOUBLE PRECISION", "TEXT", "BOOLEAN", "BYTEA",
 * or "VECTOR(n)" for a vector of `length` floats. out has room for 32 bytes. */
void store_type_name(enum value_type type, size_t length, char out[32]);

/* A quoted identifier, for building SQL: "a ""b""". */
struct buf;
void store_add_identifier(struct buf *sql, const char *name);

/* A scalar function of SQL, deterministic. The callback writes *result (its memory must stay valid until the
 * next call) or fails with *e set. */
typedef enum err_code (*store_function)(void *user, const struct value *arguments, size_t count, struct value *result,
                                        struct err *e);
enum err_code store_register(struct store *s, const char *name, int arguments, store_function f, void *user,
                             struct err *e);

#endif
