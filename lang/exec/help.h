/* Help for the name under the cursor: a statement, an option, a table or a model. */
#ifndef LANG_EXEC_HELP_H
#define LANG_EXEC_HELP_H

#include "base/arena.h"
#include "base/err.h"
#include "lang/store/store.h"

struct help_request {
    struct store *store; /* NULL: there is none yet */
    const char *code;
    size_t len, cursor; /* bytes */
    int detail;
};

/* *plain is NULL where nothing is known of the name; *html is NULL where plain text says it all. In the arena. */
enum err_code help_find(const struct help_request *request, struct arena *a, const char **plain, const char **html,
                        struct err *e);

#endif
