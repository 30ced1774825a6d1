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
struct stop *store_stop(const struct store *s); /* that it was opened with */

/* Run SQL that returns no rows, one or more statements. */
enum err_code store_run(struct store *s, const char *sql, struct err *e);

/* Prepare exactly one statement of SQL. */
enum err_code store_prepare(struct store *s, const char *sql, size_t len, struct store_query **out, struct err *e);
/* The same for SQL that a user wrote, which may not make, change or drop what is the kernel's own (thanosql_…). */
enum err_code store_prepare_user(struct store *s, const char *sql, size_t len, struct store_query **out, struct err *e);
void store_finish(struct store_query *q); /* NULL is fine */

/* Bind parameter `index` (from 1). The value's memory must live until the query is stepped to its end or reset. */
enum err_code store_bind(struct store_query *q, int index, const struct value *v, struct err *e);
enum err_code store_reset(struct store_query *q, struct err *e); /* ready to be bound and stepped again */

size_t store_parameter_count(const struct store_query *q); /* the highest parameter number in the SQL */

/* Columns of the result; 0 for a statement that returns no rows (INSERT, CREATE, …). */
size_t store_column_count(const struct store_query *q);
struct column store_column(const struct store_query *q, size_t index);
/* The table of the store, and its column, that a result's column is, through views and subqueries. False for an
 * expression, and for a temporary table's. The names are the query's. */
bool store_column_origin(const struct store_query *q, size_t index, const char **table, const char **column);

/* Advance; *row tells whether there is a row. Interrupted by the stop flag: ERR_INTERRUPT. */
enum err_code store_step(struct store_query *q, bool *row, struct err *e);
struct value store_value(struct store_query *q, size_t index); /* until the next step */

/* Say what an expression's column holds, where the store cannot know: 0 and 1 then come as booleans. */
void store_set_type(struct store_query *q, size_t index, enum value_type type);

/* Rows that the last INSERT, UPDATE or DELETE touched. */
long long store_changes(struct store *s);

/* Transactions nest: an inner one is a savepoint. store_rollback never fails. */
enum err_code store_begin(struct store *s, struct err *e);  /* takes the write lock at once */
enum err_code store_commit(struct store *s, struct err *e); /* on failure the transaction is rolled back */
void store_rollback(struct store *s);

bool store_in_transaction(const struct store *s); /* ours or the user's */

/* Until the end, queries see the store as it is at their first read, whatever others write. Not in a transaction, and
 * only for reading. */
enum err_code store_snapshot(struct store *s, struct err *e);
void store_snapshot_end(struct store *s);

/* Open `count` connections that only read, for a thread each, which see what this one sees: its snapshot is begun anew
 * for that. False: they cannot be had, and the snapshot is as before or a newer one. Without functions of ours. */
bool store_open_readers(struct store *s, struct store **readers, size_t count);
void store_close_readers(struct store **readers, size_t count);

/* Equal stamps: no table has changed in between, by whoever's hand, outside a transaction. */
struct store_stamp {
    long long own, others, schema;
};
enum err_code store_stamp(struct store *s, struct store_stamp *out, struct err *e);

/* Look-ups. Names are compared without case. */
enum err_code store_has_table(struct store *s, const char *name, bool *found, struct err *e); /* or view */
enum err_code store_has_view(struct store *s, const char *name, bool *found, struct err *e);
enum err_code store_has_temporary(struct store *s, const char *name, bool *found, struct err *e); /* either */
/* kind: "table", "view", "index". */
enum err_code store_has_object(struct store *s, const char *kind, const char *name, bool *found, struct err *e);
/* Append the SQL that made a table or view; nothing if there is none. */
struct buf;
enum err_code store_definition(struct store *s, const char *name, struct buf *out, struct err *e);
/* Call each() for every table and view of the user (not ours, not temporary), by name. */
enum err_code store_each_table(struct store *s, void (*each)(void *user, const char *name), void *user, struct err *e);
/* Of those only the ones that may have a column of that name: views, and tables whose definition has the word. */
enum err_code store_each_table_with(struct store *s, const char *word, void (*each)(void *user, const char *name),
                                    void *user, struct err *e);
/* Call each() for every column of a table or view, in order. ERR_NOT_FOUND if there is none such. */
enum err_code store_each_column(struct store *s, const char *table, void (*each)(void *user, const struct column *c),
                                void *user, struct err *e);

/* The declared type to write for a column: "INTEGER", "DOUBLE PRECISION", "TEXT", "BOOLEAN", "BYTEA",
 * or "VECTOR(n)" for a vector of `length` floats. out has room for 32 bytes. */
void store_type_name(enum value_type type, size_t length, char out[32]);

/* A quoted identifier, for building SQL: "a ""b""". */
void store_add_identifier(struct buf *sql, const char *name);

/* Memory that goes with the store: release(memory) is called when it closes, after every function of it is gone. On
 * failure the memory stays the caller's. */
enum err_code store_own(struct store *s, void *memory, void (*release)(void *memory), struct err *e);

/* A scalar function of SQL, deterministic. The callback writes *result (its memory must stay valid until the
 * next call) or fails with *e set. */
typedef enum err_code (*store_function)(void *user, const struct value *arguments, size_t count, struct value *result,
                                        struct err *e);
enum err_code store_register(struct store *s, const char *name, int arguments, store_function f, void *user,
                             struct err *e);

/* Whether a function of that name was registered, which takes that many arguments (registered with -1: any). Names
 * that begin with pg_ are not told: they are what lang/sql writes, not the user. */
bool store_has_function(const struct store *s, const char *name, int arguments);

/* A collector: an aggregate, also over windows, whose rows are kept, and given all at once: `rows` has count x
 * arguments values. */
typedef enum err_code (*store_collector)(void *user, const struct value *rows, size_t count, size_t arguments,
                                         struct value *result, struct err *e);
enum err_code store_register_collector(struct store *s, const char *name, int arguments, store_collector f, void *user,
                                       struct err *e);

/* A function that returns a table: columns ordinality (from 1) and v1 to v16. The cursor is the callback's own. */
enum { STORE_TABLE_COLUMNS = 16, STORE_TABLE_ARGUMENTS = 60 };
struct store_table {
    enum err_code (*open)(const struct value *arguments, size_t count, void **cursor, struct err *e);
    /* Fill values[0..STORE_TABLE_COLUMNS), which are NULL before; their memory must last until the next call. */
    enum err_code (*next)(void *cursor, bool *row, struct value *values, struct err *e);
    void (*close)(void *cursor); /* NULL is fine */
};
enum err_code store_register_table(struct store *s, const char *name, const struct store_table *t, struct err *e);

/* An aggregate function of SQL, also over windows. A state is `size` bytes, zero at first; the result's memory must
 * stay valid until the state is released. Groups without rows have no state, and the result is NULL. */
struct store_aggregate {
    size_t size;
    enum err_code (*add)(void *state, const struct value *arguments, size_t count, struct err *e);
    /* The oldest row leaves a window. */
    enum err_code (*remove)(void *state, const struct value *arguments, size_t count, struct err *e);
    enum err_code (*result)(void *state, struct value *result, struct err *e);
    void (*release)(void *state);
};
enum err_code store_register_aggregate(struct store *s, const char *name, int arguments,
                                       const struct store_aggregate *a, struct err *e);

#endif
