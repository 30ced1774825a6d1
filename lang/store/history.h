/* The cells that were run in a workspace, over all its sessions: a database of its own in .thanosql/history.db, so that
 * no cell waits for the store. It is opened by the first cell that is kept, or the first question; where it cannot be
 * written the history is this session's alone. */
#ifndef LANG_STORE_HISTORY_H
#define LANG_STORE_HISTORY_H

#include "base/err.h"
#include "lang/session.h"

struct history;

/* `path` is copied; nothing is opened. NULL: no memory. */
struct history *history_new(const char *path);
void history_free(struct history *h); /* NULL is fine */

/* Keep the cell, tokens blanked out. One of more than a MiB is data, and is not kept. */
enum err_code history_add(struct history *h, long long line, const char *code, size_t len, struct err *e);
enum err_code history_find(struct history *h, const struct history_query *query, history_row *each, void *user,
                           struct err *e);

#endif
