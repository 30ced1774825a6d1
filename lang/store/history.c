/* Plain SQL over the store's contract. A session takes its number with its first cell; rows are in the order of
 * time, but this session's come last, as in IPython: Up goes back to what was run here first. */
#include "lang/store/history.h"

#include "base/clock.h"
#include "base/secret.h"
#include "base/utf8.h"
#include "lang/store/store.h"

#include <stdlib.h>
#include <string.h>

#define LARGEST_CELL (1u << 20) /* what is longer is data, and not kept */

#define TABLES                                                                             \
    "CREATE TABLE IF NOT EXISTS sessions (id INTEGER PRIMARY KEY, began TEXT NOT NULL); "  \
    "CREATE TABLE IF NOT EXISTS cells (id INTEGER PRIMARY KEY, session INTEGER NOT NULL, " \
    "line INTEGER NOT NULL, source TEXT NOT NULL); "                                       \
    "CREATE INDEX IF NOT EXISTS cells_by_session ON cells (session, line)"

struct history {
    char *path;
    struct store *store;
    struct stop stop; /* never set: an interrupt is for the cell, not for its record */
    long long session;
    bool only_memory;
};

struct history *history_new(const char *path) {
    struct history *h = calloc(1, sizeof *h);
    if (h && !(h->path = strdup(path))) {
        free(h);
        return NULL;
    }
    return h;
}

void history_free(struct history *h) {
    if (h) {
        store_close(h->store);
        free(h->path);
        free(h);
    }
}

/* Whether all of the text fits: * is any run of characters, ? any one of them. */
static bool glob_fits(const char *pattern, size_t pattern_len, const char *text, size_t len) {
    size_t p = 0, t = 0, star = SIZE_MAX, resume = 0;
    uint32_t ignored;
    while (t < len) {
        if (p < pattern_len && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern_len && pattern[p] == '?') {
            p++;
            t += utf8_next(text + t, len - t, &ignored);
        } else if (p < pattern_len && pattern[p] == text[t]) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            resume += utf8_next(text + resume, len - resume, &ignored);
            t = resume;
        } else {
            return false;
        }
    }
    while (p < pattern_len && pattern[p] == '*') {
        p++;
    }
    return p == pattern_len;
}

static enum err_code fits(void *user, const struct value *arguments, size_t count, struct value *result,
                          struct err *e) {
    const struct value *pattern = &arguments[0], *text = &arguments[1];
    (void)user;
    (void)count;
    *result = (struct value){.type = VALUE_BOOLEAN};
    if (pattern->type == VALUE_TEXT && text->type == VALUE_TEXT) {
        result->integer = glob_fits(pattern->text, pattern->length, text->text, text->length);
    }
    return e->code;
}

static enum err_code open_at(struct history *h, const char *path, struct err *e) {
    if (store_open(path, &h->stop, &h->store, e) == ERR_OK && store_run(h->store, TABLES, e) == ERR_OK) {
        store_register(h->store, "fits", 2, fits, NULL, e);
    }
    if (e->code != ERR_OK) {
        store_close(h->store);
        h->store = NULL;
    }
    return e->code;
}

/* Where the file cannot be used: a history without a past. */
static enum err_code fall_back(struct history *h, struct err *e) {
    store_close(h->store);
    h->store = NULL;
    h->session = 0;
    h->only_memory = true;
    return open_at(h, ":memory:", e);
}

static enum err_code need_store(struct history *h, struct err *e) {
    struct err why = ERR_INIT;
    if (h->store || open_at(h, h->path, &why) == ERR_OK) {
        return ERR_OK;
    }
    return fall_back(h, e);
}

static struct value number_value(long long number) {
    return (struct value){.type = VALUE_INTEGER, .integer = number};
}

static struct value text_value(const char *text, size_t len) {
    return (struct value){.type = VALUE_TEXT, .text = text, .length = len};
}

static enum err_code prepare(struct history *h, const char *sql, const struct value *values, int count,
                             struct store_query **q, struct err *e) {
    if (store_prepare(h->store, sql, strlen(sql), q, e) != ERR_OK) {
        return e->code;
    }
    for (int i = 0; i < count && e->code == ERR_OK; i++) {
        store_bind(*q, i + 1, &values[i], e);
    }
    return e->code;
}

/* One statement with its values; a number that it returns goes to *number. */
static enum err_code run(struct history *h, const char *sql, const struct value *values, int count, long long *number,
                         struct err *e) {
    struct store_query *q = NULL;
    bool row = true;
    prepare(h, sql, values, count, &q, e);
    while (e->code == ERR_OK && row && store_step(q, &row, e) == ERR_OK) {
        if (row && number) {
            *number = (long long)store_value(q, 0).integer;
        }
    }
    store_finish(q);
    return e->code;
}

static enum err_code write(struct history *h, long long line, const char *code, size_t len, struct err *e) {
    if (h->session == 0) {
        char now[20];
        clock_utc(now);
        const struct value began = text_value(now, strlen(now));
        run(h, "INSERT INTO sessions (began) VALUES (?1) RETURNING id", &began, 1, &h->session, e);
    }
    const struct value values[] = {number_value(h->session), number_value(line), text_value(code, len)};
    return e->code == ERR_OK
               ? run(h, "INSERT INTO cells (session, line, source) VALUES (?1, ?2, ?3)", values, 3, NULL, e)
               : e->code;
}

static enum err_code write_somewhere(struct history *h, long long line, const char *code, size_t len, struct err *e) {
    struct err why = ERR_INIT;
    if (write(h, line, code, len, &why) == ERR_OK) {
        return ERR_OK;
    }
    if (h->only_memory) {
        return err_set(e, why.code, "%s", why.message);
    }
    return fall_back(h, e) == ERR_OK ? write(h, line, code, len, e) : e->code;
}

enum err_code history_add(struct history *h, long long line, const char *code, size_t len, struct err *e) {
    char *copy = NULL;
    if (len > LARGEST_CELL || need_store(h, e) != ERR_OK) {
        return e->code;
    }
    if (!(copy = malloc(len + 1))) {
        return err_nomem(e);
    }
    memcpy(copy, code, len); /* a cell may hold a NUL */
    copy[len] = '\0';
    secret_hide(copy, len);
    write_somewhere(h, line, copy, len, e);
    free(copy);
    return e->code;
}

/* The session that a request means: 0 is this one, a negative number counts back from it. One that has kept no cell yet
 * will have the next number. */
static enum err_code session_number(struct history *h, long long wanted, long long *out, struct err *e) {
    long long own = h->session;
    if (own == 0 && run(h, "SELECT coalesce(max(id), 0) + 1 FROM sessions", NULL, 0, &own, e) != ERR_OK) {
        return e->code;
    }
    *out = wanted > 0 ? wanted : own + wanted;
    return ERR_OK;
}

/* ?1: the session, ?2, ?3: the lines. */
#define RANGE \
    "SELECT session, line, source FROM cells WHERE session = ?1 AND line >= ?2 AND line < ?3 ORDER BY line, id"
/* ?1: how many, ?2: this session, ?3: the pattern. */
#define LAST(cells)                             \
    "SELECT session, line, source FROM (" cells \
    " ORDER BY session = ?2 DESC, id DESC LIMIT ?1) ORDER BY session = ?2, id"

static const char *find_sql(const struct history_query *query) {
    if (query->kind == HISTORY_RANGE) {
        return RANGE;
    }
    if (query->kind == HISTORY_TAIL) {
        return LAST("SELECT * FROM cells WHERE ?3 IS NOT NULL");
    }
    return query->unique
               ? LAST("SELECT max(id) AS id, session, line, source FROM cells WHERE fits(?3, source) GROUP BY "
                      "source")
               : LAST("SELECT * FROM cells WHERE fits(?3, source)");
}

enum err_code history_find(struct history *h, const struct history_query *query, history_row *each, void *user,
                           struct err *e) {
    const char *pattern = query->pattern ? query->pattern : "*";
    bool range = query->kind == HISTORY_RANGE, row = false;
    struct store_query *q = NULL;
    long long session = 0;
    if (need_store(h, e) != ERR_OK || (range && session_number(h, query->session, &session, e) != ERR_OK)) {
        return e->code;
    }
    const struct value lines[] = {number_value(session), number_value(query->start), number_value(query->stop)};
    const struct value last[] = {number_value(query->n > 0 ? query->n : 0), number_value(h->session),
                                 text_value(pattern, strlen(pattern))};
    prepare(h, find_sql(query), range ? lines : last, 3, &q, e);
    while (e->code == ERR_OK && store_step(q, &row, e) == ERR_OK && row) {
        struct value source = store_value(q, 2);
        each(user, (long long)store_value(q, 0).integer, (long long)store_value(q, 1).integer,
             source.type == VALUE_TEXT ? source.text : "", source.type == VALUE_TEXT ? source.length : 0);
    }
    store_finish(q);
    return e->code;
}
