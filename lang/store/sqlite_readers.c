/* Connections for reading, one a thread, in one snapshot. That they see the same is checked by one more, which is asked
 * for its data_version before the first and after the last snapshot: it counts what others commit. */
#include "lang/store/sqlite_int.h"

#include <stdlib.h>
#include <string.h>

static bool exec(struct store *s, const char *sql) {
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static bool read_version(struct store *s, int *out) {
    sqlite3_stmt *q = NULL;
    bool read =
        sqlite3_prepare_v2(s->db, "PRAGMA data_version", -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW;
    *out = read ? sqlite3_column_int(q, 0) : 0;
    sqlite3_finalize(q);
    return read;
}

/* NULL: it cannot be had, for whatever reason. */
static struct store *open_one(const struct store *like) {
    struct store *s = calloc(1, sizeof *s);
    if (s && !(s->path = strdup(like->path))) {
        free(s);
        s = NULL;
    }
    if (!s) {
        return NULL;
    }
    s->stop = like->stop;
    if (sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        store_close(s);
        return NULL;
    }
    sqlite_watch_stop(s);
    return s;
}

/* A transaction is a snapshot from its first read on. */
static bool begin_reading(struct store *s) {
    return exec(s, "BEGIN; SELECT count(*) FROM sqlite_schema");
}

static void close_all(struct store **readers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        store_close(readers[i]);
        readers[i] = NULL;
    }
}

bool store_open_readers(struct store *s, struct store **readers, size_t count) {
    int before = 0, after = -1;
    memset(readers, 0, count * sizeof(*readers));
    if (sqlite3_db_readonly(s->db, "main") != 0 || s->depth > 0) {
        return false;
    }
    struct store *watch = open_one(s);
    bool good = watch && read_version(watch, &before);
    if (good) {
        store_snapshot_end(s);
        good = begin_reading(s);
    }
    for (size_t i = 0; i < count && good; i++) {
        readers[i] = open_one(s);
        good = readers[i] && begin_reading(readers[i]);
    }
    good = good && read_version(watch, &after) && before == after;
    store_close(watch);
    if (!good) {
        close_all(readers, count);
    }
    return good;
}

void store_close_readers(struct store **readers, size_t count) {
    close_all(readers, count);
}
