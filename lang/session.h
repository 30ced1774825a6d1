/* A session: one notebook's view of a workspace. The public face of lang/. Not for two threads at once,
 * except for the stop flag. */
#ifndef LANG_SESSION_H
#define LANG_SESSION_H

#include "base/arena.h"
#include "base/err.h"
#include "base/stop.h"
#include "lang/result.h"

#include <stdbool.h>

struct session;

struct session_config {
    const char *workspace; /* NULL: $THANOSQL_WORKSPACE, else the nearest parent with .thanosql/, else here */
    struct stop *stop;     /* set by anyone to interrupt; cleared by the caller before a cell; outlives us */
};

/* The store is opened by the first statement that needs it, so this touches no file. */
enum err_code session_open(const struct session_config *config, struct session **out, struct err *e);
void session_close(struct session *s); /* NULL is fine */

/* Run one cell, its statements in turn; the first failure ends it. *e has code, message, hint and span. */
enum err_code session_execute(struct session *s, const char *code, size_t len, const struct sink *out, struct err *e);

/* The history of the workspace's cells, over all sessions. `line` is the cell's number in this one. */
enum err_code session_history_add(struct session *s, long long line, const char *code, size_t len, struct err *e);

struct history_query {
    enum history_kind {
        HISTORY_TAIL,   /* the last n, this session's own before others' */
        HISTORY_RANGE,  /* lines start..stop-1 of a session; 0 is this one, -1 the one before it */
        HISTORY_SEARCH, /* the last n that fit the pattern as a whole: * any text, ? any character */
    } kind;
    long long session, start, stop, n;
    const char *pattern; /* NULL: any */
    bool unique;         /* SEARCH: of cells that are the same only the last */
};
typedef void history_row(void *user, long long session, long long line, const char *code, size_t len);
enum err_code session_history(struct session *s, const struct history_query *query, history_row *each, void *user,
                              struct err *e);

enum completeness { COMPLETE, INCOMPLETE, INVALID, UNKNOWN };

/* Could the cell be run as it stands? For INCOMPLETE, *indent is what to put before the next line. */
enum completeness session_is_complete(struct session *s, const char *code, size_t len, const char **indent);

/* What may stand at byte `cursor`. The matches replace bytes [start, end) of the code. */
struct completion {
    size_t start, end;
    size_t count;
    struct completion_match {
        const char *text, *type; /* type: "keyword", "option", "model", "table", "column", "file", … */
        const char *signature;   /* more about it: "whole number, default 5"; "" if there is no more */
    } * matches;                 /* in the arena, sorted and unique */
};
enum err_code session_complete(struct session *s, const char *code, size_t len, size_t cursor, struct arena *a,
                               struct completion *out, struct err *e);

/* Help for the name at byte `cursor`, in the arena; *page is NULL if there is none. `detail` is Jupyter's 0 or 1. */
enum err_code session_inspect(struct session *s, const char *code, size_t len, size_t cursor, int detail,
                              struct arena *a, struct help_page **page, struct err *e);

#endif
