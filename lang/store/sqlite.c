/* The store on SQLite. A connection, its busy wait, statements and their values, nested transactions. Functions of our
 * own are in sqlite_functions.c, what SQL may not do in authorize.c, look-ups in sqlite_catalogue.c, type names in
 * types.c.
 */
#include "lang/store/sqlite_int.h"

#include "base/clock.h"
#include "lang/store/aligned.h"
#include "lang/store/authorize.h"
#include "lang/store/immutable.h"
#include "lang/store/query_error.h"
#include "lang/store/sqlite_int.h"
#include "lang/store/types.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define BUSY_SECONDS 10.0
#define BUSY_NAP_NS 20000000L /* the stop flag is read as often */
#define STEPS_BETWEEN_CHECKS 2000
/* SQLite sorts as much at a time, and nothing can stop it meanwhile; more than that is merged from temporary files,
 * which it unlinks as it opens them. Sorting in memory was slower, too. */
#define CACHE_KIB "16384"

enum {
    MOST_BYTES = 128 << 20,   /* of a value or a row: one function over one value is not interrupted */
    MOST_PATTERN_BYTES = 1000 /* of LIKE and GLOB, whose time is the pattern's times the text's */
};

struct store_query {
    struct store *store;
    sqlite3_stmt *statement;
    char *sql; /* for the places of errors, len bytes */
    size_t len;
    bool done;
    size_t count;
    struct cell {
        char *name;
        enum value_type type;
        struct aligned vector;
    } * columns;
};

static const struct {
    int result;
    enum err_code code;
    const char *hint;
} failures[] = {
    {SQLITE_BUSY, ERR_LOCKED, "another kernel is writing to this workspace; wait for it, or interrupt it there"},
    {SQLITE_LOCKED, ERR_LOCKED, "a query over this table has not ended"},
    {SQLITE_FULL, ERR_FILE, "free some space on the disk and run the cell again"},
    {SQLITE_IOERR, ERR_FILE, "the disk may be full or failing; nothing was changed"},
    {SQLITE_READONLY, ERR_FILE, "the workspace cannot be written: check who owns the file and its folder"},
    {SQLITE_CANTOPEN, ERR_FILE, "the workspace cannot be written: check that its folder exists and is yours"},
    {SQLITE_PERM, ERR_FILE, "check who owns the file and its folder"},
    {SQLITE_NOTADB, ERR_FILE, "move the file away, and a new store is made in its place"},
    {SQLITE_CORRUPT, ERR_FILE, "the file is damaged: put back a copy, or move it away to begin anew"},
};

/* A failure that has nothing to do with the words of a query. False: it is the query's fault. */
static bool fail_outside(struct store *s, int result, struct err *e) {
    int primary = result & 0xff;
    bool stopped = stop_requested(s->stop);
    if (s->function.code != ERR_OK) {
        struct err f = s->function;
        s->function = ERR_INIT;
        err_set(e, f.code, "%s", f.message);
        if (f.hint[0]) {
            err_hint(e, "%s", f.hint);
        }
        return true;
    }
    if (primary == SQLITE_INTERRUPT || (stopped && primary == SQLITE_BUSY)) {
        err_interrupt(e);
        return true;
    }
    if (primary == SQLITE_NOMEM) {
        err_nomem(e);
        return true;
    }
    if (primary == SQLITE_AUTH) {
        err_set(e, ERR_UNSUPPORTED, "%s is not allowed here", s->authority.refused);
        err_hint(e, "%s", s->authority.hint);
        return true;
    }
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        if (failures[i].result == primary) {
            err_set(e, failures[i].code, "%s: %s", s->path, s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(result));
            err_hint(e, "%s", failures[i].hint);
            return true;
        }
    }
    return false;
}

/* The failure `result` of sql[0..len). */
enum err_code sqlite_fail(struct store *s, int result, const char *sql, size_t len, struct err *e) {
    if (fail_outside(s, result, e)) {
        return e->code;
    }
    /* Looking for suggestions runs queries, which would overwrite the message. */
    char message[sizeof e->message];
    snprintf(message, sizeof message, "%s", sqlite3_errmsg(s->db));
    if (strstr(message, "stack overflow") || strstr(message, "Expression tree is too large")) {
        err_set(e, ERR_SYNTAX, "this statement nests too deeply for the store");
        return err_hint(e, "keep an inner result with CREATE TABLE name AS …, and go on from that table");
    }
    if (s->explaining) {
        return err_set(e, ERR_QUERY, "%s", message);
    }
    s->explaining = true;
    query_error_set(s, message, sql, len, sqlite3_error_offset(s->db), e);
    s->explaining = false;
    return e->code;
}

static int wait_busy(void *user, int times) {
    struct store *s = user;
    double now = clock_now();
    if (times == 0) {
        s->busy_since = now;
    }
    if (stop_requested(s->stop) || now - s->busy_since > BUSY_SECONDS) {
        return 0;
    }
    nanosleep(&(struct timespec){.tv_nsec = times < 5 ? BUSY_NAP_NS / 10 : BUSY_NAP_NS}, NULL);
    return 1;
}

static int check_stop(void *user) {
    struct store *s = user;
    return stop_requested(s->stop);
}

void sqlite_watch_stop(struct store *s) {
    sqlite3_progress_handler(s->db, STEPS_BETWEEN_CHECKS, check_stop, s);
}

static int configure(struct store *s) {
    static const int options[][2] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},   {SQLITE_DBCONFIG_DQS_DML, 0},
        {SQLITE_DBCONFIG_DQS_DDL, 0},     {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1}, {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    };
    int result = sqlite3_extended_result_codes(s->db, 1);
    for (size_t i = 0; i < sizeof options / sizeof *options && result == SQLITE_OK; i++) {
        result = sqlite3_db_config(s->db, options[i][0], options[i][1], (int *)NULL);
    }
    sqlite3_limit(s->db, SQLITE_LIMIT_LENGTH, MOST_BYTES);
    sqlite3_limit(s->db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, MOST_PATTERN_BYTES);
    sqlite3_busy_handler(s->db, wait_busy, s);
    sqlite_watch_stop(s);
    /* The first to switch the file to WAL needs it alone, and SQLite does not always call the busy handler then. */
    double began = clock_now();
    const char *start = sqlite3_db_readonly(s->db, "main") == 1
                            ? "PRAGMA temp_store = FILE; SELECT count(*) FROM sqlite_schema"
                            : "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = FILE; "
                              "PRAGMA cache_size = -" CACHE_KIB "; SELECT count(*) FROM sqlite_schema";
    while (result == SQLITE_OK && (result = sqlite3_exec(s->db, start, NULL, NULL, NULL)) != SQLITE_OK) {
        if ((result & 0xff) == SQLITE_BUSY && wait_busy(s, 1) && clock_now() - began < BUSY_SECONDS) {
            result = SQLITE_OK;
        }
    }
    return result == SQLITE_OK ? sqlite3_set_authorizer(s->db, authorize, &s->authority) : result;
}

static int connect(struct store *s, const char *name, int flags) {
    int result = sqlite3_open_v2(name, &s->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    return result == SQLITE_OK ? configure(s) : result;
}

enum err_code store_open(const char *path, struct stop *stop, struct store **out, struct err *e) {
    struct store *s = calloc(1, sizeof *s);
    if (!s || !(s->path = strdup(path))) {
        free(s);
        return err_nomem(e);
    }
    s->stop = stop;
    s->busy_since = clock_now();
    int result = connect(s, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    int primary = result & 0xff;
    if ((primary == SQLITE_CANTOPEN || primary == SQLITE_READONLY) && immutable_fits(path)) {
        char *uri = immutable_uri(path);
        sqlite3_close(s->db);
        s->db = NULL;
        result = uri ? connect(s, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI) : SQLITE_NOMEM;
        free(uri);
    }
    if (result != SQLITE_OK) {
        if (!fail_outside(s, result, e)) {
            err_set(e, ERR_FILE, "%s: %s", path, s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(result));
        }
        store_close(s);
        return e->code;
    }
    *out = s;
    return ERR_OK;
}

void store_close(struct store *s) {
    if (s) {
        sqlite_forget_columns(s);
        sqlite3_close_v2(s->db);
        sqlite_forget_functions(s);
        free(s->path);
        free(s);
    }
}

struct stop *store_stop(const struct store *s) {
    return s->stop;
}

/* Prepare the first statement of sql[0..len); *used is where the next begins. *out is NULL where there is none. */
static enum err_code prepare_first(struct store *s, const char *sql, size_t len, sqlite3_stmt **out, size_t *used,
                                   struct err *e) {
    const char *tail = NULL, *nul = memchr(sql, 0, len);
    if (nul) {
        err_set(e, ERR_QUERY, "the SQL has a NUL character");
        return err_at(e, (size_t)(nul - sql), 1);
    }
    if (len > INT32_MAX / 2) {
        return err_set(e, ERR_QUERY, "the SQL is too long (%zu bytes)", len);
    }
    int result = sqlite3_prepare_v2(s->db, sql, (int)len, out, &tail);
    if (result != SQLITE_OK) {
        return sqlite_fail(s, result, sql, len, e);
    }
    *used = (size_t)(tail - sql);
    return ERR_OK;
}

/* Some failures (an interrupt, a full disk) undo all of the transaction they happen in: say so, when it was a user's.
 */
static void tell_undone(struct store *s, bool was_open, struct err *e) {
    if (was_open && sqlite3_get_autocommit(s->db) && !(s->depth > 0 && s->own_outermost)) {
        char before[sizeof e->hint];
        snprintf(before, sizeof before, "%s", e->hint);
        snprintf(e->hint, sizeof e->hint, "%.180s%sthe whole transaction was undone", before, before[0] ? "; " : "");
    }
}

enum err_code store_run(struct store *s, const char *sql, struct err *e) {
    size_t len = strlen(sql), at = 0, used = 0;
    s->function = ERR_INIT;
    while ((at += query_error_skip(sql + at, len - at)) < len) {
        sqlite3_stmt *statement = NULL;
        if (prepare_first(s, sql + at, len - at, &statement, &used, e) == ERR_OK) {
            bool open = store_in_transaction(s);
            int result;
            while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
            }
            if (result != SQLITE_DONE) {
                sqlite_fail(s, result, sql + at, used, e);
                tell_undone(s, open, e);
            }
            sqlite3_finalize(statement);
        }
        if (e->code != ERR_OK) {
            e->at += e->has_span ? at : 0;
            return e->code;
        }
        at += used;
    }
    return ERR_OK;
}

static bool describe(struct store_query *q) {
    q->count = (size_t)sqlite3_column_count(q->statement);
    q->columns = calloc(q->count ? q->count : 1, sizeof *q->columns);
    for (size_t i = 0; q->columns && i < q->count; i++) {
        const char *name = sqlite3_column_name(q->statement, (int)i);
        q->columns[i].name = name ? strdup(name) : NULL;
        q->columns[i].type = types_of_declaration(sqlite3_column_decltype(q->statement, (int)i));
        if (!q->columns[i].name) {
            return false;
        }
    }
    return q->columns != NULL;
}

/* A comment may have a NUL in it, which strndup() would end at. */
static char *copy_bytes(const char *bytes, size_t len) {
    char *copy = malloc(len + 1);
    if (copy) {
        memcpy(copy, bytes, len);
        copy[len] = '\0';
    }
    return copy;
}

enum err_code store_prepare(struct store *s, const char *sql, size_t len, struct store_query **out, struct err *e) {
    sqlite3_stmt *statement = NULL;
    size_t used = 0;
    size_t begin = query_error_skip(sql, len);
    if (begin == len) {
        return err_set(e, ERR_QUERY, "there is no SQL statement here");
    }
    if (prepare_first(s, sql + begin, len - begin, &statement, &used, e) != ERR_OK) {
        e->at += e->has_span ? begin : 0;
        return e->code;
    }
    size_t next = begin + used + query_error_skip(sql + begin + used, len - begin - used);
    if (next < len) {
        sqlite3_finalize(statement);
        err_set(e, ERR_QUERY, "a second SQL statement begins here");
        err_hint(e, "give each statement a cell of its own");
        return err_at(e, next, query_error_token(sql + next, len - next));
    }
    struct store_query *q = calloc(1, sizeof *q);
    if (!q) {
        sqlite3_finalize(statement);
        return err_nomem(e);
    }
    *q = (struct store_query){.store = s, .statement = statement, .sql = copy_bytes(sql, len), .len = len};
    if (!q->sql || !describe(q)) {
        store_finish(q);
        return err_nomem(e);
    }
    *out = q;
    return ERR_OK;
}

enum err_code store_prepare_user(struct store *s, const char *sql, size_t len, struct store_query **out,
                                 struct err *e) {
    s->authority.theirs = sql;
    s->authority.theirs_len = len;
    store_prepare(s, sql, len, out, e);
    s->authority.theirs = NULL;
    return e->code;
}

void store_finish(struct store_query *q) {
    if (q) {
        sqlite3_finalize(q->statement);
        for (size_t i = 0; q->columns && i < q->count; i++) {
            free(q->columns[i].name);
            free(q->columns[i].vector.copy);
        }
        free(q->columns);
        free(q->sql);
        free(q);
    }
}

static int bind(sqlite3_stmt *statement, int index, const struct value *v) {
    const char *bytes = v->text ? v->text : "";
    switch (v->type) {
    case VALUE_NULL:
        return sqlite3_bind_null(statement, index);
    case VALUE_BOOLEAN:
    case VALUE_INTEGER:
        return sqlite3_bind_int64(statement, index, v->integer);
    case VALUE_REAL:
        return sqlite3_bind_double(statement, index, v->real);
    case VALUE_TEXT:
        return sqlite3_bind_text64(statement, index, bytes, v->length, SQLITE_STATIC, SQLITE_UTF8);
    case VALUE_BLOB:
        return sqlite3_bind_blob64(statement, index, bytes, v->length, SQLITE_STATIC);
    case VALUE_VECTOR:
        return sqlite3_bind_blob64(statement, index, v->length ? (const void *)v->vector : "",
                                   v->length * sizeof(float), SQLITE_STATIC);
    }
    return SQLITE_MISUSE;
}

enum err_code store_bind(struct store_query *q, int index, const struct value *v, struct err *e) {
    int result = bind(q->statement, index, v);
    if (result == SQLITE_RANGE) {
        return err_set(e, ERR_QUERY, "the SQL has no parameter number %d", index);
    }
    return result == SQLITE_OK ? ERR_OK : sqlite_fail(q->store, result, q->sql, q->len, e);
}

/* The result of sqlite3_reset() repeats the failure of the last step, which was told already. */
enum err_code store_reset(struct store_query *q, struct err *e) {
    (void)e;
    sqlite3_reset(q->statement);
    q->done = false;
    return ERR_OK;
}

size_t store_parameter_count(const struct store_query *q) {
    return (size_t)sqlite3_bind_parameter_count(q->statement);
}

size_t store_column_count(const struct store_query *q) {
    return q->count;
}

struct column store_column(const struct store_query *q, size_t index) {
    if (index >= q->count) {
        return (struct column){.name = ""};
    }
    return (struct column){.name = q->columns[index].name,
                           .type = q->columns[index].type,
                           .declared = sqlite3_column_decltype(q->statement, (int)index)};
}

void store_set_type(struct store_query *q, size_t index, enum value_type type) {
    if (index < q->count) {
        q->columns[index].type = type;
    }
}

bool store_column_origin(const struct store_query *q, size_t index, const char **table, const char **column) {
    int i = (int)index;
    const char *database = index < q->count ? sqlite3_column_database_name(q->statement, i) : NULL;
    if (!database || strcmp(database, "main") != 0) {
        return false;
    }
    *table = sqlite3_column_table_name(q->statement, i);
    *column = sqlite3_column_origin_name(q->statement, i);
    return *table && *column;
}

enum err_code store_step(struct store_query *q, bool *row, struct err *e) {
    if (q->done) {
        *row = false;
        return ERR_OK;
    }
    q->store->function = ERR_INIT;
    bool open = store_in_transaction(q->store);
    int result = sqlite3_step(q->statement);
    if (result != SQLITE_ROW && result != SQLITE_DONE) {
        sqlite_fail(q->store, result, q->sql, q->len, e);
        tell_undone(q->store, open, e);
        sqlite3_reset(q->statement);
        q->done = true;
        return e->code;
    }
    q->done = result == SQLITE_DONE;
    *row = !q->done;
    return ERR_OK;
}

/* A value as SQLite stores it; a blob is VALUE_BLOB. */
struct value sqlite_plain_value(sqlite3_value *from) {
    switch (sqlite3_value_type(from)) {
    case SQLITE_INTEGER:
        return (struct value){.type = VALUE_INTEGER, .integer = sqlite3_value_int64(from), .text = ""};
    case SQLITE_FLOAT:
        return (struct value){.type = VALUE_REAL, .real = sqlite3_value_double(from), .text = ""};
    case SQLITE_TEXT: {
        const void *text = sqlite3_value_text(from);
        return (struct value){
            .type = text ? VALUE_TEXT : VALUE_NULL, .text = text, .length = (size_t)sqlite3_value_bytes(from)};
    }
    case SQLITE_BLOB: {
        const void *bytes = sqlite3_value_blob(from);
        return (struct value){
            .type = VALUE_BLOB, .text = bytes ? bytes : "", .length = (size_t)sqlite3_value_bytes(from)};
    }
    default:
        return (struct value){.type = VALUE_NULL, .text = ""};
    }
}

struct value store_value(struct store_query *q, size_t index) {
    if (index >= q->count || q->done) {
        return (struct value){.type = VALUE_NULL};
    }
    struct cell *cell = &q->columns[index];
    struct value v = sqlite_plain_value(sqlite3_column_value(q->statement, (int)index));
    if (v.type == VALUE_INTEGER && cell->type == VALUE_BOOLEAN && (v.integer == 0 || v.integer == 1)) {
        v.type = VALUE_BOOLEAN;
    } else if (v.type == VALUE_INTEGER && cell->type == VALUE_REAL) {
        v = (struct value){.type = VALUE_REAL, .real = (double)v.integer};
    } else if (v.type == VALUE_BLOB && cell->type == VALUE_VECTOR && v.length % sizeof(float) == 0) {
        const float *floats = aligned_bytes(&cell->vector, v.text, v.length);
        if (floats) {
            v = (struct value){.type = VALUE_VECTOR, .vector = floats, .length = v.length / sizeof(float)};
        }
    }
    return v;
}

bool store_in_transaction(const struct store *s) {
    return !sqlite3_get_autocommit(s->db);
}

long long store_changes(struct store *s) {
    return sqlite3_changes64(s->db);
}

/* Run one of our own short statements, about the savepoint of `level` (below 0: about the transaction). The stop flag
 * must not undo it halfway. */
static enum err_code control(struct store *s, const char *words, int level, struct err *e) {
    char sql[64];
    if (level < 0) {
        snprintf(sql, sizeof sql, "%s", words);
    } else {
        snprintf(sql, sizeof sql, "%s thanosql_%d", words, level);
    }
    sqlite3_progress_handler(s->db, 0, NULL, NULL);
    int result = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    if (result != SQLITE_OK) {
        sqlite_fail(s, result, sql, strlen(sql), e);
        e->has_span = 0; /* these words are not the user's */
    }
    sqlite_watch_stop(s);
    return e->code;
}

enum err_code store_begin(struct store *s, struct err *e) {
    bool outermost = s->depth == 0 && sqlite3_get_autocommit(s->db);
    if (control(s, outermost ? "BEGIN IMMEDIATE" : "SAVEPOINT", outermost ? -1 : s->depth, e) == ERR_OK) {
        s->own_outermost = s->depth == 0 ? outermost : s->own_outermost;
        s->depth++;
    }
    return e->code;
}

enum err_code store_commit(struct store *s, struct err *e) {
    if (s->depth == 0 || sqlite3_get_autocommit(s->db)) {
        s->depth -= s->depth > 0;
        return err_set(e, ERR_QUERY, "the transaction has been undone, and nothing of it was stored");
    }
    bool outermost = s->depth == 1 && s->own_outermost;
    if (control(s, outermost ? "COMMIT" : "RELEASE", outermost ? -1 : s->depth - 1, e) != ERR_OK) {
        store_rollback(s);
        return e->code;
    }
    s->depth--;
    return ERR_OK;
}

void store_rollback(struct store *s) {
    struct err ignored = ERR_INIT;
    if (s->depth == 0) {
        return;
    }
    int level = --s->depth;
    if (sqlite3_get_autocommit(s->db)) {
        return; /* SQLite undid all of it by itself: an interrupt, a full disk */
    }
    if (level == 0 && s->own_outermost) {
        control(s, "ROLLBACK", -1, &ignored);
    } else if (control(s, "ROLLBACK TO", level, &ignored) == ERR_OK) {
        control(s, "RELEASE", level, &ignored);
    }
}

enum err_code store_snapshot(struct store *s, struct err *e) {
    return control(s, "BEGIN", -1, e);
}

void store_snapshot_end(struct store *s) {
    struct err ignored = ERR_INIT;
    if (store_in_transaction(s)) {
        control(s, "COMMIT", -1, &ignored);
    }
}

static enum err_code read_number(struct store *s, const char *sql, long long *out, struct err *e) {
    struct store_query *q = NULL;
    bool row = false;
    if (store_prepare(s, sql, strlen(sql), &q, e) == ERR_OK && store_step(q, &row, e) == ERR_OK && row) {
        *out = store_value(q, 0).integer;
    }
    store_finish(q);
    return e->code;
}

enum err_code store_stamp(struct store *s, struct store_stamp *out, struct err *e) {
    struct store_stamp stamp = {.own = sqlite3_total_changes64(s->db)};
    if (read_number(s, "PRAGMA data_version", &stamp.others, e) == ERR_OK &&
        read_number(s, "PRAGMA schema_version", &stamp.schema, e) == ERR_OK) {
        *out = stamp;
    }
    return e->code;
}
